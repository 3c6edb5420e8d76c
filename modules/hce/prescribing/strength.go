package prescribing

import (
	"strings"

	"github.com/shopspring/decimal"
)

var thousand = decimal.NewFromInt(1000)

// inMilligrams turns a weight into milligrams; false for anything that is no weight.
func inMilligrams(value decimal.Decimal, unit string) (decimal.Decimal, bool) {
	switch unit {
	case "mg":
		return value, true
	case "g":
		return value.Mul(thousand), true
	case "mcg", "µg":
		return value.Div(thousand), true
	}
	return decimal.Zero, false
}

// strength is what a presentation holds: the milligrams of each ingredient, in one unit of the form or in so many
// millilitres.
type strength struct {
	milligrams []decimal.Decimal
	per        decimal.Decimal // millilitres of a liquid, else 1
	liquid     bool
}

// readStrength reads "500 mg", "250 mg/5 mL", "875 mg + 125 mg", "15 mg Fe/5 mL". False for per cents, units of
// activity and the like, from which no weight of a dose can be told.
func readStrength(text string) (strength, bool) {
	s := strength{per: decimal.NewFromInt(1)}
	weights, volume, liquid := strings.Cut(text, "/")
	if liquid {
		per, ok := readVolume(volume)
		if !ok {
			return strength{}, false
		}
		s.per, s.liquid = per, true
	}
	for part := range strings.SplitSeq(weights, "+") {
		milligrams, ok := readWeight(part)
		if !ok {
			return strength{}, false
		}
		s.milligrams = append(s.milligrams, milligrams)
	}
	return s, true
}

func readWeight(text string) (decimal.Decimal, bool) {
	words := strings.Fields(text)
	if len(words) < 2 || len(words) > 3 {
		return decimal.Zero, false
	}
	value, err := decimal.NewFromString(strings.ReplaceAll(words[0], ",", ""))
	if err != nil || !value.IsPositive() {
		return decimal.Zero, false
	}
	return inMilligrams(value, words[1])
}

// readVolume reads "5 mL" and "mL".
func readVolume(text string) (decimal.Decimal, bool) {
	words := strings.Fields(text)
	switch {
	case len(words) == 1 && words[0] == "mL":
		return decimal.NewFromInt(1), true
	case len(words) == 2 && words[1] == "mL":
		value, err := decimal.NewFromString(words[0])
		return value, err == nil && value.IsPositive()
	}
	return decimal.Zero, false
}

// doseMilligrams is the weight of the nth ingredient in one dose; false when the line does not tell it.
func (i Item) doseMilligrams(ingredient int) (decimal.Decimal, bool) {
	if milligrams, ok := inMilligrams(i.Dose.Value, i.Dose.Unit); ok {
		return milligrams, i.Dose.Value.IsPositive() && ingredient == 0 // told of the first
	}
	content, readable := readStrength(i.Strength)
	form := FormOf(i.Form)
	if !readable || ingredient >= len(content.milligrams) {
		return decimal.Zero, false
	}
	unit := form.Unit
	if content.liquid && unit != "ampolla" {
		unit = "mL"
	}
	units, known := i.doseIn(unit)
	if !known || content.liquid != (unit == "mL") && unit != "ampolla" {
		return decimal.Zero, false
	}
	if unit == "ampolla" {
		return content.milligrams[ingredient].Mul(units), true
	}
	return content.milligrams[ingredient].Mul(units).Div(content.per), true
}

// dosesADay is how many doses a day holds, at most; a single dose is one.
func (i Item) dosesADay() (decimal.Decimal, bool) {
	if i.Frequency.problem() != "" {
		return decimal.Zero, false
	}
	switch i.Frequency.Kind {
	case EveryHours:
		return decimal.NewFromInt(24).DivRound(decimal.NewFromInt(int64(i.Frequency.Number)), 4), true
	case TimesADay:
		return decimal.NewFromInt(int64(i.Frequency.Number)), true
	case AsNeeded:
		return decimal.NewFromInt(int64(i.Frequency.MostADay)), true
	}
	return decimal.NewFromInt(1), true
}
