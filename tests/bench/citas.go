//go:build !js

package main

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
)

func appointmentRows() rows {
	return rows{table: "appointments", columns: []string{"clinic_id", "id", "patient_id", "doctor_id", "service_id", "site_id", "resource_id",
		"start_time", "end_time", "status", "arrived_at", "cancel_reason", "booked_by", "booked_as", "field_clock", "version", "created_at", "updated_at"}}
}

func eventRows() rows {
	return rows{table: "appointment_events", columns: []string{"clinic_id", "id", "appointment_id", "at", "by_id", "what", "from_status", "to_status"}}
}

// appointments are three years of the clinic's days, in the order in which they were booked.
func (c *clinic) appointments() (citas, events rows, err error) {
	citas, events = appointmentRows(), eventRows()
	r := c.dice("appointments")
	today := moment.Format(time.DateOnly)
	var list []agenda.Appointment
	for _, day := range days() {
		for _, doctor := range c.doctors() {
			whole := c.full && day.Format(time.DateOnly) == today && doctor.site == c.sites[0]
			for n := range slotsADay {
				if whole || r.Float64() < c.fill {
					list = append(list, c.appointment(r, doctor, slot(day, n)))
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b agenda.Appointment) int { return cmp.Compare(a.CreatedAt.UnixNano(), b.CreatedAt.UnixNano()) })
	for _, a := range list {
		clock, err := json.Marshal(a.FieldClock)
		if err != nil {
			return citas, events, err
		}
		citas.values = append(citas.values, []any{c.id, a.ID, a.PatientID, a.DoctorID, a.ServiceID, a.SiteID, a.ResourceID, a.StartTime, a.EndTime,
			string(a.Status), a.ArrivedAt, a.CancelReason, a.BookedBy, a.BookedAs, clock, a.Version, a.CreatedAt, a.UpdatedAt})
		events.values = append(events.values, []any{c.id, idAt(a.CreatedAt, r.Uint64(), r.Uint64()), a.ID, a.CreatedAt, a.BookedBy,
			string(agenda.Booked), "", string(agenda.Scheduled)})
		if a.Version > 1 {
			events.values = append(events.values, []any{c.id, idAt(a.UpdatedAt, r.Uint64(), r.Uint64()), a.ID, a.UpdatedAt, a.BookedBy,
				string(agenda.Changed), string(agenda.Scheduled), string(a.Status)})
		}
	}
	return citas, events, nil
}

func (c *clinic) appointment(r *rand.Rand, doctor person, start time.Time) agenda.Appointment {
	desk := c.staff[len(c.staff)-2].member
	booked := start.AddDate(0, 0, -1-r.IntN(30)).UTC()
	if latest := moment.AddDate(0, 0, -1); booked.After(latest) {
		booked = latest.Add(-time.Duration(r.IntN(1_000_000)) * time.Second).UTC()
	}
	a := agenda.Appointment{
		ID: idAt(booked, r.Uint64(), r.Uint64()), Version: 1, PatientID: c.patientID(r.IntN(c.patients)), DoctorID: doctor.member,
		ServiceID: c.services[r.IntN(len(c.services))], SiteID: doctor.site, ResourceID: &doctor.room, StartTime: start.UTC(), EndTime: start.Add(halfHour).UTC(),
		BookedBy: &desk, BookedAs: uuid.NewString(), FieldClock: agenda.Clock{}, CreatedAt: booked, UpdatedAt: booked,
	}
	a.Status = statusAt(r, start)
	if a.Status == agenda.Completed || a.Status == agenda.InProgress {
		arrived := a.StartTime.Add(-10 * time.Minute)
		a.ArrivedAt = &arrived
	}
	if a.Status == agenda.Cancelled {
		a.CancelReason = "Lo pidió el paciente"
	}
	if a.Status != agenda.Scheduled {
		a.Version, a.UpdatedAt = 2, a.EndTime
	}
	return a
}

// statusAt is how such a half hour usually stands at the measured moment.
func statusAt(r *rand.Rand, start time.Time) agenda.Status {
	chance := r.Float64()
	switch {
	case start.Before(moment) && moment.Before(start.Add(halfHour)):
		return agenda.InProgress
	case start.Before(moment) && chance < 0.85:
		return agenda.Completed
	case start.Before(moment) && chance < 0.93:
		return agenda.NoShow
	case start.Before(moment):
		return agenda.Cancelled
	case chance < 0.6:
		return agenda.Scheduled
	case chance < 0.96:
		return agenda.Confirmed
	}
	return agenda.Cancelled
}
