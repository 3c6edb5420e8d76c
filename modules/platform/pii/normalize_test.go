//go:build !js

package pii_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/platform/pii"
)

var _ = Describe("writing values in the one way they are compared", func() {
	DescribeTable("documents", func(kind, typed, want string) {
		Expect(pii.NormalizeDocument(kind, typed)).To(Equal(want))
	},
		Entry("a DNI with spaces and dots", "DNI", " 45.678 912 ", "45678912"),
		Entry("a DNI keeps its leading zeros", "DNI", "00123456", "00123456"),
		Entry("a DNI with its check digit", "DNI", "45678912-3", "45678912"),
		Entry("a DNI with a check letter, spaced", "dni", "45678912 - K", "45678912"),
		Entry("a DNI with a digit missing stays short", "DNI", "4567891", "4567891"),
		Entry("a passport in small letters", "PAS", "xg-1234567", "XG1234567"),
		Entry("a dash is not a check digit elsewhere", "CE", "00123456-7", "001234567"),
	)

	DescribeTable("telephones", func(typed, want string) {
		got, ok := pii.NormalizePhonePE(typed)
		Expect(got).To(Equal(want))
		Expect(ok).To(Equal(want != ""))
	},
		Entry("a mobile", "987 654 321", "+51987654321"),
		Entry("a mobile with the country", "+51 987-654-321", "+51987654321"),
		Entry("a mobile with the country and no plus", "51987654321", "+51987654321"),
		Entry("a mobile dialled from abroad", "0051 987654321", "+51987654321"),
		Entry("a line of Lima with its trunk zero", "(01) 234-5678", "+5112345678"),
		Entry("a line of Lima alone", "234 5678", "+5112345678"),
		Entry("a line of Trujillo", "044-123456", "+5144123456"),
		Entry("a line of Puno, whose area is 51", "51 123456", "+5151123456"),
		Entry("a line of Puno with the country", "+51 51 123456", "+5151123456"),
		Entry("another country", "+34 612 345 678", "+34612345678"),
		Entry("a mobile with a digit missing", "98765432", ""),
		Entry("a mobile with a digit too many", "9876543210", ""),
		Entry("six digits without an area", "123456", ""),
		Entry("an area that does not exist", "099 123456", ""),
		Entry("nine digits that are no mobile", "123456789", ""),
		Entry("a Peruvian number too short", "+51 98765", ""),
		Entry("letters", "+34 612 CASA", ""),
		Entry("too long for any country", "+1234567890123456", ""),
		Entry("a plus alone", "+", ""),
		Entry("nothing", "", ""),
		Entry("a zero alone", "0", ""),
	)

	It("writes a telephone the same when it is written again, whatever was typed", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			typed := rapid.StringMatching(`[+0-9 ()\-]{0,18}`).Draw(t, "typed")
			once, ok := pii.NormalizePhonePE(typed)
			if !ok {
				return
			}
			if twice, ok := pii.NormalizePhonePE(once); !ok || twice != once {
				t.Fatalf("%q gave %q, and that gave %q", typed, once, twice)
			}
		})
	})

	It("ignores capitals and spaces around an e-mail address", func() {
		Expect(pii.NormalizeEmail("  Ana.Quispe@Clinica.PE\n")).To(Equal("ana.quispe@clinica.pe"))
	})
})
