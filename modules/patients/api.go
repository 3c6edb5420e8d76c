//go:build !js

package patients

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// API adds the register to the JSON API.
func API(a *web.API, service *Service) {
	h := api{service}
	operation := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"Pacientes"}}
	}
	web.Operation(a, operation("list-patients", http.MethodGet, "/api/v1/patients", "Listar pacientes o buscarlos por nombre"),
		h.list, web.Needs(accounts.PatientsRead))
	web.Operation(a, operation("search-patients", http.MethodPost, "/api/v1/patients/search", "Buscar por nombre, documento, celular o historia"),
		h.search, web.Needs(accounts.PatientsRead))
	web.Operation(a, operation("get-patient", http.MethodGet, "/api/v1/patients/{id}", "Un paciente"),
		h.get, web.Needs(accounts.PatientsRead))
	create := operation("create-patient", http.MethodPost, "/api/v1/patients", "Registrar un paciente")
	create.DefaultStatus = http.StatusCreated
	web.Operation(a, create, h.create, web.Needs(accounts.PatientsWrite))
	// Which fields somebody may change is decided field by field: whoever charges may correct what a receipt needs.
	web.Operation(a, operation("update-patient", http.MethodPatch, "/api/v1/patients/{id}", "Corregir un paciente"),
		h.update, web.Needs(accounts.PatientsRead))
	h.clinicalOperations(a)
}

type api struct{ service *Service }

// patientJSON is a patient in an answer. Clinical members are absent for whoever may not see them.
type patientJSON struct {
	ID           uuid.UUID `json:"id" format:"uuid"`
	Version      int64     `json:"version"`
	RecordNumber string    `json:"record_number"`
	Fields
	ClinicalFields
	Warnings []string `json:"warnings,omitempty" doc:"Avisos que conviene revisar; no impiden el registro"`
}

// ClinicalFields is the clinical part of a patient on the wire, read and written by doctors and assistants of the
// patient alone.
type ClinicalFields struct {
	BloodType  *string            `json:"blood_type,omitempty" doc:"O+, O-, A+, A-, B+, B-, AB+ o AB-"`
	Allergies  *[]AllergyFields   `json:"allergies,omitempty" nullable:"false" doc:"Al escribir: sin id se añade; con id y retire_reason se retira; lo no nombrado queda"`
	Conditions *[]ConditionFields `json:"chronic_conditions,omitempty" nullable:"false" doc:"Como allergies"`
}

// AllergyFields is an allergy on the wire.
type AllergyFields struct {
	ID           *uuid.UUID  `json:"id,omitempty" format:"uuid"`
	Kind         AllergyKind `json:"kind,omitempty" doc:"medicine, food, environment, other; none_known: se preguntó y no refiere ninguna"`
	Substance    string      `json:"substance,omitempty"`
	Code         string      `json:"code,omitempty" doc:"ATC de la clase o del principio activo"`
	Reaction     string      `json:"reaction,omitempty"`
	Severity     Severity    `json:"severity,omitempty" doc:"mild, moderate o severe"`
	RetireReason string      `json:"retire_reason,omitempty"`
}

// ConditionFields is a chronic illness on the wire.
type ConditionFields struct {
	ID           *uuid.UUID `json:"id,omitempty" format:"uuid"`
	Name         string     `json:"name,omitempty"`
	Code         string     `json:"code,omitempty" doc:"CIE-10"`
	Since        string     `json:"since,omitempty"`
	RetireReason string     `json:"retire_reason,omitempty"`
}

func (c ClinicalFields) any() bool {
	return c.BloodType != nil || c.Allergies != nil || c.Conditions != nil
}

type patientsOut struct {
	Body struct {
		Items []patientJSON `json:"items" nullable:"false"`
		Next  string        `json:"next" doc:"Cursor de la página siguiente; vacío al final"`
	}
}

type patientOut struct {
	Status int
	Body   patientJSON
}

type listIn struct {
	Q      string `query:"q" maxLength:"100" doc:"Piezas del nombre; documentos y celulares se buscan con POST /patients/search"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"100"`
	Cursor string `query:"cursor" maxLength:"100"`
}

func (h api) list(ctx context.Context, in *listIn) (*patientsOut, error) {
	if in.Q != "" {
		found, err := h.service.SearchNames(ctx, in.Q, in.Limit)
		if err != nil {
			return nil, err
		}
		return many(found, ""), nil
	}
	from, err := h.cursor(ctx, in.Cursor)
	if err != nil {
		return nil, err
	}
	people, more, err := h.service.Page(ctx, from, in.Limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if more {
		last := people[len(people)-1].ID
		next = base64.RawURLEncoding.EncodeToString(last[:])
	}
	return many(people, next), nil
}

// cursor is the place behind a patient, named by id alone: a name would stand in an address.
func (h api) cursor(ctx context.Context, text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	id, idErr := uuid.FromBytes(raw)
	if err != nil || idErr != nil {
		return Cursor{}, fault.InvalidField("cursor", "El cursor no es de esta lista.")
	}
	last, err := h.service.Patient(ctx, id)
	if fault.IsNotFound(err) {
		return Cursor{}, fault.InvalidField("cursor", "El cursor no es de esta lista.")
	}
	return CursorAfter(last, false), err
}

// many writes a list. It holds demographics alone: what is clinical is asked for one patient at a time.
func many(people []Patient, next string) *patientsOut {
	out := &patientsOut{}
	out.Body.Items, out.Body.Next = make([]patientJSON, 0, len(people)), next
	for _, p := range people {
		out.Body.Items = append(out.Body.Items, demographicsJSON(p))
	}
	return out
}

type searchIn struct {
	Body struct {
		Q     string `json:"q" maxLength:"100" doc:"Nombre, documento, celular o historia"`
		Limit int    `json:"limit,omitempty" default:"12" minimum:"1" maximum:"100"`
	}
}

func (h api) search(ctx context.Context, in *searchIn) (*patientsOut, error) {
	found, err := h.service.Search(ctx, in.Body.Q, in.Body.Limit)
	if err != nil {
		return nil, err
	}
	return many(found.Patients, ""), nil
}

type patientIn struct {
	ID string `path:"id" doc:"Identificador"`
}

func (h api) get(ctx context.Context, in *patientIn) (*patientOut, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.ErrNotFound
	}
	p, err := h.service.Active(ctx, id)
	if err != nil {
		return nil, err
	}
	body, err := h.json(ctx, p)
	return &patientOut{Status: http.StatusOK, Body: body}, err
}

type createIn struct {
	Body struct {
		ID *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por el cliente, para repetir sin duplicar"`
		Fields
		ClinicalFields
	}
}

func (h api) create(ctx context.Context, in *createIn) (*patientOut, error) {
	r := Registration{ID: uuid.Must(uuid.NewV7()), Sure: true} // a program is told of doubts, not asked
	if in.Body.ID != nil {
		r.ID = *in.Body.ID
	}
	if r.ID.Version() != 7 {
		return nil, fault.InvalidField("id", "El identificador es un UUID de versión 7.")
	}
	var err error
	if r.Demographics, err = in.Body.Over(Demographics{}, h.service.today(ctx)); err != nil {
		return nil, err
	}
	p, created, err := h.service.Register(ctx, r)
	if err != nil {
		return nil, err
	}
	if created {
		if err := h.writeClinical(ctx, p.ID, in.Body.ClinicalFields); err != nil {
			return nil, err
		}
	}
	out := &patientOut{Status: http.StatusOK}
	if created {
		out.Status = http.StatusCreated
	}
	if out.Body, err = h.json(ctx, p); err != nil {
		return nil, err
	}
	out.Body.Warnings, err = h.service.Warnings(ctx, p)
	return out, err
}

type updateIn struct {
	ID   string `path:"id" doc:"Identificador"`
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"La versión que se leyó; con una anterior se une por grupos de datos, o 409 si cambió lo mismo"`
		Fields
		ClinicalFields
	}
}

func (h api) update(ctx context.Context, in *updateIn) (*patientOut, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.ErrNotFound
	}
	p, err := h.service.Active(ctx, id)
	if err != nil {
		return nil, err
	}
	edit := Edit{ID: p.ID, Seen: in.Body.Version, Groups: in.Body.Groups()}
	if edit.Demographics, err = in.Body.Over(p.Demographics, h.service.today(ctx)); err != nil {
		return nil, err
	}
	if err := h.writeClinical(ctx, p.ID, in.Body.ClinicalFields); err != nil {
		return nil, err
	}
	edited, err := h.service.Edit(ctx, edit)
	if err != nil {
		return nil, err
	}
	body, err := h.json(ctx, edited.Patient)
	return &patientOut{Status: http.StatusOK, Body: body}, err
}

// writeClinical adds and retires items and sets the blood type; refused for whoever does not attend the patient.
func (h api) writeClinical(ctx context.Context, patient uuid.UUID, c ClinicalFields) error {
	if !c.any() {
		return nil
	}
	known, err := h.service.Clinical(ctx, patient)
	if err != nil {
		return err
	}
	if c.BloodType != nil && *c.BloodType != known.BloodType {
		if err := h.service.SetBloodType(ctx, patient, *c.BloodType, known.BloodTypeVersion); err != nil {
			return err
		}
	}
	return h.writeItems(ctx, patient, known, c)
}

func (h api) writeItems(ctx context.Context, patient uuid.UUID, known Clinical, c ClinicalFields) error {
	there := map[uuid.UUID]bool{}
	for _, a := range known.Allergies {
		there[a.ID] = true
	}
	for _, x := range known.Conditions {
		there[x.ID] = true
	}
	for _, a := range orEmpty(c.Allergies) {
		err := h.writeItem(ctx, patient, AllergyItem, a.ID, a.RetireReason, there, func(id uuid.UUID) error {
			return h.service.AddAllergy(ctx, patient, Allergy{ID: id, Kind: a.Kind, Substance: a.Substance, Code: a.Code, Reaction: a.Reaction, Severity: a.Severity})
		})
		if err != nil {
			return err
		}
	}
	for _, x := range orEmpty(c.Conditions) {
		err := h.writeItem(ctx, patient, ConditionItem, x.ID, x.RetireReason, there, func(id uuid.UUID) error {
			return h.service.AddCondition(ctx, patient, Condition{ID: id, Name: x.Name, Code: x.Code, Since: x.Since})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// writeItem retires an item, adds an unknown one, and leaves a known one as it is.
func (h api) writeItem(ctx context.Context, patient uuid.UUID, kind ItemKind, id *uuid.UUID, reason string, there map[uuid.UUID]bool, add func(uuid.UUID) error) error {
	switch {
	case reason != "" && id != nil:
		return h.service.Retire(ctx, patient, kind, *id, reason)
	case id == nil:
		return add(uuid.Must(uuid.NewV7()))
	case !there[*id]:
		return add(*id)
	}
	return nil
}

func orEmpty[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

func demographicsJSON(p Patient) patientJSON {
	return patientJSON{ID: p.ID, Version: p.Version, RecordNumber: p.RecordNumber, Fields: FieldsOf(p.Demographics)}
}

// json writes a patient for whoever asks.
func (h api) json(ctx context.Context, p Patient) (patientJSON, error) {
	out := demographicsJSON(p)
	clinical, err := h.service.Clinical(ctx, p.ID)
	if fault.KindOf(err) == fault.Forbidden {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.ClinicalFields = clinicalFieldsOf(clinical.InForce())
	return out, nil
}

func clinicalFieldsOf(c Clinical) ClinicalFields {
	allergies, conditions := []AllergyFields{}, []ConditionFields{}
	for _, a := range c.Allergies {
		allergies = append(allergies, AllergyFields{ID: &a.ID, Kind: a.Kind, Substance: a.Substance, Code: a.Code, Reaction: a.Reaction, Severity: a.Severity})
	}
	for _, x := range c.Conditions {
		conditions = append(conditions, ConditionFields{ID: &x.ID, Name: x.Name, Code: x.Code, Since: x.Since})
	}
	return ClinicalFields{BloodType: &c.BloodType, Allergies: &allergies, Conditions: &conditions}
}
