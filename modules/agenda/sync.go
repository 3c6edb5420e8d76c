//go:build !js

package agenda

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// Register is what the agenda asks of whoever keeps the people when work arrives from a device.
type Register interface {
	// Patient is the entry behind an id, also one that a device gave to somebody who was registered before;
	// fault.ErrNotFound for an id that never arrived.
	Patient(ctx context.Context, id uuid.UUID) (patients.Patient, error)
}

// AppointmentSync offers appointments to devices and takes up what was done on them without connection.
type AppointmentSync struct {
	agenda *Service
	people Register
	store  Postgres
	// Beside names what else the device of whoever asks must hold of patients: of own, whom they attend, and of all that
	// come to anybody; nil is nothing.
	Beside func(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error)
}

// SyncAppointments is the agenda's entity "appointment".
func SyncAppointments(agenda *Service, people Register) AppointmentSync {
	return AppointmentSync{agenda: agenda, people: people}
}

// Name is the entity's word on the wire.
func (AppointmentSync) Name() string { return appointmentEntity }

// Apply carries out what somebody did on a device, by the rules and permissions of the agenda, judged at the moment
// it was done. What cannot stand beside what others did meanwhile is answered as a conflict; nothing is lost by it.
func (e AppointmentSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	switch op.Action {
	case offline.Create:
		return e.create(ctx, op)
	case offline.Update:
		return e.update(ctx, op)
	}
	return offline.Outcome{}, fault.InvalidField("action", "Una cita se crea o se cambia.")
}

func (e AppointmentSync) create(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	b, err := bookingIn(op)
	if err != nil {
		return offline.Outcome{}, err
	}
	if b.PatientID != uuid.Nil {
		person, err := e.people.Patient(ctx, b.PatientID)
		if fault.IsNotFound(err) {
			return offline.Outcome{}, &offline.Missing{Entity: "patient", ID: b.PatientID}
		}
		if err != nil {
			return offline.Outcome{}, err
		}
		b.PatientID, b.met = person.ID, true
	}
	late, err := e.agenda.bookLate(ctx, b, op)
	switch {
	case err != nil:
		return offline.Outcome{}, err
	case late.Lost != nil:
		return e.displaced(ctx, late.Appointment)
	case late.Created:
		return offline.Outcome{Status: offline.Created, Version: late.Appointment.Version}, nil
	}
	return offline.Outcome{Status: offline.Duplicate, Version: late.Appointment.Version}, nil
}

// bookingIn reads what a device says of a new appointment.
func bookingIn(op offline.Received) (Booking, error) {
	var d bookedData
	if err := readFields(op.Data, &d); err != nil {
		return Booking{}, err
	}
	if d.Status != "" && d.Status != Scheduled {
		return Booking{}, fault.InvalidField("status", "Una cita nueva queda agendada; lo demás se anota después.")
	}
	return Booking{
		ID: op.LocalID, PatientID: d.PatientID, DoctorID: d.DoctorID, ServiceID: d.ServiceID, SiteID: d.SiteID, ResourceID: d.ResourceID,
		StartTime: d.StartTime, EndTime: d.EndTime, Notes: d.Notes, Overbooked: d.Overbooked, Arrived: d.ArrivedAt != nil,
	}.tidy(), nil
}

// readFields reads the data of an operation and refuses, at its name, what is no field of an appointment.
func readFields(data json.RawMessage, into any) error {
	if strict(data, into) == nil {
		return nil
	}
	var sent map[string]json.RawMessage
	if json.Unmarshal(data, &sent) != nil {
		return fault.InvalidField("data", "Los datos de la cita no se entienden.")
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		alone, err := json.Marshal(map[string]json.RawMessage{name: sent[name]})
		if err != nil || strict(alone, into) != nil {
			return fault.InvalidField(name, "Este dato no se entiende, o no se cambia así.")
		}
	}
	return fault.InvalidField("data", "Los datos de la cita no se entienden.")
}

func strict(data json.RawMessage, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// displaced answers a booking whose hour somebody else had: it is kept, and a person finds it another hour.
func (e AppointmentSync) displaced(ctx context.Context, a Appointment) (offline.Outcome, error) {
	name, err := e.patientName(ctx, a.PatientID)
	if err != nil {
		return offline.Outcome{}, err
	}
	choices, err := e.choices(ctx, a, a.Place())
	if err != nil {
		return offline.Outcome{}, err
	}
	lost := map[string]any{"start_time": a.StartTime, "end_time": a.EndTime, "doctor_id": a.DoctorID}
	return e.conflict(a, lost, "La hora de "+name+" ya estaba ocupada", choices)
}

// conflict is the answer to something that did not win: what stands, what was asked, and the ways out.
func (e AppointmentSync) conflict(a Appointment, lost any, title string, choices []offline.Choice) (offline.Outcome, error) {
	out := offline.Outcome{Status: offline.Conflict, Version: a.Version, Title: title, Choices: choices}
	var err error
	if out.Now, err = json.Marshal(struct {
		ID      uuid.UUID `json:"id"`
		Version int64     `json:"version"`
		appointmentData
	}{a.ID, a.Version, appointmentDataOf(a)}); err != nil {
		return out, err
	}
	out.Lost, err = json.Marshal(lost)
	return out, err
}

// choices are three free hours near a place and, for who may, the same hour as a sobreturno.
func (e AppointmentSync) choices(ctx context.Context, a Appointment, wished Place) ([]offline.Choice, error) {
	free, err := e.agenda.freeNear(ctx, a, wished)
	if err != nil {
		return nil, err
	}
	zone, now := e.agenda.Zone(ctx), e.agenda.Now(ctx)
	var choices []offline.Choice
	offer := func(label string, data map[string]any) error {
		text, err := json.Marshal(data)
		choices = append(choices, offline.Choice{Label: label, Data: text})
		return err
	}
	for _, slot := range free {
		data := map[string]any{"start_time": slot.StartTime, "end_time": slot.EndTime, "doctor_id": slot.DoctorID}
		if err := offer(slotText(slot, zone, now), data); err != nil {
			return nil, err
		}
	}
	if !mayOverbook(ctx) || wished.Overbooked || DateOf(wished.StartTime, zone).Before(DateOf(now, zone)) {
		return choices, nil
	}
	data := map[string]any{"start_time": wished.StartTime, "end_time": wished.EndTime, "doctor_id": wished.DoctorID, "overbooked": true}
	label := "Sobreturno " + slotText(Slot{StartTime: wished.StartTime, EndTime: wished.EndTime}, zone, now)
	return choices, offer(label, data)
}

func (e AppointmentSync) patientName(ctx context.Context, id uuid.UUID) (string, error) {
	names, err := e.agenda.patients.NamesByID(ctx, []uuid.UUID{id})
	if name := names[id]; name != "" || err != nil {
		return name, err
	}
	return "un paciente", nil
}
