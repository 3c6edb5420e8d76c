//go:build !js

package patients

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// clinicalOperations adds allergies and conditions as lists of their own; whoever attends the patient reads and writes
// them.
func (h api) clinicalOperations(a *web.API) {
	operation := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1/" + path, Summary: summary, Tags: []string{"Historia clínica"}}
	}
	made := func(op huma.Operation) huma.Operation {
		op.DefaultStatus = http.StatusCreated
		return op
	}
	clinical := web.Needs(accounts.PatientsClinical)
	web.Operation(a, operation("list-allergies", http.MethodGet, "allergies", "Alergias de un paciente, también las retiradas"), h.allergies, clinical)
	web.Operation(a, made(operation("add-allergy", http.MethodPost, "allergies",
		"Anotar una alergia, o que no se conoce ninguna; la misma otra vez responde 200")), h.addAllergy, clinical)
	web.Operation(a, operation("retire-allergy", http.MethodPost, "allergies/{id}/retire", "Retirar una alergia con su motivo"), h.retireAllergy, clinical)
	web.Operation(a, operation("list-conditions", http.MethodGet, "conditions", "Enfermedades crónicas de un paciente, también las retiradas"), h.conditions, clinical)
	web.Operation(a, made(operation("add-condition", http.MethodPost, "conditions",
		"Anotar una enfermedad crónica; la misma otra vez responde 200")), h.addCondition, clinical)
	web.Operation(a, operation("retire-condition", http.MethodPost, "conditions/{id}/retire", "Retirar una enfermedad crónica con su motivo"), h.retireCondition, clinical)
}

// NotedJSON is when and by whom an item was noted and retired; exported, as huma describes no other embedded struct.
type NotedJSON struct {
	NotedAt      time.Time  `json:"noted_at"`
	NotedBy      uuid.UUID  `json:"noted_by" format:"uuid" doc:"Usuario"`
	RetiredAt    *time.Time `json:"retired_at" doc:"null mientras está vigente"`
	RetireReason string     `json:"retire_reason"`
}

func notedAsJSON(by uuid.UUID, at time.Time, r Retirement) NotedJSON {
	j := NotedJSON{NotedAt: at, NotedBy: by, RetireReason: r.Reason}
	if !r.At.IsZero() {
		j.RetiredAt = &r.At
	}
	return j
}

// allergyJSON is an allergy in an answer.
type allergyJSON struct {
	ID        uuid.UUID   `json:"id" format:"uuid"`
	PatientID uuid.UUID   `json:"patient_id" format:"uuid"`
	Kind      AllergyKind `json:"kind" doc:"medicine, food, environment, other; none_known: no se conoce ninguna; vacío: no se indicó"`
	Substance string      `json:"substance"`
	Code      string      `json:"code" doc:"ATC de la clase o del principio activo; vacío sin él"`
	Reaction  string      `json:"reaction"`
	Severity  Severity    `json:"severity"`
	NotedJSON
}

func allergyAsJSON(a Allergy) allergyJSON {
	return allergyJSON{
		ID: a.ID, PatientID: a.PatientID, Kind: a.Kind, Substance: a.Substance, Code: a.Code, Reaction: a.Reaction, Severity: a.Severity,
		NotedJSON: notedAsJSON(a.NotedBy, a.NotedAt, a.Retired),
	}
}

// conditionJSON is a chronic illness in an answer.
type conditionJSON struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	PatientID uuid.UUID `json:"patient_id" format:"uuid"`
	Name      string    `json:"name"`
	Code      string    `json:"code" doc:"CIE-10; vacío sin él"`
	Since     string    `json:"since"`
	NotedJSON
}

func conditionAsJSON(c Condition) conditionJSON {
	return conditionJSON{
		ID: c.ID, PatientID: c.PatientID, Name: c.Name, Code: c.Code, Since: c.Since, NotedJSON: notedAsJSON(c.NotedBy, c.NotedAt, c.Retired),
	}
}

// itemsOut is a whole list: a person has few items. Next is always empty, and there so that all lists read alike.
type itemsOut[T any] struct {
	Body struct {
		Items []T    `json:"items" nullable:"false"`
		Next  string `json:"next"`
	}
}

func itemsOf[F, T any](list []F, write func(F) T) *itemsOut[T] {
	out := &itemsOut[T]{}
	out.Body.Items = []T{}
	for _, item := range list {
		out.Body.Items = append(out.Body.Items, write(item))
	}
	return out
}

type itemOut[T any] struct {
	Status int
	Body   T
}

type itemsIn struct {
	PatientID string `query:"patient_id" required:"true" doc:"Paciente"`
}

func (h api) listed(ctx context.Context, in *itemsIn) (Clinical, error) {
	patient, err := uuid.Parse(in.PatientID)
	if err != nil {
		return Clinical{}, fault.InvalidField("patient_id", "Se espera un identificador UUID.")
	}
	return h.service.Clinical(ctx, patient)
}

func (h api) allergies(ctx context.Context, in *itemsIn) (*itemsOut[allergyJSON], error) {
	c, err := h.listed(ctx, in)
	return itemsOf(c.Allergies, allergyAsJSON), err
}

func (h api) conditions(ctx context.Context, in *itemsIn) (*itemsOut[conditionJSON], error) {
	c, err := h.listed(ctx, in)
	return itemsOf(c.Conditions, conditionAsJSON), err
}

type allergyIn struct {
	Body struct {
		ID        *uuid.UUID  `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por el cliente, para repetir sin duplicar"`
		PatientID uuid.UUID   `json:"patient_id" format:"uuid"`
		Kind      AllergyKind `json:"kind,omitempty" enum:"medicine,food,environment,other,none_known"`
		Substance string      `json:"substance,omitempty" doc:"Con none_known no se envía"`
		Code      string      `json:"code,omitempty" doc:"ATC de la clase o del principio activo"`
		Reaction  string      `json:"reaction,omitempty"`
		Severity  Severity    `json:"severity,omitempty" enum:"mild,moderate,severe"`
	}
}

func (h api) addAllergy(ctx context.Context, in *allergyIn) (*itemOut[allergyJSON], error) {
	id, err := idOfItem(in.Body.ID)
	if err != nil {
		return nil, err
	}
	sent := Allergy{
		ID: id, Kind: in.Body.Kind, Substance: in.Body.Substance, Code: in.Body.Code, Reaction: in.Body.Reaction, Severity: in.Body.Severity,
	}
	before, err := h.service.Clinical(ctx, in.Body.PatientID)
	if err != nil {
		return nil, err
	}
	if err := h.service.AddAllergy(ctx, in.Body.PatientID, sent); err != nil {
		return nil, err
	}
	after, err := h.service.Clinical(ctx, in.Body.PatientID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(after.Allergies, func(a Allergy) bool {
		return a.ID == id || !sent.Known() && !a.Known() && a.Retired.At.IsZero() // which is stated once
	})
	if i < 0 || sent.problems().Err() == nil && !sent.same(after.Allergies[i]) {
		return nil, ErrItemTaken
	}
	return &itemOut[allergyJSON]{statusOfItem(len(after.Allergies) > len(before.Allergies)), allergyAsJSON(after.Allergies[i])}, nil
}

// ErrItemTaken refuses an id under which something else was noted.
var ErrItemTaken = fault.Conflicted("id_reused", "Ya hay otro dato guardado con ese identificador.")

// same reports whether two say the same, whoever noted it when.
func (a Allergy) same(b Allergy) bool {
	return a.Kind == b.Kind && a.Substance == b.Substance && a.Code == b.Code && a.Reaction == b.Reaction && a.Severity == b.Severity
}

type conditionIn struct {
	Body struct {
		ID        *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por el cliente, para repetir sin duplicar"`
		PatientID uuid.UUID  `json:"patient_id" format:"uuid"`
		Name      string     `json:"name,omitempty" doc:"Sin él, el título del código"`
		Code      string     `json:"code,omitempty" doc:"CIE-10"`
		Since     string     `json:"since,omitempty" doc:"Como se cuenta: 2022"`
	}
}

func (h api) addCondition(ctx context.Context, in *conditionIn) (*itemOut[conditionJSON], error) {
	id, err := idOfItem(in.Body.ID)
	if err != nil {
		return nil, err
	}
	before, err := h.service.Clinical(ctx, in.Body.PatientID)
	if err != nil {
		return nil, err
	}
	sent := Condition{ID: id, Name: in.Body.Name, Code: in.Body.Code, Since: in.Body.Since}
	if err := h.service.AddCondition(ctx, in.Body.PatientID, sent); err != nil {
		return nil, err
	}
	after, err := h.service.Clinical(ctx, in.Body.PatientID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(after.Conditions, func(c Condition) bool { return c.ID == id })
	if i < 0 || sent.Name != "" && oneSpace(sent.Name) != after.Conditions[i].Name {
		return nil, ErrItemTaken
	}
	return &itemOut[conditionJSON]{statusOfItem(len(after.Conditions) > len(before.Conditions)), conditionAsJSON(after.Conditions[i])}, nil
}

func idOfItem(sent *uuid.UUID) (uuid.UUID, error) {
	if sent == nil {
		return uuid.Must(uuid.NewV7()), nil
	}
	if sent.Version() != 7 {
		return uuid.Nil, fault.InvalidField("id", "El identificador es un UUID de versión 7.")
	}
	return *sent, nil
}

func statusOfItem(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusOK
}

type retireIn struct {
	ID   string `path:"id" doc:"Identificador"`
	Body struct {
		Reason string `json:"reason" maxLength:"200" doc:"Queda escrito"`
	}
}

func (h api) retireAllergy(ctx context.Context, in *retireIn) (*itemOut[allergyJSON], error) {
	c, id, err := h.retired(ctx, AllergyItem, in)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.Allergies, func(a Allergy) bool { return a.ID == id })
	return &itemOut[allergyJSON]{http.StatusOK, allergyAsJSON(c.Allergies[i])}, nil
}

func (h api) retireCondition(ctx context.Context, in *retireIn) (*itemOut[conditionJSON], error) {
	c, id, err := h.retired(ctx, ConditionItem, in)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.Conditions, func(x Condition) bool { return x.ID == id })
	return &itemOut[conditionJSON]{http.StatusOK, conditionAsJSON(c.Conditions[i])}, nil
}

// retired takes an item out of use and gives what is known of the person then.
func (h api) retired(ctx context.Context, kind ItemKind, in *retireIn) (Clinical, uuid.UUID, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return Clinical{}, id, fault.ErrNotFound
	}
	patient, err := h.service.PatientOfItem(ctx, kind, id)
	if err != nil {
		return Clinical{}, id, err
	}
	if err := h.service.Retire(ctx, patient, kind, id, in.Body.Reason); err != nil {
		return Clinical{}, id, err
	}
	c, err := h.service.Clinical(ctx, patient)
	return c, id, err
}
