//go:build !js

package prices

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
)

// Edits is what changing the price list needs from storage.
type Edits interface {
	Store
	// AddProduct answers ErrProductName and ErrProductCode where another product has them.
	AddProduct(ctx context.Context, p Product) error
	// ChangeProduct saves over Version and counts it up; catalog.ErrStale when another version is there.
	ChangeProduct(ctx context.Context, p Product) error
	// UseProduct switches a product on or off; one that already stands so is left alone.
	UseProduct(ctx context.Context, id uuid.UUID, active bool) error
	// SetSitePrice keeps a site's own price; nil is the list's again.
	SetSitePrice(ctx context.Context, ref Ref, site uuid.UUID, price *decimal.Decimal) error

	AddAgreement(ctx context.Context, a Agreement) error
	ChangeAgreement(ctx context.Context, a Agreement) error
	UseAgreement(ctx context.Context, id uuid.UUID, active bool) error
	// SetAgreementPrice keeps an agreement's own price; nil is the list's again.
	SetAgreementPrice(ctx context.Context, agreement uuid.UUID, ref Ref, price *decimal.Decimal) error
}

// What a store may have to refuse, beside the field it belongs to.
var (
	ErrProductName   = fault.ConflictAt("nombre", "Ya hay un producto con ese nombre.")
	ErrProductCode   = fault.ConflictAt("codigo", "Otro producto tiene ese código.")
	ErrAgreementName = fault.ConflictAt("nombre", "Ya hay un convenio con ese nombre.")
	errReused        = fault.Conflicted("id_reused", "Eso ya se guardó con otros datos. Recargue la página.")
)

// ServicePrices lets the price of a service be changed on the list.
type ServicePrices interface {
	ChangeService(ctx context.Context, s catalog.Service) (catalog.Service, error)
}

// Editor lets the administration change what things cost.
type Editor struct {
	*Book
	edits    Edits
	services ServicePrices
}

// NewEditor builds it over the price list's store and whoever keeps the services.
func NewEditor(book *Book, edits Edits, services ServicePrices) *Editor {
	return &Editor{Book: book, edits: edits, services: services}
}

// Products are all products, by name.
func (e *Editor) Products(ctx context.Context) ([]Product, error) { return e.edits.Products(ctx) }

// Product is one product, sold or not.
func (e *Editor) Product(ctx context.Context, id uuid.UUID) (Product, error) {
	all, err := e.edits.Products(ctx)
	if err != nil {
		return Product{}, err
	}
	i := slices.IndexFunc(all, func(p Product) bool { return p.ID == id })
	if i < 0 {
		return Product{}, fault.ErrNotFound
	}
	return all[i], nil
}

// AddProduct puts a product on the list. ID comes from the form, so a retry finds what the first try made.
//
// It is refused as invalid when the form has problems, and as a conflict when another product has the name or the code.
func (e *Editor) AddProduct(ctx context.Context, p Product) (Product, error) {
	p = p.tidy()
	p.Active, p.Version = true, 1
	if err := p.problems(); err != nil {
		return p, err
	}
	kept, err := e.Product(ctx, p.ID)
	switch {
	case err == nil && kept.Name == p.Name && kept.Price.Equal(p.Price):
		return kept, nil
	case err == nil:
		return p, errReused
	case !fault.IsNotFound(err):
		return p, err
	}
	return p, e.edits.AddProduct(ctx, p)
}

// ChangeProduct saves what a form says of a product; Version is the one the form saw. It is refused as AddProduct does,
// and with catalog.ErrStale when somebody saved meanwhile.
func (e *Editor) ChangeProduct(ctx context.Context, p Product) (Product, error) {
	p = p.tidy()
	if err := p.problems(); err != nil {
		return p, err
	}
	return p, e.edits.ChangeProduct(ctx, p)
}

// UseProduct takes a product off the list, or puts it back.
func (e *Editor) UseProduct(ctx context.Context, id uuid.UUID, active bool) error {
	return e.edits.UseProduct(ctx, id, active)
}

// AddAgreement keeps a new agreement, refused as AddProduct does.
func (e *Editor) AddAgreement(ctx context.Context, a Agreement) (Agreement, error) {
	a = a.tidy()
	a.Active, a.Version = true, 1
	if err := a.problems(); err != nil {
		return a, err
	}
	kept, err := e.Agreement(ctx, a.ID)
	switch {
	case err == nil && kept.Name == a.Name && kept.RUC == a.RUC:
		return kept, nil
	case err == nil:
		return a, errReused
	case !fault.IsNotFound(err):
		return a, err
	}
	return a, e.edits.AddAgreement(ctx, a)
}

// ChangeAgreement saves what a form says of an agreement; its own prices stay. What was charged by it stays as it was.
func (e *Editor) ChangeAgreement(ctx context.Context, a Agreement) (Agreement, error) {
	a = a.tidy()
	if err := a.problems(); err != nil {
		return a, err
	}
	return a, e.edits.ChangeAgreement(ctx, a)
}

// UseAgreement ends an agreement, or lets it hold again.
func (e *Editor) UseAgreement(ctx context.Context, id uuid.UUID, active bool) error {
	return e.edits.UseAgreement(ctx, id, active)
}

// Scope is whose price is meant: the list's, a site's, or an agreement's.
type Scope struct {
	Site      uuid.UUID
	Agreement uuid.UUID
}

// SetPrice keeps a price of the scope. None gives a site or an agreement back to the list; the list itself has one always.
func (e *Editor) SetPrice(ctx context.Context, scope Scope, ref Ref, price *decimal.Decimal) error {
	if _, err := e.Offer(ctx, ref); err != nil {
		return err
	}
	if price != nil {
		if problem := priceProblem(*price); problem != "" {
			return fault.InvalidField("precio", problem)
		}
	}
	switch {
	case scope.Agreement != uuid.Nil:
		if _, err := e.Agreement(ctx, scope.Agreement); err != nil {
			return err
		}
		return e.edits.SetAgreementPrice(ctx, scope.Agreement, ref, price)
	case scope.Site != uuid.Nil:
		return e.edits.SetSitePrice(ctx, ref, scope.Site, price)
	case price == nil:
		return fault.InvalidField("precio", "Falta el precio.")
	}
	return e.setListPrice(ctx, ref, *price)
}

func (e *Editor) setListPrice(ctx context.Context, ref Ref, price decimal.Decimal) error {
	if ref.Product != uuid.Nil {
		p, err := e.Product(ctx, ref.Product)
		if err != nil {
			return err
		}
		p.Price = price
		return e.edits.ChangeProduct(ctx, p)
	}
	s, err := e.Book.services.Service(ctx, ref.Service)
	if err != nil {
		return err
	}
	s.Price = price
	if _, err := e.services.ChangeService(ctx, s); err != nil {
		return fmt.Errorf("change the price of a service: %w", err)
	}
	return nil
}
