package sync

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// ConflictEntity is the word of conflicts on the wire: an open one travels to its device as an object, and resolving
// it there is an operation {"choice": …} on it.
const ConflictEntity = "conflict"

// The two answers to every conflict. A place in Choices ("0", "1" …) is a third.
const (
	Mine   = "mine"
	Theirs = "theirs"
)

// Conflict is what somebody wrote and did not win: both sides, for a person to decide.
type Conflict struct {
	ID       uuid.UUID        `json:"id"`
	Entity   string           `json:"entity"` // of the object it is about
	ObjectID uuid.UUID        `json:"object_id"`
	OpID     uuid.UUID        `json:"op_id"`
	Title    string           `json:"title"`
	Lost     json.RawMessage  `json:"lost,omitempty"`  // fields and values that did not win
	Now      json.RawMessage  `json:"now,omitempty"`   // the object as it was kept instead
	NowBy    uuid.UUID        `json:"now_by,omitzero"` // who wrote that, and when; zero is not known
	NowAt    time.Time        `json:"now_at,omitzero"`
	Choices  []offline.Choice `json:"choices,omitempty"`
	Status   offline.Status   `json:"status"` // Superseded or Conflict
	UserID   uuid.UUID        `json:"user_id"`
	Device   string           `json:"device,omitempty"`
	At       time.Time        `json:"at"` // of what lost, corrected
	Version  int64            `json:"version"`

	CreatedAt time.Time  `json:"created_at"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	DecidedBy uuid.UUID  `json:"decided_by,omitzero"`
	Choice    string     `json:"choice,omitempty"`
}

// Open reports whether a person still has to decide.
func (c Conflict) Open() bool { return c.DecidedAt == nil }

// Decision is how a conflict stands after somebody chose.
type Decision struct {
	Choice string    // that stands
	By     uuid.UUID // whose choice that was
	Label  string    // of a way out that the module offered
	Before bool      // it had been decided already: what was chosen now changed nothing
}

// decision is the one that stands.
func (c Conflict) decision(choice string, by uuid.UUID, before bool) Decision {
	d := Decision{Choice: choice, By: by, Before: before}
	if n, err := strconv.Atoi(choice); err == nil && n >= 0 && n < len(c.Choices) {
		d.Label = c.Choices[n].Label
	}
	return d
}

// way is the data of the update that a choice stands for; nil changes nothing. ok is false for no such choice.
func (c Conflict) way(choice string) (data json.RawMessage, ok bool) {
	switch choice {
	case Mine:
		return c.Lost, true
	case Theirs:
		return nil, true
	}
	n, err := strconv.Atoi(choice)
	if err != nil || n < 0 || n >= len(c.Choices) {
		return nil, false
	}
	return c.Choices[n].Data, true
}
