package prices_test

import (
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/agenda"
	"hampi/modules/billing/prices"
)

var (
	day      = agenda.Date{Year: 2026, Month: time.November, Day: 24}
	centro   = uuid.MustParse("01900000-0000-7000-8000-000000000001")
	norte    = uuid.MustParse("01900000-0000-7000-8000-000000000002")
	scaling  = prices.Ref{Service: uuid.MustParse("01900000-0000-7000-8000-000000000003")}
	floss    = prices.Ref{Product: uuid.MustParse("01900000-0000-7000-8000-000000000004")}
	cleaning = prices.Offer{Ref: scaling, Name: "Limpieza", IGVCode: "10", List: dec("120"), Sites: map[uuid.UUID]decimal.Decimal{norte: dec("100.50")}, Active: true}
)

// insurer pays what is beyond the copay.
func insurer(change func(*prices.Agreement)) *prices.Agreement {
	a := &prices.Agreement{Name: "Pacífico", CopayKind: prices.Fixed, Copay: dec("30"), From: day.Add(-10), Active: true}
	if change != nil {
		change(a)
	}
	return a
}

var _ = Describe("what something costs", func() {
	DescribeTable("by site and agreement", func(o prices.Offer, site uuid.UUID, a *prices.Agreement, full, patient string) {
		p := prices.PriceFor(o, site, a, day)
		Expect([]string{p.Full.String(), p.Patient.String(), p.Insurer.String()}).To(Equal([]string{full, patient, dec(full).Sub(dec(patient)).String()}))
	},
		Entry("the list's price", cleaning, centro, nil, "120", "120"),
		Entry("the site's own", cleaning, norte, nil, "100.5", "100.5"),
		Entry("a fixed copay", cleaning, centro, insurer(nil), "120", "30"),
		Entry("a fixed copay at a site with its own price", cleaning, norte, insurer(nil), "100.5", "30"),
		Entry("a copay above the price", cleaning, norte, insurer(func(a *prices.Agreement) { a.Copay = dec("500") }), "100.5", "100.5"),
		Entry("no copay", cleaning, centro, insurer(func(a *prices.Agreement) { a.Copay = decimal.Zero }), "120", "0"),
		Entry("a percentage that the patient pays", cleaning, norte, insurer(func(a *prices.Agreement) { a.CopayKind, a.Copay = prices.Percent, dec("33.33") }), "100.5", "33.5"),
		Entry("the agreement's own price, whatever the site asks", cleaning, norte,
			insurer(func(a *prices.Agreement) { a.Prices = map[prices.Ref]decimal.Decimal{scaling: dec("80")} }), "80", "30"),
		Entry("a percentage off the site's price", cleaning, norte, insurer(func(a *prices.Agreement) { a.PercentOff = dec("12.5") }), "87.94", "30"),
		Entry("another thing's own price", cleaning, centro, insurer(func(a *prices.Agreement) { a.Prices = map[prices.Ref]decimal.Decimal{floss: dec("1")} }), "120", "30"),
		Entry("an agreement that begins tomorrow", cleaning, centro, insurer(func(a *prices.Agreement) { a.From = day.Add(1) }), "120", "120"),
		Entry("its first day", cleaning, centro, insurer(func(a *prices.Agreement) { a.From = day }), "120", "30"),
		Entry("its last day", cleaning, centro, insurer(func(a *prices.Agreement) { a.Until = day }), "120", "30"),
		Entry("the day after", cleaning, centro, insurer(func(a *prices.Agreement) { a.Until = day.Add(-1) }), "120", "120"),
		Entry("one that was ended", cleaning, centro, insurer(func(a *prices.Agreement) { a.Active = false }), "120", "120"),
		Entry("what is given away", prices.Offer{Ref: floss, IGVCode: "15", List: dec("5")}, centro, insurer(nil), "5", "5"),
	)

	It("is shared without a cent left over, for any price, terms and quantity", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			money := func(most int64, label string) decimal.Decimal {
				return decimal.New(rapid.Int64Range(0, most).Draw(t, label), -2)
			}
			a := insurer(func(a *prices.Agreement) {
				a.CopayKind = rapid.SampledFrom([]prices.CopayKind{prices.Fixed, prices.Percent}).Draw(t, "copago")
				a.Copay, a.PercentOff = money(10_000, "cuánto"), money(10_000, "descuento")
				if rapid.Bool().Draw(t, "propio") {
					a.Prices = map[prices.Ref]decimal.Decimal{scaling: money(99_999_999, "precio propio")}
				}
			})
			o := prices.Offer{Ref: scaling, IGVCode: "10", List: money(99_999_999, "lista")}
			p := prices.PriceFor(o, centro, a, day)
			if !p.Patient.Add(p.Insurer).Equal(p.Full) || p.Patient.IsNegative() || p.Insurer.IsNegative() || !p.Full.Equal(p.Full.Round(2)) || !p.Patient.Equal(p.Patient.Round(2)) {
				t.Fatalf("%s is shared as %s and %s", p.Full, p.Patient, p.Insurer)
			}
			quantity := decimal.New(rapid.Int64Range(1, 99_999_999).Draw(t, "cantidad"), -3)
			patient, left := p.Of(quantity)
			if !patient.Add(left).Equal(p.Full.Mul(quantity).Round(2)) || left.IsNegative() {
				t.Fatalf("%s × %s is shared as %s and %s", quantity, p.Full, patient, left)
			}
		})
	})

	It("is named in forms by a word that reads back", func() {
		for _, ref := range []prices.Ref{scaling, floss} {
			again, ok := prices.ParseRef(ref.String())
			Expect(ok).To(BeTrue())
			Expect(again).To(Equal(ref))
		}
		for _, text := range []string{"", "7", "servicio:", "servicio:7", "producto:00000000-0000-0000-0000-000000000000", scaling.Service.String()} {
			_, ok := prices.ParseRef(text)
			Expect(ok).To(BeFalse(), text)
		}
	})
})
