// Package prescribing holds the rules of a prescription: what a line of it says, how it is written out, how much of the
// medicine that makes, what is missing before it may be signed, and what speaks against giving it to somebody.
//
// It is pure: no storage, no clock. The clinical rules are the files rules_*.go, one table each with its source beside
// every row, to be changed there; rows marked unsure wait for the clinic's pharmacist.
package prescribing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
)

// ExpiryDays is how long a prescription holds unless the prescriber says otherwise; the prescriber fixes it by law.
const ExpiryDays = 30

// Expires is the last day a prescription of that day holds.
func Expires(issued time.Time, days int) time.Time { return issued.AddDate(0, 0, days) }

// Item is one medicine of a prescription. What comes from the catalogue is copied: the line stays as it was written.
type Item struct {
	MedicineID   string       `json:"medicine_id,omitempty"` // empty: written freely, such as an extemporaneous preparation
	DCI          string       `json:"dci"`
	Strength     string       `json:"strength"`
	Form         string       `json:"form"`
	ATC          string       `json:"atc,omitempty"`
	Sale         catalog.Sale `json:"sale,omitempty"`
	Dose         Amount       `json:"dose"`
	Route        string       `json:"route"`
	Site         string       `json:"site,omitempty"` // where on the body: "ojo derecho"
	Frequency    Frequency    `json:"frequency"`
	Duration     Duration     `json:"duration"`
	Quantity     Amount       `json:"quantity"`
	Instructions string       `json:"instructions,omitempty"`
}

// Amount is a number of something: 1 tableta, 5 mL.
type Amount struct {
	Value decimal.Decimal `json:"value"`
	Unit  string          `json:"unit"`
}

// FrequencyKind says how a frequency is told.
type FrequencyKind string

// The ways to tell a frequency. AsNeeded has a most a day, and may have hours between.
const (
	EveryHours FrequencyKind = "every_hours"
	TimesADay  FrequencyKind = "times_a_day"
	Once       FrequencyKind = "once"
	AsNeeded   FrequencyKind = "as_needed"
)

// Frequency is how often a dose is taken.
type Frequency struct {
	Kind      FrequencyKind `json:"kind"`
	Number    int           `json:"number,omitempty"`     // hours between, or times a day
	MostADay  int           `json:"most_a_day,omitempty"` // doses, of AsNeeded
	Condition string        `json:"condition,omitempty"`  // of AsNeeded: "dolor"
}

// DurationUnit is what a duration counts in.
type DurationUnit string

// The units of a duration.
const (
	Days   DurationUnit = "days"
	Weeks  DurationUnit = "weeks"
	Months DurationUnit = "months" // of thirty days
)

// Duration is how long something is taken; none for a single dose.
type Duration struct {
	Value int          `json:"value"`
	Unit  DurationUnit `json:"unit"`
}

// Days is the duration in days.
func (d Duration) Days() int {
	switch d.Unit {
	case Weeks:
		return d.Value * 7
	case Months:
		return d.Value * 30
	}
	return d.Value
}

// FromCatalog begins a line with a presentation, one unit of it at a time.
func FromCatalog(m catalog.Medicine) Item {
	return Item{
		MedicineID: m.ID, DCI: m.DCI, Strength: m.Strength, Form: m.Form, ATC: m.ATC, Sale: m.Sale, Route: m.Route,
		Dose: Amount{Value: decimal.NewFromInt(1), Unit: FormOf(m.Form).Unit},
	}
}

// Name is the medicine as sentences name it: "Amoxicilina 500 mg".
func (i Item) Name() string { return strings.TrimSpace(i.DCI + " " + i.Strength) }

// EndsOn is the last day of taking it, when it begins on a day; a single dose ends on that day.
func (i Item) EndsOn(from time.Time) time.Time {
	if i.Frequency.Kind == Once {
		return from
	}
	return from.AddDate(0, 0, max(i.Duration.Days()-1, 0))
}

// Limits of what a form takes.
const (
	longestHours = 168 // once a week
	mostTimes    = 24
	longestDays  = 366
	longestText  = 500
)

var mostUnits = decimal.NewFromInt(9999)

// Problems are what is missing or wrong before the line may be signed: generic name, strength, form, dose, route,
// frequency and duration (NTS 139, DS 014-2011-SA), and the quantity. A free preparation may do without a strength.
func (i Item) Problems() fault.Problems {
	p := fault.Problems{}
	p.Add("dci", missing(i.DCI, "Falta el nombre genérico (DCI)."))
	if i.MedicineID != "" {
		p.Add("strength", missing(i.Strength, "Falta la concentración."))
	}
	p.Add("form", missing(i.Form, "Falta la forma farmacéutica."))
	p.Add("route", missing(i.Route, "Falta la vía."))
	p.Add("dose", amountProblem(i.Dose, "Falta la dosis."))
	p.Add("quantity", amountProblem(i.Quantity, "Falta la cantidad total."))
	p.Add("frequency", i.Frequency.problem())
	if i.Frequency.Kind != Once {
		p.Add("duration", i.Duration.problem())
	}
	for _, text := range []string{i.DCI, i.Strength, i.Form, i.Route, i.Site, i.Instructions, i.Frequency.Condition} {
		if len([]rune(text)) > longestText {
			p.Add("instructions", "El texto tiene como máximo "+strconv.Itoa(longestText)+" letras.")
		}
	}
	return p
}

func missing(text, problem string) string {
	if strings.TrimSpace(text) == "" {
		return problem
	}
	return ""
}

func amountProblem(a Amount, none string) string {
	switch {
	case !a.Value.IsPositive() || strings.TrimSpace(a.Unit) == "":
		return none
	case a.Value.GreaterThan(mostUnits):
		return "Como máximo 9,999; aquí hay " + a.Value.String() + "."
	}
	return ""
}

func (f Frequency) problem() string {
	switch f.Kind {
	case EveryHours:
		return between(f.Number, 1, longestHours, "Cada cuántas horas va de 1 a 168.")
	case TimesADay:
		return between(f.Number, 1, mostTimes, "Las veces al día van de 1 a 24.")
	case Once:
		return ""
	case AsNeeded:
		return between(f.MostADay, 1, mostTimes, "Falta el máximo de veces al día.") + between(f.Number, 0, longestHours, "Las horas entre dosis llegan a 168.")
	}
	return "Falta la frecuencia."
}

func (d Duration) problem() string {
	if !slices.Contains([]DurationUnit{Days, Weeks, Months}, d.Unit) || d.Value <= 0 {
		return "Falta la duración."
	}
	if d.Value > longestDays || d.Days() > longestDays {
		return "La duración llega a un año."
	}
	return ""
}

func between(n, low, high int, problem string) string {
	if n < low || n > high {
		return problem
	}
	return ""
}
