//go:build !js

package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// prescriptionJSON is a prescription in an answer: its record, and its medicines with what became of them.
type prescriptionJSON struct {
	ID          uuid.UUID        `json:"id" format:"uuid" doc:"El de su documento en records"`
	PatientID   uuid.UUID        `json:"patient_id" format:"uuid"`
	EncounterID uuid.UUID        `json:"encounter_id" format:"uuid"`
	Number      int64            `json:"number" doc:"De la serie de la clínica; 0 si se escribió sin conexión y aún no lo tiene"`
	Diagnoses   []Diagnosis      `json:"diagnoses" nullable:"false"`
	WrittenAt   time.Time        `json:"written_at"`
	SignedAt    *time.Time       `json:"signed_at" doc:"null mientras espera la firma"`
	ExpiresOn   string           `json:"expires_on" doc:"Último día en que vale"`
	Annulled    bool             `json:"annulled"`
	Items       []medicationJSON `json:"items" nullable:"false"`
}

// medicationJSON is a line of a prescription.
type medicationJSON struct {
	ID         uuid.UUID       `json:"id" format:"uuid"`
	Item       json.RawMessage `json:"item" doc:"El medicamento como se recetó"`
	Status     string          `json:"status" enum:"active,completed,stopped" doc:"Hoy: se toma, se terminó, o se suspendió o anuló"`
	EndsOn     string          `json:"ends_on" doc:"Último día de tomarlo"`
	StoppedAt  *time.Time      `json:"stopped_at"`
	StopReason string          `json:"stop_reason"`
}

// issued is a prescription with what became of its medicines.
type issued struct {
	Record
	content  PrescriptionContent
	items    []Medication
	annulled bool
}

// medicinesOnAPage is more than the prescriptions of one page hold.
const medicinesOnAPage = 5000

func (h api) prescriptions(ctx context.Context, in *encountersIn) (*apiPage[prescriptionJSON], error) {
	patient, before, beforeID, err := in.read()
	if err != nil {
		return nil, err
	}
	list, more, err := h.service.Records(ctx, patient, Filter{Type: Prescription, Before: before, BeforeID: beforeID}, in.Limit)
	if err != nil {
		return nil, err
	}
	became, err := h.became(ctx, list)
	if err != nil {
		return nil, err
	}
	p := &apiPage[prescriptionJSON]{}
	p.Body.Items = []prescriptionJSON{}
	today := h.service.Now(ctx)
	for _, i := range became {
		j, err := i.json(today)
		if err != nil {
			return nil, err
		}
		p.Body.Items = append(p.Body.Items, j)
	}
	if more {
		last := list[len(list)-1]
		p.Body.Next = cursorAt(last.WrittenAt, last.ID)
	}
	return p, nil
}

// became finds out which medicines of prescriptions were stopped, and which prescriptions annulled.
func (h api) became(ctx context.Context, records []Record) ([]issued, error) {
	var ids, family []uuid.UUID
	for _, r := range records {
		ids, family = append(ids, r.ID), append(family, r.PatientID)
	}
	amending, err := h.service.store.Amending(ctx, ids)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	annulled := map[uuid.UUID]bool{}
	for _, a := range amending {
		annulled[*a.AmendsID] = annulled[*a.AmendsID] || a.Type == Annulment
	}
	kept, err := h.service.store.MedicationsOf(ctx, family, medicinesOnAPage)
	if err != nil {
		return nil, err
	}
	stops := map[uuid.UUID]*Stop{}
	for _, m := range kept {
		stops[m.ID] = m.Stopped
	}
	list := make([]issued, 0, len(records))
	for _, r := range records {
		i := issued{Record: r, annulled: annulled[r.ID]}
		if err := json.Unmarshal(r.Content, &i.content); err != nil {
			return nil, fmt.Errorf("read prescription %s: %w", r.ID, err)
		}
		if i.items, err = medicationsIn(r); err != nil {
			return nil, err
		}
		for n := range i.items {
			i.items[n].Stopped = stops[i.items[n].ID]
		}
		list = append(list, i)
	}
	return list, nil
}

func (i issued) json(today time.Time) (prescriptionJSON, error) {
	j := prescriptionJSON{
		ID: i.ID, PatientID: i.PatientID, EncounterID: i.EncounterID, Number: i.content.Number, WrittenAt: i.WrittenAt,
		Diagnoses: append([]Diagnosis{}, i.content.Diagnoses...), ExpiresOn: i.content.ExpiresOn, Annulled: i.annulled,
		SignedAt: recordAsJSON(i.Record).SignedAt, Items: []medicationJSON{},
	}
	for n, m := range i.items {
		item, err := jsonOf(i.content.Items[n].Item)
		if err != nil {
			return j, err
		}
		line := medicationJSON{ID: m.ID, Item: item, Status: i.statusOf(m, today), EndsOn: m.EndsOn.Format(time.DateOnly)}
		if m.Stopped != nil {
			at := m.Stopped.At.UTC()
			line.StoppedAt, line.StopReason = &at, m.Stopped.Reason
		}
		j.Items = append(j.Items, line)
	}
	return j, nil
}

// statusOf is what became of a medicine by a day.
func (i issued) statusOf(m Medication, today time.Time) string {
	switch {
	case i.annulled || m.Stopped != nil:
		return "stopped"
	case m.ActiveOn(today):
		return "active"
	}
	return "completed"
}
