package form_test

import (
	"net/url"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce/form"
)

var _ = Describe("answers kept in words", func() {
	It("are read again as they were given, and what cannot be is left out", func() {
		t := shipped("triaje")
		in := url.Values{}
		for key, text := range map[string]string{
			"motivo": "Dolor de garganta, con fiebre", "prioridad": "1", "pa": "148/92", "temp": "36,6", "ayuno": "no", "fur": "02/11/2026",
			"observaciones": "Viene sola.\nCamina.",
		} {
			in.Set(form.Name(key), text)
		}
		in.Set(form.Name("tiempo"), "3")
		in.Set(form.UnitName("tiempo"), "dia")
		values, problems := form.Read(t, in, edith())
		Expect(problems).To(BeEmpty())

		shown := map[string]string{}
		for _, line := range form.Summary(t, values) {
			shown[line.Key] = line.Value
		}
		Expect(shown).To(And(HaveKeyWithValue("prioridad", "I, emergencia"), HaveKeyWithValue("tiempo", "3 días")))
		Expect(form.Recall(t, shown)).To(Equal(values))
		Expect(form.Recall(t, map[string]string{"prioridad": "VI", "ayuno": "tal vez", "tiempo": "3 lunas", "temp": "alta", "otro": "x"})).To(BeEmpty())
	})

	It("reads several options of a list whose labels have commas", func() {
		t := form.Template{Sections: []form.Section{{Fields: []form.Field{{Key: "a", Type: form.Choices, Options: []form.Option{
			{Value: "1", Label: "Sí, mucho"}, {Value: "2", Label: "Sí"}, {Value: "3", Label: "No"},
		}}}}}}
		for _, list := range [][]string{{"1"}, {"2"}, {"1", "2"}, {"2", "3"}, {"1", "2", "3"}} {
			values := form.Values{"a": form.OfList(list...)}
			Expect(form.Recall(t, map[string]string{"a": form.Summary(t, values)[0].Value})).To(Equal(values))
		}
	})

	It("are not asked about again when they are improbable", func() {
		t := shipped("triaje")
		values := form.Values{"motivo": form.OfText("Fiebre"), "temp": form.OfText("41.8")}
		_, doubts := form.Check(t, values, edith())
		Expect(doubts).To(HaveLen(1))
		_, doubts = form.Check(t, form.Trusted(t, values, edith()), edith())
		Expect(doubts).To(BeEmpty())
	})
})
