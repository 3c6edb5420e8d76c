package cie10_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/catalog/cie10"
)

var _ = Describe("suggesting codes for what was written", func() {
	suggest := func(text, specialty string) []string {
		return codesOf(index.Suggest(text, cie10.Preference{Specialty: specialty}, 6))
	}

	DescribeTable("proposes what the text names, in its order",
		func(text, specialty string, codes ...string) { Expect(suggest(text, specialty)).To(Equal(codes)) },
		Entry("one", "Paciente con caries de la dentina en pieza 3.6.", "odontologia", "K02.1"),
		Entry("two", "Pulpitis irreversible en pza 46 y gingivitis crónica generalizada", "odontologia", "K04.0", "K05.1"),
		Entry("the finer before the coarser", "Periodontitis apical crónica en 2.1, resto radicular en 1.4", "odontologia", "K04.5", "K08.3"),
		Entry("abbreviations in capitals", "HTA controlada. DM2 sin complicaciones.", "medicina_general", "I10", "E11.9"),
		Entry("in obstetrics", "Gestante de 34 ss con preeclampsia severa, feto en podálico", "obstetricia", "O14.1", "O32.1"),
		Entry("of the eye", "OD: pterigión nasal grado II. OI: miopía y astigmatismo", "oftalmologia", "H11.0", "H52.1", "H52.2"),
		Entry("a symptom when there is nothing else", "Cefalea de 3 días", "medicina_general", "R51"),
		Entry("no symptom beside a disease", "Fiebre y tos por neumonía", "medicina_general", "J18.9"),
		Entry("what is denied is passed over, what is there is not", "Niega diabetes, hipertensión y asma. Cursa con faringitis aguda", "medicina_general", "J02.9"),
		Entry("a no of the name's own", "Diabetes mellitus no insulinodependiente", "medicina_general", "E11.9"),
	)

	DescribeTable("proposes nothing", func(text string) { Expect(suggest(text, "medicina_general")).To(BeEmpty()) },
		Entry("for nothing", ""),
		Entry("without a diagnosis", "Paciente de 34 años, tranquila, colabora con el examen. Se indica control en una semana."),
		Entry("for what is denied", "Niega diabetes, hipertensión, tuberculosis y alergias"),
		Entry("for what is absent", "Sin fiebre, sin tos ni disnea"),
		Entry("for what was ruled out", "Se descarta apendicitis aguda. Dengue descartado. VIH no reactivo, sífilis negativo"),
		Entry("for somebody else's", "Madre con diabetes mellitus, padre hipertenso"),
		Entry("for the past", "Antecedente de asma"),
		Entry("for small letters that are no abbreviation", "el dr indicó the app y la ira del paciente"),
		Entry("for plans", "Receta, dieta, control, certificado, lentes y curación"),
	)

	It("takes anything, and gives selectable codes once each, no more than asked", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			text := rapid.OneOf(rapid.String(), rapid.StringMatching(`((caries|dolor|no|sin|aguda|fiebre|HTA|crónica|de|embarazo|y)[ ,.]){0,60}`)).Draw(t, "text")
			limit := rapid.IntRange(0, 5).Draw(t, "limit")
			found := index.Suggest(text, cie10.Preference{}, limit)
			Expect(len(found)).To(BeNumerically("<=", limit))
			for _, c := range found {
				Expect(c.Selectable()).To(BeTrue())
			}
		})
	})
})
