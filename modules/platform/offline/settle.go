package offline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/sorting"
)

// Settings of the device, in clear: none tells of a person.
const (
	CursorMeta     = "cursor"     // opaque, the server's; "" asks for everything
	EpochMeta      = "epoch"      // what the server called itself when it last sent everybody back to the beginning
	GenerationMeta = "generation" // number of the download that is running or was the last
	FullMeta       = "full"       // "1" while a download of everything runs
	ReceivedMeta   = "received"   // objects that it brought so far
	TotalMeta      = "total"      // of how many
	tidiedMeta     = "tidied"     // day on which the store was last tidied
)

// DoneKept is how long what was answered is kept, should the server lose it.
const DoneKept = 14 * 24 * time.Hour

// Answer is what the server said to one batch, as the device takes it in.
type Answer struct {
	Sent    []Entry  // the batch, in its order
	Results []Result // one for each
	Changes []Change
	Cursor  string
	Full    bool // a download of everything begins here: what comes from here on replaces what was known
	More    bool // further pages follow
	Total   int  // of a download of everything; 0 when not said
	// Window is what the device holds now; a row before it is forgotten. Zero forgets nothing.
	Window Window
	Now    time.Time // the server's; zero is this device's own
	// Meta and Rows are kept with the rest.
	Meta map[string]string
	Rows []Row
}

// receiving is one answer on its way into the store.
type receiving struct {
	u       *Unit
	now     time.Time
	seen    int               // number of the present download
	alias   map[string]string // old id to the one it goes by
	waiting []Entry           // pending and in flight, oldest first
	objects map[Ref]*Object   // what is touched; nil for what the device has not
}

// Receive takes an answer in, in one transaction: what became of the batch, ids that merged, the server's changes with
// what waits laid over them, and the cursor.
func (d *Device) Receive(ctx context.Context, a Answer) error {
	if len(a.Sent) != len(a.Results) {
		return fmt.Errorf("take in an answer: %d results for %d operations", len(a.Results), len(a.Sent))
	}
	ctx, u := d.Begin(ctx, uuid.Nil)
	defer u.Close()
	r, err := u.receiving(ctx)
	if err != nil {
		return err
	}
	if !a.Now.IsZero() {
		r.now = a.Now.UTC()
	}
	running, err := r.download(ctx, a)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, Answer) error{r.settle, r.take} {
		if err := step(ctx, a); err != nil {
			return err
		}
	}
	if err := r.replay(ctx); err != nil {
		return err
	}
	if running && !a.More {
		if err := r.sweep(ctx); err != nil {
			return err
		}
		u.meta[FullMeta] = ""
	}
	if !a.More {
		if err := r.tidy(ctx, a.Window); err != nil {
			return err
		}
	}
	if len(r.waiting) == 0 {
		u.calm(r.now)
	}
	for name, value := range a.Meta {
		u.meta[name] = value
	}
	u.meta[CursorMeta] = a.Cursor
	for _, row := range a.Rows {
		u.rows[Ref{row.Kind, row.ID}] = row
	}
	return u.Commit(ctx)
}

func (u *Unit) receiving(ctx context.Context) (*receiving, error) {
	r := &receiving{u: u, objects: map[Ref]*Object{}}
	var err error
	if r.now, err = u.device.Now(ctx); err != nil {
		return nil, err
	}
	if r.alias, err = u.aliases(ctx); err != nil {
		return nil, err
	}
	if r.seen, err = u.number(ctx, GenerationMeta); err != nil {
		return nil, err
	}
	r.waiting, err = u.Entries(ctx, Pending, InFlight)
	return r, err
}

func (u *Unit) number(ctx context.Context, name string) (int, error) {
	text, err := u.device.kv.Meta(ctx, name)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("read the setting %s: %w", name, err)
	}
	return n, nil
}

// download counts how far a download of everything is, and reports whether one runs.
func (r *receiving) download(ctx context.Context, a Answer) (bool, error) {
	received := 0
	if a.Full {
		r.seen++
		r.u.meta[GenerationMeta] = strconv.Itoa(r.seen)
		r.u.meta[FullMeta] = "1"
		r.u.meta[TotalMeta] = strconv.Itoa(a.Total)
	} else {
		running, err := r.u.device.kv.Meta(ctx, FullMeta)
		if err != nil || running == "" {
			return false, err
		}
		if received, err = r.u.number(ctx, ReceivedMeta); err != nil {
			return false, err
		}
		if a.Total > 0 {
			r.u.meta[TotalMeta] = strconv.Itoa(a.Total)
		}
	}
	r.u.meta[ReceivedMeta] = strconv.Itoa(received + len(a.Changes))
	return true, nil
}

// settle writes down what became of each operation of the batch.
func (r *receiving) settle(ctx context.Context, a Answer) error {
	refs := make([]Ref, 0, len(a.Sent))
	for _, e := range a.Sent {
		refs = append(refs, Ref{e.Entity, r.canonical(e.LocalID.String())})
	}
	if err := r.load(ctx, refs...); err != nil {
		return err
	}
	for i, e := range a.Sent {
		at := slices.IndexFunc(r.waiting, func(w Entry) bool { return w.N == e.N })
		if at < 0 {
			continue // it was settled before
		}
		result := a.Results[i]
		e = r.waiting[at].answered(result, r.now)
		r.u.turn(e)
		if e.State == Pending {
			r.waiting[at] = e
			continue
		}
		r.waiting = slices.Delete(r.waiting, at, at+1)
		if e.State != Done {
			continue
		}
		if err := r.fold(e); err != nil {
			return err
		}
		if became := result.ServerID; became != uuid.Nil && became != e.LocalID && r.canonical(e.LocalID.String()) != became.String() {
			if err := r.rekey(ctx, e.Entity, e.LocalID.String(), became.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// answered is the entry with its answer: done, waiting once more, or for a person to look at.
func (e Entry) answered(result Result, now time.Time) Entry {
	e.Result = &result
	switch {
	case result.Retry:
		e.State = Pending
		e.Tries++
	case result.Status == Rejected, result.Status == Duplicate && result.Code != "":
		e.State, e.Settled = Attention, now.Format(time.RFC3339)
	default:
		e.State, e.Settled = Done, now.Format(time.RFC3339)
	}
	return e
}

// fold keeps an operation that was taken in the object's base until the server's own state arrives, so that what a
// person saw does not vanish for a moment. Where that state is there already it is the truth; so it is, or its absence,
// when the server had carried the operation out before.
func (r *receiving) fold(e Entry) error {
	switch e.Result.Status {
	case Created, Updated, Merged:
	default:
		return nil
	}
	ref := Ref{e.Entity, r.canonical(e.LocalID.String())}
	o := r.objects[ref]
	if o == nil || o.Version > e.BaseVersion || (o.Base == nil && e.Action != Create) {
		return nil
	}
	var err error
	if o.Base, err = lay(o.Base, called(e.Data, r.alias)); err != nil {
		return fmt.Errorf("keep what was taken of %s %s: %w", e.Entity, e.LocalID, err)
	}
	return nil // not Seen: should the server not bring it, it is not for this device
}

// take lays the server's changes down.
func (r *receiving) take(ctx context.Context, a Answer) error {
	refs := make([]Ref, 0, len(a.Changes))
	for _, c := range a.Changes {
		if _, ok := r.u.device.kinds[c.Entity]; !ok {
			continue // of a server newer than this device
		}
		if id := c.ID.String(); !c.Removed && r.alias[id] != "" {
			delete(r.alias, id) // the server has it as an object of its own again
			r.u.Drop(AliasKind, id)
		}
		refs = append(refs, Ref{c.Entity, c.ID.String()})
	}
	if err := r.load(ctx, refs...); err != nil {
		return err
	}
	for _, c := range a.Changes {
		ref := Ref{c.Entity, c.ID.String()}
		o, touched := r.objects[ref]
		switch {
		case !touched:
		case c.Removed && o != nil:
			o.Removed = true
		case c.Removed:
		case o == nil:
			r.hold(Object{Entity: c.Entity, ID: ref.ID, Base: c.Data, Version: c.Version, Seen: r.seen})
		case c.Version >= o.Version || o.Seen != r.seen: // what is newer, or all there is after a new beginning
			o.Base, o.Version, o.Seen, o.Removed = c.Data, c.Version, r.seen, false
		}
	}
	return r.forgetOld(a.Window)
}

// forgetOld leaves out what lies before the window and waits for nothing.
func (r *receiving) forgetOld(w Window) error {
	if w.From.IsZero() {
		return nil
	}
	for ref, o := range r.objects {
		kind := r.u.device.kinds[ref.Kind]
		if o == nil || kind.Expired == nil || kind.Place == nil || o.Base == nil {
			continue
		}
		key, _, err := kind.Place(o.Base)
		if err != nil {
			return fmt.Errorf("place %s %s: %w", o.Entity, o.ID, err)
		}
		if kind.Expired(key, w) {
			o.Removed = true
		}
	}
	return nil
}

// replay lays what waits over the bases of everything touched, and keeps or drops it.
func (r *receiving) replay(ctx context.Context) error {
	waiting := map[Ref][]Entry{}
	for _, e := range r.waiting {
		ref := Ref{e.Entity, r.canonical(e.LocalID.String())}
		waiting[ref] = append(waiting[ref], e)
	}
	refs := make([]Ref, 0, len(r.objects))
	for ref := range r.objects {
		refs = append(refs, ref)
	}
	sorting.By(refs, func(a, b Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	for _, ref := range refs {
		o := r.objects[ref]
		if o == nil && len(waiting[ref]) == 0 {
			continue
		}
		if o == nil {
			o = &Object{Entity: ref.Kind, ID: ref.ID}
		}
		if err := o.replay(waiting[ref], r.alias); err != nil {
			return err
		}
		if (o.Removed && o.Waiting == 0) || o.Data() == nil {
			r.u.Drop(ref.Kind, ref.ID)
			continue
		}
		if err := r.u.Keep(ctx, *o); err != nil {
			return err
		}
	}
	return nil
}

// replay is the object with what waits laid over its base. Without a base and without its creation there is none.
func (o *Object) replay(waiting []Entry, alias map[string]string) error {
	o.Local, o.Waiting = nil, len(waiting)
	shown := o.Base
	for _, e := range waiting {
		if (e.Redo && o.Base != nil) || (shown == nil && e.Action != Create) {
			continue
		}
		var err error
		if shown, err = lay(shown, called(e.Data, alias)); err != nil {
			return fmt.Errorf("lay what waits over %s %s: %w", o.Entity, o.ID, err)
		}
		o.Local = shown
	}
	return nil
}

// canonical is the id that an object goes by now.
func (r *receiving) canonical(id string) string { return cmp.Or(r.alias[id], id) }

// load brings objects in that are not touched yet.
func (r *receiving) load(ctx context.Context, refs ...Ref) error {
	missing := map[string][]string{}
	for _, ref := range refs {
		if _, there := r.objects[ref]; !there {
			r.objects[ref] = nil
			missing[ref.Kind] = append(missing[ref.Kind], ref.ID)
		}
	}
	for entity, ids := range missing {
		found, err := r.u.FindAll(ctx, entity, ids)
		if err != nil {
			return err
		}
		for _, o := range found {
			r.objects[Ref{o.Entity, o.ID}] = &o
		}
	}
	return nil
}

// hold touches an object that is at hand.
func (r *receiving) hold(o Object) {
	ref := Ref{o.Entity, o.ID}
	if r.objects[ref] == nil {
		r.objects[ref] = &o
	}
}

func parsed(id string) uuid.UUID {
	known, err := uuid.Parse(id)
	if err != nil {
		return uuid.Nil
	}
	return known
}

// mentions reports whether an operation is about an object or names it.
func (e Entry) mentions(id uuid.UUID) bool {
	return e.LocalID == id || slices.Contains(uuids(e.Data), id.String())
}

// uuids lists the texts of a JSON object's fields.
func uuids(data json.RawMessage) []string {
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return nil
	}
	var texts []string
	for _, value := range fields {
		if text, ok := value.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
