package hce

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// The entities of the record on devices.
const (
	recordEntity   = "record"
	draftEntity    = "record_draft"
	asideEntity    = "record_aside"
	templateEntity = "note_template"
)

// encounterData is an attention, as it travels in its first record.
type encounterData struct {
	ID            uuid.UUID  `json:"id"`
	AppointmentID *uuid.UUID `json:"appointment_id"`
	DoctorID      uuid.UUID  `json:"doctor_id,omitzero"`
	SiteID        uuid.UUID  `json:"site_id,omitzero"`
	Specialty     string     `json:"specialty,omitempty"`
	StartedAt     time.Time  `json:"started_at"`
	EndedAt       *time.Time `json:"ended_at"`
	TriagedAt     *time.Time `json:"triaged_at,omitempty"`
	TriagedBy     *uuid.UUID `json:"triaged_by,omitempty"`
}

// writtenData is all that a device says of a record that was written on it.
type writtenData struct {
	Encounter       encounterData   `json:"encounter"`
	PatientID       uuid.UUID       `json:"patient_id"`
	Type            RecordType      `json:"record_type"`
	TemplateID      string          `json:"template_id"`
	TemplateVersion int             `json:"template_version"`
	Diagnoses       []Diagnosis     `json:"diagnoses"`
	Content         json.RawMessage `json:"content"`
	SpecialtyData   json.RawMessage `json:"specialty_data,omitempty"`
	AmendsID        *uuid.UUID      `json:"amends_id"`
	WrittenAt       time.Time       `json:"written_at"`
}

// recordData is a record on a device. What the device wrote itself lacks what only the server says.
type recordData struct {
	writtenData
	Author     *Author         `json:"author,omitempty"`
	Hash       string          `json:"content_hash,omitempty"`
	Offline    bool            `json:"offline,omitempty"`
	ReceivedAt *time.Time      `json:"received_at,omitempty"`
	Signatures []signatureData `json:"signatures,omitempty"`
}

type signatureData struct {
	ID       uuid.UUID `json:"id"`
	Signer   Author    `json:"signer"`
	Code     string    `json:"code"`
	SignedAt time.Time `json:"signed_at"`
}

func writtenDataOf(r Record, e Encounter) writtenData {
	d := writtenData{
		Encounter: encounterDataOf(e), PatientID: r.PatientID, Type: r.Type, TemplateID: r.TemplateID, TemplateVersion: r.TemplateVersion,
		Diagnoses: r.Diagnoses, Content: r.Content, SpecialtyData: r.SpecialtyData, AmendsID: r.AmendsID, WrittenAt: r.WrittenAt.UTC(),
	}
	return d
}

func encounterDataOf(e Encounter) encounterData {
	d := encounterData{
		ID: e.ID, AppointmentID: e.AppointmentID, DoctorID: e.DoctorID, SiteID: e.SiteID, Specialty: e.Specialty, EndedAt: e.EndedAt,
		TriagedAt: e.TriagedAt, TriagedBy: e.TriagedBy,
	}
	if e.StartedAt != nil {
		d.StartedAt = *e.StartedAt
	}
	return d
}

// encounter is the attention of something that travels; only triage has one that nobody has begun.
func (d encounterData) encounter(patient uuid.UUID) Encounter {
	e := Encounter{
		ID: d.ID, PatientID: patient, DoctorID: d.DoctorID, SiteID: d.SiteID, AppointmentID: d.AppointmentID, Specialty: d.Specialty,
		StartedAt: &d.StartedAt, EndedAt: d.EndedAt, TriagedAt: d.TriagedAt, TriagedBy: d.TriagedBy,
	}
	if d.TriagedAt != nil && d.StartedAt.IsZero() {
		e.StartedAt = nil
	}
	e.CreatedAt, e.UpdatedAt = e.At(), e.At()
	return e
}

func recordDataOf(r Record, e Encounter) recordData {
	received := r.ReceivedAt
	author := r.Author
	d := recordData{
		writtenData: writtenDataOf(r, e), Author: &author, Hash: hex.EncodeToString(r.Hash), Offline: r.Offline, ReceivedAt: &received,
	}
	for _, s := range r.Signatures {
		d.Signatures = append(d.Signatures, signatureData{ID: s.ID, Signer: s.Signer, Code: s.Code, SignedAt: s.SignedAt})
	}
	return d
}

// recordOf reads a record of a device. me is who writes there: what has no author yet is theirs.
func recordOf(o offline.Object, me Author) (Record, encounterData, error) {
	var d recordData
	if err := json.Unmarshal(o.Data(), &d); err != nil {
		return Record{}, d.Encounter, fmt.Errorf("read record %s of this device: %w", o.ID, err)
	}
	id, err := uuid.Parse(o.ID)
	if err != nil {
		return Record{}, d.Encounter, fmt.Errorf("read record %s of this device: %w", o.ID, err)
	}
	r := Record{
		ID: id, PatientID: d.PatientID, EncounterID: d.Encounter.ID, Type: d.Type, TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion,
		Author: me, Diagnoses: d.Diagnoses, Content: d.Content, SpecialtyData: d.SpecialtyData, AmendsID: d.AmendsID,
		Offline: d.Offline, WrittenAt: d.WrittenAt, Pending: o.Waiting > 0,
	}
	if d.Author != nil {
		r.Author = *d.Author
	}
	if d.ReceivedAt != nil {
		r.ReceivedAt = *d.ReceivedAt
	}
	for _, s := range d.Signatures {
		r.Signatures = append(r.Signatures, Signature{ID: s.ID, RecordID: id, Signer: s.Signer, Code: s.Code, SignedAt: s.SignedAt})
	}
	return r, d.Encounter, nil
}

// templateData is an edition of a clinic's template on a device.
type templateData struct {
	Slug     string `json:"slug"`
	Revision int    `json:"revision"`
	Retired  bool   `json:"retired"`
	Body     string `json:"body"`
}

// draftData is what somebody is writing, on a device and on its way from there. An attention that began on a device
// travels in it.
type draftData struct {
	Encounter       encounterData `json:"encounter"`
	PatientID       uuid.UUID     `json:"patient_id"`
	AuthorID        uuid.UUID     `json:"author_id,omitzero"`
	TemplateID      string        `json:"template_id"`
	TemplateVersion int           `json:"template_version"`
	Body            DraftBody     `json:"body"`
	Window          string        `json:"window"` // that wrote it
	Seen            int64         `json:"seen"`   // the server's edition that it goes on from; 0 for none
	Version         int64         `json:"version"`
	CreatedAt       time.Time     `json:"created_at"`
	UpdatedAt       time.Time     `json:"updated_at"`
}

func draftDataOf(d Draft, e Encounter, seen int64) draftData {
	return draftData{
		Encounter: encounterDataOf(e), PatientID: d.PatientID, AuthorID: d.AuthorID, TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion,
		Body: d.Body, Window: d.Holder, Seen: seen, Version: d.Version, CreatedAt: d.CreatedAt.UTC(), UpdatedAt: d.UpdatedAt.UTC(),
	}
}

func (d draftData) draft(id uuid.UUID) Draft {
	return Draft{
		ID: id, EncounterID: d.Encounter.ID, PatientID: d.PatientID, AuthorID: d.AuthorID, TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion,
		Body: d.Body, Holder: d.Window, HeldAt: d.UpdatedAt, Version: d.Version, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
}

// asideData is what stands beside a note, on a device and on its way. It is a draft that waits for nobody.
type asideData struct {
	draftData
	DismissedAt *time.Time `json:"dismissed_at,omitempty"`
}

func asideDataOf(a Aside, e Encounter) asideData {
	d := Draft{
		PatientID: a.PatientID, AuthorID: a.AuthorID, TemplateID: a.TemplateID, TemplateVersion: a.TemplateVersion, Body: a.Body, Holder: a.Holder,
		Version: a.Version, CreatedAt: a.WrittenAt, UpdatedAt: a.WrittenAt,
	}
	return asideData{draftDataOf(d, e, 0), a.DismissedAt}
}

func (d asideData) aside(id uuid.UUID) Aside {
	return Aside{
		ID: id, EncounterID: d.Encounter.ID, PatientID: d.PatientID, AuthorID: d.AuthorID, TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion,
		Body: d.Body, Holder: d.Window, WrittenAt: d.UpdatedAt, DismissedAt: d.DismissedAt, Version: d.Version,
	}
}

// besides is a draft that arrived as an aside of an attention of its author's.
func (d draftData) besides(id uuid.UUID, e Encounter, at time.Time) Aside {
	return Aside{
		ID: id, EncounterID: e.ID, PatientID: e.PatientID, AuthorID: e.DoctorID, TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion,
		Body: d.Body, Holder: d.Window, WrittenAt: at,
	}
}

// idOr is an id that may be absent; zero then.
func idOr(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
