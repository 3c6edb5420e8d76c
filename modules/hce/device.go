package hce

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// DeviceKinds are the entities that a device keeps of the record; the neighbour names who an operation is about.
func DeviceKinds(patients Patients) []offline.Kind {
	words := func(ctx context.Context, op offline.Operation) (title, detail string) {
		return wordsOf(ctx, patients, op)
	}
	return []offline.Kind{
		{Entity: recordEntity, Place: placeOnDevice, Words: words},
		{Entity: templateEntity},
		{Entity: headEntity},
	}
}

// placeOnDevice puts a record beside those of its patient, in the order in which they were written.
func placeOnDevice(data json.RawMessage) (key, group string, err error) {
	var d struct {
		PatientID uuid.UUID `json:"patient_id"`
		WrittenAt time.Time `json:"written_at"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return "", "", err
	}
	return d.WrittenAt.UTC().Format(time.RFC3339Nano), d.PatientID.String(), nil
}

// wordsOf tells an operation: "Nota de atención de Quispe, Ana".
func wordsOf(ctx context.Context, patients Patients, op offline.Operation) (title, detail string) {
	var d writtenData
	if !op.Legible(&d) {
		return "Documento de historia", ""
	}
	names, err := patients.NamesByID(ctx, []uuid.UUID{d.PatientID})
	name := names[d.PatientID]
	if err != nil || name == "" {
		name = "un paciente"
	}
	return d.Type.Label() + " de " + name, "Se firma cuando vuelva la conexión"
}
