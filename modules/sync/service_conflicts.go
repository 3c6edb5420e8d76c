//go:build !js

package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// mostShown is how many conflicts the page lists.
const mostShown = 200

// disagree keeps what an operation lost, for a person to see, and says it in the answer; nil when nothing was lost.
func (s *Service) disagree(ctx context.Context, op offline.Received, user uuid.UUID, o offline.Outcome) (*Disagreement, error) {
	if o.Status != offline.Superseded && o.Status != offline.Conflict {
		return nil, nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	object := o.ServerID
	if object == uuid.Nil {
		object = op.LocalID
	}
	err = s.Store.AddConflict(ctx, Conflict{
		ID: id, Entity: op.Entity, ObjectID: object, OpID: op.OpID, Title: o.Title, Lost: o.Lost, Now: o.Now, NowBy: o.NowBy, NowAt: o.NowAt, Choices: o.Choices,
		Status: o.Status, UserID: user, Device: op.Device, At: op.At, Version: 1, CreatedAt: s.Now(),
	})
	if err != nil {
		return nil, fmt.Errorf("keep a conflict: %w", err)
	}
	return &Disagreement{LocalID: op.LocalID, ServerVersion: o.Now, OpID: op.OpID, ID: id, Lost: o.Lost, Title: o.Title, Choices: o.Choices}, nil
}

// sees is whose conflicts the person of ctx sees: their own, and whoever leads the clinic everybody's (zero).
func sees(ctx context.Context) uuid.UUID {
	who := access.Who(ctx)
	if who.Has(string(accounts.ClinicAdmin)) {
		return uuid.Nil
	}
	return who.UserID
}

func visible(ctx context.Context, c Conflict) bool {
	whose := sees(ctx)
	return whose == uuid.Nil || whose == c.UserID
}

// Open lists the conflicts that the person of ctx has to decide, oldest first; whoever leads the clinic sees all.
func (s *Service) Open(ctx context.Context) ([]Conflict, error) {
	return s.Store.OpenConflicts(ctx, sees(ctx), uuid.Nil, mostShown)
}

// CountOpen is how many Open would list.
func (s *Service) CountOpen(ctx context.Context) (int, error) {
	return s.Store.CountConflicts(ctx, sees(ctx))
}

// Resolve decides a conflict in the transaction of ctx: Mine writes what lost once more, ByField a part of it, Theirs
// leaves what is kept, the place of a choice takes that way out. Deciding twice is harmless: the first decision stands,
// and is told.
func (s *Service) Resolve(ctx context.Context, id uuid.UUID, v Verdict) (Decision, error) {
	c, err := s.Store.LockConflict(ctx, id)
	if err != nil {
		return Decision{}, err
	}
	if !visible(ctx, c) {
		return Decision{}, fault.ErrNotFound
	}
	data, ok := c.way(v)
	if !ok {
		return Decision{}, refuse("unknown_choice", "choice", "Elija una de las opciones.")
	}
	if !c.Open() {
		return c.decision(c.Choice, c.DecidedBy, true), nil
	}
	if !empty(data) {
		if err := s.writeAgain(ctx, c, data); err != nil {
			return Decision{}, err
		}
	}
	by := access.Who(ctx).UserID
	return c.decision(v.Choice, by, false), s.Store.Decide(ctx, id, v.Choice, by, s.Now())
}

func empty(data json.RawMessage) bool {
	text := bytes.TrimSpace(data)
	return len(text) == 0 || bytes.Equal(text, []byte("null")) || bytes.Equal(text, []byte("{}"))
}

// writeAgain carries a decision out as an update of now, made by somebody who has seen the present version. What it
// in turn loses is a new conflict.
func (s *Service) writeAgain(ctx context.Context, c Conflict, data json.RawMessage) error {
	entity, ok := s.byName[c.Entity]
	if !ok {
		return fmt.Errorf("resolve a conflict of %s: nobody offers it", c.Entity)
	}
	present, err := entity.Current(ctx, s.window(ctx), []uuid.UUID{c.ObjectID})
	if err != nil {
		return fmt.Errorf("read what is kept now: %w", err)
	}
	var version int64
	for _, p := range present {
		if p.ID == c.ObjectID {
			version = p.Version
		}
	}
	opID, err := uuid.NewV7()
	if err != nil {
		return err
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	op := offline.Received{At: now, Decides: true, Operation: offline.Operation{
		Entity: c.Entity, Action: offline.Update, LocalID: c.ObjectID, Data: data, Timestamp: now, OpID: opID, BaseVersion: version,
	}}
	outcome, err := entity.Apply(ctx, op)
	var missing *offline.Missing
	if errors.As(err, &missing) {
		return fault.Conflicted("gone", "Lo que se quiso cambiar ya no está. Elija dejarlo como está.")
	}
	if err != nil {
		return err
	}
	_, err = s.disagree(ctx, op, access.Who(ctx).UserID, outcome)
	return err
}

// conflicts are themselves an entity: open ones travel to devices, and deciding one there is an operation.
type conflicts struct{ s *Service }

func (e *conflicts) Name() string { return ConflictEntity }

// Apply decides a conflict as a device chose.
func (e *conflicts) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	if op.Action != offline.Update {
		return offline.Outcome{}, refuse("unknown_action", "action", "Un conflicto solo se resuelve.")
	}
	var said Verdict
	decoder := json.NewDecoder(bytes.NewReader(op.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&said); err != nil {
		return offline.Outcome{}, refuse("unknown_field", "choice", "Elija una de las opciones.")
	}
	decision, err := e.s.Resolve(ctx, op.LocalID, said)
	switch {
	case err != nil:
		return offline.Outcome{}, err
	case decision.Before:
		return offline.Outcome{Status: offline.Duplicate}, nil
	}
	return offline.Outcome{Status: offline.Updated}, nil
}

// Current are those that are still open, for whoever may decide them.
func (e *conflicts) Current(ctx context.Context, _ offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	found, err := e.s.Store.Conflicts(ctx, ids)
	if err != nil {
		return nil, err
	}
	changes := make([]offline.Change, 0, len(found))
	for _, c := range found {
		if !c.Open() || !visible(ctx, c) {
			continue
		}
		change, err := changeOf(c)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	return changes, nil
}

func changeOf(c Conflict) (offline.Change, error) {
	data, err := json.Marshal(c)
	return offline.Change{Entity: ConflictEntity, ID: c.ID, Version: c.Version, Data: data}, err
}

// Page lists the open ones by id.
func (e *conflicts) Page(ctx context.Context, _ offline.Window, after string, limit int) ([]offline.Change, string, error) {
	var from uuid.UUID
	if after != "" {
		var err error
		if from, err = uuid.Parse(after); err != nil {
			return nil, "", fmt.Errorf("read the place in the conflicts: %w", err)
		}
	}
	found, err := e.s.Store.OpenConflicts(ctx, sees(ctx), from, limit)
	if err != nil {
		return nil, "", err
	}
	page := make([]offline.Change, 0, len(found))
	for _, c := range found {
		change, err := changeOf(c)
		if err != nil {
			return nil, "", err
		}
		page = append(page, change)
	}
	if len(found) < limit {
		return page, "", nil
	}
	return page, found[len(found)-1].ID.String(), nil
}

// Count is how many are open.
func (e *conflicts) Count(ctx context.Context, _ offline.Window) (int, error) {
	return e.s.CountOpen(ctx)
}

// Entering is nothing: conflicts know no window.
func (e *conflicts) Entering(context.Context, offline.Window, time.Time, time.Time) ([]uuid.UUID, error) {
	return nil, nil
}
