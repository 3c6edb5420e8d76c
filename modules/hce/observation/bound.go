package observation

import (
	"strings"

	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
)

// Bound is a result beyond what an apparatus reads: "<0.01", ">1000". It is kept and shown as it was given. It is
// compared with limits, and nothing is reckoned with it.
type Bound struct {
	Above  bool // the value is above Edge; otherwise below
	Exact  bool // or Edge itself: ≤, ≥
	Edge   decimal.Decimal
	Digits string // Edge as it was written: "<0.010" says how fine the apparatus reads
}

// ReadBound reads a comparator and a number, with a point or a comma; false for anything else.
func ReadBound(text string) (Bound, bool) {
	text = strings.NewReplacer("<=", "≤", ">=", "≥", " ", "").Replace(strings.TrimSpace(text))
	for sign, b := range map[string]Bound{"<": {}, "≤": {Exact: true}, ">": {Above: true}, "≥": {Above: true, Exact: true}} {
		rest, there := strings.CutPrefix(text, sign)
		if !there {
			continue
		}
		var read bool
		b.Edge, read = ReadNumber(rest)
		b.Digits = strings.Replace(rest, ",", ".", 1)
		return b, read && !b.Edge.IsNegative()
	}
	return Bound{}, false
}

// String is the bound as it is kept.
func (b Bound) String() string {
	sign := "<"
	switch {
	case b.Above && b.Exact:
		sign = "≥"
	case b.Above:
		sign = ">"
	case b.Exact:
		sign = "≤"
	}
	return sign + b.Digits
}

// bound is the value as a bound, where its kind may be one: a laboratory's quantity, never a vital sign.
func (k Kind) bound(v Value) (Bound, bool) {
	if v.Number.Valid || k.Type != catalog.Quantity || k.isVital() {
		return Bound{}, false
	}
	return ReadBound(v.Text)
}

func (k Kind) isVital() bool {
	for _, vital := range Vitals() {
		if vital.Code == k.Code {
			return true
		}
	}
	return false
}

// outside tells on which side of limits the value surely lies: −1 below, 1 above; 0 inside or nobody knows.
func (b Bound) outside(low, high decimal.NullDecimal) int {
	switch {
	case b.Above && high.Valid && (b.Edge.GreaterThan(high.Decimal) || !b.Exact && b.Edge.Equal(high.Decimal)):
		return 1
	case !b.Above && low.Valid && (b.Edge.LessThan(low.Decimal) || !b.Exact && b.Edge.Equal(low.Decimal)):
		return -1
	}
	return 0
}

// inside tells whether the value surely lies within limits: one end is open, and the bound is on the right side of the
// other.
func (b Bound) inside(r Range) bool {
	switch {
	case b.Above:
		return r.Low.Valid && !r.High.Valid && !b.Edge.LessThan(r.Low.Decimal)
	default:
		return r.High.Valid && !b.Edge.GreaterThan(r.High.Decimal) && (!r.Low.Valid || r.Low.Decimal.IsZero())
	}
}

// judgeBound says what is sure of a bound. What it leaves open has no flag: a person reads it.
func judgeBound(code string, b Bound, s Subject, r Range) Judgement {
	j := Judgement{Range: r, Alarm: b.outside(r.AlarmBelow, r.AlarmAbove) != 0}
	switch side := b.outside(r.Low, r.High); {
	case side < 0:
		j.Flag = Low
	case side > 0:
		j.Flag = High
	case b.inside(r):
		j.Flag = Normal
	}
	for _, row := range criticalRows(code, s) {
		if side := b.outside(number(row.below), number(row.above)); side != 0 {
			j.Critical, j.Alarm, j.Flag = criticalWords(code, Value{Text: b.String()}, row, side), true, CriticalHigh
			if side < 0 {
				j.Flag = CriticalLow
			}
		}
	}
	return j
}
