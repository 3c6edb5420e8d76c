//go:build !js

package agenda

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
)

// Current reads those of ids that begin in the window.
func (e AppointmentSync) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	if !reads(ctx) || len(ids) == 0 {
		return nil, nil
	}
	list, err := e.store.inWindow(ctx, w, ids)
	if err != nil {
		return nil, err
	}
	return appointmentChanges(list)
}

// Page lists the appointments of the window by start and id; a place is both of the last one.
func (e AppointmentSync) Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error) {
	if !reads(ctx) {
		return nil, "", nil
	}
	r := Range{From: w.From, To: w.To, Limit: limit + 1}
	if after != "" {
		start, id, err := placeIn(after)
		if err != nil {
			return nil, "", err
		}
		r.From, r.After = start, id
	}
	list, err := e.store.Between(ctx, r)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = last.StartTime.Format(time.RFC3339Nano) + " " + last.ID.String()
	}
	page, err := appointmentChanges(list)
	return page, next, err
}

func placeIn(text string) (time.Time, uuid.UUID, error) {
	startText, idText, _ := strings.Cut(text, " ")
	start, err := time.Parse(time.RFC3339Nano, startText)
	if err != nil {
		return start, uuid.Nil, fmt.Errorf("read the place %q among the appointments: %w", text, err)
	}
	id, err := uuid.Parse(idText)
	if err != nil {
		return start, id, fmt.Errorf("read the place %q among the appointments: %w", text, err)
	}
	return start, id, nil
}

// Count is how many appointments begin in the window.
func (e AppointmentSync) Count(ctx context.Context, w offline.Window) (int, error) {
	if !reads(ctx) {
		return 0, nil
	}
	return e.store.countBetween(ctx, w.From, w.To)
}

// Entering lists the appointments of the days that the window gains.
func (e AppointmentSync) Entering(ctx context.Context, _ offline.Window, from, to time.Time) ([]uuid.UUID, error) {
	if !reads(ctx) {
		return nil, nil
	}
	return e.store.idsBetween(ctx, from, to)
}

// With names the patient of each appointment: a device never holds one without the other. Whoever attends the patient
// gets what other modules keep of them too.
func (e AppointmentSync) With(ctx context.Context, changes []offline.Change) (map[uuid.UUID][]offline.Ref, error) {
	patientOf := map[uuid.UUID]uuid.UUID{}
	var own, all []uuid.UUID
	me := access.Who(ctx).MembershipID
	for _, c := range changes {
		if c.Removed {
			continue
		}
		var d struct {
			PatientID uuid.UUID `json:"patient_id"`
			DoctorID  uuid.UUID `json:"doctor_id"`
		}
		if err := json.Unmarshal(c.Data, &d); err != nil {
			return nil, fmt.Errorf("read the patient of appointment %s: %w", c.ID, err)
		}
		patientOf[c.ID] = d.PatientID
		if !slices.Contains(all, d.PatientID) {
			all = append(all, d.PatientID)
		}
		if d.DoctorID == me && !slices.Contains(own, d.PatientID) {
			own = append(own, d.PatientID)
		}
	}
	more, err := e.kept(ctx, own, all)
	if err != nil {
		return nil, err
	}
	needed := map[uuid.UUID][]offline.Ref{}
	for id, patient := range patientOf {
		needed[id] = append([]offline.Ref{{Kind: "patient", ID: patient.String()}}, more[patient]...)
	}
	return needed, nil
}

// kept is what other modules keep of the patients of whoever asks.
func (e AppointmentSync) kept(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error) {
	if e.Beside == nil || len(all) == 0 {
		return nil, nil
	}
	return e.Beside(ctx, own, all)
}

func reads(ctx context.Context) bool { return access.Who(ctx).Can(accounts.AgendaRead) }

func appointmentChanges(list []Appointment) ([]offline.Change, error) {
	return offline.Changes(appointmentEntity, list, func(a Appointment) (uuid.UUID, int64, any) {
		return a.ID, a.Version, appointmentDataOf(a)
	})
}

// ScheduleSync offers the working hours to devices, which only read them.
type ScheduleSync struct {
	agenda *Service
}

// SyncSchedules is the agenda's entity "schedule".
func SyncSchedules(agenda *Service) ScheduleSync { return ScheduleSync{agenda} }

// in is the entity as a list that is read whole: what touches the window.
func (e ScheduleSync) in(w offline.Window) offline.Reference {
	return offline.Reference{Entity: scheduleEntity, Needs: accounts.AgendaRead, All: func(ctx context.Context) ([]offline.Change, error) {
		return e.touching(ctx, w.From, w.To)
	}}
}

func (e ScheduleSync) touching(ctx context.Context, start, end time.Time) ([]offline.Change, error) {
	if !start.Before(end) {
		return nil, nil
	}
	zone := e.agenda.Zone(ctx)
	hours, err := e.agenda.store.Hours(ctx, DateOf(start, zone), DateOf(end.Add(-1), zone), zone, nil)
	if err != nil {
		return nil, err
	}
	weekly, err := offline.Changes(scheduleEntity, hours.Schedules, func(s Schedule) (uuid.UUID, int64, any) {
		return s.ID, s.Version, weeklyDataOf(s)
	})
	if err != nil {
		return nil, err
	}
	exceptions, err := offline.Changes(scheduleEntity, hours.Exceptions, func(x Exception) (uuid.UUID, int64, any) {
		return x.ID, x.Version, exceptionDataOf(x)
	})
	return append(weekly, exceptions...), err
}

// Name is the entity's word on the wire.
func (ScheduleSync) Name() string { return scheduleEntity }

// Apply refuses every operation.
func (ScheduleSync) Apply(context.Context, offline.Received) (offline.Outcome, error) {
	return offline.Outcome{}, offline.ErrReadOnly
}

// Current reads those of ids that touch the window.
func (e ScheduleSync) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	return e.in(w).Current(ctx, w, ids)
}

// Page lists all that touch the window, by id.
func (e ScheduleSync) Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error) {
	return e.in(w).Page(ctx, w, after, limit)
}

// Count is how many touch the window.
func (e ScheduleSync) Count(ctx context.Context, w offline.Window) (int, error) {
	return e.in(w).Count(ctx, w)
}

// Entering lists what touches the days that the window gains and none before them.
func (e ScheduleSync) Entering(ctx context.Context, w offline.Window, from, to time.Time) ([]uuid.UUID, error) {
	if !reads(ctx) {
		return nil, nil
	}
	there, err := e.touching(ctx, w.From, from)
	if err != nil {
		return nil, err
	}
	now, err := e.touching(ctx, from, to)
	var ids []uuid.UUID
	for _, c := range now {
		if !slices.ContainsFunc(there, func(t offline.Change) bool { return t.ID == c.ID }) {
			ids = append(ids, c.ID)
		}
	}
	return ids, err
}

var _ patients.Visits = ForPatients{}

// InWindow tells which of these patients have an appointment in the window, whatever its state.
func (ForPatients) InWindow(ctx context.Context, w offline.Window, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	among, err := Postgres{}.patientsAmong(ctx, w, ids)
	return setOf(among), err
}

// PatientsInWindow lists the patients with an appointment in the window by id, each once, behind after.
func (ForPatients) PatientsInWindow(ctx context.Context, w offline.Window, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	return Postgres{}.patientsAfter(ctx, w, after, limit)
}

// CountInWindow is how many patients have an appointment in the window.
func (ForPatients) CountInWindow(ctx context.Context, w offline.Window) (int, error) {
	return Postgres{}.countPatients(ctx, w)
}

// SeenBefore lists patients by their last appointment before a moment, latest first, behind after.
func (ForPatients) SeenBefore(ctx context.Context, before time.Time, after patients.Seen, limit int) ([]patients.Seen, error) {
	return Postgres{}.seenBefore(ctx, before, after, limit)
}
