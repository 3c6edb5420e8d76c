//go:build !js

package pii

import (
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// The changes a rotation makes to a clinic's keysets. Each may be made twice: the
// second time nothing is left to do, and changed is false.

// withNewKeys adds a key to both keysets, not yet primary.
func (k keysets) withNewKeys() (next keysets, changed bool, err error) {
	if k.aead.Len() > 1 {
		return k, false, nil
	}
	return k.both(adding(aead.AES256GCMKeyTemplate()), adding(prf.HMACSHA256PRFKeyTemplate()))
}

func adding(template *tinkpb.KeyTemplate) change {
	return func(m *keyset.Manager, _ *keyset.Handle) error {
		_, err := m.Add(template)
		return err
	}
}

// withNewestPrimary makes the last key added the one that writes.
func (k keysets) withNewestPrimary() (next keysets, changed bool, err error) {
	if isPrimary(k.aead, k.aead.Len()-1) {
		return k, false, nil
	}
	return k.both(promoteNewest, promoteNewest)
}

func promoteNewest(m *keyset.Manager, old *keyset.Handle) error {
	newest, err := old.Entry(old.Len() - 1)
	if err != nil {
		return err
	}
	return m.SetPrimary(newest.KeyID())
}

// withOldDisabled takes the keys that are not primary out of use, recoverable.
func (k keysets) withOldDisabled() (next keysets, changed bool, err error) {
	if len(enabled(k.aead)) == 1 {
		return k, false, nil
	}
	return k.eachOld((*keyset.Manager).Disable)
}

// withOldEnabled takes disabled keys back into use.
func (k keysets) withOldEnabled() (next keysets, changed bool, err error) {
	if len(enabled(k.aead)) == k.aead.Len() {
		return k, false, nil
	}
	return k.eachOld((*keyset.Manager).Enable)
}

// withOldDeleted forgets the keys that are not primary, for ever.
func (k keysets) withOldDeleted() (next keysets, changed bool, err error) {
	if k.aead.Len() == 1 {
		return k, false, nil
	}
	return k.eachOld((*keyset.Manager).Delete)
}

// change alters one keyset, given as it was and as a manager that holds a copy.
type change func(m *keyset.Manager, old *keyset.Handle) error

func (k keysets) eachOld(alter func(*keyset.Manager, uint32) error) (keysets, bool, error) {
	all := func(m *keyset.Manager, old *keyset.Handle) error {
		var failed error
		for i := range old.Len() {
			if entry, err := old.Entry(i); err == nil && !entry.IsPrimary() {
				failed = errors.Join(failed, alter(m, entry.KeyID()))
			}
		}
		return failed
	}
	return k.both(all, all)
}

// both changes the two keysets together, so that they are always at the same step.
func (k keysets) both(values, indexes change) (next keysets, changed bool, err error) {
	if next.aead, err = changedBy(values, k.aead); err != nil {
		return k, false, fmt.Errorf("change encryption keys: %w", err)
	}
	if next.prf, err = changedBy(indexes, k.prf); err != nil {
		return k, false, fmt.Errorf("change index keys: %w", err)
	}
	return next, true, nil
}

func changedBy(alter change, old *keyset.Handle) (*keyset.Handle, error) {
	manager := keyset.NewManagerFromHandle(old)
	if err := alter(manager, old); err != nil {
		return nil, err
	}
	return manager.Handle()
}

func isPrimary(h *keyset.Handle, at int) bool {
	entry, err := h.Entry(at)
	return err == nil && entry.IsPrimary()
}

// enabled lists the ids of the keys in use.
func enabled(h *keyset.Handle) []uint32 {
	var ids []uint32
	for i := range h.Len() {
		entry, err := h.Entry(i)
		if err == nil && entry.KeyStatus() == keyset.Enabled {
			ids = append(ids, entry.KeyID())
		}
	}
	return ids
}
