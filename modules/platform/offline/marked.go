package offline

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"
)

// A marked list is one row that holds a list of many short things, beside a row of a few bytes that names this edition
// of it: whoever has read an edition reads it again only when there is another one.
const (
	listRow = "all"
	markRow = "mark"
)

// editions are the marked lists that a device has read, by kind.
type editions struct {
	mu   sync.Mutex
	read map[string]edition
}

type edition struct {
	mark string
	list any
}

// Marked gives the list of a kind as parse reads it, a single time in the unit of ctx. The list is shared: callers change
// nothing of it.
func Marked[T any](ctx context.Context, kind string, parse func(value []byte) ([]T, error)) ([]T, error) {
	u := From(ctx)
	if list, ok := u.read[kind].([]T); ok {
		return list, nil
	}
	list, err := marked(ctx, u, kind, parse)
	if err == nil {
		u.remember(kind, list)
	}
	return list, err
}

func marked[T any](ctx context.Context, u *Unit, kind string, parse func(value []byte) ([]T, error)) ([]T, error) {
	mark, err := u.Index(ctx, kind, markRow)
	if err != nil {
		return nil, fmt.Errorf("read the mark of %s: %w", kind, err)
	}
	if list, ok := u.device.editions.of(kind, string(mark)).([]T); ok {
		return list, nil
	}
	if _, own := u.rows[Ref{kind, listRow}]; own {
		value, err := u.Index(ctx, kind, listRow)
		if err != nil {
			return nil, err
		}
		return parse(value) // what is not kept yet is no edition
	}
	rows, err := u.device.kv.Get(ctx, kind, listRow, markRow) // both of one edition
	if err != nil {
		return nil, fmt.Errorf("read %s of this device: %w", kind, err)
	}
	values := map[string][]byte{}
	for _, row := range rows {
		values[row.ID] = row.Value
	}
	list, err := parse(values[listRow])
	if err == nil {
		u.device.editions.keep(kind, edition{string(values[markRow]), list})
	}
	return list, err
}

// KeepMarked writes the list of a kind as a new edition, together with the rest.
func (u *Unit) KeepMarked(kind string, value []byte) {
	u.KeepIndex(kind, listRow, value)
	u.KeepIndex(kind, markRow, []byte(uuid.NewString()))
	u.read = nil
}

func (e *editions) of(kind, mark string) any {
	e.mu.Lock()
	defer e.mu.Unlock()
	if kept := e.read[kind]; mark != "" && kept.mark == mark {
		return kept.list
	}
	return nil
}

func (e *editions) keep(kind string, next edition) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.read == nil {
		e.read = map[string]edition{}
	}
	e.read[kind] = next
}
