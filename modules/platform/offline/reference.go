package offline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
)

// Reference is an entity that devices only read, and of which a clinic has so few that they are read whole: its
// sites, its professionals, what it offers. Whoever may not see it gets none.
type Reference struct {
	Entity string
	Needs  access.Permission
	All    func(ctx context.Context) ([]Change, error)
}

// ErrReadOnly refuses an operation on what devices only read.
var ErrReadOnly error = &fault.Fault{Kind: fault.Forbidden, Code: "read_only", Message: "Esto se cambia en línea, en Configuración."}

// ErrNeedsConnection refuses a write that a device cannot keep for later.
var ErrNeedsConnection = fault.NotNow("Requiere conexión. Hágalo cuando vuelva la internet.")

// Changes are the objects of a list for a device; parts takes one apart.
func Changes[T any](entity string, list []T, parts func(T) (id uuid.UUID, version int64, data any)) ([]Change, error) {
	changes := make([]Change, 0, len(list))
	for _, one := range list {
		id, version, data := parts(one)
		text, err := json.Marshal(data)
		if err != nil {
			return nil, fmt.Errorf("write %s %s for a device: %w", entity, id, err)
		}
		changes = append(changes, Change{Entity: entity, ID: id, Version: version, Data: text})
	}
	return changes, nil
}

// Name is the entity's word on the wire.
func (r Reference) Name() string { return r.Entity }

// Apply refuses every operation.
func (r Reference) Apply(context.Context, Received) (Outcome, error) { return Outcome{}, ErrReadOnly }

// Current reads those of ids that the clinic has.
func (r Reference) Current(ctx context.Context, _ Window, ids []uuid.UUID) ([]Change, error) {
	all, err := r.visible(ctx)
	return slices.DeleteFunc(all, func(c Change) bool { return !slices.Contains(ids, c.ID) }), err
}

// Page lists all, by id.
func (r Reference) Page(ctx context.Context, _ Window, after string, limit int) (page []Change, next string, err error) {
	all, err := r.visible(ctx)
	if err != nil {
		return nil, "", err
	}
	all = slices.DeleteFunc(all, func(c Change) bool { return c.ID.String() <= after })
	sorting.By(all, func(a, b Change) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	if len(all) <= limit {
		return all, "", nil
	}
	return all[:limit], all[limit-1].ID.String(), nil
}

// Count is how many there are.
func (r Reference) Count(ctx context.Context, _ Window) (int, error) {
	all, err := r.visible(ctx)
	return len(all), err
}

// Entering lists nothing: no day brings them.
func (r Reference) Entering(context.Context, Window, time.Time, time.Time) ([]uuid.UUID, error) {
	return nil, nil
}

func (r Reference) visible(ctx context.Context) ([]Change, error) {
	if !access.Who(ctx).Can(r.Needs) {
		return nil, nil
	}
	return r.All(ctx)
}
