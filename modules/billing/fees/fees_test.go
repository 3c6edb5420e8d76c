//go:build !js

package fees_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/agenda"
	"hampi/modules/billing/fees"
)

func TestFees(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Fees")
}

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func november(day int) agenda.Date {
	return agenda.Date{Year: 2026, Month: time.November, Day: day}
}

var doctor, service = uuid.MustParse("00000000-0000-7000-8000-000000000001"), uuid.MustParse("00000000-0000-7000-8000-000000000002")

var _ = Describe("the fee of a line", func() {
	DescribeTable("follows what was collected", func(total, left, documentLeft, paid, share string) {
		Expect(fees.Collected(dec(total), dec(left), dec(documentLeft), dec(paid)).String()).To(Equal(share))
	},
		Entry("all of it", "118", "118", "118", "118", "1"),
		Entry("a half", "118", "118", "236", "118", "0.5"),
		Entry("nothing", "118", "118", "118", "0", "0"),
		Entry("no more than all", "118", "118", "118", "200", "1"),
		Entry("given back beyond what was paid", "118", "118", "118", "-5", "0"),
		Entry("what a credit note leaves of the line", "100", "40", "140", "140", "0.4"),
		Entry("that line half paid", "100", "40", "140", "70", "0.2"),
		Entry("taken back whole", "100", "0", "100", "100", "0"),
	)

	rule := func(doctor, service uuid.UUID, rate string, day int) fees.Rule {
		return fees.Rule{Doctor: doctor, Service: service, Kind: fees.Percent, Rate: dec(rate), From: november(day)}
	}
	rules := []fees.Rule{
		rule(uuid.Nil, uuid.Nil, "10", 1), rule(uuid.Nil, service, "20", 1), rule(doctor, uuid.Nil, "30", 5), rule(doctor, service, "40", 10), rule(doctor, service, "50", 20),
	}
	DescribeTable("is by the rule that names most on the day", func(who, what uuid.UUID, day int, rate string) {
		r, found := fees.RuleFor(rules, who, what, november(day))
		Expect(found).To(Equal(rate != ""))
		if found {
			Expect(r.Rate.String()).To(Equal(rate))
		}
	},
		Entry("before any", doctor, service, 0, ""),
		Entry("for everybody", uuid.Max, uuid.Max, 9, "10"),
		Entry("for everybody's service", doctor, service, 4, "20"),
		Entry("the professional's own before it", doctor, service, 5, "30"),
		Entry("the professional's own for the service before the general", doctor, service, 19, "40"),
		Entry("the latest", doctor, service, 20, "50"),
		Entry("the general for another service", doctor, uuid.Max, 25, "30"),
	)

	It("comes to the same settled period after period or once", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			kind := rapid.SampledFrom([]fees.Kind{fees.Percent, fees.Fixed}).Draw(t, "kind")
			rules := []fees.Rule{{Kind: kind, Rate: decimal.New(rapid.Int64Range(0, 10000).Draw(t, "rate"), -2), From: november(1)}}
			w := fees.Work{
				IssuedOn: november(2), Units: decimal.NewFromInt(rapid.Int64Range(1, 9).Draw(t, "units")), Value: decimal.New(rapid.Int64Range(0, 500000).Draw(t, "value"), -2),
			}
			base, fee := decimal.Zero, decimal.Zero
			often := w
			for _, share := range rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 8).Draw(t, "shares") {
				often.Share = decimal.New(share, -3)
				lines, _ := fees.Settle([]fees.Work{often}, rules, doctor)
				for _, l := range lines {
					base, fee = base.Add(l.Base), fee.Add(l.Fee)
					often.Settled = fees.Settled{Before: true, Base: base, Fee: fee, Kind: l.Kind, Rate: l.Rate}
				}
				w.Share = often.Share
				rules = append(rules, fees.Rule{Doctor: doctor, Kind: fees.Percent, Rate: dec("99"), From: november(3)}) // too late for it
			}
			once, _ := fees.Settle([]fees.Work{w}, rules, doctor)
			atOnce := fees.Line{}
			if len(once) > 0 {
				atOnce = once[0]
			}
			if !base.Equal(atOnce.Base) || !fee.Equal(atOnce.Fee) {
				t.Fatalf("period after period %s of %s, once %s of %s", fee, base, atOnce.Fee, atOnce.Base)
			}
		})
	})
})
