package sync_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

var _ = Describe("a conflict", func() {
	var (
		l    *lab
		id   uuid.UUID // the thing
		open sync.Disagreement

		stands sync.Decision // that the last call of resolve told
	)
	BeforeEach(func() {
		l = newLab()
		l.things.choices = []offline.Choice{{Label: "verde", Data: json.RawMessage(`{"color":"verde"}`)}, {Label: "otro", Data: json.RawMessage(`{"color":"blanco"}`), Ask: "Color", Field: "color"}}
		id = newID()
		l.post("", l.create(id, "Ana"))
		l.pass(time.Hour)
		l.post("", l.op(offline.Update, id, `{"color":"rojo"}`))
		late := l.op(offline.Update, id, `{"color":"azul"}`)
		late.Timestamp = late.Timestamp.Add(-time.Minute)
		open = l.post("", late).Conflicts[0]
		l.pass(time.Minute)
	})

	// in runs f as somebody of a clinic, in a transaction that lasts.
	in := func(role string, f func(ctx context.Context) error) error {
		return l.Committed(l.Norte, role, f, mayReadThings, mayWriteThings)
	}
	listed := func(role string) (found []sync.Conflict) {
		GinkgoHelper()
		Expect(in(role, func(ctx context.Context) (err error) { found, err = l.service.Open(ctx); return err })).To(Succeed())
		return found
	}
	resolve := func(role, choice string) error {
		return in(role, func(ctx context.Context) (err error) {
			stands, err = l.service.Resolve(ctx, open.ID, sync.Verdict{Choice: choice})
			return err
		})
	}
	color := func() (c string) {
		GinkgoHelper()
		Expect(l.Admin.QueryRow(context.Background(), "select color from things where id = $1", id).Scan(&c)).To(Succeed())
		return c
	}

	It("shows both sides to whoever lost and to the clinic's admin, and to nobody else", func() {
		found := listed("receptionist")
		Expect(found).To(HaveLen(1))
		Expect(found[0].ID).To(Equal(open.ID))
		Expect(string(found[0].Lost)).To(MatchJSON(`{"color":"azul"}`))
		Expect(string(found[0].Now)).To(ContainSubstring("rojo"))
		Expect(found[0].NowBy).To(Equal(standing))
		Expect(found[0].NowAt).To(BeTemporally("~", l.clock().Add(-time.Minute), time.Second))
		Expect(found[0].Title).To(Equal("Dos personas cambiaron Ana"))
		Expect(found[0].Device).To(Equal(l.who.LoginID.String()))
		Expect(found[0].At).To(Equal(l.clock().Add(-2 * time.Minute)))
		Expect(listed("clinic_admin")).To(HaveLen(1))
		Expect(listed("doctor")).To(BeEmpty())
		Expect(resolve("doctor", sync.Mine)).To(MatchError(fault.ErrNotFound))
	})

	It("lies sealed", func() {
		Expect(l.count("select count(*) from sync_conflicts where position('azul'::bytea in content) > 0")).To(BeZero())
	})

	DescribeTable("is decided, and once", func(role, choice, wanted string) {
		Expect(resolve(role, choice)).To(Succeed())
		Expect(color()).To(Equal(wanted))
		Expect(listed("clinic_admin")).To(BeEmpty())
		Expect(stands).To(And(HaveField("Choice", choice), HaveField("Before", false)))
		Expect(resolve("clinic_admin", sync.Mine)).To(Succeed())
		Expect(stands).To(And(HaveField("Choice", choice), HaveField("By", l.Norte.People[role].User), HaveField("Before", true)))
		Expect(color()).To(Equal(wanted))
		Expect(l.count("select count(*) from sync_conflicts where choice = $1 and decided_by = $2", choice, l.Norte.People[role].User)).To(Equal(1))
	},
		Entry("by keeping what lost", "receptionist", sync.Mine, "azul"),
		Entry("by leaving what is kept", "receptionist", sync.Theirs, "rojo"),
		Entry("by another way out", "receptionist", "0", "verde"),
		Entry("by the admin", "clinic_admin", sync.Mine, "azul"),
	)

	DescribeTable("is decided", func(v sync.Verdict, wanted string) {
		Expect(in("receptionist", func(ctx context.Context) error { _, err := l.service.Resolve(ctx, open.ID, v); return err })).To(Succeed())
		Expect(color()).To(Equal(wanted))
	},
		Entry("field by field, for what lost", sync.Verdict{Choice: sync.ByField, Fields: []string{"color"}}, "azul"),
		Entry("field by field, for nothing of it", sync.Verdict{Choice: sync.ByField}, "rojo"),
		Entry("by a way that asks for a text", sync.Verdict{Choice: "1", Text: "gris"}, "gris"),
		Entry("by that way without the text", sync.Verdict{Choice: "1"}, "blanco"),
	)

	It("means by its two answers what the module says", func() {
		l.things.choices = []offline.Choice{{Name: sync.Theirs, Label: "gris", Data: json.RawMessage(`{"color":"gris"}`)}}
		late := l.op(offline.Update, id, `{"color":"negro"}`)
		late.Timestamp = late.Timestamp.Add(-3 * time.Minute)
		open = l.post("", late).Conflicts[0]
		Expect(resolve("receptionist", sync.Theirs)).To(Succeed())
		Expect(color()).To(Equal("gris"))
	})

	It("is not decided by a choice that there is not, nor by who may not write", func() {
		for _, choice := range []string{"", "2", "-1", "todo"} {
			Expect(fault.KindOf(resolve("receptionist", choice))).To(Equal(fault.Invalid), choice)
		}
		for _, v := range []sync.Verdict{{Choice: sync.ByField, Fields: []string{"size"}}, {Choice: "0", Text: "nobody asked"}} {
			err := in("receptionist", func(ctx context.Context) error { _, err := l.service.Resolve(ctx, open.ID, v); return err })
			Expect(fault.KindOf(err)).To(Equal(fault.Invalid), v.Choice)
		}
		err := l.Committed(l.Norte, "receptionist", func(ctx context.Context) error {
			_, err := l.service.Resolve(ctx, open.ID, sync.Verdict{Choice: sync.Mine})
			return err
		})
		Expect(err).To(MatchError(fault.ErrForbidden))
		Expect(listed("receptionist")).To(HaveLen(1))
	})

	It("travels to the device, is decided there, and leaves it", func() {
		updates, cursor := l.follow("")
		Expect(ids(updates)).To(ConsistOf(id, open.ID))
		var kept sync.Conflict
		for _, u := range updates {
			if u.Entity == sync.ConflictEntity {
				Expect(json.Unmarshal(u.Data, &kept)).To(Succeed())
			}
		}
		Expect(kept.ObjectID).To(Equal(id))
		o := l.op(offline.Update, open.ID, `{"choice":"mine"}`)
		o.Entity = sync.ConflictEntity
		r := l.post(cursor, o)
		Expect(statuses(r)).To(Equal([]offline.Status{offline.Updated}))
		Expect(color()).To(Equal("azul"))
		removed := map[uuid.UUID]bool{}
		for _, u := range r.Updates {
			removed[u.ID] = u.Removed
		}
		Expect(removed).To(Equal(map[uuid.UUID]bool{id: false, open.ID: true}))
		o.OpID = newID()
		Expect(statuses(l.post("", o))).To(Equal([]offline.Status{offline.Duplicate}))
	})

	It("reaches its device with the next pull, and no other person's", func() {
		l.as(l.Norte, "doctor")
		updates, _ := l.follow("")
		Expect(ids(updates)).To(Equal([]uuid.UUID{id}))
		l.as(l.Sur, "clinic_admin")
		updates, _ = l.follow("")
		Expect(updates).To(BeEmpty())
		o := l.op(offline.Update, open.ID, `{"choice":"theirs"}`)
		o.Entity = sync.ConflictEntity
		Expect(codes(l.post("", o))).To(Equal([]string{"not_found"}))
	})

	It("is refused on a device with a choice that there is not, and with unknown members", func() {
		odd, unknown := l.op(offline.Update, open.ID, `{"choice":"9"}`), l.op(offline.Update, open.ID, `{"eleccion":"mine"}`)
		made := l.op(offline.Create, newID(), `{"choice":"mine"}`)
		odd.Entity, unknown.Entity, made.Entity = sync.ConflictEntity, sync.ConflictEntity, sync.ConflictEntity
		Expect(codes(l.post("", odd, unknown, made))).To(Equal([]string{"unknown_choice", "unknown_field", "unknown_action"}))
	})

	It("whose decision loses again is a new one", func() {
		l.things.choices = nil
		Expect(in("receptionist", func(ctx context.Context) error {
			ctx = access.With(ctx, l.Norte.Identity("receptionist", mayReadThings, mayWriteThings))
			_, err := l.Admin.Exec(ctx, "update things set color_at = $1 where id = $2", l.clock().Add(time.Hour), id)
			Expect(err).NotTo(HaveOccurred())
			_, err = l.service.Resolve(ctx, open.ID, sync.Verdict{Choice: sync.Mine})
			return err
		})).To(Succeed())
		found := listed("receptionist")
		Expect(found).To(HaveLen(1))
		Expect(found[0].ID).NotTo(Equal(open.ID))
		Expect(string(found[0].Lost)).To(MatchJSON(`{"color":"azul"}`))
	})
})
