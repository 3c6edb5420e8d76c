//go:build !js

package prices

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
)

// SyncEntities are what devices at the front desk and the till get of the price list; others hold no prices (DESIGN §5).
func SyncEntities() []offline.Reference {
	return []offline.Reference{
		{Entity: productEntity, Needs: accounts.BillingCharge, All: func(ctx context.Context) ([]offline.Change, error) {
			list, err := heldBy(ctx, Postgres{}.Products)
			if err != nil {
				return nil, err
			}
			return offline.Changes(productEntity, list, func(p Product) (uuid.UUID, int64, any) {
				return p.ID, p.Version, productData{p.Name, p.Code, p.Unit, p.IGVCode, p.Price.StringFixed(2), p.Active}
			})
		}},
		{Entity: sitePriceEntity, Needs: accounts.BillingCharge, All: func(ctx context.Context) ([]offline.Change, error) {
			list, err := heldBy(ctx, Postgres{}.sitePrices)
			if err != nil {
				return nil, err
			}
			return offline.Changes(sitePriceEntity, list, func(p sitePrice) (uuid.UUID, int64, any) {
				return p.ID, p.Version, sitePriceData{p.Ref.String(), p.Site, p.Price.StringFixed(2)}
			})
		}},
	}
}

// heldBy reads a list for a device that holds prices; others get none.
func heldBy[T any](ctx context.Context, read func(context.Context) ([]T, error)) ([]T, error) {
	who := access.Who(ctx)
	if !who.Has(string(accounts.Receptionist)) && !who.Has(string(accounts.Cashier)) {
		return nil, nil
	}
	return read(ctx)
}
