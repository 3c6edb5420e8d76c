package prices

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/offline"
)

// Offline reads the price list from the device of the current unit. It knows no agreements: without connection everybody
// is charged as a private patient.
type Offline struct{}

// NewOffline is the price list's store on a device.
func NewOffline() Offline { return Offline{} }

var _ Store = Offline{}

// Products are those the device holds.
func (Offline) Products(ctx context.Context) ([]Product, error) {
	return offline.Once(ctx, "products", func() ([]Product, error) {
		return offline.List(ctx, productEntity, func(id uuid.UUID, version int64, d productData) (Product, error) { return d.product(id, version) })
	})
}

// SitePrices are those the device holds.
func (Offline) SitePrices(ctx context.Context) (map[Ref]map[uuid.UUID]decimal.Decimal, error) {
	list, err := offline.Once(ctx, "site_prices", func() ([]sitePrice, error) {
		return offline.List(ctx, sitePriceEntity, func(id uuid.UUID, version int64, d sitePriceData) (sitePrice, error) { return d.sitePrice(id, version) })
	})
	return bySite(list), err
}

// Agreements are none.
func (Offline) Agreements(context.Context) ([]Agreement, error) { return nil, nil }

// PatientAgreement is none.
func (Offline) PatientAgreement(context.Context, uuid.UUID) (uuid.UUID, error) { return uuid.Nil, nil }

// RememberAgreement is refused: a device knows none.
func (Offline) RememberAgreement(context.Context, uuid.UUID, uuid.UUID) error {
	return offline.ErrNeedsConnection
}
