package observation_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/observation"
)

func TestObservation(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Observation")
}

// today is the day of the specs.
var today = time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC)

func number(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func some(text string) decimal.NullDecimal { return decimal.NewNullDecimal(number(text)) }

func value(text string) observation.Value { return observation.Of(number(text)) }

// woman is of that many years, at an unknown altitude.
func woman(years int) observation.Subject {
	return observation.Subject{Age: observation.AgeAt(today.AddDate(-years, 0, -1), today), Sex: observation.Female}
}

func man(years int) observation.Subject {
	s := woman(years)
	s.Sex = observation.Male
	return s
}

func pregnant(trimester int) observation.Subject {
	s := woman(28)
	s.Trimester = trimester
	return s
}

func at(s observation.Subject, metres int) observation.Subject {
	s.Altitude = &metres
	return s
}

func child(days int) observation.Subject {
	return observation.Subject{Age: observation.AgeAt(today.AddDate(0, 0, -days), today), Sex: observation.Female}
}
