package hce

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
)

// A critical value demands that somebody says what was done about it, where it was typed: a note that has one is not
// signed before. What was said is part of the note, and stands beside the value with who said it and when.

// criticalMeasure is a critical figure of a note: the key of its field and why it is critical.
type criticalMeasure struct {
	Key, Code, Why string
	Number         decimal.Decimal
}

// criticalMeasures are the critical figures of a note, in the order of its template.
func criticalMeasures(t form.Template, values form.Values, subject observation.Subject) (list []criticalMeasure) {
	for _, m := range form.Measures(t, values) {
		number, err := decimal.NewFromString(m.Value)
		if err != nil {
			continue
		}
		if why, side := observation.Critical(m.LOINC, number, subject); side != 0 {
			key, _, _ := strings.Cut(m.Key, ".")
			list = append(list, criticalMeasure{Key: key, Code: m.LOINC, Why: why, Number: number})
		}
	}
	return list
}

// subject is who is measured in an attention; pregnancy makes other pressures critical.
func (a Attention) subject() observation.Subject {
	s := subjectOf(a.Patient, a.Context)
	pregnant, weeks := pregnancyOf(a, conditionsOf(a))
	switch {
	case !pregnant:
	case weeks < 14:
		s.Trimester = 1
	case weeks < 28:
		s.Trimester = 2
	default:
		s.Trimester = 3
	}
	return s
}

// critical are the answers of the note about which somebody has to say what was done, by the key of their field, with
// why. What triage took and somebody has seen to already is not asked again.
func (a Attention) critical() map[string]string {
	why := map[string]string{}
	for _, m := range criticalMeasures(a.Template, a.Draft.Body.Values, a.subject()) {
		if !a.seenTo(m) {
			why[m.Key] = joined(" ", why[m.Key], m.Why) // both halves of a pressure may be critical
		}
	}
	return why
}

// seenTo reports whether triage took the very figure and somebody said what was done about it.
func (a Attention) seenTo(m criticalMeasure) bool {
	return slices.ContainsFunc(a.Triaged, func(o Observed) bool {
		return o.Code == m.Code && o.AcknowledgedAt != nil && o.Value.Valid && o.Value.Decimal.Equal(m.Number)
	})
}

// demandActions keeps a note from being signed until somebody has said what was done about each critical value.
func demandActions(r Review) {
	for key := range r.critical() {
		if r.Problems[form.Name(key)] != "" {
			continue
		}
		if len([]rune(r.Draft.Body.Values.Action(key))) < shortAction {
			r.Problems.Add(form.ActionName(key), "Escriba qué se hizo ante el valor crítico, con al menos 5 letras.")
		}
	}
}

// acknowledge notes beside the critical values of a note, those that it repeats from triage among them, what the note
// says was done.
func (s *Service) acknowledge(ctx context.Context, r Review, note Record, added []Observed) error {
	if s.Away() {
		return nil // the server reads it out of the note
	}
	for _, m := range criticalMeasures(r.Template, r.Draft.Body.Values, r.subject()) {
		action := r.Draft.Body.Values.Action(m.Key)
		o, there := r.valueOf(m, added)
		if len([]rune(action)) < shortAction || !there || !o.Critical || o.AcknowledgedAt != nil {
			continue
		}
		err := s.store.Acknowledge(ctx, Acknowledgement{
			ID: uuid.NewSHA1(note.ID, []byte(m.Code)), ObservationID: o.ID, By: note.Author.MembershipID, Action: action, At: note.WrittenAt,
		})
		if err != nil && !errors.Is(err, ErrAcknowledged) {
			return err
		}
	}
	return nil
}

// valueOf is the value that a figure of the note is kept as: one of its own, or the one that triage took.
func (a Attention) valueOf(m criticalMeasure, added []Observed) (Observed, bool) {
	for _, o := range slices.Concat(added, a.Triaged) {
		if o.Code == m.Code && o.Value.Valid && o.Value.Decimal.Equal(m.Number) {
			return o, true
		}
	}
	return Observed{}, false
}
