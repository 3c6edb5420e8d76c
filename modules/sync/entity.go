//go:build !js

package sync

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// Entity is what a module offers to devices. Every method works inside the clinic's transaction of ctx, for the person
// of access.Who(ctx): what that role may not see is left out, what it may not do is refused.
type Entity interface {
	// Name is the entity's word on the wire.
	Name() string
	// Apply carries an operation out, by the module's own service and rules, in the savepoint of ctx. A fault refuses
	// it with its code, field and message; offline.Missing says what must arrive first; any other error is a failure.
	Apply(ctx context.Context, op offline.Received) (offline.Outcome, error)
	// Current reads those of ids that a device of this person may hold now, whole.
	Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error)
	// Page lists what a new device gets, after a place ("" is the beginning); next "" ends it.
	Page(ctx context.Context, w offline.Window, after string, limit int) (page []offline.Change, next string, err error)
	// Count is how many objects Page lists in all.
	Count(ctx context.Context, w offline.Window) (int, error)
	// Entering lists what enters the window when its end moves from one moment to another.
	Entering(ctx context.Context, w offline.Window, from, to time.Time) ([]uuid.UUID, error)
}

// Companions is an Entity whose objects never travel alone: an appointment comes with its patient.
type Companions interface {
	Entity
	// With names, for each change, the objects that it needs beside it.
	With(ctx context.Context, changes []offline.Change) (map[uuid.UUID][]offline.Ref, error)
}
