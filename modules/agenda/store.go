package agenda

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// What a store answers when somebody was first.
var (
	ErrDoctorTaken   = fault.ConflictAt("start_time", "Esa hora ya está tomada.")
	ErrResourceTaken = fault.ConflictAt("resource_id", "El consultorio o sillón ya está tomado a esa hora.")
	ErrSameID        = fault.Conflicted("id_reused", "Esto ya se guardó antes con otros datos.")
)

// Range picks appointments: of some professionals or of all, at a site or at all of them, that begin in [From, To).
type Range struct {
	From, To time.Time
	Doctors  []uuid.UUID // none: everybody
	Site     uuid.UUID   // zero: everywhere
	After    uuid.UUID   // keyset: those that come after this one, which begins at From
	Limit    int         // 0: all
}

// PatientRange picks the appointments of one person, who may have several entries, latest first.
type PatientRange struct {
	Patients   []uuid.UUID
	Before     time.Time // keyset: those that begin before, or then and with a smaller id
	BeforeID   uuid.UUID
	Limit      int
	OnlyComing bool // those still to be attended, from Before on, earliest first
}

// Load is how much of a day is promised.
type Load struct {
	Date     Date
	DoctorID uuid.UUID
	Count    int
	Minutes  int
}

// Store keeps the agenda. Everything happens inside the clinic of the context.
type Store interface {
	Appointments
	Working
	// Changes is the clinic's current change number: it grows with every write that others should see.
	Changes(ctx context.Context) (int64, error)
}

// Appointments is the part of the store that keeps what was promised.
type Appointments interface {
	// Appointment finds one; fault.ErrNotFound when there is none.
	Appointment(ctx context.Context, id uuid.UUID) (Appointment, error)
	// Lock finds one and keeps others from changing it until the transaction ends.
	Lock(ctx context.Context, id uuid.UUID) (Appointment, error)
	// Add keeps a new one with its first event. ErrDoctorTaken, ErrResourceTaken and ErrSameID leave the transaction
	// usable, so that what is free can be read after them.
	Add(ctx context.Context, a Appointment, e Event) error
	// Save keeps a changed one, whose version grows by one, with what happened. It refuses like Add.
	Save(ctx context.Context, a Appointment, e Event) (Appointment, error)
	// LastChange is the last change of status or arrival that nobody has undone; nil when there is none.
	LastChange(ctx context.Context, id uuid.UUID) (*Event, error)
	// History is all that happened to one, oldest first.
	History(ctx context.Context, id uuid.UUID) ([]Event, error)
	// Between lists by start and id.
	Between(ctx context.Context, r Range) ([]Appointment, error)
	// Busy lists what occupies time in the span: of these professionals, or of these rooms and chairs; except one
	// appointment.
	Busy(ctx context.Context, span Span, doctors, rooms []uuid.UUID, except uuid.UUID) ([]Busy, error)
	// Clash finds what occupies place p, apart from one appointment; fault.ErrNotFound when nothing does.
	Clash(ctx context.Context, p Place, except uuid.UUID) (Appointment, error)
	// Loads adds up what is promised each day in zone.
	Loads(ctx context.Context, r Range, zone *time.Location) ([]Load, error)
	// Displaced lists what lost its place, earliest first.
	Displaced(ctx context.Context) ([]Appointment, error)
	// OfPatient lists the appointments of one person.
	OfPatient(ctx context.Context, r PatientRange) ([]Appointment, error)
	// NextOf is when the next pending appointment of each patient begins, from a moment on.
	NextOf(ctx context.Context, patients []uuid.UUID, from time.Time) (map[uuid.UUID]time.Time, error)
	// Visited tells which patients were attended before a moment.
	Visited(ctx context.Context, patients []uuid.UUID, before time.Time) (map[uuid.UUID]bool, error)
	// PatientsOf are the people with an appointment in [from, to) that was not cancelled: with one professional (a
	// membership), or with anybody (uuid.Nil).
	PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error)
	// Ties are what joins the professional with each of these entries by appointments that begin before a moment, the end
	// of today, if they are the professional's own; entries that nothing joins are missing.
	Ties(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID, before time.Time) (map[uuid.UUID]Tie, error)
	// LastBookedBy is what this membership booked last; fault.ErrNotFound when nothing.
	LastBookedBy(ctx context.Context, membership uuid.UUID) (Appointment, error)
}

// Working is the part of the store that keeps who works when.
type Working interface {
	// Hours reads the weekly hours that hold on some day from from to to, and the exceptions that touch them;
	// of these professionals, or of everybody.
	Hours(ctx context.Context, from, to Date, zone *time.Location, doctors []uuid.UUID) (Hours, error)
	Schedule(ctx context.Context, id uuid.UUID) (Schedule, error)
	Schedules(ctx context.Context, doctor uuid.UUID) ([]Schedule, error)
	// HoldSchedules makes others who replace the professional's weekly hours wait until the transaction ends.
	HoldSchedules(ctx context.Context, doctor uuid.UUID) error
	AddSchedule(ctx context.Context, s Schedule) error
	SaveSchedule(ctx context.Context, s Schedule) error
	RemoveSchedule(ctx context.Context, id uuid.UUID) error
	Exception(ctx context.Context, id uuid.UUID) (Exception, error)
	// Exceptions lists what ends after from, earliest first.
	Exceptions(ctx context.Context, from time.Time, doctor *uuid.UUID) ([]Exception, error)
	AddException(ctx context.Context, e Exception) error
	RemoveException(ctx context.Context, id uuid.UUID) error
}
