package observation

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/views"
)

// The drawing's own measures; the page stretches it to the width there is.
const (
	chartWidth, chartHeight = 332.0, 206.0
	chartLeft, chartRight   = 34.0, 318.0
	chartTop, chartBottom   = 18.0, 182.0
	edge                    = 10.0 // between the frame and the first and last point
)

// drawing is a trend in coordinates.
type drawing struct {
	Grid   []gridLine
	Ticks  []tick
	Band   string  // path of the filled band; empty with more than one series
	Limits []limit // of each series, where bands would cover each other
	Lines  []line
	Marks  []mark
	Labels []label
}

type gridLine struct{ Y, Text string }

// limit is a line with its figure, which stands further to the right where another one is near.
type limit struct {
	at         float64
	Y, X, Text string
}

type tick struct{ X, Text string }

// line is the path of a series; Gaps runs over long pauses, which show no trend.
type line struct{ Path, Gaps, Class, GapClass string }

type mark struct {
	Shape string // "circle", "rect" or "path"
	Class string
	X, Y  string // centre; for rect its corner
	Size  string // radius or side
	Path  string
	Title string
}

type label struct{ X, Y, Anchor, Class, Text string }

// draw places a trend, whose points are in order.
func (t Trend) draw() drawing {
	along, up := t.along(), t.scale()
	d := drawing{Grid: up.grid(), Ticks: along.ticks(t.Today)}
	for i, s := range t.Series {
		d.band(s, up, len(t.Series) == 1)
		d.line(s, i, along, up)
		d.marks(t, s, i, along, up)
	}
	return d
}

// band fills what is usual of the only series, and draws lines for each of several.
func (d *drawing) band(s Series, up scale, only bool) {
	if !s.Band.Low.Valid && !s.Band.High.Valid {
		return
	}
	if only {
		top, bottom := chartTop, chartBottom
		if s.Band.High.Valid {
			top = up.y(s.Band.High.Decimal)
		}
		if s.Band.Low.Valid {
			bottom = up.y(s.Band.Low.Decimal)
		}
		d.Band = "M" + place(chartLeft) + " " + place(top) + "H" + place(chartRight) + "V" + place(bottom) + "H" + place(chartLeft) + "Z"
		return
	}
	for _, end := range []decimal.NullDecimal{s.Band.High, s.Band.Low} {
		if end.Valid {
			d.Limits = append(d.Limits, d.limitAt(up.y(end.Decimal), end.Decimal.String()))
		}
	}
}

// The places of a limit's figure, and how near another one may stand.
const (
	limitX      = 36
	limitStep   = 24
	closeLimits = 11.0
)

func (d *drawing) limitAt(y float64, text string) limit {
	x := limitX
	for _, other := range d.Limits {
		if math.Abs(other.at-y) < closeLimits {
			x += limitStep
		}
	}
	return limit{at: y, Y: place(y), X: strconv.Itoa(x), Text: text}
}

func (d *drawing) line(s Series, i int, along timeline, up scale) {
	if len(s.Points) < 2 {
		return
	}
	l := line{Class: "g-serie" + second(i), GapClass: "g-serie" + second(i) + " g-salto"}
	var path, gaps strings.Builder
	for n, p := range s.Points {
		here := place(along.x(p.At)) + " " + place(up.y(p.Value))
		switch {
		case n == 0:
			path.WriteString("M" + here)
		case along.pause(s.Points[n-1].At, p.At):
			before := s.Points[n-1]
			gaps.WriteString("M" + place(along.x(before.At)) + " " + place(up.y(before.Value)) + "L" + here)
			path.WriteString("M" + here)
		default:
			path.WriteString("L" + here)
		}
	}
	l.Path, l.Gaps = path.String(), gaps.String()
	d.Lines = append(d.Lines, l)
}

// closeLabels is how near two labels of a series may stand; what is left out can be read by pointing and in the table.
const closeLabels = 26.0

func (d *drawing) marks(t Trend, s Series, i int, along timeline, up scale) {
	size := 4.0
	if len(s.Points) > 60 {
		size = 2
	}
	labelled := math.Inf(1)
	for n := len(s.Points) - 1; n >= 0; n-- {
		p := s.Points[n]
		x, y, side := along.x(p.At), up.y(p.Value), s.Band.outside(p.Value)
		d.Marks = append(d.Marks, markAt(x, y, size, i, side, sameDay(p.At, t.Today), t.titleOf(s, p)))
		if last := n == len(s.Points)-1; (last || side != 0) && labelled-x >= closeLabels {
			d.Labels = append(d.Labels, labelAt(x, y, side, p.Value.String()))
			labelled = x
		}
	}
}

func (t Trend) titleOf(s Series, p Point) string {
	words := p.Value.String()
	if t.Unit != "" {
		words += " " + t.Unit
	}
	if s.Name != "" {
		words = s.Name + " " + words
	}
	return words + ", " + views.Day(p.At) + " " + views.Clock(p.At)
}

// markAt draws a point: a triangle outside the band, pointing away from it; else a circle, or a square for the second
// series; filled when it is of today.
func markAt(x, y, size float64, series, side int, today bool, title string) mark {
	class := "g-pt" + second(series)
	switch {
	case side != 0:
		return mark{Shape: "path", Class: "g-fuera", Path: triangle(x, y, size+2, side), Title: title}
	case today && series == 0:
		class, size = "g-pt-hoy", size+1
	case today:
		class = "g-pt2-hoy"
	}
	if series == 0 {
		return mark{Shape: "circle", Class: class, X: place(x), Y: place(y), Size: place(size), Title: title}
	}
	return mark{Shape: "rect", Class: class, X: place(x - size), Y: place(y - size), Size: place(2 * size), Title: title}
}

func triangle(x, y, size float64, side int) string {
	away := -float64(side) * size // up on the page is less
	return "M" + place(x) + " " + place(y+away) + "L" + place(x+size) + " " + place(y-away*.75) + "L" + place(x-size) + " " + place(y-away*.75) + "Z"
}

// labelAt writes a value beside its mark, inside the drawing.
func labelAt(x, y float64, side int, text string) label {
	l := label{X: place(x), Y: place(max(y-9, 10)), Anchor: "middle", Class: "g-val", Text: text}
	if side != 0 {
		l.Class = "g-fuera-t"
	}
	if side < 0 {
		l.Y = place(min(y+18, chartBottom+10))
	}
	if x > chartRight-14 {
		l.Anchor, l.X = "end", place(chartWidth-2)
	}
	return l
}

func second(series int) string {
	if series == 0 {
		return ""
	}
	return "2"
}

func sameDay(a, b time.Time) bool {
	return a.Format(time.DateOnly) == b.In(a.Location()).Format(time.DateOnly)
}

// scale says how high a value stands.
type scale struct{ low, high, step float64 }

// mostSteps is how many lines lie behind a chart.
const mostSteps = 6

// scale reaches over all values and bands, in round steps. One value, or equal ones, stand in the middle.
func (t Trend) scale() scale {
	low, high := math.Inf(1), math.Inf(-1)
	reach := func(v decimal.Decimal) {
		f := v.InexactFloat64()
		low, high = min(low, f), max(high, f)
	}
	for _, s := range t.Series {
		for _, p := range s.Points {
			reach(p.Value)
		}
		for _, end := range []decimal.NullDecimal{s.Band.Low, s.Band.High} {
			if end.Valid && len(s.Points) > 0 {
				reach(end.Decimal)
			}
		}
	}
	if low > high { // nothing to show
		return scale{0, 1, 1}
	}
	if low == high {
		pad := max(math.Abs(low)*.05, .5)
		low, high = low-pad, high+pad
	}
	step := roundStep((high - low) / (mostSteps - 1))
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
}

// roundStep is the next of 1, 2, 2.5 and 5, with zeros.
func roundStep(rough float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, factor := range []float64{1, 2, 2.5, 5} {
		if rough <= factor*unit*(1+1e-9) {
			return factor * unit
		}
	}
	return 10 * unit
}

func (s scale) y(v decimal.Decimal) float64 { return s.at(v.InexactFloat64()) }

func (s scale) at(f float64) float64 {
	return chartBottom - (f-s.low)/(s.high-s.low)*(chartBottom-chartTop)
}

func (s scale) grid() []gridLine {
	places := max(0, int(math.Ceil(-math.Log10(s.step))))
	if math.Abs(s.step*math.Pow10(places)-math.Round(s.step*math.Pow10(places))) > 1e-6 {
		places++ // a step of 2.5 or 0.25
	}
	var lines []gridLine
	for n := math.Round(s.low / s.step); n <= math.Round(s.high/s.step); n++ {
		lines = append(lines, gridLine{Y: place(s.at(n * s.step)), Text: strconv.FormatFloat(n*s.step, 'f', places, 64)})
	}
	return lines
}

// timeline says where a moment stands. Time runs evenly, except that a long pause is shortened: else visits of one
// month, years after the first, would lie upon each other.
type timeline struct {
	moments []time.Time
	places  []float64
	longest time.Duration // a pause longer than this is shortened
}

// A pause is long beyond so many times the usual one, and beyond a season.
const (
	longPause  = 4
	shortPause = 120 * 24 * time.Hour
)

func (t Trend) along() timeline {
	moments := t.moments()
	l := timeline{moments: moments, places: make([]float64, len(moments)), longest: max(longPause*usualPause(moments), shortPause)}
	sum := 0.0
	for i := range moments {
		if i > 0 {
			sum += float64(min(moments[i].Sub(moments[i-1]), l.longest))
		}
		l.places[i] = sum
	}
	from, to := chartLeft+edge, chartRight-edge
	for i := range l.places {
		if sum == 0 {
			l.places[i] = (from + to) / 2
			continue
		}
		l.places[i] = from + l.places[i]/sum*(to-from)
	}
	return l
}

// usualPause is the middle one.
func usualPause(moments []time.Time) time.Duration {
	var pauses []time.Duration
	for i := 1; i < len(moments); i++ {
		pauses = append(pauses, moments[i].Sub(moments[i-1]))
	}
	if len(pauses) == 0 {
		return 0
	}
	slices.Sort(pauses)
	return pauses[(len(pauses)-1)/2]
}

func (l timeline) x(at time.Time) float64 {
	i, _ := slices.BinarySearchFunc(l.moments, at, time.Time.Compare)
	return l.places[i]
}

func (l timeline) pause(from, to time.Time) bool { return to.Sub(from) > l.longest }

// tickRoom is the width that a day's name takes.
const tickRoom = 74.0

// ticks name days below the chart, as many as have room, the last one always.
func (l timeline) ticks(today time.Time) []tick {
	var ticks []tick
	free := math.Inf(1)
	for i := len(l.moments) - 1; i >= 0; i-- {
		if x := l.places[i]; free-x >= tickRoom {
			ticks = append(ticks, tick{X: place(x), Text: dayWords(l.moments[i], today)})
			free = x
		}
	}
	slices.Reverse(ticks)
	return ticks
}

func dayWords(at, today time.Time) string {
	if sameDay(at, today) {
		return "hoy"
	}
	return views.DayMonth(at, today)
}

// place is a coordinate with one decimal, without needless zeros.
func place(f float64) string {
	return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
}
