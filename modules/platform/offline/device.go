package offline

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/clock"
)

// Kind is what a module tells of one of its entities, so that a device can keep it without knowing it.
type Kind struct {
	Entity string
	// Place says in which order and group a row stands; nil leaves both empty.
	Place func(data json.RawMessage) (key, group string, err error)
	// Stored is told, inside the unit, what has just changed, so that an index can follow; nil needs nothing.
	Stored func(ctx context.Context, u *Unit, changed []Object, removed []string) error
	// Words tells an operation to a person: "Reserva de Huamán Ponce, Edith", "mar 24 nov, 10:00 · Dra. Malpartida".
	Words func(ctx context.Context, op Operation) (title, detail string)
}

// Device is what one person's browser keeps of one clinic.
type Device struct {
	kv     KV
	kinds  map[string]Kind
	now    clock.Now
	writes sync.Mutex // one unit writes at a time: what it read is still so when it commits
	last   time.Time  // of the newest operation: a device's operations have an order
}

// NewDevice opens a device's store with the kinds that the modules offer.
func NewDevice(kv KV, kinds []Kind, now clock.Now) *Device {
	d := &Device{kv: kv, kinds: map[string]Kind{}, now: now}
	for _, k := range kinds {
		d.kinds[k.Entity] = k
	}
	return d
}

// KV is the store itself.
func (d *Device) KV() KV { return d.kv }

// Kind finds what a module told of an entity.
func (d *Device) Kind(entity string) (Kind, bool) {
	k, ok := d.kinds[entity]
	return k, ok
}

// OffsetMeta is the setting that holds how many milliseconds the server's clock is ahead of this device's.
const OffsetMeta = "offset"

// moment is the time for a new operation: this device's clock, corrected, and never before the last one.
func (d *Device) moment(ctx context.Context) (time.Time, error) {
	text, err := d.kv.Meta(ctx, OffsetMeta)
	if err != nil {
		return time.Time{}, err
	}
	var ms int64
	if text != "" {
		if ms, err = parseInt(text); err != nil {
			return time.Time{}, fmt.Errorf("read the clock's offset: %w", err)
		}
	}
	at := d.now().UTC().Add(time.Duration(ms) * time.Millisecond).Truncate(time.Millisecond)
	if !at.After(d.last) {
		at = d.last.Add(time.Millisecond)
	}
	d.last = at
	return at, nil
}

// Object is one thing that a device keeps: what the server last said, and what was done here since.
type Object struct {
	Entity  string
	ID      string
	Key     string
	Group   string
	Version int64           // the server's; 0 for what it has not seen
	Base    json.RawMessage // the server's state; nil for what it has not seen
	Local   json.RawMessage // with what was done here laid over it; nil when nothing waits
	Waiting int             // operations that wait to be sent
}

// Data is what this device shows.
func (o Object) Data() json.RawMessage {
	if o.Local != nil {
		return o.Local
	}
	return o.Base
}

// LocalVersion grows with each write done here, as versions do.
func (o Object) LocalVersion() int64 { return o.Version + int64(o.Waiting) }

// Pending reports whether something done here has not reached the server.
func (o Object) Pending() bool { return o.Waiting > 0 }

// sealed is an object as its row holds it.
type sealed struct {
	Version int64           `json:"v,omitempty"`
	Base    json.RawMessage `json:"b,omitempty"`
	Local   json.RawMessage `json:"l,omitempty"`
	Waiting int             `json:"w,omitempty"`
}

func objectOf(r Row) (Object, error) {
	var s sealed
	if err := json.Unmarshal(r.Value, &s); err != nil {
		return Object{}, fmt.Errorf("read %s %s of this device: %w", r.Kind, r.ID, err)
	}
	return Object{Entity: r.Kind, ID: r.ID, Key: r.Key, Group: r.Group, Version: s.Version, Base: s.Base, Local: s.Local, Waiting: s.Waiting}, nil
}

func (o Object) row() (Row, error) {
	value, err := json.Marshal(sealed{o.Version, o.Base, o.Local, o.Waiting})
	if err != nil {
		return Row{}, fmt.Errorf("write %s %s of this device: %w", o.Entity, o.ID, err)
	}
	return Row{Kind: o.Entity, ID: o.ID, Key: o.Key, Group: o.Group, Value: value}, nil
}

// Entry is an operation in the queue with what became of it.
type Entry struct {
	N     int64      `json:"-"`
	State QueueState `json:"-"`
	Operation
	Format  int     `json:"format"` // of the version that wrote it: a newer one understands the two before
	Result  *Result `json:"result,omitempty"`
	Settled string  `json:"settled,omitempty"` // when it was answered, RFC 3339
}

// Format is how this version writes operations.
const Format = 1

// Result is the server's answer to one operation, as the wire has it.
type Result struct {
	LocalID  uuid.UUID `json:"local_id"`
	ServerID uuid.UUID `json:"server_id"`
	Status   Status    `json:"status"`
	Code     string    `json:"code,omitempty"`
	Field    string    `json:"field,omitempty"`
	Message  string    `json:"message,omitempty"`
	// Retry: it waits for something else; the same operation may be sent again.
	Retry bool `json:"retryable,omitempty"`
}

func entryOf(q Queued) (Entry, error) {
	e := Entry{N: q.N, State: q.State}
	if err := json.Unmarshal(q.Value, &e); err != nil {
		return e, fmt.Errorf("read operation %d of the queue: %w", q.N, err)
	}
	return e, nil
}

func (e Entry) queued() (Queued, error) {
	value, err := json.Marshal(e)
	if err != nil {
		return Queued{}, fmt.Errorf("write operation %s into the queue: %w", e.OpID, err)
	}
	return Queued{N: e.N, State: e.State, Value: value}, nil
}

// Entries lists the queue in those states, oldest first.
func (d *Device) Entries(ctx context.Context, states ...QueueState) ([]Entry, error) {
	queued, err := d.kv.Queue(ctx, states...)
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	entries := make([]Entry, 0, len(queued))
	for _, q := range queued {
		e, err := entryOf(q)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
