package form_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/hce/form"
)

// field is a template of one field, on line 3 of its text, beside a number "otro".
func field(members string) string {
	return "{\"id\": \"p\", \"version\": 1, \"title\": \"P\", \"sections\": [{\"key\": \"examen\", \"title\": \"Examen\", \"fields\": [\n" +
		"{\"key\": \"otro\", \"label\": \"Otro\", \"type\": \"number\"},\n{" + members + "}]}]}"
}

func problems(text string) []form.Problem {
	GinkgoHelper()
	_, err := form.Parse([]byte(text))
	var refused *form.TemplateError
	Expect(errors.As(err, &refused)).To(BeTrue(), "not refused: %v", err)
	return refused.Problems
}

var _ = Describe("a template", func() {
	It("is read with all its members", func() {
		t := parsed(small)
		Expect(t.ID).To(Equal("prueba"))
		Expect(t.Version).To(Equal(3))
		Expect(t.Sections[1].Layout).To(Equal(form.Tiles))
		temp, found := t.Field("temp")
		Expect(found).To(BeTrue())
		Expect(temp.Min.String() + " " + temp.SoftMax.String() + " " + temp.LOINC).To(Equal("25 41 8310-5"))
		inicio, _ := t.Field("inicio")
		Expect(inicio.Options).To(Equal([]form.Option{{"Brusco", "Brusco"}, {"lento", "Insidioso"}}))
		peso, _ := t.Field("peso")
		Expect(peso.SoftMin.String()).To(Equal("if(edad_anios < 12, 2, 30)"))
		Expect(peso.Decimals).To(Equal(2), "unless it says")
	})

	It("is the same after it was written and read again", func() {
		templates, err := form.Shipped()
		Expect(err).NotTo(HaveOccurred())
		for _, t := range append(templates, parsed(small)) {
			text, err := json.Marshal(t)
			Expect(err).NotTo(HaveOccurred())
			again, err := form.Parse(text)
			Expect(err).NotTo(HaveOccurred())
			Expect(form.Diff(t, again)).To(BeEmpty())
			rewritten, err := json.Marshal(again)
			Expect(err).NotTo(HaveOccurred())
			Expect(rewritten).To(MatchJSON(text))
		}
	})

	It("that is wrong says where, in words and by line", func() {
		p := problems(field(`"key": "talla", "label": "Talla", "type": "number", "min": 250, "max": 20`))
		Expect(p).To(HaveLen(1))
		Expect(p[0].String()).To(Equal("Sección «examen», campo «talla»: el mínimo es mayor que el máximo. Línea 3"))
		Expect(p[0].Path).To(Equal("$.sections[0].fields[1].min"))
		Expect(p[0].Column).To(Equal(61))
	})

	DescribeTable("is refused", func(members, says string) {
		p := problems(field(members))
		Expect(p[0].String()).To(ContainSubstring(says))
		Expect(p[0].Place).To(HavePrefix("Sección «examen»"))
		Expect(p[0].Line).To(Equal(3))
	},
		Entry("a member nobody knows", `"key": "a", "label": "A", "type": "text", "color": "rojo"`, "no se conoce «color»"),
		Entry("a member twice", `"key": "a", "label": "A", "label": "B", "type": "text"`, "«label» está dos veces"),
		Entry("without a label", `"key": "a", "type": "text"`, "falta «label»"),
		Entry("without a key", `"label": "A", "type": "text"`, "falta «key»"),
		Entry("without a type", `"key": "a", "label": "A"`, "falta «type»"),
		Entry("a type nobody knows", `"key": "a", "label": "A", "type": "foto"`, "text, long, number"),
		Entry("a key with capitals", `"key": "Talla", "label": "A", "type": "text"`, "letras minúsculas"),
		Entry("a key twice", `"key": "otro", "label": "A", "type": "text"`, "ya es de otro campo, en la línea 2"),
		Entry("a key that formulas use", `"key": "sexo", "label": "A", "type": "text"`, "es una palabra de las fórmulas"),
		Entry("a key that is a function", `"key": "edad", "label": "A", "type": "text"`, "es una palabra de las fórmulas"),
		Entry("a label that is no text", `"key": "a", "label": 1, "type": "text"`, "texto entre comillas"),
		Entry("an empty label", `"key": "a", "label": " ", "type": "text"`, "vacío"),
		Entry("a label that is long", `"key": "a", "label": "`+strings.Repeat("a", 121)+`", "type": "text"`, "120 letras"),
		Entry("a label of two lines", `"key": "a", "label": "a\nb", "type": "text"`, "salto de línea"),
		Entry("limits of a text", `"key": "a", "label": "A", "type": "text", "min": 1`, "«min» no sirve en un campo de una línea"),
		Entry("a limit that is no number", `"key": "a", "label": "A", "type": "number", "min": true`, "se espera un número"),
		Entry("a limit with an exponent", `"key": "a", "label": "A", "type": "number", "max": 1e999999999`, "se espera un número"),
		Entry("a hard limit that is reckoned", `"key": "a", "label": "A", "type": "number", "min": "otro"`, "se espera un número"),
		Entry("soft limits crossed", `"key": "a", "label": "A", "type": "number", "soft_min": 3, "soft_max": 2`, "mínimo usual es mayor"),
		Entry("a soft limit below the hard one", `"key": "a", "label": "A", "type": "number", "min": 3, "soft_min": 2`, "por debajo del mínimo"),
		Entry("a soft limit above the hard one", `"key": "a", "label": "A", "type": "number", "max": 3, "soft_max": 4`, "pasa del máximo"),
		Entry("a soft limit that is no number", `"key": "a", "label": "A", "type": "number", "soft_max": "sexo = \"F\""`, "tiene que dar un número"),
		Entry("limits of the diastolic crossed", `"key": "a", "label": "A", "type": "pressure", "diastolic": {"min": 3, "max": 2}`, "el mínimo es mayor"),
		Entry("a diastolic of a number", `"key": "a", "label": "A", "type": "number", "diastolic": {"min": 3}`, "no sirve"),
		Entry("a number without decimals", `"key": "a", "label": "A", "type": "number", "decimals": 0`, "integer"),
		Entry("too many decimals", `"key": "a", "label": "A", "type": "number", "decimals": 9`, "de 0 a 6"),
		Entry("a choice of nothing", `"key": "a", "label": "A", "type": "choice"`, "falta «options»"),
		Entry("no options", `"key": "a", "label": "A", "type": "choice", "options": []`, "está vacía"),
		Entry("an option twice", `"key": "a", "label": "A", "type": "choice", "options": ["x", "x"]`, "la opción «x» está dos veces"),
		Entry("two options that read the same", `"key": "a", "label": "A", "type": "choice", "options": ["x", {"value": "y", "label": "x"}]`, "se leen «x»"),
		Entry("an option without its label", `"key": "a", "label": "A", "type": "choice", "options": [{"value": "y"}]`, "falta «label»"),
		Entry("an option that is nothing", `"key": "a", "label": "A", "type": "choice", "options": [null]`, "texto entre comillas"),
		Entry("a computed field without formula", `"key": "a", "label": "A", "type": "computed"`, "falta «compute»"),
		Entry("a required computed field", `"key": "a", "label": "A", "type": "computed", "compute": "otro", "required": true`, "«required» no sirve"),
		Entry("a formula for a typed field", `"key": "a", "label": "A", "type": "number", "compute": "otro"`, "«compute» no sirve"),
		Entry("a dangling reference in compute", `"key": "a", "label": "A", "type": "computed", "compute": "otra * 2"`, "en la fórmula, no existe «otra» (letra 1)"),
		Entry("a dangling reference in show_if", `"key": "a", "label": "A", "type": "text", "show_if": "x > 1"`, "no existe «x»"),
		Entry("a condition that is a number", `"key": "a", "label": "A", "type": "text", "show_if": "otro"`, "tiene que dar un sí o no"),
		Entry("a condition that is no text", `"key": "a", "label": "A", "type": "text", "show_if": 1`, "fórmula entre comillas"),
		Entry("a part that the field has not", `"key": "a", "label": "A", "type": "computed", "compute": "otro.sistolica"`, "no existe «otro.sistolica»"),
		Entry("a field shown by itself", `"key": "a", "label": "A", "type": "yesno", "show_if": "a"`, "en círculo: a → a"),
		Entry("a field computed from itself", `"key": "a", "label": "A", "type": "computed", "compute": "a + 1"`, "en círculo: a → a"),
		Entry("a wrong LOINC code", `"key": "a", "label": "A", "type": "number", "loinc": "8310-6"`, "LOINC"),
		Entry("rows of a line", `"key": "a", "label": "A", "type": "text", "rows": 3`, "«rows» no sirve"),
		Entry("rows without end", `"key": "a", "label": "A", "type": "long", "rows": 21`, "de 1 a 20"),
		Entry("an explanation that explains nothing", `"key": "a", "type": "note"`, "falta «label»"),
		Entry("required as a word", `"key": "a", "label": "A", "type": "text", "required": "sí"`, "true o false"),
		Entry("an answer of an explanation", `"key": "a", "label": "A", "type": "note", "show_if": "empty(a)"`, "no existe «a»"),
	)

	DescribeTable("as a whole is refused", func(text, says string) {
		Expect(problems(text)[0].String()).To(ContainSubstring(says))
	},
		Entry("nothing", ``, "Esto no es JSON"),
		Entry("a cut text", `{"id": "a"`, "no es JSON"),
		Entry("a comma too much", "{\"id\": \"a\",\n\"version\": 1,}", "Línea 2"),
		Entry("two documents", `{} {}`, "no es JSON"),
		Entry("a list", `[]`, "Se espera un objeto"),
		Entry("without sections", `{"id": "a", "version": 1, "title": "A"}`, "Falta «sections»"),
		Entry("a version before the first", `{"id": "a", "version": 0, "title": "A", "sections": []}`, "de 1 a 1000000"),
		Entry("a version with decimals", `{"id": "a", "version": 1.0, "title": "A", "sections": []}`, "de 1 a 1000000"),
		Entry("an id with spaces", `{"id": "a b", "version": 1, "title": "A", "sections": []}`, "«id» lleva letras minúsculas"),
		Entry("damaged letters", "{\"id\": \"\xff\"}", "UTF-8"),
		Entry("too deep", strings.Repeat("[", 50), "niveles"),
		Entry("too large", `{"id": "`+strings.Repeat("a", 300<<10)+`"}`, "256 kB"),
		Entry("only explanations", `{"id": "a", "version": 1, "title": "A", "sections": [{"key": "s", "title": "S", "fields": [{"key": "n", "label": "N", "type": "note"}]}]}`, "no pregunta nada"),
		Entry("two sections of one key", `{"id": "a", "version": 1, "title": "A", "sections": [{"key": "s", "title": "S", "fields": [{"key": "x", "label": "X", "type": "text"}]}, {"key": "s", "title": "T", "fields": [{"key": "y", "label": "Y", "type": "text"}]}]}`, "hay otra sección con la misma clave"),
		Entry("a section without fields", `{"id": "a", "version": 1, "title": "A", "sections": [{"key": "s", "title": "S"}]}`, "Sección «s»: falta «fields»"),
		Entry("a circle through two fields and a condition", `{"id": "a", "version": 1, "title": "A", "sections": [{"key": "s", "title": "S", "fields": [
			{"key": "x", "label": "X", "type": "computed", "compute": "w + 1"}, {"key": "w", "label": "W", "type": "computed", "compute": "z + 1"},
			{"key": "z", "label": "Z", "type": "number", "show_if": "x > 1"}]}]}`, "en círculo: x → w → z → x"),
	)

	DescribeTable("with a broken bracket names the line of the bracket", func(whole, broken string, line int, says string) {
		text := `{"id": "a", "version": 1, "title": "A",
"sections": [
{"key": "s", "title": "S",
"fields": [
{"key": "x", "label": "X", "type": "choice",
"options": ["uno",
"dos"]},
{"key": "z", "label": "Z", "type": "text"}
]}
]}
`
		Expect(form.Parse([]byte(text))).To(HaveField("ID", "a"))
		p := problems(strings.Replace(text, whole, broken, 1))
		Expect(p[0].String()).To(And(ContainSubstring(says), HaveSuffix(". Línea "+strconv.Itoa(line))))
	},
		Entry("options that do not begin", `["uno"`, `"uno"`, 6, "aquí falta «[»"),
		Entry("options that do not end", `"dos"]`, `"dos"`, 6, "el «[» de aquí no se cierra («}» en la línea 7)"),
		Entry("options that begin twice", `["uno"`, `[["uno"`, 6, "el «[» de aquí no se cierra"),
		Entry("fields that do not begin", `"fields": [`, `"fields":`, 4, "aquí falta «[»"),
		Entry("fields that do not end", `}
]}`, `}
}`, 4, "el «[» de aquí no se cierra («}» en la línea 9)"),
		Entry("sections that do not begin", `"sections": [`, `"sections":`, 2, "aquí falta «[» o «}» («]» en la línea 10)"),
		Entry("sections that do not end", `]}
]}`, `]}
}`, 2, "el «[» de aquí no se cierra («}» en la línea 10)"),
		Entry("a field that does not end", `"text"}`, `"text"`, 8, "aquí falta «[» o «}» («]» en la línea 9)"),
		Entry("a document that does not end", `]}
]}`, `]}
]`, 1, "el «{» de aquí no se cierra"),
		Entry("a comma before it", `"A",`, `"A"`, 2, "falta o sobra una coma"),
	)

	It("tells all its problems at once, in their order", func() {
		found := problems(field(`"key": "a", "label": "", "type": "texto", "min": "x"`))
		Expect(len(found)).To(BeNumerically(">=", 3))
		many := problems(`{"id": "a", "version": 1, "title": "A", "sections": [` + strings.TrimSuffix(strings.Repeat(`{"x": 1},`, 30), ",") + `]}`)
		Expect(many).To(HaveLen(20))
	})

	It("computes from computed fields in whatever order they stand", func() {
		t := parsed(field(`"key": "z", "label": "Z", "type": "computed", "compute": "text(w)"}, {"key": "w", "label": "W", "type": "computed", "compute": "otro * 2"`))
		z, _ := t.Field("z")
		Expect(form.Compute(t, form.Values{"otro": form.OfText("2")}, edith())).To(HaveKeyWithValue("z", form.OfText("4")), z.Key)
	})

	It("never breaks the reader, whatever the text", func() {
		words := []string{`{`, `}`, `[`, `]`, `,`, `:`, `"id"`, `"a"`, `1`, `-0`, `1e9`, `null`, `true`, `"sections"`, `"fields"`, `"key"`, `"type"`, `"number"`, `"show_if"`, `"compute"`, `"a + 1"`, `"min"`, "\n", `"options"`, `"title"`, `"version"`}
		rapid.Check(GinkgoTB(), func(t *rapid.T) {
			text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(t, "words"), "")
			_, err := form.Parse([]byte(text))
			var refused *form.TemplateError
			if err != nil && (!errors.As(err, &refused) || len(refused.Problems) == 0 || refused.Problems[0].Line < 1) {
				t.Fatalf("%q: %v", text, err)
			}
		})
		rapid.Check(GinkgoTB(), func(t *rapid.T) { // a good one with one piece changed
			cut := rapid.IntRange(0, len(small)).Draw(t, "at")
			piece := rapid.OneOf(rapid.SampledFrom(words), rapid.String()).Draw(t, "piece")
			end := min(len(small), cut+rapid.IntRange(0, 30).Draw(t, "gone"))
			text := small[:cut] + piece + small[end:]
			if read, err := form.Parse([]byte(text)); err == nil {
				form.Compute(read, form.Values{}, edith())
			}
		})
	})
})
