package offline

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Put keeps the whole of an object and queues it. What waits of it and was never sent says nothing any more: this takes
// its place, so that what is written every few seconds is one operation.
func (u *Unit) Put(ctx context.Context, entity string, id uuid.UUID, data any) error {
	o, err := u.Find(ctx, entity, id.String())
	action := Update
	if fault.IsNotFound(err) {
		o, action = Object{Entity: entity, ID: id.String()}, Create
	} else if err != nil {
		return err
	}
	waits, found, err := u.unsent(ctx, entity, id)
	if err != nil {
		return err
	}
	if !found {
		return u.write(ctx, o, action, data)
	}
	if waits.Data, err = json.Marshal(data); err != nil {
		return fmt.Errorf("write %s %s: %w", entity, id, err)
	}
	at, err := u.device.moment(ctx)
	if err != nil {
		return err
	}
	waits.Timestamp, o.Local = at, waits.Data
	u.meta[momentMeta] = at.Format(time.RFC3339Nano)
	u.turn(waits)
	return u.Keep(ctx, o)
}

// unsent is the last operation on an object that waits and was never on its way.
func (u *Unit) unsent(ctx context.Context, entity string, id uuid.UUID) (last Entry, found bool, err error) {
	waiting, err := u.Entries(ctx, Pending)
	for _, e := range waiting {
		if e.Entity == entity && e.LocalID == id && !e.Sent && e.N > 0 {
			last, found = e, true
		}
	}
	return last, found, err
}

// Withdraw forgets an object with what waits of it and was never sent. What is on its way arrives.
func (u *Unit) Withdraw(ctx context.Context, entity string, id uuid.UUID) error {
	waiting, err := u.Entries(ctx, Pending)
	if err != nil {
		return err
	}
	for _, e := range waiting {
		if e.Entity == entity && e.LocalID == id && !e.Sent && e.N > 0 {
			delete(u.turned, e.N)
			u.forget = append(u.forget, e.N)
		}
	}
	u.Drop(entity, id.String())
	return nil
}
