package offline

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// sweep drops what a download of everything did not bring. What waits stays, marked, until it is answered.
func (r *receiving) sweep(ctx context.Context) error {
	for _, name := range r.u.device.entities() {
		all, err := r.u.All(ctx, name)
		if err != nil {
			return err
		}
		for _, o := range all {
			switch {
			case o.Seen == r.seen:
			case o.Waiting == 0:
				r.u.Drop(name, o.ID)
			case o.Base != nil && !o.Removed: // the server had it once; what it never had still goes there
				o.Removed = true
				if err := r.u.Keep(ctx, o); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// tidy forgets, once a day, what the window has left behind and answers older than two weeks.
func (r *receiving) tidy(ctx context.Context, w Window) error {
	today := r.now.Format(time.DateOnly)
	last, err := r.u.device.kv.Meta(ctx, tidiedMeta)
	if err != nil || last == today {
		return err
	}
	r.u.meta[tidiedMeta] = today
	done, err := r.u.Entries(ctx, Done)
	if err != nil {
		return err
	}
	for _, e := range done {
		settled, err := time.Parse(time.RFC3339, e.Settled)
		if err == nil && r.now.Sub(settled) > DoneKept {
			delete(r.u.turned, e.N)
			r.u.forget = append(r.u.forget, e.N)
		}
	}
	if w.From.IsZero() {
		return nil
	}
	return r.u.leave(ctx, w)
}

// leave drops what lies behind the window and waits for nothing.
func (u *Unit) leave(ctx context.Context, w Window) error {
	for _, name := range u.device.entities() {
		kind := u.device.kinds[name]
		if kind.Expired == nil && kind.Left == nil {
			continue
		}
		all, err := u.All(ctx, name)
		if err != nil {
			return err
		}
		var left []string
		if kind.Left != nil {
			if left, err = kind.Left(ctx, w); err != nil {
				return fmt.Errorf("ask what the window left behind of %s: %w", name, err)
			}
		}
		for _, o := range all {
			if o.Waiting == 0 && (slices.Contains(left, o.ID) || kind.Expired != nil && kind.Expired(o.Key, w)) {
				u.Drop(name, o.ID)
			}
		}
	}
	return nil
}
