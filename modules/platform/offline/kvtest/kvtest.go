// Package kvtest says in specs what every store of a device must do, whatever it is made of.
package kvtest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/offline"
)

// Behaves adds the specs of a store. open gives an empty one for each.
func Behaves(open func() offline.KV) {
	var kv offline.KV
	var ctx context.Context
	commit := func(b offline.Batch) { ExpectWithOffset(1, kv.Commit(ctx, b)).To(Succeed()) }
	ids := func(rows []offline.Row, err error) []string {
		ExpectWithOffset(1, err).NotTo(HaveOccurred())
		found := []string{}
		for _, r := range rows {
			found = append(found, r.ID)
		}
		return found
	}

	BeforeEach(func(spec SpecContext) {
		ctx = spec
		kv = open()
	})

	It("gives a row back as it was put, and nothing for an id it does not know", func() {
		row := offline.Row{Kind: "thing", ID: "a", Key: "k1", Group: "g", Value: []byte{0, 1, 255}}
		commit(offline.Batch{Put: []offline.Row{row}})
		Expect(kv.Get(ctx, "thing", "a", "unknown")).To(ConsistOf(row))
		Expect(kv.Get(ctx, "other", "a")).To(BeEmpty())
		Expect(kv.Get(ctx, "thing")).To(BeEmpty())
	})

	It("lists by key from the first up to but without the last, and by id where keys are equal", func() {
		commit(offline.Batch{Put: []offline.Row{
			{Kind: "thing", ID: "c", Key: "2"}, {Kind: "thing", ID: "b", Key: "1"}, {Kind: "thing", ID: "a", Key: "2"},
			{Kind: "thing", ID: "d", Key: "3"}, {Kind: "thing", ID: "e"}, {Kind: "other", ID: "x", Key: "1"},
		}})
		Expect(ids(kv.ByKey(ctx, "thing", "1", "3"))).To(Equal([]string{"b", "a", "c"}))
		Expect(ids(kv.ByKey(ctx, "thing", "", offline.Last))).To(Equal([]string{"e", "b", "a", "c", "d"}))
	})

	It("lists a group by key and id, and forgets the group that a row has left", func() {
		commit(offline.Batch{Put: []offline.Row{
			{Kind: "thing", ID: "c", Key: "2", Group: "g"}, {Kind: "thing", ID: "a", Key: "2", Group: "g"},
			{Kind: "thing", ID: "b", Key: "1", Group: "g"}, {Kind: "thing", ID: "z", Group: "h"}, {Kind: "other", ID: "x", Group: "g"},
		}})
		Expect(ids(kv.ByGroup(ctx, "thing", "g"))).To(Equal([]string{"b", "a", "c"}))
		commit(offline.Batch{Put: []offline.Row{{Kind: "thing", ID: "b", Key: "9", Group: "h"}}})
		Expect(ids(kv.ByGroup(ctx, "thing", "g"))).To(Equal([]string{"a", "c"}))
		Expect(ids(kv.ByGroup(ctx, "thing", "h"))).To(Equal([]string{"z", "b"}))
	})

	It("counts the rows of a kind", func() {
		commit(offline.Batch{Put: []offline.Row{{Kind: "thing", ID: "a", Key: "1"}, {Kind: "thing", ID: "b"}, {Kind: "other", ID: "a"}}})
		Expect(kv.Count(ctx, "thing")).To(Equal(2))
		Expect(kv.Count(ctx, "unknown")).To(BeZero())
		commit(offline.Batch{Delete: []offline.Ref{{Kind: "thing", ID: "a"}}})
		Expect(kv.Count(ctx, "thing")).To(Equal(1))
	})

	It("deletes what is named, and keeps what is put in the same batch", func() {
		commit(offline.Batch{Put: []offline.Row{{Kind: "thing", ID: "a"}, {Kind: "thing", ID: "b"}}})
		commit(offline.Batch{
			Delete: []offline.Ref{{Kind: "thing", ID: "a"}, {Kind: "thing", ID: "b"}, {Kind: "thing", ID: "unknown"}},
			Put:    []offline.Row{{Kind: "thing", ID: "b", Value: []byte("new")}},
		})
		Expect(ids(kv.ByKey(ctx, "thing", "", offline.Last))).To(Equal([]string{"b"}))
	})

	It("numbers what is queued in its order, replaces by number and never gives a number twice", func() {
		commit(offline.Batch{Strict: true, Queue: []offline.Queued{
			{State: offline.Pending, Value: []byte("one")}, {State: offline.Pending, Value: []byte("two")},
		}})
		queued, err := kv.Queue(ctx, offline.Pending)
		Expect(err).NotTo(HaveOccurred())
		Expect(queued).To(HaveLen(2))
		first, second := queued[0], queued[1]
		Expect(first.Value).To(Equal([]byte("one")))
		Expect(second.N).To(BeNumerically(">", first.N))

		commit(offline.Batch{Queue: []offline.Queued{{N: first.N, State: offline.Done, Value: []byte("1")}}, Unqueue: []int64{second.N}})
		Expect(kv.Queue(ctx, offline.Pending, offline.Attention)).To(BeEmpty())
		Expect(kv.Queue(ctx, offline.Done)).To(ConsistOf(offline.Queued{N: first.N, State: offline.Done, Value: []byte("1")}))

		commit(offline.Batch{Queue: []offline.Queued{{State: offline.Pending, Value: []byte("three")}}})
		queued, err = kv.Queue(ctx, offline.Pending, offline.Done)
		Expect(err).NotTo(HaveOccurred())
		Expect(queued).To(HaveLen(2))
		Expect(queued[1].N).To(BeNumerically(">", second.N), "the last place was free, and is not given again")
	})

	It("keeps settings, and has none before", func() {
		Expect(kv.Meta(ctx, "cursor")).To(BeEmpty())
		commit(offline.Batch{Meta: map[string]string{"cursor": "x", "offset": "-12"}})
		commit(offline.Batch{Meta: map[string]string{"cursor": ""}})
		Expect(kv.Meta(ctx, "cursor")).To(BeEmpty())
		Expect(kv.Meta(ctx, "offset")).To(Equal("-12"))
	})
}
