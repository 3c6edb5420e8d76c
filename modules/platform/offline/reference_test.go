package offline_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
)

// rooms is an invented entity that devices only read.
func rooms(names map[uuid.UUID]string) offline.Reference {
	return offline.Reference{Entity: "room", Needs: "rooms.read", All: func(context.Context) ([]offline.Change, error) {
		ids := []uuid.UUID{}
		for id := range names {
			ids = append(ids, id)
		}
		return offline.Changes("room", ids, func(id uuid.UUID) (uuid.UUID, int64, any) {
			return id, 1, map[string]string{"name": names[id]}
		})
	}}
}

func allowed(permissions ...access.Permission) context.Context {
	may := map[access.Permission]bool{}
	for _, p := range permissions {
		may[p] = true
	}
	return access.With(context.Background(), access.Identity{Permissions: may})
}

// TestReferencePages turns the pages of references of any size, whatever a page holds.
func TestReferencePages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := map[uuid.UUID]string{}
		for range rapid.IntRange(0, 12).Draw(t, "rooms") {
			names[uuid.New()] = "room"
		}
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		reference := rooms(names)
		var seen []string
		for after, more := "", true; more; more = after != "" {
			page, next, err := reference.Page(allowed("rooms.read"), offline.Window{}, after, limit)
			if err != nil || len(page) > limit {
				t.Fatalf("%d of at most %d: %v", len(page), limit, err)
			}
			for _, c := range page {
				seen = append(seen, c.ID.String())
			}
			after = next
		}
		if len(seen) != len(names) || !slices.IsSorted(seen) || len(slices.Compact(seen)) != len(names) {
			t.Fatalf("%d rooms, seen %v", len(names), seen)
		}
	})
}

var _ = Describe("a reference", func() {
	one, two := uuid.New(), uuid.New()
	reference := rooms(map[uuid.UUID]string{one: "Uno", two: "Dos"})

	It("is read by whoever may see it, and by nobody else", func() {
		found, err := reference.Current(allowed("rooms.read"), offline.Window{}, []uuid.UUID{two, uuid.New()})
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(Equal([]offline.Change{{Entity: "room", ID: two, Version: 1, Data: json.RawMessage(`{"name":"Dos"}`)}}))
		Expect(reference.Count(allowed("rooms.read"), offline.Window{})).To(Equal(2))

		Expect(reference.Current(allowed(), offline.Window{}, []uuid.UUID{two})).To(BeEmpty())
		Expect(reference.Count(allowed(), offline.Window{})).To(BeZero())
		page, next, err := reference.Page(allowed(), offline.Window{}, "", 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(page).To(BeEmpty())
		Expect(next).To(BeEmpty())
	})

	It("is read once in a unit, and again after the unit kept something", func() {
		device := offline.NewDevice(offline.NewMemory(), []offline.Kind{{Entity: "room"}}, clock.At(time.Now()))
		ctx, unit := device.Begin(context.Background(), uuid.Nil)
		defer unit.Close()
		times := 0
		names := func() []string {
			GinkgoHelper()
			list, err := offline.Once(ctx, "rooms", func() ([]string, error) {
				times++
				return offline.List(ctx, "room", func(_ uuid.UUID, _ int64, data map[string]string) (string, error) { return data["name"], nil })
			})
			Expect(err).NotTo(HaveOccurred())
			return list
		}
		Expect(names()).To(BeEmpty())
		Expect(names()).To(BeEmpty())
		Expect(times).To(Equal(1))
		Expect(unit.Keep(ctx, offline.Object{Entity: "room", ID: one.String(), Base: json.RawMessage(`{"name":"Uno"}`)})).To(Succeed())
		Expect(names()).To(Equal([]string{"Uno"}))
		unit.Drop("room", one.String())
		Expect(names()).To(BeEmpty())
		Expect(times).To(Equal(3))
	})
})
