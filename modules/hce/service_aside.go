package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// SetAside keeps beside the note what a window wrote and SaveDraft refused, so that nothing typed is lost.
func (s *Service) SetAside(ctx context.Context, in Saving) error {
	e, err := s.attended(ctx, in.EncounterID)
	if err != nil {
		return err
	}
	return s.setAside(ctx, Aside{
		ID: newID(), EncounterID: e.ID, PatientID: e.PatientID, AuthorID: e.DoctorID, TemplateID: in.TemplateID, TemplateVersion: in.Version,
		Body: in.Body, Holder: in.Holder, WrittenAt: s.now(),
	})
}

// setAside keeps a, unless the note and what stands beside it say all of it. What the same window wrote before takes no
// second place.
func (s *Service) setAside(ctx context.Context, a Aside) error {
	note, err := s.noteParts(ctx, a.EncounterID, a.AuthorID)
	if err != nil {
		return err
	}
	parts, err := s.asideParts(ctx, a)
	if err != nil || len(missing(parts, note)) == 0 {
		return err
	}
	list, err := s.store.AsidesOf(ctx, a.EncounterID, a.AuthorID)
	if err != nil {
		return err
	}
	for _, before := range list {
		said, err := s.asideParts(ctx, before)
		if err != nil {
			return err
		}
		if len(missing(parts, slices.Concat(note, said))) == 0 {
			return nil
		}
		if before.Holder == a.Holder && len(missing(said, slices.Concat(note, parts))) == 0 {
			a.ID, a.Version = before.ID, before.Version
		}
	}
	return s.store.KeepAside(ctx, a)
}

// settleAsides lets go of what the note has come to say: what is changed in it later is changed on purpose.
func (s *Service) settleAsides(ctx context.Context, d Draft, t form.Template) error {
	list, err := s.store.AsidesOf(ctx, d.EncounterID, d.AuthorID)
	if err != nil {
		return err
	}
	for _, a := range list {
		parts, err := s.asideParts(ctx, a)
		if err != nil {
			return err
		}
		if len(missing(parts, saidIn(t, d.Body))) > 0 {
			continue
		}
		if err := s.store.DismissAside(ctx, a.ID, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// Asides are what whoever asks wrote beside the note of an attention and the note does not say, the latest first.
func (s *Service) Asides(ctx context.Context, encounter uuid.UUID) ([]Beside, error) {
	me := access.Who(ctx).MembershipID
	list, err := s.store.AsidesOf(ctx, encounter, me)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	said, err := s.noteParts(ctx, encounter, me)
	if err != nil {
		return nil, err
	}
	var beside []Beside
	for _, a := range slices.Backward(list) {
		parts, err := s.asideParts(ctx, a)
		if err != nil {
			return nil, err
		}
		if parts = missing(parts, said); len(parts) > 0 {
			beside, said = append(beside, Beside{a, parts}), append(said, parts...)
		}
	}
	return beside, nil
}

// DismissAside lets go of what stood beside a note; it is whoever asks' own.
func (s *Service) DismissAside(ctx context.Context, encounter, id uuid.UUID) error {
	e, err := s.attended(ctx, encounter)
	if err != nil {
		return err
	}
	list, err := s.store.AsidesOf(ctx, e.ID, e.DoctorID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(a Aside) bool { return a.ID == id }) {
		return nil // it was let go before
	}
	return s.store.DismissAside(ctx, id, s.now())
}

func (s *Service) asideParts(ctx context.Context, a Aside) ([]Part, error) {
	t, err := s.Template(ctx, a.TemplateID, a.TemplateVersion)
	return saidIn(t, a.Body), err
}

// noteParts is what an author's note of an attention says: its draft, or what became of it, with its addenda.
func (s *Service) noteParts(ctx context.Context, encounter, author uuid.UUID) ([]Part, error) {
	d, err := s.store.Draft(ctx, encounter, author)
	if err == nil {
		t, err := s.Template(ctx, d.TemplateID, d.TemplateVersion)
		return saidIn(t, d.Body), err
	}
	if !fault.IsNotFound(err) {
		return nil, err
	}
	records, err := s.store.RecordsIn(ctx, []uuid.UUID{encounter})
	if err != nil {
		return nil, err
	}
	var parts []Part
	for _, r := range records {
		if r.Author.MembershipID != author {
			continue
		}
		said, err := s.recordParts(ctx, r)
		if err != nil {
			return nil, err
		}
		parts = append(parts, said...)
	}
	return parts, nil
}

func (s *Service) recordParts(ctx context.Context, r Record) ([]Part, error) {
	switch r.Type {
	case Note:
		var values form.Values
		if err := json.Unmarshal(r.Content, &values); err != nil {
			return nil, fmt.Errorf("read record %s: %w", r.ID, err)
		}
		t, err := s.Template(ctx, r.TemplateID, r.TemplateVersion)
		return saidIn(t, DraftBody{Values: values, Diagnoses: r.Diagnoses}), err
	case Prescription:
		content, err := prescriptionIn(r)
		return saidIn(form.Template{}, DraftBody{Items: content.Items}), err
	case Addendum:
		var content map[string]string
		if err := json.Unmarshal(r.Content, &content); err != nil {
			return nil, fmt.Errorf("read record %s: %w", r.ID, err)
		}
		return []Part{{Value: content["texto"], Prose: true}}, nil
	}
	return nil, nil
}
