//go:build !js

package sync

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// maxBundle is the largest hand-in or file that is taken.
const maxBundle = 5 << 20

// bundle is what a device hands in, and the file of last resort: its queue as it lies on the disk, and the data key
// wrapped under the device's own key, which only the server has.
type bundle struct {
	Device          uuid.UUID    `json:"device"`
	WrappedByDevice sealedBytes  `json:"wrappedByDevice"`
	Rows            []bundledRow `json:"rows"`
}

// sealedBytes is AES-256-GCM as Web Crypto gives it, in base64.
type sealedBytes struct {
	IV string `json:"iv"`
	CT string `json:"ct"`
}

type bundledRow struct {
	N     int64              `json:"n"`
	State offline.QueueState `json:"state"`
	ID    string             `json:"id"`
	sealedBytes
}

// handed is one row of a bundle; Content is nil when it could not be opened.
type handed struct {
	Place   int64
	Entry   offline.Entry
	Content json.RawMessage
}

// errUnreadable tells that a bundle, or a row, is not what the device sealed.
var errUnreadable = errors.New("the bundle cannot be opened")

func readBundle(text []byte) (bundle, error) {
	var b bundle
	if err := json.Unmarshal(text, &b); err != nil || b.Device == uuid.Nil {
		return b, errUnreadable
	}
	return b, nil
}

// open unwraps the data key by the device's key (base64) and opens every row. A row that does not open is kept as such;
// a data key that does not open refuses the whole.
func (b bundle) open(deviceKey, profile string) ([]handed, error) {
	key, err := base64.StdEncoding.DecodeString(deviceKey)
	if err != nil {
		return nil, fmt.Errorf("read a device's key: %w", err)
	}
	dataKey, err := b.WrappedByDevice.open(key, wrapPlace(profile))
	if err != nil {
		return nil, err
	}
	rows := make([]handed, 0, len(b.Rows))
	for _, row := range b.Rows {
		rows = append(rows, row.opened(dataKey))
	}
	return rows, nil
}

// wrapPlace binds a wrapped data key to whose it is; static/js/vault.js writes the same.
func wrapPlace(profile string) string { return "dek|" + profile + "|1" }

func (r bundledRow) opened(dataKey []byte) handed {
	h := handed{Place: r.N}
	text, err := r.open(dataKey, "queue|"+r.ID+"|1")
	if err != nil || json.Unmarshal(text, &h.Entry) != nil || h.Entry.OpID == uuid.Nil {
		return handed{Place: r.N}
	}
	h.Entry.State, h.Content = r.State, text
	return h
}

func (s sealedBytes) open(key []byte, place string) ([]byte, error) {
	iv, err := base64.StdEncoding.DecodeString(s.IV)
	if err != nil {
		return nil, errUnreadable
	}
	ct, err := base64.StdEncoding.DecodeString(s.CT)
	if err != nil {
		return nil, errUnreadable
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errUnreadable
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("open what a device sealed: %w", err)
	}
	if len(iv) != gcm.NonceSize() {
		return nil, errUnreadable
	}
	plain, err := gcm.Open(nil, iv, ct, []byte(place))
	if err != nil {
		return nil, errUnreadable
	}
	return plain, nil
}
