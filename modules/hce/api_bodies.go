//go:build !js

package hce

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// recordJSON is a record in an answer.
type recordJSON struct {
	ID              uuid.UUID       `json:"id" format:"uuid"`
	PatientID       uuid.UUID       `json:"patient_id" format:"uuid"`
	EncounterID     uuid.UUID       `json:"encounter_id" format:"uuid"`
	RecordType      RecordType      `json:"record_type" enum:"note,addendum,prescription,annulment"`
	TemplateID      string          `json:"template_id" doc:"Vacío en lo que no se escribe con plantilla"`
	TemplateVersion int             `json:"template_version"`
	Diagnoses       []Diagnosis     `json:"diagnoses" nullable:"false"`
	CIE10Codes      []string        `json:"cie10_codes" nullable:"false" readOnly:"true" doc:"Los de diagnoses, cada uno una vez"`
	Content         json.RawMessage `json:"content" doc:"Respuestas por la clave de su campo; en una adenda, texto"`
	SpecialtyData   json.RawMessage `json:"specialty_data" doc:"Lo propio de la especialidad; {} sin ello"`
	AmendsID        *uuid.UUID      `json:"amends_id" format:"uuid" doc:"A qué documento se refiere una adenda o anulación"`
	WrittenAt       time.Time       `json:"written_at"`
	ReceivedAt      time.Time       `json:"received_at" doc:"Distinto de written_at en lo escrito sin conexión"`
	SignedAt        *time.Time      `json:"signed_at" doc:"null mientras espera la firma de quien lo escribió"`
	ContentHash     string          `json:"content_hash" doc:"SHA-256 del documento en su forma canónica (RFC 8785), en hexadecimal"`
}

func recordAsJSON(r Record) recordJSON {
	j := recordJSON{
		ID: r.ID, PatientID: r.PatientID, EncounterID: r.EncounterID, RecordType: r.Type, TemplateID: r.TemplateID, TemplateVersion: r.TemplateVersion,
		Diagnoses: append([]Diagnosis{}, r.Diagnoses...), CIE10Codes: Codes(r.Diagnoses), Content: r.Content, SpecialtyData: r.SpecialtyData,
		AmendsID: r.AmendsID, WrittenAt: r.WrittenAt, ReceivedAt: r.ReceivedAt.UTC(), ContentHash: hex.EncodeToString(r.Hash),
	}
	if j.SpecialtyData == nil {
		j.SpecialtyData = json.RawMessage("{}")
	}
	if r.Signed() {
		at := r.SignedAt()
		j.SignedAt = &at
	}
	return j
}

type recordOut struct {
	Status int
	Body   recordJSON
}

// DiagnosisIn is a diagnosis as a program sends it.
type DiagnosisIn struct {
	Code  string        `json:"code" minLength:"1" maxLength:"10" doc:"CIE-10, con punto"`
	Title string        `json:"title" minLength:"1" maxLength:"400"`
	Kind  DiagnosisKind `json:"kind" enum:"P,D,R" doc:"P presuntivo, D definitivo, R repetitivo"`
}

type writeIn struct {
	Body struct {
		ID              *uuid.UUID                 `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía, para repetir sin duplicar"`
		EncounterID     uuid.UUID                  `json:"encounter_id" format:"uuid" doc:"Atención propia y abierta"`
		TemplateID      string                     `json:"template_id,omitempty" maxLength:"80" doc:"Sin ella, la de la especialidad de la atención"`
		TemplateVersion int                        `json:"template_version,omitempty" minimum:"0" doc:"Sin ella, la que se ofrece"`
		Content         map[string]json.RawMessage `json:"content" doc:"Respuestas por la clave de su campo: \"texto\", [\"a\",\"b\"], true, {\"systolic\":120,\"diastolic\":80}, {\"amount\":\"3\",\"unit\":\"dia\"}; números como texto (\"36.5\"), días como \"2026-11-24\". Lo improbable que ya se revisó va en _confirmed: [\"temp=41.8\"]; lo que se hizo ante un valor crítico, en _actions: [\"pa=Repetí la toma y lo derivé\"]"`
		Diagnoses       []DiagnosisIn              `json:"diagnoses" nullable:"false" maxItems:"20"`
		SpecialtyData   map[string]json.RawMessage `json:"specialty_data,omitempty" doc:"Lo propio de la especialidad"`
		Close           *bool                      `json:"close,omitempty" default:"true" doc:"false deja abierta la atención"`
	}
}

func (in *writeIn) writing() (Writing, error) {
	id, err := web.OwnID(in.Body.ID)
	if err != nil {
		return Writing{}, err
	}
	w := Writing{
		ID: id, EncounterID: in.Body.EncounterID, TemplateID: in.Body.TemplateID, TemplateVersion: in.Body.TemplateVersion, Values: form.Values{},
		KeepOpen: in.Body.Close != nil && !*in.Body.Close,
	}
	for _, d := range in.Body.Diagnoses {
		w.Diagnoses = append(w.Diagnoses, Diagnosis(d))
	}
	problems := fault.Problems{}
	for key, answer := range in.Body.Content {
		var v form.Value
		if json.Unmarshal(answer, &v) != nil {
			problems.Add("content."+key, "La respuesta no tiene una de las formas que se aceptan; un número va como texto: \"36.5\".")
		}
		w.Values[key] = v
	}
	if len(in.Body.SpecialtyData) > 0 {
		if w.SpecialtyData, err = jsonOf(in.Body.SpecialtyData); err != nil {
			return Writing{}, err
		}
	}
	return w, problems.Err()
}

// ProofIn shows again who signs.
type ProofIn struct {
	Code     string `json:"code,omitempty" maxLength:"20" doc:"Código de 6 dígitos de la aplicación"`
	Password string `json:"password,omitempty" maxLength:"200" doc:"En lugar del código. Sin ambos basta haberse identificado hace menos de 5 minutos"`
}

func (p ProofIn) proof() Proof { return Proof(p) }

type signIn struct {
	ID   string `path:"id" doc:"Identificador"`
	Body ProofIn
}

type amendIn struct {
	ID   string `path:"id" doc:"Documento que se corrige"`
	Body struct {
		ID   *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 de la adenda, hecho por quien envía, para repetir sin duplicar"`
		Text string     `json:"text" maxLength:"20000"`
		ProofIn
	}
}

// observationJSON is a measured value in an answer.
type observationJSON struct {
	ID             uuid.UUID        `json:"id" format:"uuid"`
	PatientID      uuid.UUID        `json:"patient_id" format:"uuid"`
	EncounterID    *uuid.UUID       `json:"encounter_id" format:"uuid"`
	RecordID       *uuid.UUID       `json:"record_id" format:"uuid"`
	Code           string           `json:"code" doc:"LOINC"`
	Category       Category         `json:"category" enum:"vital,lab,triage"`
	Value          *string          `json:"value" doc:"Número, en texto; null si el resultado va en palabras"`
	ValueText      string           `json:"value_text"`
	Unit           string           `json:"unit" doc:"UCUM"`
	RefLow         *string          `json:"ref_low"`
	RefHigh        *string          `json:"ref_high"`
	RefText        string           `json:"ref_text"`
	Flag           observation.Flag `json:"flag" doc:"N, L, H, LL, HH, A; vacío si no se conoce un rango"`
	Critical       bool             `json:"critical"`
	Source         string           `json:"source"`
	TakenAt        time.Time        `json:"taken_at"`
	TakenBy        uuid.UUID        `json:"taken_by" format:"uuid" doc:"Pertenencia"`
	CorrectsID     *uuid.UUID       `json:"corrects_id" format:"uuid"`
	AcknowledgedAt *time.Time       `json:"acknowledged_at" doc:"Cuándo alguien se hizo cargo de un valor crítico"`
}

func observationAsJSON(o Observed) observationJSON {
	return observationJSON{
		ID: o.ID, PatientID: o.PatientID, EncounterID: o.EncounterID, RecordID: o.RecordID, Code: o.Code, Category: o.Category,
		Value: figureText(o.Value), ValueText: o.ValueText, Unit: o.Unit, RefLow: figureText(o.RefLow), RefHigh: figureText(o.RefHigh),
		RefText: o.RefText, Flag: o.Flag, Critical: o.Critical, Source: o.Source, TakenAt: o.TakenAt.UTC(), TakenBy: o.TakenBy,
		CorrectsID: o.CorrectsID, AcknowledgedAt: o.AcknowledgedAt,
	}
}

func figureText(d decimal.NullDecimal) *string {
	if !d.Valid {
		return nil
	}
	text := d.Decimal.String()
	return &text
}

type observationOut struct {
	Status int
	Body   observationJSON
}

type measureIn struct {
	Body struct {
		ID          *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía, para repetir sin duplicar"`
		PatientID   uuid.UUID  `json:"patient_id" format:"uuid"`
		EncounterID *uuid.UUID `json:"encounter_id,omitempty" format:"uuid" doc:"Atención propia del paciente"`
		Code        string     `json:"code" maxLength:"20" doc:"LOINC"`
		Value       string     `json:"value,omitempty" maxLength:"13" example:"36.5" doc:"Número, en texto"`
		ValueText   string     `json:"value_text,omitempty" maxLength:"20000" doc:"En su lugar, el resultado en palabras"`
		Unit        string     `json:"unit,omitempty" maxLength:"30" example:"Cel" doc:"UCUM; la del código"`
		Source      string     `json:"source,omitempty" maxLength:"120" doc:"Laboratorio o aparato"`
		TakenAt     time.Time  `json:"taken_at"`
		Confirmed   bool       `json:"confirmed,omitempty" doc:"Alguien revisó un valor improbable"`
	}
}
