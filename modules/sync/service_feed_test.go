package sync_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	gosync "sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

var _ = Describe("what a device is told", func() {
	var l *lab
	BeforeEach(func() { l = newLab() })

	// add writes n things at once, past the service; all in one transaction, so at one moment.
	add := func(clinic dbtest.Clinic, n int, day time.Time) []uuid.UUID {
		GinkgoHelper()
		var made []uuid.UUID
		err := l.Committed(clinic, "receptionist", func(ctx context.Context) error {
			for range n {
				id := newID()
				made = append(made, id)
				err := database.From(ctx).Exec("insert into things (id, name, day, name_at, color_at) values (?, ?, ?, ?, ?)", id, "cosa "+id.String(), day, day, day).Error
				if err != nil {
					return err
				}
			}
			return nil
		})
		Expect(err).NotTo(HaveOccurred())
		return made
	}
	change := func(clinic dbtest.Clinic, where string, args ...any) {
		GinkgoHelper()
		Expect(l.Committed(clinic, "receptionist", func(ctx context.Context) error {
			return database.From(ctx).Exec("update things set color = 'azul', version = version + 1 where "+where, args...).Error
		})).To(Succeed())
	}

	It("is nothing in an empty clinic, and nothing when nothing is new", func() {
		updates, cursor := l.follow("")
		Expect(updates).To(BeEmpty())
		r := l.post(cursor)
		Expect(r.Updates).To(BeEmpty())
		Expect(r.HasMore).To(BeFalse())
		Expect(r.Download).To(BeEmpty())
	})

	It("is everything at first, in pages of one download with their total, and resumes where it was cut", func() {
		made := add(l.Norte, 1203, l.clock())
		first := l.post("")
		Expect(first.Total).To(Equal(1203))
		Expect(first.HasMore).To(BeTrue())
		Expect(first.Download).NotTo(BeEmpty())
		Expect(len(first.Updates)).To(BeNumerically("<=", sync.MaxUpdates))
		late := add(l.Norte, 1, l.clock())
		again := l.post(first.LastSync)
		Expect(l.post(first.LastSync).Updates).To(Equal(again.Updates), "a page whose answer was lost comes again")
		Expect(again.Download).To(Equal(first.Download))
		Expect(again.Total).To(Equal(1203))
		rest, cursor := l.follow(again.LastSync)
		Expect(append(append(ids(first.Updates), ids(again.Updates)...), ids(rest)...)).To(ContainElements(append(made, late...)))
		Expect(l.post(cursor).Updates).To(BeEmpty())
	})

	It("stays below a size whatever the objects weigh", func() {
		err := l.Committed(l.Norte, "receptionist", func(ctx context.Context) error {
			return database.From(ctx).Exec(`insert into things (id, name, day, name_at, color_at)
				select gen_random_uuid(), repeat('x', 20000), now(), now(), now() from generate_series(1, 200)`).Error
		})
		Expect(err).NotTo(HaveOccurred())
		seen := map[uuid.UUID]bool{}
		for last := ""; ; {
			r := l.post(last)
			Expect(len(r.Updates)).To(BeNumerically("<=", 125))
			for _, u := range r.Updates {
				seen[u.ID] = true
			}
			if last = r.LastSync; !r.HasMore {
				break
			}
		}
		Expect(seen).To(HaveLen(200))
	})

	It("F2: is each of 500 changes of one moment, once", func() {
		_, cursor := l.follow("")
		made := add(l.Norte, 700, l.clock())
		updates, cursor := l.follow(cursor)
		Expect(ids(updates)).To(ConsistOf(made))
		for i := 1; i < len(updates); i++ {
			Expect(updates[i].Seq).To(BeNumerically(">", updates[i-1].Seq))
		}
		change(l.Norte, "true")
		updates, _ = l.follow(cursor)
		Expect(ids(updates)).To(ConsistOf(made))
	})

	It("F3: is complete though rows change between two pages", func() {
		_, cursor := l.follow("")
		made := add(l.Norte, 600, l.clock())
		first := l.post(cursor)
		Expect(first.HasMore).To(BeTrue())
		change(l.Norte, "id = any(?::uuid[])", database.IDs(made[:50]))
		rest, _ := l.follow(first.LastSync)
		Expect(append(ids(first.Updates), ids(rest)...)).To(ContainElements(made))
		Expect(ids(rest)).To(ContainElements(made[:50]))
	})

	It("is one state for many changes of one object", func() {
		made := add(l.Norte, 1, l.clock())
		_, cursor := l.follow("")
		for range 5 {
			change(l.Norte, "true")
		}
		updates, _ := l.follow(cursor)
		Expect(updates).To(HaveLen(1))
		Expect(updates[0].ID).To(Equal(made[0]))
		Expect(updates[0].Version).To(BeEquivalentTo(6))
	})

	It("F6: includes one's own writes with their version, and no second time", func() {
		_, cursor := l.follow("")
		id := newID()
		r := l.post(cursor, l.create(id, "Ana"))
		Expect(ids(r.Updates)).To(Equal([]uuid.UUID{id}))
		Expect(r.Updates[0].Version).To(BeEquivalentTo(1))
		Expect(l.post(r.LastSync).Updates).To(BeEmpty())
	})

	It("F17: says what left a device's sight", func() {
		made := add(l.Norte, 2, l.clock())
		_, cursor := l.follow("")
		Expect(l.Committed(l.Norte, "receptionist", func(ctx context.Context) error {
			return database.From(ctx).Exec("update things set day = day + interval '1 year' where id = ?", made[0]).Error
		})).To(Succeed())
		updates, _ := l.follow(cursor)
		Expect(updates).To(HaveLen(1))
		Expect(updates[0].Removed).To(BeTrue())
		Expect(updates[0].ID).To(Equal(made[0]))
	})

	It("F17: begins anew when roles or permissions change", func() {
		add(l.Norte, 3, l.clock())
		_, cursor := l.follow("")
		l.who.Permissions = map[access.Permission]bool{mayWriteThings: true}
		r := l.post(cursor)
		Expect(r.Download).NotTo(BeEmpty())
		Expect(r.Updates).To(BeEmpty())
		Expect(r.Total).To(BeZero())
	})

	It("has the parent before its child", func() {
		parent, child := newID(), newID()
		l.post("", l.create(parent, "madre"))
		_, cursor := l.follow("")
		r := l.post(cursor, l.op(offline.Create, child, `{"name":"hija","parent_id":"`+parent.String()+`"}`))
		Expect(ids(r.Updates)).To(Equal([]uuid.UUID{parent, child}))
	})

	It("is what enters the window as days pass, with what it needs", func() {
		parent := add(l.Norte, 1, l.clock())[0]
		far := add(l.Norte, 3, l.clock().AddDate(0, 0, 70))
		_, err := l.Admin.Exec(context.Background(), "update things set parent = $1 where id = $2", parent, far[0])
		Expect(err).NotTo(HaveOccurred())
		updates, cursor := l.follow("")
		Expect(ids(updates)).To(Equal([]uuid.UUID{parent}))
		l.pass(5 * 24 * time.Hour)
		updates, cursor = l.follow(cursor)
		Expect(updates).To(BeEmpty())
		l.pass(10 * 24 * time.Hour)
		updates, cursor = l.follow(cursor)
		Expect(ids(updates)).To(ConsistOf(far[0], far[1], far[2], parent))
		updates, _ = l.follow(cursor)
		Expect(updates).To(BeEmpty())
	})

	It("is all of what enters though it fills several pages", func() {
		far := add(l.Norte, 1100, l.clock().AddDate(0, 0, 70))
		_, cursor := l.follow("")
		l.pass(15 * 24 * time.Hour)
		updates, _ := l.follow(cursor)
		Expect(ids(updates)).To(ConsistOf(far))
	})

	It("I8: is never another clinic's, also with the other's cursor", func() {
		ours, theirs := add(l.Norte, 2, l.clock()), add(l.Sur, 2, l.clock())
		_, cursor := l.follow("")
		l.as(l.Sur, "receptionist")
		r := l.post(cursor)
		Expect(r.Download).NotTo(BeEmpty())
		updates, _ := l.follow(cursor)
		Expect(ids(updates)).To(ConsistOf(theirs))
		Expect(ids(updates)).NotTo(ContainElements(ours))
	})

	It("is everything for a cursor that was altered, a date, or nothing of ours", func() {
		made := add(l.Norte, 2, l.clock())
		_, cursor := l.follow("")
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		Expect(err).NotTo(HaveOccurred())
		altered := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(raw), `"s":`, `"s":1`, 1)))
		for _, c := range []string{altered, "2026-11-01T00:00:00Z", "1763942400", "nada", cursor[:20]} {
			updates, _ := l.follow(c)
			Expect(ids(updates)).To(ConsistOf(made), c)
		}
		answer := l.raw(`{"operations":[],"last_sync":1763942400}`)
		Expect(ids(responseOf(answer).Updates)).To(ConsistOf(made))
		answer = l.raw(`{"operations":[],"last_sync":null}`)
		Expect(ids(responseOf(answer).Updates)).To(ConsistOf(made))
	})

	It("is everything for a cursor older than the log", func() {
		_, cursor := l.follow("")
		made := add(l.Norte, 3, l.clock())
		_, err := l.Admin.Exec(context.Background(), "delete from change_log where seq < (select max(seq) from change_log where clinic_id = $1) and clinic_id = $1", l.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(l.post(cursor).Download).NotTo(BeEmpty())
		updates, cursor := l.follow(cursor)
		Expect(ids(updates)).To(ConsistOf(made))
		_, err = l.Admin.Exec(context.Background(), "delete from change_log")
		Expect(err).NotTo(HaveOccurred())
		Expect(l.post(cursor).Download).To(BeEmpty(), "up to date: an emptied log takes nothing from it")
	})

	It("F16: begins anew when the server was restored, and what is sent again is done once", func() {
		o := l.create(newID(), "Ana")
		r := l.post("", o)
		_, cursor := l.follow(r.LastSync)
		epoch, err := sync.NewEpoch(context.Background(), l.DB)
		Expect(err).NotTo(HaveOccurred())
		body := fmt.Sprintf(`{"operations":[],"last_sync":%q}`, cursor)
		answer := l.raw(body)
		Expect(answer.Code).To(Equal(http.StatusConflict))
		Expect(answer.Body.String()).To(MatchJSON(`{"epoch":"` + epoch.String() + `"}`))
		Expect(statuses(l.post("", o))).To(Equal([]offline.Status{offline.Duplicate}))
	})

	It("F16: begins anew when the cursor is ahead of the server, and nothing is stored", func() {
		add(l.Norte, 3, l.clock())
		_, cursor := l.follow("")
		_, err := l.Admin.Exec(context.Background(), "update change_counters set seq = 1; delete from change_log where seq > 1")
		Expect(err).NotTo(HaveOccurred())
		body, err := json.Marshal(sync.Request{Operations: []offline.Operation{l.create(newID(), "Ana")}, LastSync: &cursor})
		Expect(err).NotTo(HaveOccurred())
		Expect(l.raw(string(body)).Code).To(Equal(http.StatusConflict))
		Expect(l.count("select count(*) from sync_queue") + l.count("select count(*) from sync_ops")).To(BeZero())
	})

	It("holds the profile when the device has another", func() {
		Expect(l.post("").Profile).NotTo(BeNil())
		Expect(responseOf(l.raw(`{}`, "X-Profile", "p1")).Profile).To(BeNil())
		Expect(responseOf(l.raw(`{}`, "X-Profile", "old")).Profile.Hash).To(Equal("p1"))
	})

	It("tells a device what the clinic calls it, and again when that changes", func() {
		id := newID()
		l.devices.revoked[id], l.devices.title = false, "Equipo 3 · Recepción"
		named := responseOf(l.raw(`{}`, "X-Device-Id", id.String())).Profile
		Expect(named.Device).To(Equal("Equipo 3 · Recepción"))
		Expect(named.Data).To(MatchJSON(`{"name":"Norte"}`))
		Expect(responseOf(l.raw(`{}`, "X-Device-Id", id.String(), "X-Profile", named.Hash)).Profile).To(BeNil())
		l.devices.title = "Equipo 3 · Caja"
		Expect(responseOf(l.raw(`{}`, "X-Device-Id", id.String(), "X-Profile", named.Hash)).Profile.Device).To(Equal("Equipo 3 · Caja"))
	})

	It("is a service when somebody who offers it changes, and the clinic when its name does", func() {
		ctx := context.Background()
		service, row := newID(), newID()
		before := l.count("select coalesce(max(seq), 0) from change_log where clinic_id = $1", l.Norte.ID)
		exec := func(sql string, args ...any) {
			_, err := l.Admin.Exec(ctx, sql, args...)
			Expect(err).NotTo(HaveOccurred())
		}
		exec("insert into services (clinic_id, id, name, name_key, duration_min, price) values ($1, $2, 'Control', 'control', 30, 50)", l.Norte.ID, service)
		exec("insert into service_doctors (clinic_id, id, service_id, membership_id) values ($1, $2, $3, $4)", l.Norte.ID, row, service, l.Norte.People["doctor"].Membership)
		exec("delete from service_doctors where id = $1", row)
		exec("update clinics set name = 'Otra' where id = $1", l.Norte.ID)
		Expect(l.count("select count(*) from change_log where seq > $1 and entity = 'service' and entity_id = $2", before, service)).To(Equal(3))
		Expect(l.count("select count(*) from change_log where seq > $1 and entity = 'clinic' and entity_id = $2", before, l.Norte.ID)).To(Equal(1))
	})

	It("F1: skips no row, though writers begin and commit in any order", func() {
		const writers, each = 8, 25
		_, cursor := l.follow("")
		var all gosync.WaitGroup
		made := make(chan uuid.UUID, writers*each)
		for w := range writers {
			all.Go(func() {
				defer GinkgoRecover()
				chance := rand.New(rand.NewPCG(7, uint64(w)))
				for range each {
					id := newID()
					Expect(l.Committed(l.Norte, "receptionist", func(ctx context.Context) error {
						at := l.clock()
						err := database.From(ctx).Exec("insert into things (id, name, day, name_at, color_at) values (?, 'x', ?, ?, ?)", id, at, at, at).Error
						if err != nil {
							return err
						}
						return database.From(ctx).Exec("select pg_sleep(?)", chance.Float64()/50).Error // commits later than who began after it
					})).To(Succeed())
					made <- id
				}
			})
		}
		known := map[uuid.UUID]bool{}
		pull := func() {
			var updates []offline.Change
			updates, cursor = l.follow(cursor)
			for _, u := range updates {
				known[u.ID] = true
			}
		}
		finished := make(chan struct{})
		go func() { all.Wait(); close(finished) }()
		for done := false; !done; pull() {
			select {
			case <-finished:
				done = true
			default:
			}
		}
		close(made)
		for id := range made {
			Expect(known).To(HaveKey(id))
		}
		Expect(known).To(HaveLen(writers * each))
	})

	It("F1: waits for a writer who began first and commits last", func() {
		_, cursor := l.follow("")
		ctx, slow := l.DB.Begin(context.Background(), l.Norte.Scope("receptionist"))
		defer slow.Rollback()
		id := newID()
		Expect(database.From(ctx).Exec("insert into things (id, name, day, name_at, color_at) values (?, 'lenta', now(), now(), now())", id).Error).To(Succeed())
		quick := add(l.Norte, 1, l.clock())
		updates, cursor := l.follow(cursor)
		Expect(ids(updates)).To(Equal(quick))
		Expect(slow.Commit()).To(Succeed())
		updates, _ = l.follow(cursor)
		Expect(ids(updates)).To(Equal([]uuid.UUID{id}))
	})
})
