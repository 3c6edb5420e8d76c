//go:build !js

package sync

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// pageBytes is about how large the updates of one answer grow; pageStep is how many objects are read at a time, so
// that little is read in vain.
const (
	pageBytes = 1 << 20
	pageStep  = 125
)

// page is what one answer carries.
type page struct {
	changes []offline.Change
	bytes   int
	had     map[ref]bool // what this answer carries already
}

type ref struct {
	entity string
	id     uuid.UUID
}

func (p *page) full() bool { return len(p.changes) >= MaxUpdates || p.bytes >= pageBytes }

func (p *page) room() int { return min(pageStep, MaxUpdates-len(p.changes)) }

func (p *page) add(c offline.Change) {
	if p.had[ref{c.Entity, c.ID}] {
		return
	}
	p.had[ref{c.Entity, c.ID}] = true
	p.changes = append(p.changes, c)
	p.bytes += len(c.Data) + 120
}

// pull fills the answer with what the device does not know yet, as far as one answer goes.
func (s *Service) pull(ctx context.Context, call Call, c cursor, answer *Response) error {
	p := &page{had: map[ref]bool{}}
	var more bool
	var err error
	if c.Phase == downloading {
		if c.fresh != "" {
			s.Metrics.Download(c.fresh)
		}
		answer.Total, answer.Download, more = c.Total, c.Name, true
		c, err = s.download(ctx, c, p)
	} else {
		c, more, err = s.follow(ctx, c, p)
	}
	if err != nil {
		return err
	}
	answer.Updates = append(answer.Updates, p.changes...)
	answer.HasMore = more
	if answer.LastSync, err = s.text(ctx, c); err != nil {
		return err
	}
	answer.ServerTime = s.Now().UTC().Truncate(time.Millisecond)
	return s.addProfile(ctx, call, answer)
}

func (s *Service) addProfile(ctx context.Context, call Call, answer *Response) error {
	if s.Profile == nil {
		return nil
	}
	p, err := s.Profile(ctx)
	if err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}
	if p = p.of(call.title, call.number); p.Hash != call.Profile {
		answer.Profile = &p
	}
	return nil
}

// download adds pages of one entity after the other. The last one is still part of it: the device goes on from there
// by the log.
func (s *Service) download(ctx context.Context, c cursor, p *page) (cursor, error) {
	w := s.window(ctx)
	w.To = time.Unix(c.Until, 0).In(w.To.Location())
	at := max(slices.IndexFunc(s.Entities, func(e Entity) bool { return e.Name() == c.Entity }), 0)
	for !p.full() {
		changes, next, err := s.Entities[at].Page(ctx, w, c.After, p.room())
		if err != nil {
			return c, fmt.Errorf("download %s: %w", c.Entity, err)
		}
		for _, change := range changes {
			p.add(change)
		}
		if c.After = next; next != "" {
			continue
		}
		if at++; at == len(s.Entities) {
			return followFrom(c, c.Until), nil
		}
		c.Entity = s.Entities[at].Name()
	}
	return c, nil
}

func followFrom(c cursor, until int64) cursor {
	return cursor{Clinic: c.Clinic, Epoch: c.Epoch, Seq: c.Seq, Until: until, Scope: c.Scope}
}

// follow adds what entered the window since, then what changed since.
func (s *Service) follow(ctx context.Context, c cursor, p *page) (next cursor, more bool, err error) {
	w := s.window(ctx)
	if c.Phase == following && c.Until < w.To.Unix() {
		c.Phase, c.Entity, c.After, c.Next = entering, s.Entities[0].Name(), "", w.To.Unix()
	}
	if c.Phase == entering {
		if c, err = s.enter(ctx, w, c, p); err != nil || c.Phase == entering {
			return c, true, err
		}
	}
	return s.changed(ctx, w, c, p)
}

// enter adds what the window reaches now and did not before.
func (s *Service) enter(ctx context.Context, w offline.Window, c cursor, p *page) (cursor, error) {
	from, to := time.Unix(c.Until, 0).UTC(), time.Unix(c.Next, 0).UTC()
	w.To = to.In(w.To.Location())
	at := max(slices.IndexFunc(s.Entities, func(e Entity) bool { return e.Name() == c.Entity }), 0)
	for ; at < len(s.Entities); at, c.After = at+1, "" {
		c.Entity = s.Entities[at].Name()
		ids, err := s.Entities[at].Entering(ctx, w, from, to)
		if err != nil {
			return c, fmt.Errorf("list what enters of %s: %w", c.Entity, err)
		}
		ids = behind(ids, c.After)
		for len(ids) > 0 {
			if p.full() {
				return c, nil
			}
			part := ids[:min(len(ids), p.room())]
			found, err := s.current(ctx, w, map[string][]uuid.UUID{c.Entity: part})
			if err != nil {
				return c, err
			}
			for _, unit := range found.units(c.Entity, part) {
				p.addAll(unit)
			}
			ids, c.After = ids[len(part):], part[len(part)-1].String()
		}
	}
	return followFrom(c, c.Next), nil
}

// behind sorts ids and leaves out those up to after.
func behind(ids []uuid.UUID, after string) []uuid.UUID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	from, err := uuid.Parse(after)
	if err != nil {
		return ids
	}
	at, found := slices.BinarySearchFunc(ids, from, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	if found {
		at++
	}
	return ids[at:]
}

func (p *page) addAll(unit []offline.Change) {
	for _, c := range unit {
		p.add(c)
	}
}

// changed adds the present state of what the log names behind the cursor. Several changes of one object are one.
func (s *Service) changed(ctx context.Context, w offline.Window, c cursor, p *page) (next cursor, more bool, err error) {
	extent, err := s.Store.Extent(ctx)
	if err != nil {
		return c, false, err
	}
	for c.Seq < extent.Last {
		if p.full() {
			return c, true, nil
		}
		touched, err := s.Store.Touched(ctx, c.Seq, extent.Last, pageStep)
		if err != nil {
			return c, false, fmt.Errorf("read the log of changes: %w", err)
		}
		if len(touched) == 0 {
			break
		}
		if c.Seq, err = s.addTouched(ctx, w, touched, p); err != nil {
			return c, false, err
		}
	}
	c.Seq = max(c.Seq, extent.Last)
	return c, false, nil
}

// addTouched adds touched objects in the order of the log, each with what it needs before it, as long as there is
// room, and returns the number it came to.
func (s *Service) addTouched(ctx context.Context, w offline.Window, touched []Touched, p *page) (seq int64, err error) {
	wanted := map[string][]uuid.UUID{}
	for _, t := range touched {
		if _, offered := s.byName[t.Entity]; offered {
			wanted[t.Entity] = append(wanted[t.Entity], t.ID)
		}
	}
	found, err := s.current(ctx, w, wanted)
	if err != nil {
		return 0, err
	}
	for i, t := range touched {
		if _, offered := s.byName[t.Entity]; offered {
			if i > 0 && p.full() {
				break
			}
			unit := found.unit(t.Entity, t.ID)
			for _, c := range unit {
				c.Seq = t.Seq
				p.add(c)
			}
		}
		seq = t.Seq
	}
	return seq, nil
}
