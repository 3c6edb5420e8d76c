//go:build !js

package patients

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
)

// Visits is what the register asks of the agenda to choose what a device holds.
type Visits interface {
	// InWindow tells which of ids have an appointment that starts in [w.From, w.To), whatever became of it.
	InWindow(ctx context.Context, w offline.Window, ids []uuid.UUID) (map[uuid.UUID]bool, error)
	// PatientsInWindow lists the patients with such an appointment by id, each once, behind after (uuid.Nil: from the
	// beginning).
	PatientsInWindow(ctx context.Context, w offline.Window, after uuid.UUID, limit int) ([]uuid.UUID, error)
	// CountInWindow is how many PatientsInWindow lists in all.
	CountInWindow(ctx context.Context, w offline.Window) (int, error)
	// SeenBefore lists patients by their last appointment that starts before the moment, latest first, each once,
	// behind after (the zero Seen: from the beginning). Order: At descending, then Patient descending.
	SeenBefore(ctx context.Context, before time.Time, after Seen, limit int) ([]Seen, error)
}

// Seen is when somebody's last appointment was.
type Seen struct {
	Patient uuid.UUID
	At      time.Time
}

// DirectorySize is how many people a device holds beside those of its window.
const DirectorySize = 20_000

// Sync is the register as devices see it: patients with an appointment in the window whole, and a directory of more,
// latest seen first. Nothing in it is clinical, whoever asks.
type Sync struct {
	service *Service
	store   *Postgres
	visits  Visits
}

// NewSync offers the register to devices.
func NewSync(service *Service, store *Postgres, visits Visits) *Sync {
	return &Sync{service, store, visits}
}

// Name is the entity's word on the wire.
func (*Sync) Name() string { return Entity }

// Current reads those of ids that the clinic has, each as much as a device may hold of it. Behind them come the entries
// that answer for those joined into another: a device that meets one must find the other.
func (s *Sync) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	if len(ids) == 0 || !access.Who(ctx).Can(accounts.PatientsRead) {
		return nil, nil
	}
	family, err := s.store.families(ctx, ids)
	if err != nil {
		return nil, err
	}
	inWindow, err := s.visits.InWindow(ctx, w, family.everybody())
	if err != nil {
		return nil, err
	}
	near := family.answeringFor(inWindow)
	var whole, listed []uuid.UUID
	for _, id := range family.wanted {
		if near[family.answers[id]] {
			whole = append(whole, id)
		} else {
			listed = append(listed, id)
		}
	}
	people, err := s.store.heldPatients(ctx, whole, listed)
	if err != nil {
		return nil, err
	}
	changes := make([]offline.Change, 0, len(people))
	for _, id := range family.wanted {
		p, ok := people[id]
		if !ok {
			continue
		}
		data, err := deviceJSON(p, p.Held)
		if err != nil {
			return nil, err
		}
		changes = append(changes, offline.Change{Entity: Entity, ID: id, Version: p.Version, Data: data})
	}
	return changes, nil
}

// Entering lists nobody: an appointment that enters the window brings its patient.
func (*Sync) Entering(context.Context, offline.Window, time.Time, time.Time) ([]uuid.UUID, error) {
	return nil, nil
}

// Count is how many people Page lists, but for those who come twice because their entry was joined into another.
func (s *Sync) Count(ctx context.Context, w offline.Window) (int, error) {
	if !access.Who(ctx).Can(accounts.PatientsRead) {
		return 0, nil
	}
	near, err := s.visits.CountInWindow(ctx, w)
	if err != nil {
		return 0, err
	}
	all, err := s.store.count(ctx)
	return near + min(max(all-near, 0), DirectorySize), err
}

// Page lists first who has an appointment in the window, then the directory: who came before it, latest first, then
// who never came, last registered first. Whoever changes while it is read reaches the device through the feed.
func (s *Sync) Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error) {
	if !access.Who(ctx).Can(accounts.PatientsRead) {
		return nil, "", nil
	}
	place, err := readPlace(after)
	if err != nil {
		return nil, "", err
	}
	for {
		ids, next, err := s.list(ctx, w, place, limit)
		if err != nil {
			return nil, "", err
		}
		if len(ids) > 0 || next.part == partEnd {
			changes, err := s.Current(ctx, w, ids)
			return changes, next.text(), err
		}
		place = next
	}
}

// list gives the ids behind a place and the place behind them.
func (s *Sync) list(ctx context.Context, w offline.Window, from place, limit int) ([]uuid.UUID, place, error) {
	if from.part != partWindow {
		limit = min(limit, DirectorySize-from.listed)
	}
	if limit <= 0 {
		return nil, place{part: partEnd}, nil
	}
	switch from.part {
	case partWindow:
		ids, err := s.visits.PatientsInWindow(ctx, w, from.id, limit)
		if len(ids) < limit {
			return ids, place{part: partSeen}, err
		}
		return ids, place{part: partWindow, id: ids[len(ids)-1]}, err
	case partSeen:
		return s.listSeen(ctx, w, from, limit)
	case partNever:
		return s.listNever(ctx, w, from, limit)
	}
	return nil, place{part: partEnd}, nil
}

func (s *Sync) listSeen(ctx context.Context, w offline.Window, from place, limit int) ([]uuid.UUID, place, error) {
	seen, err := s.visits.SeenBefore(ctx, w.From, Seen{from.id, from.at}, limit)
	if err != nil {
		return nil, place{}, err
	}
	ids := make([]uuid.UUID, 0, len(seen))
	for _, one := range seen {
		ids = append(ids, one.Patient)
	}
	next := place{part: partNever}
	if len(seen) == limit {
		next = place{part: partSeen, id: seen[limit-1].Patient, at: seen[limit-1].At}
	}
	ids, err = s.without(ctx, w, ids)
	next.listed = from.listed + len(ids)
	return ids, next, err
}

func (s *Sync) listNever(ctx context.Context, w offline.Window, from place, limit int) ([]uuid.UUID, place, error) {
	ids, err := s.store.lastRegistered(ctx, from.id, limit)
	if err != nil {
		return nil, place{}, err
	}
	next := place{part: partEnd}
	if len(ids) == limit {
		next = place{part: partNever, id: ids[limit-1]}
	}
	ids, err = s.without(ctx, offline.Window{To: w.To}, ids)
	next.listed = from.listed + len(ids)
	return ids, next, err
}

// without leaves out who has an appointment in w: they were listed before.
func (s *Sync) without(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	listed, err := s.visits.InWindow(ctx, w, ids)
	if err != nil {
		return nil, err
	}
	var rest []uuid.UUID
	for _, id := range ids {
		if !listed[id] {
			rest = append(rest, id)
		}
	}
	return rest, nil
}
