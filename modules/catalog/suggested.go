package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
)

// Suggestion is a service that clinics of a specialty usually offer, with what they ask for it.
type Suggestion struct {
	Specialty string // a key of accounts.Specialties
	Name      string
	Minutes   int
	Low, High int64 // soles
}

// Key is the suggestion's name as it stands in a form; names are unique among suggestions.
func (s Suggestion) Key() string { return strings.ReplaceAll(nameKey(s.Name), " ", "-") }

// Price is the middle of the range, rounded to the five soles people ask; small prices to one.
func (s Suggestion) Price() decimal.Decimal {
	middle := (s.Low + s.High) / 2
	if middle >= 20 {
		middle = middle / 5 * 5
	}
	return decimal.NewFromInt(middle)
}

// Suggested are the suggestions for these specialties, in their order. A specialty without a list of its own gets a
// plain consultation.
func Suggested(specialties ...string) []Suggestion {
	var list []Suggestion
	for _, key := range specialties {
		own := slices.DeleteFunc(suggestions(), func(s Suggestion) bool { return s.Specialty != key })
		if len(own) == 0 && isSpecialty(key) {
			name := "Consulta de " + strings.ToLower(accounts.SpecialtyLabel(key))
			own = []Suggestion{{Specialty: key, Name: name, Minutes: 20, Low: 60, High: 180}}
		}
		list = append(list, own...)
	}
	return list
}

// Accepted is a suggestion that the clinic takes over at a price of its own.
type Accepted struct {
	Suggestion
	Price decimal.Decimal
}

// NotYetOffered are the suggestions for the specialties whose names the clinic does not have, offered or retired.
func (c *Catalog) NotYetOffered(ctx context.Context, specialties []string) ([]Suggestion, error) {
	all, err := c.store.Services(ctx)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, s := range all {
		taken[nameKey(s.Name)] = true
	}
	return slices.DeleteFunc(Suggested(specialties...), func(s Suggestion) bool { return taken[nameKey(s.Name)] }), nil
}

// OpenSuggestions are those for the clinic's own specialties.
func (c *Catalog) OpenSuggestions(ctx context.Context) ([]Suggestion, error) {
	clinic, err := c.house.Clinic(ctx)
	if err != nil {
		return nil, err
	}
	return c.NotYetOffered(ctx, specialtiesOf(clinic))
}

// AddSuggested offers what was accepted and tells how many were new; what the clinic has by that name stays as it is,
// so that sending the form twice adds nothing twice. Dental services ask for a chair when the clinic has one.
//
// It is refused as invalid when a price has a problem, at the field priceField(key), and then adds nothing.
func (c *Catalog) AddSuggested(ctx context.Context, accepted []Accepted) (int, error) {
	problems := fault.Problems{}
	for _, a := range accepted {
		problems.Add(priceField(a.Key()), priceProblem(a.Price))
	}
	if err := problems.Err(); err != nil {
		return 0, err
	}
	resources, err := c.Resources(ctx, uuid.Nil)
	if err != nil {
		return 0, err
	}
	hasChair := slices.ContainsFunc(resources, func(r Resource) bool { return r.Kind == Chair })
	added := 0
	for _, a := range accepted {
		err := c.addAccepted(ctx, a, hasChair)
		if err == nil {
			added++
		} else if fault.KindOf(err) != fault.Conflict {
			return 0, err
		}
	}
	return added, nil
}

func (c *Catalog) addAccepted(ctx context.Context, a Accepted, hasChair bool) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	s := Service{ID: id, Name: a.Name, Specialty: a.Specialty, DurationMin: a.Minutes, Price: a.Price}
	if hasChair && a.Specialty == "odontologia" {
		s.Resource = Chair
	}
	_, err = c.AddService(ctx, s)
	return err
}

func priceField(key string) string { return "precio-" + key }

// specialtiesOf are the clinic's, and all of them for one that has not said.
func specialtiesOf(clinic accounts.Clinic) []string {
	if len(clinic.Specialties) > 0 {
		return clinic.Specialties
	}
	var all []string
	for _, s := range accounts.Specialties() {
		all = append(all, s.Key)
	}
	return all
}
