//go:build !js

package agenda

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

type appointmentOut struct {
	Status int
	Body   Appointment
}

// pathID reads the id of an address; what is no id is an address that does not exist.
func pathID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

type createIn struct {
	Body struct {
		ID         uuid.UUID  `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía: la misma cita otra vez no se reserva dos veces"`
		PatientID  uuid.UUID  `json:"patient_id" format:"uuid"`
		DoctorID   uuid.UUID  `json:"doctor_id" format:"uuid"`
		ServiceID  uuid.UUID  `json:"service_id" format:"uuid"`
		SiteID     uuid.UUID  `json:"site_id,omitempty" format:"uuid" doc:"Sin ella, la del horario del profesional"`
		ResourceID *uuid.UUID `json:"resource_id,omitempty" format:"uuid" doc:"Sin él, uno libre si el servicio lo pide"`
		StartTime  time.Time  `json:"start_time"`
		EndTime    *time.Time `json:"end_time,omitempty" doc:"Sin él, lo que dura el servicio"`
		Overbooked bool       `json:"overbooked,omitempty" doc:"Sobreturno: junto a otra cita, con permiso"`
		Notes      string     `json:"notes,omitempty" maxLength:"2000"`
	}
}

func (a api) create(ctx context.Context, in *createIn) (*appointmentOut, error) {
	b := Booking{
		ID: in.Body.ID, PatientID: in.Body.PatientID, DoctorID: in.Body.DoctorID, ServiceID: in.Body.ServiceID, SiteID: in.Body.SiteID,
		ResourceID: in.Body.ResourceID, StartTime: in.Body.StartTime, Overbooked: in.Body.Overbooked, Notes: in.Body.Notes,
	}
	if in.Body.EndTime != nil {
		b.EndTime = *in.Body.EndTime
	}
	kept, created, err := a.agenda.Book(ctx, b)
	if err != nil {
		return nil, err
	}
	out := &appointmentOut{Status: http.StatusOK, Body: kept}
	if created {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (a api) get(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*appointmentOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	found, err := a.agenda.Appointment(ctx, id)
	return &appointmentOut{Status: http.StatusOK, Body: found}, err
}

type changeIn struct {
	ID   string `path:"id"`
	Body struct {
		Version    int64      `json:"version" minimum:"1" doc:"La que se vio"`
		StartTime  *time.Time `json:"start_time,omitempty"`
		EndTime    *time.Time `json:"end_time,omitempty" doc:"Sin él, la cita conserva su duración"`
		DoctorID   *uuid.UUID `json:"doctor_id,omitempty" format:"uuid"`
		SiteID     *uuid.UUID `json:"site_id,omitempty" format:"uuid"`
		ResourceID *uuid.UUID `json:"resource_id,omitempty" format:"uuid"`
		ServiceID  *uuid.UUID `json:"service_id,omitempty" format:"uuid"`
		Overbooked *bool      `json:"overbooked,omitempty"`
		Notes      *string    `json:"notes,omitempty" maxLength:"2000"`
	}
}

func (a api) change(ctx context.Context, in *changeIn) (*appointmentOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	saved, err := a.agenda.Edit(ctx, Revision{
		Move: Move{
			ID: id, Version: in.Body.Version, StartTime: orZero(in.Body.StartTime), EndTime: orZero(in.Body.EndTime),
			DoctorID: orZero(in.Body.DoctorID), SiteID: orZero(in.Body.SiteID), ResourceID: in.Body.ResourceID, Overbooked: in.Body.Overbooked,
		},
		ServiceID: orZero(in.Body.ServiceID), Notes: in.Body.Notes,
	})
	return &appointmentOut{Status: http.StatusOK, Body: saved.Appointment}, err
}

func orZero[T any](v *T) T {
	var zero T
	if v == nil {
		return zero
	}
	return *v
}

type transitionIn struct {
	ID   string `path:"id"`
	Body struct {
		To     Step   `json:"to" enum:"scheduled,confirmed,in_progress,completed,no_show,cancelled,arrived" doc:"arrived anota la llegada y nada más"`
		Reason string `json:"reason,omitempty" maxLength:"300" doc:"De una cancelación"`
	}
}

func (a api) transition(ctx context.Context, in *transitionIn) (*appointmentOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	saved, err := a.agenda.Transition(ctx, Act{ID: id, To: in.Body.To, Reason: in.Body.Reason})
	return &appointmentOut{Status: http.StatusOK, Body: saved.Appointment}, err
}

func (a api) undo(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*appointmentOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	saved, err := a.agenda.Undo(ctx, id)
	return &appointmentOut{Status: http.StatusOK, Body: saved.Appointment}, err
}
