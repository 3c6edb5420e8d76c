package consent_test

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"

	"github.com/ledongthuc/pdf"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/consent"
)

// words is what a reader sees in a PDF.
func words(content []byte) string {
	GinkgoHelper()
	reader, err := pdf.NewReader(bytes.NewReader(content), int64(len(content)))
	Expect(err).NotTo(HaveOccurred())
	var all strings.Builder
	for n := 1; n <= reader.NumPage(); n++ {
		text, err := reader.Page(n).GetPlainText(nil)
		Expect(err).NotTo(HaveOccurred())
		all.WriteString(strings.ReplaceAll(text, "\n", ""))
	}
	return all.String()
}

var _ = Describe("a consent", Ordered, func() {
	var d *desk
	BeforeAll(func() { d = newDesk() })
	BeforeEach(func() { d.as(d.world.Norte, accounts.Doctor) })

	It("is chosen, filled in, read and signed on the screen; its PDF has the hash that is kept", func() {
		Expect(d.get(d.page(d.luz, "/nuevo")).Body.String()).To(ContainSubstring("Tratamiento odontológico y extracción dental"))
		Expect(d.get(d.page(d.luz, "/nuevo?plantilla=tratamiento-dental")).Body.String()).To(ContainSubstring(`name="edicion" value="1"`))
		form := answered()
		read := d.post(d.page(d.luz, "/lectura"), form).Body.String()
		Expect(read).To(And(ContainSubstring("Yo, Quispe, Luz, recibí de Dra."), ContainSubstring("CMP 54321"), ContainSubstring("Extracción de la pieza 38"), ContainSubstring("data-firma")))
		Expect(d.post(d.page(d.luz, "/hoja"), form).Body.String()).To(And(ContainSubstring("Firma o huella digital"), ContainSubstring("Riesgos")))

		answer := d.sign(d.luz, form, nil)
		Expect(answer.Code).To(Equal(http.StatusSeeOther))
		kept := answer.Header().Get("Location")
		Expect(d.sign(d.luz, form, nil).Header().Get("Location")).To(Equal(kept), "a second click finds the first")
		Expect(d.count("select count(*) from consents")).To(Equal(1))
		Expect(d.stored()).To(Equal(1))
		Expect(d.sign(d.luz, with(form, "trazo", `[[1,1,900,250]]`), nil).Code).To(Equal(http.StatusConflict), "the same id with another signature")

		page := d.get(kept).Body.String()
		Expect(page).To(And(ContainSubstring("Aceptó"), ContainSubstring("M100 200L200 100"), ContainSubstring("ACEPTO el procedimiento «Extracción de la pieza 38»")))
		var file string
		var hash []byte
		Expect(d.world.Admin.QueryRow(GinkgoT().Context(), "select file_id::text, file_sha256 from consents").Scan(&file, &hash)).To(Succeed())
		content := d.get("/archivos/" + file)
		sum := sha256.Sum256(content.Body.Bytes())
		Expect(hash).To(Equal(sum[:]))
		Expect(words(content.Body.Bytes())).To(And(ContainSubstring("Consentimiento informado"), ContainSubstring("Quispe, Luz"), ContainSubstring("CMP 54321"),
			ContainSubstring("SHA-256"), ContainSubstring("Firmó en pantalla")))
		Expect(d.get(kept + "/imprimir").Body.String()).To(ContainSubstring("Huella del contenido"))
		Expect(d.get(d.page(d.luz, "")).Body.String()).To(ContainSubstring("Aceptó"))
		Expect(d.count("select count(*) from consents where body::text like '%Quispe%'")).To(BeZero(), "who signed is sealed")

		retire := d.post("/archivos/"+file+"/retiro", url.Values{"motivo": {"por error"}})
		Expect(retire.Code).To(Equal(http.StatusConflict), "what was signed stays in sight")
	})

	It("is signed by the professional too, after showing who they are; anybody verifies it by its code", func() {
		d.proofs.fresh = false
		DeferCleanup(func() { d.proofs.fresh = true })
		form := answered()
		Expect(d.post(d.page(d.luz, "/lectura"), form).Body.String()).To(ContainSubstring(`name="prueba"`))
		before := d.stored()
		Expect(d.sign(d.luz, form, nil).Body.String()).To(ContainSubstring("Escriba su código de 6 dígitos"))
		Expect(d.sign(d.luz, with(form, "prueba", "000000"), nil).Body.String()).To(ContainSubstring("El código no coincide"))
		Expect(d.stored()).To(Equal(before), "nothing is made before it is known who signs")
		kept := d.sign(d.luz, with(form, "prueba", "123456"), nil).Header().Get("Location")
		id := strings.TrimPrefix(kept, "/consentimientos/")
		var code string
		Expect(d.world.Admin.QueryRow(GinkgoT().Context(), "select code from consent_signatures where consent_id = $1", id).Scan(&code)).To(Succeed())
		Expect(d.get(kept).Body.String()).To(And(ContainSubstring("Firmado electrónicamente por Dra."), ContainSubstring(hce.ShownCode(code))))
		Expect(d.get(kept + "/imprimir").Body.String()).To(ContainSubstring("https://clinica.pe/verificar/" + code))
		var file string
		Expect(d.world.Admin.QueryRow(GinkgoT().Context(), "select file_id::text from consents where id = $1", id).Scan(&file)).To(Succeed())
		Expect(words(d.get("/archivos/" + file).Body.Bytes())).To(ContainSubstring(hce.ShownCode(code)))

		public := func() string { return d.get("/verificar/" + code).Body.String() }
		Expect(public()).To(And(ContainSubstring("Documento válido"), ContainSubstring("Consentimiento informado"), ContainSubstring("CMP 54321"), ContainSubstring("Aceptó")))
		Expect(public()).NotTo(Or(ContainSubstring("Quispe"), ContainSubstring("pieza 38"), ContainSubstring("Tratamiento odontológico")), "nothing of the patient")
		Expect(d.post(kept+"/revocacion", url.Values{"id": {newID().String()}, "motivo": {"La paciente prefiere esperar"}}).Code).To(Equal(http.StatusSeeOther))
		Expect(public()).To(And(ContainSubstring("Consentimiento revocado"), ContainSubstring("ya no autoriza nada"), Not(ContainSubstring("prefiere"))))

		d.tamper("update consents set file_sha256 = content_hash where id = $1", id)
		Expect(public()).To(And(ContainSubstring("Documento no válido"), ContainSubstring("La firma no corresponde")))
		d.tamper("update consents set body = content_hash where id = $1", id)
		Expect(public()).To(And(ContainSubstring("Documento no válido"), ContainSubstring("El contenido fue alterado")))
	})

	It("that was declined is verified as a refusal", func() {
		kept := d.sign(d.luz, with(answered(), "decision", "no_acepta"), nil).Header().Get("Location")
		var code string
		Expect(d.world.Admin.QueryRow(GinkgoT().Context(), "select code from consent_signatures where consent_id = $1", strings.TrimPrefix(kept, "/consentimientos/")).Scan(&code)).To(Succeed())
		Expect(d.get("/verificar/" + code).Body.String()).To(And(ContainSubstring("Documento válido"), ContainSubstring("Rechazo informado"), ContainSubstring("queda constancia")))
	})

	It("is revoked once, with a reason, and says so", func() {
		kept := d.sign(d.luz, answered(), nil).Header().Get("Location")
		Expect(d.post(kept+"/revocacion", url.Values{"id": {newID().String()}, "motivo": {"no"}}).Body.String()).To(ContainSubstring("Escriba quién lo revoca y por qué"))
		form := url.Values{"id": {newID().String()}, "motivo": {"La paciente prefiere esperar"}}
		Expect(d.post(kept+"/revocacion", form).Code).To(Equal(http.StatusSeeOther))
		Expect(d.post(kept+"/revocacion", form).Code).To(Equal(http.StatusSeeOther), "sent again it is the same")
		Expect(d.post(kept+"/revocacion", with(form, "id", newID().String())).Code).To(Equal(http.StatusConflict))
		Expect(d.get(kept).Body.String()).To(And(ContainSubstring("Revocado el 24/11/2026"), ContainSubstring("La paciente prefiere esperar")))
	})

	It("may be declined, with the reason that was given", func() {
		answer := d.sign(d.luz, with(answered(), "decision", "no_acepta", "motivo_rechazo", "Quiere otra opinión"), nil)
		kept := answer.Header().Get("Location")
		Expect(d.get(kept).Body.String()).To(And(ContainSubstring("No aceptó"), ContainSubstring("NO ACEPTO"), ContainSubstring("Quiere otra opinión")))
		Expect(d.post(kept+"/revocacion", url.Values{"motivo": {"La paciente prefiere esperar"}}).Code).To(Equal(http.StatusConflict))
	})

	It("is signed with a typed name or on paper by whoever cannot draw, and for a minor by who represents them", func() {
		Expect(d.sign(d.luz, with(answered(), "metodo", "nombre", "trazo", "", "nombre_escrito", "luz quispe", "confirmo", "si"), nil).Code).To(Equal(http.StatusSeeOther))
		Expect(d.post(d.page(d.teo, "/lectura"), answered()).Body.String()).To(ContainSubstring("El paciente es menor de edad"))
		before := d.stored()
		form := with(answered(), "metodo", "papel", "trazo", "", "quien", "representante", "representante", "Luz Quispe", "documento_representante", "DNI 40123456", "parentesco", "madre")
		answer := d.sign(d.teo, form, sheetPhoto())
		Expect(answer.Code).To(Equal(http.StatusSeeOther))
		Expect(d.stored()).To(Equal(before+3), "the photo, its thumbnail and the PDF")
		Expect(d.get(answer.Header().Get("Location")).Body.String()).To(And(ContainSubstring("madre"), ContainSubstring("ACEPTO"), ContainSubstring("en nombre de Quispe, Teo")))
	})

	DescribeTable("is refused with what is missing, and keeps what was written", func(sentence string, photo []byte, pairs ...string) {
		before, rows := d.stored(), d.count("select count(*) from consents")
		answer := d.sign(d.luz, with(answered(), pairs...), photo)
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body.String()).To(And(ContainSubstring(sentence), ContainSubstring("Extracción de la pieza 38")))
		Expect(d.stored()).To(Equal(before))
		Expect(d.count("select count(*) from consents")).To(Equal(rows))
	},
		Entry("nothing drawn", "Falta la firma", nil, "trazo", ""),
		Entry("a point", "Falta la firma", nil, "trazo", "[[500,150]]"),
		Entry("what no pad draws", "Falta la firma", nil, "trazo", "[[5000,150,1,1]]"),
		Entry("no answer", "Marque si acepta o no acepta", nil, "decision", ""),
		Entry("another's name", "Escriba el nombre completo", nil, "metodo", "nombre", "nombre_escrito", "Rosa Huamán", "confirmo", "si"),
		Entry("no tick", "Marque la casilla", nil, "metodo", "nombre", "nombre_escrito", "Luz Quispe"),
		Entry("no photo", "Tome o elija la foto", nil, "metodo", "papel"),
		Entry("a photo that is none", "Solo se guardan fotos", []byte("hola"), "metodo", "papel"),
		Entry("a PDF for a photo", "no un PDF", []byte("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"), "metodo", "papel"),
	)

	It("is unknown to whoever may not see it, and to other clinics", func() {
		kept := d.sign(d.luz, answered(), nil).Header().Get("Location")
		for _, path := range []string{kept, kept + "/imprimir", d.page(d.luz, "")} {
			d.as(d.world.Sur, accounts.Doctor)
			Expect(d.get(path).Code).To(Equal(http.StatusNotFound), path)
			d.as(d.world.Norte, accounts.Receptionist)
			Expect(d.get(path).Code).To(BeNumerically(">=", 400), path)
			d.as(d.world.Norte, accounts.ClinicAdmin)
			Expect(d.get(path).Code).To(BeNumerically(">=", 400), path)
		}
		d.as(d.world.Norte, accounts.Doctor)
		for _, path := range []string{d.page(d.eva, ""), d.page(d.eva, "/nuevo")} {
			Expect(d.get(path).Header().Get("Location")).To(HaveSuffix(d.eva.String()+"/historia"), "where the emergency door is")
		}
		Expect(d.sign(d.eva, answered(), nil).Code).To(Equal(http.StatusNotFound))
		d.as(d.world.Sur, accounts.Doctor)
		Expect(d.sign(d.luz, answered(), nil).Code).To(Equal(http.StatusNotFound))
		Expect(d.post(kept+"/revocacion", url.Values{"motivo": {"prueba de fuera"}}).Code).To(Equal(http.StatusNotFound))
	})

	It("is read as it was signed after its template changed; two who edit at once do not lose each other's work", func() {
		kept := d.sign(d.luz, answered(), nil).Header().Get("Location")
		d.as(d.world.Norte, accounts.ClinicAdmin)
		text := "# En qué consiste\n{firmante}: texto nuevo.\n# Beneficios\nb\n# Riesgos\nr\n# Alternativas\na\n# Si no acepta\ns\n# Revocación\nx"
		form := url.Values{"titulo": {"Extracción"}, "tipo": {"procedure"}, "texto": {text}, "edicion": {"1"}}
		Expect(d.post("/configuracion/consentimientos/tratamiento-dental", form).Code).To(Equal(http.StatusSeeOther))
		Expect(d.post("/configuracion/consentimientos/tratamiento-dental", form).Code).To(Equal(http.StatusConflict), "made over an edition that is not the last")
		Expect(d.post("/configuracion/consentimientos/tratamiento-dental", with(form, "texto", "# Riesgos\n{pasiente}")).Body.String()).To(ContainSubstring("Línea 2: {pasiente}"))
		Expect(d.post("/configuracion/consentimientos", with(form, "titulo", "Ortodoncia fija", "texto", text, "edicion", "")).Code).To(Equal(http.StatusSeeOther))
		Expect(d.post("/configuracion/consentimientos/vista", form).Body.String()).To(ContainSubstring("Riesgos"))
		d.as(d.world.Norte, accounts.Doctor)
		Expect(d.get(kept).Body.String()).To(ContainSubstring("alveolitis"))
		Expect(d.get(d.page(d.luz, "/nuevo")).Body.String()).To(ContainSubstring("Ortodoncia fija"))
		Expect(d.post(d.page(d.luz, "/lectura"), with(answered(), "edicion", "1001")).Body.String()).To(ContainSubstring("Quispe, Luz: texto nuevo."))
		Expect(d.post("/configuracion/consentimientos", form).Code).To(BeNumerically(">=", 400), "no professional edits the clinic's texts")
	})
})

var _ = Describe("the shipped texts", func() {
	It("are what the rules ask of everybody's", func() {
		list, err := consent.Shipped()
		Expect(err).NotTo(HaveOccurred())
		Expect(len(list)).To(BeNumerically(">=", 6))
		for _, t := range list {
			Expect(t.Problems()).To(BeEmpty(), t.Slug)
		}
	})

	DescribeTable("would be refused", func(text, want string) {
		t := consent.Template{Title: "Extracción", Kind: consent.Procedure, Text: text}
		Expect(t.Problems()["texto"]).To(ContainSubstring(want))
	},
		Entry("without a heading of the norm", "# En qué consiste\nx\n# Beneficios\nx", "Falta el apartado «# Riesgos»"),
		Entry("with an empty section", "# En qué consiste\n# Riesgos\nx", "«En qué consiste» está vacío"),
		Entry("with a datum that does not exist", "# Riesgos\nx {precio}", "Línea 2: {precio}"),
	)
})
