package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// world is a server with two clinics, the devices of their people, and a network between them that fails as drawn.
type world struct {
	t        *rapid.T
	now      time.Time
	store    *modelStore
	service  *sync.Service
	staff    []*member
	devices  []*gadget
	clinics  [2]uuid.UUID
	air      []letter // requests that were given up and still arrive
	backup   map[uuid.UUID]*shelf
	retired  []*gadget
	restore  bool // this history restores backups; else it reinstalls devices
	kinds    []offline.Kind
	tombs    map[uuid.UUID]bool // what was voided or cancelled
	entities []string           // those that devices write, and conflicts
	real     bool               // the server keeps everything in PostgreSQL
}

// member is somebody who works in a clinic.
type member struct {
	clinic, user uuid.UUID
	may          map[access.Permission]bool
	real         *access.Identity // of somebody in the database; nil in the model
}

func (m *member) who(login uuid.UUID) access.Identity {
	if m.real != nil {
		who := *m.real
		who.LoginID = login
		return who
	}
	may := map[access.Permission]bool{}
	for p, ok := range m.may {
		may[p] = ok
	}
	return access.Identity{UserID: m.user, ClinicID: m.clinic, MembershipID: m.user, LoginID: login, Permissions: may, TimeZone: "UTC"}
}

// letter is a request on its way.
type letter struct {
	from *gadget
	body []byte
	head map[string]string
}

// What the network does to a request.
const (
	delivered   = "delivered"
	requestLost = "request lost"
	answerLost  = "answer lost"
	doubled     = "delivered twice"
	delayed     = "given up, arrives later"
	killed      = "server killed meanwhile"
	garbled     = "a hotel's page instead"
	tooBusy     = "server busy"
)

// gadget is a device with its client.
type gadget struct {
	w        *world
	name     string
	owner    *member
	login    uuid.UUID
	skew     time.Duration
	kv       *offline.Memory
	device   *offline.Device
	client   *sync.Client
	fate     string // of the next request
	calls    int    // after how many calls of the store a killed server dies
	more     bool   // the last answer said that more follows
	whole    bool   // the last exchange brought an answer in
	sent     []letter
	wrote    []offline.Operation
	seen     map[string]int64   // versions, to see that they only rise
	released map[uuid.UUID]bool // refused operations that a person has dealt with
	rounds   int
}

var modelStart = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newWorld(t *rapid.T) *world {
	w := &world{t: t, now: modelStart, backup: map[uuid.UUID]*shelf{}, kinds: modelKinds, tombs: map[uuid.UUID]bool{}, entities: []string{"person", "booking", sync.ConflictEntity}}
	w.store = &modelStore{clinics: map[uuid.UUID]*shelf{}, staff: map[uuid.UUID]func() access.Identity{}}
	for i := range w.clinics {
		w.clinics[i] = uuid.New()
		w.store.clinics[w.clinics[i]] = newShelf()
	}
	w.service = sync.New(sync.Config{
		Store: w.store, Entities: []sync.Entity{people{}, bookings{}}, Now: func() time.Time { return w.now },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	for _, clinic := range []uuid.UUID{w.clinics[0], w.clinics[0], w.clinics[1]} {
		m := &member{clinic: clinic, user: uuid.New(), may: map[access.Permission]bool{mayWrite: true, mayBook: true}}
		w.staff = append(w.staff, m)
		w.store.staff[m.user] = func() access.Identity { return m.who(uuid.Nil) }
	}
	return w
}

func (w *world) add(owner *member) *gadget {
	g := &gadget{w: w, name: fmt.Sprintf("device %d", len(w.devices)+len(w.retired)), owner: owner, login: uuid.New(), seen: map[string]int64{}, released: map[uuid.UUID]bool{}}
	g.kv = offline.NewMemory()
	g.start()
	w.devices = append(w.devices, g)
	return g
}

// start is the program of the device, begun anew over what its store holds.
func (g *gadget) start() {
	clock := func() time.Time { return g.w.now.Add(g.skew) }
	g.device = offline.NewDevice(g.kv, g.w.kinds, clock)
	g.client = sync.NewClient(g.device, g.post, clock, time.UTC, func() float64 { return 0 })
}

var modelKinds = []offline.Kind{
	{Entity: "person"},
	{Entity: sync.ConflictEntity},
	{
		Entity: "booking",
		Place: func(data json.RawMessage) (key, group string, err error) {
			var b struct{ Slot, Person string }
			err = json.Unmarshal(data, &b)
			return b.Slot, b.Person, err
		},
		Expired: func(key string, w offline.Window) bool { return key < w.From.Format(time.RFC3339) },
	},
}

var errNoNetwork = errors.New("no network")

// post carries a request as fate has it.
func (g *gadget) post(_ context.Context, head map[string]string, body []byte) (int, []byte, error) {
	l := letter{g, body, head}
	g.sent = append(g.sent, l)
	fate := g.fate
	g.fate = delivered
	switch fate {
	case requestLost:
		return 0, nil, errNoNetwork
	case delayed:
		g.w.air = append(g.w.air, l)
		return 0, nil, errNoNetwork
	case garbled:
		return http.StatusOK, []byte("<html>Bienvenido al hotel</html>"), nil
	case tooBusy:
		return http.StatusServiceUnavailable, nil, offline.RetryAfter(time.Minute)
	case killed:
		g.w.store.calls = g.calls
		defer func() { g.w.store.calls = 0 }()
	}
	status, answer := g.w.serve(l)
	switch fate {
	case answerLost:
		return 0, nil, errNoNetwork
	case doubled:
		status, answer = g.w.serve(l)
	}
	if status == http.StatusOK {
		g.hears(answer)
	}
	return status, answer, nil
}

// serve is the server's side of a request, as its API does it.
func (w *world) serve(l letter) (int, []byte) {
	var request sync.Request
	if err := json.Unmarshal(l.body, &request); err != nil {
		return http.StatusBadRequest, nil
	}
	ctx := access.With(context.Background(), l.from.owner.who(l.from.login))
	answer, err := w.service.Sync(ctx, sync.Call{}, request)
	var epoch *sync.EpochError
	switch {
	case errors.As(err, &epoch):
		text, _ := json.Marshal(map[string]uuid.UUID{"epoch": epoch.Epoch})
		return http.StatusConflict, text
	case errors.Is(err, errKilled):
		return http.StatusBadGateway, nil
	case err != nil:
		w.t.Fatalf("the server failed: %v", err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		w.t.Fatal(err)
	}
	return http.StatusOK, text
}

// hears notes what an answer says, and that it says nothing of another clinic (I8).
func (g *gadget) hears(answer []byte) {
	var r sync.Response
	if err := json.Unmarshal(answer, &r); err != nil {
		g.w.t.Fatal(err)
	}
	g.more, g.whole = r.HasMore, true
	for clinic, s := range g.w.store.clinics {
		if clinic == g.owner.clinic {
			continue
		}
		for id := range s.people {
			if strings.Contains(string(answer), id.String()) {
				g.w.t.Fatalf("I8: %s was told of another clinic's %s", g.name, id)
			}
		}
		for id := range s.bookings {
			if strings.Contains(string(answer), id.String()) {
				g.w.t.Fatalf("I8: %s was told of another clinic's %s", g.name, id)
			}
		}
	}
}

// round is one exchange of a device; fate is what the network does to it.
func (g *gadget) round(fate string) sync.Report {
	if g.rounds++; g.rounds > 2000 {
		g.w.t.Fatalf("%s never comes to rest", g.name)
	}
	g.fate, g.whole = fate, false
	report, err := g.client.Round(context.Background())
	if err != nil {
		g.w.t.Fatalf("%s: %v", g.name, err)
	}
	g.w.checkDevice(g)
	return report
}

// do is one thing that a person does on a device; false when the device holds no object for it.
func (g *gadget) do(f func(ctx context.Context, u *offline.Unit) error) {
	ctx, u := g.device.Begin(context.Background(), uuid.New())
	defer u.Close()
	if err := f(ctx, u); err != nil {
		g.w.t.Fatalf("%s: %v", g.name, err)
	}
	if err := u.Commit(ctx); err != nil {
		g.w.t.Fatalf("%s: %v", g.name, err)
	}
	g.note()
}

// note remembers every operation that the device ever queued.
func (g *gadget) note() {
	for _, e := range g.entries(offline.Pending) {
		if !slices.ContainsFunc(g.wrote, func(op offline.Operation) bool { return op.OpID == e.OpID }) {
			g.wrote = append(g.wrote, e.Operation)
		}
	}
}

func (g *gadget) entries(states ...offline.QueueState) []offline.Entry {
	entries, err := g.device.Entries(context.Background(), states...)
	if err != nil {
		g.w.t.Fatal(err)
	}
	return entries
}

// all lists what the device shows of an entity.
func (g *gadget) all(entity string) []offline.Object {
	ctx := g.device.Read(context.Background())
	found, err := offline.From(ctx).All(ctx, entity)
	if err != nil {
		g.w.t.Fatal(err)
	}
	return found
}

// finish is the server's job that takes up what lies in the queue.
func (w *world) finish() {
	for _, clinic := range w.clinics {
		if err := w.service.Finish(context.Background(), clinic, "", w.now.Add(time.Second)); err != nil {
			w.t.Fatalf("the job failed: %v", err)
		}
	}
}

// quiet lets every device exchange over a network without faults until nothing moves any more.
func (w *world) quiet() {
	for _, l := range w.air {
		w.serve(l)
	}
	w.air = nil
	for range 3 {
		for range 15 { // an operation that the server fails over is refused for good after ten tries
			w.finish()
			moved := false
			for _, g := range w.devices {
				for report := g.round(delivered); report.More; report = g.round(delivered) {
					moved = true
				}
			}
			if !moved && !w.waiting() {
				break
			}
			w.now = w.now.Add(time.Second)
		}
		if !w.waiting() {
			break
		}
		w.now = w.now.AddDate(0, 0, 31) // what waits for something that never comes is refused one day
	}
	for range 2 {
		for _, g := range w.devices {
			for g.round(delivered).More {
			}
		}
	}
}

func (w *world) waiting() bool {
	return slices.ContainsFunc(w.devices, func(g *gadget) bool { return len(g.entries(offline.Pending, offline.InFlight)) > 0 })
}
