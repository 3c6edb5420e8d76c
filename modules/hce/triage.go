package hce

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/patients"
)

// TriageSheet is what is taken of a patient who has arrived, before the professional begins: vital signs, motive, photos. It
// is no note and nobody signs it; each value stands with who took it and when.
type TriageSheet struct {
	Visit     Visit
	Encounter Encounter // its ID is zero before anything was kept
	Patient   patients.Patient
	Frame     patients.Frame // allergies and conditions
	Template  form.Template
	Context   form.Context
	Values    form.Values // as they stand, or as somebody sent them
	Taken     []Observed  // all, in the order in which they were taken; a correction names what it corrects
}

// Last names the last value, by which a form says what it was drawn over; "" before the first.
func (t TriageSheet) Last() string {
	if len(t.Taken) == 0 {
		return ""
	}
	return t.Taken[len(t.Taken)-1].ID.String()
}

// Over reports whether the attention ended: what was taken is read then.
func (t TriageSheet) Over() bool { return t.Visit.Over || t.Encounter.Closed() }

// subject is who is measured; a pregnancy that stands among her conditions makes other pressures critical.
func (t TriageSheet) subject() observation.Subject {
	return Attention{Patient: t.Patient, Frame: t.Frame, Context: t.Context, Draft: Draft{Body: DraftBody{Values: t.Values}}}.subject()
}

// What triage asks and LOINC has no code for has one of the house: this and the key of its field.
const ownCode = "triaje:"

// Withdrawn are the words of a correction that leaves no value: the first one was somebody else's, or of another field.
const Withdrawn = "Sin valor"

// taking is an answer as it is kept: a figure, or words as they are read.
type taking struct {
	Code, Unit string
	Value      observation.Value
}

// change is a value to add, with the one that it corrects.
type change struct {
	taking
	corrects *uuid.UUID
}

// takings are the answers of a triage that are kept.
func takings(t form.Template, values form.Values) ([]taking, error) {
	var list []taking
	measured := map[string]bool{}
	for _, m := range form.Measures(t, values) {
		number, err := decimal.NewFromString(m.Value)
		if err != nil {
			return nil, fmt.Errorf("read %s of a triage: %w", m.Key, err)
		}
		key, _, _ := strings.Cut(m.Key, ".")
		measured[key] = true
		list = append(list, taking{m.LOINC, m.UCUM, observation.Of(number)})
	}
	for _, line := range form.Summary(t, values) {
		if f, known := t.Field(line.Key); known && !measured[line.Key] && !line.Computed {
			list = append(list, taking{Code: wordsCode(f), Value: observation.Value{Text: line.Value}})
		}
	}
	return list, nil
}

// wordsCode is the code of an answer in words.
func wordsCode(f form.Field) string {
	switch {
	case isMotive(f):
		return MotiveCode
	case f.LOINC != "":
		return f.LOINC
	}
	return ownCode + f.Key
}

func isMotive(f form.Field) bool { return f.LOINC == MotiveCode || f.LOINC == "" && f.Key == "motivo" }

// told are the answers in words of what triage took, by the keys of their fields.
func told(t form.Template, taken []Observed) map[string]string {
	words := map[string]string{}
	for _, o := range taken {
		if o.ValueText != "" && o.ValueText != Withdrawn {
			words[o.Code] = o.ValueText
		}
	}
	shown := map[string]string{}
	for _, section := range t.Sections {
		for _, f := range section.Fields {
			shown[f.Key] = words[wordsCode(f)]
		}
	}
	return shown
}

// changes are the values to add so that what stands says what was answered now. What is the same is not written again;
// another value stands beside the first one and names it, and so does Withdrawn where an answer was taken out.
func changes(taken []Observed, answered []taking) []change {
	stands := triaged(taken)
	var list []change
	for _, t := range answered {
		i := slices.IndexFunc(stands, func(o Observed) bool { return o.Code == t.Code })
		switch {
		case i < 0:
			list = append(list, change{taking: t})
		case !sameValue(stands[i].value(), t.Value):
			list = append(list, change{t, &stands[i].ID})
		}
	}
	for i, o := range stands {
		gone := !slices.ContainsFunc(answered, func(t taking) bool { return t.Code == o.Code })
		if gone && o.ValueText != Withdrawn {
			list = append(list, change{taking{Code: o.Code, Value: observation.Value{Text: Withdrawn}}, &stands[i].ID})
		}
	}
	return list
}

// triaged are the values that stand of what was taken in triage.
func triaged(taken []Observed) []Observed {
	return slices.DeleteFunc(slices.Clone(standing(taken)), func(o Observed) bool { return o.Category != Triage })
}

func sameValue(a, b observation.Value) bool {
	if a.Number.Valid && b.Number.Valid {
		return a.Number.Decimal.Equal(b.Number.Decimal)
	}
	return a.Number.Valid == b.Number.Valid && a.Text == b.Text
}

// takenLabel is what a value is called where it is listed.
func takenLabel(t form.Template, code string) string {
	if code == MotiveCode {
		return "Motivo"
	}
	if key, own := strings.CutPrefix(code, ownCode); own {
		if f, known := t.Field(key); known {
			return f.Label
		}
		return key
	}
	if kind, known := observation.KindOf(code); known {
		return kind.Name
	}
	return code
}

// otherHalf is the code of what a blood pressure has besides; "" for what is none.
func otherHalf(code string) string {
	switch code {
	case observation.Systolic:
		return observation.Diastolic
	case observation.Diastolic:
		return observation.Systolic
	}
	return ""
}
