//go:build !js

package agenda

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/platform/access"
)

// lateEdit is an edit of one group as a device sends it.
type lateEdit struct {
	edit  Edit
	stamp Stamp
}

// arrive lays edits over an appointment in their order, each saved as a version of its own.
func arrive(a Appointment, edits []lateEdit) Appointment {
	for _, e := range edits {
		m := merge(a, e.edit, e.stamp, true)
		if len(m.Changed) > 0 {
			a = m.Appointment
			a.Version++
		}
	}
	return a
}

var _ = Describe("edits of devices that did not know of each other", func() {
	It("end the same in any order of arrival, with the greatest stamp's words", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			services := []uuid.UUID{uuid.New(), uuid.New()}
			start := Appointment{ID: uuid.New(), Version: 1, ServiceID: services[0], Notes: "nota 0", FieldClock: Clock{}}
			began := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
			var edits []lateEdit
			var last *lateEdit
			for i := range rapid.IntRange(1, 7).Draw(t, "edits") {
				e := lateEdit{
					edit: Edit{Version: 1},
					stamp: Stamp{
						At:     began.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "hour")) * time.Hour),
						Device: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "device"), Op: uuid.NewSHA1(uuid.Nil, []byte{byte(i)}),
					},
				}
				if rapid.Bool().Draw(t, "notes") {
					words := "nota " + strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "words"))
					e.edit.Notes = &words
					if last == nil || e.stamp.after(last.stamp) {
						last = &e
					}
				} else {
					e.edit.ServiceID = &services[rapid.IntRange(0, 1).Draw(t, "service")]
				}
				edits = append(edits, e)
			}
			one, other := arrive(start, edits), arrive(start, rapid.Permutation(edits).Draw(t, "order"))
			if one.Notes != other.Notes || one.ServiceID != other.ServiceID {
				t.Fatalf("%q and %q, %s and %s", one.Notes, other.Notes, one.ServiceID, other.ServiceID)
			}
			if last != nil && one.Notes != *last.edit.Notes {
				t.Fatalf("%q stands, %q was written last", one.Notes, *last.edit.Notes)
			}
			if again := arrive(one, edits); again.Notes != one.Notes || again.ServiceID != one.ServiceID {
				t.Fatalf("a second arrival changed %v into %v", one, again)
			}
		})
	})

	place := func(hour int) *Place {
		start := time.Date(2026, 11, 24, hour, 0, 0, 0, time.UTC)
		return &Place{StartTime: start, EndTime: start.Add(time.Hour)}
	}
	moved := func(a Appointment, e Edit, s Stamp) (Appointment, bool) {
		m := merge(a, e, s, true)
		a = m.Appointment
		a.Version++
		return a, len(m.Clashes) == 0
	}
	start := Appointment{ID: uuid.New(), Version: 1, FieldClock: Clock{}}.at(*place(10))
	clock := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

	It("let a device move what it moved itself before", func() {
		a, ok := moved(start, Edit{Version: 1, Place: place(11)}, Stamp{At: clock, Device: "a"})
		Expect(ok).To(BeTrue())
		a, ok = moved(a, Edit{Version: 1, Place: place(12)}, Stamp{At: clock.Add(time.Minute), Device: "a"})
		Expect(ok).To(BeTrue())
		Expect(a.StartTime).To(Equal(place(12).StartTime))
		a, ok = moved(a, Edit{Version: 1, Place: place(11)}, Stamp{At: clock.Add(time.Second), Device: "a"})
		Expect(ok).To(BeFalse(), "what the device did before does not undo what it did later")
		Expect(a.StartTime).To(Equal(place(12).StartTime))
	})

	It("never move what somebody else moved meanwhile, however late", func() {
		a, ok := moved(start, Edit{Version: 1, Place: place(11)}, Stamp{At: clock, Device: "a"})
		Expect(ok).To(BeTrue())
		a, ok = moved(a, Edit{Version: 1, Place: place(12)}, Stamp{At: clock.Add(time.Hour), Device: "b"})
		Expect(ok).To(BeFalse())
		Expect(a.StartTime).To(Equal(place(11).StartTime))
	})

	It("go by the time for a program that names no versions", func() {
		a, ok := moved(start, Edit{Version: 1, Place: place(11)}, Stamp{At: clock, Device: "a"})
		Expect(ok).To(BeTrue())
		_, ok = moved(a, Edit{Place: place(12)}, Stamp{At: clock.Add(time.Hour)})
		Expect(ok).To(BeTrue())
		_, ok = moved(a, Edit{Place: place(12)}, Stamp{At: clock.Add(-time.Hour)})
		Expect(ok).To(BeFalse())
	})

	It("stand after what they knew of, whatever the device's clock said", func() {
		words, old := "vista", "vieja"
		a := arrive(start, []lateEdit{
			{Edit{Version: 1, Notes: &old}, Stamp{At: clock, Device: "a"}},
			{Edit{Version: 2, Notes: &words}, Stamp{At: clock.Add(-2 * time.Hour), Device: "b"}}, // it is two hours slow
			{Edit{Version: 1, Notes: &old}, Stamp{At: clock.Add(-time.Hour), Device: "c"}},
		})
		Expect(a.Notes).To(Equal("vista"))
	})
})

var _ = Describe("a state noted without connection", func() {
	// every From × To: what the table allows happens, what holds is no news, all else is refused.
	arrived := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	allowed := map[Status][]Step{
		Scheduled:  {step(Confirmed), Arrival, step(InProgress), step(NoShow), step(Cancelled)},
		Confirmed:  {Arrival, step(InProgress), step(NoShow), step(Cancelled)},
		InProgress: {step(Completed)},
	}
	for _, from := range Statuses() {
		for _, to := range append(Steps(), NoArrival) {
			It("from "+from.Label()+" to "+to.Label(), func() {
				a := Appointment{Status: from, StartTime: arrived, FieldClock: Clock{}}
				if to == NoArrival {
					a.ArrivedAt = &arrived
				}
				next, err := apply(a, change{
					To: to, Reason: "Lo pidió", At: arrived, Offline: true, Zone: time.UTC, May: func(access.Permission) bool { return true },
					Last: &Event{What: Changed, At: arrived, FromStatus: Scheduled, ToStatus: from}, // even the very last thing
				})
				switch {
				case holds(a, to):
					Expect(err).NotTo(HaveOccurred())
					Expect(next).To(Equal(a))
				case containsStep(allowed[from], to):
					Expect(err).NotTo(HaveOccurred())
					Expect(holds(next, to)).To(BeTrue())
				default:
					Expect(err).To(HaveOccurred())
					Expect(next).To(Equal(a))
				}
			})
		}
	}
})

func containsStep(steps []Step, s Step) bool {
	for _, one := range steps {
		if one == s {
			return true
		}
	}
	return false
}
