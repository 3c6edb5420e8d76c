package agenda

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/views"
)

// DeviceKinds are the entities that a device keeps of the agenda; the neighbours name who an operation is about.
func DeviceKinds(patients Patients, colleagues Colleagues, now clock.Now) []offline.Kind {
	t := teller{patients, colleagues, now, newZones()}
	return []offline.Kind{
		{Entity: appointmentEntity, Place: placeOnDevice, Stored: followAppointments, Words: t.words},
		{Entity: scheduleEntity, Stored: followSchedules},
	}
}

// teller puts operations into the words of the list of what waits.
type teller struct {
	patients   Patients
	colleagues Colleagues
	now        clock.Now
	zones      *zones
}

// words tell an operation: "Reserva: Jara Ortega, Camila", "hoy 14:00, Dr. Espinoza". It is called within a unit.
func (t teller) words(ctx context.Context, op offline.Operation) (title, detail string) {
	before, after, err := sides(ctx, op)
	if err != nil {
		return "Cita", ""
	}
	title = titleOf(op, after) + t.patient(ctx, after.PatientID)
	detail = t.when(ctx, after.StartTime) + t.doctor(ctx, after.DoctorID)
	var asked struct {
		StartTime *time.Time `json:"start_time"`
	}
	if op.Action == offline.Update && json.Unmarshal(op.Data, &asked) == nil && asked.StartTime != nil {
		detail = t.move(ctx, before.StartTime, *asked.StartTime) + t.doctor(ctx, after.DoctorID)
	}
	return title, detail
}

// sides are the appointment as the server last said it and as the operation leaves it.
func sides(ctx context.Context, op offline.Operation) (before, after appointmentData, err error) {
	object, err := offline.From(ctx).Find(ctx, appointmentEntity, op.LocalID.String())
	if err != nil && !fault.IsNotFound(err) {
		return before, after, err
	}
	for _, layer := range []struct {
		from json.RawMessage
		into *appointmentData
	}{{object.Base, &before}, {object.Data(), &after}, {op.Data, &after}} {
		if len(layer.from) == 0 {
			continue
		}
		if err := json.Unmarshal(layer.from, layer.into); err != nil {
			return before, after, err
		}
	}
	return before, after, nil
}

// titleOf says what was done.
func titleOf(op offline.Operation, after appointmentData) string {
	if op.Action == offline.Create {
		if after.Overbooked {
			return "Sobreturno: "
		}
		return "Reserva: "
	}
	var asked map[string]json.RawMessage
	if json.Unmarshal(op.Data, &asked) != nil {
		return "Cita: "
	}
	_, moved := asked["start_time"]
	_, changed := asked["status"]
	switch {
	case changed && after.Status == Cancelled:
		return "Se canceló: "
	case changed && after.Status == NoShow:
		return "No asistió: "
	case changed:
		return after.Status.Label() + ": "
	case asked["arrived_at"] != nil:
		return "Llegó: "
	case moved:
		return "Se movió: "
	}
	return "Cambió la cita de "
}

func (t teller) patient(ctx context.Context, id uuid.UUID) string {
	names, err := t.patients.NamesByID(ctx, []uuid.UUID{id})
	if err != nil || names[id] == "" {
		return "un paciente"
	}
	return names[id]
}

func (t teller) doctor(ctx context.Context, id uuid.UUID) string {
	everybody, err := t.colleagues.Everybody(ctx)
	if err != nil {
		return ""
	}
	for _, m := range everybody {
		if m.ID == id {
			return ", " + shortName(m)
		}
	}
	return ""
}

func (t teller) when(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	zone := t.zones.named(access.Who(ctx).TimeZone)
	now := t.now()
	if DateOf(at, zone) == DateOf(now, zone) {
		return "hoy " + views.Clock(at.In(zone))
	}
	return views.ShortDayTime(at.In(zone), now.In(zone))
}

// move says from where to where: "de 11:00 a 14:30", with the days where they differ.
func (t teller) move(ctx context.Context, from, to time.Time) string {
	zone := t.zones.named(access.Who(ctx).TimeZone)
	switch {
	case from.IsZero() || from.Equal(to):
		return "a " + t.when(ctx, to)
	case DateOf(from, zone) == DateOf(to, zone):
		return "de " + views.Clock(from.In(zone)) + " a " + views.Clock(to.In(zone))
	}
	return "de " + t.when(ctx, from) + " a " + t.when(ctx, to)
}
