package offline

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// The two things that an operation does. Nothing is deleted: cancelling and voiding are updates.
const (
	Create = "create"
	Update = "update"
)

// Operation is one thing that a person did to one object, as a device sends it to POST /api/v1/sync.
type Operation struct {
	Entity      string          `json:"entity"`
	Action      string          `json:"action"`
	LocalID     uuid.UUID       `json:"local_id"` // of the object, made by the device; its id for ever
	Data        json.RawMessage `json:"data"`     // create: all fields; update: only the changed ones
	Timestamp   time.Time       `json:"timestamp"`
	OpID        uuid.UUID       `json:"op_id,omitzero"`         // of the operation
	BaseVersion int64           `json:"base_version,omitempty"` // the version on the screen when it was done; 0 is not known
}

// Legible reads the operation's data, for telling people of it; false when they are not what into takes.
func (o Operation) Legible(into any) bool { return json.Unmarshal(o.Data, into) == nil }

// Received is an operation as the server takes it up.
type Received struct {
	Operation
	At      time.Time // Timestamp, clamped to what can be true: what decides between two writers
	Device  string    // who wrote it, for ties and for knowing one's own writes; "" for a program without a device
	Decides bool      // it carries out what a person decided about a conflict: no device can send this
}

// SeenAt refuses an operation whose writer says to have seen a version that the object does not have yet: nobody could
// tell what it overwrites.
func (r Received) SeenAt(version int64) error {
	if r.BaseVersion <= version {
		return nil
	}
	return fault.InvalidField("base_version", "Esa versión no existe todavía: la guardada es la "+strconv.FormatInt(version, 10)+".")
}

// Status says what became of an operation.
type Status string

// What can become of an operation (sync.md §4).
const (
	Created    Status = "created"
	Updated    Status = "updated"
	Duplicate  Status = "duplicate"  // it was carried out before, or already holds
	Merged     Status = "merged"     // the patient existed: ServerID is the one that answers
	Superseded Status = "superseded" // older than what is kept; nothing or a part was taken
	Conflict   Status = "conflict"   // a person must look
	Rejected   Status = "rejected"   // refused, with its reason
)

// Outcome is what a module answers to an operation.
type Outcome struct {
	Status   Status
	ServerID uuid.UUID // zero is the LocalID
	Version  int64     // of the object now

	// What Superseded and Conflict tell: what is kept now and what of the operation's data did not win.
	Now  json.RawMessage
	Lost json.RawMessage
	// Who wrote what is kept instead, and when; zero where the module does not know.
	NowBy uuid.UUID
	NowAt time.Time
	// Title asks the question in words: "Dos personas cambiaron el contacto de Rojas Tello, Marco".
	Title string
	// Choices are ways out that the module offers, such as three free hours: each is the data of an update.
	Choices []Choice
}

// Choice is one way out of a conflict: the data of an update of its object.
type Choice struct {
	// Name is "mine" or "theirs" where one of these two answers does more than to write what lost, or to leave what is
	// kept; "" for a way of its own.
	Name  string          `json:"name,omitempty"`
	Label string          `json:"label"`
	Data  json.RawMessage `json:"data"`
	// Ask is the label of a text that whoever chooses this way may give along, and Field the field of Data that it
	// becomes; "" asks nothing.
	Ask   string `json:"ask,omitempty"`
	Field string `json:"field,omitempty"`
}

// Change is the present state of one object for a device, or that the device has it no more.
type Change struct {
	Entity  string          `json:"entity"`
	ID      uuid.UUID       `json:"id"`
	Version int64           `json:"version,omitempty"`
	Seq     int64           `json:"seq,omitempty"`
	Removed bool            `json:"removed,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Window is the stretch of time whose appointments a device holds. Who holds what within it follows from the roles of
// access.Who(ctx).
type Window struct {
	From, To time.Time
}

// The window of a device, in days around today (DESIGN §5).
const (
	DaysBehind = 30
	DaysAhead  = 60
)

// WindowAt is the window of a device at a moment, from midnight to midnight in zone.
func WindowAt(now time.Time, zone *time.Location) Window {
	y, m, d := now.In(zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, zone)
	return Window{From: today.AddDate(0, 0, -DaysBehind), To: today.AddDate(0, 0, DaysAhead+1)}
}

// Missing refuses an operation on something that has not arrived yet.
type Missing struct {
	Entity string
	ID     uuid.UUID
}

func (m *Missing) Error() string { return "waits for " + m.Entity + " " + m.ID.String() }
