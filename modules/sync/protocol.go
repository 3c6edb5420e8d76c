// Package sync brings what devices did without connection to the server, exactly once, and brings devices what
// changed meanwhile. It knows no clinic word: the modules offer their entities to it.
package sync

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// Limits of one request (sync.md §4).
const (
	MaxOperations = 100
	MaxBody       = 1 << 20
	MaxUpdates    = 500
)

// Headers of the protocol.
const (
	DeviceHeader  = "X-Device-Id"
	VersionHeader = "X-Sync-Version"
	ProfileHeader = "X-Profile" // hash of the profile that the device holds
	// What a device may say of itself, for the list of devices.
	TimeHeader   = "X-Device-Time" // its own clock when it sent the request, RFC 3339
	UnsentHeader = "X-Unsent"      // operations that it holds beyond this request
)

// Request is what POST /api/v1/sync takes. Only operations and last_sync are the fixed contract; the rest of what a
// device says travels in headers and in the optional fields of its operations.
type Request struct {
	Operations []offline.Operation `json:"operations"`
	LastSync   *string             `json:"last_sync"` // opaque, from the answer before; null or "" asks for everything
}

// Response is its answer. The fixed contract is applied, conflicts and updates.
type Response struct {
	Applied    []offline.Result `json:"applied"` // one for each operation, in their order
	Conflicts  []Disagreement   `json:"conflicts"`
	Updates    []offline.Change `json:"updates"` // ordered by seq; the effects of this request are among them
	LastSync   string           `json:"last_sync"`
	HasMore    bool             `json:"has_more"` // call again, without operations
	ServerTime time.Time        `json:"server_time"`
	Total      int              `json:"total,omitempty"` // of a first download: how many objects there are in all
	Profile    *Profile         `json:"profile,omitempty"`
	// Download is the same on every page of one first download. With a new one the device begins anew: what it
	// holds and no page names until a page comes without, it may hold no more.
	Download string `json:"download,omitempty"`
}

// Disagreement is an operation of which something did not win.
type Disagreement struct {
	LocalID       uuid.UUID        `json:"local_id"`
	ServerVersion json.RawMessage  `json:"server_version"` // the object as it is kept, with its version
	OpID          uuid.UUID        `json:"op_id,omitzero"`
	ID            uuid.UUID        `json:"id,omitzero"` // of the conflict, to resolve it by
	Lost          json.RawMessage  `json:"lost,omitempty"`
	Title         string           `json:"title,omitempty"`
	Choices       []offline.Choice `json:"choices,omitempty"`
}

// Profile is who works on the device and how the clinic looks: whatever a page needs that is no clinic data. The roof
// fills Data; Hash tells whether the device has it already.
type Profile struct {
	Hash   string          `json:"hash"`
	Data   json.RawMessage `json:"data"`
	Device string          `json:"device,omitempty"` // what the clinic calls the device that asks: "Equipo 3 · Recepción"
	Number int64           `json:"number,omitempty"` // of that device in the clinic
}

// of is the profile as this device is to keep it.
func (p Profile) of(device string, number int64) Profile {
	if device != "" {
		p.Device, p.Number = device, number
		sum := sha256.Sum256([]byte(p.Hash + "\n" + strconv.FormatInt(number, 10) + " " + device))
		p.Hash = hex.EncodeToString(sum[:16])
	}
	return p
}
