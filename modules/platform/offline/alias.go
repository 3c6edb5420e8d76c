package offline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// AliasKind is the kind of the rows that say which object an id has become: a patient who was registered on two
// devices is one, and old addresses go on working.
const AliasKind = "alias"

// Canonical is the id that an object goes by now.
func (u *Unit) Canonical(ctx context.Context, id string) (string, error) {
	value, err := u.Index(ctx, AliasKind, id)
	if err != nil || value == nil {
		return id, err
	}
	return string(value), nil
}

// aliases reads all of them: old id to the one it goes by.
func (u *Unit) aliases(ctx context.Context) (map[string]string, error) {
	rows, err := u.device.kv.ByKey(ctx, AliasKind, "", Last)
	if err != nil {
		return nil, fmt.Errorf("read the aliases of this device: %w", err)
	}
	known := map[string]string{}
	for _, row := range rows {
		known[row.ID] = string(row.Value)
	}
	return known, nil
}

// called is text with each old id replaced by the one it goes by.
func called(text json.RawMessage, aliases map[string]string) json.RawMessage {
	for old, now := range aliases {
		if bytes.Contains(text, []byte(old)) {
			text = bytes.ReplaceAll(text, []byte(old), []byte(now))
		}
	}
	return text
}

// rekey makes everything on the device that speaks of an object by its old id speak of what it became: rows, their
// groups and the operations that wait. An operation that was sent keeps its words; the server knows the alias.
func (r *receiving) rekey(ctx context.Context, entity, old, now string) error {
	for other, target := range r.alias {
		if target == old {
			r.alias[other] = now
			r.u.KeepIndex(AliasKind, other, []byte(now))
		}
	}
	r.alias[old] = now
	r.u.KeepIndex(AliasKind, old, []byte(now))
	for i, e := range r.waiting {
		if !bytes.Contains(e.Data, []byte(old)) && e.LocalID.String() != old {
			continue
		}
		if err := r.load(ctx, Ref{e.Entity, r.canonical(e.LocalID.String())}); err != nil {
			return err
		}
		if e.Sent {
			continue
		}
		r.waiting[i].Data = called(e.Data, r.alias)
		r.waiting[i].LocalID = parsed(r.canonical(e.LocalID.String()))
		r.u.turn(r.waiting[i])
	}
	for name := range r.u.device.kinds {
		members, err := r.u.ByGroup(ctx, name, old)
		if err != nil {
			return err
		}
		for _, o := range members {
			r.hold(o)
		}
	}
	return r.move(ctx, Ref{entity, old}, Ref{entity, now})
}

// move gives what is known of an object to the one it became, if the device has not that one yet.
func (r *receiving) move(ctx context.Context, from, to Ref) error {
	if err := r.load(ctx, from, to); err != nil {
		return err
	}
	if was := r.objects[from]; was != nil {
		if r.objects[to] == nil {
			moved := *was
			moved.ID, moved.Version = to.ID, 0
			r.hold(moved)
		}
		r.objects[from] = nil
		r.u.Drop(from.Kind, from.ID)
	}
	for _, o := range r.objects {
		if o != nil {
			o.Base = called(o.Base, r.alias)
		}
	}
	return nil
}
