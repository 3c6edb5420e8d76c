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
		held(productEntity, Postgres{}.Products, func(p Product) (uuid.UUID, int64, any) {
			return p.ID, p.Version, productData{p.Name, p.Code, p.Unit, p.IGVCode, p.Price.StringFixed(2), p.Active}
		}),
		held(sitePriceEntity, Postgres{}.sitePrices, func(p ownPrice) (uuid.UUID, int64, any) {
			return p.ID, p.Version, sitePriceData{p.Ref.String(), p.Owner, p.Price.StringFixed(2)}
		}),
		held(agreementEntity, Postgres{}.Agreements, func(a Agreement) (uuid.UUID, int64, any) { return a.ID, a.Version, dataOfAgreement(a) }),
		held(agreementPriceEntity, Postgres{}.agreementPrices, func(p ownPrice) (uuid.UUID, int64, any) {
			return p.ID, p.Version, agreementPriceData{p.Ref.String(), p.Owner, p.Price.StringFixed(2)}
		}),
		held(patientAgreementEntity, Postgres{}.patientAgreements, func(p patientAgreement) (uuid.UUID, int64, any) {
			return p.ID, p.Version, patientAgreementData{p.PatientID, p.AgreementID}
		}),
	}
}

// held is a list for devices that hold prices.
func held[T any](entity string, read func(context.Context) ([]T, error), parts func(T) (uuid.UUID, int64, any)) offline.Reference {
	return offline.Reference{Entity: entity, Needs: accounts.BillingCharge, All: func(ctx context.Context) ([]offline.Change, error) {
		who := access.Who(ctx)
		if !who.Has(string(accounts.Receptionist)) && !who.Has(string(accounts.Cashier)) {
			return nil, nil
		}
		list, err := read(ctx)
		if err != nil {
			return nil, err
		}
		return offline.Changes(entity, list, parts)
	}}
}
