package offline

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
)

// Unit is what one request reads and writes on the device. It sees its own writes; nothing is kept before Commit, and
// then all of it is: objects, queue and indexes in one transaction.
type Unit struct {
	device *Device
	op     uuid.UUID // of the form; the first operation carries it
	writes bool
	dirty  map[Ref]*Object
	gone   map[Ref]bool
	rows   map[Ref]Row     // indexes and the like, beside the objects
	queue  []Entry         // new ones
	turned map[int64]Entry // those that were there and changed
	meta   map[string]string
	forget []int64
	read   map[string]any // lists read Once
}

type unitKey struct{}

// Begin starts a unit that may write; nobody else writes before its Commit or Close. op is the operation id of the
// form, zero for none.
func (d *Device) Begin(ctx context.Context, op uuid.UUID) (context.Context, *Unit) {
	d.writes.Lock()
	u := d.unit()
	u.op, u.writes = op, true
	return context.WithValue(ctx, unitKey{}, u), u
}

// Read starts a unit that only reads.
func (d *Device) Read(ctx context.Context) context.Context {
	return context.WithValue(ctx, unitKey{}, d.unit())
}

func (d *Device) unit() *Unit {
	return &Unit{device: d, dirty: map[Ref]*Object{}, gone: map[Ref]bool{}, rows: map[Ref]Row{},
		turned: map[int64]Entry{}, meta: map[string]string{}}
}

// From is the unit of ctx. Whoever asks outside of one has forgotten to begin it.
func From(ctx context.Context) *Unit {
	u, ok := ctx.Value(unitKey{}).(*Unit)
	if !ok {
		panic("offline: no unit in this context")
	}
	return u
}

// Close gives up what was not committed.
func (u *Unit) Close() {
	if u.writes {
		u.writes = false
		u.device.writes.Unlock()
	}
}

// Device is whose unit it is.
func (u *Unit) Device() *Device { return u.device }

// Find is one object; fault.ErrNotFound when the device has none such. The id of an object that became another one
// finds that other one, which says its own ID.
func (u *Unit) Find(ctx context.Context, entity, id string) (Object, error) {
	found, err := u.FindAll(ctx, entity, []string{id})
	if err != nil {
		return Object{}, err
	}
	if len(found) > 0 {
		return found[0], nil
	}
	now, err := u.Canonical(ctx, id)
	if err != nil {
		return Object{}, err
	}
	if now == id {
		return Object{}, fault.ErrNotFound
	}
	return u.Find(ctx, entity, now)
}

// FindAll are the known ones of ids, in no order.
func (u *Unit) FindAll(ctx context.Context, entity string, ids []string) ([]Object, error) {
	rows, err := u.device.kv.Get(ctx, entity, ids...)
	if err != nil {
		return nil, fmt.Errorf("read %s of this device: %w", entity, err)
	}
	return u.over(rows, func(o Object) bool { return o.Entity == entity && slices.Contains(ids, o.ID) })
}

// ByKey lists objects with from <= Key < to, by Key.
func (u *Unit) ByKey(ctx context.Context, entity, from, to string) ([]Object, error) {
	rows, err := u.device.kv.ByKey(ctx, entity, from, to)
	if err != nil {
		return nil, fmt.Errorf("list %s of this device: %w", entity, err)
	}
	return u.over(rows, func(o Object) bool { return o.Entity == entity && o.Key >= from && o.Key < to })
}

// ByGroup lists the objects of a group, by Key.
func (u *Unit) ByGroup(ctx context.Context, entity, group string) ([]Object, error) {
	rows, err := u.device.kv.ByGroup(ctx, entity, group)
	if err != nil {
		return nil, fmt.Errorf("list %s of this device: %w", entity, err)
	}
	return u.over(rows, func(o Object) bool { return o.Entity == entity && o.Group == group })
}

// All lists every object of the entity, by Key.
func (u *Unit) All(ctx context.Context, entity string) ([]Object, error) {
	return u.ByKey(ctx, entity, "", Last)
}

// over lays the unit's own writes over rows.
func (u *Unit) over(rows []Row, wanted func(Object) bool) ([]Object, error) {
	found := make([]Object, 0, len(rows))
	for _, row := range rows {
		ref := Ref{row.Kind, row.ID}
		if u.gone[ref] || u.dirty[ref] != nil {
			continue
		}
		o, err := objectOf(row)
		if err != nil {
			return nil, err
		}
		found = append(found, o)
	}
	for _, o := range u.dirty {
		if wanted(*o) {
			found = append(found, *o)
		}
	}
	sorting.By(found, func(a, b Object) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID)) })
	return found, nil
}

// ErrKnown refuses to create what is there.
var ErrKnown = errors.New("the device has an object of that id")

// Create keeps a new object and queues it for the server. data is all of it.
func (u *Unit) Create(ctx context.Context, entity string, id uuid.UUID, data any) error {
	_, err := u.Find(ctx, entity, id.String())
	if err == nil {
		return ErrKnown
	}
	if !fault.IsNotFound(err) {
		return err
	}
	return u.write(ctx, Object{Entity: entity, ID: id.String()}, Create, data)
}

// Change keeps what changed of an object and queues it for the server. data holds the changed fields alone.
func (u *Unit) Change(ctx context.Context, entity string, id uuid.UUID, data any) error {
	o, err := u.Find(ctx, entity, id.String())
	if err != nil {
		return err
	}
	return u.write(ctx, o, Update, data)
}

func (u *Unit) write(ctx context.Context, o Object, action string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write %s %s: %w", o.Entity, o.ID, err)
	}
	at, err := u.device.moment(ctx)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(o.ID)
	if err != nil {
		return fmt.Errorf("write %s %s: %w", o.Entity, o.ID, err)
	}
	op := Operation{Entity: o.Entity, Action: action, LocalID: id, Data: text, Timestamp: at, OpID: u.nextOp(), BaseVersion: o.Version}
	if o.Local, err = lay(o.Data(), text); err != nil {
		return fmt.Errorf("write %s %s: %w", o.Entity, o.ID, err)
	}
	o.Waiting++
	u.meta[momentMeta] = at.Format(time.RFC3339Nano)
	u.queue = append(u.queue, Entry{State: Pending, Operation: op, Format: Format})
	return u.Keep(ctx, o)
}

// nextOp is the form's operation id for the first write, and one that follows from it for each further one.
func (u *Unit) nextOp() uuid.UUID {
	switch {
	case u.op == uuid.Nil:
		return uuid.Must(uuid.NewV7())
	case len(u.queue) == 0:
		return u.op
	}
	return uuid.NewSHA1(u.op, []byte(strconv.Itoa(len(u.queue))))
}

// Keep keeps an object as it is, in the place that its kind gives it. Nothing is queued.
func (u *Unit) Keep(ctx context.Context, o Object) error {
	kind, ok := u.device.kinds[o.Entity]
	if !ok {
		return fmt.Errorf("keep %s: this device knows no such entity", o.Entity)
	}
	if kind.Place != nil {
		var err error
		if o.Key, o.Group, err = kind.Place(o.Data()); err != nil {
			return fmt.Errorf("place %s %s: %w", o.Entity, o.ID, err)
		}
	}
	ref := Ref{o.Entity, o.ID}
	delete(u.gone, ref)
	u.dirty[ref], u.read = &o, nil
	return nil
}

// Drop forgets an object.
func (u *Unit) Drop(entity, id string) {
	ref := Ref{entity, id}
	delete(u.dirty, ref)
	u.gone[ref], u.read = true, nil
}

// Index reads a row that is no object, such as a search index; nil when there is none.
func (u *Unit) Index(ctx context.Context, kind, id string) ([]byte, error) {
	if row, ok := u.rows[Ref{kind, id}]; ok {
		return row.Value, nil
	}
	if u.gone[Ref{kind, id}] {
		return nil, nil
	}
	rows, err := u.device.kv.Get(ctx, kind, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0].Value, nil
}

// KeepIndex writes a row that is no object, together with the rest.
func (u *Unit) KeepIndex(kind, id string, value []byte) {
	ref := Ref{kind, id}
	delete(u.gone, ref)
	u.rows[ref] = Row{Kind: kind, ID: id, Value: value}
}

// Commit writes everything, after the kinds have brought their indexes up to date.
func (u *Unit) Commit(ctx context.Context) error {
	defer u.Close()
	if err := u.tell(context.WithValue(ctx, unitKey{}, u)); err != nil {
		return err
	}
	b := Batch{Unqueue: u.forget, Meta: u.meta, Strict: len(u.queue)+len(u.turned)+len(u.forget) > 0}
	for _, o := range u.dirty {
		row, err := o.row()
		if err != nil {
			return err
		}
		b.Put = append(b.Put, row)
	}
	b.Put = slices.AppendSeq(b.Put, maps.Values(u.rows))
	b.Delete = slices.AppendSeq(b.Delete, maps.Keys(u.gone))
	for _, e := range slices.Concat(slices.Collect(maps.Values(u.turned)), u.queue) {
		q, err := e.queued()
		if err != nil {
			return err
		}
		b.Queue = append(b.Queue, q)
	}
	if len(b.Put)+len(b.Delete)+len(b.Queue)+len(b.Unqueue)+len(b.Meta) == 0 {
		return nil
	}
	if err := u.device.kv.Commit(ctx, b); err != nil {
		return fmt.Errorf("save on this device: %w", err)
	}
	return nil
}

// tell lets each kind follow what changed.
func (u *Unit) tell(ctx context.Context) error {
	changed, removed := map[string][]Object{}, map[string][]string{}
	for ref, o := range u.dirty {
		changed[ref.Kind] = append(changed[ref.Kind], *o)
	}
	for ref := range u.gone {
		removed[ref.Kind] = append(removed[ref.Kind], ref.ID)
	}
	for name, kind := range u.device.kinds {
		if kind.Stored == nil || len(changed[name])+len(removed[name]) == 0 {
			continue
		}
		if err := kind.Stored(ctx, u, changed[name], removed[name]); err != nil {
			return fmt.Errorf("follow what changed of %s: %w", name, err)
		}
	}
	return nil
}

// lay writes the fields of change over base: both are JSON objects.
func lay(base, change json.RawMessage) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if len(base) > 0 {
		if err := json.Unmarshal(base, &fields); err != nil {
			return nil, err
		}
	}
	var over map[string]json.RawMessage
	if err := json.Unmarshal(change, &over); err != nil {
		return nil, err
	}
	maps.Copy(fields, over)
	return json.Marshal(fields)
}

func parseInt(text string) (int64, error) { return strconv.ParseInt(text, 10, 64) }
