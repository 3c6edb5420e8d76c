package agenda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// Offline keeps the agenda on the device of the current unit. Appointments may be booked and changed; working hours
// are settled online.
type Offline struct {
	asOf func(ctx context.Context) (time.Time, bool)
}

// NewOffline is the agenda's store on a device. asOf tells when this device last heard from the server; nil is never
// asked.
func NewOffline(asOf func(ctx context.Context) (time.Time, bool)) Offline { return Offline{asOf} }

var _ Store = Offline{}

// AsOf is the moment up to which other people's work is known here; false when that is now.
func (o Offline) AsOf(ctx context.Context) (time.Time, bool) {
	if o.asOf == nil {
		return time.Time{}, false
	}
	return o.asOf(ctx)
}

func (o Offline) Appointment(ctx context.Context, id uuid.UUID) (Appointment, error) {
	object, err := offline.From(ctx).Find(ctx, appointmentEntity, id.String())
	if err != nil {
		return Appointment{}, err
	}
	return o.read(ctx, object)
}

// read is an object as the agenda knows it: what the server has not confirmed yet is completed with what was noted
// beside it.
func (Offline) read(ctx context.Context, object offline.Object) (Appointment, error) {
	a, err := appointmentOf(object)
	if err != nil {
		return a, fmt.Errorf("read appointment %s of this device: %w", object.ID, err)
	}
	if !a.Pending {
		return a, nil
	}
	noted, err := notesOf(ctx, a.ID)
	if err != nil {
		return a, err
	}
	for group, stamp := range noted.Clock {
		if stamp.Version > a.FieldClock[group].Version {
			a.FieldClock = a.FieldClock.with(group, stamp)
		}
	}
	if object.Base == nil {
		a.BookedBy, a.BookedAs, a.CreatedAt, a.UpdatedAt = noted.BookedBy, noted.BookedAs, noted.CreatedAt, noted.CreatedAt
	}
	return a, nil
}

func (o Offline) readAll(ctx context.Context, objects []offline.Object) ([]Appointment, error) {
	list := make([]Appointment, 0, len(objects))
	for _, object := range objects {
		a, err := o.read(ctx, object)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// Lock is Appointment: a unit that writes has the device to itself.
func (o Offline) Lock(ctx context.Context, id uuid.UUID) (Appointment, error) {
	return o.Appointment(ctx, id)
}

func (o Offline) Add(ctx context.Context, a Appointment, e Event) error {
	u := offline.From(ctx)
	if _, err := u.Find(ctx, appointmentEntity, a.ID.String()); !fault.IsNotFound(err) {
		return orSameID(err)
	}
	if err := o.refuseTaken(ctx, a); err != nil {
		return err
	}
	if err := u.Create(ctx, appointmentEntity, a.ID, bookedDataOf(a)); err != nil {
		return orSameID(err)
	}
	noted := notes{BookedBy: a.BookedBy, BookedAs: a.BookedAs, CreatedAt: a.CreatedAt, Clock: a.FieldClock}
	return o.noted(ctx, a, noted, e)
}

func orSameID(err error) error {
	if err == nil || errors.Is(err, offline.ErrKnown) {
		return ErrSameID
	}
	return err
}

func (o Offline) Save(ctx context.Context, a Appointment, e Event) (Appointment, error) {
	current, err := o.Appointment(ctx, a.ID)
	if err != nil {
		return a, err
	}
	if current.Version != a.Version {
		return a, fault.Conflicted("stale", "Alguien más cambió esta cita. Vuelva a abrirla.")
	}
	if !current.Occupies() || differs(PlaceGroup, current, a) {
		if err := o.refuseTaken(ctx, a); err != nil {
			return a, err
		}
	}
	if err := offline.From(ctx).Change(ctx, appointmentEntity, a.ID, changedData(current, a)); err != nil {
		return a, err
	}
	noted, err := notesOf(ctx, a.ID)
	if err != nil {
		return a, err
	}
	noted.Clock = a.FieldClock
	if err := o.noted(ctx, a, noted, e); err != nil {
		return a, err
	}
	a.Version++
	a.UpdatedAt, a.Pending = e.At, true
	return a, nil
}

// refuseTaken refuses an hour that, as far as this device knows, somebody else has: as the database's constraints do.
func (o Offline) refuseTaken(ctx context.Context, a Appointment) error {
	if !a.Occupies() {
		return nil
	}
	clash, err := o.Clash(ctx, a.Place(), a.ID)
	switch {
	case fault.IsNotFound(err):
		return nil
	case err != nil:
		return err
	case clash.DoctorID == a.DoctorID:
		return ErrDoctorTaken
	}
	return ErrResourceTaken
}

// LastChange is not known here: taking something back needs the server.
func (Offline) LastChange(context.Context, uuid.UUID) (*Event, error) { return nil, nil }

// History is what this device knows: who booked it, and what was done here.
func (o Offline) History(ctx context.Context, id uuid.UUID) ([]Event, error) {
	object, err := offline.From(ctx).Find(ctx, appointmentEntity, id.String())
	if fault.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := o.read(ctx, object)
	if err != nil {
		return nil, err
	}
	noted, err := notesOf(ctx, id)
	if err != nil || object.Base == nil {
		return noted.Events, err
	}
	booked := Event{ID: id, AppointmentID: id, At: a.CreatedAt, ByID: a.BookedBy, What: Booked, ToStatus: Scheduled}
	events := []Event{booked}
	for _, e := range noted.Events {
		if e.What != Booked {
			events = append(events, e)
		}
	}
	return events, nil
}

// notes are what a device remembers of its own work on an appointment; the server has them in columns and events.
type notes struct {
	BookedBy  *uuid.UUID `json:"booked_by,omitempty"`
	BookedAs  string     `json:"booked_as,omitempty"`
	CreatedAt time.Time  `json:"created_at,omitzero"`
	Clock     Clock      `json:"clock,omitempty"`
	Events    []Event    `json:"events,omitempty"`
}

// notesKind names the rows that hold notes.
const notesKind = "appointment_notes"

func notesOf(ctx context.Context, id uuid.UUID) (notes, error) {
	var n notes
	value, err := offline.From(ctx).Index(ctx, notesKind, id.String())
	if err != nil || value == nil {
		return n, err
	}
	if err := json.Unmarshal(value, &n); err != nil {
		return n, fmt.Errorf("read the notes of appointment %s: %w", id, err)
	}
	return n, nil
}

// noted keeps the notes with one more event and brings the indexes up to date, so that the same request sees them.
func (o Offline) noted(ctx context.Context, a Appointment, n notes, e Event) error {
	u := offline.From(ctx)
	n.Events = append(n.Events, e)
	value, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("write the notes of appointment %s: %w", a.ID, err)
	}
	u.KeepIndex(notesKind, a.ID.String(), value)
	if e.What == Booked && a.BookedBy != nil && *a.BookedBy == access.Who(ctx).MembershipID {
		u.KeepIndex(lastBookedKind, a.BookedBy.String(), []byte(a.ID.String()))
	}
	object, err := u.Find(ctx, appointmentEntity, a.ID.String())
	if err != nil {
		return err
	}
	return follow(ctx, u, []offline.Object{object}, nil)
}
