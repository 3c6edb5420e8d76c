package billing_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/billing"
)

var _ = Describe("what is printed", func() {
	DescribeTable("says amounts in words", func(amount, expected string) {
		Expect(billing.InWords(dec(amount), billing.Soles)).To(Equal("SON: " + expected + " SOLES"))
	},
		Entry(nil, "0.00", "CERO CON 00/100"), Entry(nil, "1.00", "UNO CON 00/100"), Entry(nil, "16.85", "DIECISEIS CON 85/100"),
		Entry(nil, "21.00", "VEINTIUNO CON 00/100"), Entry(nil, "31.00", "TREINTA Y UNO CON 00/100"), Entry(nil, "100.00", "CIEN CON 00/100"),
		Entry(nil, "101.00", "CIENTO UNO CON 00/100"), Entry(nil, "110.00", "CIENTO DIEZ CON 00/100"), Entry(nil, "170.55", "CIENTO SETENTA CON 55/100"),
		Entry(nil, "500", "QUINIENTOS CON 00/100"), Entry(nil, "700", "SETECIENTOS CON 00/100"), Entry(nil, "900", "NOVECIENTOS CON 00/100"),
		Entry(nil, "1000", "MIL CON 00/100"), Entry(nil, "1001", "MIL UNO CON 00/100"), Entry(nil, "21000", "VEINTIUN MIL CON 00/100"),
		Entry(nil, "31000.50", "TREINTA Y UN MIL CON 50/100"), Entry(nil, "100000", "CIEN MIL CON 00/100"), Entry(nil, "1000000", "UN MILLON CON 00/100"),
		Entry(nil, "1234567.89", "UN MILLON DOSCIENTOS TREINTA Y CUATRO MIL QUINIENTOS SESENTA Y SIETE CON 89/100"),
		Entry(nil, "21000021", "VEINTIUN MILLONES VEINTIUNO CON 00/100"), Entry(nil, "637.20", "SEISCIENTOS TREINTA Y SIETE CON 20/100"),
		Entry(nil, "151.00", "CIENTO CINCUENTA Y UNO CON 00/100"), Entry("a cent rounded", "0.005", "CERO CON 01/100"),
	)

	It("says dollars", func() {
		Expect(billing.InWords(dec("2.5"), billing.Dollars)).To(Equal("SON: DOS CON 50/100 DOLARES AMERICANOS"))
		Expect(billing.Dollars.Money(dec("1234.5"))).To(Equal("US$ 1,234.50"))
	})

	It("gives every whole amount words of its own", func() {
		seen := map[string]int64{}
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			n := rapid.Int64Range(0, 99_999_999).Draw(t, "n")
			text := billing.InWords(decimal.NewFromInt(n), billing.Soles)
			if other, there := seen[text]; there && other != n {
				t.Fatalf("%d and %d are both %s", n, other, text)
			}
			seen[text] = n
			if strings.Contains(text, "  ") || strings.ToUpper(text) != text {
				t.Fatalf("%q", text)
			}
		})
	})

	It("holds SUNAT's QR text", func() {
		cream := taxed("16.85")
		cream.Quantity = dec("3")
		d := billing.Document{Name: billing.Name{Kind: billing.Boleta, Series: "B001", Number: 1}, Content: boleta(taxed("120"), cream)}
		d.IssuedOn.Day = 20
		Expect(billing.QRText("20000000001", d, "")).To(Equal("20000000001|03|B001|1|26.02|170.55|2026-11-20|1|45678912|"))
		Expect(billing.QRText("20000000001", d, "abc=")).To(HaveSuffix("|45678912|abc=|"))
		d.Customer = billing.AnyCustomer()
		Expect(billing.QRText("20000000001", d, "")).To(HaveSuffix("|-|-|"))
	})

	It("names documents and receipts", func() {
		name := billing.Name{Kind: billing.Boleta, Series: "B001", Number: 118}
		Expect(name.String()).To(Equal("B001-00000118"))
		Expect(name.Short()).To(Equal("B001-118"))
		Expect(billing.ReceiptNumber(2, 118)).To(Equal("R02-000118"))
		device, n, ok := billing.ParseReceiptNumber("R02-000118")
		Expect([]any{device, n, ok}).To(Equal([]any{2, 118, true}))
		device, n, ok = billing.ParseReceiptNumber("R00-000001") // made on the server
		Expect([]any{device, n, ok}).To(Equal([]any{0, 1, true}))
		for _, wrong := range []string{"", "R2-000118", "R02-118", "R02-000000", "r02-000118", "R02-000118 ", "R002-000118"} {
			_, _, ok := billing.ParseReceiptNumber(wrong)
			Expect(ok).To(BeFalse(), wrong)
		}
	})

	DescribeTable("objects to series", func(series string, kind, amended billing.Kind, problem string) {
		Expect(billing.SeriesProblem(series, kind, amended)).To(Equal(problem))
	},
		Entry("a boleta's", "B001", billing.Boleta, billing.Kind(""), ""),
		Entry("a factura's", "FA0Z", billing.Factura, billing.Kind(""), ""),
		Entry("a note's over a boleta", "BC01", billing.CreditNote, billing.Boleta, ""),
		Entry("a note's over a factura", "FD01", billing.DebitNote, billing.Factura, ""),
		Entry("the other letter", "F001", billing.Boleta, billing.Kind(""), "La serie de una boleta empieza con B."),
		Entry("a note of the other letter", "BC01", billing.CreditNote, billing.Factura, "La nota de una factura va en una serie que empieza con F."),
		Entry("too short", "B1", billing.Boleta, billing.Kind(""), "La serie tiene 4 caracteres; aquí hay 2."),
		Entry("small letters", "b001", billing.Boleta, billing.Kind(""), "La serie empieza con F o B y sigue con tres letras mayúsculas o cifras, como B001."),
		Entry("contingency paper", "0001", billing.Factura, billing.Kind(""), "La serie empieza con F o B y sigue con tres letras mayúsculas o cifras, como F001."),
	)
})
