package form

import (
	"slices"
	"strings"
	"time"

	"hampi/modules/hce/form/formula"
)

// Compute is the note as it is kept: the answers that are shown, the results of the computed fields, and the
// confirmations that still belong to an answer. A draft keeps what Read gave, so that an answer that is hidden for a
// moment comes back.
func Compute(t Template, values Values, ctx Context) Values {
	s := newScope(t, values, ctx)
	kept := Values{}
	for _, f := range t.fields() {
		switch {
		case f.Type == Note || !s.shows(f):
		case f.Type == Computed:
			if v := fromFormula(s.computed(f)); v.Is() {
				kept[f.Key] = v
			}
		case values[f.Key].Is():
			kept[f.Key] = values[f.Key]
		}
	}
	if list := s.confirmedIn(kept); len(list) > 0 {
		kept[confirmedKey] = OfList(list...)
	}
	if list := actionsIn(values, kept); len(list) > 0 {
		kept[actionsKey] = OfList(list...)
	}
	return kept
}

// actionsIn is what was done about answers that are still there.
func actionsIn(values, kept Values) (list []string) {
	for _, said := range values[actionsKey].List {
		if key, _, _ := strings.Cut(said, "="); kept[key].Is() {
			list = append(list, said)
		}
	}
	return list
}

// confirmedIn are the confirmations whose answer is still the one that was confirmed.
func (s *scope) confirmedIn(kept Values) (list []string) {
	for key, v := range kept {
		if text := shown(s.fields[key], v); s.values.confirms(key, text) {
			list = append(list, confirmation(key, text))
		}
	}
	slices.Sort(list)
	return list
}

// fromFormula is a result as an answer.
func fromFormula(v formula.Value) Value {
	switch v.Kind {
	case formula.Number:
		return OfText(v.Number.String())
	case formula.Text:
		return OfText(v.Text)
	case formula.Date:
		return OfText(v.Date.Format(time.DateOnly))
	case formula.Bool:
		return OfTruth(v.Bool)
	}
	return Value{}
}

// Empty reports whether a note says nothing: nobody answered anything. What computes itself is no answer.
func Empty(t Template, values Values) bool {
	return !slices.ContainsFunc(t.fields(), func(f Field) bool { return f.asked() && values[f.Key].Is() })
}

// Measure is an answer that is an observation: its LOINC and UCUM codes and its figure as a decimal.
type Measure struct {
	Key, Label, LOINC, UCUM, Value string
}

// The two observations of a blood pressure, whose field carries the panel's code.
const (
	loincSystolic  = "8480-6"
	loincDiastolic = "8462-4"
	ucumPressure   = "mm[Hg]"
)

// Measures are the answers that carry a code, in their order; a pressure gives its two values. Values are those that
// Compute gave.
func Measures(t Template, values Values) (list []Measure) {
	for _, f := range t.fields() {
		v := values[f.Key]
		switch {
		case f.LOINC == "" || !v.Is():
		case v.Shape == Pair:
			list = append(list,
				Measure{f.Key + ".sistolica", "Presión sistólica", loincSystolic, ucumPressure, decimalOf(v.Systolic)},
				Measure{f.Key + ".diastolica", "Presión diastólica", loincDiastolic, ucumPressure, decimalOf(v.Diastolic)})
		case v.Shape == Plain:
			if _, ok := readDecimal(v.Text); ok {
				list = append(list, Measure{f.Key, f.Label, f.LOINC, f.UCUM, v.Text})
			}
		}
	}
	return list
}
