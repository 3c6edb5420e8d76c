package observation

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/platform/sorting"
	"hampi/views"
)

// Trend is how something went over time, as a chart with its table. Points need no order.
type Trend struct {
	Title  string // "Presión arterial"
	Unit   string // as printed: "mmHg"
	Source string // where the band comes from; stands in the header
	Series []Series
	Today  time.Time // points of this day are filled; its zone is the one that days are counted in
}

// Series is one line of a trend: the first in circles, the second in squares.
type Series struct {
	Name   string // "Sistólica"
	Points []Point
	Band   Band
}

// Point is one measurement.
type Point struct {
	At    time.Time
	Value decimal.Decimal
}

// Band is what is usual; an end that is not valid is open.
type Band struct{ Low, High decimal.NullDecimal }

// BandOf is the band of a range: where somebody has to look, else where the usual ends.
func BandOf(r Range) Band {
	if r.AlarmBelow.Valid || r.AlarmAbove.Valid {
		return Band{Low: r.AlarmBelow, High: r.AlarmAbove}
	}
	return Band{Low: r.Low, High: r.High}
}

func (b Band) outside(v decimal.Decimal) int { return outside(v, b.Low, b.High) }

// heading is the title with its unit: "Presión arterial, mmHg".
func (t Trend) heading() string {
	if t.Unit == "" {
		return t.Title
	}
	return t.Title + ", " + t.Unit
}

// ordered is the trend with its points in the order of time, in its own zone.
func (t Trend) ordered() Trend {
	series := slices.Clone(t.Series)
	for i := range series {
		points := slices.Clone(series[i].Points)
		for j := range points {
			points[j].At = points[j].At.In(t.Today.Location())
		}
		sorting.By(points, func(a, b Point) int { return a.At.Compare(b.At) })
		series[i].Points = points
	}
	t.Series = series
	return t
}

// moments are the distinct times of all series, in order.
func (t Trend) moments() []time.Time {
	var all []time.Time
	for _, s := range t.Series {
		for _, p := range s.Points {
			all = append(all, p.At)
		}
	}
	sorting.By(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// summary tells the chart to whoever cannot see it: how many, and how the last one stands.
func (t Trend) summary() string {
	var parts []string
	for _, s := range t.Series {
		if len(s.Points) == 0 {
			continue
		}
		last := s.Points[len(s.Points)-1]
		words := views.Plural(len(s.Points), "valor", "valores") + "; el último, " + last.Value.String() + " el " + views.Day(last.At)
		switch s.Band.outside(last.Value) {
		case -1:
			words += ", bajo la banda"
		case 1:
			words += ", sobre la banda"
		}
		parts = append(parts, strings.TrimSpace(lower(s.Name)+" "+words))
	}
	if len(parts) == 0 {
		return t.heading() + ": sin valores"
	}
	return t.heading() + ": " + strings.Join(parts, ". ")
}

// trendRow is a line of the table below the chart.
type trendRow struct {
	When  string
	Cells []trendCell // one a series
}

type trendCell struct {
	Text string // "–" without a value at that time
	Side int    // −1 below the band, 1 above it
}

// rows are the same values as a table, the latest first.
func (t Trend) rows() []trendRow {
	moments := t.moments()
	cells := map[int64][]trendCell{}
	for i, s := range t.Series {
		for _, p := range s.Points {
			key := p.At.UnixNano()
			if cells[key] == nil {
				cells[key] = slices.Repeat([]trendCell{{Text: "–"}}, len(t.Series))
			}
			cells[key][i] = trendCell{Text: p.Value.String(), Side: s.Band.outside(p.Value)}
		}
	}
	rows := make([]trendRow, 0, len(moments))
	for _, at := range slices.Backward(moments) {
		rows = append(rows, trendRow{When: views.Day(at) + " " + views.Clock(at), Cells: cells[at.UnixNano()]})
	}
	return rows
}
