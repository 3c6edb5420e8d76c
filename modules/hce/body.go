package hce

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/canonical"
)

// moment is how a body writes a time: UTC with microseconds, as the database keeps it.
const moment = "2006-01-02T15:04:05.000000Z"

// body is a record as it is hashed and signed. A field that is added later is left out where it is empty, so that what
// was written before keeps its bytes.
type body struct {
	ID              uuid.UUID       `json:"id"`
	PatientID       uuid.UUID       `json:"patient_id"`
	EncounterID     uuid.UUID       `json:"encounter_id"`
	Type            RecordType      `json:"record_type"`
	TemplateID      string          `json:"template_id,omitempty"`
	TemplateVersion int             `json:"template_version,omitempty"`
	Author          Author          `json:"author"`
	Diagnoses       []Diagnosis     `json:"diagnoses,omitempty"`
	Content         json.RawMessage `json:"content"`
	SpecialtyData   json.RawMessage `json:"specialty_data,omitempty"`
	AmendsID        *uuid.UUID      `json:"amends_id,omitempty"`
	Offline         bool            `json:"offline,omitempty"`
	WrittenAt       string          `json:"written_at"`
}

// sealed returns the record with its body and hash.
func (r Record) sealed() (Record, error) {
	r.WrittenAt = r.WrittenAt.UTC().Truncate(time.Microsecond)
	text, err := canonical.JSON(body{
		ID: r.ID, PatientID: r.PatientID, EncounterID: r.EncounterID, Type: r.Type, TemplateID: r.TemplateID, TemplateVersion: r.TemplateVersion,
		Author: r.Author, Diagnoses: r.Diagnoses, Content: r.Content, SpecialtyData: r.SpecialtyData, AmendsID: r.AmendsID, Offline: r.Offline,
		WrittenAt: r.WrittenAt.Format(moment),
	})
	if err != nil {
		return r, fmt.Errorf("write record %s: %w", r.ID, err)
	}
	hash := sha256.Sum256(text)
	r.Body, r.Hash = string(text), hash[:]
	return r, nil
}

// opened reads a record out of its body; what stands beside the body (signatures, hash, when it was received) is the
// store's.
func opened(text string) (Record, error) {
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return Record{}, fmt.Errorf("read a record: %w", err)
	}
	at, err := time.Parse(moment, b.WrittenAt)
	if err != nil {
		return Record{}, fmt.Errorf("read when record %s was written: %w", b.ID, err)
	}
	return Record{
		ID: b.ID, PatientID: b.PatientID, EncounterID: b.EncounterID, Type: b.Type, TemplateID: b.TemplateID, TemplateVersion: b.TemplateVersion,
		Author: b.Author, Diagnoses: b.Diagnoses, Content: b.Content, SpecialtyData: b.SpecialtyData, AmendsID: b.AmendsID, Offline: b.Offline,
		WrittenAt: at, Body: text,
	}, nil
}
