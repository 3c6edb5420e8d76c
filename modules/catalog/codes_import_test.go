package catalog_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/catalog/cie10"
)

// master writes the program's own table as MINSA writes its own: no dots, an X, capitals, no accents, padded with blanks.
func master(change func(code, title string) (string, string)) string {
	GinkgoHelper()
	own, err := catalog.BuiltIn{}.Newer(context.Background(), "")
	Expect(err).NotTo(HaveOccurred())
	var file strings.Builder
	file.WriteString("\ufeffCodigo_Item,Descripcion_Item,Fg_Tipo,Descripcion_Tipo_Item,Fg_Estado\r\n")
	for _, e := range own.Table.Entries {
		if e.Heading || e.Retired || strings.HasPrefix(e.Code.Code, "U8") { // which MINSA gives another sense
			continue
		}
		code, title := change(strings.ReplaceAll(e.Code.Code, ".", ""), strings.ToUpper(e.Title))
		if len(code) == 3 {
			code += "X"
		}
		if code != "" {
			file.WriteString(code + "     ,\"" + title + "  \",CX,DIAGNOSTICO,1\r\n")
		}
	}
	file.WriteString("9999,OTRO,CX,DIAGNOSTICO,1\r\n90471,VACUNA,CP,PROCEDIMIENTO,1\r\nU0099,CHARLA,CX,DIAGNOSTICO,1\r\nU7999,VISITA,CX,DIAGNOSTICO,1\r\n")
	return file.String()
}

// load puts a table in force as the command does.
func (a *app) load(file string) (catalog.Loaded, error) {
	return catalog.ImportCIE10(context.Background(), catalog.Owner{DB: a.Owner}, strings.NewReader(file), "", "MAESTRO_HIS_CIE_CPMS.csv")
}

func same(code, title string) (string, string) { return code, title }

var _ = Describe("loading MINSA's table", Ordered, func() {
	var a *app
	var doctor, admin visitor
	var first catalog.Loaded

	find := func(typed string) string {
		GinkgoHelper()
		answer := doctor.post("/diagnosticos/buscar", url.Values{"q": {typed}})
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		return answer.Body.String()
	}

	BeforeAll(func() {
		a = newApp()
		doctor, admin = a.as(a.Norte, accounts.Doctor), a.as(a.Norte, accounts.ClinicAdmin)
	})

	It("is shown as the program's own before", func() {
		page := admin.get("/configuracion/catalogos").Body.String()
		Expect(page).To(And(ContainSubstring("Incluida en el programa"), ContainSubstring("© Organización Mundial de la Salud"), ContainSubstring("LOINC is copyright")))
		Expect(page).NotTo(ContainSubstring("Cargado"))
	})

	It("puts it in force while the program runs", func() {
		Expect(find("asma crisis leve")).NotTo(ContainSubstring("J45.91"))
		var err error
		first, err = a.load(master(func(code, title string) (string, string) {
			switch code {
			case "A150":
				return code, "TBC PULMONAR BK (+)"
			case "K029":
				return "J4591", "ASMA NO ESPECIFICADA, CRISIS LEVE"
			}
			return code, title
		}))
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Codes).To(BeNumerically(">", 12_000))
		Expect(first.New).To(Equal(first.Codes))
		Expect([]int{first.Skipped, first.Retired}).To(Equal([]int{3, 0}), "9999, 90471 and MINSA's own activity; WHO's U00 is a disease")
		Expect(find("K02.9")).To(ContainSubstring(`data-valor="K02.9"`), "nobody has looked again yet")
		a.later += time.Minute
		Expect(find("pulmonar bk +")).To(ContainSubstring(`data-texto="A15.0 Tuberculosis del pulmón`), "shown with its accents, found by MINSA's words")
		Expect(find("asma crisis leve")).To(ContainSubstring("J45.91 Asma no especificada, crisis leve"))
		Expect(find("K02.9")).NotTo(ContainSubstring(`data-valor="K02.9"`))
	})

	It("says what is in force, whose it is and since when", func() {
		page := admin.get("/configuracion/catalogos").Body.String()
		for _, words := range []string{"MAESTRO_HIS_CIE_CPMS.csv", first.Version, "Ministerio de Salud del Perú", "Cargado", "CIE-10, tabla maestra HIS de MINSA"} {
			Expect(page).To(ContainSubstring(words))
		}
		Expect(doctor.get("/configuracion/catalogos").Code).To(Equal(http.StatusNotFound))
	})

	It("does nothing the second time, changes what differs and retires what is gone", func() {
		second, err := a.load(master(same))
		Expect(err).NotTo(HaveOccurred())
		Expect([]any{second.Same, second.New, second.Retired}).To(Equal([]any{false, 1, 1}), "caries is back, the crisis is gone")
		third, err := a.load(master(same))
		Expect(err).NotTo(HaveOccurred())
		Expect(third.Same).To(BeTrue())
		a.later += time.Minute
		Expect(find("K02.9")).To(ContainSubstring(`data-valor="K02.9"`))
		Expect(find("J45.91")).NotTo(ContainSubstring(`data-valor="J45.91"`))
		Expect(a.Committed(a.Norte, "doctor", func(ctx context.Context) error {
			codes := catalog.NewCodes(catalog.LoadedCodes{}, a.now)
			_, err := codes.Check(ctx, "diagnosticos", catalog.Noted{Code: "J4591"})
			Expect(err).To(MatchError(ContainSubstring("ya no se usa")))
			_, err = codes.Check(ctx, "diagnosticos", catalog.Noted{Code: "K02"})
			Expect(err).To(MatchError(ContainSubstring("es una categoría")))
			return nil
		})).To(Succeed())
	})

	DescribeTable("refuses what is no whole table, and leaves what is in force",
		func(file, words string) {
			_, err := a.load(file)
			Expect(err).To(MatchError(ContainSubstring(words)))
			var codes int
			Expect(a.Admin.QueryRow(context.Background(), "select count(*) from cie10_codes where not retired").Scan(&codes)).To(Succeed())
			Expect(codes).To(BeNumerically(">", 12_000))
		},
		Entry("nothing", "", "no line of headings"),
		Entry("another table", "id,nombre\n1,Rosa\n", "no known format"),
		Entry("a table that was cut", "Codigo_Item,Descripcion_Item,Fg_Tipo,Descripcion_Tipo_Item,Fg_Estado\nI10X,HIPERTENSION,CX,D,1\n", "the file has 1 diagnoses; a whole table has 12000 or more"),
		Entry("letters of another alphabet", "Codigo_Item,Descripcion_Item,Fg_Tipo,Fg_Estado\nA00,C\xf3lera,CX,1\n", "line 2 is not written in UTF-8"),
	)

	It("takes the format that is named, and no other", func() {
		keeper := catalog.Owner{DB: a.Owner}
		_, err := catalog.ImportCIE10(context.Background(), keeper, strings.NewReader(master(same)), cie10.Peru, "x")
		Expect(err).To(MatchError(ContainSubstring("lacks the columns codigo, descripcion, seleccionable, tipo, minsa_activo")))
		_, err = catalog.ImportCIE10(context.Background(), keeper, strings.NewReader(master(same)), "xls", "x")
		Expect(err).To(MatchError(ContainSubstring("it is minsa or peru")))
	})
})
