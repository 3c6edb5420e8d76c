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

var _ = Describe("taking in what the server answers", func() {
	var d *desk
	BeforeEach(func() { d = newDesk() })
	gone := func(entity string, id uuid.UUID) {
		GinkgoHelper()
		_, err := d.find(entity, id)
		Expect(err).To(MatchError(fault.ErrNotFound))
	}
	held := func(id uuid.UUID, version int64, f fields) {
		GinkgoHelper()
		d.receive(offline.Answer{Changes: []offline.Change{state("thing", id, version, f)}})
	}

	It("F5: settles a creation and the edit made before its answer, each under its own id", func() {
		id := d.create("thing", fields{"name": "Ana", "phone": "1"})
		d.change("thing", id, fields{"phone": "2"})
		sent := d.send()
		Expect(sent).To(HaveLen(2))
		Expect(sent[0].Action).To(Equal(offline.Create))
		Expect(sent[1].Action).To(Equal(offline.Update))
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Created), result(sent[1], offline.Updated)}})
		Expect(d.shows("thing", id)).To(Equal(fields{"name": "Ana", "phone": "2"}), "shown although the server's state is still to come")
		o, _ := d.find("thing", id)
		Expect(o.Pending()).To(BeFalse())
		held(id, 2, fields{"name": "Ana", "phone": "2"})
		o, _ = d.find("thing", id)
		Expect(o.Version).To(BeEquivalentTo(2))
		Expect(o.Base).To(MatchJSON(`{"name": "Ana", "phone": "2"}`))
	})

	It("F6: lays what was done meanwhile over the own write that comes back, and is not set back by an older state", func() {
		id := d.create("thing", fields{"name": "Ana", "phone": "1"})
		sent := d.send()
		d.change("thing", id, fields{"phone": "2"}) // while the request is on its way
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)},
			Changes: []offline.Change{state("thing", id, 3, fields{"name": "Ana María", "phone": "1"})}})
		Expect(d.shows("thing", id)).To(Equal(fields{"name": "Ana María", "phone": "2"}))
		held(id, 2, fields{"name": "old", "phone": "old"})
		o, _ := d.find("thing", id)
		Expect(o.Version).To(BeEquivalentTo(3))
		Expect(d.shows("thing", id)).To(Equal(fields{"name": "Ana María", "phone": "2"}))
		Expect(o.Waiting).To(Equal(1))
	})

	It("F6: does not fold an answer over a state that is newer than what it was made on", func() {
		id := uuid.New()
		held(id, 1, fields{"phone": "1"})
		d.change("thing", id, fields{"phone": "mine"})
		sent := d.send()
		held(id, 5, fields{"phone": "theirs"})
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Updated)}})
		Expect(d.shows("thing", id)).To(Equal(fields{"phone": "theirs"}))
	})

	It("does not keep what was carried out before and is not for this device", func() {
		id := d.create("thing", fields{"name": "Ana"})
		sent := d.send()
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Duplicate)}})
		gone("thing", id)
	})

	It("shows what the server keeps when an operation was older, and keeps it among what is done", func() {
		id := uuid.New()
		held(id, 1, fields{"phone": "1"})
		d.change("thing", id, fields{"phone": "mine"})
		sent := d.send()
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Superseded)},
			Changes: []offline.Change{state("thing", id, 2, fields{"phone": "theirs"})}})
		Expect(d.shows("thing", id)).To(Equal(fields{"phone": "theirs"}))
		Expect(d.entries(offline.Done)).To(HaveLen(1))
	})

	It("F11: puts one refused operation aside with all it said, and settles the rest", func() {
		bad, good := d.create("thing", fields{"name": ""}), d.create("thing", fields{"name": "Luz"})
		sent := d.send()
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{refusal(sent[0], "invalid"), result(sent[1], offline.Created)}})
		gone("thing", bad)
		Expect(d.shows("thing", good)).To(HaveKeyWithValue("name", "Luz"))
		waits := d.entries(offline.Attention)
		Expect(waits).To(HaveLen(1))
		Expect(waits[0].Data).To(MatchJSON(`{"name": ""}`))
		Expect(waits[0].Result.Code).To(Equal("invalid"))
		Expect(d.entries(offline.Pending, offline.InFlight)).To(BeEmpty())
	})

	It("takes a refused change out of what is shown, and shows the server's again", func() {
		id := uuid.New()
		held(id, 1, fields{"phone": "1"})
		d.change("thing", id, fields{"phone": "mine"})
		sent := d.send()
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{refusal(sent[0], "forbidden")}})
		Expect(d.shows("thing", id)).To(Equal(fields{"phone": "1"}))
	})

	It("keeps an operation waiting, under its id, that the server cannot carry out yet", func() {
		id := d.create("part", fields{"thing": uuid.NewString()})
		sent := d.send()
		later := refusal(sent[0], offline.MissingCode)
		later.Retry = true
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{later}})
		waits := d.entries(offline.Pending)
		Expect(waits).To(HaveLen(1))
		Expect(waits[0].OpID).To(Equal(sent[0].OpID))
		Expect(waits[0].Tries).To(Equal(1))
		Expect(d.shows("part", id)).NotTo(BeEmpty())
	})

	It("F17: forgets what the server takes away, but not while something done here waits", func() {
		plain, touched := uuid.New(), uuid.New()
		held(plain, 1, fields{"name": "a"})
		held(touched, 1, fields{"name": "b"})
		d.change("thing", touched, fields{"name": "mine"})
		d.receive(offline.Answer{Changes: []offline.Change{{Entity: "thing", ID: plain, Removed: true}, {Entity: "thing", ID: touched, Removed: true}}})
		gone("thing", plain)
		o, err := d.find("thing", touched)
		Expect(err).NotTo(HaveOccurred())
		Expect(o.Removed).To(BeTrue())
		sent := d.send()
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{refusal(sent[0], "forbidden")}})
		gone("thing", touched)
		Expect(d.entries(offline.Attention)).To(HaveLen(1))
	})

	It("passes over what a newer server sends and this version does not know", func() {
		d.receive(offline.Answer{Changes: []offline.Change{state("receipt", uuid.New(), 1, fields{})}})
	})

	It("refuses an answer that does not fit the batch", func(ctx SpecContext) {
		d.create("thing", fields{})
		Expect(d.Receive(ctx, offline.Answer{Sent: d.send()})).To(MatchError(ContainSubstring("0 results for 1")))
		Expect(d.entries(offline.InFlight)).To(HaveLen(1))
	})

	It("takes an answer in whole or not at all", func(ctx SpecContext) {
		id := d.create("thing", fields{"name": "Ana"})
		sent := d.send()
		answer := offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)}, Cursor: "next",
			Changes: []offline.Change{state("thing", id, 1, fields{"name": "Ana"})}}
		d.kv.fail = errFull
		Expect(d.Receive(ctx, answer)).To(MatchError(errFull))
		Expect(d.kv.Meta(ctx, offline.CursorMeta)).To(BeEmpty())
		Expect(d.entries(offline.InFlight)).To(HaveLen(1))
		d.kv.fail = nil
		d = d.again()
		Expect(d.Receive(ctx, answer)).To(Succeed())
		Expect(d.kv.Meta(ctx, offline.CursorMeta)).To(Equal("next"))
	})

	It("forgets what the window has left behind, and answers older than two weeks", func() {
		old, kept, ahead := uuid.New(), d.create("thing", fields{}), uuid.New()
		sent := d.send()
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)}})
		day := func(t time.Time) fields { return fields{"at": t.Format(time.RFC3339)} }
		w := offline.WindowAt(noon, time.UTC)
		d.receive(offline.Answer{Window: w, Changes: []offline.Change{
			state("part", old, 1, day(noon.AddDate(0, 0, -31))), state("part", ahead, 1, day(noon.AddDate(0, 0, -20)))}})
		gone("part", old)
		Expect(d.shows("part", ahead)).NotTo(BeEmpty())

		d.now = noon.AddDate(0, 0, 15)
		d.receive(offline.Answer{Window: offline.WindowAt(d.now, time.UTC)})
		gone("part", ahead)
		Expect(d.shows("thing", kept)).NotTo(BeNil())
		Expect(d.entries(offline.Done)).To(BeEmpty())
	})

	Describe("a thing that was there already", func() {
		It("becomes the one that was there: parts, groups and waiting operations follow, old addresses work", func(ctx SpecContext) {
			mine := d.create("thing", fields{"name": "Ana", "phone": "1"})
			part := d.create("part", fields{"thing": mine.String(), "at": "1"})
			theirs := uuid.New()
			sent := d.send()
			after := d.create("part", fields{"thing": mine.String(), "at": "2"}) // while the request is on its way
			d.change("thing", mine, fields{"phone": "2"})
			merged := result(sent[0], offline.Merged)
			merged.ServerID = theirs
			d.receive(offline.Answer{Sent: sent, Results: []offline.Result{merged, result(sent[1], offline.Created)},
				Changes: []offline.Change{state("thing", theirs, 4, fields{"name": "Ana", "phone": "9"})}})

			Expect(d.shows("thing", theirs)).To(Equal(fields{"name": "Ana", "phone": "2"}))
			o, err := d.find("thing", mine)
			Expect(err).NotTo(HaveOccurred())
			Expect(o.ID).To(Equal(theirs.String()))
			Expect(d.kv.Get(ctx, "thing", mine.String())).To(BeEmpty())
			Expect(d.shows("part", part)).To(HaveKeyWithValue("thing", theirs.String()))
			Expect(d.shows("part", after)).To(HaveKeyWithValue("thing", theirs.String()))
			inside := d.Read(ctx)
			Expect(offline.From(inside).ByGroup(inside, "part", theirs.String())).To(HaveLen(2))
			Expect(offline.From(inside).ByGroup(inside, "part", mine.String())).To(BeEmpty())
			waits := d.entries(offline.Pending)
			Expect(waits[0].Data).To(MatchJSON(`{"thing": "` + theirs.String() + `", "at": "2"}`))
			Expect(waits[1].LocalID).To(Equal(theirs))

			d.change("thing", mine, fields{"phone": "3"})
			Expect(d.entries(offline.Pending)[2].LocalID).To(Equal(theirs))
		})

		It("leaves the words of what was sent as they are, for its id belongs to them", func() {
			mine, theirs := d.create("thing", fields{"name": "Ana"}), uuid.New()
			part := d.create("part", fields{"thing": mine.String()})
			sent := d.send()
			merged, later := result(sent[0], offline.Merged), refusal(sent[1], offline.MissingCode)
			merged.ServerID, later.Retry = theirs, true
			d.receive(offline.Answer{Sent: sent, Results: []offline.Result{merged, later}})
			Expect(d.entries(offline.Pending)[0].Operation).To(Equal(sent[1].Operation))
			Expect(d.shows("part", part)).To(Equal(fields{"thing": theirs.String()}))
			Expect(d.shows("thing", theirs)).To(Equal(fields{"name": "Ana"}), "until the server's state comes")
		})

		It("is found by its first id too, after it became another twice", func() {
			first, second, third := d.create("thing", fields{"name": "Ana"}), uuid.New(), uuid.New()
			for _, step := range [][2]uuid.UUID{{first, second}, {second, third}} {
				d.change("thing", step[0], fields{"phone": "1"})
				sent := d.send()
				results := []offline.Result{}
				for _, e := range sent {
					r := result(e, offline.Merged)
					r.ServerID = step[1]
					results = append(results, r)
				}
				d.receive(offline.Answer{Sent: sent, Results: results, Changes: []offline.Change{state("thing", step[1], 1, fields{"name": "Ana"})}})
			}
			o, err := d.find("thing", first)
			Expect(err).NotTo(HaveOccurred())
			Expect(o.ID).To(Equal(third.String()))
		})

		It("is an object of its own again when the server says so", func() {
			mine, theirs := d.create("thing", fields{"name": "Ana"}), uuid.New()
			sent := d.send()
			merged := result(sent[0], offline.Merged)
			merged.ServerID = theirs
			d.receive(offline.Answer{Sent: sent, Results: []offline.Result{merged}})
			held(mine, 1, fields{"name": "Ana, apart"})
			o, err := d.find("thing", mine)
			Expect(err).NotTo(HaveOccurred())
			Expect(o.ID).To(Equal(mine.String()))
		})
	})

	Describe("a refused operation", func() {
		refused := func() (thing, part uuid.UUID) {
			GinkgoHelper()
			thing = d.create("thing", fields{"name": ""})
			part = d.create("part", fields{"thing": thing.String()})
			sent := d.send()
			d.receive(offline.Answer{Sent: sent, Results: []offline.Result{refusal(sent[0], "invalid"), refusal(sent[1], offline.MissingCode)}})
			return thing, part
		}

		It("is taken out of the queue to be corrected, with all it said", func() {
			refused()
			op := d.entries(offline.Attention)[0]
			d.write(func(ctx context.Context, u *offline.Unit) error {
				e, err := u.Correct(ctx, op.OpID)
				Expect(e.Data).To(MatchJSON(`{"name": ""}`))
				return err
			})
			Expect(d.entries(offline.Attention)).To(HaveLen(1))
		})

		It("goes again as something done now, with what waited for it alone", func() {
			thing, part := refused()
			was := d.entries(offline.Attention)
			d.now = noon.Add(time.Hour)
			d.write(func(ctx context.Context, u *offline.Unit) error { return u.Again(ctx, was[0].OpID) })
			waits := d.entries(offline.Pending)
			Expect(waits).To(HaveLen(2))
			Expect(waits[0].LocalID).To(Equal(thing))
			Expect(waits[0].OpID).NotTo(Equal(was[0].OpID))
			Expect(waits[0].Timestamp).To(Equal(d.now))
			Expect(waits[1].LocalID).To(Equal(part))
			Expect(d.shows("thing", thing)).NotTo(BeEmpty())
			Expect(d.entries(offline.Attention)).To(BeEmpty())
		})

		It("lets go of one that was done anew, and sends what waited for it, under an operation of its own", func(ctx SpecContext) {
			thing, part := refused()
			was, form := d.entries(offline.Attention)[0].OpID, uuid.Must(uuid.NewV7())
			inside, u := d.Begin(ctx, form)
			defer u.Close()
			Expect(u.Create(inside, "thing", thing, fields{"name": "Ana"})).To(Succeed())
			Expect(u.Corrected(inside, was)).To(Succeed())
			Expect(u.Corrected(inside, was)).To(Succeed(), "once more changes nothing")
			Expect(u.Corrected(inside, uuid.New())).To(Succeed())
			Expect(u.Commit(inside)).To(Succeed())
			Expect(d.entries(offline.Attention)).To(BeEmpty())
			waits := d.entries(offline.Pending)
			Expect(waits).To(HaveLen(2))
			Expect(waits[0].OpID).To(Equal(form))
			Expect(waits[1].LocalID).To(Equal(part))
			Expect(waits[1].OpID).NotTo(Equal(uuid.NewSHA1(form, []byte("1"))), "the form's own are known to who carried it out")
		})

		It("is not found twice", func(ctx SpecContext) {
			refused()
			op := d.entries(offline.Attention)[1].OpID
			inside, u := d.Begin(ctx, uuid.Nil)
			defer u.Close()
			Expect(u.Again(inside, op)).To(Succeed())
			Expect(u.Again(inside, op)).To(MatchError(fault.ErrNotFound))
		})
	})

	Describe("everything anew", func() {
		It("F16: sends what was done again under its ids to a server that lost it, and loses nothing waiting", func(ctx SpecContext) {
			done := d.create("thing", fields{"name": "done"})
			sent := d.send()
			d.receive(offline.Answer{Full: true, Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)},
				Changes: []offline.Change{state("thing", done, 9, fields{"name": "done"})}})
			waiting := d.create("thing", fields{"name": "waiting"})
			Expect(d.Resync(ctx, "epoch 2")).To(Succeed())
			Expect(d.kv.Meta(ctx, offline.CursorMeta)).To(BeEmpty())
			again := d.send()
			Expect(again).To(HaveLen(2))
			Expect(again[0].Operation).To(Equal(sent[0].Operation))

			// The restored server knows neither; its versions begin lower.
			d.receive(offline.Answer{Full: true, Sent: again[:1], Results: []offline.Result{result(again[0], offline.Created)}, More: true})
			Expect(d.shows("thing", done)).To(Equal(fields{"name": "done"}))
			d.receive(offline.Answer{Changes: []offline.Change{state("thing", done, 1, fields{"name": "done"})}})
			o, _ := d.find("thing", done)
			Expect(o.Version).To(BeEquivalentTo(1))
			Expect(d.shows("thing", waiting)).To(Equal(fields{"name": "waiting"}))
			Expect(d.entries(offline.InFlight)).To(HaveLen(1))
		})

		It("does not show yesterday's values while what was done goes again", func(ctx SpecContext) {
			id := d.create("thing", fields{"name": "mine"})
			sent := d.send()
			d.receive(offline.Answer{Full: true, Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)}})
			held(id, 3, fields{"name": "theirs, later"})
			Expect(d.Resync(ctx, "epoch 2")).To(Succeed())
			Expect(d.shows("thing", id)).To(Equal(fields{"name": "theirs, later"}))
		})

		It("drops what did not come again, but only when the last page is there", func(ctx SpecContext) {
			lost, kept, touched := uuid.New(), uuid.New(), uuid.New()
			for _, id := range []uuid.UUID{lost, kept, touched} {
				held(id, 1, fields{"name": "a"})
			}
			d.change("thing", touched, fields{"name": "mine"})
			Expect(d.Resync(ctx, "")).To(Succeed())
			Expect(d.entries(offline.Done)).To(BeEmpty())
			d.receive(offline.Answer{Full: true, More: true, Total: 2})
			Expect(d.shows("thing", lost)).NotTo(BeEmpty())
			d = d.again() // the browser was closed in between
			d.receive(offline.Answer{Changes: []offline.Change{state("thing", kept, 1, fields{"name": "b"})}})
			gone("thing", lost)
			Expect(d.shows("thing", kept)).To(Equal(fields{"name": "b"}))
			o, _ := d.find("thing", touched)
			Expect(o.Removed).To(BeTrue())
			Expect(d.shows("thing", touched)).To(Equal(fields{"name": "mine"}))
		})

		It("leaves what was done alone when the server is still the one it was", func(ctx SpecContext) {
			Expect(d.Resync(ctx, "epoch 2")).To(Succeed())
			d.create("thing", fields{})
			sent := d.send()
			d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)}})
			Expect(d.Resync(ctx, "epoch 2")).To(Succeed())
			Expect(d.entries(offline.Pending)).To(BeEmpty())
		})
	})

	It("F21: understands what the first version wrote", func(ctx SpecContext) {
		op := `{"entity":"thing","action":"create","local_id":"0193562e-0000-7000-8000-000000000001","data":{"name":"Ana"},` +
			`"timestamp":"2026-11-24T17:00:00Z","op_id":"0193562e-0000-7000-8000-0000000000ff","format":1}`
		Expect(d.kv.Commit(ctx, offline.Batch{
			Queue: []offline.Queued{{State: offline.Pending, Value: []byte(op)}},
			Put: []offline.Row{{Kind: "thing", ID: "0193562e-0000-7000-8000-000000000001",
				Value: []byte(`{"l":{"name":"Ana"},"w":1}`)}},
		})).To(Succeed())
		id := uuid.MustParse("0193562e-0000-7000-8000-000000000001")
		Expect(d.shows("thing", id)).To(Equal(fields{"name": "Ana"}))
		sent := d.send()
		Expect(sent).To(HaveLen(1))
		Expect(sent[0].Operation.Timestamp).To(Equal(noon))
		d.receive(offline.Answer{Sent: sent, Results: []offline.Result{result(sent[0], offline.Created)}})
		Expect(d.entries(offline.Done)).To(HaveLen(1))
	})
})
