package patients

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// Offline is the Store of a device: what it holds of the register, and what is done here until it reaches the server.
// Every method works in the unit of ctx.
type Offline struct{ index *deviceIndexes }

// NewOffline is the register's store on a device. DeviceKind must be made of the same one.
func NewOffline() *Offline { return &Offline{index: newDeviceIndexes()} }

var _ Store = (*Offline)(nil)

// Whole is false: a device holds a part.
func (*Offline) Whole() bool { return false }

// Patient follows the alias of an id that the server knows as another one.
func (*Offline) Patient(ctx context.Context, id uuid.UUID) (Patient, error) {
	o, err := offline.From(ctx).Find(ctx, Entity, id.String())
	if err != nil {
		return Patient{}, err
	}
	return patientOf(o)
}

// Locked is Patient: one unit writes at a time.
func (s *Offline) Locked(ctx context.Context, id uuid.UUID) (Patient, error) {
	return s.Patient(ctx, id)
}

func patientOf(o offline.Object) (Patient, error) {
	id, err := uuid.Parse(o.ID)
	if err != nil {
		return Patient{}, fmt.Errorf("read patient %s of this device: %w", o.ID, err)
	}
	var data deviceData
	if err := json.Unmarshal(o.Data(), &data); err != nil {
		return Patient{}, fmt.Errorf("read patient %s of this device: %w", o.ID, err)
	}
	p, err := data.patient(id, o.LocalVersion())
	if err != nil {
		return Patient{}, fmt.Errorf("read patient %s of this device: %w", o.ID, err)
	}
	return p, nil
}

func (*Offline) Patients(ctx context.Context, ids []uuid.UUID) ([]Patient, error) {
	unit := offline.From(ctx)
	objects, err := unit.FindAll(ctx, Entity, texts(ids))
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	people := make([]Patient, 0, len(ids))
	for _, o := range objects {
		p, err := patientOf(o)
		if err != nil {
			return nil, err
		}
		known[o.ID] = true
		people = append(people, p)
	}
	for _, id := range ids {
		if known[id.String()] {
			continue
		}
		o, err := unit.Find(ctx, Entity, id.String()) // what became another one
		if fault.IsNotFound(err) || known[o.ID] {
			continue
		}
		if err != nil {
			return nil, err
		}
		p, err := patientOf(o)
		if err != nil {
			return nil, err
		}
		known[o.ID] = true
		people = append(people, p)
	}
	return people, nil
}

// Names come from the index: a full day shows hundreds of people. An id that became another one keeps its name.
func (s *Offline) Names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[uuid.UUID]string, len(ids))
	for _, id := range ids {
		e, ok := found.find(id)
		if !ok {
			led, err := offline.From(ctx).Canonical(ctx, id.String())
			if err != nil {
				return nil, err
			}
			other, err := uuid.Parse(led)
			if err != nil {
				return nil, fmt.Errorf("follow the alias of %s: %w", id, err)
			}
			if e, ok = found.find(other); !ok {
				continue
			}
		}
		names[id] = Demographics{FirstName: e.first, LastName: e.last, SecondLastName: e.second}.FullName()
	}
	return names, nil
}

// Add keeps people under the id that they have for ever, and queues them. The clinic's record number comes from the
// server.
func (s *Offline) Add(ctx context.Context, people []Patient) ([]Patient, error) {
	if err := s.takenBefore(ctx, people); err != nil {
		return nil, err
	}
	unit := offline.From(ctx)
	added := slices.Clone(people)
	for i, p := range added {
		err := unit.Create(ctx, Entity, p.ID, FieldsOf(p.Demographics))
		if errors.Is(err, offline.ErrKnown) {
			return nil, ErrIDTaken
		}
		if err != nil {
			return nil, fmt.Errorf("add patient: %w", err)
		}
		if err := s.index.overlay(ctx, p); err != nil {
			return nil, err
		}
		added[i].Clock, added[i].Version = nil, 1
		added[i].RegisteredBy, added[i].RegisteredSite = uuid.Nil, uuid.Nil
		added[i].CreatedAt, added[i].UpdatedAt = madeAt(p.ID), madeAt(p.ID)
	}
	return added, nil
}

// takenBefore refuses before anything is queued: all or none.
func (s *Offline) takenBefore(ctx context.Context, people []Patient) error {
	documents := map[Document]bool{}
	for _, p := range people {
		_, err := offline.From(ctx).Find(ctx, Entity, p.ID.String())
		if err == nil {
			return ErrIDTaken
		}
		if !fault.IsNotFound(err) {
			return err
		}
		if p.RecordNumber != "" {
			if ids, err := s.ByRecordNumber(ctx, p.RecordNumber); err != nil || len(ids) > 0 {
				return errors.Join(err, ErrRecordTaken)
			}
		}
		if p.Document.Number == "" {
			continue
		}
		if ids, err := s.ByDocument(ctx, []Document{p.Document}); err != nil || len(ids) > 0 || documents[p.Document] {
			return errors.Join(err, ErrDocumentTaken)
		}
		documents[p.Document] = true
	}
	return nil
}

// Save keeps what changed and queues that alone.
func (s *Offline) Save(ctx context.Context, p Patient, changed []Group) error {
	unit := offline.From(ctx)
	o, err := unit.Find(ctx, Entity, p.ID.String())
	if err != nil {
		return err
	}
	if o.LocalVersion() != p.Version-1 {
		return ErrStale
	}
	if slices.Contains(changed, Identity) && p.Document.Number != "" {
		ids, err := s.ByDocument(ctx, []Document{p.Document})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(ids, func(id uuid.UUID) bool { return id != p.ID }) {
			return ErrDocumentTaken
		}
	}
	if err := unit.Change(ctx, Entity, p.ID, FieldsOf(p.Demographics).in(changed)); err != nil {
		return fmt.Errorf("save patient: %w", err)
	}
	kept, err := s.Patient(ctx, p.ID)
	if err != nil {
		return err
	}
	return s.index.overlay(ctx, kept)
}

func (s *Offline) Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	p, err := s.Patient(ctx, id)
	if err != nil {
		return nil, err
	}
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	joined := newBest(-1, byID)
	found.each(func(e *entry) {
		if e.active == p.Active() && e.id != e.active {
			joined.add(e)
		}
	})
	return append([]uuid.UUID{p.Active()}, idsIn(joined.kept)...), nil
}

func (s *Offline) Similar(ctx context.Context, d Demographics) ([]Patient, error) {
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	same, key := newBest(-1, byID), d.SortKey()
	found.each(func(e *entry) {
		if e.sortKey == key && e.active == e.id {
			same.add(e)
		}
	})
	people, err := s.inOrder(ctx, idsIn(same.kept))
	people = slices.DeleteFunc(people, func(p Patient) bool { return !p.BirthDate.Equal(d.BirthDate) })
	return people[:min(len(people), 5)], err
}

func (s *Offline) Namesakes(ctx context.Context, d Demographics, but uuid.UUID) ([]string, error) {
	people, err := s.Similar(ctx, d)
	var records []string
	for _, p := range people {
		if p.ID != but {
			records = append(records, p.RecordNumber)
		}
	}
	return records, err
}

func (s *Offline) Page(ctx context.Context, from Cursor, limit int) ([]Patient, error) {
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	before := byName
	if from.Newest {
		before = newestFirst
	}
	page, after := newBest(limit, before), entry{id: from.ID, sortKey: from.SortKey}
	begin := from.ID == uuid.Nil && from.SortKey == ""
	found.each(func(e *entry) {
		if e.active == e.id && (begin || before(&after, e)) {
			page.add(e)
		}
	})
	return s.inOrder(ctx, idsIn(page.kept))
}

// inOrder reads people in the order of ids.
func (s *Offline) inOrder(ctx context.Context, ids []uuid.UUID) ([]Patient, error) {
	people, err := s.Patients(ctx, ids)
	if err != nil {
		return nil, err
	}
	place := make(map[uuid.UUID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	sorting.By(people, func(a, b Patient) int { return place[a.ID] - place[b.ID] })
	return people, nil
}

// What a device does not hold is not answered as if there were none.

func (*Offline) Merges(context.Context, []uuid.UUID) ([]Joining, error) { return nil, ErrNotHeld }

func (*Offline) AddMerge(context.Context, Joining) error { return offline.ErrNeedsConnection }

func (*Offline) PointTo(context.Context, map[uuid.UUID]uuid.UUID, time.Time) error {
	return offline.ErrNeedsConnection
}

// AddAlias lets an id that became another one lead there.
func (*Offline) AddAlias(ctx context.Context, alias, patient uuid.UUID) error {
	offline.From(ctx).KeepIndex(offline.AliasKind, alias.String(), []byte(patient.String()))
	return nil
}

func texts(ids []uuid.UUID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return list
}
