package offline

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
)

// Entries lists the queue in those states as the unit sees it, oldest first; what it has just queued comes last.
func (u *Unit) Entries(ctx context.Context, states ...QueueState) ([]Entry, error) {
	asked := states
	if len(u.turned) > 0 {
		asked = []QueueState{Pending, InFlight, Done, Attention} // one that was turned lies there under its old state
	}
	stored, err := u.device.Entries(ctx, asked...)
	if err != nil {
		return nil, err
	}
	var found []Entry
	for _, e := range stored {
		if changed, ok := u.turned[e.N]; ok {
			e = changed
		}
		if slices.Contains(states, e.State) && !slices.Contains(u.forget, e.N) {
			found = append(found, e)
		}
	}
	for _, e := range u.queue {
		if slices.Contains(states, e.State) {
			found = append(found, e)
		}
	}
	return found, nil
}

// turn keeps a changed entry of the queue.
func (u *Unit) turn(e Entry) { u.turned[e.N] = e }

// refused finds an entry that waits for a person.
func (u *Unit) refused(ctx context.Context, op uuid.UUID) (Entry, error) {
	entries, err := u.Entries(ctx, Attention)
	if err != nil {
		return Entry{}, err
	}
	for _, e := range entries {
		if e.OpID == op {
			return e, nil
		}
	}
	return Entry{}, fault.ErrNotFound
}

// Correct takes a refused operation out of the queue and gives it back, so that a form can begin with what it said.
// To discard it is to forget what it gives.
func (u *Unit) Correct(ctx context.Context, op uuid.UUID) (Entry, error) {
	e, err := u.refused(ctx, op)
	if err != nil {
		return Entry{}, err
	}
	u.forget = append(u.forget, e.N)
	return e, nil
}

// Again queues a refused operation once more, as something done now, and with it those that were refused only because
// they waited for it.
func (u *Unit) Again(ctx context.Context, op uuid.UUID) error {
	first, err := u.refused(ctx, op)
	if err != nil {
		return err
	}
	waited, err := u.waited(ctx, first)
	if err != nil {
		return err
	}
	return u.requeueAll(ctx, append(waited, first))
}

// Corrected takes a refused operation out of the queue that somebody has done anew in another way, and queues once more
// what was refused only because it waited for it. One that is not there was put right before.
func (u *Unit) Corrected(ctx context.Context, op uuid.UUID) error {
	first, err := u.Correct(ctx, op)
	if fault.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	waited, err := u.waited(ctx, first)
	if err != nil {
		return err
	}
	// They are none of the form's own: a server that carried out the form has not carried them out.
	form := u.op
	u.op = uuid.Nil
	defer func() { u.op = form }()
	return u.requeueAll(ctx, waited)
}

// waited are those that were refused only because they build on what first would have created.
func (u *Unit) waited(ctx context.Context, first Entry) ([]Entry, error) {
	if first.Action != Create {
		return nil, nil
	}
	others, err := u.Entries(ctx, Attention)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(others, func(e Entry) bool {
		return e.N == first.N || e.Result == nil || e.Result.Code != MissingCode || !e.mentions(first.LocalID)
	}), nil
}

func (u *Unit) requeueAll(ctx context.Context, entries []Entry) error {
	sorting.By(entries, func(a, b Entry) int { return cmp.Compare(a.N, b.N) })
	for _, e := range entries {
		if err := u.requeue(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// MissingCode is the code of an operation that was refused because what it builds on was refused.
const MissingCode = "dependency_missing"

func (u *Unit) requeue(ctx context.Context, e Entry) error {
	known, err := u.aliases(ctx)
	if err != nil {
		return err
	}
	o := Object{Entity: e.Entity, ID: cmp.Or(known[e.LocalID.String()], e.LocalID.String())}
	if found, err := u.Find(ctx, o.Entity, o.ID); err == nil {
		o = found
	} else if !fault.IsNotFound(err) {
		return err
	}
	u.forget = append(u.forget, e.N)
	return u.write(ctx, o, e.Action, called(e.Data, known))
}

// Resync prepares for a server that does not know this device's cursor: everything is asked for anew. epoch is what
// the server calls itself now; if that is news it may have lost what it had confirmed, so what was done in the last
// days is sent again under its old ids. The versions that people saw there say nothing any more.
func (d *Device) Resync(ctx context.Context, epoch string) error {
	ctx, u := d.Begin(ctx, uuid.Nil)
	defer u.Close()
	known, err := d.kv.Meta(ctx, EpochMeta)
	if err != nil {
		return err
	}
	u.meta[CursorMeta] = ""
	if epoch == "" || epoch == known {
		return u.Commit(ctx)
	}
	u.meta[EpochMeta] = epoch
	done, err := u.Entries(ctx, Done)
	if err != nil {
		return err
	}
	r, err := u.receiving(ctx)
	if err != nil {
		return err
	}
	for i := range r.waiting {
		r.waiting[i].BaseVersion = 0
		u.turn(r.waiting[i])
	}
	for _, e := range done {
		e.State, e.Redo, e.Result, e.Settled, e.BaseVersion = Pending, true, nil, "", 0
		u.turn(e)
		r.waiting = append(r.waiting, e)
		if err := r.load(ctx, Ref{e.Entity, r.canonical(e.LocalID.String())}); err != nil {
			return err
		}
	}
	sorting.By(r.waiting, func(a, b Entry) int { return cmp.Compare(a.N, b.N) })
	if err := r.replay(ctx); err != nil {
		return err
	}
	return u.Commit(ctx)
}

// MarkSent notes that these entries are on their way, before they are.
func (d *Device) MarkSent(ctx context.Context, entries []Entry) error {
	ctx, u := d.Begin(ctx, uuid.Nil)
	defer u.Close()
	current, err := u.Entries(ctx, Pending, InFlight)
	if err != nil {
		return err
	}
	at := map[int64]Entry{}
	for _, e := range current {
		at[e.N] = e
	}
	for _, e := range entries {
		now, ok := at[e.N]
		if !ok || (now.State == InFlight && now.Sent) {
			continue
		}
		now.State, now.Sent = InFlight, true
		u.turn(now)
	}
	return u.Commit(ctx)
}

// entities lists the kinds by name, so that what happens is the same each time.
func (d *Device) entities() []string { return slices.Sorted(maps.Keys(d.kinds)) }

// Refuse puts one operation aside for a person with a result that the device gives itself, because no request with it
// goes through.
func (d *Device) Refuse(ctx context.Context, e Entry, result Result, meta map[string]string) error {
	cursor, err := d.kv.Meta(ctx, CursorMeta)
	if err != nil {
		return err
	}
	return d.Receive(ctx, Answer{Sent: []Entry{e}, Results: []Result{result}, Cursor: cursor, More: true, Meta: meta})
}

// Note keeps one setting.
func (d *Device) Note(ctx context.Context, name, value string) error {
	return d.kv.Commit(ctx, Batch{Meta: map[string]string{name: value}})
}
