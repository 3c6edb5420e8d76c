//go:build !js

package pii

import (
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// The changes a rotation makes to a clinic's keysets. Each may be made twice: the
// second time nothing is left to do, and changed is false.

// withNewKeys adds a key to both keysets, not yet primary.
func (k keysets) withNewKeys() (next keysets, changed bool, err error) {
	if k.aead.Len() > 1 {
		return k, false, nil
	}
	return k.each(func(m *keyset.Manager, old *keyset.Handle) error {
		template := aead.AES256GCMKeyTemplate()
		if old == k.prf {
			template = prf.HMACSHA256PRFKeyTemplate()
		}
		_, err := m.Add(template)
		return err
	})
}

// withNewestPrimary makes the last key added the one that writes.
func (k keysets) withNewestPrimary() (next keysets, changed bool, err error) {
	if isPrimary(k.aead, k.aead.Len()-1) {
		return k, false, nil
	}
	return k.each(func(m *keyset.Manager, old *keyset.Handle) error {
		newest, err := old.Entry(old.Len() - 1)
		if err != nil {
			return err
		}
		return m.SetPrimary(newest.KeyID())
	})
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

func (k keysets) eachOld(change func(*keyset.Manager, uint32) error) (keysets, bool, error) {
	return k.each(func(m *keyset.Manager, old *keyset.Handle) error {
		for i := range old.Len() {
			entry, err := old.Entry(i)
			if err != nil {
				return err
			}
			if entry.IsPrimary() {
				continue
			}
			if err := change(m, entry.KeyID()); err != nil {
				return err
			}
		}
		return nil
	})
}

// each changes both keysets alike, so that they are always at the same step.
func (k keysets) each(change func(m *keyset.Manager, old *keyset.Handle) error) (keysets, bool, error) {
	values, err := changed(k.aead, change)
	if err != nil {
		return k, false, fmt.Errorf("change encryption keys: %w", err)
	}
	indexes, err := changed(k.prf, change)
	if err != nil {
		return k, false, fmt.Errorf("change index keys: %w", err)
	}
	return keysets{aead: values, prf: indexes}, true, nil
}

func changed(old *keyset.Handle, change func(*keyset.Manager, *keyset.Handle) error) (*keyset.Handle, error) {
	manager := keyset.NewManagerFromHandle(old)
	if err := change(manager, old); err != nil {
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
