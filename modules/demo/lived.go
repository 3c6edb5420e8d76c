//go:build !js

package demo

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
)

// lived is what has happened to a visit until now: the appointment as it stands, and everything that brought it there.
func (v visit) lived(now time.Time) (agenda.Appointment, []agenda.Event) {
	l := life{now: now, a: v.appointment}
	if !v.booked.Before(now) { // a day that comes into sight was booked lately
		v.booked = now.Add(-time.Duration(v.booked.Minute()+1) * time.Minute)
	}
	l.a.Status, l.a.Version, l.a.FieldClock = agenda.Scheduled, 1, agenda.Clock{}
	l.a.CreatedAt, l.a.UpdatedAt = v.booked, v.booked
	l.happened(agenda.Booked, "", agenda.Scheduled, v.booked)
	if v.confirms && v.confirmed.After(v.booked) {
		l.turn(agenda.Confirmed, v.confirmed)
	}
	switch v.fate {
	case cancels:
		if l.turn(agenda.Cancelled, latest(v.cancelled, v.booked.Add(time.Minute))) {
			l.a.CancelReason = v.reason
		}
	case misses:
		l.turn(agenda.NoShow, v.appointment.StartTime.Add(25*time.Minute))
	case attends:
		l.arrive(v.arrived)
		_ = l.turn(agenda.InProgress, v.started) && l.turn(agenda.Completed, v.ended)
	}
	return l.a, l.events
}

// life collects what happens to an appointment until now.
type life struct {
	now    time.Time
	a      agenda.Appointment
	events []agenda.Event
}

// turn brings the appointment to a status, unless that is yet to come.
func (l *life) turn(to agenda.Status, at time.Time) bool {
	if at.After(l.now) {
		return false
	}
	from := l.a.Status
	l.a.Status = to
	l.stamp(l.happened(agenda.Changed, from, to, at), at)
	return true
}

func (l *life) arrive(at time.Time) {
	if at.After(l.now) {
		return
	}
	l.a.ArrivedAt = &at
	l.stamp(l.happened(agenda.Arrived, l.a.Status, l.a.Status, at), at)
}

func (l *life) stamp(event uuid.UUID, at time.Time) {
	l.a.Version++
	l.a.UpdatedAt = at
	l.a.FieldClock[agenda.StatusGroup] = agenda.Stamp{Version: l.a.Version, At: at, Op: event}
}

func (l *life) happened(what agenda.What, from, to agenda.Status, at time.Time) uuid.UUID {
	by := l.a.BookedBy
	if to == agenda.InProgress || to == agenda.Completed {
		by = &l.a.DoctorID
	}
	id := idOf(at, "event", l.a.ID.String(), string(what), string(to))
	if what == agenda.Booked { // its moment may differ between two runs
		id = idOf(l.a.StartTime.AddDate(0, 0, -24), "event", l.a.ID.String())
	}
	l.events = append(l.events, agenda.Event{ID: id, AppointmentID: l.a.ID, At: at, ByID: by, What: what, FromStatus: from, ToStatus: to})
	return id
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
