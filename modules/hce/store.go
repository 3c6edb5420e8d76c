package hce

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// What a store answers when somebody was first.
var (
	ErrSameID     = fault.Conflicted("id_reused", "Esto ya se guardó antes con otros datos.")
	ErrStaleDraft = fault.Conflicted("stale", "La nota se siguió escribiendo en otra ventana. Vuelva a abrir la atención: lo que usted escribió y no está en la nota aparece a su lado.")
	ErrSignedOnce = fault.Conflicted("signed", "Este documento ya está firmado.")
)

// Store keeps the record. Everything happens inside the clinic of the context.
type Store interface {
	Encounters
	Drafts
	Asides
	Records
	Sight
	Templates
	Observations
	Orders
	Medications
	Heads
	SentPrescriptions
}

// Encounters is the part of the store that keeps attentions.
type Encounters interface {
	// Encounter finds one; fault.ErrNotFound when there is none.
	Encounter(ctx context.Context, id uuid.UUID) (Encounter, error)
	// LockEncounter finds one and keeps others from changing it until the transaction ends.
	LockEncounter(ctx context.Context, id uuid.UUID) (Encounter, error)
	// EncounterOf finds the attention of an appointment; fault.ErrNotFound when there is none.
	EncounterOf(ctx context.Context, appointment uuid.UUID) (Encounter, error)
	// AddEncounter keeps a new one. ErrSameID, also for a second one of an appointment, leaves the transaction usable.
	AddEncounter(ctx context.Context, e Encounter) error
	// SaveEncounter keeps what changed; its Version is the one that was read.
	SaveEncounter(ctx context.Context, e Encounter) (Encounter, error)
	// EncountersByID are the known ones of ids.
	EncountersByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Encounter, error)
	// OpenEncounters are those that a professional has begun and not ended, oldest first.
	OpenEncounters(ctx context.Context, doctor uuid.UUID) ([]Encounter, error)
}

// Drafts is the part of the store that keeps what is being written.
type Drafts interface {
	// Draft is what the author is writing in the attention; fault.ErrNotFound when nothing.
	Draft(ctx context.Context, encounter, author uuid.UUID) (Draft, error)
	// SaveDraft keeps it; d.Version is the one that was read, 0 for a new one. ErrStaleDraft when somebody was faster.
	SaveDraft(ctx context.Context, d Draft) (Draft, error)
	// HoldDraft notes which window writes, without a new version.
	HoldDraft(ctx context.Context, id uuid.UUID, holder string, at time.Time) error
	// DropDraft forgets a draft that became a record, or that its author threw away.
	DropDraft(ctx context.Context, id uuid.UUID) error
	// DraftsBy are an author's drafts, the latest first.
	DraftsBy(ctx context.Context, author uuid.UUID) ([]Draft, error)
}

// Asides is the part of the store that keeps what was written beside notes.
type Asides interface {
	// AsidesOf are what the author wrote beside the note of an attention and has not let go, oldest first.
	AsidesOf(ctx context.Context, encounter, author uuid.UUID) ([]Aside, error)
	// KeepAside keeps it, in the place of what has its id.
	KeepAside(ctx context.Context, a Aside) error
	// DismissAside lets it go.
	DismissAside(ctx context.Context, id uuid.UUID, at time.Time) error
}

// RecordRange picks records of a person, latest first.
type RecordRange struct {
	Patients []uuid.UUID
	Types    []RecordType // none: all
	Author   uuid.UUID    // zero: anybody
	Year     int          // 0: any
	Code     string       // a CIE-10 code or its beginning; "" is any
	Text     string       // words that must stand in it; "" is any
	Before   time.Time    // keyset: written before, or then and with a smaller id
	BeforeID uuid.UUID
	Limit    int
}

// Records is the part of the store that keeps what is written for ever.
type Records interface {
	// AddRecord keeps a record with its diagnoses. ErrSameID leaves the transaction usable.
	AddRecord(ctx context.Context, r Record) error
	// Record finds one with its signatures; fault.ErrNotFound when there is none.
	Record(ctx context.Context, id uuid.UUID) (Record, error)
	// RecordsOf lists records of a person, latest first, with their signatures.
	RecordsOf(ctx context.Context, r RecordRange) ([]Record, error)
	// RecordsIn are the records of attentions, oldest first, with their signatures.
	RecordsIn(ctx context.Context, encounters []uuid.UUID) ([]Record, error)
	// Amending are the addenda and annulments of those records, oldest first, with their signatures.
	Amending(ctx context.Context, records []uuid.UUID) ([]Record, error)
	// Unsigned are an author's records without the author's signature, oldest first.
	Unsigned(ctx context.Context, author uuid.UUID) ([]Record, error)
	// CountUnsigned is how many Unsigned lists, and since when the oldest waits.
	CountUnsigned(ctx context.Context, author uuid.UUID) (n int, since time.Time, err error)
	// AddSignature keeps a signature. ErrSignedOnce leaves the transaction usable.
	AddSignature(ctx context.Context, s Signature) error
	// ExpectCode makes a code that stands on paper lead to its record before that is signed.
	ExpectCode(ctx context.Context, code string, record uuid.UUID) error
	// Years are the years in which something was written of a person, latest first, with how much.
	Years(ctx context.Context, family []uuid.UUID) ([]YearCount, error)
	// Uses is how often an author used each code, and how often all authors of the specialty's did.
	Uses(ctx context.Context, author uuid.UUID, colleagues []uuid.UUID) (own, shared map[string]int, err error)
	// DiagnosesOf are all codes that a person has had in force, with when each was last written.
	DiagnosesOf(ctx context.Context, family []uuid.UUID) ([]PastDiagnosis, error)
	// NextNumber is the next number of a kind of document, without gaps as long as the transaction lasts.
	NextNumber(ctx context.Context, kind string) (int64, error)
}

// YearCount is how much was written in a year.
type YearCount struct {
	Year, Count int
}

// PastDiagnosis is a diagnosis that a person has had.
type PastDiagnosis struct {
	Diagnosis
	First, Last time.Time
	Times       int
}

// Sight is the part of the store that says who may see whose record.
type Sight interface {
	// Attended reports whether the professional has written a document of the person, or was assigned to them. An attention
	// in which nothing was written joins nobody: what let it begin may, or an emergency.
	Attended(ctx context.Context, doctor uuid.UUID, family []uuid.UUID) (bool, error)
	// AttendedOf are those of the entries whose person the professional has Attended, each by itself.
	AttendedOf(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID) ([]uuid.UUID, error)
	// OthersWrote reports whether anybody but the professional has written a document of the person.
	OthersWrote(ctx context.Context, doctor uuid.UUID, family []uuid.UUID) (bool, error)
	// EmergencyOf is the professional's emergency access to the person that holds at a moment; fault.ErrNotFound without.
	EmergencyOf(ctx context.Context, doctor uuid.UUID, family []uuid.UUID, at time.Time) (EmergencyAccess, error)
	AddEmergency(ctx context.Context, a EmergencyAccess) error
	// AddOwnBooking keeps that a record opened by an appointment that the professional made; false when it is known.
	AddOwnBooking(ctx context.Context, a EmergencyAccess) (added bool, err error)
	// Emergencies lists emergency accesses, latest first, from before a moment on.
	Emergencies(ctx context.Context, before time.Time, limit int) ([]EmergencyAccess, error)
	// CountUnreviewed is how many emergency accesses no administrator has looked at.
	CountUnreviewed(ctx context.Context) (int, error)
	ReviewEmergency(ctx context.Context, id, review, by uuid.UUID, note string, at time.Time) error
	AddAssignment(ctx context.Context, a Assignment) error
	// Assignments are those of a person, latest first.
	Assignments(ctx context.Context, family []uuid.UUID) ([]Assignment, error)
}
