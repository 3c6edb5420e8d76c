package sync_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// play is one history: what people do and what the world does to them, as drawn.
func (w *world) play() {
	t := w.t
	w.restore = rapid.Bool().Draw(t, "backups are restored")
	w.add(w.staff[0])
	w.add(w.staff[1])
	if rapid.Bool().Draw(t, "a third device") {
		w.add(w.staff[0])
	}
	w.add(w.staff[2])
	for i := range rapid.IntRange(5, 40).Draw(t, "steps") {
		g := rapid.SampledFrom(w.devices).Draw(t, fmt.Sprintf("%d on", i))
		act := rapid.SampledFrom(actNames).Draw(t, fmt.Sprintf("%d act", i))
		acts[act](w, g)
		w.checkServer()
		w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 60, 3600}).Draw(t, fmt.Sprintf("%d seconds later", i))) * time.Second)
	}
}

// acts are what can happen. The names of those that happen often stand in actNames more than once.
var acts = map[string]func(w *world, g *gadget){
	"register":   (*world).register,
	"edit":       (*world).edit,
	"void":       (*world).void,
	"book":       (*world).book,
	"rebook":     (*world).rebook,
	"decide":     (*world).decide,
	"correct":    (*world).correct,
	"sync":       (*world).sync,
	"late":       (*world).late,
	"job":        func(w *world, _ *gadget) { w.finish() },
	"clock":      (*world).clock,
	"days":       func(w *world, _ *gadget) { w.now = w.now.AddDate(0, 0, rapid.IntRange(1, 6).Draw(w.t, "days")) },
	"permission": (*world).permission,
	"restart":    func(_ *world, g *gadget) { g.start() },
	"reinstall":  (*world).reinstall,
	"online":     (*world).online,
}

var actNames = slices.Concat(slices.Sorted(maps.Keys(acts)),
	[]string{"register", "edit", "edit", "book", "rebook", "sync", "sync", "sync", "sync", "sync", "sync"})

func (w *world) value(what string) string {
	return rapid.SampledFrom([]string{"a", "b", "c", "d", "a", "b", "c", "d", refusedValue, failingValue}).Draw(w.t, what)
}

func (w *world) register(g *gadget) {
	data := map[string]string{"name": w.value("name"), "phone": "1"}
	if doc := rapid.SampledFrom([]string{"", "12345678", "87654321"}).Draw(w.t, "document"); doc != "" {
		data["document"] = doc
	}
	g.do(func(ctx context.Context, u *offline.Unit) error {
		id := uuid.Must(uuid.NewV7())
		if err := u.Create(ctx, "person", id, data); err != nil || !rapid.Bool().Draw(w.t, "and book at once") {
			return err
		}
		return u.Create(ctx, "booking", uuid.Must(uuid.NewV7()), map[string]string{"person": id.String(), "slot": w.slot(), "status": "scheduled", "note": ""})
	})
}

// slot is one of a few, some of them outside the window, so that bookings meet.
func (w *world) slot() string {
	day := rapid.SampledFrom([]int{0, 0, 1, 2, 59, 62, 66, -29, -31}).Draw(w.t, "day")
	return modelStart.AddDate(0, 0, day).Add(time.Duration(rapid.IntRange(0, 2).Draw(w.t, "hour")) * time.Hour).Format(time.RFC3339)
}

// pick is an object that the device shows.
func (w *world) pick(g *gadget, entity string) (offline.Object, bool) {
	shown := g.all(entity)
	if len(shown) == 0 {
		return offline.Object{}, false
	}
	slices.SortFunc(shown, func(a, b offline.Object) int { return compare(a.ID, b.ID) })
	return shown[rapid.IntRange(0, len(shown)-1).Draw(w.t, "which "+entity)], true
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (w *world) change(g *gadget, o offline.Object, data map[string]string) {
	g.do(func(ctx context.Context, u *offline.Unit) error {
		return u.Change(ctx, o.Entity, uuid.MustParse(o.ID), data)
	})
}

func (w *world) edit(g *gadget) {
	o, ok := w.pick(g, "person")
	if !ok {
		return
	}
	group := rapid.SampledFrom([]string{"name", "phone", "address", "document"}).Draw(w.t, "group")
	value := w.value("value")
	if group == "document" {
		value = rapid.SampledFrom([]string{"12345678", "87654321", "11111111"}).Draw(w.t, "number")
	}
	w.change(g, o, map[string]string{group: value})
}

func (w *world) void(g *gadget) {
	if o, ok := w.pick(g, "person"); ok && rapid.IntRange(0, 3).Draw(w.t, "really") == 0 {
		w.change(g, o, map[string]string{"voided": "yes"})
	}
}

func (w *world) book(g *gadget) {
	o, ok := w.pick(g, "person")
	if !ok {
		return
	}
	data := map[string]string{"person": o.ID, "slot": w.slot(), "status": "scheduled", "note": w.value("note")}
	g.do(func(ctx context.Context, u *offline.Unit) error {
		return u.Create(ctx, "booking", uuid.Must(uuid.NewV7()), data)
	})
}

func (w *world) rebook(g *gadget) {
	o, ok := w.pick(g, "booking")
	if !ok {
		return
	}
	switch field := rapid.SampledFrom([]string{"slot", "status", "note"}).Draw(w.t, "field"); field {
	case "slot":
		w.change(g, o, map[string]string{"slot": w.slot()})
	case "status":
		w.change(g, o, map[string]string{"status": rapid.SampledFrom([]string{"confirmed", "completed", "cancelled"}).Draw(w.t, "status")})
	default:
		w.change(g, o, map[string]string{"note": w.value("note")})
	}
}

func (w *world) decide(g *gadget) {
	if o, ok := w.pick(g, sync.ConflictEntity); ok {
		w.change(g, o, map[string]string{"choice": rapid.SampledFrom([]string{sync.Mine, sync.Theirs}).Draw(w.t, "choice")})
	}
}

// correct is a person who looks at what was refused, and sends it again or lets it go.
func (w *world) correct(g *gadget) {
	refused := g.entries(offline.Attention)
	if len(refused) == 0 {
		return
	}
	e := refused[rapid.IntRange(0, len(refused)-1).Draw(w.t, "which refusal")]
	again := rapid.Bool().Draw(w.t, "again")
	g.do(func(ctx context.Context, u *offline.Unit) error {
		if again {
			return u.Again(ctx, e.OpID)
		}
		_, err := u.Correct(ctx, e.OpID)
		return err
	})
	left := g.entries(offline.Attention)
	for _, e := range refused { // with a creation goes what was refused only for want of it
		if !slices.ContainsFunc(left, func(l offline.Entry) bool { return l.OpID == e.OpID }) {
			g.letGo(e)
		}
	}
}

func (w *world) sync(g *gadget) {
	g.calls = 0
	fate := rapid.SampledFrom([]string{delivered, delivered, delivered, requestLost, answerLost, answerLost, doubled, delayed, killed, killed, garbled, tooBusy}).Draw(w.t, "fate")
	if fate == killed {
		g.calls = rapid.IntRange(1, 40).Draw(w.t, "killed after")
	}
	g.round(fate)
}

// late is a request that arrives after its device has given it up.
func (w *world) late(*gadget) {
	if len(w.air) == 0 {
		return
	}
	i := rapid.IntRange(0, len(w.air)-1).Draw(w.t, "which letter")
	l := w.air[i]
	w.air = slices.Delete(w.air, i, i+1)
	w.serve(l)
}

func (w *world) clock(g *gadget) {
	g.skew = time.Duration(rapid.SampledFrom([]int{0, -2, 2, 1, -1, 20, -20, 72, -72}).Draw(w.t, "hours")) * time.Hour
}

// permission takes a right away, or gives it back, while devices are anywhere.
func (w *world) permission(g *gadget) {
	p := rapid.SampledFrom([]access.Permission{mayWrite, mayBook}).Draw(w.t, "permission")
	g.owner.may[p] = !g.owner.may[p]
}

// reinstall wipes a device, or the server's memory of the last days.
func (w *world) reinstall(g *gadget) {
	if w.restore {
		w.back()
		return
	}
	w.devices = slices.DeleteFunc(w.devices, func(other *gadget) bool { return other == g })
	w.retired = append(w.retired, g)
	w.add(g.owner)
}

// back keeps a backup, and the next time restores it under a new epoch.
func (w *world) back() {
	if len(w.backup) == 0 {
		for clinic, s := range w.store.clinics {
			w.backup[clinic] = s.copy()
		}
		return
	}
	w.air = nil
	for clinic, s := range w.backup {
		restored := s.copy()
		restored.epoch = uuid.New()
		w.store.clinics[clinic] = restored
	}
	w.backup = map[uuid.UUID]*shelf{}
}

// online is somebody at the server itself, who changes a phone there.
func (w *world) online(g *gadget) {
	s := w.store.clinics[g.owner.clinic]
	ids := slices.SortedFunc(maps.Keys(s.people), func(a, b uuid.UUID) int { return compare(a.String(), b.String()) })
	if len(ids) == 0 || w.restore || !g.owner.may[mayWrite] {
		return
	}
	id := ids[rapid.IntRange(0, len(ids)-1).Draw(w.t, "whom")]
	data, _ := json.Marshal(map[string]string{"address": rapid.SampledFrom([]string{"x", "y"}).Draw(w.t, "address")})
	op := offline.Operation{Entity: "person", Action: offline.Update, LocalID: id, Data: data, Timestamp: w.now, OpID: uuid.Must(uuid.NewV7())}
	desk := &gadget{w: w, name: "the desk", owner: g.owner, login: uuid.New()}
	body, _ := json.Marshal(sync.Request{Operations: []offline.Operation{op}})
	desk.wrote = []offline.Operation{op}
	w.retired = append(w.retired, desk)
	if status, _ := w.serve(letter{from: desk, body: body}); status != 200 {
		w.t.Fatalf("the desk got %d", status)
	}
}
