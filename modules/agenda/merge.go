package agenda

import (
	"time"

	"github.com/google/uuid"
)

// Group names fields that change together: two edits of one group meet, two of different groups do not.
type Group string

const (
	PlaceGroup  Group = "place"  // start_time, end_time, doctor_id, site_id, resource_id, overbooked
	StatusGroup Group = "status" // status, arrived_at, cancel_reason
	ReasonGroup Group = "reason" // service_id
	NotesGroup  Group = "notes"
)

// Stamp says when a group last changed: Version is the appointment's version after it.
type Stamp struct {
	Version int64     `json:"v"`
	At      time.Time `json:"at"`
	Device  string    `json:"device,omitempty"`
	Op      uuid.UUID `json:"op,omitzero"`
	By      uuid.UUID `json:"by,omitzero"` // the user, for people to read; it decides nothing
}

// after orders stamps of edits that did not know of each other, the same way on any device.
func (s Stamp) after(t Stamp) bool {
	if !s.At.Equal(t.At) {
		return s.At.After(t.At)
	}
	if s.Device != t.Device {
		return s.Device > t.Device
	}
	return s.Op.String() > t.Op.String()
}

// Clock is the last change of each group.
type Clock map[Group]Stamp

func (c Clock) with(g Group, s Stamp) Clock {
	next := Clock{g: s}
	for group, stamp := range c {
		if group != g {
			next[group] = stamp
		}
	}
	return next
}

// Edit is what somebody wants to be different, by who saw Version. What is nil stays as it is.
type Edit struct {
	ID        uuid.UUID
	Version   int64 // the version that was on the screen
	Place     *Place
	ServiceID *uuid.UUID
	Notes     *string
}

// Difference is a group that two people changed at once.
type Difference struct {
	Group Group
	Yours Appointment // what the edit asked for
	Now   Appointment // what stands
}

// merged is the outcome of laying an edit over what stands.
type merged struct {
	Appointment Appointment
	Changed     []Group
	Clashes     []Difference // groups that changed after the version the editor saw, to something else
}

// merge lays edit over current, group by group. A group that nobody touched since the editor looked takes the edit;
// one that already holds the same is left alone; any other is a clash and keeps what stands, unless the edit comes
// late from a device (offline) and its stamp is the greater one: then the last writer wins, save for the place, which
// people at the desk decide.
func merge(current Appointment, edit Edit, stamp Stamp, offline bool) merged {
	m := merged{Appointment: current}
	asked := edit.over(current)
	for _, g := range []Group{PlaceGroup, ReasonGroup, NotesGroup} {
		replaced := g == PlaceGroup && current.NeedsReschedule && edit.Place != nil
		last := current.FieldClock[g]
		// The same words written later count as later, so that what was written in between loses in any order.
		renewed := offline && edit.names(g) && stamp.after(last)
		if !differs(g, current, asked) && !replaced && !renewed {
			continue
		}
		wins := offline && g != PlaceGroup && stamp.after(last)
		seen := last.Version <= edit.Version || offline && edit.follows(last, stamp)
		if !seen && !wins {
			m.Clashes = append(m.Clashes, Difference{Group: g, Yours: asked, Now: current})
			continue
		}
		m.take(g, asked, stamp)
	}
	return m
}

// names reports whether the edit says anything of a group that the last writer decides.
func (e Edit) names(g Group) bool {
	return g == ReasonGroup && e.ServiceID != nil || g == NotesGroup && e.Notes != nil
}

// follows reports whether whoever edits knew of the last change without naming its version: it is the same device's
// own, made before, or the program names no versions and goes by the time alone.
func (e Edit) follows(last, stamp Stamp) bool {
	ownWork, byTime := stamp.Device != "" && stamp.Device == last.Device, stamp.Device == "" && e.Version == 0
	return (ownWork || byTime) && stamp.after(last)
}

func (e Edit) over(a Appointment) Appointment {
	if e.Place != nil {
		a = a.at(*e.Place)
	}
	if e.ServiceID != nil {
		a.ServiceID = *e.ServiceID
	}
	if e.Notes != nil {
		a.Notes = *e.Notes
	}
	return a
}

func differs(g Group, a, b Appointment) bool {
	switch g {
	case PlaceGroup:
		return !a.Place().equal(b.Place())
	case StatusGroup:
		return a.Status != b.Status || !sameTime(a.ArrivedAt, b.ArrivedAt) || a.CancelReason != b.CancelReason
	case ReasonGroup:
		return a.ServiceID != b.ServiceID
	case NotesGroup:
		return a.Notes != b.Notes
	}
	return false
}

func (m *merged) take(g Group, asked Appointment, stamp Stamp) {
	switch g {
	case PlaceGroup:
		m.Appointment = m.Appointment.at(asked.Place())
		m.Appointment.NeedsReschedule = false
	case ReasonGroup:
		m.Appointment.ServiceID = asked.ServiceID
	case NotesGroup:
		m.Appointment.Notes = asked.Notes
	}
	m.Appointment = m.Appointment.stamped(g, stamp)
	m.Changed = append(m.Changed, g)
}

// stamped marks g as changed in the version that is about to be saved. A change that knew of the last one comes after
// it, whatever the clock of its device said.
func (a Appointment) stamped(g Group, s Stamp) Appointment {
	if last := a.FieldClock[g]; !s.after(last) {
		s.At = last.At.Add(time.Microsecond)
	}
	s.Version = a.Version + 1
	a.FieldClock = a.FieldClock.with(g, s)
	return a
}
