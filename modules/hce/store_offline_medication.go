package hce

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/fault"
)

// AddMedications keeps nothing of its own: on a device the medicines are read out of the prescriptions.
func (o Offline) AddMedications(context.Context, []Medication) error { return nil }

// MedicationsOf reads what the prescriptions on this device say. A stop is not held here.
func (o Offline) MedicationsOf(ctx context.Context, family []uuid.UUID, limit int) ([]Medication, error) {
	records, err := o.ofPatients(ctx, family)
	if err != nil {
		return nil, err
	}
	annulled := map[uuid.UUID]bool{}
	for _, r := range records {
		if r.Type == Annulment && r.AmendsID != nil {
			annulled[*r.AmendsID] = true
		}
	}
	var list []Medication
	for _, r := range records {
		if r.Type != Prescription || annulled[r.ID] {
			continue
		}
		lines, err := medicationsIn(r)
		if err != nil {
			return nil, err
		}
		list = append(list, lines...)
	}
	return list[:min(limit, len(list))], nil
}

func (o Offline) Medication(context.Context, uuid.UUID) (Medication, error) {
	return Medication{}, fault.ErrNotFound
}

func (o Offline) AddStop(context.Context, Stop) error {
	return fault.NotNow("Suspender un medicamento requiere conexión.")
}

func (o Offline) SaveFavourite(context.Context, uuid.UUID, prescribing.Item) error {
	return fault.NotNow("Guardar una dosis favorita requiere conexión.")
}
