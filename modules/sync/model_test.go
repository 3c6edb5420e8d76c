package sync_test

import (
	"flag"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"
)

// histories is how many histories are played: many in every run, very many when asked for (make test-long).
func histories(usual, long string) string {
	if os.Getenv("HAMPI_TEST_LONG") != "" {
		return long
	}
	return usual
}

// checks plays a property a number of times. rapid prints the seed of a history that fails.
func checks(times string, property func(t *rapid.T)) {
	GinkgoHelper()
	for name, value := range map[string]string{"rapid.checks": times, "rapid.nofailfile": "true"} {
		f := flag.Lookup(name)
		Expect(f).NotTo(BeNil())
		was := f.Value.String()
		Expect(flag.Set(name, value)).To(Succeed())
		DeferCleanup(func() { Expect(flag.Set(name, was)).To(Succeed()) })
	}
	rapid.Check(GinkgoT(), property)
}

var _ = Describe("devices and server, whatever happens between them", func() {
	It("end in one state, with every operation applied, kept as a conflict or refused, and none twice (I1 to I9)", func() {
		checks(histories("1000", "100000"), func(t *rapid.T) {
			w := newWorld(t)
			w.play()
			w.quiet()
			w.checkServer()
			w.checkEnd()
		})
	})
})
