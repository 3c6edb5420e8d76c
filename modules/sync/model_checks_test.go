package sync_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

func (g *gadget) fail(format string, args ...any) {
	g.w.t.Helper()
	g.w.t.Fatalf("%s: "+format, append([]any{g.name}, args...)...)
}

// scope is what the server says that a device holds, by entity and id.
func (g *gadget) scope() map[offline.Ref]offline.Change {
	held := map[offline.Ref]offline.Change{}
	ctx := access.With(context.Background(), g.owner.who(g.login))
	w := offline.WindowAt(g.w.now, time.UTC)
	err := g.w.service.Store.Transact(ctx, sync.Author{Clinic: g.owner.clinic, User: g.owner.user}, func(ctx context.Context) error {
		for _, e := range g.w.service.Entities {
			for after, more := "", true; more; more = after != "" {
				page, next, err := e.Page(ctx, w, after, 500)
				if err != nil {
					return err
				}
				for _, c := range page {
					held[offline.Ref{Kind: c.Entity, ID: c.ID.String()}] = c
				}
				after = next
			}
		}
		return nil
	})
	if err != nil {
		g.fail("%v", err)
	}
	return held
}

// checkDevice holds after every exchange.
func (w *world) checkDevice(g *gadget) {
	if !w.real {
		g.checkParents()
		g.checkRise()
	}
	if g.whole && !g.more {
		g.checkCursor()
	}
}

// I5: no booking without its person, but one that waits and whose person was refused.
func (g *gadget) checkParents() {
	ctx := g.device.Read(context.Background())
	for _, o := range g.all("booking") {
		var b struct{ Person string }
		_ = json.Unmarshal(o.Data(), &b)
		if _, err := offline.From(ctx).Find(ctx, "person", b.Person); err == nil || o.Pending() {
			continue
		}
		g.fail("I5: booking %s stands without its person %s", o.ID, b.Person)
	}
}

// I9: versions only rise, until a backup is restored; checkServer sees to the tombstones.
func (g *gadget) checkRise() {
	for _, entity := range []string{"person", "booking"} {
		for _, o := range g.all(entity) {
			key := o.ID
			if g.w.restore {
				key += fmt.Sprint(" of download ", o.Seen) // a restored server's versions begin lower
			}
			if o.Version < g.seen[key] {
				g.fail("I9: %s %s fell from version %d to %d", entity, o.ID, g.seen[key], o.Version)
			}
			g.seen[key] = o.Version
		}
	}
}

// I7: when an exchange ends, every committed change up to the cursor is known; what waits lies over it.
func (g *gadget) checkCursor() {
	scope := g.scope()
	for ref, c := range scope {
		ctx := g.device.Read(context.Background())
		o, err := offline.From(ctx).Find(ctx, ref.Kind, ref.ID)
		if err != nil || o.ID != ref.ID {
			g.fail("I7: %s %s of version %d is unknown", ref.Kind, ref.ID, c.Version)
		}
		if o.Version != c.Version || !sameJSON(o.Base, c.Data) {
			g.fail("I7: %s %s is %d %s here and %d %s at the server", ref.Kind, ref.ID, o.Version, o.Base, c.Version, c.Data)
		}
	}
	for _, entity := range g.w.entities {
		for _, o := range g.all(entity) {
			if _, held := scope[offline.Ref{Kind: entity, ID: o.ID}]; !held && !o.Pending() {
				g.fail("I7: %s %s %s is not for this device any more\n%s", entity, o.ID, o.Data(), g.trail(o))
			}
		}
	}
}

// trail tells what the device knows of an object, for a failure's report.
func (g *gadget) trail(o offline.Object) string {
	text := fmt.Sprintf("version %d, brought by download %d, removed %t\n", o.Version, o.Seen, o.Removed)
	for _, e := range g.entries(offline.Pending, offline.InFlight, offline.Done, offline.Attention) {
		if e.LocalID.String() == o.ID {
			text += fmt.Sprintf("%s %s %s: %+v, tries %d, redo %t\n", e.State, e.Action, e.Data, e.Result, e.Tries, e.Redo)
		}
	}
	return text
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// checkServer holds after every step: I6, no two active bookings of one slot; I5 at the server; nothing done twice.
func (w *world) checkServer() {
	for _, s := range w.store.clinics {
		taken := map[string]uuid.UUID{}
		for id, b := range s.bookings {
			if other, there := taken[b.slot]; there && b.active() {
				w.t.Fatalf("I6: bookings %s and %s both have %s", id, other, b.slot)
			}
			if b.active() {
				taken[b.slot] = id
			}
			if _, known := s.people[b.person]; !known {
				w.t.Fatalf("I5: the server holds booking %s without person %s", id, b.person)
			}
		}
		for id, p := range s.people {
			if w.tombs[id] && !p.voided && !w.restore {
				w.t.Fatalf("I9: person %s was voided and is not any more", id)
			}
			w.tombs[id] = p.voided
		}
		for id, b := range s.bookings {
			if w.tombs[id] && b.status != "cancelled" && !w.restore {
				w.t.Fatalf("I9: booking %s was cancelled and is %s", id, b.status)
			}
			w.tombs[id] = b.status == "cancelled"
		}
		for op, times := range s.effects {
			if times > 1 {
				w.t.Fatalf("I3: operation %s took effect %d times", op, times)
			}
		}
	}
}

// checkEnd holds when everything is quiet.
func (w *world) checkEnd() {
	w.checkRest()
	for _, g := range w.devices {
		g.checkLoss()
	}
	w.checkOrder()
	if !w.restore {
		w.checkRepeat()
	}
}

// I1: all devices hold what the server says that they hold, and nothing waits.
func (w *world) checkRest() {
	for _, g := range w.devices {
		g.whole, g.more = true, false
		g.checkCursor()
		for _, entity := range g.w.entities {
			for _, o := range g.all(entity) {
				if o.Pending() || o.Local != nil || o.Removed {
					g.fail("I1: %s %s has not come to rest: %s over %s", entity, o.ID, o.Local, o.Base)
				}
			}
		}
		if waits := g.entries(offline.Pending, offline.InFlight); len(waits) > 0 {
			g.fail("I2: %d operations still wait, the first is %s %s, %+v", len(waits), waits[0].Action, waits[0].Entity, waits[0].Result)
		}
	}
}

// I2: each operation has its effect, or what it lost is kept for a person, or it is refused and lies on its device.
func (g *gadget) checkLoss() {
	s := g.w.store.clinics[g.owner.clinic]
	states := map[uuid.UUID]offline.QueueState{}
	for _, e := range g.entries(offline.Done, offline.Attention) {
		states[e.OpID] = e.State
	}
	for _, op := range g.wrote {
		answer, answered := s.answers[op.OpID]
		switch state := states[op.OpID]; {
		case g.released[op.OpID]:
		case state == offline.Attention:
			if s.effects[op.OpID] > 0 {
				g.fail("I2: %s %s is refused and took effect", op.Action, op.OpID)
			}
		case state == "" && g.w.restore: // forgotten after two weeks, then the server was restored
		case !answered || answer.Result.Status == offline.Rejected:
			g.fail("I2: %s %s %s is lost: %q here, %+v there", op.Action, op.Entity, op.OpID, state, answer.Result)
		case answer.Result.Status == offline.Created && s.effects[op.OpID] != 1:
			g.fail("I2: the creation %s took no effect", op.OpID)
		case answer.Result.Status == offline.Superseded || answer.Result.Status == offline.Conflict:
			if !slices.ContainsFunc(slices.Collect(maps.Values(s.conflicts)), func(c sync.Conflict) bool { return c.OpID == op.OpID }) {
				g.fail("I2: what %s lost is not kept for a person", op.OpID)
			}
		}
	}
}

func (g *gadget) letGo(e offline.Entry) { g.released[e.OpID] = true }

// I4: each field group of a person is what the greatest (time, device, operation) wrote, in whatever order it came.
func (w *world) checkOrder() {
	for clinic, s := range w.store.clinics {
		winner, value := map[string]stamp{}, map[string]string{}
		for _, g := range slices.Concat(w.devices, w.retired) {
			if g.owner.clinic != clinic {
				continue
			}
			for _, op := range g.wrote {
				answer, answered := s.answers[op.OpID]
				if op.Entity != "person" || !answered || answer.Result.Status == offline.Rejected {
					continue
				}
				var data map[string]string
				_ = json.Unmarshal(op.Data, &data)
				at := op.Timestamp
				if latest := s.arrived[op.OpID].Add(5 * time.Minute); at.After(latest) {
					at = latest
				}
				for group, said := range data {
					key := s.canonical(op.LocalID).String() + group
					if mine := (stamp{at, g.login.String(), op.OpID.String()}); mine.after(winner[key]) {
						winner[key], value[key] = mine, said
					}
				}
			}
		}
		for id, p := range s.people {
			if p.voided || s.decidedMine(id) {
				continue // a voided one takes no more; a decision is an operation of the server's own
			}
			for _, group := range personGroups {
				if want := value[id.String()+group]; p.fields[group] != want {
					w.t.Fatalf("I4: the %s of %s is %q, the latest writer said %q", group, id, p.fields[group], want)
				}
			}
		}
	}
}

func (s *shelf) decidedMine(id uuid.UUID) bool {
	for _, c := range s.conflicts {
		if s.canonical(c.ObjectID) == id && c.Choice == sync.Mine {
			return true
		}
	}
	return false
}

// I3: whatever was sent, sent again, changes nothing.
func (w *world) checkRepeat() {
	before := map[uuid.UUID]*shelf{}
	for clinic, s := range w.store.clinics {
		before[clinic] = s.copy()
	}
	for _, g := range w.devices {
		for _, l := range g.sent {
			status, text := w.serve(l)
			if status != http.StatusOK {
				g.fail("I3: a request sent again is answered with %d", status)
			}
			var answer sync.Response
			if err := json.Unmarshal(text, &answer); err != nil {
				g.fail("%v", err)
			}
			for _, r := range answer.Applied {
				if r.Status != offline.Duplicate && r.Status != offline.Rejected {
					g.fail("I3: an operation sent again is %q", r.Status)
				}
			}
		}
	}
	for clinic, s := range w.store.clinics {
		was := before[clinic]
		if !reflect.DeepEqual(s.people, was.people) || !reflect.DeepEqual(s.bookings, was.bookings) ||
			!reflect.DeepEqual(s.conflicts, was.conflicts) || len(s.log) != len(was.log) || len(s.answers) != len(was.answers) {
			w.t.Fatalf("I3: requests sent again have changed something")
		}
	}
}
