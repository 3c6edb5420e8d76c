package offline_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

var _ = Describe("a unit of work on the device", func() {
	var d *desk
	BeforeEach(func() { d = newDesk() })

	It("sees its own writes in every way of asking, before anything is kept", func(ctx SpecContext) {
		thing, part := uuid.New(), uuid.New()
		inside, u := d.Begin(ctx, uuid.Nil)
		defer u.Close()
		Expect(u.Create(inside, "thing", thing, fields{"name": "Ana", "at": "5"})).To(Succeed())
		Expect(u.Create(inside, "part", part, fields{"thing": thing.String(), "at": "7"})).To(Succeed())
		Expect(u.Change(inside, "thing", thing, fields{"at": "6"})).To(Succeed())

		o, err := u.Find(inside, "thing", thing.String())
		Expect(err).NotTo(HaveOccurred())
		Expect(o.Data()).To(MatchJSON(`{"name": "Ana", "at": "6"}`))
		Expect(o.Key).To(Equal("6"))
		Expect(o.Waiting).To(Equal(2))
		Expect(u.ByKey(inside, "thing", "5", "6")).To(BeEmpty(), "it has moved")
		Expect(u.ByKey(inside, "thing", "6", "7")).To(HaveLen(1))
		Expect(u.ByGroup(inside, "part", thing.String())).To(HaveLen(1))
		Expect(u.All(inside, "thing")).To(HaveLen(1))

		u.Drop("thing", thing.String())
		_, err = u.Find(inside, "thing", thing.String())
		Expect(err).To(MatchError(fault.ErrNotFound))
		Expect(d.kv.batches).To(BeEmpty())
	})

	It("keeps objects, queue and indexes in one strict batch, or nothing", func(ctx SpecContext) {
		id := uuid.New()
		inside, u := d.Begin(ctx, uuid.Nil)
		Expect(u.Create(inside, "thing", id, fields{"name": "Ana"})).To(Succeed())
		u.KeepIndex("words", "all", []byte("ana"))
		d.kv.fail = errFull
		Expect(u.Commit(inside)).To(MatchError(errFull))
		_, err := d.find("thing", id)
		Expect(err).To(MatchError(fault.ErrNotFound))
		Expect(d.entries(offline.Pending)).To(BeEmpty())

		d.kv.fail = nil
		d.write(func(ctx context.Context, u *offline.Unit) error {
			u.KeepIndex("words", "all", []byte("ana"))
			return u.Create(ctx, "thing", id, fields{"name": "Ana"})
		})
		Expect(d.kv.batches).To(HaveLen(1))
		Expect(d.kv.batches[0].Strict).To(BeTrue())
		Expect(d.kv.batches[0].Put).To(HaveLen(2))
		Expect(d.kv.batches[0].Queue).To(HaveLen(1))
	})

	It("F19: has what a person entered on the disk before the answer, in one batch, and does not wait for the rest", func(ctx SpecContext) {
		id := d.create("thing", fields{"name": "Ana"})
		d.write(func(ctx context.Context, u *offline.Unit) error {
			return u.Change(ctx, "thing", id, fields{"name": "Luz"})
		})
		d.write(func(_ context.Context, u *offline.Unit) error { u.KeepIndex("words", "all", []byte("ana")); return nil })
		Expect(d.kv.batches).To(HaveExactElements(
			And(HaveField("Strict", true), HaveField("Put", HaveLen(1)), HaveField("Queue", HaveLen(1))),
			And(HaveField("Strict", true), HaveField("Put", HaveLen(1)), HaveField("Queue", HaveLen(1))),
			And(HaveField("Strict", false), HaveField("Queue", BeEmpty())),
		))
	})

	It("lets one unit write at a time", func(ctx SpecContext) {
		_, first := d.Begin(ctx, uuid.Nil)
		begun := make(chan struct{})
		go func() {
			_, second := d.Begin(ctx, uuid.Nil)
			close(begun)
			second.Close()
		}()
		Consistently(begun, "50ms").ShouldNot(BeClosed())
		first.Close()
		Eventually(begun).Should(BeClosed())
	})

	It("gives the form's id to the first operation, and the same ids again when the form is sent again", func(ctx SpecContext) {
		form := uuid.New()
		ids := func() []uuid.UUID {
			other := newDesk()
			inside, u := other.Begin(ctx, form)
			Expect(u.Create(inside, "thing", uuid.New(), fields{})).To(Succeed())
			Expect(u.Create(inside, "thing", uuid.New(), fields{})).To(Succeed())
			Expect(u.Commit(inside)).To(Succeed())
			entries := other.entries(offline.Pending)
			return []uuid.UUID{entries[0].OpID, entries[1].OpID}
		}
		first := ids()
		Expect(first[0]).To(Equal(form))
		Expect(first[1]).NotTo(Equal(form))
		Expect(ids()).To(Equal(first))
	})

	It("refuses to create what is there, and to change what is not", func(ctx SpecContext) {
		id := d.create("thing", fields{"name": "Ana"})
		inside, u := d.Begin(ctx, uuid.Nil)
		defer u.Close()
		Expect(u.Create(inside, "thing", id, fields{})).To(MatchError(offline.ErrKnown))
		Expect(u.Change(inside, "thing", uuid.New(), fields{})).To(MatchError(fault.ErrNotFound))
		Expect(u.Create(inside, "unknown", uuid.New(), fields{})).To(MatchError(ContainSubstring("knows no such entity")))
	})

	It("drops and finds rows that are no objects", func(ctx SpecContext) {
		d.write(func(_ context.Context, u *offline.Unit) error { u.KeepIndex("words", "all", []byte("ana")); return nil })
		inside, u := d.Begin(ctx, uuid.Nil)
		Expect(u.Index(inside, "words", "all")).To(Equal([]byte("ana")))
		u.Drop("words", "all")
		Expect(u.Index(inside, "words", "all")).To(BeNil())
		Expect(u.Commit(inside)).To(Succeed())
		Expect(d.kv.Get(ctx, "words", "all")).To(BeEmpty())
	})
})

var _ = Describe("the time of an operation", func() {
	var d *desk
	BeforeEach(func() { d = newDesk() })
	moments := func() []time.Time {
		GinkgoHelper()
		found := []time.Time{}
		for _, e := range d.entries(offline.Pending) {
			found = append(found, e.Timestamp)
		}
		return found
	}

	It("F7, F9: is the device's clock brought to the server's, in UTC", func(ctx SpecContext) {
		d.now = noon.Add(-2 * time.Hour).In(time.FixedZone("Lima", -5*3600))
		Expect(d.Note(ctx, offline.OffsetMeta, "7200000")).To(Succeed())
		d.create("thing", fields{})
		Expect(moments()).To(Equal([]time.Time{noon}))
		Expect(moments()[0].Location()).To(Equal(time.UTC))
	})

	It("only rises, also when the clock is set back and the program started anew", func() {
		d.create("thing", fields{})
		d.now = noon.Add(-3 * time.Hour)
		d.create("thing", fields{})
		d = d.again()
		d.create("thing", fields{})
		Expect(moments()).To(Equal([]time.Time{noon, noon.Add(time.Millisecond), noon.Add(2 * time.Millisecond)}))
	})

	It("F8: after a clock that ran a day ahead comes back to the truth once everything is answered", func() {
		d.now = noon.Add(20 * time.Hour)
		d.create("thing", fields{})
		d.now = noon
		sent := d.send()
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)}})
		d.create("thing", fields{})
		Expect(moments()[0]).To(BeTemporally("<=", noon.Add(5*time.Minute+time.Millisecond)), "and still after what the server clamped")
		Expect(moments()[0]).To(BeTemporally(">", noon.Add(5*time.Minute-time.Millisecond)))
	})
})
