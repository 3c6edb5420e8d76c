package offline

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"hampi/modules/platform/sorting"
)

// Memory is a KV that lives as long as the program: for tests and models.
type Memory struct {
	mu    sync.Mutex
	rows  map[Ref]Row
	queue map[int64]Queued
	meta  map[string]string
	last  int64
}

// NewMemory is an empty store.
func NewMemory() *Memory {
	return &Memory{rows: map[Ref]Row{}, queue: map[int64]Queued{}, meta: map[string]string{}}
}

func (m *Memory) Get(_ context.Context, kind string, ids ...string) ([]Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Row
	for _, id := range ids {
		if row, ok := m.rows[Ref{kind, id}]; ok {
			found = append(found, row)
		}
	}
	return found, nil
}

func (m *Memory) ByKey(_ context.Context, kind, from, to string) ([]Row, error) {
	return m.list(func(r Row) bool { return r.Kind == kind && r.Key >= from && r.Key < to }), nil
}

func (m *Memory) ByGroup(_ context.Context, kind, group string) ([]Row, error) {
	return m.list(func(r Row) bool { return r.Kind == kind && r.Group == group }), nil
}

func (m *Memory) Count(_ context.Context, kind string) (int, error) {
	return len(m.list(func(r Row) bool { return r.Kind == kind })), nil
}

func (m *Memory) list(wanted func(Row) bool) []Row {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Row
	for _, row := range m.rows {
		if wanted(row) {
			found = append(found, row)
		}
	}
	sorting.By(found, func(a, b Row) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID)) })
	return found
}

func (m *Memory) Queue(_ context.Context, states ...QueueState) ([]Queued, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Queued
	for _, n := range slices.Sorted(maps.Keys(m.queue)) {
		if slices.Contains(states, m.queue[n].State) {
			found = append(found, m.queue[n])
		}
	}
	return found, nil
}

func (m *Memory) Meta(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.meta[name], nil
}

func (m *Memory) Commit(_ context.Context, b Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, ref := range b.Delete {
		delete(m.rows, ref)
	}
	for _, row := range b.Put {
		m.rows[Ref{row.Kind, row.ID}] = row
	}
	for _, q := range b.Queue {
		if q.N == 0 {
			m.last++
			q.N = m.last
		}
		m.queue[q.N] = q
	}
	for _, n := range b.Unqueue {
		delete(m.queue, n)
	}
	maps.Copy(m.meta, b.Meta)
	return nil
}
