package observation

import (
	"github.com/shopspring/decimal"
)

// Range is what is usual, both ends included. An end that is not valid is open; the zero Range knows nothing.
type Range struct {
	Low, High decimal.NullDecimal
	// AlarmBelow and AlarmAbove are where somebody has to look; between them and the usual a value is out of range and
	// no more. Not valid: never, as for the children's rows, which are narrower than the textbooks.
	AlarmBelow, AlarmAbove decimal.NullDecimal
	Source                 string // shown beside the range
}

// Known reports whether the range says anything.
func (r Range) Known() bool { return r.Low.Valid || r.High.Valid }

// Words is the range as it is printed: "3.5–5", "hasta 199", "desde 95"; empty when unknown.
func (r Range) Words() string {
	switch {
	case r.Low.Valid && r.High.Valid:
		return r.Low.Decimal.String() + "–" + r.High.Decimal.String()
	case r.High.Valid:
		return "hasta " + r.High.Decimal.String()
	case r.Low.Valid:
		return "desde " + r.Low.Decimal.String()
	}
	return ""
}

// Laboratory is the range that a laboratory printed beside its result; it wins over ours.
func Laboratory(low, high decimal.NullDecimal) Range {
	return Range{Low: low, High: high, AlarmBelow: low, AlarmAbove: high, Source: "rango del laboratorio"}
}

// RangeOf is what is usual of a code in somebody. The zero Range when the tables say nothing of it.
func RangeOf(code string, s Subject) Range {
	switch code {
	case Saturation, ArterialOxygen:
		return saturation(s)
	case Haemoglobin:
		return haemoglobin(s)
	}
	for _, row := range rangeTable {
		if row.code == code && row.fits(s) {
			return row.asRange()
		}
	}
	return Range{}
}

// saturation goes by the altitude of the site.
func saturation(s Subject) Range {
	row := oxygenAt(s.Altitude)
	r := Range{Low: number(row.low), Source: row.source}
	if s.Altitude != nil {
		r.AlarmBelow = r.Low
	}
	return r
}

// haemoglobin moves up with the altitude, as NTS 213-2024 adjusts it (there the measured value is moved down).
func haemoglobin(s Subject) Range {
	row, found := haemoglobinRow(s)
	if !found {
		return Range{}
	}
	r := row.asRange()
	if s.Altitude == nil {
		return r
	}
	adjustment, known := HaemoglobinAdjustment(*s.Altitude)
	if !known {
		return Range{Source: "sobre 5,000 m no hay ajuste publicado"}
	}
	for _, end := range []*decimal.NullDecimal{&r.Low, &r.High, &r.AlarmBelow, &r.AlarmAbove} {
		if end.Valid {
			end.Decimal = end.Decimal.Add(adjustment)
		}
	}
	r.Source += ", ajustado a la altitud"
	return r
}

func haemoglobinRow(s Subject) (rangeRow, bool) {
	for _, row := range haemoglobinTable {
		if row.fits(s) {
			return row, true
		}
	}
	return rangeRow{}, false
}

// HaemoglobinAdjustment is what NTS 213-2024 subtracts, in g/dL, from what was measured in somebody who lives at that
// altitude. False above 5,000 m, where nothing is published.
func HaemoglobinAdjustment(metres int) (decimal.Decimal, bool) {
	for _, band := range altitudeTable {
		if metres < band.below {
			return decimal.RequireFromString(band.adjustment), true
		}
	}
	return decimal.Zero, false
}

// fits reports whether a row speaks of somebody.
func (r rangeRow) fits(s Subject) bool {
	if r.sex != "" && r.sex != s.Sex || r.trimester != s.Trimester && r.trimester != anyTrimester {
		return false
	}
	if r.fromDays == 0 && r.toDays == 0 {
		return r.everyAge || s.grown()
	}
	return s.Age.Known && s.Age.Days >= r.fromDays && s.Age.Days < r.toDays
}

func (r rangeRow) asRange() Range {
	all := Range{Low: number(r.low), High: number(r.high), Source: r.source}
	if r.quiet {
		return all
	}
	all.AlarmBelow, all.AlarmAbove = all.Low, all.High
	if r.alarmAbove != "" {
		all.AlarmAbove = number(r.alarmAbove)
	}
	return all
}

// number reads a figure of a table; empty is none.
func number(text string) decimal.NullDecimal {
	if text == "" {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(decimal.RequireFromString(text))
}

// outside reports how a value stands to a range: −1 below, 1 above, 0 inside or unknown.
func outside(value decimal.Decimal, low, high decimal.NullDecimal) int {
	switch {
	case low.Valid && value.LessThan(low.Decimal):
		return -1
	case high.Valid && value.GreaterThan(high.Decimal):
		return 1
	}
	return 0
}
