package catalog_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/catalog"
)

var _ = Describe("the LOINC codes", func() {
	It("are in the order form once each, with a true check digit", func() {
		seen := map[string]bool{}
		for _, group := range catalog.LabGroups() {
			Expect(group.Labs).NotTo(BeEmpty(), group.Key)
			for _, lab := range group.Labs {
				Expect(catalog.ValidLOINC(lab.Code)).To(BeTrue(), lab.Code)
				Expect(seen).NotTo(HaveKey(lab.Code))
				Expect(lab.Name).NotTo(BeEmpty())
				found, _ := catalog.LOINC(lab.Code)
				Expect(found).To(Equal(lab))
				seen[lab.Code] = true
			}
		}
		Expect(len(seen)).To(BeNumerically(">", 90))
		Expect(catalog.LabGroups()[0].Labs[0].Type).To(Equal(catalog.Panel), "panels head their group")
	})

	DescribeTable("stand for what the norm says", func(code, name, unit string) {
		lab, known := catalog.LOINC(code)
		Expect(known).To(BeTrue())
		Expect(lab.Name).To(HavePrefix(name))
		Expect(lab.Unit()).To(Equal(unit))
		Expect(catalog.ValidLOINC(code)).To(BeTrue())
	},
		Entry("systolic pressure", "8480-6", "Presión arterial sistólica", "mmHg"),
		Entry("diastolic pressure", "8462-4", "Presión arterial diastólica", "mmHg"),
		Entry("heart rate", "8867-4", "Frecuencia cardíaca", "lpm"),
		Entry("breathing", "9279-1", "Frecuencia respiratoria", "rpm"),
		Entry("temperature", "8310-5", "Temperatura", "°C"),
		Entry("BMI", "39156-5", "Índice de masa corporal", "kg/m²"),
		Entry("saturation", "59408-5", "Saturación de oxígeno por oximetría", "%"),
		Entry("haemoglobin", "718-7", "Hemoglobina", "g/dL"),
		Entry("platelets", "777-3", "Plaquetas", "×10³/µL"),
		Entry("TSH", "3016-3", "TSH", "mUI/L"),
		Entry("Glasgow", "9269-2", "Escala de coma de Glasgow", ""),
		Entry("urine sediment", "5821-4", "Leucocitos en sedimento", "por campo"),
	)

	It("are refused with a wrong digit, and unknown ones are not known", func() {
		for _, code := range []string{"", "-", "718", "718-", "-7", "718-8", "71a-7", "8480-66", "12345678-2"} {
			Expect(catalog.ValidLOINC(code)).To(BeFalse(), code)
			_, known := catalog.LOINC(code)
			Expect(known).To(BeFalse(), code)
		}
	})

	It("catch every single wrong digit", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			code := []byte(rapid.SampledFrom([]string{"8480-6", "59408-5", "718-7", "39156-5"}).Draw(t, "code"))
			at := rapid.IntRange(0, len(code)-1).Filter(func(i int) bool { return code[i] != '-' }).Draw(t, "place")
			digit := byte(rapid.IntRange('0', '9').Filter(func(d int) bool { return d != int(code[at]) }).Draw(t, "digit"))
			code[at] = digit
			if catalog.ValidLOINC(string(code)) {
				t.Fatalf("%s passes", code)
			}
		})
	})

	It("come with the notice that their licence asks", func() {
		Expect(catalog.LOINCNotice).To(And(ContainSubstring("Regenstrief Institute"), ContainSubstring("loinc.org/license")))
	})
})
