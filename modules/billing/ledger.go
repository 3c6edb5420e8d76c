package billing

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

// Series is a row of numbers at one point of emission.
type Series struct {
	ID     uuid.UUID
	SiteID uuid.UUID
	Kind   Kind
	Amends Kind   // of notes: what they correct
	Code   string // "B001"
	Last   int64  // the last number given
	Active bool
}

// Invoice is a document that has its number. It never changes.
type Invoice struct {
	ID uuid.UUID
	Name
	SeriesID      uuid.UUID
	SiteID        uuid.UUID
	PatientID     *uuid.UUID
	AppointmentID *uuid.UUID
	AmendsID      *uuid.UUID // notes alone
	ReplacesID    *uuid.UUID // what SUNAT rejected or was voided, and this stands for
	IssuedBy      uuid.UUID  // a membership
	IssuedOn      agenda.Date
	IssuedAt      time.Time
}

// State is where an invoice stands: the last of its events.
type State struct {
	InvoiceID uuid.UUID
	SeriesID  uuid.UUID
	Number    int64
	Status    Status
	Seq       int
	ContentID uuid.UUID
	Pending   bool // outside, and SUNAT has not answered
	Reason    string
	Field     string
	Since     time.Time
	Attempts  int
	NextAt    time.Time
}

// Event is one step of an invoice's life.
type Event struct {
	Status    Status
	ContentID uuid.UUID
	Pending   bool
	Reason    string     // in words, for a person
	Field     string     // of the content, when the reason is about one
	By        *uuid.UUID // a membership; nil: the program
	At        time.Time
	Raw       []byte // the service's words as they came; read only where somebody asks for them
}

// Entry is an invoice with what it says and where it stands.
type Entry struct {
	Invoice
	Content
	State State
}

// Document is the entry as it is sent.
func (e Entry) Document() Document { return Document{Name: e.Name, Content: e.Content} }

// Errors of the ledger.
var (
	// ErrOtherContent is an id that came again with another content.
	ErrOtherContent = fault.Conflicted("same_id", "Ese comprobante ya se emitió con otros datos. Recargue la página.")
	// ErrNoSeries is a site that has no series for a kind of document.
	ErrNoSeries = fault.Conflicted("no_series", "La sede no tiene una serie para ese comprobante. Añádala en Configuración, Series y SUNAT.")
	// ErrReplaced is a document in whose place another stands already.
	ErrReplaced = fault.Conflicted("replaced", "Ese comprobante ya tiene otro que lo reemplaza.")
	// ErrChangedMeanwhile is a step that somebody else took first.
	ErrChangedMeanwhile = fault.Conflicted("changed", "El comprobante cambió mientras tanto. Recargue la página.")
)
