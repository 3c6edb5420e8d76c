package hce

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/patients"
)

// Neighbours is what other modules lend to the record; the roof fills it.
type Neighbours struct {
	Patients   Patients
	Colleagues Colleagues
	Visits     Visits
	Keys       Keys       // nil on a device, which signs nothing
	Public     PublicKeys // nil: nobody checks what is signed, as on a device
	Proofs     Proofs     // nil on a device
	Reads      Reads
	Events     Events
	Address    func() string  // how people reach the program, for what is printed; nil on a device
	Codes      DiagnosisTable // nil: nobody looks diagnoses up
	Medicines  MedicineTable  // nil: medicines are written freely
	Consents   Consents       // nil on a device, which has none
	Files      Album          // photos and documents of an attention; nil on a device
	Logo       Logo           // of the clinic, for what is printed
	Senders    []Sender       // the ways by which a signed prescription goes to its patient; none on a device
}

// Patients is what the record asks of whoever keeps the people.
type Patients interface {
	// Active is the entry that answers for a person, the one that others were joined into.
	Active(ctx context.Context, id uuid.UUID) (patients.Patient, error)
	// Family is every entry of the person behind id, the answering one first.
	Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error)
	// Frame is what stands around a section of the person's page.
	Frame(ctx context.Context, id uuid.UUID, tab string) (patients.Frame, error)
	// NamesByID gives the name to show for each known id.
	NamesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// Colleagues is what the record asks of whoever keeps the people who work here.
type Colleagues interface {
	// Everybody is all of the clinic, also those who left: their names stand in what they wrote.
	Everybody(ctx context.Context) ([]accounts.Member, error)
	// Sites are all of the clinic, also closed ones.
	Sites(ctx context.Context) ([]accounts.Site, error)
	// Clinic is the clinic itself: its name stands on paper.
	Clinic(ctx context.Context) (accounts.Clinic, error)
}

// ConsentLine is what somebody agreed to, or not, as the history names it.
type ConsentLine struct {
	ID    uuid.UUID
	Title string
	State string // in words
	At    time.Time
}

// Consents is what the record asks of whoever keeps what patients sign.
type Consents interface {
	// LinesOf are those of a person, the latest first.
	LinesOf(ctx context.Context, family []uuid.UUID) ([]ConsentLine, error)
}

// Logo is the clinic's picture and its kind; fault.ErrNotFound without one.
type Logo func(ctx context.Context) (picture []byte, kind string, err error)

// Album is what the pages of an attention ask of whoever keeps photos and documents.
type Album interface {
	// Gallery draws the files of an attention, whole with the form that adds some; see archive.Service.
	Gallery(ctx context.Context, patient, encounter uuid.UUID, address string, add bool) (whole, list templ.Component, err error)
}

// Visit is an appointment as the record needs it.
type Visit struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	DoctorID  uuid.UUID // membership
	SiteID    uuid.UUID
	Start     time.Time
	Arrived   bool
	Over      bool // attended, missed or cancelled
	Own       bool // who attends gave the hour
	Service   string
}

// Visits is what the record asks of the agenda.
type Visits interface {
	// Visit is one appointment; fault.ErrNotFound for an unknown one.
	Visit(ctx context.Context, id uuid.UUID) (Visit, error)
	// Begin brings the appointment into attention; already there is success.
	Begin(ctx context.Context, id uuid.UUID) error
	// Complete ends the attention; already ended is success.
	Complete(ctx context.Context, id uuid.UUID) error
	// Cares reports whether the patient has an appointment with the doctor (a membership) that was not cancelled: one that
	// others gave, or one that the doctor made, once the patient has come on its day.
	Cares(ctx context.Context, doctor, patient uuid.UUID) (bool, error)
	// OwnBooking is the appointment by which a doctor cares who has none that others gave; fault.ErrNotFound for every other.
	OwnBooking(ctx context.Context, doctor, patient uuid.UUID) (uuid.UUID, error)
	// ArrivedToday reports whether the patient has arrived today at the site.
	ArrivedToday(ctx context.Context, patient, site uuid.UUID) (bool, error)
	// ArrivedVisit is the appointment for which the patient has arrived today at the site; fault.ErrNotFound without one.
	ArrivedVisit(ctx context.Context, patient, site uuid.UUID) (uuid.UUID, error)
	// ComingOf are the patient's appointments of today and later that nobody has begun, soonest first.
	ComingOf(ctx context.Context, family []uuid.UUID) ([]patients.Visit, error)
	// TodayWith is the patient's appointment of today with the doctor (a membership) that is going on or still to come;
	// fault.ErrNotFound without one.
	TodayWith(ctx context.Context, patient, doctor uuid.UUID) (uuid.UUID, error)
}

// PublicKey is the half of a signing key that anybody may see.
type PublicKey struct {
	ID        uuid.UUID
	UserID    uuid.UUID
	Key       []byte // Ed25519, 32 bytes
	ValidFrom time.Time
	RevokedAt *time.Time
}

// HeldAt reports whether the key was valid at a moment.
func (k PublicKey) HeldAt(at time.Time) bool {
	return !at.Before(k.ValidFrom) && (k.RevokedAt == nil || at.Before(*k.RevokedAt))
}

// Keys signs in a person's name.
type Keys interface {
	// Sign signs a message with the user's own key, made at the first use.
	Sign(ctx context.Context, user uuid.UUID, message []byte) (key uuid.UUID, signature []byte, err error)
}

// PublicKeys knows the halves of signing keys that anybody may see.
type PublicKeys interface {
	// Public gives the public halves of those keys, unknown ones left out.
	Public(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]PublicKey, error)
}

// Proof is what somebody types to show again who they are: one of both.
type Proof struct {
	Code     string
	Password string
}

// ProofMinutes is how long a proof is enough to sign with (issue: at most five minutes).
const ProofMinutes = 5

// Proofs asks somebody who is signed in to show again who they are.
type Proofs interface {
	// Fresh reports whether the person showed at this log-in who they are in the last ProofMinutes.
	Fresh(ctx context.Context) (bool, error)
	// Prove checks a code or a password, counted like a log-in; a wrong one is invalid at "code" or "password".
	Prove(ctx context.Context, p Proof) error
}

// Reads writes down who read whose record.
type Reads interface {
	// Read notes that the person behind ctx read what of the patient's record.
	Read(ctx context.Context, patient uuid.UUID, what string) error
	// Readers lists who has read the patient's record, latest first.
	Readers(ctx context.Context, family []uuid.UUID, limit int) ([]Reader, error)
}

// Reader is one reading of a record.
type Reader struct {
	UserID    uuid.UUID
	Name      string
	What      string
	At        time.Time
	Emergency string // why, of a reading through the emergency door; "" of every other
}

// Events hears what others must learn of; on the server it inserts jobs in the same transaction.
type Events interface {
	// EmergencyOpened: somebody opened a record in an emergency, or by an appointment of their own making; the
	// administration is told.
	EmergencyOpened(ctx context.Context, a EmergencyAccess) error
}

// memberNames are the names of all who work, or worked, here.
func memberNames(ctx context.Context, s *Service) (map[uuid.UUID]string, error) {
	everybody, err := s.Colleagues.Everybody(ctx)
	names := map[uuid.UUID]string{}
	for _, m := range everybody {
		names[m.ID] = m.DisplayName()
	}
	return names, err
}
