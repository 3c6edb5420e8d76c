package agenda

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/views"
)

// Describer tells of an appointment's data where two versions of it are compared, or where it was refused.
func (s *Service) Describer() offline.Describer {
	return offline.Describer{Entity: "appointment", Icon: iconOf, Title: s.titleOf, Fields: s.describe, Correct: s.correct}
}

func iconOf(op offline.Operation) string {
	var f sentFields
	switch {
	case op.Action == offline.Create:
		return "calendar-plus"
	case json.Unmarshal(op.Data, &f) != nil:
		return "calendar-days"
	case f.ArrivedAt != nil:
		return "armchair"
	case f.Status != nil:
		return views.State(*f.Status).Icon()
	}
	return "calendar-clock"
}

// titleOf says what an operation did, and to whose appointment.
func (s *Service) titleOf(ctx context.Context, op offline.Operation) (string, error) {
	var after appointmentData
	if op.Action == offline.Update {
		current, err := s.Appointment(ctx, op.LocalID)
		if err != nil && !fault.IsNotFound(err) {
			return "", err
		}
		after.PatientID = current.PatientID
	}
	if !op.Legible(&after) {
		return "Cita", nil
	}
	names, err := s.patients.NamesByID(ctx, idList(after.PatientID))
	return titleOf(op, after) + cmp.Or(names[after.PatientID], "un paciente"), err
}

// sentFields are the fields of an appointment on the wire; what is nil is absent.
type sentFields struct {
	PatientID    *uuid.UUID `json:"patient_id"`
	DoctorID     *uuid.UUID `json:"doctor_id"`
	ServiceID    *uuid.UUID `json:"service_id"`
	SiteID       *uuid.UUID `json:"site_id"`
	ResourceID   *uuid.UUID `json:"resource_id"`
	StartTime    *time.Time `json:"start_time"`
	EndTime      *time.Time `json:"end_time"`
	Status       *Status    `json:"status"`
	ArrivedAt    *time.Time `json:"arrived_at"`
	CancelReason *string    `json:"cancel_reason"`
	Overbooked   *bool      `json:"overbooked"`
	Notes        *string    `json:"notes"`
}

func (s *Service) describe(ctx context.Context, data json.RawMessage) ([]offline.Field, error) {
	var f sentFields
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read an appointment's data: %w", err)
	}
	w, err := s.namesIn(ctx, f)
	if err != nil {
		return nil, err
	}
	zone, now := s.Zone(ctx), s.Now(ctx)
	var list []offline.Field
	add := func(there bool, label string, value func() string, names ...string) {
		if there {
			list = append(list, offline.Field{Group: "appointment", Label: label, Value: value(), Names: names})
		}
	}
	add(f.PatientID != nil, "Paciente", func() string { return w.patients[*f.PatientID] }, "patient_id")
	add(f.StartTime != nil, "Hora", func() string { return hoursWritten(f, zone, now) }, "start_time", "end_time")
	add(f.DoctorID != nil, "Profesional", func() string { return w.members[*f.DoctorID].DisplayName() }, "doctor_id")
	add(f.ServiceID != nil, "Servicio", func() string { return w.services[*f.ServiceID].Name }, "service_id")
	add(f.SiteID != nil, "Sede", func() string { return w.sites[*f.SiteID].Name }, "site_id")
	add(f.ResourceID != nil, "Consultorio", func() string { return w.resources[*f.ResourceID].Name }, "resource_id")
	add(f.Status != nil, "Estado", func() string { return f.Status.Label() }, "status")
	add(f.ArrivedAt != nil, "Llegó", func() string { return views.Clock(f.ArrivedAt.In(zone)) }, "arrived_at")
	add(f.CancelReason != nil && *f.CancelReason != "", "Motivo", func() string { return *f.CancelReason }, "cancel_reason")
	add(f.Overbooked != nil && *f.Overbooked, "Sobreturno", func() string { return "Sí" }, "overbooked")
	add(f.Notes != nil, "Nota", func() string { return *f.Notes }, "notes")
	return list, nil
}

// hoursWritten is "mar 24 nov 10:00 a 10:30", "hoy 10:00 a 10:30".
func hoursWritten(f sentFields, zone *time.Location, now time.Time) string {
	text := views.ShortDayTime(f.StartTime.In(zone), now)
	if DateOf(*f.StartTime, zone) == DateOf(now, zone) {
		text = "hoy " + views.Clock(f.StartTime.In(zone))
	}
	if f.EndTime != nil {
		text += " a " + views.Clock(f.EndTime.In(zone))
	}
	return text
}

// namesIn reads the names of what the data point to.
func (s *Service) namesIn(ctx context.Context, f sentFields) (words, error) {
	a := Appointment{ResourceID: f.ResourceID}
	if f.PatientID != nil {
		a.PatientID = *f.PatientID
	}
	if f.ServiceID != nil {
		a.ServiceID = *f.ServiceID
	}
	w := newWords()
	var err error
	if w.patients, err = s.patients.NamesByID(ctx, idList(a.PatientID)); err != nil {
		return w, err
	}
	if w.services, err = s.catalog.ServicesByID(ctx, idList(a.ServiceID)); err != nil {
		return w, err
	}
	return w, s.readPlaces(ctx, &w, []Appointment{a})
}

func idList(id uuid.UUID) []uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return []uuid.UUID{id}
}

// correct leads to the appointment, or to the booking form with what is known; ids and hours alone stand in the address.
func (s *Service) correct(op offline.Operation) offline.Correction {
	if op.Action != offline.Create {
		return offline.Correction{Address: appointmentPath(op.LocalID)}
	}
	var f sentFields
	q := url.Values{}
	if json.Unmarshal(op.Data, &f) == nil {
		set := func(name string, id *uuid.UUID) {
			if id != nil {
				q.Set(name, id.String())
			}
		}
		set("paciente", f.PatientID)
		set("servicio", f.ServiceID)
		set("prof", f.DoctorID)
	}
	return offline.Correction{Address: joined("/citas/nueva", q), Needs: accounts.AgendaBook}
}
