package billing_test

import (
	"math/big"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

// The same sums once more, with exact fractions and without any of the module's code.

func rat(d decimal.Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	Expect(ok).To(BeTrue())
	return r
}

// roundedTo rounds a fraction that is not negative, halves up.
func roundedTo(r *big.Rat, decimals int64) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil)
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(scale))
	scaled.Add(scaled, big.NewRat(1, 2))
	return new(big.Rat).SetFrac(new(big.Int).Div(scaled.Num(), scaled.Denom()), scale)
}

func plus(a, b *big.Rat) *big.Rat  { return new(big.Rat).Add(a, b) }
func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func times(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }

func within(t *rapid.T, what string, a, b, most *big.Rat) {
	if gap := new(big.Rat).Abs(minus(a, b)); gap.Cmp(most) > 0 {
		t.Fatalf("%s: %s and %s are %s apart", what, a.FloatString(12), b.FloatString(12), gap.FloatString(12))
	}
}

var exactly = new(big.Rat)

func anyLine(t *rapid.T) billing.Line {
	l := billing.Line{
		Description: "X", Unit: billing.UnitService, IGVType: rapid.SampledFrom(billing.IGVTypes()).Draw(t, "igv"),
		UnitPrice: decimal.New(rapid.Int64Range(1, 500_000).Draw(t, "price"), -2),
		Quantity:  decimal.NewFromInt(rapid.Int64Range(1, 300).Draw(t, "quantity")),
	}
	if rapid.Bool().Draw(t, "parts") {
		l.Quantity = decimal.New(rapid.Int64Range(1, 20_000).Draw(t, "thousandths"), -3)
	}
	if gross := l.UnitPrice.Mul(l.Quantity).Round(2); l.IGVType != billing.Free && rapid.Bool().Draw(t, "discounted") {
		l.Discount = decimal.New(rapid.Int64Range(0, max(gross.Shift(2).IntPart()-1, 0)).Draw(t, "discount"), -2)
	}
	return l
}

var _ = Describe("the arithmetic", func() {
	It("agrees with exact fractions over any cart, and is what NubeFact recomputes from what is sent", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			lines := rapid.SliceOfN(rapid.Custom(anyLine), 1, 8).Draw(t, "lines")
			rate := big.NewRat(118, 100)
			sum := map[billing.IGVType]*big.Rat{billing.Taxed: {}, billing.Exempt: {}, billing.Unaffected: {}, billing.Free: {}}
			igv, total, discounts, discountValues := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
			for _, l := range lines {
				a := l.Amounts(eighteen)
				paid := minus(roundedTo(times(rat(l.UnitPrice), rat(l.Quantity)), 2), rat(l.Discount))
				value, unit := paid, rat(l.UnitPrice)
				if l.IGVType == billing.Taxed {
					value, unit = roundedTo(new(big.Rat).Quo(paid, rate), 2), new(big.Rat).Quo(unit, rate)
					within(t, "the tax is 18 % of the value", rat(a.IGV), times(value, big.NewRat(18, 100)), big.NewRat(59, 10_000))
				}
				within(t, "the value", rat(a.Value), value, exactly)
				within(t, "the tax", rat(a.IGV), minus(paid, value), exactly)
				within(t, "the total", rat(a.Total), paid, exactly)
				within(t, "the unit value, over the line", times(rat(a.UnitValue), rat(l.Quantity)), times(unit, rat(l.Quantity)), big.NewRat(1, 100))
				recomputed := roundedTo(times(rat(a.UnitValue), rat(l.Quantity)), 2)
				within(t, "unit value × quantity − discount", minus(recomputed, rat(a.DiscountValue)), value, exactly)
				if a.DiscountValue.IsNegative() || l.Discount.IsZero() && !a.DiscountValue.IsZero() || !a.UnitValue.Equal(a.UnitValue.Round(10)) {
					t.Fatalf("discount before tax %s, unit value %s", a.DiscountValue, a.UnitValue)
				}
				if l.Quantity.IsInteger() {
					within(t, "the unit value of whole units", rat(a.UnitValue), roundedTo(unit, 10), exactly)
				}
				sum[l.IGVType] = plus(sum[l.IGVType], value)
				discounts, discountValues = plus(discounts, rat(l.Discount)), plus(discountValues, rat(a.DiscountValue))
				if l.IGVType != billing.Free {
					igv, total = plus(igv, minus(paid, value)), plus(total, paid)
				}
			}
			got := billing.TotalsOf(lines, eighteen)
			for _, pair := range []struct {
				name string
				got  decimal.Decimal
				want *big.Rat
			}{
				{"taxable", got.Taxable, sum[billing.Taxed]}, {"exempt", got.Exempt, sum[billing.Exempt]}, {"unaffected", got.Unaffected, sum[billing.Unaffected]},
				{"free", got.Free, sum[billing.Free]}, {"igv", got.IGV, igv}, {"total", got.Total, total}, {"discounts", got.Discounts, discounts},
				{"discount values", got.DiscountValue, discountValues},
			} {
				within(t, pair.name, rat(pair.got), pair.want, exactly)
			}
			within(t, "the parts make the total", plus(plus(sum[billing.Taxed], igv), plus(sum[billing.Exempt], sum[billing.Unaffected])), total, exactly)
		})
	})

	It("charges every price of the list as it stands", func() {
		for n := int64(1); n <= 100_000; n++ {
			price := decimal.New(n, -2)
			a := billing.Line{Quantity: dec("1"), UnitPrice: price, IGVType: billing.Taxed}.Amounts(eighteen)
			if !a.Value.Add(a.IGV).Equal(price) || !a.DiscountValue.IsZero() {
				Fail("a price of " + price.StringFixed(2) + " is charged as " + a.Total.StringFixed(2))
			}
		}
	})

	DescribeTable("follows SUNAT's examples",
		func(price, quantity, discount, value, igv, total, unitValue, discountValue string) {
			l := billing.Line{UnitPrice: dec(price), Quantity: dec(quantity), Discount: dec(discount), IGVType: billing.Taxed}
			a := l.Amounts(eighteen)
			Expect([]string{a.Value.StringFixed(2), a.IGV.StringFixed(2), a.Total.StringFixed(2), a.UnitValue.String(), a.DiscountValue.StringFixed(2)}).
				To(Equal([]string{value, igv, total, unitValue, discountValue}))
		},
		Entry("a consultation", "120.00", "1", "0", "101.69", "18.31", "120.00", "101.6949152542", "0.00"),
		Entry("three creams", "16.85", "3", "0", "42.84", "7.71", "50.55", "14.2796610169", "0.00"),
		Entry("where 18 % of the value would miss by a cent", "50.12", "1", "0", "42.47", "7.65", "50.12", "42.4745762712", "0.00"),
		Entry("two vaccines", "85.00", "2", "0", "144.07", "25.93", "170.00", "72.0338983051", "0.00"),
		Entry("50 off before tax", "236.00", "1", "59.00", "150.00", "27.00", "177.00", "200", "50.00"),
		Entry("half a unit, where a cent would be left", "0.03", "0.5", "0", "0.02", "0.00", "0.02", "0.04", "0.00"),
	)

	DescribeTable("adds up the examples of the service's manual", func(lines []billing.Line, expected billing.Totals) {
		got := billing.TotalsOf(lines, eighteen)
		Expect(words(got)).To(Equal(words(expected)))
	},
		Entry("taxed", []billing.Line{taxed("590"), taxed("118")}, billing.Totals{Taxable: dec("600"), IGV: dec("108"), Total: dec("708")}),
		Entry("exempt", []billing.Line{of(billing.Exempt, "600")}, billing.Totals{Exempt: dec("600"), Total: dec("600")}),
		Entry("unaffected", []billing.Line{of(billing.Unaffected, "600")}, billing.Totals{Unaffected: dec("600"), Total: dec("600")}),
		Entry("given away", []billing.Line{of(billing.Free, "600")}, billing.Totals{Free: dec("600")}),
		Entry("taxed and given away", []billing.Line{taxed("118"), of(billing.Free, "500")}, billing.Totals{Taxable: dec("100"), IGV: dec("18"), Free: dec("500"), Total: dec("118")}),
		Entry("a discount on a line", []billing.Line{discounted("590", "236"), taxed("118")},
			billing.Totals{Taxable: dec("400"), IGV: dec("72"), Discounts: dec("236"), DiscountValue: dec("200"), Total: dec("472")}),
	)

	It("knows the tax of a day", func() {
		Expect(billing.IGVOn(today).String()).To(Equal("18"))
		Expect(billing.IGVOn(agenda.Date{Year: 2011, Month: 2, Day: 28}).String()).To(Equal("19"))
	})

	It("reads amounts of programs, and nothing else", func() {
		for text, ok := range map[string]bool{"120": true, "120.50": true, "-1": true, "": false, "1e5": false, "1,5": false, "1.": false, ".5": false, "1234567890123": false, "NaN": false, "1 000": false} {
			_, read := billing.ParseAmount(text)
			Expect(read).To(Equal(ok), text)
		}
	})

	It("turns a percentage into soles, and refuses 101 %", func() {
		discount, problem := billing.PercentOff(dec("99.99"), dec("12.5"))
		Expect(problem).To(BeEmpty())
		Expect(discount.String()).To(Equal("12.5"))
		_, problem = billing.PercentOff(dec("100"), dec("101"))
		Expect(problem).To(Equal("El descuento va de 0 a 100 %; aquí dice 101 %."))
	})
})

func of(kind billing.IGVType, price string) billing.Line {
	l := service(price)
	l.IGVType = kind
	return l
}

func taxed(price string) billing.Line { return of(billing.Taxed, price) }

func discounted(price, discount string) billing.Line {
	l := taxed(price)
	l.Discount = dec(discount)
	return l
}

// words are totals as text, so that 600 and 600.00 are the same.
func words(t billing.Totals) []string {
	var out []string
	for _, d := range []decimal.Decimal{t.Taxable, t.Exempt, t.Unaffected, t.Free, t.IGV, t.Discounts, t.DiscountValue, t.Total} {
		out = append(out, d.StringFixed(2))
	}
	return out
}
