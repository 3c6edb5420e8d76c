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
	demo    *Program        // the demonstration that the journeys share
	browser context.Context // the one Chromium; each person has a window of their own in it
)

var _ = BeforeSuite(func() {
	demo = StartDemo()
	browser = startBrowser()
})

var _ = AfterEach(func() {
	Expect(demo.Failures()).To(BeEmpty(), "the program failed at something")
})
