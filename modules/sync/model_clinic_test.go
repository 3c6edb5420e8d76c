//go:build !js

package sync_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// mortal is the store of the server, with transactions that may be cut.
type mortal struct {
	*sync.Postgres
	cut *modelStore
}

func (m mortal) Transact(ctx context.Context, a sync.Author, f func(ctx context.Context) error) error {
	err := m.Postgres.Transact(ctx, a, func(ctx context.Context) error {
		if err := f(ctx); err != nil {
			return err
		}
		return m.cut.live() // killed before the commit: nothing of it is kept
	})
	if err != nil {
		return err
	}
	return m.cut.live() // killed after it
}

// ward is a clinic in PostgreSQL with its two receptionists' devices.
type ward struct {
	*dbtest.World
	service uuid.UUID
	staff   []*member
	became  map[string]int // "appointment update conflict": how often
}

func newWard() *ward {
	w := &ward{World: cluster.World(), service: uuid.Must(uuid.NewV7()), became: map[string]int{}}
	_, err := w.Admin.Exec(context.Background(), `insert into services (clinic_id, id, name, name_key, duration_min, price, resource_kind)
		values ($1, $2, 'Consulta', 'consulta', 20, 50, '')`, w.Norte.ID, w.service)
	Expect(err).NotTo(HaveOccurred())
	for _, name := range []string{"Ana Loarte", "Luz Picón"} {
		p := w.AddPerson(w.Norte, name, "receptionist")
		who := w.Norte.Identity("receptionist")
		who.UserID, who.MembershipID, who.TimeZone = p.User, p.Membership, "UTC"
		who.Permissions = accounts.PermissionsOf([]accounts.Role{accounts.Receptionist})
		w.staff = append(w.staff, &member{clinic: w.Norte.ID, user: p.User, real: &who})
	}
	return w
}

// clinicKinds are patients and appointments as a device places them.
var clinicKinds = []offline.Kind{
	{Entity: "patient"},
	{Entity: sync.ConflictEntity},
	{
		Entity: "appointment",
		Place: func(data json.RawMessage) (key, group string, err error) {
			var a struct {
				Start   time.Time `json:"start_time"`
				Patient string    `json:"patient_id"`
			}
			err = json.Unmarshal(data, &a)
			return a.Start.UTC().Format(time.RFC3339), a.Patient, err
		},
		Expired: func(key string, w offline.Window) bool { return key < w.From.UTC().Format(time.RFC3339) },
	},
}

// world is one history's: an empty register, and a server over the clinic's database.
func (d *ward) world(t *rapid.T) *world {
	_, err := d.Admin.Exec(context.Background(), `set session_replication_role = replica; -- what is only ever added to is emptied for the next history
		truncate patients, appointments, sync_queue, sync_ops, sync_conflicts, change_log, river_job cascade;
		set session_replication_role = origin;
		update change_counters set seq = 0`)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, now: modelStart, real: true, kinds: clinicKinds, entities: []string{"patient", "appointment", sync.ConflictEntity}}
	w.store = &modelStore{clinics: map[uuid.UUID]*shelf{}, staff: map[uuid.UUID]func() access.Identity{}}
	w.clinics[0], w.clinics[1] = d.Norte.ID, d.Sur.ID
	now := clock.Now(func() time.Time { return w.now })
	later, store := &agenda.ForPatients{}, patients.NewPostgres(d.Vault, now)
	register := patients.New(store, patients.Neighbours{Appointments: later}, now)
	book := agenda.New(agenda.NewPostgres(), register, accounts.Colleagues{}, catalog.New(catalog.NewPostgres(), accounts.Colleagues{}), now)
	later.Service = book
	w.service = sync.New(sync.Config{
		Store:    mortal{sync.NewPostgres(d.DB, d.Vault), w.store},
		Entities: []sync.Entity{patients.NewSync(register, store, later), agenda.SyncAppointments(book, register)},
		Now:      now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	w.add(d.staff[0])
	w.add(d.staff[1])
	d.open(w)
	return w
}

// open begins the day: somebody is registered and booked, and both devices know.
func (d *ward) open(w *world) {
	g, person := w.devices[0], uuid.Must(uuid.NewV7())
	g.do(func(ctx context.Context, u *offline.Unit) error {
		return u.Create(ctx, "patient", person, map[string]any{"document_type": "DNI", "document_number": "45210987", "first_name": "Ana", "last_name": "Quispe"})
	})
	d.book(g, person.String(), modelStart.AddDate(0, 0, 1))
	for _, g := range w.devices {
		for g.round(delivered).More {
		}
	}
}

func (d *ward) book(g *gadget, person string, start time.Time) {
	g.do(func(ctx context.Context, u *offline.Unit) error {
		return u.Create(ctx, "appointment", uuid.Must(uuid.NewV7()), map[string]any{
			"patient_id": person, "doctor_id": d.Norte.People["doctor"].Membership, "service_id": d.service, "site_id": d.Norte.Site, "resource_id": nil,
			"start_time": start, "end_time": start.Add(20 * time.Minute), "status": "scheduled", "arrived_at": nil, "cancel_reason": "", "overbooked": false, "notes": "",
		})
	})
}

// act is one thing that somebody does at a reception.
func (d *ward) act(w *world, g *gadget, step int) {
	draw := func(what string, of ...string) string {
		return rapid.SampledFrom(of).Draw(w.t, fmt.Sprintf("%d %s", step, what))
	}
	hour := func() time.Time {
		return modelStart.AddDate(0, 0, 1).Add(time.Duration(rapid.IntRange(0, 2).Draw(w.t, "hour")) * time.Hour)
	}
	switch draw("act", "register", "edit", "book", "change", "move", "move", "state", "state", "sync", "sync", "sync", "job", "decide", "decide", "clock") {
	case "register":
		data := map[string]any{"document_type": "NONE", "document_number": "", "first_name": draw("name", "Ana", "Luz"), "last_name": "Quispe"}
		if number := draw("document", "", "45210987", "45210988"); number != "" {
			data["document_type"], data["document_number"] = "DNI", number
		}
		g.do(func(ctx context.Context, u *offline.Unit) error {
			return u.Create(ctx, "patient", uuid.Must(uuid.NewV7()), data)
		})
	case "edit":
		if o, ok := w.pick(g, "patient"); ok {
			field := draw("field", "phone", "address")
			value := map[string]string{"phone": "+5198765432" + draw("digit", "1", "2", "3"), "address": draw("street", "Jr. Dos de Mayo 1", "Jr. Ayacucho 2")}
			w.change(g, o, map[string]string{field: value[field]})
		}
	case "book":
		if o, ok := w.pick(g, "patient"); ok {
			d.book(g, o.ID, hour())
		}
	case "change":
		if o, ok := w.pick(g, "appointment"); ok {
			w.change(g, o, map[string]string{"notes": draw("note", "ayunas", "control")})
		}
	case "move":
		if o, ok := w.pick(g, "appointment"); ok {
			start := hour()
			d.change(g, o, map[string]any{"start_time": start, "end_time": start.Add(20 * time.Minute)})
		}
	case "state":
		if o, ok := w.pick(g, "appointment"); ok {
			d.change(g, o, d.states(w)[draw("state", "confirmed", "arrived", "in_progress", "completed", "no_show", "cancelled")])
		}
	case "decide":
		d.decide(w, g)
	case "clock":
		w.clock(g)
	case "job":
		w.finish()
	default:
		g.calls = rapid.IntRange(1, 6).Draw(w.t, "killed after")
		g.round(draw("fate", delivered, delivered, requestLost, answerLost, doubled, delayed, killed))
	}
}

// states are what the buttons of a card send.
func (d *ward) states(w *world) map[string]map[string]any {
	return map[string]map[string]any{
		"confirmed": {"status": "confirmed"}, "arrived": {"arrived_at": w.now}, "in_progress": {"status": "in_progress"},
		"completed": {"status": "completed"}, "no_show": {"status": "no_show"}, "cancelled": {"status": "cancelled", "cancel_reason": "Viaje"},
	}
}

func (d *ward) change(g *gadget, o offline.Object, data map[string]any) {
	g.do(func(ctx context.Context, u *offline.Unit) error {
		return u.Change(ctx, o.Entity, uuid.MustParse(o.ID), data)
	})
}

// decide takes one of the ways that the conflict offers.
func (d *ward) decide(w *world, g *gadget) {
	o, ok := w.pick(g, sync.ConflictEntity)
	if !ok {
		return
	}
	var c sync.Conflict
	if err := json.Unmarshal(o.Data(), &c); err != nil {
		w.t.Fatal(err)
	}
	ways := []string{sync.Mine, sync.Theirs}
	for n := range c.Choices {
		ways = append(ways, strconv.Itoa(n))
	}
	w.change(g, o, map[string]string{"choice": rapid.SampledFrom(ways).Draw(w.t, "way")})
}

// checkKept: each operation is done or lies refused on its device, and what lost is kept for a person (I2).
func (d *ward) checkKept(w *world) {
	for _, g := range w.devices {
		states := map[uuid.UUID]offline.Entry{}
		for _, e := range g.entries(offline.Done, offline.Attention) {
			states[e.OpID] = e
		}
		for _, op := range g.wrote {
			e, there := states[op.OpID]
			if !there {
				g.fail("I2: %s %s is lost", op.Action, op.Entity)
			}
			d.became[op.Entity+" "+op.Action+" "+string(e.Result.Status)]++
			if e.Result.Status != offline.Superseded && e.Result.Status != offline.Conflict {
				continue
			}
			var kept int
			if err := d.Admin.QueryRow(context.Background(), "select count(*) from sync_conflicts where op_id = $1", op.OpID).Scan(&kept); err != nil || kept != 1 {
				g.fail("I2: what %s %s lost is kept %d times (%v)", op.Action, op.Entity, kept, err)
			}
		}
	}
}

// checkRepeated: what was sent, sent again, leaves everything as it is (I3).
func (d *ward) checkRepeated(w *world) {
	before := w.devices[0].scope()
	for _, g := range w.devices {
		for _, l := range g.sent {
			if status, _ := w.serve(l); status != http.StatusOK {
				g.fail("I3: a request sent again is answered with %d", status)
			}
		}
	}
	after := w.devices[0].scope()
	if len(before) != len(after) {
		w.t.Fatalf("I3: %d objects became %d", len(before), len(after))
	}
	for ref, c := range before {
		if after[ref].Version != c.Version {
			w.t.Fatalf("I3: %s %s went from version %d to %d", ref.Kind, ref.ID, c.Version, after[ref].Version)
		}
	}
}

var _ = Describe("devices and the clinic's own patients and appointments", func() {
	It("end in one state in PostgreSQL, with every operation applied, kept as a conflict or refused, and none twice", func() {
		d := newWard()
		checks(histories("100", "2000"), func(t *rapid.T) {
			w := d.world(t)
			for step := range rapid.IntRange(5, 18).Draw(t, "steps") {
				d.act(w, rapid.SampledFrom(w.devices).Draw(t, "device"), step)
				w.now = w.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			}
			w.quiet()
			w.checkRest()
			d.checkKept(w)
			d.checkRepeated(w)
		})
		for _, often := range []string{"patient create merged", "patient create conflict", "appointment create conflict", "appointment update updated", "appointment update conflict"} {
			Expect(d.became).To(HaveKey(often), "the histories prove nothing about what never happens in them")
		}
		AddReportEntry("what became of the operations", ReportEntryVisibilityFailureOrVerbose, d.became)
	})
})
