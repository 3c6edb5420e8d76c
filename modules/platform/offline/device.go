package offline

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

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
	// Expired says that a row with this Key lies before the window and can be forgotten; nil never is.
	Expired func(key string, w Window) bool
	// Left lists, inside a unit, what the window has left behind and no Key tells of; nil is nothing. It is asked once a day.
	Left func(ctx context.Context, w Window) (ids []string, err error)
}

// Device is what one person's browser keeps of one clinic.
type Device struct {
	kv     KV
	kinds  map[string]Kind
	now    clock.Now
	writes sync.Mutex // one unit writes at a time: what it read is still so when it commits
	last   time.Time  // of the newest operation: a device's operations have an order

	editions editions // of marked lists
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
	Removed bool            // the server has it no more for this device; it stays only for what waits
	Seen    int             // the download that it came with: what a new one does not bring is gone
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
	Removed bool            `json:"r,omitempty"`
	Seen    int             `json:"g,omitempty"`
}

func objectOf(r Row) (Object, error) {
	var s sealed
	if err := json.Unmarshal(r.Value, &s); err != nil {
		return Object{}, fmt.Errorf("read %s %s of this device: %w", r.Kind, r.ID, err)
	}
	return Object{Entity: r.Kind, ID: r.ID, Key: r.Key, Group: r.Group, Version: s.Version, Base: s.Base, Local: s.Local,
		Waiting: s.Waiting, Removed: s.Removed, Seen: s.Seen}, nil
}

func (o Object) row() (Row, error) {
	value, err := json.Marshal(sealed{o.Version, o.Base, o.Local, o.Waiting, o.Removed, o.Seen})
	if err != nil {
		return Row{}, fmt.Errorf("write %s %s of this device: %w", o.Entity, o.ID, err)
	}
	return Row{Kind: o.Entity, ID: o.ID, Key: o.Key, Group: o.Group, Value: value}, nil
}
