//go:build !js

package agenda

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// wish is what an operation wants to be different; what is absent stays as it is.
type wish struct {
	StartTime    *time.Time `json:"start_time"`
	EndTime      *time.Time `json:"end_time"`
	DoctorID     *uuid.UUID `json:"doctor_id"`
	SiteID       *uuid.UUID `json:"site_id"`
	ResourceID   *uuid.UUID `json:"resource_id"`
	Overbooked   *bool      `json:"overbooked"`
	LostPlace    *bool      `json:"needs_reschedule"` // false beside a place: it is its own again
	ServiceID    *uuid.UUID `json:"service_id"`
	Notes        *string    `json:"notes"`
	Status       *Status    `json:"status"`
	ArrivedAt    *time.Time `json:"arrived_at"`
	CancelReason *string    `json:"cancel_reason"`

	sent map[string]json.RawMessage
}

// fieldsOf are the fields of each group.
func fieldsOf(g Group) []string {
	switch g {
	case PlaceGroup:
		return []string{"start_time", "end_time", "doctor_id", "site_id", "resource_id", "overbooked", "needs_reschedule"}
	case StatusGroup:
		return []string{"status", "arrived_at", "cancel_reason"}
	case ReasonGroup:
		return []string{"service_id"}
	}
	return []string{"notes"}
}

func wishIn(data json.RawMessage) (wish, error) {
	var w wish
	if err := readFields(data, &w); err != nil {
		return w, err
	}
	if err := json.Unmarshal(data, &w.sent); err != nil || len(w.sent) == 0 {
		return w, fault.InvalidField("data", "No dice qué cambia.")
	}
	if w.LostPlace != nil && (*w.LostPlace || w.StartTime == nil) {
		return w, fault.InvalidField("needs_reschedule", "Esto se resuelve dando otra hora a la cita.")
	}
	if w.CancelReason != nil && *w.CancelReason != "" && (w.Status == nil || *w.Status != Cancelled) {
		return w, fault.InvalidField("cancel_reason", "El motivo va con la cancelación.")
	}
	return w, nil
}

// has reports whether the operation says anything of a group.
func (w wish) has(g Group) bool {
	return slices.ContainsFunc(fieldsOf(g), func(f string) bool { _, sent := w.sent[f]; return sent })
}

// of are the fields of some groups as they were sent.
func (w wish) of(groups []Group) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	for _, g := range groups {
		for _, f := range fieldsOf(g) {
			if value, sent := w.sent[f]; sent {
				fields[f] = value
			}
		}
	}
	return fields
}

// without is the wish that leaves a group alone.
func (w wish) without(g Group) wish {
	sent := w.of([]Group{g})
	w.sent = maps.Clone(w.sent)
	for f := range sent {
		delete(w.sent, f)
	}
	switch g {
	case PlaceGroup:
		w.StartTime, w.EndTime, w.DoctorID, w.SiteID, w.ResourceID, w.Overbooked = nil, nil, nil, nil, nil, nil
	case ReasonGroup:
		w.ServiceID = nil
	case NotesGroup:
		w.Notes = nil
	}
	return w
}

// revision is the wish as an edit, without the status.
func (w wish) revision(id uuid.UUID) Revision {
	r := Revision{Move: Move{ID: id, ResourceID: w.ResourceID, Overbooked: w.Overbooked}, Notes: w.Notes}
	r.StartTime, r.EndTime = valueOf(w.StartTime), valueOf(w.EndTime)
	r.DoctorID, r.SiteID, r.ServiceID = valueOf(w.DoctorID), valueOf(w.SiteID), valueOf(w.ServiceID)
	return r
}

func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// steps are the changes of state that the wish asks for, in the order of a visit.
func (w wish) steps(current Appointment) []Step {
	var steps []Step
	if value, sent := w.sent["arrived_at"]; sent {
		if string(value) == "null" {
			steps = append(steps, NoArrival)
		} else {
			steps = append(steps, Arrival)
		}
	}
	if w.Status != nil && (len(steps) == 0 || *w.Status != current.Status) {
		steps = append(steps, step(*w.Status))
	}
	return steps
}

// laterWork is what became of an update.
type laterWork struct {
	Appointment Appointment
	Changed     bool
	Lost        []Group
	Why         string // the sentence after the patient's name, of what was lost last
}

func (e AppointmentSync) update(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	w, err := wishIn(op.Data)
	if err != nil {
		return offline.Outcome{}, err
	}
	current, err := e.agenda.store.Lock(ctx, op.LocalID)
	if fault.IsNotFound(err) {
		return offline.Outcome{}, &offline.Missing{Entity: appointmentEntity, ID: op.LocalID}
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	if err := op.SeenAt(current.Version); err != nil {
		return offline.Outcome{}, err
	}
	done := laterWork{Appointment: current}
	if w.has(PlaceGroup) || w.has(ReasonGroup) || w.has(NotesGroup) {
		if done, err = e.agenda.editLate(ctx, current, w, op); err != nil {
			return offline.Outcome{}, err
		}
	}
	if w.has(StatusGroup) {
		if err = e.agenda.stepLate(ctx, &done, w, op); err != nil {
			return offline.Outcome{}, err
		}
	}
	return e.answer(ctx, done, w)
}

// answer tells what became of an update.
func (e AppointmentSync) answer(ctx context.Context, done laterWork, w wish) (offline.Outcome, error) {
	a := done.Appointment
	if len(done.Lost) == 0 {
		status := offline.Duplicate
		if done.Changed {
			status = offline.Updated
		}
		return offline.Outcome{Status: status, Version: a.Version}, nil
	}
	name, err := e.patientName(ctx, a.PatientID)
	if err != nil {
		return offline.Outcome{}, err
	}
	var choices []offline.Choice
	if slices.Contains(done.Lost, PlaceGroup) && a.Status.Pending() {
		if choices, err = e.choices(ctx, a, w.revision(a.ID).over(a).place()); err != nil {
			return offline.Outcome{}, err
		}
	}
	out, err := e.conflict(a, w.of(done.Lost), "La cita de "+name+" "+done.Why, choices)
	if !slices.Contains(done.Lost, PlaceGroup) && !slices.Contains(done.Lost, StatusGroup) {
		out.Status = offline.Superseded
	}
	stands := done.stands()
	out.NowBy, out.NowAt = stands.By, stands.At
	return out, err
}

// stands is the newest change of what won against the device; zero where nothing changed since the booking.
func (l laterWork) stands() (newest Stamp) {
	groups := l.Lost
	if !l.Appointment.Status.Pending() { // it took no more changes for its state
		groups = append([]Group{StatusGroup}, groups...)
	}
	for _, g := range groups {
		if stamp := l.Appointment.FieldClock[g]; stamp.At.After(newest.At) {
			newest = stamp
		}
	}
	return newest
}

func (b Booking) place() Place {
	return Place{DoctorID: b.DoctorID, SiteID: b.SiteID, StartTime: b.StartTime, EndTime: b.EndTime, Overbooked: b.Overbooked}
}

// editLate lays what a device changed over what stands, group by group. A place that others changed or took meanwhile
// stays where it is; so does everything of an appointment that was cancelled.
func (s *Service) editLate(ctx context.Context, current Appointment, w wish, op offline.Received) (laterWork, error) {
	done := laterWork{Appointment: current}
	if !access.Who(ctx).Can(accounts.AgendaBook) {
		return done, fault.ErrForbidden
	}
	w = done.closed(current, w)
	if !w.has(PlaceGroup) && !w.has(ReasonGroup) && !w.has(NotesGroup) {
		return done, nil
	}
	m, d, err := s.mergeLate(ctx, current, w, op)
	if err != nil && w.ResourceID != nil && aboutRoom(err) {
		w.ResourceID = nil // another room or chair does as well
		m, d, err = s.mergeLate(ctx, current, w, op)
	}
	if asTaken(err) != nil {
		return s.editElsewhere(ctx, done, current, w, op)
	}
	if err != nil {
		return done, err
	}
	for _, clash := range m.Clashes {
		done.lose(clash.Group, meanwhile(clash.Group))
	}
	if len(m.Changed) == 0 {
		return done, nil
	}
	if err := mayEdit(ctx, current, m); err != nil {
		return done, err
	}
	event := s.event(ctx, m.Appointment, whatOf(m), instant(op.At))
	saved, err := s.settle(ctx, d, takenOver(current, m.Appointment, access.Who(ctx).MembershipID), func(a Appointment) (Appointment, error) { return s.store.Save(ctx, a, event) })
	if asTaken(err) != nil {
		if w.ResourceID != nil && aboutRoom(err) {
			w.ResourceID = nil
			return s.editLate(ctx, current, w, op)
		}
		return s.editElsewhere(ctx, laterWork{Appointment: current, Lost: done.Lost, Why: done.Why}, current, w, op)
	}
	done.Appointment, done.Changed = saved, err == nil
	return done, err
}

// editElsewhere carries out the rest of an edit whose hour somebody else has.
func (s *Service) editElsewhere(ctx context.Context, done laterWork, current Appointment, w wish, op offline.Received) (laterWork, error) {
	rest, err := s.editLate(ctx, current, w.without(PlaceGroup), op)
	rest.Lost, rest.Why = append(done.Lost, rest.Lost...), done.Why
	rest.lose(PlaceGroup, "no se movió: esa hora ya estaba ocupada")
	return rest, err
}

func (s *Service) mergeLate(ctx context.Context, current Appointment, w wish, op offline.Received) (merged, desk, error) {
	edit, d, err := s.asOf(instant(op.At)).revise(ctx, current, w.revision(current.ID))
	if err != nil {
		return merged{}, d, err
	}
	edit.Version, edit.ServiceID = op.BaseVersion, w.ServiceID
	return merge(current, edit, Stamp{At: instant(op.At), Device: op.Device, Op: op.OpID, By: access.Who(ctx).UserID}, true), d, nil
}

// closed takes out of the wish what an appointment in its state no longer takes, and notes it as lost where it differs.
func (l *laterWork) closed(current Appointment, w wish) wish {
	if current.Status.Pending() {
		return w
	}
	for _, g := range []Group{PlaceGroup, ReasonGroup, NotesGroup} {
		if !w.has(g) || g == NotesGroup && current.Status != Cancelled {
			continue
		}
		if w.differs(g, current) {
			l.lose(g, "ya estaba como «"+current.Status.Label()+"»")
		}
		w = w.without(g)
	}
	return w
}

// differs reports whether the wish asks for something else than what stands.
func (w wish) differs(g Group, a Appointment) bool {
	switch g {
	case PlaceGroup:
		return w.revision(a.ID).moves(a)
	case ReasonGroup:
		return w.ServiceID != nil && *w.ServiceID != a.ServiceID
	}
	return w.Notes != nil && *w.Notes != a.Notes
}

func (l *laterWork) lose(g Group, why string) {
	if !slices.Contains(l.Lost, g) {
		l.Lost, l.Why = append(l.Lost, g), why
	}
}

func meanwhile(g Group) string {
	switch g {
	case PlaceGroup:
		return "se movió en dos lugares a la vez"
	case ReasonGroup:
		return "tiene otro servicio, que se eligió después"
	}
	return "tiene otra nota, que se escribió después"
}

// stepLate brings the appointment to the state that a device noted. What the table of transitions does not allow from
// where it stands now loses, and is shown.
func (s *Service) stepLate(ctx context.Context, done *laterWork, w wish, op offline.Received) error {
	for _, to := range w.steps(done.Appointment) {
		saved, err := s.carryOut(ctx, done.Appointment, nil, change{
			To: to, Reason: valueOf(w.CancelReason), At: instant(op.At), Offline: true, Device: op.Device, Op: op.OpID,
			Zone: s.Zone(ctx), May: access.Who(ctx).Can,
		})
		switch {
		case fault.KindOf(err) == fault.Conflict:
			done.lose(StatusGroup, "quedó como «"+done.Appointment.Status.Label()+"»")
			return nil
		case err != nil:
			return err
		}
		done.Appointment, done.Changed = saved.Appointment, done.Changed || len(saved.Changed) > 0
	}
	return nil
}
