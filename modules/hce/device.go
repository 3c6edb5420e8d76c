package hce

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// DeviceKinds are the entities that a device keeps of the record; the neighbour names who an operation is about.
func DeviceKinds(patients Patients) []offline.Kind {
	words := func(ctx context.Context, op offline.Operation) (title, detail string) {
		return wordsOf(ctx, patients, op)
	}
	return []offline.Kind{
		{Entity: recordEntity, Place: placeOnDevice, Words: words, Stored: endDrafts},
		{Entity: draftEntity, Place: placeDraft, Words: words, Expired: draftBefore},
		{Entity: asideEntity, Place: placeDraft, Words: words, Expired: draftBefore},
		{Entity: templateEntity},
		{Entity: headEntity},
		{Entity: favouriteEntity},
		{Entity: logoEntity},
		{Entity: observationEntity, Place: placeObserved, Words: words, Expired: takenBefore},
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

// placeDraft puts a draft beside those of its patient, by when it was written last.
func placeDraft(data json.RawMessage) (key, group string, err error) {
	var d draftData
	if err := json.Unmarshal(data, &d); err != nil {
		return "", "", err
	}
	return d.UpdatedAt.UTC().Format(time.RFC3339), d.PatientID.String(), nil
}

// draftBefore tells what was written before the days that a device holds.
func draftBefore(key string, w offline.Window) bool { return key < w.From.UTC().Format(time.RFC3339) }

// endDrafts lets go of drafts that have become records.
func endDrafts(ctx context.Context, u *offline.Unit, changed []offline.Object, _ []string) error {
	for _, o := range changed {
		if o.Pending() {
			continue // written here: it let go of its own draft
		}
		if _, err := u.Find(ctx, draftEntity, o.ID); err == nil {
			u.Drop(draftEntity, o.ID)
		} else if !fault.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// wordsOf tells an operation: "Nota de atención de Quispe, Ana".
func wordsOf(ctx context.Context, patients Patients, op offline.Operation) (title, detail string) {
	var d writtenData
	if op.Entity == observationEntity {
		var o observedData
		if !op.Legible(&o) {
			return "Dato de triaje", ""
		}
		d.PatientID, detail = o.PatientID, valueWords(o.observed(op.LocalID))
	} else if !op.Legible(&d) {
		return "Documento de historia", ""
	}
	kind := "Triaje"
	switch op.Entity {
	case recordEntity:
		kind, detail = d.Type.Label(), "Se firma cuando vuelva la conexión"
	case draftEntity:
		kind, detail = "Borrador de nota", "Aún no se cierra"
	case asideEntity:
		kind = "Texto aparte de la nota"
	}
	names, err := patients.NamesByID(ctx, []uuid.UUID{d.PatientID})
	name := names[d.PatientID]
	if err != nil || name == "" {
		name = "un paciente"
	}
	return kind + " de " + name, detail
}
