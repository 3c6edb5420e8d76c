//go:build !js

package hce

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/platform/fault"
)

// Writing is a note as a program sends it: whole, with no draft before it.
type Writing struct {
	ID              uuid.UUID
	EncounterID     uuid.UUID
	TemplateID      string // "": the one for the specialty of the attention
	TemplateVersion int    // 0: the edition that is offered
	Values          form.Values
	Diagnoses       []Diagnosis
	SpecialtyData   json.RawMessage // nil without
	KeepOpen        bool            // the attention goes on
}

// Write keeps a note that was sent whole, by the rules of a note that is closed on the page, and ends the attention. It
// waits for its author's signature. The same note again is found, not written twice.
//
// It is refused as Close is; with ErrSameID when the id is another record's; and as a conflict when the attention would
// end over a draft that somebody has begun on the page.
func (s *Service) Write(ctx context.Context, in Writing) (note Record, created bool, err error) {
	r, err := s.sent(ctx, in)
	if err != nil {
		return Record{}, false, err
	}
	if note, err = s.noteOf(ctx, r); err != nil {
		return Record{}, false, err
	}
	note.SpecialtyData = in.SpecialtyData
	if kept, there, err := s.again(ctx, note); there || err != nil {
		return kept, false, err
	}
	if !r.Ready() {
		return Record{}, false, unready(r)
	}
	e, err := s.store.LockEncounter(ctx, in.EncounterID)
	if err != nil {
		return Record{}, false, err
	}
	if e.Closed() {
		return Record{}, false, errClosed
	}
	if note, err = s.keep(ctx, note); err != nil {
		return Record{}, false, err
	}
	if err := s.observe(ctx, r, note); err != nil {
		return Record{}, false, err
	}
	if !in.KeepOpen {
		err = s.endUndrafted(ctx, e)
	}
	return note, true, err
}

// sent reviews what a program sent as if it were a draft.
func (s *Service) sent(ctx context.Context, in Writing) (Review, error) {
	a, err := s.facing(ctx, in.EncounterID)
	if err != nil {
		return Review{}, err
	}
	if a.Template, err = s.asked(ctx, in, a.Encounter.Specialty); err != nil {
		return Review{}, err
	}
	values := form.Compute(a.Template, in.Values, a.Context)
	a.Draft = Draft{ID: in.ID, EncounterID: a.Encounter.ID, Body: DraftBody{Values: values, Diagnoses: in.Diagnoses}}
	r, err := s.reviewed(ctx, a)
	if err != nil {
		return r, err
	}
	for key, v := range in.Values {
		if v.Is() && !values[key].Is() && !strings.HasPrefix(key, "_") {
			r.Problems.Add(form.Name(key), "La plantilla no tiene este dato, o no lo pide con las demás respuestas.")
		}
	}
	return r, nil
}

// asked is the template that a program names.
func (s *Service) asked(ctx context.Context, in Writing, specialty string) (form.Template, error) {
	if in.TemplateID == "" {
		return s.templateFor(ctx, specialty)
	}
	offered, err := s.NoteTemplates(ctx)
	if err != nil {
		return form.Template{}, err
	}
	for _, o := range offered {
		if o.ID == in.TemplateID && (in.TemplateVersion == 0 || in.TemplateVersion == o.Version) {
			return o.Template, nil
		}
	}
	t, err := s.Template(ctx, in.TemplateID, in.TemplateVersion)
	if fault.IsNotFound(err) || in.TemplateID == TriageTemplate {
		return t, fault.InvalidField("template_id", "No hay una plantilla de notas con ese nombre y esa versión.")
	}
	return t, err
}

// again finds the record that r repeats: the same but for when it was written. ErrSameID when the id is taken by another.
func (s *Service) again(ctx context.Context, r Record) (kept Record, there bool, err error) {
	kept, err = s.store.Record(ctx, r.ID)
	if fault.IsNotFound(err) {
		return Record{}, false, nil
	}
	if err != nil {
		return Record{}, false, err
	}
	if kept.Author.MembershipID != r.Author.MembershipID {
		return Record{}, true, ErrSameID
	}
	r.WrittenAt, r.Author, r.Offline = kept.WrittenAt, kept.Author, kept.Offline
	if r, err = r.sealed(); err != nil {
		return Record{}, false, err
	}
	if !bytes.Equal(r.Hash, kept.Hash) {
		return Record{}, true, ErrSameID
	}
	return kept, true, nil
}

// endUndrafted closes an attention in which nothing is being written on a page.
func (s *Service) endUndrafted(ctx context.Context, e Encounter) error {
	_, err := s.store.Draft(ctx, e.ID, e.DoctorID)
	switch {
	case err == nil:
		return fault.Conflicted("draft_open", "En esta atención hay un borrador abierto en la pantalla. Ciérrelo allí, o envíe la nota con close en false.")
	case !fault.IsNotFound(err):
		return err
	}
	_, err = s.end(ctx, e, uuid.Nil)
	return err
}

// AmendOnce is Amend for programs: the same addendum again is found, not written twice.
func (s *Service) AmendOnce(ctx context.Context, id, amends uuid.UUID, text string, proof Proof) (Record, bool, error) {
	author, _, err := s.author(ctx)
	if err != nil {
		return Record{}, false, err
	}
	before, err := s.store.Record(ctx, amends)
	if err != nil {
		return Record{}, false, err
	}
	if _, err := s.Open(ctx, before.PatientID); err != nil {
		return Record{}, false, err
	}
	content, err := jsonOf(map[string]string{"texto": strings.TrimSpace(text)})
	if err != nil {
		return Record{}, false, err
	}
	kept, there, err := s.again(ctx, Record{
		ID: id, PatientID: before.PatientID, EncounterID: before.EncounterID, Type: Addendum, Author: author, Content: content, AmendsID: &amends,
	})
	if there || err != nil {
		return kept, false, err
	}
	added, err := s.Amend(ctx, id, amends, text, proof)
	return added, true, err
}

// Records lists what is written of a person, of every kind, latest first; more tells whether it goes on behind limit. The
// reading is written down.
func (s *Service) Records(ctx context.Context, patient uuid.UUID, f Filter, limit int) (list []Record, more bool, err error) {
	look, err := s.Open(ctx, patient)
	if err != nil {
		return nil, false, err
	}
	if err := s.Reads.Read(ctx, look.Patient(), "historia"); err != nil {
		return nil, false, err
	}
	within := f.in(look.Family)
	if f.Type == "" {
		within.Types = nil // an addendum that a program does not see is a correction that it does not know
	}
	within.Limit = limit + 1
	if list, err = s.store.RecordsOf(ctx, within); err != nil {
		return nil, false, err
	}
	return list[:min(len(list), limit)], len(list) > limit, nil
}

// ProgramStore lists what programs ask for page by page; a device holds only a part of it.
type ProgramStore interface {
	// EncountersOf are those of a person, the latest kept first, from behind a place in the list on.
	EncountersOf(ctx context.Context, family []uuid.UUID, before time.Time, beforeID uuid.UUID, limit int) ([]Encounter, error)
	// ObservedBefore lists values of a person, latest first, from behind a place in the list on. code "" is any.
	ObservedBefore(ctx context.Context, family []uuid.UUID, code string, before time.Time, beforeID uuid.UUID, limit int) ([]Observed, error)
}

// seen opens a person's record for reading and writes down what of it.
func (s *Service) seen(ctx context.Context, patient uuid.UUID, what string) (Look, error) {
	look, err := s.Open(ctx, patient)
	if err != nil {
		return look, err
	}
	return look, s.Reads.Read(ctx, look.Patient(), what)
}
