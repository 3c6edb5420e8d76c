package form_test

import (
	"encoding/json"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/hce/form"
	"hampi/modules/platform/canonical"
)

func read(pairs ...string) form.Values {
	GinkgoHelper()
	values, problems := form.Read(parsed(small), sent(pairs...), edith())
	Expect(problems).To(BeEmpty())
	return values
}

var _ = Describe("a note", func() {
	DescribeTable("is read as people type", func(key, typed string, want form.Value) {
		values, problems := form.Read(parsed(small), sent(key, typed), edith())
		Expect(problems).To(BeEmpty())
		Expect(values[key]).To(Equal(want))
	},
		Entry("a decimal comma", "temp", "36,5", form.OfText("36.5")),
		Entry("a decimal point", "temp", " 36.50 ", form.OfText("36.5")),
		Entry("thousands", "peso", "1,234.5", form.OfText("1234.5")),
		Entry("thousands without decimals", "talla", "1,234", form.OfText("1234")),
		Entry("a leading point", "peso", ".5", form.OfText("0.5")),
		Entry("a trailing point", "peso", "68.", form.OfText("68")),
		Entry("a typographic minus", "peso", "−2", form.OfText("-2")),
		Entry("leading zeros", "talla", "0156", form.OfText("156")),
		Entry("a pressure with a stroke", "pa", "148/92", form.OfPressure(148, 92)),
		Entry("a pressure with a space", "pa", "148 92", form.OfPressure(148, 92)),
		Entry("a pressure without anything", "pa", "14892", form.OfPressure(148, 92)),
		Entry("a low pressure without anything", "pa", "9060", form.OfPressure(90, 60)),
		Entry("a high pressure without anything", "pa", "180110", form.OfPressure(180, 110)),
		Entry("a pressure with its unit", "pa", "120 / 80 mmHg", form.OfPressure(120, 80)),
		Entry("a day", "fum", "8/5/26", form.OfText("2026-05-08")),
		Entry("a day without strokes", "fum", "080526", form.OfText("2026-05-08")),
		Entry("a day of eight figures", "fum", "08052026", form.OfText("2026-05-08")),
		Entry("a day of the machine", "fum", "2026-05-08", form.OfText("2026-05-08")),
		Entry("a year of two digits far ahead", "fum", "01/01/60", form.OfText("1960-01-01")),
		Entry("a line with a break", "motivo", "dolor\r\nde muela\x00", form.OfText("dolor de muela")),
		Entry("a paragraph", "relato", "uno\r\n\r\ndos  ", form.OfText("uno\n\ndos")),
		Entry("a yes", "fuma", "si", form.OfTruth(true)),
		Entry("a no", "fuma", "no", form.OfTruth(false)),
		Entry("an option by its value", "inicio", "lento", form.OfText("lento")),
		Entry("nothing", "temp", "  ", form.Value{}),
	)

	It("is read with several options in the template's order, and a duration with its unit", func() {
		values := read("signos", "Tos", "signos", "Fiebre", "signos", "Tos", "tiempo", "2,5", "tiempo.unidad", "semana")
		Expect(values["signos"]).To(Equal(form.OfList("Fiebre", "Tos")))
		Expect(values["tiempo"]).To(Equal(form.OfSpan("2.5", "semana")))
	})

	DescribeTable("keeps what nobody can read, and says what is expected", func(key, typed, says string) {
		t := parsed(small)
		values, problems := form.Read(t, sent(key, typed), edith())
		Expect(problems).To(HaveKeyWithValue(form.Name(key), ContainSubstring(says)))
		Expect(values[key].Text).To(Equal(typed))
		Expect(values[key].Shape).To(Equal(form.Typed))
		again, _ := form.Check(t, values, edith())
		Expect(again).To(HaveKeyWithValue(form.Name(key), ContainSubstring(says)))
	},
		Entry("letters for a figure", "temp", "36x", "Se espera un número en °C."),
		Entry("an exponent", "temp", "1e9", "número"),
		Entry("too many digits", "peso", "12345678901234567890", "número"),
		Entry("a point within thousands", "peso", "1.2,345", "número"),
		Entry("thousands that are none", "peso", "12,34,567", "número"),
		Entry("a sign alone", "peso", "-", "número"),
		Entry("a pressure of three", "pa", "120/80/60", "120/80"),
		Entry("a pressure of one joint", "pa", "148/", "120/80"),
		Entry("seven figures of a pressure", "pa", "1481234", "120/80"),
		Entry("two commas", "temp", "3,6,5", "número"),
		Entry("one figure of a pressure", "pa", "148", "120/80"),
		Entry("a day that does not exist", "fum", "31/02/2026", "que existe"),
		Entry("five figures for a day", "fum", "10526", "día"),
		Entry("an option of another version", "inicio", "súbito", "opciones"),
		Entry("a yes in other words", "fuma", "quizá", "opciones"),
		Entry("a duration without unit", "tiempo", "3", "unidad"),
	)

	DescribeTable("is refused where an answer cannot be", func(says string, pairs ...string) {
		t := parsed(small)
		problems, doubts := form.Check(t, read(append(pairs, "motivo", "Control")...), edith())
		Expect(problems).To(HaveKeyWithValue(form.Name(pairs[0]), says))
		Expect(doubts).To(BeEmpty())
	},
		Entry("a temperature of 73", "73 °C no es posible; se admite de 25 a 45 °C.", "temp", "73"),
		Entry("a figure with more decimals", "Se admiten hasta 1 decimal.", "temp", "36.55"),
		Entry("a whole figure with decimals", "Se espera un número entero en cm.", "talla", "156.5"),
		Entry("a weight below zero", "-3 kg no es posible; se admite de 0.3 a 350 kg.", "peso", "-3"),
		Entry("a systolic below the diastolic", "La sistólica (90) tiene que ser mayor que la diastólica (120).", "pa", "90/120"),
		Entry("a systolic that is the diastolic", "La sistólica (90) tiene que ser mayor que la diastólica (90).", "pa", "90/90"),
		Entry("an impossible systolic", "Una sistólica de 310 no es posible; se admite de 30 a 300 mmHg.", "pa", "310/90"),
		Entry("an impossible diastolic", "Una diastólica de 10 no es posible; se admite de 20 a 200 mmHg.", "pa", "110/10"),
		Entry("a period after the day of the note", "Se admite hasta el 24/11/2026.", "fum", "25/11/2026"),
		Entry("a period too long ago", "Se admite desde el 20/01/2026.", "fum", "19/01/2026"),
		Entry("a duration of nothing", "Se admite más de 0 y hasta 999.", "tiempo", "0", "tiempo.unidad", "dia"),
		Entry("a duration of two decimals", "Se admite hasta 1 decimal.", "tiempo", "1.25", "tiempo.unidad", "dia"),
		Entry("a long line", "El texto tiene 301 letras; caben 300.", "motivo", strings.Repeat("ñ", 301)),
	)

	It("asks for what is required, only where it is asked", func() {
		t := parsed(small)
		problems, _ := form.Check(t, form.Values{}, edith())
		Expect(problems).To(HaveLen(1))
		Expect(problems).To(HaveKeyWithValue("f.motivo", "Falta este dato."))
		problems, _ = form.Check(t, read("motivo", "Tos", "signos", "Tos"), edith())
		Expect(problems).To(HaveLen(1))
		Expect(problems).To(HaveKey("f.tos_desde"))
	})

	It("neither checks nor keeps what is not shown, and a draft has it still", func() {
		t := parsed(small)
		values := read("motivo", "Control", "tos_desde", "9999")
		Expect(form.Check(t, values, edith())).To(BeEmpty())
		Expect(form.Compute(t, values, edith())).NotTo(HaveKey("tos_desde"))
		Expect(values).To(HaveKey("tos_desde"))
	})

	It("asks about what is improbable until a person confirms that very figure", func() {
		t := parsed(small)
		_, doubts := form.Check(t, read("motivo", "Fiebre", "temp", "41,8", "pa", "210/110"), edith())
		Expect(doubts).To(ConsistOf(
			form.Doubt{Key: "temp", Name: "f.temp", Question: "Temperatura 41.8 °C. ¿Es correcta?", Confirmed: "temp=41.8"},
			form.Doubt{Key: "pa", Name: "f.pa", Question: "Presión arterial 210/110 mmHg. ¿Es correcta?", Confirmed: "pa=210/110"},
		))
		confirmed := read("motivo", "Fiebre", "temp", "41.8", "_confirmado", "temp=41.8", "_confirmado", "nadie=1")
		problems, doubts := form.Check(t, confirmed, edith())
		Expect(problems).To(BeEmpty())
		Expect(doubts).To(BeEmpty())
		Expect(form.Compute(t, confirmed, edith()).Confirmed()).To(Equal([]string{"temp=41.8"}))

		corrected := read("motivo", "Fiebre", "temp", "42", "_confirmado", "temp=41.8")
		_, doubts = form.Check(t, corrected, edith())
		Expect(doubts).To(HaveLen(1))
		Expect(form.Compute(t, corrected, edith()).Confirmed()).To(BeEmpty())
	})

	It("knows what is improbable at each age", func() {
		child := edith()
		child.Birth = today.AddDate(-4, 0, 0)
		for weight, asks := range map[string]map[string]int{"16": {"child": 0, "woman": 1}, "1.5": {"child": 1, "woman": 1}, "60": {"child": 0, "woman": 0}} {
			_, ofChild := form.Check(parsed(small), read("motivo", "x", "peso", weight), child)
			_, ofWoman := form.Check(parsed(small), read("motivo", "x", "peso", weight), edith())
			Expect(map[string]int{"child": len(ofChild), "woman": len(ofWoman)}).To(Equal(asks), weight)
		}
		_, doubts := form.Check(parsed(small), read("motivo", "x", "peso", "16"), form.Context{})
		Expect(doubts).To(HaveLen(1), "an unknown age is an adult's")
		_, doubts = form.Check(parsed(small), read("motivo", "x", "peso", "16"), edith())
		Expect(doubts[0].Question).To(HaveSuffix("¿Es correcto?"))
	})

	It("computes", func() {
		kept := form.Compute(parsed(small), read("pa", "148/92", "peso", "68,4", "talla", "156", "fum", "08/05/2026"), edith())
		Expect(kept["pam"]).To(Equal(form.OfText("111")))
		Expect(kept["imc"]).To(Equal(form.OfText("28.1")))
		Expect(kept["eg"]).To(Equal(form.OfText("28+4")))
		Expect(kept["fpp"]).To(Equal(form.OfText("2027-02-12")))
		Expect(form.Compute(parsed(small), read("peso", "68,4"), edith())).NotTo(HaveKey("imc"))
		Expect(form.Compute(parsed(small), form.Values{"imc": form.OfText("99")}, edith())).NotTo(HaveKey("imc"), "nobody types a result")
	})

	It("that says nothing is empty", func() {
		t := parsed(small)
		Expect(form.Empty(t, read("motivo", " "))).To(BeTrue())
		Expect(form.Empty(t, form.Values{"pam": form.OfText("90"), "extraña": form.OfText("x")})).To(BeTrue())
		Expect(form.Empty(t, read("fuma", "no"))).To(BeFalse())
	})

	It("refuses answers that its template does not ask", func() {
		problems, _ := form.Check(parsed(small), form.Values{"motivo": form.OfText("x"), "ajeno": form.OfText("y")}, edith())
		Expect(problems).To(HaveLen(1))
		Expect(problems).To(HaveKey("f.ajeno"))
	})

	DescribeTable("of the API is refused where an answer is of another kind", func(key, value string) {
		var values form.Values
		Expect(json.Unmarshal([]byte(`{"motivo": "x", "`+key+`": `+value+`}`), &values)).To(Succeed())
		problems, _ := form.Check(parsed(small), values, edith())
		Expect(problems).To(HaveKey(form.Name(key)))
	},
		Entry("a list for a text", "motivo", `["x"]`),
		Entry("a figure in words", "temp", `"alta"`),
		Entry("a figure without end", "temp", `"1e999999999"`),
		Entry("a day in another way", "fum", `"08/05/2026"`),
		Entry("half a pressure", "pa", `{"systolic": 120}`),
		Entry("a duration of an unknown unit", "tiempo", `{"amount": "3", "unit": "siglo"}`),
		Entry("an option that is none", "inicio", `"Insidioso"`),
		Entry("an option twice", "signos", `["Tos", "Tos"]`),
		Entry("a text for a yes", "fuma", `"si"`),
		Entry("signs nobody sees", "relato", `"a\u0000b"`),
	)

	DescribeTable("has no answer that is a JSON of its own", func(value string) {
		var v form.Value
		Expect(json.Unmarshal([]byte(value), &v)).NotTo(Succeed())
	},
		Entry(nil, `36.5`), Entry(nil, `{}`), Entry(nil, `{"a": 1}`), Entry(nil, `{"systolic": 1, "x": 2}`), Entry(nil, `[1]`), Entry(nil, `{"systolic": 1.5, "diastolic": 1}`),
	)

	It("is written down for reading, in order, by the version it was written with", func() {
		t := parsed(small)
		kept := form.Compute(t, read("motivo", "Tos", "signos", "Tos", "signos", "Disnea", "tos_desde", "3", "tiempo", "1", "tiempo.unidad", "dia", "relato", "a\nb",
			"pa", "148/92", "temp", "41.8", "_confirmado", "temp=41.8", "inicio", "lento", "fuma", "no", "fum", "080526"), edith())
		kept["antiguo"] = form.OfText("de otra versión")
		var text []string
		for _, l := range form.Summary(t, kept) {
			text = append(text, strings.TrimSpace(l.Section+" | "+l.Label+" | "+l.Value+" "+l.Unit))
		}
		Expect(text).To(Equal([]string{
			"Motivo | Motivo de consulta | Tos", "Motivo | Tiempo de enfermedad | 1 día", "Motivo | Relato | a\nb", "Motivo | FUM | 08/05/2026", "Motivo | Inicio | Insidioso",
			"Motivo | Signos | Tos, Disnea", "Motivo | Días de tos | 3 días", "Motivo | Fuma | No", "Funciones vitales | Presión arterial | 148/92 mmHg",
			"Funciones vitales | PAM | 111", "Funciones vitales | Temperatura | 41.8 °C", "Funciones vitales | EG | 28+4", "Funciones vitales | FPP | 12/02/2027",
			"Otros datos | antiguo | de otra versión",
		}))
		lines := form.Summary(t, kept)
		Expect(lines[10].Confirmed).To(BeTrue())
		Expect(lines[9].Computed).To(BeTrue())
		Expect(lines[2].Long).To(BeTrue())
	})

	It("gives the observations that carry a code, a pressure as two", func() {
		t := parsed(small)
		Expect(form.Measures(t, form.Compute(t, read("pa", "148/92", "temp", "36,6", "peso", "70"), edith()))).To(Equal([]form.Measure{
			{Key: "pa.sistolica", Label: "Presión sistólica", LOINC: "8480-6", UCUM: "mm[Hg]", Value: "148"},
			{Key: "pa.diastolica", Label: "Presión diastólica", LOINC: "8462-4", UCUM: "mm[Hg]", Value: "92"},
			{Key: "temp", Label: "Temperatura", LOINC: "8310-5", UCUM: "Cel", Value: "36.6"},
		}))
	})

	It("is the same after it was shown in its fields and sent again, and after JSON", func() {
		t := parsed(small)
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{1,3}[.,]?[0-9]{0,2}`), rapid.StringMatching(`[0-9]{2,3}[/ ]?[0-9]{2,3}`),
			rapid.StringMatching(`[0-3][0-9][01][0-9][0-9]{2}`), rapid.SampledFrom([]string{"si", "no", "Tos", "Disnea", "lento", "Brusco", "", " a  b ", "1,234.5"}))
		keys := []string{"motivo", "tiempo", "relato", "fum", "inicio", "signos", "tos_desde", "fuma", "pa", "temp", "peso", "talla", "imc", "ajeno"}
		rapid.Check(GinkgoTB(), func(r *rapid.T) {
			in := url.Values{}
			for _, key := range rapid.SliceOfDistinct(rapid.SampledFrom(keys), rapid.ID).Draw(r, "keys") {
				in[form.Name(key)] = rapid.SliceOfN(typed, 1, 3).Draw(r, key)
			}
			in[form.UnitName("tiempo")] = []string{rapid.SampledFrom([]string{"dia", "mes", "siglo"}).Draw(r, "unit")}
			values, _ := form.Read(t, in, edith())
			form.Check(t, values, edith())
			form.Summary(t, form.Compute(t, values, edith()))

			again, _ := form.Read(t, form.Form(t, values), edith())
			text, err := canonical.JSON(values)
			if err != nil {
				r.Fatal(err)
			}
			second, _ := canonical.JSON(again)
			if string(text) != string(second) {
				r.Fatalf("%s became %s", text, second)
			}
			var unmarshalled form.Values
			if err := json.Unmarshal(text, &unmarshalled); err != nil {
				r.Fatalf("%s: %v", text, err)
			}
			third, _ := canonical.JSON(unmarshalled)
			if string(third) != string(text) {
				r.Fatalf("%s became %s", text, third)
			}
		})
	})
})

var _ = Describe("two versions of a template", func() {
	It("are told apart, field by field", func() {
		before := parsed(small)
		text := strings.NewReplacer(
			`"title": "Prueba"`, `"title": "Prueba nueva"`, `"max": 45`, `"max": 44`, `"required": true},`+"\n"+`      {"key": "tiempo"`, `"required": false},`+"\n"+`      {"key": "tiempo"`,
			`"label": "Fuma"`, `"label": "Fuma tabaco"`, `["Fiebre", "Tos", "Disnea"]`, `["Fiebre", "Tos"]`,
			`{"key": "fpp", "label": "FPP", "type": "computed", "compute": "fum + 280"}`, `{"key": "fc", "label": "Pulso", "type": "integer"}`,
		).Replace(small)
		var told []string
		for _, c := range form.Diff(before, parsed(text)) {
			told = append(told, c.String())
		}
		Expect(told).To(Equal([]string{
			"Plantilla: el título, antes «Prueba», ahora «Prueba nueva»",
			"Sección «motivo», campo «motivo»: se quita la obligatoriedad «sí»",
			"Sección «motivo», campo «signos»: las opciones, antes «Fiebre, Tos, Disnea», ahora «Fiebre, Tos»",
			"Sección «motivo», campo «fuma»: el rótulo, antes «Fuma», ahora «Fuma tabaco»",
			"Sección «vitales», campo «temp»: el máximo, antes «45», ahora «44»",
			"Sección «vitales», campo «fc»: se añade «Pulso»",
			"Sección «vitales», campo «fpp»: se quita «FPP»",
		}))
	})

	It("that differ in order alone say so", func() {
		swapped := parsed(small)
		swapped.Sections[0].Fields[0], swapped.Sections[0].Fields[1] = swapped.Sections[0].Fields[1], swapped.Sections[0].Fields[0]
		Expect(form.Diff(parsed(small), swapped)).To(HaveLen(1))
		Expect(form.Diff(parsed(small), parsed(small))).To(BeEmpty())
	})
})
