package offline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// Once reads a list that a request asks for again and again (who works here, what is offered) a single time in the
// unit of ctx. Whatever the unit keeps makes it read again. The lists' elements are shared: callers change none.
func Once[T any](ctx context.Context, what string, read func() ([]T, error)) ([]T, error) {
	u := From(ctx)
	if kept, ok := u.read[what].([]T); ok {
		return slices.Clone(kept), nil
	}
	list, err := read()
	if err == nil {
		u.remember(what, list)
	}
	return slices.Clone(list), err
}

func (u *Unit) remember(what string, list any) {
	if u.read == nil {
		u.read = map[string]any{}
	}
	u.read[what] = list
}

// List reads every object of an entity into what its module calls it.
func List[D, T any](ctx context.Context, entity string, build func(id uuid.UUID, version int64, data D) (T, error)) ([]T, error) {
	objects, err := From(ctx).All(ctx, entity)
	if err != nil {
		return nil, err
	}
	list := make([]T, 0, len(objects))
	for _, o := range objects {
		one, err := read(o, build)
		if err != nil {
			return nil, fmt.Errorf("read %s %s of this device: %w", entity, o.ID, err)
		}
		list = append(list, one)
	}
	return list, nil
}

func read[D, T any](o Object, build func(uuid.UUID, int64, D) (T, error)) (one T, err error) {
	id, err := uuid.Parse(o.ID)
	if err != nil {
		return one, err
	}
	var data D
	if err := json.Unmarshal(o.Data(), &data); err != nil {
		return one, err
	}
	return build(id, o.LocalVersion(), data)
}
