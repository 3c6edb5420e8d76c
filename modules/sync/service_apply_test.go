package sync_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	gosync "sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

var _ = Describe("operations of a device", func() {
	var l *lab
	BeforeEach(func() { l = newLab() })

	It("are carried out, answered in their order, and come back among the updates", func() {
		a, b := newID(), newID()
		r := l.post("", l.create(a, "Ana"), l.create(b, "Beto"), l.op(offline.Update, a, `{"color":"azul"}`))
		Expect(statuses(r)).To(Equal([]offline.Status{offline.Created, offline.Created, offline.Updated}))
		Expect(r.Applied[0].LocalID).To(Equal(a))
		Expect(r.Applied[0].ServerID).To(Equal(a))
		Expect(ids(r.Updates)).To(ConsistOf(a, b))
		Expect(r.ServerTime).To(Equal(l.clock()))
		Expect(l.names(l.Norte)).To(Equal([]string{"Ana", "Beto"}))
		Expect(l.count("select count(*) from sync_queue")).To(BeZero())
	})

	It("get the same service without op_id, headers or cursor", func() {
		id := newID()
		body := fmt.Sprintf(`{"operations":[{"entity":"thing","action":"create","local_id":%q,"data":{"name":"Ana","color":"rojo"},"timestamp":"2026-11-24T14:59:00Z"}],"last_sync":"2026-11-01T00:00:00Z"}`, id)
		again := strings.Replace(body, `{"name":"Ana","color":"rojo"}`, `{ "color":"rojo", "name":"Ana" }`, 1)
		Expect(statuses(responseOf(l.raw(body)))).To(Equal([]offline.Status{offline.Created}))
		Expect(statuses(responseOf(l.raw(again)))).To(Equal([]offline.Status{offline.Duplicate}))
		Expect(l.count("select count(*) from sync_ops where substr(op_id::text, 15, 1) = '8'")).To(Equal(1))
	})

	It("F4: whose answer was lost are done once, however often they are sent", func() {
		id := newID()
		batch := []offline.Operation{l.create(id, "Ana"), l.op(offline.Update, id, `{"name":""}`)}
		first := l.post("", batch...)
		for range 3 {
			again := l.post("", batch...)
			Expect(statuses(again)).To(Equal([]offline.Status{offline.Duplicate, offline.Rejected}))
			Expect(again.Applied[1]).To(Equal(first.Applied[1]))
			Expect(again.Applied[0].ServerID).To(Equal(id))
		}
		Expect(l.names(l.Norte)).To(Equal([]string{"Ana"}))
		Expect(l.count("select version from things")).To(Equal(1))
		Expect(l.count("select count(*) from sync_queue")).To(BeZero())
	})

	It("F4: sent by eight at once are done once", func() {
		var batch []offline.Operation
		for i := range 60 {
			batch = append(batch, l.create(newID(), fmt.Sprint("cosa ", i)))
		}
		var all gosync.WaitGroup
		var created atomic.Int64
		for range 8 {
			all.Go(func() {
				defer GinkgoRecover()
				for _, s := range statuses(l.post("", batch...)) {
					if s == offline.Created {
						created.Add(1)
					}
				}
			})
		}
		all.Wait()
		Expect(created.Load()).To(BeEquivalentTo(60))
		Expect(l.names(l.Norte)).To(HaveLen(60))
		Expect(l.count("select count(*) from sync_queue")).To(BeZero())
	})

	It("F5: made and changed before anything was sent arrive in one batch", func() {
		id := newID()
		r := l.post("", l.create(id, "Ana"), l.op(offline.Update, id, `{"name":"Ana María"}`))
		Expect(statuses(r)).To(Equal([]offline.Status{offline.Created, offline.Updated}))
		Expect(l.names(l.Norte)).To(Equal([]string{"Ana María"}))
	})

	It("F7, F10: lose field by field to what is newer, and what lost is kept for a person", func() {
		id := newID()
		l.post("", l.create(id, "Ana"))
		l.pass(time.Hour)
		newer := l.op(offline.Update, id, `{"name":"Ana María"}`)
		older := l.op(offline.Update, id, `{"name":"Anita","color":"azul"}`)
		older.Timestamp = older.Timestamp.Add(-10 * time.Minute)
		l.post("", newer)
		r := l.post("", older)
		Expect(statuses(r)).To(Equal([]offline.Status{offline.Superseded}))
		Expect(r.Conflicts).To(HaveLen(1))
		Expect(string(r.Conflicts[0].Lost)).To(MatchJSON(`{"name":"Anita"}`))
		Expect(string(r.Conflicts[0].ServerVersion)).To(ContainSubstring("Ana María"))
		again := l.post("", older)
		Expect(statuses(again)).To(Equal([]offline.Status{offline.Duplicate}))
		Expect(again.Conflicts).To(Equal(r.Conflicts))
		Expect(l.count("select count(*) from sync_conflicts")).To(Equal(1))
		Expect(l.count("select count(*) from things where name = 'Ana María' and color = 'azul'")).To(Equal(1))
	})

	It("F8: of a clock that runs ahead are clamped to five minutes from now", func() {
		id := newID()
		fast := l.create(id, "Ana")
		fast.Timestamp = l.clock().Add(23 * time.Hour)
		Expect(statuses(l.post("", fast))).To(Equal([]offline.Status{offline.Created}))
		l.pass(6 * time.Minute)
		Expect(statuses(l.post("", l.op(offline.Update, id, `{"name":"Ana María"}`)))).To(Equal([]offline.Status{offline.Updated}))
	})

	It("F9: say their time in any zone", func() {
		id := newID()
		o := l.create(id, "Ana")
		o.Timestamp = l.clock().In(time.FixedZone("Lima", -5*3600))
		l.post("", o)
		Expect(l.count("select count(*) from things where name_at = $1", l.clock())).To(Equal(1))
	})

	It("F11: that are refused keep none of the others from being carried out", func() {
		year3000, old, unknown, stranger := l.create(newID(), "A"), l.create(newID(), "B"), l.create(newID(), "C"), l.create(newID(), "D")
		year3000.Timestamp = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)
		old.Timestamp = l.clock().AddDate(0, -7, 0)
		unknown.Entity, stranger.Action = "horoscope", "delete"
		nameless, odd, empty, without := l.create(newID(), ""), l.op(offline.Create, newID(), `{"name":"E","clinic_id":"`+l.Sur.ID.String()+`"}`), l.op(offline.Create, newID(), `[]`), l.create(uuid.Nil, "F")
		good := l.create(newID(), "Zoila")
		r := l.post("", year3000, old, unknown, stranger, nameless, odd, empty, without, good)
		Expect(codes(r)).To(Equal([]string{"clock", "too_old", "unknown_entity", "unknown_action", "invalid", "unknown_field", "data_missing", "local_id_missing", ""}))
		for _, a := range r.Applied[:8] {
			Expect(a.Status).To(Equal(offline.Rejected))
			Expect(a.Message).NotTo(BeEmpty())
			Expect(a.Retry).To(BeFalse())
		}
		Expect(r.Applied[4].Field).To(Equal("name"))
		Expect(l.names(l.Norte)).To(Equal([]string{"Zoila"}))
	})

	It("that cannot be read are refused alone", func() {
		id := newID()
		r := responseOf(l.raw(fmt.Sprintf(`{"operations":[7,{"entity":"thing","local_id":"nada"},{"entity":"thing","action":"create","local_id":%q,"data":{"name":"Ana"},"timestamp":"ayer"},
			{"entity":"thing","action":"create","local_id":%q,"data":{"name":"Ana"},"timestamp":"2026-11-24T14:59:00Z"}]}`, id, id)))
		Expect(codes(r)).To(Equal([]string{"malformed", "malformed", "malformed", ""}))
		Expect(r.Applied[1].Field).To(Equal("local_id"))
		Expect(r.Applied[2].Field).To(Equal("timestamp"))
		Expect(r.Applied[2].LocalID).To(Equal(id))
	})

	It("F12: too late for what is void are shown, not dropped", func() {
		id := newID()
		l.post("", l.create(id, "void"))
		l.pass(time.Minute)
		r := l.post("", l.op(offline.Update, id, `{"color":"rojo"}`))
		Expect(statuses(r)).To(Equal([]offline.Status{offline.Superseded}))
		Expect(l.count("select count(*) from sync_conflicts")).To(Equal(1))
	})

	It("of the same op_id with other content are refused, waiting or done", func() {
		done, waiting := l.create(newID(), "Ana"), l.op(offline.Update, newID(), `{"color":"azul"}`)
		l.post("", done, waiting)
		otherDone, otherWaiting := done, waiting
		otherDone.Data, otherWaiting.Data = []byte(`{"name":"Beto"}`), []byte(`{"color":"rojo"}`)
		Expect(codes(l.post("", otherDone, otherWaiting))).To(Equal([]string{"op_reused", "op_reused"}))
		Expect(codes(l.post("", done, waiting))).To(Equal([]string{"", "dependency_missing"}))
		Expect(l.names(l.Norte)).To(Equal([]string{"Ana"}))
	})

	It("of a known id with other content are refused by their module", func() {
		id := newID()
		Expect(codes(l.post("", l.create(id, "Ana"), l.create(id, "Beto")))).To(Equal([]string{"", "id_reused"}))
	})

	It("that came in one batch twice are done once", func() {
		o := l.create(newID(), "Ana")
		Expect(statuses(l.post("", o, o))).To(Equal([]offline.Status{offline.Created, offline.Duplicate}))
	})

	It("F17: by somebody who may not any more are refused and stay answered", func() {
		l.who.Permissions = map[access.Permission]bool{mayReadThings: true}
		o := l.create(newID(), "Ana")
		Expect(codes(l.post("", o))).To(Equal([]string{"forbidden"}))
		l.as(l.Norte, "receptionist")
		Expect(codes(l.post("", o))).To(Equal([]string{"forbidden"}))
		Expect(l.names(l.Norte)).To(BeEmpty())
	})

	It("on another clinic's objects find nothing there", func() {
		id := newID()
		l.post("", l.create(id, "Ana"))
		l.as(l.Sur, "receptionist")
		r := l.post("", l.op(offline.Update, id, `{"name":"Ajena"}`))
		Expect(codes(r)).To(Equal([]string{"dependency_missing"}))
		Expect(ids(r.Updates)).NotTo(ContainElement(id))
		Expect(l.names(l.Norte)).To(Equal([]string{"Ana"}))
		Expect(statuses(l.post("", l.create(id, "Otra")))).To(Equal([]offline.Status{offline.Created}), "ids of clinics never meet")
	})

	Describe("that wait for another", func() {
		It("are carried out when it arrives later in the same batch, and answered so", func() {
			parent, child := newID(), newID()
			r := l.post("", l.op(offline.Create, child, `{"name":"hija","parent_id":"`+parent.String()+`"}`), l.create(parent, "madre"))
			Expect(statuses(r)).To(Equal([]offline.Status{offline.Created, offline.Created}))
			Expect(l.names(l.Norte)).To(Equal([]string{"hija", "madre"}))
		})

		It("stay in the queue once, and are carried out with the batch that brings it", func() {
			parent, child := newID(), newID()
			waiting := l.op(offline.Create, child, `{"name":"hija","parent_id":"`+parent.String()+`"}`)
			for range 2 {
				r := l.post("", waiting)
				Expect(codes(r)).To(Equal([]string{"dependency_missing"}))
				Expect(r.Applied[0].Retry).To(BeTrue())
			}
			Expect(l.count("select count(*) from sync_queue where waits_id is not null")).To(Equal(1))
			l.post("", l.create(parent, "madre"))
			Expect(l.names(l.Norte)).To(Equal([]string{"hija", "madre"}))
			Expect(statuses(l.post("", waiting))).To(Equal([]offline.Status{offline.Duplicate}))
			Expect(l.count("select count(*) from sync_queue")).To(BeZero())
		})

		It("of somebody else are left to the job, in that person's name", func() {
			id := newID()
			waiting := l.op(offline.Update, id, `{"color":"azul"}`)
			l.post("", waiting)
			before := len(l.jobs.asks)
			l.as(l.Norte, "doctor")
			l.post("", l.create(id, "Ana"))
			Expect(len(l.jobs.asks)).To(Equal(before + 2))
			Expect(l.count("select count(*) from sync_queue")).To(Equal(1))
			l.pass(time.Second)
			Expect(l.service.Finish(context.Background(), l.Norte.ID, "spec", l.clock())).To(Succeed())
			Expect(l.count("select count(*) from things where color = 'azul'")).To(Equal(1))
			Expect(l.count("select count(*) from sync_ops where user_id = $1", l.Norte.People["receptionist"].User)).To(Equal(1))
		})

		It("of somebody who left the clinic are refused", func() {
			waiting := l.op(offline.Update, newID(), `{"color":"azul"}`)
			l.post("", waiting)
			_, err := l.Admin.Exec(context.Background(), "update memberships set active = false where id = $1", l.who.MembershipID)
			Expect(err).NotTo(HaveOccurred())
			l.pass(time.Second)
			Expect(l.service.Finish(context.Background(), l.Norte.ID, "spec", l.clock())).To(Succeed())
			Expect(codes(l.post("", waiting))).To(Equal([]string{"forbidden"}))
		})

		It("are refused for good when what they need was refused", func() {
			parent := newID()
			r := l.post("", l.op(offline.Create, parent, `{"name":""}`), l.op(offline.Create, newID(), `{"name":"una","parent_id":"`+parent.String()+`"}`),
				l.op(offline.Create, newID(), `{"name":"dos","parent_id":"`+parent.String()+`"}`))
			Expect(codes(r)).To(Equal([]string{"invalid", "dependency_missing", "dependency_missing"}))
			Expect(r.Applied[1].Retry).To(BeFalse())
			Expect(l.count("select count(*) from sync_queue")).To(BeZero())
		})

		It("are refused after thirty days", func() {
			waiting := l.op(offline.Update, newID(), `{"color":"azul"}`)
			l.post("", waiting)
			l.pass(31 * 24 * time.Hour)
			r := l.post("", waiting)
			Expect(codes(r)).To(Equal([]string{"dependency_missing"}))
			Expect(r.Applied[0].Retry).To(BeFalse())
		})
	})

	Describe("and forms with the same id", func() {
		It("are no second time carried out when the form was first", func() {
			op, id := newID(), newID()
			Expect(l.form(op, id, "Ana").Code).To(Equal(http.StatusCreated))
			o := l.create(id, "Ana")
			o.OpID = op
			also := l.op(offline.Update, id, `{"color":"azul"}`)
			also.OpID = uuid.NewSHA1(op, []byte("1"))
			Expect(statuses(l.post("", o, also))).To(Equal([]offline.Status{offline.Duplicate, offline.Duplicate}))
			Expect(l.count("select version from things")).To(Equal(1))
			Expect(l.count("select count(*) from sync_queue")).To(BeZero())
		})

		It("are no second time carried out when the operation was first", func() {
			o := l.create(newID(), "Ana")
			l.post("", o)
			answer := l.form(o.OpID, newID(), "Otra")
			Expect(answer.Code).To(Equal(http.StatusSeeOther))
			Expect(answer.Header().Get("Location")).To(Equal("/sincronizacion"))
			Expect(l.names(l.Norte)).To(Equal([]string{"Ana"}))
		})

		It("are done once when both come at the same moment", func() {
			for range 10 {
				id := newID()
				o := l.create(id, "Ana")
				var both gosync.WaitGroup
				both.Go(func() { defer GinkgoRecover(); l.post("", o) })
				both.Go(func() { defer GinkgoRecover(); l.form(o.OpID, id, "Ana") })
				both.Wait()
				Expect(l.count("select count(*) from things where id = $1", id)).To(Equal(1))
				Expect(l.count("select count(*) from sync_ops where op_id = $1", o.OpID)).To(Equal(1))
			}
		})

		It("of somebody else are refused", func() {
			o := l.create(newID(), "Ana")
			l.form(o.OpID, o.LocalID, "Ana")
			l.as(l.Norte, "doctor")
			Expect(codes(l.post("", o))).To(Equal([]string{"op_reused"}))
		})
	})

	Describe("when something breaks", func() {
		It("are tried again when the transaction lost a race", func() {
			tries := 0
			l.things.before = func(context.Context, offline.Received) error {
				if tries++; tries <= 2 {
					return fmt.Errorf("apply: %w", &pgconn.PgError{Code: "40001"})
				}
				return nil
			}
			Expect(statuses(l.post("", l.create(newID(), "Ana")))).To(Equal([]offline.Status{offline.Created}))
			Expect(tries).To(Equal(3))
		})

		It("and one fails for a reason of ours, it stays in the queue and the rest is done", func() {
			l.things.before = func(ctx context.Context, op offline.Received) error {
				if strings.Contains(string(op.Data), "Ana") {
					return errors.Join(errBoom, database.From(ctx).Exec("select 1/0").Error)
				}
				return nil
			}
			bad := l.create(newID(), "Ana")
			r := l.post("", bad, l.create(newID(), "Beto"))
			Expect(codes(r)).To(Equal([]string{"failed", ""}))
			Expect(r.Applied[0].Retry).To(BeTrue())
			Expect(l.names(l.Norte)).To(Equal([]string{"Beto"}))
			l.things.before = nil
			Expect(l.service.Finish(context.Background(), l.Norte.ID, "spec", l.clock().Add(time.Hour))).To(Succeed())
			Expect(l.names(l.Norte)).To(Equal([]string{"Ana", "Beto"}))
			Expect(l.count("select count(*) from sync_queue")).To(BeZero())
		})

		It("and one is refused after it wrote, what it wrote is taken back and all others are done once", func() {
			l.things.before = func(ctx context.Context, op offline.Received) error {
				if !strings.Contains(string(op.Data), "Ana") {
					return nil
				}
				return errors.Join(database.From(ctx).Exec("update things set color = 'negro', version = version + 1").Error,
					fault.Conflicted("taken", "Ya no se puede."))
			}
			first := newID()
			batch := []offline.Operation{l.create(first, "Zoila"), l.op(offline.Update, first, `{"color":"azul"}`), l.create(newID(), "Ana"), l.create(newID(), "Beto")}
			Expect(codes(l.post("", batch...))).To(Equal([]string{"", "", "taken", ""}))
			Expect(statuses(l.post("", batch...))).To(Equal([]offline.Status{offline.Duplicate, offline.Duplicate, offline.Rejected, offline.Duplicate}))
			Expect(l.names(l.Norte)).To(Equal([]string{"Beto", "Zoila"}))
			Expect(l.count("select count(*) from things where id = $1 and color = 'azul' and version = 2", first)).To(Equal(1))
		})

		It("and one fails again and again, it is refused in the end", func() {
			l.things.before = func(context.Context, offline.Received) error { return errBoom }
			bad := l.create(newID(), "Ana")
			for range 9 {
				Expect(l.post("", bad).Applied[0].Retry).To(BeTrue())
			}
			Expect(l.post("", bad).Applied[0].Retry).To(BeFalse())
			Expect(l.count("select count(*) from sync_queue")).To(BeZero())
		})

		It("and a crash comes between the queue and the deed, the job does it, once", func() {
			l.things.before = func(context.Context, offline.Received) error { return &pgconn.PgError{Code: "57P01"} }
			o := l.create(newID(), "Ana")
			body := fmt.Sprintf(`{"operations":[{"entity":"thing","action":"create","local_id":%q,"op_id":%q,"data":{"name":"Ana"},"timestamp":"2026-11-24T14:59:00Z"}]}`, o.LocalID, o.OpID)
			Expect(l.raw(body).Code).To(Equal(http.StatusServiceUnavailable))
			Expect(l.count("select count(*) from sync_queue")).To(Equal(1))
			Expect(l.jobs.asks).To(Equal([]time.Time{l.clock().Add(time.Minute)}))
			l.things.before = nil
			l.pass(time.Minute)
			for range 2 {
				Expect(l.service.Finish(context.Background(), l.Norte.ID, "spec", l.clock())).To(Succeed())
			}
			Expect(l.names(l.Norte)).To(Equal([]string{"Ana"}))
			Expect(statuses(responseOf(l.raw(body)))).To(Equal([]offline.Status{offline.Duplicate}))
		})
	})
})
