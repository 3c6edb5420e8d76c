// Package journeys drives the built program in a real browser, as its users do.
package journeys_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestJourneys(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Journeys")
}

var demo *Program

var _ = BeforeSuite(func() { demo = StartDemo() })
