//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/patients"
	"hampi/modules/platform/fault"
)

// Sender takes a document to somebody by one way: e-mail, WhatsApp. It only queues, in the transaction of whoever asks; a
// job does the rest.
type Sender interface {
	// Way is its name in addresses: "correo".
	Way() string
	// Label is what a field and a button say: "Correo", "Enviar por correo".
	Label() string
	// Address is where it would go to that person, as shown; "" when they have none.
	Address(p patients.Patient) string
	// Problem says what is wrong with an address that somebody typed.
	Problem(address string) string
	// Send queues a sending that was written down.
	Send(ctx context.Context, sending uuid.UUID) error
}

// SendingState is what became of a sending.
type SendingState string

// The states of a sending.
const (
	SendingWaits SendingState = "waiting"
	SendingLeft  SendingState = "sent"
	SendingEnded SendingState = "failed" // it did not leave
)

// Sending is a document on its way to somebody.
type Sending struct {
	ID        uuid.UUID // made by the form, so that asking twice sends once
	InvoiceID uuid.UUID
	Way       string
	Address   string
	State     SendingState
	Reason    string // why it did not leave, or what it left without
	By        uuid.UUID
	AskedAt   time.Time
	EndedAt   *time.Time
}

// sendable refuses to send what is worth nothing, or not yet.
func (e Entry) sendable() error {
	switch e.State.Status {
	case Rejected, Voided, InVoiding:
		return fault.Conflicted("not_in_force", "El comprobante está como «"+e.State.Status.Label()+"»; no se envía.")
	case ToCorrect:
		return fault.Conflicted("to_correct", "Corrija el comprobante antes de enviarlo.")
	}
	return nil
}
