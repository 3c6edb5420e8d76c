//go:build !js

package pii

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// MasterKeySize is the length of a master key, in bytes.
const MasterKeySize = 32

// Master wraps the keysets of all clinics: with the current key, and opens them
// with the current or a previous one, so that the master key can be replaced too.
type Master struct {
	current  tink.AEAD
	previous []tink.AEAD
}

// ParseMasterKey reads a master key as it stands in the environment: 32 bytes in
// base64, with or without padding. The error never repeats the text.
func ParseMasterKey(text string) ([]byte, error) {
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "="))
	if err != nil {
		return nil, errors.New("the master key is not base64")
	}
	if len(key) != MasterKeySize {
		return nil, fmt.Errorf("the master key has %d bytes instead of %d", len(key), MasterKeySize)
	}
	return key, nil
}

// NewMaster wraps with AES-256-GCM under key; previous keys only open.
// It fails for a key that is not 32 bytes long.
func NewMaster(key []byte, previous ...[]byte) (*Master, error) {
	current, err := masterAEAD(key)
	if err != nil {
		return nil, err
	}
	older := make([]tink.AEAD, 0, len(previous))
	for _, key := range previous {
		opener, err := masterAEAD(key)
		if err != nil {
			return nil, fmt.Errorf("previous key: %w", err)
		}
		older = append(older, opener)
	}
	return NewMasterWith(current, older...), nil
}

// NewMasterWith wraps with a key that stays elsewhere, such as in a KMS.
func NewMasterWith(current tink.AEAD, previous ...tink.AEAD) *Master {
	return &Master{current: current, previous: previous}
}

func masterAEAD(key []byte) (tink.AEAD, error) {
	if len(key) != MasterKeySize {
		return nil, fmt.Errorf("the master key has %d bytes instead of %d", len(key), MasterKeySize)
	}
	return subtle.NewAESGCM(key)
}
