//go:build !js

// Package piitest gives specs a vault in memory, for those that are not about keys.
package piitest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/pii"
)

// Vault makes keys in memory under an invented master key.
func Vault(now func() time.Time) *pii.Vault {
	master, err := pii.NewMaster(bytes.Repeat([]byte{7}, pii.MasterKeySize))
	if err != nil {
		panic(err)
	}
	return pii.NewVault(master, NewKeyStore(), now)
}

// KeyStore is a pii.KeyStore in memory.
type KeyStore struct {
	mu   sync.Mutex
	rows map[uuid.UUID]pii.Stored
}

// NewKeyStore is empty.
func NewKeyStore() *KeyStore { return &KeyStore{rows: map[uuid.UUID]pii.Stored{}} }

func (s *KeyStore) Load(_ context.Context, clinic uuid.UUID) (pii.Stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, ok := s.rows[clinic]
	if !ok {
		return pii.Stored{}, pii.ErrNoKeyset
	}
	return stored, nil
}

func (s *KeyStore) Create(_ context.Context, clinic uuid.UUID, stored pii.Stored) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.rows[clinic]; !ok {
		s.rows[clinic] = stored
	}
	return nil
}

func (s *KeyStore) Replace(_ context.Context, clinic uuid.UUID, old, new pii.Stored) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows[clinic].Version != old.Version {
		return pii.ErrStale
	}
	s.rows[clinic] = new
	return nil
}

func (s *KeyStore) Clinics(context.Context) ([]uuid.UUID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.rows)), nil
}

// ProgressStore is a pii.ProgressStore in memory.
type ProgressStore struct {
	mu        sync.Mutex
	rotations map[uuid.UUID]pii.Rotation
	cursors   map[uuid.UUID]map[string]pii.Cursor
}

// NewProgressStore is empty.
func NewProgressStore() *ProgressStore {
	return &ProgressStore{rotations: map[uuid.UUID]pii.Rotation{}, cursors: map[uuid.UUID]map[string]pii.Cursor{}}
}

func (s *ProgressStore) Rotation(_ context.Context, clinic uuid.UUID) (pii.Rotation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.rotations[clinic]
	if !ok {
		return pii.Rotation{}, pii.ErrNoRotation
	}
	return at, nil
}

func (s *ProgressStore) Begin(_ context.Context, clinic uuid.UUID, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.rotations[clinic]; !ok || at.Stage == pii.StageDone {
		s.rotations[clinic] = pii.Rotation{Stage: pii.StageAdding, Since: now}
	}
	return nil
}

func (s *ProgressStore) Move(_ context.Context, clinic uuid.UUID, from, to pii.Stage, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rotations[clinic].Stage != from {
		return pii.ErrStale
	}
	s.rotations[clinic] = pii.Rotation{Stage: to, Since: now}
	delete(s.cursors, clinic)
	return nil
}

func (s *ProgressStore) Cursor(_ context.Context, clinic uuid.UUID, name string) (pii.Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursors[clinic][name], nil
}

func (s *ProgressStore) SaveCursor(_ context.Context, clinic uuid.UUID, stage pii.Stage, name string, cursor pii.Cursor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rotations[clinic].Stage != stage {
		return pii.ErrStale
	}
	if s.cursors[clinic] == nil {
		s.cursors[clinic] = map[string]pii.Cursor{}
	}
	s.cursors[clinic][name] = cursor
	return nil
}
