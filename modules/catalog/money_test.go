package catalog_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/catalog"
	"hampi/views"
)

var _ = Describe("a typed amount of soles", func() {
	DescribeTable("is read as people write it",
		func(typed, amount string) {
			read, ok := catalog.ParseSoles(typed)
			Expect(ok).To(BeTrue())
			Expect(read.StringFixed(3)).To(Equal(amount))
		},
		Entry("whole", " 120 ", "120.000"),
		Entry("with cents", "120.50", "120.500"),
		Entry("with a decimal comma", "36,5", "36.500"),
		Entry("with a decimal comma and two digits", "1234,50", "1234.500"),
		Entry("with thousands", "S/ 1,234.50", "1234.500"),
		Entry("a comma before three digits", "1,234", "1234.000"),
		Entry("millions", "1,234,567", "1234567.000"),
		Entry("nothing to pay", "0", "0.000"),
		Entry("more cents than there are", "1.005", "1.005"),
	)

	DescribeTable("is refused when it is none",
		func(typed string) {
			_, ok := catalog.ParseSoles(typed)
			Expect(ok).To(BeFalse())
		},
		Entry("nothing", ""), Entry("words", "gratis"), Entry("a sign", "-5"), Entry("a lone point", "."), Entry("no whole", ".50"),
		Entry("an open end", "12."), Entry("two points", "1.2.3"), Entry("odd groups", "12,34,567"), Entry("a comma first", ",500"),
		Entry("an exponent", "1e5"), Entry("a hundred digits", strings.Repeat("9", 100)),
	)

	It("comes back from how it is shown", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			amount := decimal.New(rapid.Int64Range(0, 99_999_999).Draw(t, "cents"), -2)
			read, ok := catalog.ParseSoles(views.Money(amount))
			Expect(ok).To(BeTrue())
			Expect(read.Equal(amount)).To(BeTrue())
		})
	})
})
