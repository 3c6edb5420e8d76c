// Package hce keeps the clinical record (historia clínica electrónica): attentions, notes, diagnoses, prescriptions and
// results. What is written stays; a correction, a signature, a stop is one more thing beside it (NTS 139-MINSA/2018).
package hce

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Encounter is one attention: a visit of a patient to a professional. An assistant's triage may open it before the
// professional begins; DoctorID is the professional's membership.
type Encounter struct {
	ID            uuid.UUID
	PatientID     uuid.UUID
	DoctorID      uuid.UUID
	SiteID        uuid.UUID
	AppointmentID *uuid.UUID // nil for who came without one
	Specialty     string
	TriagedAt     *time.Time
	TriagedBy     *uuid.UUID // membership
	StartedAt     *time.Time
	EndedAt       *time.Time
	Version       int64
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Begun reports whether the professional has begun.
func (e Encounter) Begun() bool { return e.StartedAt != nil }

// Closed reports whether the attention is over: nothing is written in it any more but addenda.
func (e Encounter) Closed() bool { return e.EndedAt != nil }

// At is when it happened, as far as is known.
func (e Encounter) At() time.Time {
	switch {
	case e.StartedAt != nil:
		return *e.StartedAt
	case e.TriagedAt != nil:
		return *e.TriagedAt
	}
	return e.CreatedAt
}

// RecordType says what a record is.
type RecordType string

// The kinds of records. An annulment takes a record out of force by its own signer; what it annuls stays readable.
const (
	Note         RecordType = "note"
	Addendum     RecordType = "addendum"
	Prescription RecordType = "prescription"
	Annulment    RecordType = "annulment"
)

// Label is the word for people.
func (t RecordType) Label() string {
	switch t {
	case Note:
		return "Nota de atención"
	case Addendum:
		return "Adenda"
	case Prescription:
		return "Receta"
	case Annulment:
		return "Anulación"
	}
	return string(t)
}

// DiagnosisKind is the type of a diagnosis as NTS 139 and HIS have it.
type DiagnosisKind string

// The kinds of a diagnosis.
const (
	Presumptive DiagnosisKind = "P" // not confirmed
	Definitive  DiagnosisKind = "D" // confirmed for the first time in this establishment
	Repeated    DiagnosisKind = "R" // was definitive in an attention before
)

// DiagnosisKinds are all three, in their order.
func DiagnosisKinds() []DiagnosisKind { return []DiagnosisKind{Presumptive, Definitive, Repeated} }

// Label is the word for people.
func (k DiagnosisKind) Label() string {
	switch k {
	case Presumptive:
		return "Presuntivo"
	case Definitive:
		return "Definitivo"
	case Repeated:
		return "Repetitivo"
	}
	return ""
}

// Diagnosis is a CIE-10 code with the title it had when it was chosen.
type Diagnosis struct {
	Code  string        `json:"code"`
	Title string        `json:"title"`
	Kind  DiagnosisKind `json:"kind"`
}

// Codes are the codes of diagnoses, each once, in their order.
func Codes(list []Diagnosis) []string {
	codes := []string{}
	for _, d := range list {
		if !slices.Contains(codes, d.Code) {
			codes = append(codes, d.Code)
		}
	}
	return codes
}

// Author is who wrote or signed a record, as printed then: a later change of name or number changes no record.
type Author struct {
	MembershipID  uuid.UUID `json:"membership_id"`
	Name          string    `json:"name"` // with the title: "Dra. Rosa Malpartida"
	Profession    string    `json:"profession"`
	College       string    `json:"college"` // "CMP", as printed
	CollegeNumber string    `json:"college_number"`
}

// License is the college and number as printed: "CMP 54321"; "" without a number.
func (a Author) License() string {
	if a.CollegeNumber == "" {
		return ""
	}
	if a.College == "" {
		return a.CollegeNumber
	}
	return a.College + " " + a.CollegeNumber
}

// Record is something written in the history, for ever as it stands.
type Record struct {
	ID              uuid.UUID
	PatientID       uuid.UUID
	EncounterID     uuid.UUID
	Type            RecordType
	TemplateID      string
	TemplateVersion int
	Author          Author
	Diagnoses       []Diagnosis
	Content         json.RawMessage // the values of the template's fields, or what the kind of record holds
	SpecialtyData   json.RawMessage // of a specialty's chart; null without one
	AmendsID        *uuid.UUID      // what an addendum or annulment is about
	Offline         bool            // written without connection
	WrittenAt       time.Time
	ReceivedAt      time.Time

	Body string // canonical JSON (RFC 8785): what is hashed and signed
	Hash []byte // SHA-256 of Body

	Signatures []Signature
	Pending    bool // on this device only: not sent yet
}

// Signed reports whether the author has signed.
func (r Record) Signed() bool {
	return slices.ContainsFunc(r.Signatures, func(s Signature) bool { return s.Signer.MembershipID == r.Author.MembershipID })
}

// SignedAt is when the author signed; the zero time before.
func (r Record) SignedAt() time.Time {
	for _, s := range r.Signatures {
		if s.Signer.MembershipID == r.Author.MembershipID {
			return s.SignedAt
		}
	}
	return time.Time{}
}

// Code is the code under which anybody may ask whether the record stands; "" before it is signed.
func (r Record) Code() string {
	for _, s := range r.Signatures {
		if s.Signer.MembershipID == r.Author.MembershipID {
			return s.Code
		}
	}
	return ""
}

// Signature is somebody's mark under a record.
type Signature struct {
	ID       uuid.UUID
	RecordID uuid.UUID
	Signer   Author
	KeyID    uuid.UUID
	Method   string // "ed25519"; other signers stand beside it
	Bytes    []byte
	Code     string // of /verificar/{code}
	SignedAt time.Time
}

// Assignment gives a patient to a professional who has not seen them yet.
type Assignment struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	DoctorID  uuid.UUID // membership
	By        uuid.UUID // membership
	Reason    string
	At        time.Time
}

// EmergencyAccess is a record that somebody opened who does not attend the patient: with a reason, for a few hours, and
// the administration sees it.
type EmergencyAccess struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	DoctorID  uuid.UUID // membership
	Reason    string
	OpenedAt  time.Time
	ClosesAt  time.Time

	// AppointmentID is the appointment that the professional made for themselves and by which the record opened: no
	// emergency, but the administration sees it beside them. nil of an emergency.
	AppointmentID *uuid.UUID

	ReviewedBy uuid.UUID // membership; zero until an administrator has looked at it
	ReviewedAt time.Time
	ReviewNote string
}

// EmergencyHours is how long an emergency access lasts (DESIGN §4).
const EmergencyHours = 4

// OpenAt reports whether the access holds at a moment.
func (a EmergencyAccess) OpenAt(at time.Time) bool {
	return !at.Before(a.OpenedAt) && at.Before(a.ClosesAt)
}
