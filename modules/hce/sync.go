//go:build !js

package hce

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// The records that a doctor's device holds: the last ones of each own patient with an appointment in these days around
// today (DESIGN §5). What an emergency opened is never among them.
const (
	daysHeld    = 30
	recordsHeld = 10
)

// OwnPatients is what the record asks of the agenda to choose what a device holds.
type OwnPatients interface {
	// PatientsOf are the people with an appointment in [from, to) with the professional that was not cancelled.
	PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error)
}

// RecordSync offers records to doctors' devices and takes up what was written on them without connection.
type RecordSync struct {
	record *Service
	store  Postgres
	own    OwnPatients
}

// SyncRecords is the record's entity "record".
func SyncRecords(record *Service, own OwnPatients) RecordSync {
	return RecordSync{record: record, own: own}
}

// Name is the entity's word on the wire.
func (RecordSync) Name() string { return recordEntity }

// Apply keeps a record that was written on a device: unsigned, and for ever as it stands. The attention that it brings
// is begun and, where it ended, closed with its appointment.
func (s RecordSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	if op.Action != offline.Create {
		return offline.Outcome{}, fault.InvalidField("action", "Lo escrito en una historia no se cambia. Se añade una adenda.")
	}
	var in writtenData
	if err := readData(op, &in, "Los datos del documento no se entienden."); err != nil {
		return offline.Outcome{}, err
	}
	person, err := s.record.Patients.Active(ctx, in.PatientID)
	if fault.IsNotFound(err) {
		return offline.Outcome{}, &offline.Missing{Entity: "patient", ID: in.PatientID}
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	in.PatientID = person.ID
	return answerOnce(s.record.takeUp(ctx, op, in))
}

// takeUp keeps what a device wrote; false when it was kept before.
func (s *Service) takeUp(ctx context.Context, op offline.Received, in writtenData) (created bool, err error) {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return false, fault.ErrForbidden
	}
	author, _, err := s.author(ctx)
	if err != nil {
		return false, err
	}
	e, err := s.arrived(ctx, in.Encounter, in.PatientID)
	if err != nil {
		return false, err
	}
	r := Record{
		ID: op.LocalID, PatientID: e.PatientID, EncounterID: e.ID, Type: in.Type, TemplateID: in.TemplateID, TemplateVersion: in.TemplateVersion,
		Author: author, Diagnoses: in.Diagnoses, Content: in.Content, SpecialtyData: in.SpecialtyData, AmendsID: in.AmendsID,
		Offline: true, WrittenAt: op.At, ReceivedAt: s.now(),
	}
	if err := s.acceptable(ctx, r, e); err != nil {
		return false, err
	}
	if r.Diagnoses, err = s.Titled(ctx, r.Diagnoses); err != nil {
		return false, err
	}
	if r, err = r.sealed(); err != nil {
		return false, err
	}
	before, err := s.store.Record(ctx, r.ID)
	if err == nil && r.Type == Note && before.Author.MembershipID == author.MembershipID && !bytes.Equal(before.Hash, r.Hash) {
		if r, err = r.beside(); err != nil {
			return false, err
		}
		before, err = s.store.Record(ctx, r.ID)
	}
	switch {
	case err == nil && bytes.Equal(before.Hash, r.Hash):
		return false, nil
	case err == nil:
		return false, ErrSameID
	case !fault.IsNotFound(err):
		return false, err
	}
	if err := s.store.AddRecord(ctx, r); err != nil {
		return false, err
	}
	if r.Type == Prescription {
		if err := s.store.ExpectCode(ctx, CodeOf(access.Who(ctx).ClinicID, r.ID), r.ID); err != nil {
			return false, err
		}
	}
	if err := s.derive(ctx, r, e); err != nil {
		return false, err
	}
	if err := s.written(ctx, r); err != nil {
		return false, err
	}
	return true, s.ended(ctx, e, in.Encounter.EndedAt)
}

// beside is the note under another id, always the same one: its draft was closed in another window meanwhile, which took
// the id, and what was written without connection stands beside it.
func (r Record) beside() (Record, error) {
	r.ID = uuid.NewHash(sha256.New(), r.ID, r.Hash, 8)
	return r.sealed()
}

// acceptable refuses what the device should have refused: what is written is looked at again where it arrives.
func (s *Service) acceptable(ctx context.Context, r Record, e Encounter) error {
	switch r.Type {
	case Note:
		return s.acceptableNote(ctx, r, e)
	case Prescription:
		return acceptablePrescription(r)
	case Addendum, Annulment:
		return s.acceptableAmending(ctx, r)
	}
	return fault.InvalidField("record_type", "Esa clase de documento no existe.")
}

// acceptableAmending refuses an addendum or annulment that its page would refuse.
func (s *Service) acceptableAmending(ctx context.Context, r Record) error {
	before, err := s.store.Record(ctx, idOr(r.AmendsID))
	if fault.IsNotFound(err) {
		return &offline.Missing{Entity: recordEntity, ID: idOr(r.AmendsID)}
	}
	if err != nil {
		return err
	}
	added, err := s.store.Amending(ctx, []uuid.UUID{before.ID})
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(added, func(a Record) bool { return a.ID == r.ID })
	annulled := !known && slices.ContainsFunc(added, func(a Record) bool { return a.Type == Annulment })
	var said map[string]string
	switch {
	case before.Author.MembershipID != r.Author.MembershipID:
		return fault.Conflicted("not_author", "Este documento es de otro profesional.")
	case before.PatientID != r.PatientID || before.EncounterID != r.EncounterID:
		return fault.InvalidField("amends_id", "El documento es de otra atención.")
	case before.Type == Addendum || before.Type == Annulment:
		return fault.InvalidField("amends_id", "Una adenda se añade al documento original.")
	case json.Unmarshal(r.Content, &said) != nil:
		return fault.InvalidField("content", "Lo escrito no se entiende.")
	}
	if err := mayAdd(before, annulled, r.Author.MembershipID); err != nil {
		return err
	}
	field := "texto"
	if r.Type == Annulment {
		field = "motivo"
	}
	if len(said) != 1 || len(r.Diagnoses) > 0 {
		return fault.InvalidField("content", "Falta el texto.")
	}
	return amendingProblem(r.Type, field, said[field])
}

func (s *Service) acceptableNote(ctx context.Context, r Record, e Encounter) error {
	t, err := s.Template(ctx, r.TemplateID, r.TemplateVersion)
	if err != nil {
		return fault.InvalidField("template_id", "Esa plantilla no existe.")
	}
	var values form.Values
	if err := json.Unmarshal(r.Content, &values); err != nil {
		return fault.InvalidField("content", "Lo escrito no se entiende.")
	}
	person, err := s.Patients.Active(ctx, r.PatientID)
	if err != nil {
		return err
	}
	known, err := s.contextOf(ctx, person, r.WrittenAt, e.SiteID)
	if err != nil {
		return err
	}
	problems, _ := form.Check(t, values, known)
	if form.Empty(t, values) {
		problems.Add("content", "La nota está vacía.")
	}
	review := Review{
		Attention: Attention{Encounter: e, Patient: person, Template: t, Draft: Draft{Body: DraftBody{Values: values, Diagnoses: slices.Clone(r.Diagnoses)}}},
		Problems:  problems,
	}
	if err := s.checkDiagnoses(ctx, review); err != nil {
		return err
	}
	if slices.ContainsFunc(review.Draft.Body.Diagnoses, func(d Diagnosis) bool { return strings.TrimSpace(d.Title) == "" }) {
		problems.Add("diagnosticos", "Falta el título de un diagnóstico.")
	}
	return problems.Err()
}

// written lets go of the draft that became a record: it has the record's id. What another window wrote in the same
// attention is another draft, and stays.
func (s *Service) written(ctx context.Context, r Record) error {
	if r.Type != Note {
		return nil
	}
	return s.store.DropDraft(ctx, r.ID)
}

// derive keeps what is read out of a record beside it: figures of a note, medicines of a prescription.
func (s *Service) derive(ctx context.Context, r Record, e Encounter) error {
	if r.Type == Prescription {
		return s.keepMedications(ctx, r)
	}
	if r.Type != Note {
		return nil
	}
	t, err := s.Template(ctx, r.TemplateID, r.TemplateVersion)
	if err != nil {
		return err
	}
	var values form.Values
	if err := json.Unmarshal(r.Content, &values); err != nil {
		return fmt.Errorf("read record %s: %w", r.ID, err)
	}
	person, err := s.Patients.Active(ctx, r.PatientID)
	if err != nil {
		return err
	}
	taken, err := s.store.ObservedIn(ctx, []uuid.UUID{e.ID})
	if err != nil {
		return err
	}
	known, err := s.contextOf(ctx, person, r.WrittenAt, e.SiteID)
	if err != nil {
		return err
	}
	review := Review{Attention: Attention{
		Encounter: e, Patient: person, Template: t, Triaged: standing(taken), Draft: Draft{Body: DraftBody{Values: values, Diagnoses: r.Diagnoses}},
		Context: known,
	}}
	return s.observe(ctx, review, r)
}

// ended closes an attention that ended on a device, and completes its appointment where the agenda still lets it.
func (s *Service) ended(ctx context.Context, e Encounter, at *time.Time) error {
	if at == nil || e.Closed() {
		return nil
	}
	now := s.now()
	end := *at
	if end.After(now) {
		end = now
	}
	if e.StartedAt != nil && end.Before(*e.StartedAt) {
		end = *e.StartedAt
	}
	e.EndedAt, e.UpdatedAt = &end, now
	if _, err := s.store.SaveEncounter(ctx, e); err != nil || e.AppointmentID == nil {
		return err
	}
	for _, step := range []func(context.Context, uuid.UUID) error{s.Visits.Begin, s.Visits.Complete} {
		if err := step(ctx, *e.AppointmentID); err != nil && fault.KindOf(err) != fault.Conflict {
			return err // a visit that was cancelled or moved meanwhile stays so; what was written stands
		}
	}
	return nil
}
