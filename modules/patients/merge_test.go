//go:build !js

package patients_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/patients"
)

// drawState invents what a replica may know; few values, so that equal stamps and equal values meet.
func drawState(t *rapid.T, label string) patients.State {
	word := func(name string) string { return rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, label+name) }
	s := patients.State{Clock: patients.Clock{}, Demographics: patients.Demographics{
		FirstName: word("first"), LastName: word("last"), Phone: word("phone"), Email: word("email"),
		Document:  patients.Document{Type: patients.DNI, Number: word("document")},
		Address:   patients.Address{Text: word("address"), Ubigeo: word("ubigeo")},
		Guardian:  patients.Guardian{Name: word("guardian")},
		Insurance: patients.Insurance{Insurer: word("insurer")},
		Sex:       patients.Sex(word("sex")),
		BirthDate: rapid.SampledFrom([]time.Time{{}, day("01/01/1970"), day("02/01/1970")}).Draw(t, label+"birth"),
		Tags:      rapid.SampledFrom([][]string{nil, {"a"}, {"a", "b"}}).Draw(t, label+"tags"),
	}}
	for _, g := range patients.Groups() {
		if rapid.Bool().Draw(t, label+"known"+string(g)) {
			s.Clock[g] = patients.Stamp{Device: word("device"), Op: word("op"), Version: int64(rapid.IntRange(0, 2).Draw(t, label+"version")),
				At: rapid.SampledFrom([]time.Time{{}, time.Unix(0, 0).UTC(), now, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}).Draw(t, label+"at")}
		}
	}
	return s
}

// known is a state without the difference between no tags and none, a stamp never made and none.
func known(s patients.State) patients.State {
	clock := patients.Clock{}
	for g, stamp := range s.Clock {
		if stamp != (patients.Stamp{}) {
			clock[g] = stamp
		}
	}
	s.Clock = clock
	if len(s.Tags) == 0 {
		s.Tags = nil
	}
	return s
}

var _ = Describe("merging what two people wrote", func() {
	property := func(words string, check func(t *rapid.T, a, b, c patients.State)) {
		It(words, func() {
			rapid.Check(GinkgoT(), func(t *rapid.T) { check(t, drawState(t, "a"), drawState(t, "b"), drawState(t, "c")) })
		})
	}
	same := func(t *rapid.T, x, y patients.State) {
		if ok, _ := Equal(known(x)).Match(known(y)); !ok {
			t.Fatalf("%+v\nis not\n%+v", x, y)
		}
	}
	property("does not care who came first", func(t *rapid.T, a, b, _ patients.State) {
		same(t, patients.Merge(a, b), patients.Merge(b, a))
	})
	property("does not care which two met first", func(t *rapid.T, a, b, c patients.State) {
		same(t, patients.Merge(patients.Merge(a, b), c), patients.Merge(a, patients.Merge(b, c)))
	})
	property("changes nothing when the same comes again", func(t *rapid.T, a, b, _ patients.State) {
		same(t, patients.Merge(a, a), a)
		same(t, patients.Merge(patients.Merge(a, b), b), patients.Merge(a, b))
	})
	It("keeps the last writing of each group and the other's other groups", func() {
		first := patients.State{Demographics: edith().Demographics, Clock: patients.Clock{}}
		for _, g := range patients.Groups() {
			first.Clock[g] = patients.Stamp{At: now}
		}
		second := patients.State{Demographics: first.Demographics, Clock: patients.Clock{patients.Telephone: {At: now.Add(time.Minute)}}}
		second.Phone, second.Email = "+51911111111", "older@correo.pe"
		merged := patients.Merge(first, second)
		Expect(merged.Phone).To(Equal("+51911111111"))
		Expect(merged.Email).To(Equal(first.Email))
	})
	It("decides equal times by device, then by operation", func() {
		at := func(device, op, phone string) patients.State {
			return patients.State{Demographics: patients.Demographics{Phone: phone}, Clock: patients.Clock{patients.Telephone: {At: now, Device: device, Op: op}}}
		}
		Expect(patients.Merge(at("b", "1", "of b"), at("a", "2", "of a")).Phone).To(Equal("of b"))
		Expect(patients.Merge(at("a", "1", "one"), at("a", "2", "two")).Phone).To(Equal("two"))
	})
})
