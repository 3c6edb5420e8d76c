//go:build !js

package pii

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Stored is what the database keeps of a clinic's keys: two keysets, each wrapped
// by the master key. Version grows by one with each change and starts at 1.
type Stored struct {
	AEAD    []byte // encrypts values
	PRF     []byte // makes blind indexes
	Version int
}

func (s Stored) same(other Stored) bool {
	return s.Version == other.Version && bytes.Equal(s.AEAD, other.AEAD) && bytes.Equal(s.PRF, other.PRF)
}

// KeyStore keeps the wrapped keysets; the zero UUID stands for the platform.
type KeyStore interface {
	// Load returns the clinic's keysets, or ErrNoKeyset.
	Load(ctx context.Context, clinic uuid.UUID) (Stored, error)
	// Create stores the first keysets of a clinic. The first writer wins; the others
	// learn what won from Load, not from an error.
	Create(ctx context.Context, clinic uuid.UUID, stored Stored) error
	// Replace changes old into new if old's version is still the stored one, else ErrStale.
	Replace(ctx context.Context, clinic uuid.UUID, old, new Stored) error
	// Clinics lists who has keysets, the platform included.
	Clinics(ctx context.Context) ([]uuid.UUID, error)
}

// The purposes a keyset is wrapped for; the wrapping names them, so that one
// cannot be stored in place of the other.
const (
	purposeAEAD = "aead"
	purposePRF  = "prf"
)

// keysets are the two keysets of a clinic, open. They rotate together.
type keysets struct {
	aead *keyset.Handle
	prf  *keyset.Handle
}

func newKeysets() (keysets, error) {
	values, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return keysets{}, fmt.Errorf("make encryption keys: %w", err)
	}
	indexes, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return keysets{}, fmt.Errorf("make index keys: %w", err)
	}
	return keysets{aead: values, prf: indexes}, nil
}

// wrap makes the keysets storable, as the given version.
func (m *Master) wrap(clinic uuid.UUID, open keysets, version int) (Stored, error) {
	values, err := wrapOne(m.current, clinic, purposeAEAD, open.aead)
	if err != nil {
		return Stored{}, err
	}
	indexes, err := wrapOne(m.current, clinic, purposePRF, open.prf)
	return Stored{AEAD: values, PRF: indexes, Version: version}, err
}

// unwrap opens what wrap made; current tells whether by the current master key.
func (m *Master) unwrap(clinic uuid.UUID, stored Stored) (open keysets, current bool, err error) {
	for i, master := range append([]tink.AEAD{m.current}, m.previous...) {
		open, err = unwrapBoth(master, clinic, stored)
		if err == nil {
			return open, i == 0, nil
		}
	}
	return keysets{}, false, fmt.Errorf("%w (clinic %s)", ErrMasterKey, clinic)
}

func unwrapBoth(master tink.AEAD, clinic uuid.UUID, stored Stored) (keysets, error) {
	values, errValues := unwrapOne(master, clinic, purposeAEAD, stored.AEAD)
	indexes, errIndexes := unwrapOne(master, clinic, purposePRF, stored.PRF)
	return keysets{aead: values, prf: indexes}, errors.Join(errValues, errIndexes)
}

func wrapOne(master tink.AEAD, clinic uuid.UUID, purpose string, open *keyset.Handle) ([]byte, error) {
	var out bytes.Buffer
	err := open.WriteWithAssociatedData(keyset.NewBinaryWriter(&out), master, keysetName(clinic, purpose))
	if err != nil {
		return nil, fmt.Errorf("wrap %s keyset: %w", purpose, err)
	}
	return out.Bytes(), nil
}

func unwrapOne(master tink.AEAD, clinic uuid.UUID, purpose string, wrapped []byte) (*keyset.Handle, error) {
	return keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), master, keysetName(clinic, purpose))
}

func keysetName(clinic uuid.UUID, purpose string) []byte {
	return joined("hampi keyset v1", clinic.String(), purpose)
}
