//go:build !js

package hce

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// API adds the clinical record to the JSON API: what the pages let somebody read and write, by the same rules.
func API(a *web.API, s *Service, verifier *Verifier, lists ProgramStore) {
	h := api{s, verifier, lists}
	operation := func(id, method, path, summary string) huma.Operation {
		op := huma.Operation{OperationID: id, Method: method, Path: "/api/v1/" + path, Summary: summary, Tags: []string{"Historia clínica"}}
		return op
	}
	made := func(op huma.Operation) huma.Operation {
		op.DefaultStatus = http.StatusCreated
		return op
	}
	read, write := web.Needs(accounts.HCERead), web.Needs(accounts.HCEWrite)
	web.Operation(a, operation("list-encounters", http.MethodGet, "encounters", "Atenciones de un paciente, la última primero"), h.encounters, read)
	web.Operation(a, operation("get-encounter", http.MethodGet, "encounters/{id}", "Una atención"), h.encounter, read)
	web.Operation(a, made(operation("begin-encounter", http.MethodPost, "encounters",
		"Empezar una atención, de una cita propia o de un paciente propio sin cita; la que ya está abierta responde 200")), h.attend, write)
	web.Operation(a, operation("list-records", http.MethodGet, "records",
		"Documentos de la historia de un paciente, el último primero; la lectura queda anotada"), h.records, read)
	web.Operation(a, operation("get-record", http.MethodGet, "records/{id}", "Un documento de la historia; la lectura queda anotada"), h.record, read)
	web.Operation(a, made(operation("write-record", http.MethodPost, "records",
		"Escribir la nota de una atención propia y cerrarla; queda sin firma. La misma otra vez responde 200")), h.write, write)
	web.Operation(a, operation("sign-record", http.MethodPost, "records/{id}/sign", "Firmar un documento propio"), h.sign, write)
	web.Operation(a, made(operation("amend-record", http.MethodPost, "records/{id}/addenda",
		"Añadir una adenda firmada a un documento propio; la misma otra vez responde 200")), h.amend, write)
	web.Operation(a, operation("verify-record", http.MethodGet, "records/{id}/verification", "Comprobar las firmas de un documento"), h.verify, read)
	web.Operation(a, operation("list-observations", http.MethodGet, "observations",
		"Funciones vitales y resultados de un paciente, el último primero; la lectura queda anotada"), h.observations, read)
	web.Operation(a, made(operation("add-observation", http.MethodPost, "observations",
		"Añadir una función vital o un resultado de un paciente propio; el mismo otra vez responde 200")), h.measure, write)
	web.Operation(a, operation("list-prescriptions", http.MethodGet, "prescriptions",
		"Recetas de un paciente con sus medicamentos, la última primero; la lectura queda anotada"), h.prescriptions, read)
}

type api struct {
	service  *Service
	verifier *Verifier
	lists    ProgramStore
}

// apiPage is one part of a list; Next is empty at its end.
type apiPage[T any] struct {
	Body struct {
		Items []T    `json:"items" nullable:"false"`
		Next  string `json:"next" doc:"Cursor de lo que sigue; vacío al final"`
	}
}

// OfPatient names whose list is asked for, and which part; exported, as huma fills no other embedded struct.
type OfPatient struct {
	PatientID string `query:"patient_id" required:"true" doc:"Paciente"`
	Limit     int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor    string `query:"cursor" maxLength:"120" doc:"El next de la respuesta anterior"`
}

func (q OfPatient) read() (patient uuid.UUID, before time.Time, beforeID uuid.UUID, err error) {
	if patient, err = uuid.Parse(q.PatientID); err != nil {
		return patient, before, beforeID, fault.InvalidField("patient_id", "Se espera un identificador UUID.")
	}
	before, beforeID, err = readCursor(q.Cursor)
	return patient, before, beforeID, err
}

// statusOf is 201 for what is new and 200 for what was there.
func statusOf(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusOK
}

// cursorAt is the place behind a row of a list by time: opaque to programs.
func cursorAt(t time.Time, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(t.UTC().Format(time.RFC3339Nano) + " " + id.String()))
}

func readCursor(text string) (time.Time, uuid.UUID, error) {
	if text == "" {
		return time.Time{}, uuid.Nil, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	moment, idText, _ := strings.Cut(string(plain), " ")
	at, timeErr := time.Parse(time.RFC3339Nano, moment)
	id, idErr := uuid.Parse(idText)
	if errors.Join(err, timeErr, idErr) != nil {
		return time.Time{}, uuid.Nil, fault.InvalidField("cursor", "El cursor no es de esta lista.")
	}
	return at, id, nil
}

// inMembers calls the fields of a note's form by the members of the API's bodies.
func inMembers(err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		return err
	}
	named := *f
	named.Fields = fault.Problems{}
	for field, words := range f.Fields {
		named.Fields.Add(memberOf(field), words)
	}
	return &named
}

func memberOf(field string) string {
	switch field {
	case "diagnosticos":
		return "diagnoses"
	case "texto":
		return "text"
	}
	if strings.HasPrefix(field, form.ActionName("")) {
		return "content._actions"
	}
	if key, ok := strings.CutPrefix(field, "f."); ok {
		return "content." + key
	}
	return field
}

// encounterJSON is an attention in an answer.
type encounterJSON struct {
	ID            uuid.UUID  `json:"id" format:"uuid"`
	Version       int64      `json:"version"`
	PatientID     uuid.UUID  `json:"patient_id" format:"uuid"`
	DoctorID      uuid.UUID  `json:"doctor_id" format:"uuid" doc:"Pertenencia de quien atiende"`
	SiteID        uuid.UUID  `json:"site_id" format:"uuid"`
	AppointmentID *uuid.UUID `json:"appointment_id" format:"uuid" doc:"null sin cita"`
	Specialty     string     `json:"specialty"`
	TriagedAt     *time.Time `json:"triaged_at"`
	StartedAt     *time.Time `json:"started_at"`
	EndedAt       *time.Time `json:"ended_at" doc:"null mientras sigue abierta"`
}

func encounterAsJSON(e Encounter) encounterJSON {
	return encounterJSON{
		ID: e.ID, Version: e.Version, PatientID: e.PatientID, DoctorID: e.DoctorID, SiteID: e.SiteID, AppointmentID: e.AppointmentID,
		Specialty: e.Specialty, TriagedAt: e.TriagedAt, StartedAt: e.StartedAt, EndedAt: e.EndedAt,
	}
}

type encountersIn struct{ OfPatient }

func (h api) encounters(ctx context.Context, in *encountersIn) (*apiPage[encounterJSON], error) {
	patient, before, beforeID, err := in.read()
	if err != nil {
		return nil, err
	}
	look, err := h.service.seen(ctx, patient, "atenciones")
	if err != nil {
		return nil, err
	}
	list, err := h.lists.EncountersOf(ctx, look.Family, before, beforeID, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := &apiPage[encounterJSON]{}
	p.Body.Items = []encounterJSON{}
	for i, e := range list {
		if i == in.Limit {
			p.Body.Next = cursorAt(list[i-1].CreatedAt, list[i-1].ID)
			break
		}
		p.Body.Items = append(p.Body.Items, encounterAsJSON(e))
	}
	return p, nil
}

type oneIn struct {
	ID string `path:"id" doc:"Identificador"`
}

type encounterOut struct {
	Status int
	Body   encounterJSON
}

func (h api) encounter(ctx context.Context, in *oneIn) (*encounterOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	e, err := h.service.store.Encounter(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, err := h.service.seen(ctx, e.PatientID, "atención"); err != nil {
		return nil, err
	}
	return &encounterOut{Status: http.StatusOK, Body: encounterAsJSON(e)}, nil
}

type attendIn struct {
	Body struct {
		ID            *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía, para repetir sin duplicar"`
		AppointmentID *uuid.UUID `json:"appointment_id,omitempty" format:"uuid" doc:"Cita propia; pasa a en atención"`
		PatientID     *uuid.UUID `json:"patient_id,omitempty" format:"uuid" doc:"En lugar de la cita, para quien vino sin una"`
	}
}

func (h api) attend(ctx context.Context, in *attendIn) (*encounterOut, error) {
	id, err := web.OwnID(in.Body.ID)
	if err != nil {
		return nil, err
	}
	if (in.Body.AppointmentID == nil) == (in.Body.PatientID == nil) {
		return nil, fault.InvalidField("appointment_id", "Envíe appointment_id o patient_id: uno de los dos.")
	}
	_, err = h.service.store.Encounter(ctx, id)
	known := err == nil
	if err != nil && !fault.IsNotFound(err) {
		return nil, err
	}
	e, err := h.service.Attend(ctx, id, idOrNil(in.Body.AppointmentID), idOrNil(in.Body.PatientID))
	if err != nil {
		return nil, err
	}
	return &encounterOut{Status: statusOf(!known && e.ID == id), Body: encounterAsJSON(e)}, nil
}

func idOrNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
