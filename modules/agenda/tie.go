package agenda

import (
	"time"

	"github.com/google/uuid"
)

// Tie is what joins a professional with a patient by appointments that were not cancelled. Nobody opens a record by giving
// an hour to themselves: such an appointment joins only once the patient has come on its day.
type Tie struct {
	Given bool      // somebody else gave them an appointment, of whatever day
	Own   uuid.UUID // one that the professional made and the patient came to; zero: none
}

// Holds reports whether anything joins them.
func (t Tie) Holds() bool { return t.Given || t.Own != uuid.Nil }

// and joins what ties two entries of one person.
func (t Tie) and(other Tie) Tie {
	t.Given = t.Given || other.Given
	if t.Own == uuid.Nil {
		t.Own = other.Own
	}
	return t
}

// OwnBooking reports whether who attends gave the hour.
func (a Appointment) OwnBooking() bool { return a.BookedBy != nil && *a.BookedBy == a.DoctorID }

// takenOver says who gives the hour now: a professional who takes over a colleague's appointment gives it to themselves.
func takenOver(before, a Appointment, by uuid.UUID) Appointment {
	if a.DoctorID != before.DoctorID && a.DoctorID == by {
		a.BookedBy = &by
	}
	return a
}

// came reports whether the patient came, or was attended, before a moment.
func (a Appointment) came(before time.Time) bool {
	here := a.ArrivedAt != nil || a.Status == InProgress || a.Status == Completed
	return here && a.Status != NoShow && a.StartTime.Before(before)
}

// tiesOf reads out of appointments what joins a professional with their patients.
func tiesOf(list []Appointment, doctor uuid.UUID, before time.Time) map[uuid.UUID]Tie {
	ties := map[uuid.UUID]Tie{}
	for _, a := range list {
		switch {
		case a.DoctorID != doctor || a.Status == Cancelled:
		case !a.OwnBooking():
			ties[a.PatientID] = ties[a.PatientID].and(Tie{Given: true})
		case a.came(before):
			ties[a.PatientID] = ties[a.PatientID].and(Tie{Own: a.ID})
		}
	}
	return ties
}
