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
		Entry("what was looked for and not found is passed over", "Tos y disnea. Rx de tórax no impresiona neumonía. Bronquitis aguda", "medicina_general", "J20.9"),
		Entry("so is what is still to be ruled out", "Probable ITU; d/c pielonefritis, poco probable litiasis renal", "medicina_general", "N39.0"),
		Entry("a no that a verb follows", "Pulpitis irreversible en pieza 3.6. No presenta absceso", "odontologia", "K04.0"),
		Entry("a test that came back negative", "Dengue: NS1 (-). COVID-19 negativo. Síndrome febril en estudio", "medicina_general", "R50.9"),
		Entry("a without of the name's own", "Dengue sin signos de alarma. Se excluye malaria", "medicina_general", "A97.0"),
		Entry("and its with", "Dengue con signos de alarma", "medicina_general", "A97.1"),
		Entry("no check and no accident beside a diagnosis", "Caída de su altura. Contusión de rodilla derecha, se descarta fractura", "medicina_general", "S80.0"),
		Entry("by who writes", "Gestante de 32 semanas, ITU, anemia leve. No preeclampsia, no RPM", "obstetricia", "Z34.9", "O23.4", "O99.0"),
		Entry("sides, degrees and figures are no diagnoses", "AV OD 20/40, PIO 14/15 mmHg. Pterigión nasal grado II OD, catarata nuclear AO. No glaucoma. Fondo de ojo normal", "oftalmologia", "H11.0", "H25.1"),
		Entry("a long one", "Obesidad grado I, dislipidemia mixta e hígado graso. Padre con diabetes, niega RAM. Paracetamol 500 mg TAB (DCI), Dr. Pérez", "nutricion", "E66.9", "E78.2", "K76.0"),
		Entry("what two words say together", "Ansiedad y depresión leve. Niega ideación suicida. No psicosis", "psicologia", "F41.2"),
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
		Entry("for a word that says too little", "Masa palpable móvil. Fuma ocasionalmente. Refiere cólera y tristeza por momentos"),
		Entry("for what the text excludes to its end", "Descarta apendicitis, colecistitis y pancreatitis. Tampoco hernia"),
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
