// Package copies hands on the whole record of a person: as a PDF to be read, and as a ZIP with every record as it was
// signed, its signatures and files, so that another establishment or the patient can check them without this program
// (NTS 139; Ley 29733, right of access).
//
// A copy is made by a job, lies encrypted for some days, and goes. Who asked for it, for whom and why stays.
package copies

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// KeptDays is how long a copy lies ready before it is removed.
const KeptDays = 7

// stuckAfter is how long a copy that says nothing is believed to be in the making.
const stuckAfter = 2 * time.Minute

// Purpose is why somebody takes a record out.
type Purpose string

// The purposes.
const (
	Transfer  Purpose = "transfer"  // the person goes on to another establishment
	Access    Purpose = "patient"   // the person asked for it, or who represents them
	Authority Purpose = "authority" // a judge, a prosecutor or SUSALUD asked in writing
)

// Purposes are all three, in the order of the form.
func Purposes() []Purpose { return []Purpose{Transfer, Access, Authority} }

// Label is the word for people.
func (p Purpose) Label() string {
	switch p {
	case Transfer:
		return "Transferencia a otro establecimiento"
	case Access:
		return "Solicitud del paciente"
	case Authority:
		return "Pedido de una autoridad"
	}
	return string(p)
}

// State is how far a copy is.
type State string

// The states. A copy that failed may be asked for again; one that expired leaves its row.
const (
	Waiting State = "waiting"
	Done    State = "done"
	Failed  State = "failed"
	Expired State = "expired"
)

// Document is one of the two that a copy is made of.
type Document struct {
	Object    string // in the store
	SealedKey []byte
	Size      int64 // bytes
	SHA256    []byte
}

// Copy is a request for a whole record, and what was made of it.
type Copy struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	RequestedBy uuid.UUID // membership
	Purpose     Purpose
	Detail      string // for whom, on what occasion
	State       State
	Step        string // what is being done, in words
	Done, Total int
	PDF, ZIP    Document
	RequestedAt time.Time
	EndedAt     time.Time
	ExpiresAt   time.Time
	UpdatedAt   time.Time
}

// Ready reports whether it can be downloaded at a moment.
func (c Copy) Ready(at time.Time) bool { return c.State == Done && at.Before(c.ExpiresAt) }

// Stuck reports whether it has said nothing for so long that its job may have died.
func (c Copy) Stuck(at time.Time) bool { return c.State == Waiting && at.Sub(c.UpdatedAt) > stuckAfter }

func (c Copy) problems() fault.Problems {
	problems := fault.Problems{}
	if c.ID.Version() != 7 {
		problems.Add("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	if c.Purpose != Transfer && c.Purpose != Access && c.Purpose != Authority {
		problems.Add("motivo", "Marque para qué es la copia.")
	}
	switch letters := len([]rune(c.Detail)); {
	case letters < 5:
		problems.Add("detalle", "Escriba para quién es, por ejemplo: Hospital Regional de Huánuco, o carta del paciente del 24/11/2026.")
	case letters > 300:
		problems.Add("detalle", "Este dato tiene como máximo 300 letras.")
	}
	return problems
}

func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

func joined(separator string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, separator)
}
