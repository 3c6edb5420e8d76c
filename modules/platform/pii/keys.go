//go:build !js

package pii

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// indexSize is the length of a blind index, in bytes.
const indexSize = 16

// Keys encrypts, opens and indexes for one clinic. Ask the vault for them at each
// request or batch and let them go with it: they do not learn of later rotations,
// except that a value under a newer key makes them look once.
type Keys struct {
	clinic uuid.UUID
	ring   *keyring
	newer  func() (*keyring, error) // reads the store again, at most once
}

// keyring is one version of a clinic's keys, ready for use. It never changes.
type keyring struct {
	from    Stored
	primary uint32
	known   []uint32
	aead    tink.AEAD
	prf     *prf.Set
}

// Clinic tells whose keys they are; the zero UUID is the platform.
func (k *Keys) Clinic() uuid.UUID { return k.clinic }

// Encrypt makes plain unreadable for anybody without the keys, and readable only at
// its place. It fails with ErrWrongClinic for the place of another clinic.
func (k *Keys) Encrypt(plain string, at Place) ([]byte, error) {
	if at.Clinic != k.clinic {
		return nil, ErrWrongClinic
	}
	cipher, err := k.ring.aead.Encrypt([]byte(plain), at.bytes())
	if err != nil {
		return nil, fmt.Errorf("encrypt %s.%s: %w", at.Table, at.Column, err)
	}
	return cipher, nil
}

// Decrypt opens what Encrypt made for the same place.
//
// It fails with ErrUnreadable for a value altered or moved, with ErrUnknownKey for a
// key this clinic does not have, with ErrWrongClinic for the place of another clinic.
func (k *Keys) Decrypt(cipher []byte, at Place) (string, error) {
	if at.Clinic != k.clinic {
		return "", ErrWrongClinic
	}
	ring, err := k.ringFor(cipher)
	if err != nil {
		return "", fmt.Errorf("decrypt %s.%s: %w", at.Table, at.Column, err)
	}
	plain, err := ring.aead.Decrypt(cipher, at.bytes())
	if err != nil {
		return "", fmt.Errorf("decrypt %s.%s: %w", at.Table, at.Column, ErrUnreadable)
	}
	return string(plain), nil
}

// EncryptOptional is Encrypt for a value that may be missing: "" is stored as NULL.
func (k *Keys) EncryptOptional(plain string, at Place) ([]byte, error) {
	if plain == "" {
		return nil, nil
	}
	return k.Encrypt(plain, at)
}

// DecryptOptional is Decrypt for a value that may be missing: NULL is "". Not for
// secrets that must be there: whoever clears the column chooses "".
func (k *Keys) DecryptOptional(cipher []byte, at Place) (string, error) {
	if len(cipher) == 0 {
		return "", nil
	}
	return k.Decrypt(cipher, at)
}

// Seal stores any value as JSON in one ciphertext, for columns that may carry
// personal data anywhere inside.
func (k *Keys) Seal(value any, at Place) ([]byte, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", at.Table, at.Column, err)
	}
	return k.Encrypt(string(plain), at)
}

// Open reads what Seal stored into the value that into points to. It refuses as Decrypt does.
func (k *Keys) Open(cipher []byte, at Place, into any) error {
	plain, err := k.Decrypt(cipher, at)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(plain), into); err != nil {
		return fmt.Errorf("open %s.%s: %w", at.Table, at.Column, err)
	}
	return nil
}

// Renew encrypts a stored value again if it is not under the primary key yet;
// changed tells whether there is something to store. It refuses as Decrypt does.
func (k *Keys) Renew(cipher []byte, at Place) (renewed []byte, changed bool, err error) {
	if id, ok := keyID(cipher); ok && id == k.ring.primary {
		return cipher, false, nil
	}
	plain, err := k.Decrypt(cipher, at)
	if err != nil {
		return nil, false, err
	}
	renewed, err = k.Encrypt(plain, at)
	return renewed, err == nil, err
}

// Index fingerprints a normalised value under the primary key, for what is stored
// once and need not be unique. The field is part of the fingerprint, so that the
// same digits as a phone and as a document differ.
func (k *Keys) Index(field, normalized string) BlindIndex {
	return k.ring.index(k.ring.prf.PrimaryID, field, normalized)
}

// Indexes fingerprints a normalised value under every active key, primary first: to
// search (any of them may be the stored one; a row may match twice), and to store
// what must be unique as one row each, so that it stays unique during a rotation.
func (k *Keys) Indexes(field, normalized string) []BlindIndex {
	ids := k.IndexKeyIDs()
	indexes := make([]BlindIndex, 0, len(ids))
	for _, id := range ids {
		indexes = append(indexes, k.ring.index(id, field, normalized))
	}
	return indexes
}

// IndexKeyIDs lists the keys that Indexes uses, primary first. Index rows under any
// other key are remains of an earlier rotation.
func (k *Keys) IndexKeyIDs() []uint32 {
	primary := k.ring.prf.PrimaryID
	ids := []uint32{primary}
	for id := range k.ring.prf.PRFs {
		if id != primary {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids[1:])
	return ids
}

// ringFor returns the keys that know the value's key, read again if need be.
func (k *Keys) ringFor(cipher []byte) (*keyring, error) {
	id, ok := keyID(cipher)
	if !ok {
		return nil, ErrUnreadable
	}
	if k.ring.knows(id) {
		return k.ring, nil
	}
	newer, err := k.newer()
	if err != nil {
		return nil, err
	}
	if !newer.knows(id) {
		return nil, ErrUnknownKey
	}
	return newer, nil
}

func newKeyring(open keysets, from Stored) (*keyring, error) {
	values, err := aead.New(open.aead)
	if err != nil {
		return nil, fmt.Errorf("open encryption keys: %w", err)
	}
	indexes, err := prf.NewPRFSet(open.prf)
	if err != nil {
		return nil, fmt.Errorf("open index keys: %w", err)
	}
	primary, err := open.aead.Primary()
	if err != nil {
		return nil, fmt.Errorf("primary encryption key: %w", err)
	}
	for id, key := range indexes.PRFs {
		if _, err := key.ComputePRF(nil, indexSize); err != nil {
			return nil, fmt.Errorf("index key %d: %w", id, err)
		}
	}
	return &keyring{from: from, primary: primary.KeyID(), known: enabled(open.aead), aead: values, prf: indexes}, nil
}

func (r *keyring) knows(id uint32) bool { return slices.Contains(r.known, id) }

func (r *keyring) index(id uint32, field, normalized string) BlindIndex {
	value, err := r.prf.PRFs[id].ComputePRF(joined("hampi index v1", field, normalized), indexSize)
	if err != nil {
		// HMAC fails only for an output it cannot give, and newKeyring has asked each key
		// for this one. An empty index would let a document in twice.
		panic(fmt.Sprintf("pii: index key %d: %v", id, err))
	}
	return BlindIndex{KeyID: id, Value: value}
}

// keyID reads which key a ciphertext is under: Tink writes a 1 and the id in front.
func keyID(cipher []byte) (uint32, bool) {
	if len(cipher) < 5 || cipher[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(cipher[1:5]), true
}
