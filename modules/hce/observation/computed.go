package observation

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

var (
	hundred = decimal.NewFromInt(100)
	three   = decimal.NewFromInt(3)
)

// MeanPressureOf is the mean arterial pressure in mmHg, rounded to a whole one: a third of the way from diastolic to
// systolic. False when either is missing or they stand the wrong way round.
func MeanPressureOf(systolic, diastolic decimal.NullDecimal) (decimal.Decimal, bool) {
	if !systolic.Valid || !diastolic.Valid || !systolic.Decimal.GreaterThan(diastolic.Decimal) {
		return decimal.Zero, false
	}
	sum := systolic.Decimal.Add(diastolic.Decimal).Add(diastolic.Decimal)
	return sum.DivRound(three, 6).Round(0), true
}

// BMIOf is the body mass index in kg/m², to one decimal. False without a weight and a height.
func BMIOf(kilograms, centimetres decimal.NullDecimal) (decimal.Decimal, bool) {
	if !kilograms.Valid || !centimetres.Valid || !kilograms.Decimal.IsPositive() || !centimetres.Decimal.IsPositive() {
		return decimal.Zero, false
	}
	metres := centimetres.Decimal.Div(hundred)
	return kilograms.Decimal.DivRound(metres.Mul(metres), 6).Round(1), true
}

// WithComputed is a set with its mean pressure and its body mass index worked out; those that came along are replaced.
func (set Set) WithComputed() Set {
	whole := Set{}
	for code, value := range set {
		whole[code] = value
	}
	delete(whole, MeanPressure)
	delete(whole, BMI)
	if mean, ok := MeanPressureOf(set.number(Systolic), set.number(Diastolic)); ok {
		whole[MeanPressure] = Of(mean)
	}
	if index, ok := BMIOf(set.number(Weight), set.number(Height)); ok {
		whole[BMI] = Of(index)
	}
	return whole
}

// Set is what was observed of one person at one time, by LOINC code.
type Set map[string]Value

func (set Set) number(code string) decimal.NullDecimal { return set[code].Number }

// ReadNumber reads a number as people type it: "36.5" and "36,5" are one. False for anything else.
func ReadNumber(text string) (decimal.Decimal, bool) {
	text = strings.Replace(strings.TrimSpace(text), ",", ".", 1)
	if text == "" || len(text) > 12 || strings.Trim(text, "0123456789.") != "" || strings.Count(text, ".") > 1 || text == "." {
		return decimal.Zero, false
	}
	number, err := decimal.NewFromString(text)
	return number, err == nil
}

// ReadPressure reads a blood pressure typed in one field: "148/92", "148 92" or "14892".
func ReadPressure(text string) (systolic, diastolic int, ok bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" /-", r) })
	if len(parts) == 1 {
		parts = splitPressure(parts[0])
	}
	if len(parts) != 2 {
		return 0, 0, false
	}
	systolic, wrong := readWhole(parts[0])
	diastolic, wrong2 := readWhole(parts[1])
	return systolic, diastolic, !wrong && !wrong2
}

// splitPressure parts digits that were typed without anything between them: the diastolic has three only when both do.
func splitPressure(digits string) []string {
	switch len(digits) {
	case 4:
		return []string{digits[:2], digits[2:]}
	case 5, 6:
		return []string{digits[:3], digits[3:]}
	}
	return nil
}

func readWhole(text string) (number int, wrong bool) {
	if len(text) < 2 || len(text) > 3 || strings.Trim(text, "0123456789") != "" {
		return 0, true
	}
	number, err := strconv.Atoi(text)
	return number, err != nil
}
