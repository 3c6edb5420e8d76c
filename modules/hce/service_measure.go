//go:build !js

package hce

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/observation"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Measured is a value as a program sends it.
type Measured struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	EncounterID *uuid.UUID
	Code        string // LOINC
	Value       observation.Value
	Unit        string // UCUM; as the code has it
	Source      string
	TakenAt     time.Time
	Confirmed   bool // somebody looked at an improbable value
}

// longSource is how many letters the name of a laboratory or apparatus has at most.
const longSource = 120

// Measure keeps a value of an own patient, judged by the rules of observations. The same value again is found, not kept
// twice.
//
// It is refused at its field: an unknown or computed code, another unit than the code's, a value that cannot be, an
// improbable one that nobody confirmed, a time to come or before the patient was born.
func (s *Service) Measure(ctx context.Context, in Measured) (o Observed, created bool, err error) {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return Observed{}, false, fault.ErrForbidden
	}
	look, err := s.Open(ctx, in.PatientID)
	if err != nil {
		return Observed{}, false, err
	}
	author, _, err := s.author(ctx)
	if err != nil {
		return Observed{}, false, err
	}
	person, err := s.Patients.Active(ctx, look.Patient())
	if err != nil {
		return Observed{}, false, err
	}
	if err := s.ofAttention(ctx, look, in); err != nil {
		return Observed{}, false, err
	}
	known, err := s.contextIn(ctx, person, in.TakenAt, in.EncounterID)
	if err != nil {
		return Observed{}, false, err
	}
	subject := subjectOf(person, known)
	problems := s.measuredProblems(in)
	if words := s.tooOld(person, in.TakenAt.In(s.Zone(ctx))); words != "" {
		problems.Add("taken_at", words)
	}
	if err := problems.Err(); err != nil {
		return Observed{}, false, err
	}
	o = observed(in.Code, in.Unit, in.Value, subject, Observed{
		ID: in.ID, PatientID: look.Patient(), EncounterID: in.EncounterID, Category: categoryOf(in.Code), Source: in.Source,
		TakenAt: in.TakenAt.UTC().Truncate(time.Microsecond), TakenBy: author.MembershipID,
	})
	before, err := s.store.ObservedByID(ctx, in.ID)
	switch {
	case err == nil && before.repeats(o):
		return before, false, nil
	case err == nil:
		return Observed{}, false, ErrSameID
	case !fault.IsNotFound(err):
		return Observed{}, false, err
	}
	if err := s.possible(ctx, look, o, subject, in.Confirmed); err != nil {
		return Observed{}, false, err
	}
	return o, true, s.store.AddObserved(ctx, []Observed{o})
}

// measuredProblems looks at what is not the figure itself.
func (s *Service) measuredProblems(in Measured) fault.Problems {
	problems := fault.Problems{}
	kind, known := observation.KindOf(in.Code)
	switch {
	case !known:
		problems.Add("code", "El código no es de los que se usan aquí, o es un panel: envíe cada valor por su código LOINC.")
	case kind.Computed:
		problems.Add("code", kind.Name+" se calcula con los otros valores.")
	case in.Value.Number.Valid && in.Unit != kind.UCUM:
		problems.Add("unit", "La unidad de este código es "+orNone(kind.UCUM)+", en UCUM.")
	case !in.Value.Number.Valid && in.Unit != "":
		problems.Add("unit", "Un resultado en palabras no lleva unidad.")
	}
	if in.Value.Number.Valid && in.Value.Text != "" {
		problems.Add("value_text", "Envíe el valor en número o en palabras, no ambos.")
	}
	if n := len([]rune(in.Source)); n > longSource {
		problems.Add("source", "El texto es demasiado largo: 120 letras como máximo.")
	}
	if len([]rune(in.Value.Text)) > longAddendum {
		problems.Add("value_text", "El texto es demasiado largo: 20,000 letras como máximo.")
	}
	if in.TakenAt.After(s.now()) {
		problems.Add("taken_at", "Es de un momento que aún no llega.")
	}
	return problems
}

func orNone(ucum string) string {
	if ucum == "" {
		return "ninguna"
	}
	return ucum
}

// ofAttention looks whether the attention that a value names is one of the person's with whoever asks.
func (s *Service) ofAttention(ctx context.Context, look Look, in Measured) error {
	if in.EncounterID == nil {
		return nil
	}
	e, err := s.store.Encounter(ctx, *in.EncounterID)
	if err != nil && !fault.IsNotFound(err) {
		return err
	}
	if err != nil || e.DoctorID != access.Who(ctx).MembershipID || !look.of(e.PatientID) {
		return fault.InvalidField("encounter_id", "No es una atención suya de este paciente.")
	}
	return nil
}

// of reports whether an entry is one of the person's.
func (l Look) of(patient uuid.UUID) bool {
	for _, id := range l.Family {
		if id == patient {
			return true
		}
	}
	return false
}

// possible asks the rules about a value beside those that were taken at the same moment: a systolic pressure that is not
// above its diastolic is refused.
func (s *Service) possible(ctx context.Context, look Look, o Observed, subject observation.Subject, confirmed bool) error {
	same, err := s.store.ObservedOf(ctx, ObservedRange{Patients: look.Family, Since: o.TakenAt})
	if err != nil {
		return err
	}
	set := observation.Set{}
	for _, other := range standing(same) {
		if other.TakenAt.Equal(o.TakenAt) {
			set[other.Code] = other.value()
		}
	}
	set[o.Code] = o.value()
	for _, p := range observation.Problems(set, subject) {
		concerns := p.Code == o.Code || p.Code == observation.Systolic && o.Code == observation.Diastolic
		if concerns && (p.Refused || !confirmed) {
			return fault.InvalidField(fieldOf(o), p.Words)
		}
	}
	return nil
}

func fieldOf(o Observed) string {
	if o.Value.Valid {
		return "value"
	}
	return "value_text"
}

// repeats reports whether o is what is kept already.
func (before Observed) repeats(o Observed) bool {
	return before.PatientID == o.PatientID && before.Code == o.Code && before.Unit == o.Unit && before.ValueText == o.ValueText &&
		before.Value.Valid == o.Value.Valid && before.Value.Decimal.Equal(o.Value.Decimal) && before.TakenAt.Equal(o.TakenAt) &&
		before.TakenBy == o.TakenBy && sameID(before.EncounterID, o.EncounterID)
}

func categoryOf(code string) Category {
	for _, kind := range observation.Vitals() {
		if kind.Code == code {
			return Vital
		}
	}
	return Lab
}
