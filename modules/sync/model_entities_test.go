package sync_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// The model's permissions.
const (
	mayWrite access.Permission = "model.write"
	mayBook  access.Permission = "model.bookings"
)

// stamp decides between two writers of a field group.
type stamp struct {
	At     time.Time
	Device string
	Op     string
}

func (s stamp) after(other stamp) bool {
	return cmp.Or(s.At.Compare(other.At), cmp.Compare(s.Device, other.Device), cmp.Compare(s.Op, other.Op)) > 0
}

func stampOf(op offline.Received) stamp { return stamp{op.At, op.Device, op.OpID.String()} }

// person is a patient in small: three field groups, a document that is there once, and a tombstone.
type person struct {
	version int64
	fields  map[string]string // name, document, phone, address
	stamps  map[string]stamp
	voided  bool
}

// personGroups are the field groups of a person: each is one field here.
var personGroups = []string{"name", "document", "phone", "address"}

type people struct{}

func (people) Name() string { return "person" }

func (p people) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	s := at(ctx)
	data, err := read(ctx, op, append(slices.Clone(personGroups), "voided"))
	if err != nil {
		return offline.Outcome{}, err
	}
	id := s.canonical(op.LocalID)
	known, exists := s.people[id]
	switch {
	case op.Action == offline.Create && !exists:
		if other, taken := s.documented(data["document"]); taken {
			s.aliases[id] = other
			return p.write(s, other, s.people[other], data, op, offline.Merged)
		}
		return p.write(s, id, person{fields: map[string]string{}, stamps: map[string]stamp{}}, data, op, offline.Created)
	case !exists:
		return offline.Outcome{}, &offline.Missing{Entity: "person", ID: id}
	case op.Action == offline.Create && id == op.LocalID:
		return offline.Outcome{Status: offline.Duplicate, Version: known.version}, nil
	}
	if other, taken := s.documented(data["document"]); taken && other != id {
		return offline.Outcome{}, fault.ConflictAt("document", "Ese documento ya está registrado.")
	}
	return p.write(s, id, known, data, op, offline.Updated)
}

// write takes the groups that are newer; a voided person stays as it is.
func (people) write(s *shelf, id uuid.UUID, p person, data map[string]string, op offline.Received, status offline.Status) (offline.Outcome, error) {
	p.fields, p.stamps = maps.Clone(p.fields), maps.Clone(p.stamps)
	lost := map[string]string{}
	changed := status == offline.Created
	for group, value := range data {
		switch {
		case group == "voided":
			changed = changed || !p.voided
			p.voided = true
		case p.voided || !stampOf(op).after(p.stamps[group]):
			lost[group] = value
		default:
			p.fields[group], p.stamps[group] = value, stampOf(op)
			changed = true
		}
	}
	if changed {
		p.version++
		s.people[id] = p
		s.effects[op.OpID]++
		s.touch("person", id)
	}
	outcome := offline.Outcome{Status: status, ServerID: id, Version: p.version}
	if len(lost) > 0 && status == offline.Updated {
		outcome.Status, outcome.Title = offline.Superseded, "Dos personas cambiaron lo mismo"
		if p.voided {
			outcome.Status = offline.Conflict
		}
		outcome.Lost, _ = json.Marshal(lost)
		outcome.Now = p.json()
	}
	return outcome, nil
}

func (p person) json() json.RawMessage {
	all := maps.Clone(p.fields)
	if p.voided {
		all["voided"] = "yes"
	}
	text, _ := json.Marshal(all)
	return text
}

func (s *shelf) canonical(id uuid.UUID) uuid.UUID { return cmp.Or(s.aliases[id], id) }

func (s *shelf) documented(number string) (uuid.UUID, bool) {
	for id, p := range s.people {
		if number != "" && p.fields["document"] == number {
			return id, true
		}
	}
	return uuid.Nil, false
}

func (people) state(id uuid.UUID, p person) offline.Change {
	return offline.Change{Entity: "person", ID: id, Version: p.version, Data: p.json()}
}

func (e people) Current(ctx context.Context, _ offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	var found []offline.Change
	for id, p := range picked(at(ctx).people, ids) {
		found = append(found, e.state(id, p))
	}
	return found, nil
}

func (e people) Page(ctx context.Context, _ offline.Window, after string, limit int) ([]offline.Change, string, error) {
	s := at(ctx)
	return paged(s.people, after, limit, func(id uuid.UUID) offline.Change { return e.state(id, s.people[id]) })
}

func (people) Count(ctx context.Context, _ offline.Window) (int, error) {
	return len(at(ctx).people), nil
}

func (people) Entering(context.Context, offline.Window, time.Time, time.Time) ([]uuid.UUID, error) {
	return nil, nil
}

// paged lists what is there by id.
func paged[V any](all map[uuid.UUID]V, after string, limit int, state func(uuid.UUID) offline.Change) ([]offline.Change, string, error) {
	ids := slices.SortedFunc(maps.Keys(all), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.DeleteFunc(ids, func(id uuid.UUID) bool { return id.String() <= after })
	var page []offline.Change
	for _, id := range ids[:min(limit, len(ids))] {
		page = append(page, state(id))
	}
	if len(ids) <= limit {
		return page, "", nil
	}
	return page, ids[limit-1].String(), nil
}

// booking is an appointment in small: a slot that only one active booking takes, a status machine and a note.
type booking struct {
	version    int64
	person     uuid.UUID
	slot       string // a moment, RFC 3339; the doctor is always the same
	status     string
	note       string
	reschedule bool
	stamps     map[string]stamp // of slot and note
}

// steps are the legal steps of a booking's status.
var steps = map[string][]string{
	"scheduled": {"confirmed", "cancelled"},
	"confirmed": {"completed", "cancelled"},
}

func (b booking) active() bool {
	return (b.status == "scheduled" || b.status == "confirmed") && !b.reschedule
}

type bookings struct{}

func (bookings) Name() string { return "booking" }

func (e bookings) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	s := at(ctx)
	data, err := read(ctx, op, []string{"person", "slot", "status", "note"})
	if err != nil {
		return offline.Outcome{}, err
	}
	if !access.Who(ctx).Can(mayBook) {
		return offline.Outcome{}, fault.ErrForbidden
	}
	known, exists := s.bookings[op.LocalID]
	switch {
	case op.Action == offline.Create && exists:
		return offline.Outcome{Status: offline.Duplicate, Version: known.version}, nil
	case op.Action == offline.Create:
		return e.create(s, data, op)
	case !exists:
		return offline.Outcome{}, &offline.Missing{Entity: "booking", ID: op.LocalID}
	}
	return e.update(s, known, data, op)
}

func (e bookings) create(s *shelf, data map[string]string, op offline.Received) (offline.Outcome, error) {
	whose, err := uuid.Parse(data["person"])
	if err != nil {
		return offline.Outcome{}, fault.InvalidField("person", "Elija un paciente.")
	}
	whose = s.canonical(whose)
	if _, known := s.people[whose]; !known {
		return offline.Outcome{}, &offline.Missing{Entity: "person", ID: whose}
	}
	b := booking{person: whose, slot: data["slot"], status: "scheduled", note: data["note"],
		stamps: map[string]stamp{"slot": stampOf(op), "note": stampOf(op)}}
	status := offline.Created
	if s.taken(b.slot, op.LocalID) {
		b.reschedule, status = true, offline.Conflict
	}
	return e.keep(s, op, b, status, map[string]string{"slot": data["slot"]})
}

func (e bookings) update(s *shelf, b booking, data map[string]string, op offline.Received) (offline.Outcome, error) {
	b.stamps = maps.Clone(b.stamps)
	lost := map[string]string{}
	was, status := b, offline.Updated
	if slot, said := data["slot"]; said && (b.status != "cancelled" || slot != b.slot) {
		switch {
		case b.status == "cancelled":
			lost["slot"], status = slot, offline.Conflict
		case !stampOf(op).after(b.stamps["slot"]):
			lost["slot"], status = slot, offline.Superseded
		default:
			b.slot, b.stamps["slot"] = slot, stampOf(op)
			if b.reschedule = s.taken(slot, op.LocalID); b.reschedule {
				lost["slot"], status = slot, offline.Conflict
			}
		}
	}
	if note, said := data["note"]; said {
		if stampOf(op).after(b.stamps["note"]) && b.status != "cancelled" {
			b.note, b.stamps["note"] = note, stampOf(op)
		} else {
			lost["note"] = note
			if status == offline.Updated {
				status = offline.Superseded
			}
		}
	}
	if next, said := data["status"]; said && next != b.status {
		if slices.Contains(steps[b.status], next) {
			b.status = next
		} else {
			lost["status"], status = next, offline.Conflict
		}
	}
	if len(lost) == 0 && e.same(was, b) {
		return offline.Outcome{Status: offline.Duplicate, Version: b.version}, nil
	}
	return e.keep(s, op, b, status, lost)
}

func (bookings) same(a, b booking) bool {
	return a.slot == b.slot && a.status == b.status && a.note == b.note && a.reschedule == b.reschedule && maps.Equal(a.stamps, b.stamps)
}

func (e bookings) keep(s *shelf, op offline.Received, b booking, status offline.Status, lost map[string]string) (offline.Outcome, error) {
	if was := s.bookings[op.LocalID]; op.Action == offline.Create || !e.same(was, b) {
		b.version++
		s.effects[op.OpID]++
		s.bookings[op.LocalID] = b
		s.touch("booking", op.LocalID)
	}
	outcome := offline.Outcome{Status: status, Version: b.version}
	if status == offline.Superseded || status == offline.Conflict {
		outcome.Lost, _ = json.Marshal(lost)
		outcome.Now, outcome.Title = b.json(), "La reserva de otra persona está ahí"
	}
	return outcome, nil
}

func (s *shelf) taken(slot string, by uuid.UUID) bool {
	for id, b := range s.bookings {
		if id != by && b.active() && b.slot == slot {
			return true
		}
	}
	return false
}

func (b booking) json() json.RawMessage {
	all := map[string]string{"person": b.person.String(), "slot": b.slot, "status": b.status, "note": b.note}
	if b.reschedule {
		all["needs_reschedule"] = "yes"
	}
	text, _ := json.Marshal(all)
	return text
}

// within reports whether a booking lies in the window.
func (b booking) within(w offline.Window) bool {
	start, err := time.Parse(time.RFC3339, b.slot)
	return err == nil && !start.Before(w.From) && start.Before(w.To)
}

func (e bookings) held(ctx context.Context, w offline.Window) map[uuid.UUID]booking {
	held := map[uuid.UUID]booking{}
	for id, b := range at(ctx).bookings {
		if b.within(w) && access.Who(ctx).Can(mayBook) {
			held[id] = b
		}
	}
	return held
}

func (bookings) state(id uuid.UUID, b booking) offline.Change {
	return offline.Change{Entity: "booking", ID: id, Version: b.version, Data: b.json()}
}

func (e bookings) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	var found []offline.Change
	for id, b := range picked(e.held(ctx, w), ids) {
		found = append(found, e.state(id, b))
	}
	return found, nil
}

func (e bookings) Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error) {
	held := e.held(ctx, w)
	return paged(held, after, limit, func(id uuid.UUID) offline.Change { return e.state(id, held[id]) })
}

func (e bookings) Count(ctx context.Context, w offline.Window) (int, error) {
	return len(e.held(ctx, w)), nil
}

func (e bookings) Entering(ctx context.Context, w offline.Window, from, to time.Time) ([]uuid.UUID, error) {
	return slices.Collect(maps.Keys(e.held(ctx, offline.Window{From: from, To: to}))), nil
}

// With brings each booking's person along.
func (bookings) With(_ context.Context, changes []offline.Change) (map[uuid.UUID][]offline.Ref, error) {
	needed := map[uuid.UUID][]offline.Ref{}
	for _, c := range changes {
		var b struct{ Person uuid.UUID }
		if err := json.Unmarshal(c.Data, &b); err != nil {
			return nil, err
		}
		needed[c.ID] = []offline.Ref{{Kind: "person", ID: b.Person.String()}}
	}
	return needed, nil
}

// read opens an operation's data, and refuses what the model's services refuse.
func read(ctx context.Context, op offline.Received, known []string) (map[string]string, error) {
	if !access.Who(ctx).Can(mayWrite) {
		return nil, fault.ErrForbidden
	}
	var data map[string]string
	if err := json.Unmarshal(op.Data, &data); err != nil {
		return nil, &fault.Fault{Kind: fault.Invalid, Code: "malformed", Message: "No se puede leer."}
	}
	for field, value := range data {
		if !slices.Contains(known, field) {
			return nil, fault.InvalidField(field, "No se conoce este campo.")
		}
		if value == refusedValue {
			return nil, fault.InvalidField(field, "Esto no se acepta.")
		}
		if value == failingValue {
			return nil, errFault
		}
	}
	return data, nil
}

// What the model's server refuses to take, and what it fails over.
const (
	refusedValue = "refused"
	failingValue = "failing"
)

var errFault = errors.New("a bug of the server")

var (
	_ sync.Entity     = people{}
	_ sync.Companions = bookings{}
)
