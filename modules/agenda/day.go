package agenda

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
)

// Card is an appointment with the words to show beside it.
type Card struct {
	Appointment
	Patient    string
	Service    string
	Doctor     string // with title
	Site       string
	Resource   string
	FirstVisit bool          // nobody attended this patient here before
	Waited     time.Duration // in the waiting room until now
}

// Column is one professional's day (or one day of a professional's week).
type Column struct {
	Doctor accounts.Member
	Date   Date
	Closed string      // why nobody works: the holiday; empty on working days
	Open   []Open      // when this professional works
	Blocks []Exception // what takes hours away, with its reason
	Cards  []Card      // by start; cancelled ones too
	Minutes
}

// Minutes are how long is worked and how much of it is promised.
type Minutes struct{ Worked, Promised int }

// Totals count a day by status; Arrived are those in the waiting room.
type Totals struct {
	ByStatus map[Status]int
	Arrived  int
	All      int // without cancelled ones
}

// Grid is what an agenda draws: columns, who waits, and the change number it was read at.
type Grid struct {
	From, To Date
	Today    Date
	Now      time.Time // in the clinic's zone
	Zone     *time.Location
	AsOf     time.Time // until when other people's work is known; zero while connected
	Changes  int64
	Columns  []Column
	Waiting  []Card // longest first
	Totals   Totals
	Sites    []accounts.Site
	Doctors  []accounts.Member // all professionals, to choose from
}

// Empty reports whether nothing is promised.
func (g Grid) Empty() bool { return g.Totals.All == 0 }

// words name what appointments point to.
type words struct {
	patients  map[uuid.UUID]string
	services  map[uuid.UUID]catalog.Service
	members   map[uuid.UUID]accounts.Member
	sites     map[uuid.UUID]accounts.Site
	resources map[uuid.UUID]catalog.Resource
	visited   map[uuid.UUID]bool

	everybody []accounts.Member // in their order
	allSites  []accounts.Site
}

func newWords() words {
	return words{members: map[uuid.UUID]accounts.Member{}, sites: map[uuid.UUID]accounts.Site{}, resources: map[uuid.UUID]catalog.Resource{}}
}

func (w words) card(a Appointment, now time.Time) Card {
	c := Card{
		Appointment: a, Patient: w.patients[a.PatientID], Service: w.services[a.ServiceID].Name,
		Doctor: w.members[a.DoctorID].DisplayName(), Site: w.sites[a.SiteID].Name, Waited: a.Waiting(now),
	}
	if a.ResourceID != nil {
		c.Resource = w.resources[*a.ResourceID].Name
	}
	c.FirstVisit = w.visited != nil && !w.visited[a.PatientID]
	return c
}

func (w words) cards(list []Appointment, now time.Time) []Card {
	cards := make([]Card, len(list))
	for i, a := range list {
		cards[i] = w.card(a, now)
	}
	return cards
}

func total(list []Appointment) Totals {
	t := Totals{ByStatus: map[Status]int{}}
	for _, a := range list {
		t.ByStatus[a.Status]++
		if a.InWaitingRoom() {
			t.Arrived++
		}
		if a.Status != Cancelled {
			t.All++
		}
	}
	return t
}
