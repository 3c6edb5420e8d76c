package hce

import (
	"context"

	"hampi/modules/hce/form"
)

// Transcribe keeps an attention that is over with its note, as its author wrote it then, and signs it now in the name of
// whoever asks: for what was written before the record was here. The note is not looked at again; the same id again is
// ErrSameID.
func (s *Service) Transcribe(ctx context.Context, e Encounter, r Record, values form.Values) (Record, error) {
	author, m, err := s.author(ctx)
	if err != nil {
		return r, err
	}
	person, err := s.Patients.Active(ctx, e.PatientID)
	if err != nil {
		return r, err
	}
	t, err := s.Template(ctx, r.TemplateID, r.TemplateVersion)
	if err != nil {
		return r, err
	}
	noteOf, err := s.contextOf(ctx, person, r.WrittenAt, e.SiteID)
	if err != nil {
		return r, err
	}
	values = form.Compute(t, values, noteOf)
	if r.Content, err = jsonOf(values); err != nil {
		return r, err
	}
	e.DoctorID, e.Specialty, e.Version, e.CreatedAt, e.UpdatedAt = m.ID, m.Specialty, 1, e.At(), e.At()
	if err := s.store.AddEncounter(ctx, e); err != nil {
		return r, err
	}
	r.PatientID, r.EncounterID, r.Author, r.Type = e.PatientID, e.ID, author, Note
	if r, err = s.keep(ctx, r); err != nil {
		return r, err
	}
	review := Review{Attention: Attention{Encounter: e, Patient: person, Template: t, Context: noteOf, Draft: Draft{Body: DraftBody{Values: values}}}}
	if err := s.observe(ctx, review, r); err != nil {
		return r, err
	}
	signed, err := s.sign(ctx, []Record{r})
	if err != nil {
		return r, err
	}
	return signed[0], nil
}
