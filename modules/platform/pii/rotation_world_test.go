//go:build !js

package pii_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/pii"
	"hampi/modules/platform/pii/piitest"
)

// errCrash is the power going off.
var errCrash = errors.New("crash")

// errTaken is what a unique key answers.
var errTaken = errors.New("taken")

// fuse burns with each call to a store; the last one crashes, before or after it took effect.
type fuse struct {
	left  int // 0 never crashes
	after bool
	burnt int
}

func (f *fuse) call(do func() error) error {
	f.burnt++
	if f.left--; f.left != 0 {
		return do()
	}
	if f.after {
		_ = do()
	}
	return errCrash
}

func burn[T any](f *fuse, do func() (T, error)) (result T, err error) {
	err = f.call(func() (err error) { result, err = do(); return err })
	return result, err
}

// fusedKeys and fusedProgress are stores that may crash.
type fusedKeys struct {
	pii.KeyStore
	fuse *fuse
}

func (s fusedKeys) Load(ctx context.Context, clinic uuid.UUID) (pii.Stored, error) {
	return burn(s.fuse, func() (pii.Stored, error) { return s.KeyStore.Load(ctx, clinic) })
}

func (s fusedKeys) Replace(ctx context.Context, clinic uuid.UUID, old, new pii.Stored) error {
	return s.fuse.call(func() error { return s.KeyStore.Replace(ctx, clinic, old, new) })
}

type fusedProgress struct {
	pii.ProgressStore
	fuse *fuse
}

func (s fusedProgress) Move(ctx context.Context, clinic uuid.UUID, from, to pii.Stage, now time.Time) error {
	return s.fuse.call(func() error { return s.ProgressStore.Move(ctx, clinic, from, to, now) })
}

func (s fusedProgress) Cursor(ctx context.Context, clinic uuid.UUID, name string) (pii.Cursor, error) {
	return burn(s.fuse, func() (pii.Cursor, error) { return s.ProgressStore.Cursor(ctx, clinic, name) })
}

func (s fusedProgress) SaveCursor(ctx context.Context, clinic uuid.UUID, stage pii.Stage, name string, cursor pii.Cursor) error {
	return s.fuse.call(func() error { return s.ProgressStore.SaveCursor(ctx, clinic, stage, name, cursor) })
}

// patient is a row with a document, encrypted and indexed.
type patient struct {
	id      uuid.UUID
	number  string // what the spec knows
	cipher  []byte
	indexes []pii.BlindIndex
}

// patients is a table in memory with a unique key over its index rows, and its own Reencrypter.
type patients struct {
	name   string
	clinic uuid.UUID
	rows   map[uuid.UUID]*patient
	fuse   *fuse
	skip   uuid.UUID // a row that the next pass forgets
}

func (p *patients) place(id uuid.UUID) pii.Place {
	return pii.Place{Clinic: p.clinic, Table: p.name, Column: "number", Row: id}
}

// put stores a document as a module would: everything or, when it is taken, nothing.
func (p *patients) put(keys *pii.Keys, id uuid.UUID, number string) error {
	indexes := keys.Indexes("document", number)
	for _, other := range p.rows {
		if other.id != id && overlap(other.indexes, indexes) {
			return errTaken
		}
	}
	cipher, err := keys.Encrypt(number, p.place(id))
	if err != nil {
		return err
	}
	p.rows[id] = &patient{id: id, number: number, cipher: cipher, indexes: indexes}
	return nil
}

// check finds and reads every row with the given keys.
func (p *patients) check(keys *pii.Keys) error {
	for _, row := range p.rows {
		if !overlap(row.indexes, keys.Indexes("document", row.number)) {
			return fmt.Errorf("%s is not found by its document", row.number)
		}
		if plain, err := keys.Decrypt(row.cipher, p.place(row.id)); err != nil || plain != row.number {
			return fmt.Errorf("%s reads as %q, %w", row.number, plain, err)
		}
	}
	return nil
}

func overlap(a, b []pii.BlindIndex) bool {
	return slices.ContainsFunc(a, func(one pii.BlindIndex) bool {
		return slices.ContainsFunc(b, func(other pii.BlindIndex) bool {
			return one.KeyID == other.KeyID && string(one.Value) == string(other.Value)
		})
	})
}

func (p *patients) Name() string { return p.name }

func (p *patients) Reencrypt(_ context.Context, keys *pii.Keys, after uuid.UUID, limit int) (next uuid.UUID, done bool, err error) {
	err = p.fuse.call(func() error {
		next, done, err = p.reencrypt(keys, after, limit)
		return err
	})
	return next, done, err
}

func (p *patients) reencrypt(keys *pii.Keys, after uuid.UUID, limit int) (uuid.UUID, bool, error) {
	batch := p.behind(after)
	done := len(batch) <= limit
	batch = batch[:min(limit, len(batch))]
	for _, row := range batch {
		after = row.id
		if row.id == p.skip {
			p.skip = uuid.Nil
			continue
		}
		plain, err := keys.Decrypt(row.cipher, p.place(row.id))
		if err != nil {
			return uuid.Nil, false, err
		}
		if row.cipher, _, err = keys.Renew(row.cipher, p.place(row.id)); err != nil {
			return uuid.Nil, false, err
		}
		row.indexes = keys.Indexes("document", plain)
	}
	return after, done, nil
}

func (p *patients) behind(after uuid.UUID) []*patient {
	var rows []*patient
	for _, row := range p.rows {
		if row.id.String() > after.String() {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *patient) int { return slices.Compare(a.id[:], b.id[:]) })
	return rows
}

// world is a clinic whose keys are rotated while two processes work.
type world struct {
	clinic   uuid.UUID
	clock    *watch
	keys     *piitest.KeyStore
	progress *piitest.ProgressStore
	people   *patients
	staff    *patients
	web      []*pii.Vault
	fuse     *fuse
	rotator  *pii.Rotator
}

// pace is as fast as a rotation may be.
var pace = pii.Pace{Settle: 2*pii.KeysLifetime + time.Second, Grace: time.Hour, Batch: 2}

func newWorld() *world {
	w := &world{clinic: uuid.New(), clock: newWatch(), keys: piitest.NewKeyStore(), progress: piitest.NewProgressStore(), fuse: &fuse{}}
	w.people = &patients{name: "patients.documents", clinic: w.clinic, rows: map[uuid.UUID]*patient{}, fuse: w.fuse}
	w.staff = &patients{name: "staff.documents", clinic: w.clinic, rows: map[uuid.UUID]*patient{}, fuse: w.fuse}
	for range 2 {
		w.web = append(w.web, pii.NewVault(masterOf(1), w.keys, w.clock.now))
	}
	w.restart()
	return w
}

// restart is the process of the rotator beginning anew: nothing is left but what is stored.
func (w *world) restart() {
	vault := pii.NewVault(masterOf(1), fusedKeys{w.keys, w.fuse}, w.clock.now)
	work := pii.Reencrypters{Clinic: []pii.Reencrypter{w.people, w.staff}}
	rotator, err := pii.NewRotator(vault, fusedProgress{w.progress, w.fuse}, work, pace)
	if err != nil {
		panic(err)
	}
	w.rotator = rotator
}

// step does one step; after a crash the next one is done by a new process.
func (w *world) step() (pii.Progress, error) {
	progress, err := w.rotator.Step(context.Background(), w.clinic)
	if errors.Is(err, errCrash) {
		w.fuse.left = 0
		w.restart()
		return progress, nil
	}
	return progress, err
}

// check asks every process for every row, and tries to enter each document once more.
func (w *world) check() error {
	for _, vault := range w.web {
		keys, err := vault.Keys(context.Background(), w.clinic)
		if err != nil {
			return err
		}
		if ids := keys.IndexKeyIDs(); len(ids) > 2 {
			return fmt.Errorf("%d keys are active at once", len(ids))
		}
		for _, table := range []*patients{w.people, w.staff} {
			if err := errors.Join(table.check(keys), table.refusesDoubles(keys)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *patients) refusesDoubles(keys *pii.Keys) error {
	for _, row := range p.rows {
		if err := p.put(keys, uuid.New(), row.number); !errors.Is(err, errTaken) {
			return fmt.Errorf("%s was entered twice: %w", row.number, err)
		}
	}
	return nil
}
