package sync

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// ConflictEntity is the word of conflicts on the wire: an open one travels to its device as an object, and resolving
// it there is an operation {"choice": …} on it.
const ConflictEntity = "conflict"

// The answers to every conflict. A place in Choices ("0", "1" …) is one more.
const (
	Mine    = "mine"
	Theirs  = "theirs"
	ByField = "fields" // what did not win, field by field
)

// Verdict is what somebody decided about a conflict.
type Verdict struct {
	Choice string   `json:"choice"`
	Fields []string `json:"fields,omitempty"` // with ByField: of what did not win, what shall stand
	Text   string   `json:"text,omitempty"`   // what the choice asks for
}

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

// way is the data of the update that a verdict stands for; nil changes nothing. ok is false for no such choice.
func (c Conflict) way(v Verdict) (data json.RawMessage, ok bool) {
	switch v.Choice {
	case Mine, Theirs:
		return c.answer(v.Choice), true
	case ByField:
		return c.byField(v.Fields)
	}
	n, err := strconv.Atoi(v.Choice)
	if err != nil || n < 0 || n >= len(c.Choices) {
		return nil, false
	}
	return given(c.Choices[n], v.Text)
}

// answer is what Mine or Theirs writes: as the module says, else what lost, or nothing.
func (c Conflict) answer(name string) json.RawMessage {
	for _, choice := range c.Choices {
		if choice.Name == name {
			return choice.Data
		}
	}
	if name == Mine {
		return c.Lost
	}
	return nil
}

// byField is the answer Mine without those fields of what lost that were not chosen; with none it is Theirs.
func (c Conflict) byField(chosen []string) (json.RawMessage, bool) {
	if len(chosen) == 0 {
		return c.answer(Theirs), true
	}
	var lost, data map[string]json.RawMessage
	if json.Unmarshal(c.Lost, &lost) != nil || json.Unmarshal(c.answer(Mine), &data) != nil {
		return nil, false
	}
	for _, field := range chosen {
		if _, there := lost[field]; !there {
			return nil, false
		}
	}
	maps.DeleteFunc(data, func(field string, _ json.RawMessage) bool {
		_, there := lost[field]
		return there && !slices.Contains(chosen, field)
	})
	text, err := json.Marshal(data)
	return text, err == nil
}

// given is the data of a choice with the text that it asked for; ok is false for a text that nobody asked for.
func given(choice offline.Choice, text string) (data json.RawMessage, ok bool) {
	if text == "" {
		return choice.Data, true
	}
	if choice.Field == "" {
		return nil, false
	}
	over, err := json.Marshal(map[string]string{choice.Field: text})
	if err != nil {
		return nil, false
	}
	data, err = laid(choice.Data, over)
	return data, err == nil
}
