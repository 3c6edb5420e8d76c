package billing_test

import (
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/billing"
)

func held(number int64, left string) billing.Advance {
	return billing.Advance{
		ID: uuid.Must(uuid.NewV7()), Document: billing.Name{Kind: billing.Boleta, Series: "B001", Number: number}, Status: billing.Accepted,
		Left: dec(left), IGVType: billing.Taxed, Customer: ana,
	}
}

var _ = Describe("an advance", func() {
	It("is deducted as NubeFact's manual computes it: 2360 less 590", func() {
		c := boleta(service("2360.00")).Deducting([]billing.Advance{held(1, "590.00")})
		t := c.Totals()
		Expect([]string{t.Taxable.String(), t.IGV.String(), t.Total.String(), t.AdvanceValue.String(), t.Advances.String()}).To(Equal([]string{"1500", "270", "1770", "500", "590"}))
		Expect(c.Sold().Total.String()).To(Equal("2360"))
		Expect(c.Problems(billing.Boleta, nil, today)).To(BeEmpty())
		note, problems := billing.CreditLines(c, billing.LeftOf(c, nil), nil)
		Expect(problems).To(BeEmpty())
		Expect(billing.TotalsOf(note, eighteen).Total.String()).To(Equal("1770"), "what a note takes back")
	})

	It("names its customer by what is sold, though little is left to be paid", func() {
		c := boleta(service("1000.00")).Deducting([]billing.Advance{held(1, "900.00")})
		c.Customer = billing.AnyCustomer()
		Expect(c.Problems(billing.Boleta, nil, today)).NotTo(BeEmpty())
	})

	DescribeTable("is refused at the field", func(kind billing.Kind, change func(c *billing.Content), field, sentence string) {
		c := boleta(service("500.00"), service("80.00"))
		change(&c)
		Expect(c.Problems(kind, nil, today)).To(HaveKeyWithValue(field, ContainSubstring(sentence)))
	},
		Entry("more than is sold", billing.Boleta, func(c *billing.Content) { c.Deductions = deduct("580.01") }, "deductions.0.amount", "son más que lo que se cobra"),
		Entry("nothing", billing.Boleta, func(c *billing.Content) { c.Deductions = deduct("0") }, "deductions.0.amount", "mayor que cero"),
		Entry("a number without end", billing.Boleta, func(c *billing.Content) { c.Deductions = deduct("1e9999") }, "deductions", "demasiado largo"),
		Entry("twice", billing.Boleta, func(c *billing.Content) { d := deduct("10"); c.Deductions = append(d, d...) }, "deductions.1.amount", "ya se descuenta"),
		Entry("of the other kind", billing.Factura, func(c *billing.Content) { c.Deductions = deduct("10") }, "deductions.0.amount", "se descuenta en una boleta"),
		Entry("from an advance", billing.Boleta, func(c *billing.Content) { c.Advance, c.Deductions = true, deduct("10") }, "deductions", "Solo una boleta o factura del servicio"),
		Entry("of two lines", billing.Boleta, func(c *billing.Content) { c.Advance = true }, "items", "una sola línea"),
		Entry("given away", billing.Boleta, func(c *billing.Content) { c.Advance, c.Lines = true, c.Lines[:1]; c.Lines[0].IGVType = billing.Free }, "items", "no es gratuito"),
		Entry("on credit", billing.Factura, func(c *billing.Content) {
			c.Advance, c.Lines, c.Credit = true, c.Lines[:1], &billing.Credit{Instalments: []billing.Instalment{part(30, "500")}}
		}, "credit", "al contado"),
	)

	It("takes off what it says and never leaves tax or value below zero, whatever the cart", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			var lines []billing.Line
			for range rapid.IntRange(1, 4).Draw(t, "líneas") {
				l := service("1")
				l.UnitPrice = decimal.New(rapid.Int64Range(1, 50_000).Draw(t, "precio"), -2)
				lines = append(lines, l)
			}
			var advances []billing.Advance
			for i := range rapid.IntRange(0, 3).Draw(t, "adelantos") {
				advances = append(advances, held(int64(i+1), decimal.New(rapid.Int64Range(1, 60_000).Draw(t, "queda"), -2).String()))
			}
			c := boleta(lines...).Deducting(advances)
			totals, off := c.Totals(), decimal.Zero
			for _, d := range c.Deductions {
				off = off.Add(d.Amount)
			}
			if !totals.Total.Add(off).Equal(c.Sold().Total) || totals.Taxable.IsNegative() || totals.IGV.IsNegative() || totals.Total.IsNegative() {
				t.Fatalf("%+v", totals)
			}
			if problems := c.Problems(billing.Boleta, nil, today); len(problems) > 0 {
				t.Fatalf("%v", problems)
			}
		})
	})
})

func deduct(amount string) []billing.Deduction {
	a := held(1, "1")
	return []billing.Deduction{{AdvanceID: a.ID, Document: a.Document, IGVType: a.IGVType, Amount: dec(amount)}}
}
