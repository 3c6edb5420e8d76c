package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// What stands beside a note on a device is the server's and this device's own alike: what is set aside here is queued.

func (o Offline) AsidesOf(ctx context.Context, encounter, author uuid.UUID) ([]Aside, error) {
	objects, err := offline.From(ctx).All(ctx, asideEntity)
	if err != nil {
		return nil, err
	}
	var list []Aside
	for _, object := range objects {
		a, err := asideIn(object)
		if err != nil {
			return nil, err
		}
		if a.EncounterID == encounter && a.AuthorID == author && a.DismissedAt == nil {
			list = append(list, a)
		}
	}
	sorting.By(list, func(a, b Aside) int { return a.WrittenAt.Compare(b.WrittenAt) })
	return list, nil
}

func asideIn(o offline.Object) (Aside, error) {
	var d asideData
	err := json.Unmarshal(o.Data(), &d)
	if err != nil {
		return Aside{}, fmt.Errorf("read aside %s of this device: %w", o.ID, err)
	}
	id, err := uuid.Parse(o.ID)
	if err != nil {
		return Aside{}, fmt.Errorf("read aside %s of this device: %w", o.ID, err)
	}
	return d.aside(id), nil
}

func (o Offline) KeepAside(ctx context.Context, a Aside) error {
	e, err := o.Encounter(ctx, a.EncounterID)
	if err != nil {
		return err
	}
	return offline.From(ctx).Put(ctx, asideEntity, a.ID, asideDataOf(a, e))
}

func (o Offline) DismissAside(ctx context.Context, id uuid.UUID, at time.Time) error {
	unit := offline.From(ctx)
	object, err := unit.Find(ctx, asideEntity, id.String())
	if err != nil {
		return err
	}
	var d asideData
	if err := json.Unmarshal(object.Data(), &d); err != nil {
		return fmt.Errorf("read aside %s of this device: %w", id, err)
	}
	d.DismissedAt = &at
	return unit.Put(ctx, asideEntity, id, d)
}
