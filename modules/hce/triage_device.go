package hce

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/observation"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// observationEntity is what triage took, on devices: of today, on those of who may take it or attends.
const observationEntity = "observation"

// observedData is a value that triage took, on a device and on its way from there. The attention that it opens travels in
// it. What the server says of it by itself, such as its range, it says again when it arrives.
type observedData struct {
	Encounter encounterData       `json:"encounter"`
	PatientID uuid.UUID           `json:"patient_id"`
	Code      string              `json:"code"`
	Unit      string              `json:"unit,omitempty"`
	Number    decimal.NullDecimal `json:"number,omitzero"`
	Text      string              `json:"text,omitempty"`
	RefText   string              `json:"ref,omitempty"`
	Flag      observation.Flag    `json:"flag,omitempty"`
	Critical  bool                `json:"critical,omitempty"`
	TakenAt   time.Time           `json:"taken_at"`
	TakenBy   uuid.UUID           `json:"taken_by"`
	Corrects  *uuid.UUID          `json:"corrects_id,omitempty"`
	// With is the other half of a blood pressure that was taken at once: it is sent apart and may arrive later.
	With decimal.NullDecimal `json:"with,omitzero"`
}

func observedDataOf(o Observed, e Encounter) observedData {
	return observedData{
		Encounter: encounterDataOf(e), PatientID: o.PatientID, Code: o.Code, Unit: o.Unit, Number: o.Value, Text: o.ValueText, RefText: o.RefText,
		Flag: o.Flag, Critical: o.Critical, TakenAt: o.TakenAt.UTC(), TakenBy: o.TakenBy, Corrects: o.CorrectsID,
	}
}

func (d observedData) observed(id uuid.UUID) Observed {
	return Observed{
		ID: id, PatientID: d.PatientID, EncounterID: &d.Encounter.ID, Category: Triage, Code: d.Code, Unit: d.Unit, Value: d.Number, ValueText: d.Text,
		RefText: d.RefText, Flag: d.Flag, Critical: d.Critical, TakenAt: d.TakenAt, TakenBy: d.TakenBy, CorrectsID: d.Corrects,
	}
}

// placeObserved puts a value beside those of its patient, by when it was taken.
func placeObserved(data json.RawMessage) (key, group string, err error) {
	var d observedData
	if err := json.Unmarshal(data, &d); err != nil {
		return "", "", err
	}
	return d.TakenAt.UTC().Format(time.RFC3339), d.PatientID.String(), nil
}

// takenBefore reports whether a value was taken before the day of a window: a device holds today's.
func takenBefore(key string, w offline.Window) bool {
	return key < w.To.AddDate(0, 0, -offline.DaysAhead-1).UTC().Format(time.RFC3339)
}

// takenHere are all values of triage on this device, in the order in which they were taken.
func (o Offline) takenHere(ctx context.Context) ([]observedData, []Observed, error) {
	objects, err := offline.From(ctx).All(ctx, observationEntity)
	if err != nil {
		return nil, nil, err
	}
	data, list := make([]observedData, len(objects)), make([]Observed, len(objects))
	for i, object := range objects {
		id, err := uuid.Parse(object.ID)
		if err == nil {
			err = json.Unmarshal(object.Data(), &data[i])
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read value %s of this device: %w", object.ID, err)
		}
		list[i] = data[i].observed(id)
	}
	return data, list, nil
}

// AddObserved keeps and queues what triage takes here. A note's figures stand in the note, and the server reads them out
// of it.
func (o Offline) AddObserved(ctx context.Context, list []Observed) error {
	for _, x := range list {
		if x.Category != Triage {
			continue
		}
		e, err := o.Encounter(ctx, idOr(x.EncounterID))
		if err != nil {
			return err
		}
		data := observedDataOf(x, e)
		for _, other := range list {
			if half := otherHalf(x.Code); half != "" && other.Code == half {
				data.With = other.Value
			}
		}
		if err := offline.From(ctx).Create(ctx, observationEntity, x.ID, data); err != nil {
			return err
		}
	}
	return nil
}

// ObservedIn are the values of triage of those attentions. One that began here under an id of its own has those that were
// taken for its appointment.
func (o Offline) ObservedIn(ctx context.Context, encounters []uuid.UUID) ([]Observed, error) {
	data, all, err := o.takenHere(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	known, err := o.EncountersByID(ctx, encounters)
	if err != nil {
		return nil, err
	}
	var list []Observed
	for i, x := range all {
		for _, id := range encounters {
			if e := known[id]; data[i].Encounter.ID == id || same(data[i].Encounter.AppointmentID, e.AppointmentID) {
				list = append(list, x)
				break
			}
		}
	}
	sorting.By(list, func(a, b Observed) int {
		return cmp.Or(a.TakenAt.Compare(b.TakenAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	return list, nil
}

// same reports whether both name the same thing.
func same(a, b *uuid.UUID) bool { return a != nil && b != nil && *a == *b }

// ObservedOf is the server's: a device has no results, and of vital signs only those of today's triage.
func (o Offline) ObservedOf(context.Context, ObservedRange) ([]Observed, error) { return nil, nil }

// valueWords tell a value: "Temperatura 36.6 °C".
func valueWords(o Observed) string {
	if kind, known := observation.KindOf(o.Code); known {
		return kind.Short + " " + o.Words()
	}
	return o.Words()
}
