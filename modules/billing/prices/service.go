package prices

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
	"hampi/modules/platform/textfold"
)

// Services is what the price list asks of whoever keeps the services.
type Services interface {
	Services(ctx context.Context, f catalog.Filter) ([]catalog.Service, error)
	Service(ctx context.Context, id uuid.UUID) (catalog.Service, error)
}

// Store is what the price list needs from storage. What is not there is fault.ErrNotFound.
type Store interface {
	// Products are all products of the clinic, by name.
	Products(ctx context.Context) ([]Product, error)
	// SitePrices are the prices of sites that differ from the list, by what they are of and the site.
	SitePrices(ctx context.Context) (map[Ref]map[uuid.UUID]decimal.Decimal, error)
	// Agreements are all agreements of the clinic with their own prices, by name.
	Agreements(ctx context.Context) ([]Agreement, error)
	// PatientAgreement is what a patient was last charged by; uuid.Nil for none.
	PatientAgreement(ctx context.Context, patient uuid.UUID) (uuid.UUID, error)
	RememberAgreement(ctx context.Context, patient, agreement uuid.UUID) error
}

// Book answers what things cost.
type Book struct {
	store    Store
	services Services
}

// NewBook builds it over its store and the services.
func NewBook(store Store, services Services) *Book { return &Book{store: store, services: services} }

// Offers are all services and products with their prices, those no longer offered included, by name.
func (b *Book) Offers(ctx context.Context) ([]Offer, error) {
	services, err := b.services.Services(ctx, catalog.Filter{Retired: true})
	if err != nil {
		return nil, err
	}
	products, err := b.store.Products(ctx)
	if err != nil {
		return nil, err
	}
	sites, err := b.store.SitePrices(ctx)
	if err != nil {
		return nil, err
	}
	offers := make([]Offer, 0, len(services)+len(products))
	for _, s := range services {
		offers = append(offers, offerOfService(s, sites))
	}
	for _, p := range products {
		offers = append(offers, offerOfProduct(p, sites))
	}
	sorting.By(offers, func(a, c Offer) int { return cmp.Compare(nameKey(a.Name), nameKey(c.Name)) })
	return offers, nil
}

func offerOfService(s catalog.Service, sites map[Ref]map[uuid.UUID]decimal.Decimal) Offer {
	ref := Ref{Service: s.ID}
	return Offer{Ref: ref, Name: s.Name, Unit: s.SunatUnit, IGVCode: s.IGVCode, List: s.Price, NoPrice: s.NoPrice, Sites: sites[ref], Active: s.Active}
}

func offerOfProduct(p Product, sites map[Ref]map[uuid.UUID]decimal.Decimal) Offer {
	ref := Ref{Product: p.ID}
	return Offer{Ref: ref, Name: p.Name, Code: p.Code, Unit: p.Unit, IGVCode: p.IGVCode, List: p.Price, Sites: sites[ref], Active: p.Active}
}

// Offer is one of them, offered or not.
func (b *Book) Offer(ctx context.Context, ref Ref) (Offer, error) {
	offers, err := b.Offers(ctx)
	if err != nil {
		return Offer{}, err
	}
	i := slices.IndexFunc(offers, func(o Offer) bool { return o.Ref == ref })
	if i < 0 || ref == (Ref{}) {
		return Offer{}, fault.ErrNotFound
	}
	return offers[i], nil
}

// Find are the offers that a desk means by what it types: a product's whole code first, then names of which the words
// begin so, in any order.
func (b *Book) Find(ctx context.Context, query string, limit int) ([]Offer, error) {
	offers, err := b.Offers(ctx)
	if err != nil {
		return nil, err
	}
	typed, code := textfold.Words(query), strings.TrimSpace(query)
	found := slices.DeleteFunc(offers, func(o Offer) bool {
		return !o.Active || !(o.hasCode(code) || textfold.Begin(typed, textfold.Words(o.Name+" "+o.Code)))
	})
	slices.SortStableFunc(found, func(a, c Offer) int { return -cmp.Compare(rank(a, code), rank(c, code)) })
	return found[:min(limit, len(found))], nil
}

func (o Offer) hasCode(code string) bool { return code != "" && strings.EqualFold(o.Code, code) }

func rank(o Offer, code string) int {
	if o.hasCode(code) {
		return 1
	}
	return 0
}

// Agreements are those that hold on a day, by name.
func (b *Book) Agreements(ctx context.Context, day agenda.Date) ([]Agreement, error) {
	all, err := b.store.Agreements(ctx)
	return slices.DeleteFunc(all, func(a Agreement) bool { return !a.Holds(day) }), err
}

// AllAgreements are those that no longer hold too, by name.
func (b *Book) AllAgreements(ctx context.Context) ([]Agreement, error) {
	return b.store.Agreements(ctx)
}

// Agreement is one agreement, whether it holds or not.
func (b *Book) Agreement(ctx context.Context, id uuid.UUID) (Agreement, error) {
	all, err := b.store.Agreements(ctx)
	if err != nil {
		return Agreement{}, err
	}
	i := slices.IndexFunc(all, func(a Agreement) bool { return a.ID == id })
	if i < 0 {
		return Agreement{}, fault.ErrNotFound
	}
	return all[i], nil
}

// AgreementOf is what a patient was last charged by, if it holds on a day; nil for a private patient.
func (b *Book) AgreementOf(ctx context.Context, patient uuid.UUID, day agenda.Date) (*Agreement, error) {
	id, err := b.store.PatientAgreement(ctx, patient)
	if err != nil || id == uuid.Nil {
		return nil, err
	}
	a, err := b.Agreement(ctx, id)
	if err != nil || !a.Holds(day) {
		return nil, err
	}
	return &a, nil
}

// Remember keeps what a patient is charged by, for the next time; uuid.Nil is as a private patient.
func (b *Book) Remember(ctx context.Context, patient, agreement uuid.UUID) error {
	if err := b.store.RememberAgreement(ctx, patient, agreement); err != nil {
		return fmt.Errorf("remember the agreement of a patient: %w", err)
	}
	return nil
}
