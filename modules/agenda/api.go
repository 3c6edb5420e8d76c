//go:build !js

package agenda

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// API adds what programs may ask of the agenda.
func API(a *web.API, s *Service) {
	api := api{s}
	tags := []string{"Agenda"}
	const one = "/api/v1/appointments/{id}"
	web.Operation(a, huma.Operation{
		OperationID: "list-appointments", Method: http.MethodGet, Path: "/api/v1/appointments", Tags: tags,
		Summary: "Citas entre dos días, por hora",
	}, api.list, web.Needs(accounts.AgendaRead))
	web.Operation(a, huma.Operation{
		OperationID: "create-appointment", Method: http.MethodPost, Path: "/api/v1/appointments", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Reservar una cita; la misma otra vez responde 200 con la que existe",
	}, api.create, web.Needs(accounts.AgendaBook))
	web.Operation(a, huma.Operation{
		OperationID: "get-appointment", Method: http.MethodGet, Path: one, Tags: tags, Summary: "Una cita",
	}, api.get, web.Needs(accounts.AgendaRead))
	web.Operation(a, huma.Operation{
		OperationID: "change-appointment", Method: http.MethodPatch, Path: one, Tags: tags,
		Summary: "Mover una cita o corregir servicio y nota; lo que no se envía queda como está",
	}, api.change, web.Needs(accounts.AgendaBook))
	web.Operation(a, huma.Operation{
		OperationID: "transition-appointment", Method: http.MethodPost, Path: one + "/transitions", Tags: tags,
		Summary: "Cambiar el estado de una cita; un estado que ya se cumple también responde 200",
	}, api.transition, web.Needs(accounts.AgendaRead))
	web.Operation(a, huma.Operation{
		OperationID: "undo-transition", Method: http.MethodDelete, Path: one + "/transitions", Tags: tags,
		Summary: "Deshacer la última llegada, inasistencia o cancelación, el mismo día",
	}, api.undo, web.Needs(accounts.AgendaBook))
	web.Operation(a, huma.Operation{
		OperationID: "list-availability", Method: http.MethodGet, Path: "/api/v1/availability", Tags: tags,
		Summary: "Horas libres para un servicio, por hora",
	}, api.availability, web.Needs(accounts.AgendaRead))
}

type api struct{ agenda *Service }

// page is one part of a list; Next is empty at its end.
type apiPage[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next" doc:"Cursor de lo que sigue; vacío al final"`
	}
}

// Between are two days of the clinic's zone, both included; exported, as huma fills no other embedded struct.
type Between struct {
	From string `query:"from" required:"true" format:"date" doc:"Primer día, en la zona de la clínica"`
	To   string `query:"to" required:"true" format:"date" doc:"Último día, incluido"`
}

func (b Between) dates() (from, to Date, err error) {
	problems := fault.Problems{}
	from, ok := ParseDate(b.From)
	if !ok {
		problems.Add("from", "Se espera una fecha como 2026-11-24.")
	}
	to, ok = ParseDate(b.To)
	if !ok {
		problems.Add("to", "Se espera una fecha como 2026-11-24.")
	}
	return from, to, problems.Err()
}

type listIn struct {
	Between
	DoctorID string `query:"doctor_id" doc:"Solo las de este profesional"`
	SiteID   string `query:"site_id" doc:"Solo las de esta sede"`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor   string `query:"cursor" doc:"El next de la respuesta anterior"`
}

func (a api) list(ctx context.Context, in *listIn) (*apiPage[Appointment], error) {
	q := Query{Limit: in.Limit}
	var err error
	if q.From, q.To, err = in.dates(); err != nil {
		return nil, err
	}
	doctor, err := optionalID("doctor_id", in.DoctorID)
	if err != nil {
		return nil, err
	}
	if doctor != uuid.Nil {
		q.Doctors = []uuid.UUID{doctor}
	}
	if q.Site, err = optionalID("site_id", in.SiteID); err != nil {
		return nil, err
	}
	if q.After, q.AfterID, err = readCursor(in.Cursor); err != nil {
		return nil, err
	}
	list, more, err := a.agenda.List(ctx, q)
	if err != nil {
		return nil, err
	}
	p := &apiPage[Appointment]{}
	p.Body.Items = append([]Appointment{}, list...)
	if more {
		last := list[len(list)-1]
		p.Body.Next = cursorAt(last.StartTime, last.ID)
	}
	return p, nil
}

type slotsIn struct {
	Between
	ServiceID string `query:"service_id" required:"true"`
	DoctorID  string `query:"doctor_id" doc:"Vacío: cualquiera que ofrezca el servicio"`
	Limit     int    `query:"limit" minimum:"1" maximum:"100" default:"100"`
	Cursor    string `query:"cursor" doc:"El next de la respuesta anterior"`
}

func (a api) availability(ctx context.Context, in *slotsIn) (*apiPage[Slot], error) {
	var q Search
	var err error
	if q.From, q.To, err = in.dates(); err != nil {
		return nil, err
	}
	if q.ServiceID, err = optionalID("service_id", in.ServiceID); err != nil {
		return nil, err
	}
	if q.DoctorID, err = optionalID("doctor_id", in.DoctorID); err != nil {
		return nil, err
	}
	after, afterID, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	slots, err := a.agenda.FreeSlots(ctx, q)
	if err != nil {
		return nil, err
	}
	p := &apiPage[Slot]{}
	p.Body.Items = []Slot{}
	for _, slot := range slots {
		if slot.StartTime.Before(after) || slot.StartTime.Equal(after) && strings.Compare(slot.DoctorID.String(), afterID.String()) <= 0 {
			continue
		}
		if len(p.Body.Items) == in.Limit {
			last := p.Body.Items[in.Limit-1]
			p.Body.Next = cursorAt(last.StartTime, last.DoctorID)
			break
		}
		p.Body.Items = append(p.Body.Items, slot)
	}
	return p, nil
}

func optionalID(field, text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.InvalidField(field, "Se espera un identificador UUID.")
	}
	return id, nil
}

// cursorAt is the place after a row of a list by time: opaque to programs.
func cursorAt(t time.Time, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(t.UTC().Format(time.RFC3339Nano) + " " + id.String()))
}

func readCursor(text string) (time.Time, uuid.UUID, error) {
	if text == "" {
		return time.Time{}, uuid.Nil, nil
	}
	refused := fault.InvalidField("cursor", "El cursor no es de esta lista.")
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return time.Time{}, uuid.Nil, refused
	}
	moment, idText, _ := strings.Cut(string(plain), " ")
	t, err := time.Parse(time.RFC3339Nano, moment)
	if err != nil {
		return time.Time{}, uuid.Nil, refused
	}
	id, err := uuid.Parse(idText)
	if err != nil {
		return time.Time{}, uuid.Nil, refused
	}
	return t, id, nil
}
