// Package agenda keeps who works when and what has been promised to whom: working hours, free hours, appointments,
// arrivals and the waiting room.
package agenda

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Appointment is a place in a professional's day promised to a patient. A cancelled one keeps its row: the day
// remembers what was promised. DoctorID is the professional's membership.
type Appointment struct {
	ID              uuid.UUID  `json:"id"`
	Version         int64      `json:"version"`
	PatientID       uuid.UUID  `json:"patient_id"`
	DoctorID        uuid.UUID  `json:"doctor_id"`
	ServiceID       uuid.UUID  `json:"service_id"`
	SiteID          uuid.UUID  `json:"site_id"`
	ResourceID      *uuid.UUID `json:"resource_id"` // room or chair; nil takes none
	StartTime       time.Time  `json:"start_time"`
	EndTime         time.Time  `json:"end_time"`
	Status          Status     `json:"status"`
	ArrivedAt       *time.Time `json:"arrived_at"`
	CancelReason    string     `json:"cancel_reason"`
	Overbooked      bool       `json:"overbooked"`       // a sobreturno: beside another on purpose
	NeedsReschedule bool       `json:"needs_reschedule"` // lost its place while a device was offline
	Notes           string     `json:"notes"`

	// Pending: something done on this device has not reached the server. Only a device's store says so.
	Pending bool `json:"-" gorm:"-"`

	BookedBy   *uuid.UUID `json:"-"` // membership; nil when nobody of the clinic booked it
	BookedAs   string     `json:"-"` // Booking.fingerprint of the first send
	FieldClock Clock      `json:"-" gorm:"serializer:json"`
	CreatedAt  time.Time  `json:"-"`
	UpdatedAt  time.Time  `json:"-"`
}

// Status is where an appointment stands. Arrival is a moment of its own (ArrivedAt), not a status.
type Status string

const (
	Scheduled  Status = "scheduled"
	Confirmed  Status = "confirmed"
	InProgress Status = "in_progress"
	Completed  Status = "completed"
	NoShow     Status = "no_show"
	Cancelled  Status = "cancelled"
)

// Statuses are all six, in the order of a day.
func Statuses() []Status {
	return []Status{Scheduled, Confirmed, InProgress, Completed, NoShow, Cancelled}
}

// Label is the status's name on screens.
func (s Status) Label() string {
	switch s {
	case Scheduled:
		return "Agendada"
	case Confirmed:
		return "Confirmada"
	case InProgress:
		return "En atención"
	case Completed:
		return "Atendida"
	case NoShow:
		return "No asistió"
	case Cancelled:
		return "Cancelada"
	}
	return string(s)
}

// OccupiesTime reports whether nobody else can have the same hour.
func (s Status) OccupiesTime() bool { return s == Scheduled || s == Confirmed || s == InProgress }

// Pending reports whether the appointment is still to be attended, so that it can be moved, edited or cancelled.
func (s Status) Pending() bool { return s == Scheduled || s == Confirmed }

// Occupies reports whether this appointment keeps others from its hour.
func (a Appointment) Occupies() bool {
	return a.Status.OccupiesTime() && !a.Overbooked && !a.NeedsReschedule
}

// InWaitingRoom reports whether the patient came and waits.
func (a Appointment) InWaitingRoom() bool { return a.ArrivedAt != nil && a.Status.Pending() }

// Waiting is how long the patient has been in the waiting room; zero for who does not wait.
func (a Appointment) Waiting(now time.Time) time.Duration {
	if !a.InWaitingRoom() || now.Before(*a.ArrivedAt) {
		return 0
	}
	return now.Sub(*a.ArrivedAt)
}

// Duration is how long the appointment lasts.
func (a Appointment) Duration() time.Duration { return a.EndTime.Sub(a.StartTime) }

// Place is where and when an appointment happens: what a move changes.
type Place struct {
	DoctorID   uuid.UUID
	SiteID     uuid.UUID
	ResourceID *uuid.UUID
	StartTime  time.Time
	EndTime    time.Time
	Overbooked bool
}

// Place of the appointment as it stands.
func (a Appointment) Place() Place {
	return Place{
		DoctorID: a.DoctorID, SiteID: a.SiteID, ResourceID: a.ResourceID,
		StartTime: a.StartTime, EndTime: a.EndTime, Overbooked: a.Overbooked,
	}
}

// at returns the appointment put into place p.
func (a Appointment) at(p Place) Appointment {
	a.DoctorID, a.SiteID, a.ResourceID = p.DoctorID, p.SiteID, p.ResourceID
	a.StartTime, a.EndTime, a.Overbooked = p.StartTime, p.EndTime, p.Overbooked
	return a
}

func (p Place) equal(q Place) bool {
	return p.DoctorID == q.DoctorID && p.SiteID == q.SiteID && sameID(p.ResourceID, q.ResourceID) &&
		p.StartTime.Equal(q.StartTime) && p.EndTime.Equal(q.EndTime) && p.Overbooked == q.Overbooked
}

func sameID(a, b *uuid.UUID) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// The limits of what may be written down.
const (
	maxNotes  = 2000
	maxReason = 300
	maxLength = 12 * time.Hour
)

// checkTimes refuses an end before its start, a stretch past midnight and lengths nobody works.
func checkTimes(problems fault.Problems, start, end time.Time, zone *time.Location) {
	switch {
	case start.IsZero():
		problems.Add("start_time", "Falta la hora.")
	case !end.After(start):
		problems.Add("end_time", "El fin debe ser después del inicio.")
	case end.Sub(start) > maxLength:
		problems.Add("end_time", "Una cita dura 12 horas como máximo.")
	case DateOf(end.Add(-1), zone) != DateOf(start, zone):
		problems.Add("end_time", "La cita debe terminar el mismo día.")
	case start.Year() < 2000 || start.Year() > 2100:
		problems.Add("start_time", "Esa fecha no se entiende.")
	}
}

// Event is one thing that happened to an appointment.
type Event struct {
	ID            uuid.UUID
	AppointmentID uuid.UUID
	At            time.Time
	ByID          *uuid.UUID // membership
	What          What
	FromStatus    Status
	ToStatus      Status
	Undoes        *uuid.UUID // the event that this one took back
}

// What names the kinds of events.
type What string

const (
	Booked  What = "booked"
	Edited  What = "edited"
	Moved   What = "moved"
	Arrived What = "arrived"
	Changed What = "status"
	Undone  What = "undone"
)
