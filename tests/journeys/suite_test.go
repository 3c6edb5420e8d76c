// Package journeys drives the built program in a real browser, as its users do.
package journeys_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestJourneys(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Journeys")
}

const pollEvery = 30 * time.Millisecond

var (
	demonstration string // the data folder as the program left it when it had filled its clinics

	demo    *Program        // the demonstration that the journeys share
	browser context.Context // the one Chromium; each person has a window of their own in it
)

// The demonstration is made once: every program of the specs begins with a copy of it. Specs that run at the same time
// have a program and a browser for each process.
var _ = SynchronizedBeforeSuite(func() []byte { return []byte(makeDemo()) }, func(made []byte) {
	demonstration = string(made)
	demo = StartDemo()
	demo.zone = withHoursLeft(time.Now())
	browser = startBrowser()
})

var _ = AfterEach(func() {
	Expect(demo.Failures()).To(BeEmpty(), "the program failed at something")
})
