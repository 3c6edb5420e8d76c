//go:build !js

package hce

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// DraftSync takes up what somebody was writing when the line was away, and gives a new device their own open drafts. They
// are in no log of changes, for they are saved every few seconds: a device keeps a copy of each as it is saved.
type DraftSync struct {
	offline.Reference
	record *Service
}

// SyncDrafts is the record's entity "record_draft".
func SyncDrafts(record *Service) DraftSync {
	s := DraftSync{record: record}
	s.Reference = offline.Reference{Entity: draftEntity, Needs: accounts.HCEWrite, All: s.own}
	return s
}

// own are the drafts of whoever asks, each with its attention.
func (s DraftSync) own(ctx context.Context) ([]offline.Change, error) {
	drafts, err := s.record.store.DraftsBy(ctx, access.Who(ctx).MembershipID)
	if err != nil || len(drafts) == 0 {
		return nil, err
	}
	var ids []uuid.UUID
	for _, d := range drafts {
		ids = append(ids, d.EncounterID)
	}
	encounters, err := s.record.store.EncountersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return offline.Changes(draftEntity, drafts, func(d Draft) (uuid.UUID, int64, any) {
		return d.ID, d.Version, draftDataOf(d, encounters[d.EncounterID], d.Version)
	})
}

// Apply keeps what was written on a device as the draft of its attention, which it begins where nobody knows it. What
// another window wrote meanwhile is not written over: what arrives then stands beside the note.
func (s DraftSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	var in draftData
	decoder := json.NewDecoder(bytes.NewReader(op.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return offline.Outcome{}, fault.InvalidField("data", "Los datos del borrador no se entienden.")
	}
	return s.record.draftArrived(ctx, op, in)
}

// arrivedOf is the attention that something being written belongs to, where it arrives.
func (s *Service) arrivedOf(ctx context.Context, in draftData) (Encounter, error) {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return Encounter{}, fault.ErrForbidden
	}
	person, err := s.Patients.Active(ctx, in.PatientID)
	if fault.IsNotFound(err) {
		return Encounter{}, &offline.Missing{Entity: "patient", ID: in.PatientID}
	}
	if err != nil {
		return Encounter{}, err
	}
	if _, err := s.Template(ctx, in.TemplateID, in.TemplateVersion); err != nil {
		return Encounter{}, fault.InvalidField("template_id", "Esa plantilla no existe.")
	}
	return s.arrived(ctx, in.Encounter, person.ID)
}

func (s *Service) draftArrived(ctx context.Context, op offline.Received, in draftData) (offline.Outcome, error) {
	e, err := s.arrivedOf(ctx, in)
	if err != nil {
		return offline.Outcome{}, err
	}
	if e.Closed() {
		return s.draftLate(ctx, op, in, e)
	}
	d, err := s.store.Draft(ctx, e.ID, e.DoctorID)
	switch {
	case fault.IsNotFound(err):
		d = Draft{ID: op.LocalID, EncounterID: e.ID, PatientID: e.PatientID, AuthorID: e.DoctorID, CreatedAt: op.At}
	case err != nil:
		return offline.Outcome{}, err
	case d.Version > in.Seen && (d.Holder != in.Window || !d.UpdatedAt.Before(op.At)): // written on elsewhere, or here by a page that may not have known it
		aside := in.besides(newID(), e, earlier(op.At, s.now()))
		return offline.Outcome{Status: offline.Duplicate, Version: d.Version}, s.setAside(ctx, aside) // the device gets it with the note as it stands
	}
	created := d.Version == 0
	d.TemplateID, d.TemplateVersion, d.Body = in.TemplateID, in.TemplateVersion, in.Body
	d.Holder, d.HeldAt, d.UpdatedAt = in.Window, earlier(op.At, s.now()), earlier(op.At, s.now())
	d, err = s.saveArrived(ctx, d)
	out := offline.Outcome{Status: offline.Updated, Version: d.Version}
	if created {
		out.Status = offline.Created
	}
	return out, err
}

// saveArrived leaves one edition out: a page that its window loaded before this arrived stands at the one before, and would
// take what arrived for a saving of its own whose answer was lost, and write over it.
func (s *Service) saveArrived(ctx context.Context, d Draft) (Draft, error) {
	d, err := s.store.SaveDraft(ctx, d)
	if err != nil {
		return d, err
	}
	return s.store.SaveDraft(ctx, d)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// draftLate answers a draft of an attention that was closed meanwhile: what its own record does not say stands beside it;
// where it has none it is refused, and stays on the device to be read.
func (s *Service) draftLate(ctx context.Context, op offline.Received, in draftData, e Encounter) (offline.Outcome, error) {
	_, err := s.store.Record(ctx, op.LocalID)
	if err == nil {
		aside := in.besides(newID(), e, earlier(op.At, s.now()))
		return offline.Outcome{Status: offline.Duplicate, Version: 1}, s.setAside(ctx, aside)
	}
	if !fault.IsNotFound(err) {
		return offline.Outcome{}, err
	}
	return offline.Outcome{}, fault.Conflicted("closed", "La atención se cerró en otra ventana. Lo que escribió sin conexión está abajo: añada como adenda lo que falte.")
}
