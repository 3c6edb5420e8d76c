package observation

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// These look at the drawing itself, which nobody outside sees; how a page shows it is in chart_test.go.

var spec = time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC)

func series(values ...float64) Series {
	s := Series{Name: "Sistólica"}
	for i, v := range values {
		s.Points = append(s.Points, Point{At: spec.AddDate(0, 0, i-len(values)+1), Value: decimal.NewFromFloat(v)})
	}
	return s
}

func TestScaleHasRoundSteps(t *testing.T) {
	for _, c := range []struct {
		values []float64
		grid   string
	}{
		{[]float64{132, 138, 148}, "130 135 140 145 150"},
		{[]float64{12.1, 12.4, 11.8}, "11.8 12.0 12.2 12.4"},
		{[]float64{70}, "66 68 70 72 74"},
		{[]float64{5, 5, 5}, "4.4 4.6 4.8 5.0 5.2 5.4 5.6"},
		{[]float64{0, 0}, "-0.6 -0.4 -0.2 0.0 0.2 0.4 0.6"},
		{[]float64{0, 12.5}, "0.0 2.5 5.0 7.5 10.0 12.5"},
		{[]float64{3, 900}, "0 200 400 600 800 1000"},
	} {
		var texts []string
		for _, g := range (Trend{Series: []Series{series(c.values...)}}).scale().grid() {
			texts = append(texts, g.Text)
		}
		if got := strings.Join(texts, " "); got != c.grid {
			t.Errorf("%v: %s, expected %s", c.values, got, c.grid)
		}
	}
}

func TestPausesAreShortened(t *testing.T) {
	trend := Trend{Today: spec, Series: []Series{{Points: []Point{
		{At: spec.AddDate(-9, 0, 0), Value: decimal.NewFromInt(1)}, {At: spec.AddDate(0, 0, -20), Value: decimal.NewFromInt(2)},
		{At: spec.AddDate(0, 0, -10), Value: decimal.NewFromInt(3)}, {At: spec, Value: decimal.NewFromInt(4)},
	}}}}
	along := trend.along()
	if last := along.places[3] - along.places[2]; last < 15 {
		t.Errorf("the last days lie on each other: %v", along.places)
	}
	d := trend.draw()
	if d.Lines[0].Gaps == "" || strings.Count(d.Lines[0].Path, "M") != 2 {
		t.Errorf("the pause is drawn as a trend: %+v", d.Lines[0])
	}
}

func TestTwoSeriesShareTheirTimes(t *testing.T) {
	low := series(80, 82, 96)
	low.Band = Band{High: decimal.NewNullDecimal(decimal.NewFromInt(90))}
	d := Trend{Today: spec, Series: []Series{series(120, 124, 130), low}}.draw()
	if d.Band != "" || len(d.Limits) != 1 {
		t.Errorf("bands would cover each other: %+v", d)
	}
	shapes := map[string]int{}
	for _, m := range d.Marks {
		shapes[m.Shape+" "+m.Class]++
	}
	if fmt.Sprint(shapes) != "map[circle g-pt:2 circle g-pt-hoy:1 path g-fuera:1 rect g-pt2:2]" {
		t.Error(shapes)
	}
}

// TestDrawingStaysInItsFrame holds for whatever was measured, and whenever.
func TestDrawingStaysInItsFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trend := Trend{Title: "x", Today: spec}
		for range rapid.IntRange(1, 2).Draw(t, "series") {
			s := Series{}
			for range rapid.IntRange(0, 40).Draw(t, "points") {
				s.Points = append(s.Points, Point{
					At:    spec.Add(-time.Duration(rapid.Int64Range(0, 40*365*24).Draw(t, "hours")) * time.Hour),
					Value: decimal.New(rapid.Int64Range(-100000, 100000).Draw(t, "value"), rapid.Int32Range(-3, 1).Draw(t, "exponent")),
				})
			}
			if rapid.Bool().Draw(t, "band") {
				s.Band.High = decimal.NewNullDecimal(decimal.NewFromInt(rapid.Int64Range(-1000, 1000).Draw(t, "limit")))
			}
			trend.Series = append(trend.Series, s)
		}
		ordered := trend.ordered()
		d := ordered.draw()
		if n := len(ordered.Series[0].Points); len(d.Marks) < n {
			t.Fatalf("%d marks for %d points", len(d.Marks), n)
		}
		for _, m := range d.Marks {
			if m.Shape == "circle" && !inFrame(m.X, m.Y) {
				t.Fatalf("%+v lies outside", m)
			}
		}
		for _, g := range d.Grid {
			if !inFrame("100", g.Y) || strings.Contains(g.Text, "e") {
				t.Fatalf("%+v", g)
			}
		}
		if len(d.Grid) < 2 || len(d.Grid) > 9 {
			t.Fatalf("%d lines", len(d.Grid))
		}
	})
}

func inFrame(x, y string) bool {
	fx, err := strconv.ParseFloat(x, 64)
	fy, err2 := strconv.ParseFloat(y, 64)
	return err == nil && err2 == nil && !math.IsNaN(fx+fy) && fx >= 0 && fx <= chartWidth && fy >= chartTop-1 && fy <= chartBottom+1
}
