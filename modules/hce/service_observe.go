package hce

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/patients"
)

// observe keeps the note's figures as observations. What triage took and the note repeats stays triage's; another
// figure stands beside it as its correction.
func (s *Service) observe(ctx context.Context, r Review, note Record) error {
	subject := r.subject()
	var list []Observed
	for _, m := range form.Measures(r.Template, r.Draft.Body.Values) {
		number, err := decimal.NewFromString(m.Value)
		if err != nil {
			return fmt.Errorf("read %s of note %s: %w", m.Key, note.ID, err)
		}
		before, same := triageOf(r.Triaged, m.LOINC, number)
		if same {
			continue
		}
		list = append(list, observed(m.LOINC, m.UCUM, observation.Of(number), subject, Observed{
			ID: newID(), PatientID: note.PatientID, EncounterID: &note.EncounterID, RecordID: &note.ID, Category: Vital,
			TakenAt: note.WrittenAt, TakenBy: note.Author.MembershipID, CorrectsID: before,
		}))
	}
	if err := s.store.AddObserved(ctx, list); err != nil {
		return err
	}
	return s.acknowledge(ctx, r, note, list)
}

// triageOf finds what triage took under a code, and whether it is the same figure.
func triageOf(taken []Observed, code string, number decimal.Decimal) (before *uuid.UUID, same bool) {
	for _, o := range taken {
		if o.Code == code {
			return &o.ID, o.Value.Valid && o.Value.Decimal.Equal(number)
		}
	}
	return nil, false
}

// observed completes a value with how the rules judge it.
func observed(code, unit string, v observation.Value, subject observation.Subject, o Observed) Observed {
	o.Code, o.Unit, o.Value, o.ValueText = code, unit, v.Number, v.Text
	return judged(o, subject, nil)
}

// judged completes a value with how it stands to its range: the one that the laboratory printed wins.
func judged(o Observed, subject observation.Subject, lab *observation.Range) Observed {
	j := observation.Judge(o.Code, o.value(), subject, lab)
	o.RefLow, o.RefHigh, o.RefText, o.Flag, o.Critical = j.Range.Low, j.Range.High, j.Range.Words(), j.Flag, j.Critical != ""
	return o
}

// subjectOf is who is measured when and where, for the rules of observations.
func subjectOf(p patients.Patient, c form.Context) observation.Subject {
	return observation.Subject{Age: observation.AgeAt(p.BirthDate, c.Today), Sex: observation.Sex(p.Sex), Altitude: c.Altitude}
}

// filled are the answers of a template that triage already has.
func filled(t form.Template, taken []Observed) form.Values {
	values := form.Values{}
	number := map[string]string{}
	for _, o := range taken {
		if o.Value.Valid {
			number[o.Code] = o.Value.Decimal.String()
		}
	}
	words := form.Recall(t, told(t, taken))
	for _, section := range t.Sections {
		for _, f := range section.Fields {
			v := filledField(f, number)
			if !v.Is() {
				v = words[f.Key]
			}
			if v.Is() {
				values[f.Key] = v
			}
		}
	}
	return values
}

// MotiveCode is the LOINC code of the chief complaint, which triage asks.
const MotiveCode = "8661-1"

func filledField(f form.Field, number map[string]string) form.Value {
	switch {
	case f.Type == form.Pressure:
		var pair [2]int
		for i, code := range []string{observation.Systolic, observation.Diastolic} {
			d, err := decimal.NewFromString(number[code])
			if err != nil {
				return form.Value{}
			}
			pair[i] = int(d.IntPart())
		}
		return form.OfPressure(pair[0], pair[1])
	case f.LOINC != "" && f.Type != form.Computed:
		return form.OfText(number[f.LOINC])
	}
	return form.Value{}
}
