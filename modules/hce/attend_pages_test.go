//go:build !js

package hce_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/hce"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/web"
)

// codes is the built-in table of diagnoses, made ready once.
var codes = catalog.NewCodes(catalog.BuiltIn{}, func() time.Time { return now })

// visitor looks at the pages as somebody of Norte, with script.
type visitor struct {
	echo  *echo.Echo
	who   access.Identity
	plain bool   // without script
	input string // the input whose change sends the form; "" for a button
}

type page struct {
	Status int
	Body   string
	Header http.Header
}

// visit builds the pages over the clinic's database.
func (c *clinic) visit(p dbtest.Person, roles ...accounts.Role) visitor {
	GinkgoHelper()
	medicines, err := catalog.LoadMedicines()
	Expect(err).NotTo(HaveOccurred())
	c.record.Codes, c.record.Medicines = codes, medicines
	e := echo.New()
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	e.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	e.Use(web.RequestIDs())
	server := &web.Server{DB: c.DB, Answers: web.NewAnswers(c.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: c.now}
	r := web.NewRouter(e, server.Guard)
	hce.Routes(r, c.record)
	hce.HistoryRoutes(r, c.record)
	hce.TemplateRoutes(r, c.record)
	hce.PrescriptionRoutes(r, c.record)
	Expect(r.Check()).To(Succeed())
	who := c.Identity("doctor")
	who.UserID, who.MembershipID, who.Permissions, who.Roles = p.User, p.Membership, accounts.PermissionsOf(roles), nil
	for _, role := range roles {
		who.Roles = append(who.Roles, string(role))
	}
	return visitor{echo: e, who: who}
}

func (v visitor) send(method, path string, form url.Values) page {
	GinkgoHelper()
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if !v.plain {
		request.Header.Set("HX-Request", "true")
		request.Header.Set("HX-Trigger-Name", v.input)
	}
	answer := httptest.NewRecorder()
	v.echo.ServeHTTP(answer, request.WithContext(access.With(context.Background(), v.who)))
	Expect(answer.Code).To(BeNumerically("<", 500), path+": "+answer.Body.String())
	Expect(answer.Body.String()).NotTo(ContainSubstring("style="))
	return page{answer.Code, answer.Body.String(), answer.Header()}
}

// trigger is the same visitor whose next form is sent by a change of an input.
func (v visitor) trigger(input string) visitor {
	v.input = input
	return v
}

func (v visitor) get(path string) page { GinkgoHelper(); return v.send(http.MethodGet, path, nil) }

func (v visitor) post(path string, form url.Values) page {
	GinkgoHelper()
	return v.send(http.MethodPost, path, form)
}

// hidden reads hidden inputs that a page carries by name.
func (p page) hidden(name string) string {
	GinkgoHelper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.Body)
	Expect(m).NotTo(BeNil(), name)
	return m[1]
}

// note is the form of an open attention as a window sends it.
func (p page) note(window string) url.Values {
	GinkgoHelper()
	return url.Values{
		"plantilla_vista": {p.hidden("plantilla_vista")}, "ventana": {window}, "borrador": {p.hidden("borrador")}, "version": {p.hidden("version")},
	}
}

// with adds pairs of names and values.
func with(form url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// begin attends Ana's appointment and opens its page.
func (c *clinic) begin(v visitor) (address string, opened page) {
	GinkgoHelper()
	answer := v.post("/atenciones", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "cita": {c.Visit.String()}})
	Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
	address = answer.Header.Get("HX-Redirect")
	Expect(address).To(HavePrefix("/atenciones/"))
	opened = v.get(address)
	Expect(opened.Status).To(Equal(http.StatusOK), opened.Body)
	return address, opened
}

func (c *clinic) rowsOf(query string, args ...any) int {
	GinkgoHelper()
	var n int
	Expect(c.Admin.QueryRow(context.Background(), query, args...).Scan(&n)).To(Succeed())
	return n
}

var _ = Describe("the page of an attention", func() {
	var c *clinic
	var v visitor
	BeforeEach(func() {
		c = norte()
		v = c.visit(c.Salas, accounts.Doctor)
	})

	It("is written, prescribed, signed and amended without leaving it", func() {
		c.exec(`insert into allergies (clinic_id, id, patient_id, substance, reaction, severity, noted_by) values ($1, $2, $3, 'penicilina', 'anafilaxia', 'severe', $4)`,
			c.ID, newID(), c.Ana, c.Salas.User)
		address, opened := c.begin(v)
		Expect(opened.Body).To(And(ContainSubstring("Alergia: penicilina (anafilaxia)"), ContainSubstring("En atención desde las 9:00"), ContainSubstring("Aún sin guardar")))
		Expect(c.rowsOf("select count(*) from audit_log where entity = 'patient_record' and action = 'read' and entity_id = $1", c.Ana)).To(Equal(1))

		note := with(opened.note("a"), "f.motivo", "Dolor de garganta", "f.relato", "Tres días", "f.pa", "14892", "f.apreciacion", "Impresiona faringitis aguda", "hacer", "anadir", "codigo", "J02.9")
		By("the diagnosis that a search found", func() {
			found := v.post(address+"/diagnosticos", note)
			Expect(found.Body).To(And(ContainSubstring(`name="dx" value="J02.9"`), MatchRegexp(`(?s)name="dx.tipo.J02.9" value="P" checked`)))
			Expect(v.post(address+"/diagnosticos", with(opened.note("a"), "hacer", "anadir:N40")).Body).To(ContainSubstring("se usa solo en hombres"))
			Expect(v.post(address+"/sugerencias", note).Body).To(ContainSubstring("J02.9"))
		})
		note = with(note, "dx", "J02.9", "dx.tipo.J02.9", "D")
		note.Del("codigo")

		By("the medicine that the file speaks against", func() {
			note.Set("hacer", "recetar")
			note.Set("medicamento", medicine("amox 500"))
			drawn := v.post(address+"/tratamiento", note)
			Expect(drawn.Body).To(And(ContainSubstring("hay registrada alergia a «penicilina», grave"), ContainSubstring("Recetar con motivo")))
			note = with(note, "rx", "0", "rx.0.medicine", note.Get("medicamento"), "rx.0.dose", "1", "rx.0.dose_unit", "cápsula", "rx.0.route", "oral",
				"rx.0.frequency", "every_hours", "rx.0.number", "8", "rx.0.duration", "5", "rx.0.duration_unit", "days")
			note.Del("hacer")
			moved := v.post(address+"/tratamiento", note)
			Expect(moved.Body).To(And(ContainSubstring("cada 8 horas por 5 días"), ContainSubstring(`value="15"`)))
			Expect(moved.Header.Get("HX-Trigger-After-Settle")).To(Equal(`{"receta:falta":["rx.0.reason"]}`), "what was said of the others goes away")
		})

		By("the draft", func() {
			saved := v.post(address+"/borrador", note)
			Expect(saved.Body).To(And(ContainSubstring("Borrador guardado a las 9:00"), ContainSubstring(`name="version" value="1"`)))
			note.Set("version", "1")
			reopened := v.get(address)
			Expect(reopened.Body).To(And(ContainSubstring(`value="148/92"`), ContainSubstring("Presión"), ContainSubstring(`name="rx.0.dose"`)))
		})

		By("what keeps it from being signed, kept and at its field", func() {
			refused := v.post(address+"/revision", note)
			Expect(refused.Status).To(Equal(http.StatusOK))
			Expect(refused.Header.Get("HX-Retarget")).To(Equal("#nota"))
			Expect(refused.Body).To(ContainSubstring("Escriba el motivo para recetarlo, o quítelo."))
			note.Set("version", refused.hidden("version"))
			note.Set("rx.0.reason", "x")
			refused = v.post(address+"/revision", note)
			Expect(refused.Body).To(ContainSubstring("El motivo dice por qué se receta"))
			note.Set("version", refused.hidden("version"))
		})

		var asked page
		By("the summary", func() {
			note.Set("rx.0.reason", "Toleró amoxicilina en 2024")
			asked = v.post(address+"/revision", note)
			Expect(asked.Body).To(And(ContainSubstring("¿Firmar y cerrar la atención de Quispe, Ana?"), ContainSubstring("Faringitis aguda"), ContainSubstring("Motivo: Toleró amoxicilina")))
			wrong := v.post(address+"/firma", url.Values{"op_id": {newID().String()}, "version": {asked.hidden("version")}, "ventana": {"a"}, "prueba": {"000000"}})
			Expect(wrong.Status).To(Equal(http.StatusUnprocessableEntity))
			Expect(wrong.Body).To(ContainSubstring("El código no coincide"))
		})

		signing := url.Values{"op_id": {newID().String()}, "version": {asked.hidden("version")}, "ventana": {"a"}, "prueba": {"123 456"}}
		Expect(v.post(address+"/firma", signing).Header.Get("HX-Redirect")).To(Equal(address))
		Expect(v.post(address+"/firma", signing).Header.Get("HX-Redirect")).To(Equal(address), "a lost answer is given again")
		Expect(c.rowsOf("select count(*) from record_signatures where clinic_id = $1", c.ID)).To(Equal(2), "note and prescription, once")
		Expect(c.rowsOf("select count(*) from medication_requests where patient_id = $1 and dci = 'Amoxicilina' and contraindications_checked::text like '%Toleró%' and ends_on = '2026-11-28'", c.Ana)).To(Equal(1))
		Expect(c.rowsOf("select count(*) from medical_records where record_type = 'prescription' and data -> 'content' ->> 'number' = '1'")).To(Equal(1))

		read := v.get(address)
		Expect(read.Body).To(And(ContainSubstring("Dolor de garganta"), ContainSubstring("Firmada"), ContainSubstring("Añadir adenda"), ContainSubstring("Anular"),
			ContainSubstring("Motivo para recetarlo: Toleró amoxicilina")))
		receta := regexp.MustCompile(`/recetas/[0-9a-f-]+`).FindString(read.Body)
		Expect(v.get(receta + "/imprimir").Body).To(And(ContainSubstring("Receta N.º 1"), ContainSubstring("Amoxicilina"), ContainSubstring("Quispe, Ana"),
			ContainSubstring("/verificar/"), ContainSubstring("CMP 12345"), ContainSubstring("Válida hasta el")))
		Expect(v.get(receta + "/pdf").Body).To(HavePrefix("%PDF-"))
		document := regexp.MustCompile(`/documentos/([0-9a-f-]+)/adenda`).FindStringSubmatch(read.Body)[1]
		Expect(v.get("/documentos/"+document+"/adenda").Body).NotTo(ContainSubstring("Código de 6 dígitos"), "who signs has shown a moment ago who they are")
		Expect(v.post("/documentos/"+document+"/adenda", url.Values{"op_id": {newID().String()}, "id": {newID().String()}}).Body).To(ContainSubstring("Falta el texto de la adenda"))
		added := v.post("/documentos/"+document+"/adenda", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "texto": {"La fiebre era de dos días."}})
		Expect(added.Header.Get("HX-Redirect")).To(Equal(address))
		Expect(v.get(address).Body).To(ContainSubstring("La fiebre era de dos días."))
		Expect(v.post("/documentos/"+document+"/anulacion", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "motivo": {"Otra paciente"}}).Header.Get("HX-Redirect")).To(Equal(address))
		Expect(v.get(address).Body).To(And(ContainSubstring("Anulada"), ContainSubstring("Otra paciente")))
		v.post("/documentos/"+receta[len("/recetas/"):]+"/anulacion", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "motivo": {"Otra paciente"}})
		Expect(v.get(receta+"/imprimir").Body).To(And(ContainSubstring("RECETA ANULADA el"), ContainSubstring("receta-tachada"), Not(ContainSubstring("Válida hasta"))), "nobody dispenses it")
	})

	It("asks about what is improbable, refuses what is impossible, and redraws only what a change moved", func() {
		address, opened := c.begin(v)
		note := with(opened.note("a"), "f.motivo", "Tos", "f.temp", "41,8", "f.fc", "999", "dx", "J02.9", "dx.tipo.J02.9", "P")
		moved := v.post(address+"/campos", note)
		Expect(moved.Body).To(ContainSubstring("f._oculto"))
		refused := v.post(address+"/revision", note)
		Expect(refused.Body).To(And(ContainSubstring("Temperatura 41.8 °C. ¿Es correcta?"), ContainSubstring("Pulso"), ContainSubstring(`aria-invalid="true"`)))
		Expect(refused.Body).To(And(ContainSubstring("Hay 3 datos por corregir."), ContainSubstring("Escriba qué se hizo ante el valor crítico"),
			ContainSubstring("Falta confirmar: Temperatura. Falta decir qué se hizo ante: Temperatura. Por corregir: Pulso."),
			MatchRegexp(`(?s)id="t-vitales"[^>]*><span[^>]*><span class="sr-only">, </span>falta</span>`)))
		note.Set("version", refused.hidden("version"))
		note.Set("f.fc", "98")
		note.Set("f._confirmado", "temp=41.8")
		Expect(v.post(address+"/revision", note).Body).To(ContainSubstring("Firmar y cerrar"))
	})

	It("names both halves of a pressure that are critical, and reckons nothing from one that cannot be", func() {
		address, opened := c.begin(v)
		moved := v.trigger("f.pa").post(address+"/campos", with(opened.note("a"), "f.pa", "200/125")).Body
		Expect(moved).To(And(ContainSubstring("Presión arterial sistólica 200 mmHg: valor crítico (más de 179)."),
			ContainSubstring("Presión arterial diastólica 125 mmHg: valor crítico (más de 119).")))
		moved = v.trigger("f.pa").post(address+"/campos", with(opened.note("a"), "f.pa", "80/120")).Body
		Expect(moved).To(And(ContainSubstring("tiene que ser mayor que la diastólica"), MatchRegexp(`id="c-f.pam"[^>]*>–<`)))
	})

	It("goes on with today's appointment when it begins on the patient's page, and offers another one as the next", func() {
		c.exec("update appointments set start_time = start_time + interval '5 hours', end_time = end_time + interval '5 hours' where id = $1", c.Visit)
		first := c.appointment(c.Salas)
		c.exec("update appointments set start_time = start_time + interval '5 minutes' where id = $1", first)
		begun := v.post("/atenciones", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "paciente": {c.Ana.String()}})
		address := begun.Header.Get("HX-Redirect")
		opened := v.get(address)
		Expect(opened.hidden("atencion.cita")).To(Equal(first.String()))
		Expect(opened.Body).To(And(ContainSubstring("Próxima cita: mar 24 nov 14:00"), Not(ContainSubstring("24 nov 9:05"))))
		again := v.post("/atenciones", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "paciente": {c.Ana.String()}})
		Expect(again.Header.Get("HX-Redirect")).To(Equal(address))
	})

	It("learns of an allergy that is noted elsewhere, also where its prescription is checked, and of the time that passes", func() {
		address, opened := c.begin(v)
		note := with(opened.note("a"), "f.motivo", "Dolor de garganta", "dx", "J02.9", "dx.tipo.J02.9", "P", "rx", "0", "rx.0.medicine", medicine("amox 500"), "rx.0.dose", "1",
			"rx.0.dose_unit", "cápsula", "rx.0.route", "oral", "rx.0.frequency", "every_hours", "rx.0.number", "8", "rx.0.duration", "5", "rx.0.duration_unit", "days")
		Expect(v.post(address+"/tratamiento", note).Body).NotTo(ContainSubstring("alergia"))
		polled := regexp.MustCompile(`data-vivo="([^"]*)"`).FindStringSubmatch(opened.Body)[1]
		polled = strings.ReplaceAll(polled, "&amp;", "&")
		Expect(v.get(polled).Status).To(Equal(http.StatusNoContent))

		c.exec(`insert into allergies (clinic_id, id, patient_id, substance, reaction, severity, noted_by) values ($1, $2, $3, 'penicilina', 'anafilaxia', 'severe', $4)`,
			c.ID, newID(), c.Ana, c.Salas.User)
		news := v.get(polled)
		Expect(news.Body).To(And(ContainSubstring("Alergia: penicilina (anafilaxia)"), ContainSubstring("En atención desde las 9:00, 0 min")))
		Expect(news.Header.Get("HX-Trigger-After-Settle")).To(Equal("avisos:otros"))
		Expect(opened.Body).To(ContainSubstring(`hx-trigger="avisos:otros from:body"`))
		Expect(v.post(address+"/tratamiento", note).Body).To(ContainSubstring("hay registrada alergia a «penicilina», grave"))
		Expect(v.post(address+"/revision", note).Body).To(ContainSubstring("Escriba el motivo para recetarlo, o quítelo."), "the one that counts is looked up again")

		polled = strings.ReplaceAll(regexp.MustCompile(`data-vivo="([^"]*)"`).FindStringSubmatch(news.Body)[1], "&amp;", "&")
		Expect(v.get(polled).Status).To(Equal(http.StatusNoContent))
		c.moment = now.Add(23 * time.Minute)
		later := v.get(polled)
		Expect(later.Body).To(ContainSubstring("En atención desde las 9:00, 23 min"))
		Expect(later.Header.Get("HX-Trigger-After-Settle")).To(BeEmpty())
		Expect(c.visit(c.Rojas, accounts.Doctor).get(polled).Status).To(Equal(http.StatusNotFound))
	})

	It("is written by one window at a time, and lost by none", func() {
		address, opened := c.begin(v)
		note := with(opened.note("a"), "f.motivo", "De la primera")
		Expect(v.post(address+"/borrador", note).Status).To(Equal(http.StatusOK))
		again := v.post(address+"/borrador", note)
		Expect(again.Status).To(Equal(http.StatusOK), "the first answer was lost")

		second := v.get(address)
		Expect(second.Body).To(And(ContainSubstring("Se está escribiendo en otra ventana"), MatchRegexp(`<fieldset[^>]*disabled`), ContainSubstring(`data-titular="a"`)))
		other := with(second.note("b"), "f.motivo", "De la segunda")
		stale := v.post(address+"/borrador", other)
		Expect(stale.Header.Get("HX-Retarget")).To(Equal("#nota"), "the window gets the note as it stands, to read")
		Expect(stale.Body).To(And(ContainSubstring("De la primera"), MatchRegexp(`<fieldset[^>]*disabled`), MatchRegexp(`(?s)Lo que usted escribió y no está en la nota.*De la segunda`)))
		Expect(v.post(address+"/ventana", url.Values{"ventana": {"b"}}).Header.Get("HX-Redirect")).To(Equal(address))
		Expect(v.post(address+"/borrador", other).Header.Get("HX-Retarget")).To(BeEmpty())
		other.Set("version", v.get(address).hidden("version"))
		other.Set("f.motivo", "De la segunda, corregida")
		Expect(v.post(address+"/borrador", other).Header.Get("HX-Retarget")).To(BeEmpty())
		other.Set("version", v.get(address).hidden("version"))
		other.Set("f.motivo", "Otra cosa")
		Expect(v.post(address+"/borrador", other).Header.Get("HX-Retarget")).To(BeEmpty())
		Expect(v.get(address).Body).NotTo(ContainSubstring("no está en la nota"), "what was in the note once was changed on purpose")
		other.Set("version", v.get(address).hidden("version"))
		other.Set("f.motivo", "De la segunda")
		Expect(v.post(address+"/borrador", other).Header.Get("HX-Retarget")).To(BeEmpty())

		lost := with(opened.note("a"), "f.motivo", "De la primera", "f.relato", "Tose de noche")
		for _, relato := range []string{"Tose de noche", "Tose de noche y silba"} { // it goes on typing before it hears of it
			lost.Set("f.relato", relato)
			Expect(v.post(address+"/borrador", lost).Body).To(ContainSubstring("De la segunda"))
		}
		Expect(v.post(address+"/revision", lost).Header.Get("HX-Retarget")).To(Equal("#nota"), "it signs nothing that it has not seen")
		reloaded := v.get(address)
		Expect(reloaded.Body).To(And(ContainSubstring("De la segunda"), ContainSubstring("Tose de noche y silba")), "it survives a reload")
		Expect(c.rowsOf("select count(*) from record_asides where holder = 'a'")).To(Equal(1))
		aside := regexp.MustCompile(`name="aparte" value="([^"]+)"`).FindStringSubmatch(reloaded.Body)[1]
		Expect(v.post("/atenciones/"+newID().String()+"/apartes", url.Values{"aparte": {aside}}).Status).To(Equal(http.StatusNotFound))
		Expect(v.get(address).Body).To(ContainSubstring("Tose de noche y silba"))
		Expect(v.post(address+"/apartes", url.Values{"aparte": {aside}}).Status).To(Equal(http.StatusOK))
		Expect(v.get(address).Body).NotTo(ContainSubstring("Tose de noche y silba"))

		Expect(v.post(address+"/ventana", url.Values{"ventana": {"a"}, "dejar": {"si"}}).Status).To(Equal(http.StatusNoContent))
		Expect(v.get(address).Body).To(ContainSubstring("Se está escribiendo en otra ventana"), "it is not the first one's to let go")
		Expect(v.post(address+"/ventana", url.Values{"ventana": {"b"}, "dejar": {"si"}}).Status).To(Equal(http.StatusNoContent))
		closed := v.get(address)
		Expect(closed.Body).NotTo(ContainSubstring("Se está escribiendo en otra ventana"), "the window that held it was closed")
		Expect(v.post(address+"/borrador", with(closed.note("c"), "f.motivo", "De la tercera")).Status).To(Equal(http.StatusOK))
	})

	It("works without script, changes its template while nothing stands in it, and repeats a prescription", func() {
		c.signed(v)
		v.plain = true
		address := v.post("/atenciones", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "paciente": {c.Ana.String()}}).Header.Get("Location")
		opened := v.get(address)
		Expect(opened.Body).To(And(ContainSubstring("Guardar borrador"), ContainSubstring("J02.9"), ContainSubstring("data-copia-texto")))
		changed := v.post(address+"/plantilla", with(opened.note("a"), "plantilla", "pediatria@1"))
		Expect(changed.Status).To(Equal(http.StatusSeeOther))
		opened = v.get(address)
		Expect(opened.hidden("plantilla_vista")).To(Equal("pediatria@1"))

		Expect(v.post(address+"/diagnosticos", with(opened.note("a"), "hacer", "anadir", "codigo", "j029")).Status).To(Equal(http.StatusSeeOther))
		opened = v.get(address)
		Expect(opened.Body).To(MatchRegexp(`(?s)name="dx.tipo.J02.9" value="R" checked`), "it was definitive before")
		Expect(v.post(address+"/tratamiento", with(opened.note("a"), "hacer", "repetir")).Status).To(Equal(http.StatusSeeOther))
		Expect(v.get(address).Body).To(ContainSubstring("Paracetamol"))
		Expect(v.post(address+"/plantilla", with(v.get(address).note("a"), "plantilla", "odontologia@1")).Status).To(Equal(http.StatusConflict))
		v.plain = false
		side := v.get(address + "/historia?vista=recetas").Body
		Expect(side).To(And(ContainSubstring("Paracetamol 500 mg"), ContainSubstring("Suspender")))
		medicine := regexp.MustCompile(`/medicamentos/([0-9a-f-]{36})/suspension`).FindStringSubmatch(side)[1]
		Expect(v.post("/medicamentos/"+medicine+"/suspension", url.Values{"op_id": {newID().String()}, "motivo": {""}}).Body).To(ContainSubstring("Falta el motivo"))
		Expect(v.post("/medicamentos/"+medicine+"/suspension", url.Values{"op_id": {newID().String()}, "motivo": {"Náuseas"}}).Status).To(Equal(http.StatusOK))
		Expect(v.get(address + "/historia?vista=recetas").Body).To(ContainSubstring("Náuseas"))

		By("the patient's page")
		const readings = "select count(*) from audit_log where entity = 'patient_record' and action = 'read' and entity_id = $1"
		read := c.rowsOf(readings, c.Ana)
		page := v.get("/pacientes/" + c.Ana.String() + "/recetas").Body
		Expect(page).To(And(ContainSubstring("Suspendido el 24 nov"), ContainSubstring("Motivo: Náuseas"), Not(ContainSubstring("Lo toma hasta el")), ContainSubstring("/imprimir")))
		Expect(c.rowsOf(readings, c.Ana)).To(Equal(read+1), "every reading is written down")
		repeat := regexp.MustCompile(`/recetas/[0-9a-f-]{36}/repetir`).FindString(page)
		again := url.Values{"op_id": {newID().String()}, "id": {newID().String()}}
		Expect(v.post(repeat, again).Status).To(Equal(http.StatusConflict), "a window writes that note")
		Expect(v.post(address+"/tratamiento", with(v.get(address).note("a"), "hacer", "repetir")).Body).To(And(
			ContainSubstring("Paracetamol 500 mg no se repitió. Suspendido: Náuseas."), Not(ContainSubstring(`name="rx" value=`))))
		Expect(v.post(address+"/ventana", url.Values{"ventana": {"a"}, "dejar": {"si"}}).Status).To(Equal(http.StatusNoContent))
		again.Set("op_id", newID().String())
		Expect(v.post(repeat, again).Header.Get("HX-Redirect")).To(Equal(address), "the attention that goes on")
		Expect(strings.Count(v.get(address).Body, `name="rx" value=`)).To(Equal(1), "what was stopped is not repeated")
		again.Set("op_id", newID().String())
		Expect(c.visit(c.Rojas, accounts.Doctor).post(repeat, again).Status).To(Equal(http.StatusNotFound))
		Expect(v.get(address + "/historia?vista=resultados").Body).To(ContainSubstring("148"))
		Expect(v.get(address + "/cita").Body).To(ContainSubstring("Sin próxima cita."))
	})

	It("is nobody else's, and what waits is signed together", func() {
		address, opened := c.begin(v)
		rojas := c.visit(c.Rojas, accounts.Doctor)
		Expect(rojas.get(address).Status).To(Equal(http.StatusNotFound))
		Expect(rojas.post(address+"/borrador", opened.note("x")).Status).To(Equal(http.StatusNotFound))
		assistant := c.visit(c.Rojas, accounts.Assistant)
		Expect(assistant.get(address).Status).To(Equal(http.StatusNotFound))
		Expect(v.post(address+"/borrador", url.Values{"version": {"x"}}).Status).To(Equal(http.StatusUnprocessableEntity))

		Expect(v.get("/por-firmar").Body).To(ContainSubstring("Todo está firmado"))
		waiting := c.unsigned()
		list := v.get("/por-firmar").Body
		Expect(list).To(And(ContainSubstring("Quispe, Ana"), ContainSubstring("escrito hoy 8:14, recibido hoy 9:00"), ContainSubstring("Sin conexión")))
		Expect(v.post("/por-firmar", url.Values{"op_id": {newID().String()}, "documento": {waiting.String()}, "prueba": {"1"}}).Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(v.post("/por-firmar", url.Values{"op_id": {newID().String()}, "documento": {waiting.String()}, "prueba": {"123456"}}).Header.Get("HX-Redirect")).To(Equal("/por-firmar"))
		Expect(v.get("/por-firmar").Body).To(ContainSubstring("Todo está firmado"))
	})
})

// medicine is the id of the first presentation that a search finds.
func medicine(query string) string {
	GinkgoHelper()
	table, err := catalog.LoadMedicines()
	Expect(err).NotTo(HaveOccurred())
	return table.Search(query, 1)[0].ID
}

// signed is an attention of Ana's appointment with a prescription, closed.
func (c *clinic) signed(v visitor) {
	GinkgoHelper()
	address, opened := c.begin(v)
	note := with(opened.note("a"), "f.motivo", "Dolor de garganta", "f.relato", "Tres días", "f.pa", "148/92", "dx", "J02.9", "dx.tipo.J02.9", "D",
		"rx", "0", "rx.0.medicine", medicine("paracetamol tab 500"), "rx.0.dose", "1", "rx.0.dose_unit", "tableta", "rx.0.route", "oral",
		"rx.0.frequency", "every_hours", "rx.0.number", "8", "rx.0.duration", "3", "rx.0.duration_unit", "days")
	asked := v.post(address+"/revision", note)
	done := v.post(address+"/firma", url.Values{"op_id": {newID().String()}, "version": {asked.hidden("version")}, "ventana": {"a"}, "prueba": {"123456"}})
	Expect(done.Header.Get("HX-Redirect")).To(Equal(address), done.Body+asked.Body)
}

// unsigned is a note of Dra. Salas that a device brought: written at 8:14 without connection, received at nine.
func (c *clinic) unsigned() uuid.UUID {
	GinkgoHelper()
	id, encounter := newID(), newID()
	written := now.Add(-46 * time.Minute)
	body := `{"author":{"college":"CMP","college_number":"12345","membership_id":"` + c.Salas.Membership.String() + `","name":"Dra. Rosa Salas","profession":""},"content":{},` +
		`"diagnoses":[{"code":"J02.9","kind":"P","title":"Faringitis aguda, no especificada"}],"encounter_id":"` + encounter.String() + `","id":"` + id.String() + `","offline":true,` +
		`"patient_id":"` + c.Ana.String() + `","record_type":"note","template_id":"consulta-general","template_version":1,"written_at":"` + written.Format("2006-01-02T15:04:05.000000Z") + `"}`
	c.exec(`insert into encounters (clinic_id, id, patient_id, doctor_id, site_id, started_at, ended_at) values ($1, $2, $3, $4, $5, $6, $6)`,
		c.ID, encounter, c.Ana, c.Salas.Membership, c.Site, written)
	c.exec(`insert into medical_records (clinic_id, id, patient_id, encounter_id, author_id, record_type, template_id, template_version, cie10_codes, body, data, content_hash, offline, written_at, received_at)
		values ($1, $2, $3, $4, $5, 'note', 'consulta-general', 1, '{J02.9}', $6::text, ($6::text)::jsonb, sha256(convert_to($6::text, 'UTF8')), true, $7, $8)`,
		c.ID, id, c.Ana, encounter, c.Salas.Membership, body, written, now)
	return id
}
