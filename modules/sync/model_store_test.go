package sync_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// shelf is everything that the model's server keeps of one clinic. It is copied whole before each transaction, so that
// a failure or a cut leaves nothing behind.
type shelf struct {
	epoch     uuid.UUID
	queue     map[uuid.UUID]sync.Arrival
	order     []uuid.UUID // of the queue
	answers   map[uuid.UUID]sync.Answer
	arrived   map[uuid.UUID]time.Time // when the server first held an operation: what its time is clamped by
	log       []sync.Touched
	conflicts map[uuid.UUID]sync.Conflict
	people    map[uuid.UUID]person
	bookings  map[uuid.UUID]booking
	aliases   map[uuid.UUID]uuid.UUID
	effects   map[uuid.UUID]int // how often an operation changed something
}

func newShelf() *shelf {
	return &shelf{
		epoch: uuid.New(), queue: map[uuid.UUID]sync.Arrival{}, answers: map[uuid.UUID]sync.Answer{}, arrived: map[uuid.UUID]time.Time{},
		conflicts: map[uuid.UUID]sync.Conflict{}, people: map[uuid.UUID]person{}, bookings: map[uuid.UUID]booking{},
		aliases: map[uuid.UUID]uuid.UUID{}, effects: map[uuid.UUID]int{},
	}
}

func (s *shelf) copy() *shelf {
	return &shelf{
		epoch: s.epoch, queue: maps.Clone(s.queue), order: slices.Clone(s.order), answers: maps.Clone(s.answers), arrived: maps.Clone(s.arrived),
		log: slices.Clone(s.log), conflicts: maps.Clone(s.conflicts), people: maps.Clone(s.people), bookings: maps.Clone(s.bookings),
		aliases: maps.Clone(s.aliases), effects: maps.Clone(s.effects),
	}
}

func (s *shelf) touch(entity string, id uuid.UUID) {
	s.log = append(s.log, sync.Touched{Entity: entity, ID: id, Seq: int64(len(s.log) + 1)})
}

var errKilled = errors.New("the server was killed")

// modelStore is the server's store in memory.
type modelStore struct {
	clinics map[uuid.UUID]*shelf
	staff   map[uuid.UUID]func() access.Identity
	calls   int // until the server is killed; 0 never
}

type shelfKey struct{}

type opened struct {
	shelf  *shelf
	bold   bool // what would be taken back spoils the whole
	spoilt bool
}

func at(ctx context.Context) *shelf { return ctx.Value(shelfKey{}).(*opened).shelf }

// live counts a call, and kills the server when its time has come.
func (m *modelStore) live() error {
	if m.calls == 0 {
		return nil
	}
	if m.calls--; m.calls == 0 {
		return errKilled
	}
	return nil
}

func (m *modelStore) Transact(ctx context.Context, a sync.Author, f func(ctx context.Context) error) error {
	return m.transact(ctx, a, f, &opened{shelf: m.clinics[a.Clinic].copy()})
}

func (m *modelStore) Attempt(ctx context.Context, a sync.Author, f func(ctx context.Context) error) error {
	return m.transact(ctx, a, f, &opened{shelf: m.clinics[a.Clinic].copy(), bold: true})
}

var errSpoilt = errors.New("a part of the attempt failed")

func (m *modelStore) transact(ctx context.Context, a sync.Author, f func(ctx context.Context) error, inside *opened) error {
	if err := f(context.WithValue(ctx, shelfKey{}, inside)); err != nil {
		return err
	}
	if inside.spoilt {
		return errSpoilt
	}
	if err := m.live(); err != nil {
		return err
	}
	m.clinics[a.Clinic] = inside.shelf
	return m.live() // killed after the commit
}

func (m *modelStore) Savepoint(ctx context.Context, f func(ctx context.Context) error) error {
	inside := ctx.Value(shelfKey{}).(*opened)
	if inside.bold {
		err := f(ctx)
		inside.spoilt = inside.spoilt || err != nil
		return err
	}
	before := inside.shelf
	inside.shelf = before.copy()
	err := f(ctx)
	if err != nil {
		inside.shelf = before
	}
	return err
}

func (m *modelStore) Lasting(err error) bool { return !errors.Is(err, errKilled) }

func (m *modelStore) Enqueue(ctx context.Context, arrivals []sync.Arrival) error {
	s := at(ctx)
	for _, a := range arrivals {
		_, queued := s.queue[a.OpID]
		_, answered := s.answers[a.OpID]
		if queued || answered {
			continue
		}
		s.queue[a.OpID] = a
		s.order = append(s.order, a.OpID)
		s.arrived[a.OpID] = a.ReceivedAt
	}
	return m.live()
}

func (m *modelStore) Lock(context.Context, []uuid.UUID) error { return m.live() }

func (m *modelStore) Queued(ctx context.Context, ops []uuid.UUID) (map[uuid.UUID]sync.Arrival, error) {
	return picked(at(ctx).queue, ops), m.live()
}

func (m *modelStore) Answers(ctx context.Context, ops []uuid.UUID) (map[uuid.UUID]sync.Answer, error) {
	return picked(at(ctx).answers, ops), m.live()
}

func picked[V any](from map[uuid.UUID]V, ids []uuid.UUID) map[uuid.UUID]V {
	found := map[uuid.UUID]V{}
	for _, id := range ids {
		if v, ok := from[id]; ok {
			found[id] = v
		}
	}
	return found
}

func (m *modelStore) Settle(ctx context.Context, answers []sync.Answer, gone []uuid.UUID) error {
	s := at(ctx)
	for _, a := range answers {
		s.answers[a.OpID] = a
	}
	for _, id := range gone {
		delete(s.queue, id)
	}
	s.order = slices.DeleteFunc(s.order, func(id uuid.UUID) bool { return slices.Contains(gone, id) })
	return m.live()
}

func (m *modelStore) Postpone(ctx context.Context, op uuid.UUID, missing *offline.Missing) error {
	s := at(ctx)
	a := s.queue[op]
	if a.WaitsFor = missing; missing == nil {
		a.Tries++
	}
	s.queue[op] = a
	return m.live()
}

func (m *modelStore) inQueue(ctx context.Context, wanted func(sync.Arrival) bool) (found []sync.Arrival) {
	s := at(ctx)
	for _, id := range s.order {
		if wanted(s.queue[id]) {
			found = append(found, s.queue[id])
		}
	}
	return found
}

func (m *modelStore) Due(ctx context.Context, user uuid.UUID, before time.Time, limit int) ([]sync.Arrival, error) {
	due := m.inQueue(ctx, func(a sync.Arrival) bool { return a.UserID == user && a.ReceivedAt.Before(before) })
	return due[:min(limit, len(due))], m.live()
}

func (m *modelStore) WaitingFor(ctx context.Context, objects []uuid.UUID) ([]sync.Arrival, error) {
	return m.inQueue(ctx, func(a sync.Arrival) bool { return a.WaitsFor != nil && slices.Contains(objects, a.WaitsFor.ID) }), m.live()
}

func (m *modelStore) Backlog(ctx context.Context, before time.Time) (users []uuid.UUID, oldest time.Time, err error) {
	for _, a := range m.inQueue(ctx, func(a sync.Arrival) bool { return a.ReceivedAt.Before(before) }) {
		if !slices.Contains(users, a.UserID) {
			users = append(users, a.UserID)
		}
		oldest = a.ReceivedAt
	}
	return users, oldest, m.live()
}

func (m *modelStore) RefusedCreate(ctx context.Context, entity string, object uuid.UUID) (bool, error) {
	refused := false
	for _, a := range at(ctx).answers {
		if a.Entity == entity && a.Object == object && a.Action == offline.Create {
			refused = refused || a.Result.Status == offline.Rejected
		}
	}
	return refused, m.live()
}

func (m *modelStore) Person(_ context.Context, user uuid.UUID) (access.Identity, error) {
	who, ok := m.staff[user]
	if !ok {
		return access.Identity{}, fault.ErrNotFound
	}
	return who(), m.live()
}

func (m *modelStore) Extent(ctx context.Context) (sync.Extent, error) {
	s := at(ctx)
	return sync.Extent{Epoch: s.epoch, Last: int64(len(s.log)), First: 1}, m.live()
}

func (m *modelStore) Touched(ctx context.Context, after, upTo int64, limit int) ([]sync.Touched, error) {
	last := map[uuid.UUID]sync.Touched{}
	for _, t := range at(ctx).log[after:upTo] {
		last[t.ID] = t
	}
	found := slices.SortedFunc(maps.Values(last), func(a, b sync.Touched) int { return cmp.Compare(a.Seq, b.Seq) })
	return found[:min(limit, len(found))], m.live()
}

func (m *modelStore) Sign(_ context.Context, text string) ([][]byte, error) {
	mark := sha256.Sum256([]byte("model " + text))
	return [][]byte{mark[:16]}, m.live()
}

func (m *modelStore) AddConflict(ctx context.Context, c sync.Conflict) error {
	s := at(ctx)
	s.conflicts[c.ID] = c
	s.touch(sync.ConflictEntity, c.ID)
	return m.live()
}

func (m *modelStore) Conflicts(ctx context.Context, ids []uuid.UUID) ([]sync.Conflict, error) {
	return slices.Collect(maps.Values(picked(at(ctx).conflicts, ids))), m.live()
}

func (m *modelStore) OpenConflicts(ctx context.Context, user, after uuid.UUID, limit int) ([]sync.Conflict, error) {
	var found []sync.Conflict
	for _, c := range at(ctx).conflicts {
		if c.Open() && (user == uuid.Nil || c.UserID == user) && bytes.Compare(c.ID[:], after[:]) > 0 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b sync.Conflict) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return found[:min(limit, len(found))], m.live()
}

func (m *modelStore) CountConflicts(ctx context.Context, user uuid.UUID) (int, error) {
	found, err := m.OpenConflicts(ctx, user, uuid.Nil, 1<<30)
	return len(found), err
}

func (m *modelStore) LockConflict(ctx context.Context, id uuid.UUID) (sync.Conflict, error) {
	c, ok := at(ctx).conflicts[id]
	if !ok {
		return c, fault.ErrNotFound
	}
	return c, m.live()
}

func (m *modelStore) Decide(ctx context.Context, id uuid.UUID, choice string, by uuid.UUID, when time.Time) error {
	s := at(ctx)
	c := s.conflicts[id]
	c.DecidedAt, c.DecidedBy, c.Choice, c.Version = &when, by, choice, c.Version+1
	s.conflicts[id] = c
	s.touch(sync.ConflictEntity, id)
	return m.live()
}
