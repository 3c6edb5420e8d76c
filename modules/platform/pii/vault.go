//go:build !js

package pii

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// KeysLifetime is how long a process uses keys before it looks whether they were
// changed elsewhere. A rotation waits longer than this between its steps.
const KeysLifetime = 60 * time.Second

// Vault gives out the keys of clinics and of the platform, made at first use.
type Vault struct {
	master *Master
	store  KeyStore
	now    func() time.Time

	mu     sync.Mutex
	opened map[uuid.UUID]opened
}

// opened is a keyring and when the store was last asked about it.
type opened struct {
	ring  *keyring
	asked time.Time
}

// NewVault keeps wrapped keysets in store and opens them with master.
func NewVault(master *Master, store KeyStore, now func() time.Time) *Vault {
	return &Vault{master: master, store: store, now: now, opened: map[uuid.UUID]opened{}}
}

// Keys returns the keys of a clinic, uuid.Nil for the platform's; it makes them if
// there are none. They are remembered for KeysLifetime; after that a store that does
// not answer is an error, because keys too old would write what a rotation has passed.
func (v *Vault) Keys(ctx context.Context, clinic uuid.UUID) (*Keys, error) {
	known, ok := v.remembered(clinic)
	if ok && v.now().Sub(known.asked) < KeysLifetime {
		return v.handOut(ctx, clinic, known.ring), nil
	}
	return v.Fresh(ctx, clinic)
}

// Fresh is Keys, read from the store now.
func (v *Vault) Fresh(ctx context.Context, clinic uuid.UUID) (*Keys, error) {
	ring, err := v.read(ctx, clinic)
	if err != nil {
		return nil, err
	}
	return v.handOut(ctx, clinic, ring), nil
}

// Rewrap wraps the keysets of a clinic with the current master key if a previous one
// still does; changed tells whether it did. The values stay as they are.
func (v *Vault) Rewrap(ctx context.Context, clinic uuid.UUID) (changed bool, err error) {
	stored, err := v.store.Load(ctx, clinic)
	if err != nil {
		return false, fmt.Errorf("load keysets: %w", err)
	}
	open, current, err := v.master.unwrap(clinic, stored)
	if err != nil || current {
		return false, err
	}
	err = v.replace(ctx, clinic, stored, open)
	return err == nil, err
}

// load reads keysets that are there, and opens them for a change.
func (v *Vault) load(ctx context.Context, clinic uuid.UUID) (Stored, keysets, error) {
	stored, err := v.store.Load(ctx, clinic)
	if err != nil {
		return Stored{}, keysets{}, fmt.Errorf("load keysets: %w", err)
	}
	open, _, err := v.master.unwrap(clinic, stored)
	return stored, open, err
}

func (v *Vault) handOut(ctx context.Context, clinic uuid.UUID, ring *keyring) *Keys {
	newer := sync.OnceValues(func() (*keyring, error) { return v.read(ctx, clinic) })
	return &Keys{clinic: clinic, ring: ring, newer: newer}
}

// read asks the store; keysets already open are not opened again.
func (v *Vault) read(ctx context.Context, clinic uuid.UUID) (*keyring, error) {
	asked := v.now()
	stored, err := v.loadOrCreate(ctx, clinic)
	if err != nil {
		return nil, err
	}
	known, ok := v.remembered(clinic)
	if ok && known.ring.from.same(stored) {
		return v.remember(clinic, known.ring, asked), nil
	}
	open, _, err := v.master.unwrap(clinic, stored)
	if err != nil {
		return nil, err
	}
	ring, err := newKeyring(open, stored)
	if err != nil {
		return nil, err
	}
	return v.remember(clinic, ring, asked), nil
}

func (v *Vault) loadOrCreate(ctx context.Context, clinic uuid.UUID) (Stored, error) {
	stored, err := v.store.Load(ctx, clinic)
	if errors.Is(err, ErrNoKeyset) {
		return v.create(ctx, clinic)
	}
	if err != nil {
		return Stored{}, fmt.Errorf("load keysets: %w", err)
	}
	return stored, nil
}

// create makes the first keysets; who loses the race uses the winner's.
func (v *Vault) create(ctx context.Context, clinic uuid.UUID) (Stored, error) {
	open, err := newKeysets()
	if err != nil {
		return Stored{}, err
	}
	stored, err := v.master.wrap(clinic, open, 1)
	if err != nil {
		return Stored{}, err
	}
	if err := v.store.Create(ctx, clinic, stored); err != nil {
		return Stored{}, fmt.Errorf("create keysets: %w", err)
	}
	return v.store.Load(ctx, clinic)
}

func (v *Vault) replace(ctx context.Context, clinic uuid.UUID, old Stored, open keysets) error {
	stored, err := v.master.wrap(clinic, open, old.Version+1)
	if err != nil {
		return err
	}
	if err := v.store.Replace(ctx, clinic, old, stored); err != nil {
		return fmt.Errorf("replace keysets: %w", err)
	}
	return nil
}

func (v *Vault) remembered(clinic uuid.UUID) (opened, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	known, ok := v.opened[clinic]
	return known, ok
}

// remember keeps the newest keys seen: an answer overtaken by a newer one is used by
// who asked, and not kept.
func (v *Vault) remember(clinic uuid.UUID, ring *keyring, asked time.Time) *keyring {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known, ok := v.opened[clinic]; !ok || known.ring.from.Version <= ring.from.Version {
		v.opened[clinic] = opened{ring: ring, asked: asked}
	}
	return ring
}
