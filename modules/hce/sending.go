package hce

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Sender takes a signed prescription to its patient by one way: e-mail, WhatsApp. It only queues, in the transaction of
// whoever asks; a job does the rest.
type Sender interface {
	// Way is its name in addresses: "correo".
	Way() string
	// Label is what a button says: "Enviar por correo".
	Label() string
	// Address is where it would go to that person, as shown; "" when they have none.
	Address(p patients.Patient) string
	// Send queues a prescription.
	Send(ctx context.Context, prescription uuid.UUID) error
}

// sendersFor are the ways that whoever asks may send by.
func (s *Service) sendersFor(ctx context.Context) []Sender {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return nil
	}
	return s.Senders
}

// Sending is a prescription that may be sent, and where to.
type Sending struct {
	Entry   Entry
	Patient patients.Patient
	Sender  Sender
	Address string
}

// errNowhere refuses to send to somebody who has no such address.
var errNowhere = fault.Conflicted("no_address", "El paciente no tiene esa dirección. Añádala en su ficha y envíe otra vez.")

// Sending is what would be sent by a way, and where to. It is refused as long as the prescription is not signed, once it was
// annulled, and when the patient has no such address.
func (s *Service) Sending(ctx context.Context, prescription uuid.UUID, way string) (Sending, error) {
	i := slices.IndexFunc(s.Senders, func(sender Sender) bool { return sender.Way() == way })
	if !access.Who(ctx).Can(accounts.HCEWrite) || i < 0 {
		return Sending{}, fault.ErrNotFound
	}
	_, e, err := s.Entry(ctx, prescription)
	if err != nil {
		return Sending{}, err
	}
	switch {
	case e.Type != Prescription:
		return Sending{}, fault.ErrNotFound
	case e.Broken:
		return Sending{}, errBroken
	case e.Annulled() != nil:
		return Sending{}, fault.Conflicted("annulled", "La receta está anulada: no se envía.")
	case !e.Signed():
		return Sending{}, fault.Conflicted("unsigned", "La receta aún no está firmada: fírmela antes de enviarla.")
	}
	out := Sending{Entry: e, Sender: s.Senders[i]}
	if out.Patient, err = s.Patients.Active(ctx, e.PatientID); err != nil {
		return out, err
	}
	if out.Address = out.Sender.Address(out.Patient); out.Address == "" {
		return out, errNowhere
	}
	return out, nil
}

// Send queues a prescription to its patient, and writes down who sent it.
func (s *Service) Send(ctx context.Context, prescription uuid.UUID, way string) (Sending, error) {
	out, err := s.Sending(ctx, prescription, way)
	if err != nil {
		return out, err
	}
	if err := s.Reads.Read(ctx, out.Patient.ID, "receta enviada por "+way); err != nil {
		return out, err
	}
	return out, out.Sender.Send(ctx, out.Entry.ID)
}
