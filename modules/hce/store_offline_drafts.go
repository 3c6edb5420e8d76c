package hce

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// A draft on a device is queued as a whole: as long as it was not sent, what is written next takes the place of what
// waits. A draft that the server keeps lies here too, so that it goes on when the line goes.

func (o Offline) Draft(ctx context.Context, encounter, author uuid.UUID) (Draft, error) {
	all, err := o.draftsWhere(ctx, func(d Draft) bool { return d.EncounterID == encounter && d.AuthorID == author })
	if err != nil {
		return Draft{}, err
	}
	if len(all) == 0 {
		return Draft{}, fault.ErrNotFound
	}
	return all[0], nil
}

// draftsWhere are those drafts of this device, the latest first.
func (o Offline) draftsWhere(ctx context.Context, wanted func(Draft) bool) ([]Draft, error) {
	objects, err := offline.From(ctx).All(ctx, draftEntity)
	if err != nil {
		return nil, err
	}
	var list []Draft
	for _, object := range objects {
		data, id, err := draftIn(object)
		if err != nil {
			return nil, err
		}
		if d := data.draft(id); wanted(d) {
			list = append(list, d)
		}
	}
	sorting.By(list, func(a, b Draft) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return list, nil
}

func draftIn(o offline.Object) (d draftData, id uuid.UUID, err error) {
	if err = json.Unmarshal(o.Data(), &d); err == nil {
		id, err = uuid.Parse(o.ID)
	}
	if err != nil {
		err = fmt.Errorf("read draft %s of this device: %w", o.ID, err)
	}
	return d, id, err
}

// ownEditions is where the editions that a device makes begin. They are never taken for the server's: a window that
// wrote without connection cannot, by the accident of one number, write over what another kept meanwhile.
const ownEditions = 1 << 40

// SaveDraft keeps what was written and queues it. d.Version is the edition that it goes on from: a device's own, or of a
// draft that is not here, or is behind, the server's. The operation says which edition of the server's was seen.
func (o Offline) SaveDraft(ctx context.Context, d Draft) (Draft, error) {
	e, err := o.Encounter(ctx, d.EncounterID)
	if err != nil {
		return d, err
	}
	seen := int64(0)
	if d.Version < ownEditions {
		seen = d.Version
	}
	object, err := offline.From(ctx).Find(ctx, draftEntity, d.ID.String())
	if err != nil && !fault.IsNotFound(err) {
		return d, err
	}
	if err == nil {
		kept, _, err := draftIn(object)
		if err != nil {
			return d, err
		}
		if kept.Version > d.Version {
			return d, ErrStaleDraft
		}
		seen = max(seen, object.Version)
		if object.Pending() {
			seen = kept.Seen
		}
	}
	d.Version = max(d.Version, ownEditions) + 1
	return d, offline.From(ctx).Put(ctx, draftEntity, d.ID, draftDataOf(d, e, seen))
}

// CopyDraft keeps what the server has just kept. What was written here and waits is newer, and stays.
func (o Offline) CopyDraft(ctx context.Context, d Draft) error {
	unit := offline.From(ctx)
	object, err := unit.Find(ctx, draftEntity, d.ID.String())
	if err != nil && !fault.IsNotFound(err) {
		return err
	}
	if err == nil && object.Pending() {
		return nil
	}
	e, err := o.Encounter(ctx, d.EncounterID)
	if err != nil {
		return err
	}
	text, err := json.Marshal(draftDataOf(d, e, d.Version))
	if err != nil {
		return fmt.Errorf("write draft %s: %w", d.ID, err)
	}
	object.Entity, object.ID, object.Base, object.Local, object.Version = draftEntity, d.ID.String(), text, nil, d.Version
	return unit.Keep(ctx, object)
}

// HoldDraft notes the window in what is here; the server learns of it with what that window writes.
func (o Offline) HoldDraft(ctx context.Context, id uuid.UUID, holder string, at time.Time) error {
	unit := offline.From(ctx)
	object, err := unit.Find(ctx, draftEntity, id.String())
	if err != nil {
		return err
	}
	data, _, err := draftIn(object)
	if err != nil {
		return err
	}
	data.Window, data.UpdatedAt = holder, at
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write draft %s: %w", id, err)
	}
	if object.Pending() {
		return unit.Put(ctx, draftEntity, id, data)
	}
	object.Base = text
	return unit.Keep(ctx, object)
}

// DropDraft forgets it and what waits of it unsent: its record says the same.
func (o Offline) DropDraft(ctx context.Context, id uuid.UUID) error {
	return offline.From(ctx).Withdraw(ctx, draftEntity, id)
}

func (o Offline) DraftsBy(ctx context.Context, author uuid.UUID) ([]Draft, error) {
	return o.draftsWhere(ctx, func(d Draft) bool { return d.AuthorID == author })
}
