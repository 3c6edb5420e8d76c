//go:build !js

package books

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/catalog"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
)

// Store is what the books need from storage.
type Store interface {
	Groups(ctx context.Context, from, to agenda.Date) ([]Group, error)
	Works(ctx context.Context, from, to agenda.Date) ([]Work, error)
	Taken(ctx context.Context, from, to time.Time) ([]Taken, error)
}

// Documents hands over the documents of a period with what they say.
type Documents interface {
	Each(ctx context.Context, from, to agenda.Date, f func(e billing.Entry, amended agenda.Date) error) error
}

// House is what the books ask about the clinic.
type House interface {
	Clinic(ctx context.Context) (accounts.Clinic, error)
	Sites(ctx context.Context) ([]accounts.Site, error)
	Everybody(ctx context.Context) ([]accounts.Member, error)
}

// Services names what was done.
type Services interface {
	Services(ctx context.Context, f catalog.Filter) ([]catalog.Service, error)
}

// Keeper keeps the books.
type Keeper struct {
	Store     Store
	Documents Documents
	House     House
	Catalog   Services
	Now       clock.Now
}

// Report is what the days from one to another came to; zone is where the days of payments are.
func (k *Keeper) Report(ctx context.Context, from, to agenda.Date, zone *time.Location) (Report, error) {
	groups, err := k.Store.Groups(ctx, from, to)
	if err != nil {
		return Report{}, err
	}
	works, err := k.Store.Works(ctx, from, to)
	if err != nil {
		return Report{}, err
	}
	taken, err := k.Store.Taken(ctx, midnight(from, zone), midnight(to.Add(1), zone))
	return Add(from, to, groups, works, taken), err
}

func midnight(d agenda.Date, zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// Issuer is the clinic as its register names it.
func (k *Keeper) Issuer(ctx context.Context) (Issuer, error) {
	c, err := k.House.Clinic(ctx)
	return Issuer{RUC: c.RUC, Name: cmp.Or(c.LegalName, c.Name)}, err
}

// Register hands over the rows of a month's register.
func (k *Keeper) Register(ctx context.Context, m Month, f func(Row) error) error {
	return k.Documents.Each(ctx, m.First(), m.Last(), func(e billing.Entry, amended agenda.Date) error {
		if !InRegister(e.State) {
			return nil
		}
		return f(RowOf(e, amended))
	})
}

// Handed writes down that somebody took a month's register.
func (k *Keeper) Handed(ctx context.Context, m Month, n int, name string) error {
	return audit.Record(ctx, "export", "invoices", uuid.Nil, map[string]any{"rows": n, "month": m.String(), "file": name})
}
