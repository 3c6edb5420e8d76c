package agenda

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// StaleError refuses a save by somebody who did not see what others changed meanwhile, and shows both.
// It is a fault of kind conflict.
type StaleError struct{ Differences []Difference }

func (e *StaleError) Error() string { return e.Unwrap().Error() }

// Unwrap puts a sentence at each field that differs.
func (e *StaleError) Unwrap() error {
	return fault.Conflicted("stale", "Alguien más cambió "+e.what()+" de esta cita mientras tanto. Vea lo que quedó y vuelva a guardar.")
}

func (e *StaleError) what() string {
	var words []string
	for _, d := range e.Differences {
		words = append(words, map[Group]string{PlaceGroup: "la hora o el profesional", ReasonGroup: "el servicio", NotesGroup: "la nota"}[d.Group])
	}
	return strings.Join(words, " y ")
}

// Saved is an appointment after an edit, and how it was, for Deshacer.
type Saved struct {
	Appointment Appointment
	Before      Appointment
	Changed     []Group // empty when everything already was as asked
}

// Moved reports whether hour, professional or place changed.
func (e Saved) Moved() bool { return slices.Contains(e.Changed, PlaceGroup) }

// Undo is the move that brings the appointment back.
func (e Saved) Undo() Move {
	p := e.Before.Place()
	return Move{
		ID: e.Appointment.ID, Version: e.Appointment.Version, StartTime: p.StartTime, EndTime: p.EndTime,
		DoctorID: p.DoctorID, SiteID: p.SiteID, ResourceID: p.ResourceID, Overbooked: &p.Overbooked,
	}
}

// Move asks for another hour, length, professional or place. What is zero stays, save that site and room follow the
// professional's working hours.
type Move struct {
	ID         uuid.UUID
	Version    int64 // the version that was on the screen; 0 takes whatever stands
	StartTime  time.Time
	EndTime    time.Time // zero keeps the length
	DoctorID   uuid.UUID
	SiteID     uuid.UUID
	ResourceID *uuid.UUID
	Overbooked *bool
}

// Move puts an appointment elsewhere. It refuses like Book, and with a StaleError when somebody else moved it since
// Version; nothing changes then.
func (s *Service) Move(ctx context.Context, m Move) (Saved, error) {
	return s.Edit(ctx, Revision{Move: m})
}

// Revision is an edit of everything that may be edited; the fields of Move that are zero stay as they are.
type Revision struct {
	Move
	ServiceID uuid.UUID
	Notes     *string
}

// Edit changes hour, professional, place, service or notes of an appointment that is still to be attended (notes also
// later, but never of a cancelled one). A save that did not see a change of other fields is merged with it; one that
// touches the same fields is refused with a StaleError.
func (s *Service) Edit(ctx context.Context, r Revision) (Saved, error) {
	if !access.Who(ctx).Can(accounts.AgendaBook) {
		return Saved{}, fault.ErrForbidden
	}
	current, err := s.store.Lock(ctx, r.ID)
	if err != nil {
		return Saved{}, err
	}
	edit, d, err := s.revise(ctx, current, r)
	if err != nil {
		return Saved{}, err
	}
	now := s.now()
	m := merge(current, edit, Stamp{At: now, Op: newID(), By: access.Who(ctx).UserID}, false)
	if len(m.Clashes) > 0 {
		return Saved{}, &StaleError{m.Clashes}
	}
	if len(m.Changed) == 0 {
		return Saved{Appointment: current, Before: current}, nil
	}
	if err := mayEdit(ctx, current, m); err != nil {
		return Saved{}, err
	}
	event := s.event(ctx, m.Appointment, whatOf(m), now)
	saved, err := s.settle(ctx, d, takenOver(current, m.Appointment, access.Who(ctx).MembershipID), func(a Appointment) (Appointment, error) { return s.store.Save(ctx, a, event) })
	return Saved{Appointment: saved, Before: current, Changed: m.Changed}, err
}

func mayEdit(ctx context.Context, current Appointment, m merged) error {
	onlyNotes := !slices.ContainsFunc(m.Changed, func(g Group) bool { return g != NotesGroup })
	if current.Status == Cancelled || !onlyNotes && !current.Status.Pending() {
		return fault.Conflicted("not_pending", "La cita está como «"+current.Status.Label()+"» y ya no se cambia.")
	}
	if slices.Contains(m.Changed, PlaceGroup) && m.Appointment.Overbooked && !access.Who(ctx).Can(accounts.AgendaOverbook) {
		return fault.ErrForbidden
	}
	return nil
}

func whatOf(m merged) What {
	if slices.Contains(m.Changed, PlaceGroup) {
		return Moved
	}
	return Edited
}

// revise turns a revision into an edit of the groups it touches, checked and with its place furnished.
func (s *Service) revise(ctx context.Context, current Appointment, r Revision) (Edit, desk, error) {
	edit := Edit{ID: r.ID, Version: r.Version}
	if r.Version == 0 {
		edit.Version = current.Version
	}
	problems := fault.Problems{}
	if r.Notes != nil {
		notes := strings.TrimSpace(*r.Notes)
		if len([]rune(notes)) > maxNotes {
			problems.Add("notes", "La nota es demasiado larga: 2,000 letras como máximo.")
		}
		edit.Notes = &notes
	}
	d, err := s.reviseService(ctx, current, r, &edit, problems)
	if err != nil {
		return edit, d, err
	}
	if r.Move.moves(current) {
		if d, err = s.revisePlace(ctx, current, r.Move, d.service, &edit, problems); err != nil {
			return edit, d, err
		}
	}
	return edit, d, problems.Err()
}

func (s *Service) reviseService(ctx context.Context, current Appointment, r Revision, edit *Edit, problems fault.Problems) (desk, error) {
	if r.ServiceID == uuid.Nil || r.ServiceID == current.ServiceID {
		known, err := s.catalog.ServicesByID(ctx, []uuid.UUID{current.ServiceID})
		return desk{service: known[current.ServiceID]}, err
	}
	doctor := r.DoctorID
	if doctor == uuid.Nil {
		doctor = current.DoctorID
	}
	service, err := s.serviceFor(ctx, r.ServiceID, doctor, problems)
	edit.ServiceID = &r.ServiceID
	return desk{service: service}, err
}

// moves reports whether anything about the place is asked to be different.
func (m Move) moves(a Appointment) bool {
	return !m.StartTime.IsZero() && !m.StartTime.Equal(a.StartTime) || !m.EndTime.IsZero() && !m.EndTime.Equal(a.EndTime) ||
		m.DoctorID != uuid.Nil && m.DoctorID != a.DoctorID || m.SiteID != uuid.Nil && m.SiteID != a.SiteID ||
		m.ResourceID != nil && !sameID(m.ResourceID, a.ResourceID) || m.Overbooked != nil && *m.Overbooked != a.Overbooked ||
		a.NeedsReschedule && !m.StartTime.IsZero()
}

func (s *Service) revisePlace(
	ctx context.Context, current Appointment, m Move, service catalog.Service, edit *Edit, problems fault.Problems,
) (desk, error) {
	b := m.over(current)
	if err := s.checkDoctor(ctx, b.DoctorID, problems); err != nil {
		return desk{}, err
	}
	zone := s.Zone(ctx)
	checkTimes(problems, b.StartTime, b.EndTime, zone)
	if !b.StartTime.Equal(current.StartTime) {
		s.checkDay(problems, b.StartTime, zone)
	}
	if err := problems.Err(); err != nil {
		return desk{}, err
	}
	d, err := s.furnish(ctx, b, service, &current)
	edit.Place = &d.place
	return d, err
}

// over is the booking that the moved appointment amounts to.
func (m Move) over(a Appointment) Booking {
	b := Booking{
		ID: a.ID, PatientID: a.PatientID, ServiceID: a.ServiceID, DoctorID: a.DoctorID, SiteID: m.SiteID, ResourceID: m.ResourceID,
		StartTime: a.StartTime, EndTime: instant(m.EndTime), Overbooked: a.Overbooked,
	}
	if !m.StartTime.IsZero() {
		b.StartTime = instant(m.StartTime)
	}
	if m.EndTime.IsZero() {
		b.EndTime = b.StartTime.Add(a.Duration())
	}
	if m.DoctorID != uuid.Nil {
		b.DoctorID = m.DoctorID
	}
	if m.Overbooked != nil {
		b.Overbooked = *m.Overbooked
	}
	return b
}

func (s *Service) event(ctx context.Context, a Appointment, what What, at time.Time) Event {
	e := Event{ID: newID(), AppointmentID: a.ID, At: at, What: what, FromStatus: a.Status, ToStatus: a.Status}
	if id := access.Who(ctx).MembershipID; id != uuid.Nil {
		e.ByID = &id
	}
	return e
}
