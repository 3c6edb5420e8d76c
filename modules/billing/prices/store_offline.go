package prices

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// Offline reads the price list and the agreements from the device of the current unit.
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
	list, err := offline.Once(ctx, "site_prices", func() ([]ownPrice, error) {
		return offline.List(ctx, sitePriceEntity, func(id uuid.UUID, version int64, d sitePriceData) (ownPrice, error) { return d.ownPrice(id, version) })
	})
	return bySite(list), err
}

// Agreements are those the device holds, by name.
func (Offline) Agreements(ctx context.Context) ([]Agreement, error) {
	return offline.Once(ctx, "agreements", func() ([]Agreement, error) {
		list, err := offline.List(ctx, agreementEntity, func(id uuid.UUID, version int64, d agreementData) (Agreement, error) { return d.agreement(id, version) })
		if err != nil {
			return nil, err
		}
		own, err := offline.List(ctx, agreementPriceEntity, func(id uuid.UUID, version int64, d agreementPriceData) (ownPrice, error) {
			return d.ownPrice(id, version)
		})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			for _, p := range own {
				if p.Owner == a.ID {
					a.Prices[p.Ref] = p.Price
				}
			}
		}
		sorting.By(list, func(a, b Agreement) int { return cmp.Compare(nameKey(a.Name), nameKey(b.Name)) })
		return list, nil
	})
}

// PatientAgreement is what a patient was last charged by, as this device heard.
func (Offline) PatientAgreement(ctx context.Context, patient uuid.UUID) (uuid.UUID, error) {
	found, err := offline.From(ctx).ByGroup(ctx, patientAgreementEntity, patient.String())
	if err != nil || len(found) == 0 {
		return uuid.Nil, err
	}
	var d patientAgreementData
	if err := json.Unmarshal(found[0].Data(), &d); err != nil {
		return uuid.Nil, fmt.Errorf("read by what a patient of this device is charged: %w", err)
	}
	return d.AgreementID, nil
}

// RememberAgreement is the server's: it does when the charge arrives.
func (Offline) RememberAgreement(context.Context, uuid.UUID, uuid.UUID) error {
	return offline.ErrNeedsConnection
}
