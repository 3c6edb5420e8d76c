//go:build !js

package agenda

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// lateBooking is what became of a booking made without connection.
type lateBooking struct {
	Appointment Appointment
	Created     bool
	Lost        *TakenError // why it was kept without its hour; nil when it has it
}

// bookLate is Book for what a device promised without connection: the day is judged at the moment it was promised,
// and an hour that somebody else has (or that was closed meanwhile) does not refuse it: it is kept, to be moved.
func (s *Service) bookLate(ctx context.Context, b Booking, op offline.Received) (lateBooking, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.AgendaBook) || b.Overbooked && !who.Can(accounts.AgendaOverbook) {
		return lateBooking{}, fault.ErrForbidden
	}
	if kept, err := s.keptLate(ctx, b); err != nil || kept != nil {
		return lateBooking{Appointment: deref(kept)}, err
	}
	then := s.asOf(instant(op.At))
	d, err := then.desk(ctx, b)
	if err != nil && b.ResourceID != nil && aboutRoom(err) {
		return s.inAnyRoom(ctx, b, op)
	}
	lost := asTaken(err)
	if err != nil && lost == nil {
		return lateBooking{}, err
	}
	a := d.appointment(b, who, then.now())
	if lost == nil {
		kept, err := then.place(ctx, d, a)
		switch lost = asTaken(err); {
		case isSameID(err):
			kept, err := s.keptLate(ctx, b)
			return lateBooking{Appointment: deref(kept)}, err
		case lost != nil && b.ResourceID != nil && aboutRoom(err):
			return s.inAnyRoom(ctx, b, op)
		case lost == nil:
			return lateBooking{Appointment: kept, Created: err == nil}, err
		}
	}
	a.NeedsReschedule = true
	a, err = then.place(ctx, d, a)
	return lateBooking{Appointment: a, Created: err == nil, Lost: lost}, err
}

// inAnyRoom books what a device put into a room or chair that somebody else has now: another one does as well.
func (s *Service) inAnyRoom(ctx context.Context, b Booking, op offline.Received) (lateBooking, error) {
	b.ResourceID = nil
	return s.bookLate(ctx, b, op)
}

// keptLate finds the row of a booking that arrived before, by this way or by the form; nil when it is new.
func (s *Service) keptLate(ctx context.Context, b Booking) (*Appointment, error) {
	kept, err := s.store.Appointment(ctx, b.ID)
	if fault.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	same := kept.PatientID == b.PatientID && kept.ServiceID == b.ServiceID && kept.DoctorID == b.DoctorID &&
		kept.StartTime.Equal(b.StartTime) && kept.Notes == b.Notes
	if same || kept.BookedAs == b.fingerprint() {
		return &kept, nil
	}
	return nil, ErrSameID
}

// asTaken is the refusal of an hour that somebody else has; nil for any other.
func asTaken(err error) *TakenError {
	var taken *TakenError
	if errors.As(err, &taken) {
		return taken
	}
	return nil
}

// aboutRoom reports whether what is wrong is the room or chair that was asked for.
func aboutRoom(err error) bool {
	problems, _ := fault.Fields(err)
	return problems["resource_id"] != ""
}

// freeNear are up to three hours that are free for what an appointment needs, from a wished place on.
func (s *Service) freeNear(ctx context.Context, a Appointment, wished Place) ([]Slot, error) {
	known, err := s.catalog.ServicesByID(ctx, []uuid.UUID{a.ServiceID})
	if err != nil {
		return nil, err
	}
	if now := s.now(); wished.StartTime.Before(now) { // what arrives days later is offered days to come
		wished.StartTime, wished.EndTime = now, now.Add(wished.EndTime.Sub(wished.StartTime))
	}
	return s.after(ctx, wished, known[a.ServiceID])
}
