package observation_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/observation"
)

var _ = Describe("a trend", func() {
	drawn := func(t observation.Trend) string {
		GinkgoHelper()
		var b strings.Builder
		Expect(observation.Chart(t).Render(GinkgoT().Context(), &b)).To(Succeed())
		return b.String()
	}
	day := func(text string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", text)
		Expect(err).NotTo(HaveOccurred())
		return at
	}
	pressure := func() observation.Trend {
		adult := func(code string) observation.Band { return observation.BandOf(observation.RangeOf(code, man(40))) }
		systolic := observation.Series{Name: "Sistólica", Band: adult(observation.Systolic)}
		diastolic := observation.Series{Name: "Diastólica", Band: adult(observation.Diastolic)}
		for _, m := range []struct {
			at        string
			high, low int64
		}{{"2026-11-24 09:52", 148, 92}, {"2026-02-11 10:00", 132, 84}, {"2026-06-02 11:30", 138, 86}} {
			systolic.Points = append(systolic.Points, observation.Point{At: day(m.at), Value: decimal.NewFromInt(m.high)})
			diastolic.Points = append(diastolic.Points, observation.Point{At: day(m.at), Value: decimal.NewFromInt(m.low)})
		}
		return observation.Trend{Title: "Presión arterial", Unit: "mmHg", Source: "adulto en reposo", Series: []observation.Series{systolic, diastolic}, Today: today}
	}

	It("names what it shows, in which unit and by whose limits", func() {
		page := drawn(pressure())
		Expect(page).To(And(ContainSubstring("<h3>Presión arterial, mmHg</h3>"), ContainSubstring("adulto en reposo"),
			ContainSubstring(`viewBox="0 0 332 206"`), ContainSubstring(`role="img"`), ContainSubstring(">hoy</text>"),
			ContainSubstring(`aria-label="Presión arterial, mmHg: sistólica 3 valores; el último, 148 el 24/11/2026, sobre la banda. diastólica 3 valores; el último, 92 el 24/11/2026, sobre la banda"`)))
		Expect(page).NotTo(ContainSubstring("style="))
		Expect(page).To(MatchRegexp(`x="36"[^>]*>90</text>`), "the least of the systolic")
		Expect(page).To(MatchRegexp(`x="60"[^>]*>89</text>`), "the most of the diastolic, beside the figure that it would cover")
	})

	It("marks what is outside by its shape and its figure, and tells every value on pointing at it", func() {
		page := drawn(pressure())
		Expect(strings.Count(page, `class="g-fuera"`)).To(Equal(2))
		Expect(page).To(And(ContainSubstring(">148</text>"), ContainSubstring(">92</text>"),
			ContainSubstring("<title>Sistólica 132 mmHg, 11/02/2026 10:00</title>"), ContainSubstring(`class="g-pt2"`)))
	})

	It("is followed by the same values as a table, the latest first", func() {
		table := drawn(pressure())
		_, table, _ = strings.Cut(table, "<tbody>")
		Expect(strings.Index(table, "24/11/2026 9:52")).To(BeNumerically("<", strings.Index(table, "02/06/2026 11:30")))
		Expect(table).To(And(ContainSubstring("▲ 148"), ContainSubstring("138")))
		Expect(strings.Count(table, "▲")).To(Equal(2))
	})

	It("fills what is of today and leaves the rest hollow", func() {
		t := pressure()
		t.Series[0].Band, t.Series[1].Band = observation.Band{}, observation.Band{}
		page := drawn(t)
		Expect(strings.Count(page, `"g-pt-hoy"`)).To(Equal(1))
		Expect(strings.Count(page, `"g-pt"`)).To(Equal(2))
	})

	It("says so when there is nothing, and draws one value, many and equal ones", func() {
		Expect(drawn(observation.Trend{Title: "Peso", Unit: "kg", Today: today})).To(And(ContainSubstring("Aún no hay valores."), Not(ContainSubstring("<svg"))))
		t := observation.Trend{Title: "Peso", Unit: "kg", Today: today, Series: []observation.Series{{}}}
		for i := range 500 {
			t.Series[0].Points = append(t.Series[0].Points, observation.Point{At: today.AddDate(0, 0, -i), Value: number("70")})
			if i == 0 {
				Expect(drawn(t)).To(And(ContainSubstring("<circle"), Not(ContainSubstring("NaN")), Not(ContainSubstring(`class="g-serie"`))))
			}
		}
		page := drawn(t)
		Expect(strings.Count(page, "<circle")).To(Equal(500))
		Expect(strings.Count(page, "<tr>")).To(Equal(501))
		Expect(strings.Count(page, `y="198"`)).To(BeNumerically("<=", 5), "days below it do not lie on each other")
		Expect(page).NotTo(Or(ContainSubstring("NaN"), ContainSubstring("Inf")))
	})

	It("shows what stands in an attribute and in a cell as text", func() {
		t := pressure()
		t.Title = `<b>"x"`
		Expect(drawn(t)).NotTo(ContainSubstring("<b>\"x"))
	})
})
