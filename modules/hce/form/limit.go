package form

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"hampi/modules/hce/form/formula"
)

// Limit is the least or the most that an answer may be: a number, or a formula that gives one. The zero Limit is none.
type Limit struct {
	number  *decimal.Decimal
	formula formula.Formula
}

// LimitOf is a fixed limit.
func LimitOf(d decimal.Decimal) Limit { return Limit{number: &d} }

// IsZero reports whether there is no limit.
func (l Limit) IsZero() bool { return l.number == nil && !l.formula.Is() }

// of is the limit in a note; false without one.
func (l Limit) of(lookup formula.Lookup) (decimal.Decimal, bool) {
	if l.number != nil {
		return *l.number, true
	}
	v := l.formula.Of(lookup)
	return v.Number, v.Kind == formula.Number
}

// String is the limit as it stands in the template.
func (l Limit) String() string {
	if l.number != nil {
		return l.number.String()
	}
	return l.formula.String()
}

// MarshalJSON writes a number or the formula's text.
func (l Limit) MarshalJSON() ([]byte, error) {
	if l.number != nil {
		return []byte(l.number.String()), nil
	}
	return json.Marshal(l.formula.String())
}
