package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
)

// House is what the catalogue asks of whoever keeps the clinic and its people.
type House interface {
	Clinic(ctx context.Context) (accounts.Clinic, error)
	// Sites are all sites of the clinic, closed ones included.
	Sites(ctx context.Context) ([]accounts.Site, error)
	// Doctors are the professionals who work in the clinic now, by name.
	Doctors(ctx context.Context) ([]accounts.Member, error)
}

// Catalog answers what the clinic offers and where, and lets it be changed.
type Catalog struct {
	store Store
	house House
}

// New builds the catalogue over its store and the clinic around it.
func New(store Store, house House) *Catalog { return &Catalog{store: store, house: house} }

// Filter narrows a list of services. The zero Filter is everything on offer.
type Filter struct {
	Query     string    // beginnings of words, in any order, without accents
	Specialty string    // empty: all
	DoctorID  uuid.UUID // a membership; zero: anybody
	Retired   bool      // those no longer offered too
	After     uuid.UUID // the last one already seen
	Limit     int       // zero: all
}

// Services are the services that the filter lets through, by name.
func (c *Catalog) Services(ctx context.Context, f Filter) ([]Service, error) {
	all, err := c.store.Services(ctx)
	if err != nil {
		return nil, err
	}
	doctor, err := c.doctorOf(ctx, f)
	if err != nil {
		return nil, err
	}
	found := f.among(afterSeen(all, f.After))
	if f.DoctorID != uuid.Nil {
		found = slices.DeleteFunc(found, func(s Service) bool { return !offers(doctor, s) })
	}
	if f.Limit > 0 && len(found) > f.Limit {
		found = found[:f.Limit]
	}
	return found, nil
}

// among picks by name, specialty and whether it is offered.
func (f Filter) among(all []Service) []Service {
	typed := textfold.Words(f.Query)
	found := []Service{}
	for _, s := range all {
		if f.lets(s, typed) {
			found = append(found, s)
		}
	}
	return found
}

func (c *Catalog) doctorOf(ctx context.Context, f Filter) (accounts.Member, error) {
	if f.DoctorID == uuid.Nil {
		return accounts.Member{}, nil
	}
	people, err := c.house.Doctors(ctx)
	if err != nil {
		return accounts.Member{}, err
	}
	i := slices.IndexFunc(people, func(m accounts.Member) bool { return m.ID == f.DoctorID })
	if i < 0 {
		return accounts.Member{}, fault.ErrNotFound
	}
	return people[i], nil
}

func (f Filter) lets(s Service, typed []string) bool {
	return (s.Active || f.Retired) &&
		(f.Specialty == "" || s.Specialty == f.Specialty) &&
		textfold.Begin(typed, textfold.Words(s.Name))
}

func afterSeen(all []Service, last uuid.UUID) []Service {
	i := slices.IndexFunc(all, func(s Service) bool { return s.ID == last })
	return all[i+1:] // an unknown one starts at the top
}

// Service is one service, offered or not.
func (c *Catalog) Service(ctx context.Context, id uuid.UUID) (Service, error) {
	return c.store.Service(ctx, id)
}

// ServicesByID finds the known ones among ids, retired ones included; unknown ids are left out.
func (c *Catalog) ServicesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Service, error) {
	all, err := c.store.Services(ctx)
	if err != nil {
		return nil, err
	}
	found := map[uuid.UUID]Service{}
	for _, s := range all {
		if slices.Contains(ids, s.ID) {
			found[s.ID] = s
		}
	}
	return found, nil
}

// DoctorsOf are the memberships of the professionals who do a service, in the order of their names.
func (c *Catalog) DoctorsOf(ctx context.Context, serviceID uuid.UUID) ([]uuid.UUID, error) {
	people, err := c.Doctors(ctx, serviceID)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, 0, len(people))
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return ids, nil
}

// Doctors are the clinic's professionals; with a service, only those who do it.
func (c *Catalog) Doctors(ctx context.Context, serviceID uuid.UUID) ([]accounts.Member, error) {
	people, err := c.house.Doctors(ctx)
	if err != nil || serviceID == uuid.Nil {
		return people, err
	}
	known, err := c.ServicesByID(ctx, []uuid.UUID{serviceID})
	if err != nil {
		return nil, err
	}
	service, there := known[serviceID]
	if !there {
		return nil, fault.ErrNotFound
	}
	return slices.DeleteFunc(slices.Clone(people), func(m accounts.Member) bool { return !offers(m, service) }), nil
}

// Sites are the clinic's sites, closed ones included.
func (c *Catalog) Sites(ctx context.Context) ([]accounts.Site, error) { return c.house.Sites(ctx) }

// LastChange is who changed a service or a resource last.
func (c *Catalog) LastChange(ctx context.Context, id uuid.UUID) (Change, error) {
	return c.store.LastChange(ctx, id)
}

// AddService offers something new. ID comes from the form, so a retry finds what the first try made.
//
// It is refused as invalid when the form has problems, and as a conflict when the clinic has a service of that name
// or another service under that id.
func (c *Catalog) AddService(ctx context.Context, s Service) (Service, error) {
	s = s.tidy()
	s.Active, s.Version = true, 1
	if err := s.problems(); err != nil {
		return s, err
	}
	kept, err := c.store.Service(ctx, s.ID)
	switch {
	case err == nil && sameOffer(kept, s):
		return kept, nil
	case err == nil:
		return s, fault.Conflicted("id_reused", "Ese servicio ya se guardó con otros datos.")
	case !fault.IsNotFound(err):
		return s, err
	}
	if err := c.store.AddService(ctx, s); err != nil {
		return s, fmt.Errorf("add a service: %w", err)
	}
	return s, nil
}

// ChangeService saves what a form says of a service; Version is the one the form saw.
//
// It is refused as invalid, as a conflict when another service has the name, and with ErrStale when somebody saved
// meanwhile: Differences says what, and saving again with the newer version is a decision.
func (c *Catalog) ChangeService(ctx context.Context, s Service) (Service, error) {
	s = s.tidy()
	if err := s.problems(); err != nil {
		return s, err
	}
	if err := c.store.ChangeService(ctx, s); err != nil {
		return s, fmt.Errorf("change a service: %w", err)
	}
	s.Version++
	return s, nil
}

// RetireService takes a service off the list; what names it keeps its name. A retired one stays retired.
func (c *Catalog) RetireService(ctx context.Context, id uuid.UUID) error {
	return c.store.OfferService(ctx, id, false)
}

// RestoreService puts a retired service back on the list.
func (c *Catalog) RestoreService(ctx context.Context, id uuid.UUID) error {
	return c.store.OfferService(ctx, id, true)
}

func sameOffer(a, b Service) bool {
	return a.Name == b.Name && sameTerms(a, b)
}

func sameTerms(a, b Service) bool {
	return a.Specialty == b.Specialty && a.DurationMin == b.DurationMin && a.Price.Equal(b.Price) && a.IGVCode == b.IGVCode &&
		a.Resource == b.Resource && slices.Equal(a.Doctors, b.Doctors)
}
