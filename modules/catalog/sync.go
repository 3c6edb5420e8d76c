//go:build !js

package catalog

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
)

// SyncEntities are what devices get of the catalogue. A device reads them all, those no longer offered included: the
// appointments that name them keep their names. Who offers a service is part of it, also in the feed.
func SyncEntities(store Store) []offline.Reference {
	return []offline.Reference{
		{Entity: serviceEntity, Needs: accounts.CatalogRead, All: func(ctx context.Context) ([]offline.Change, error) {
			list, err := store.Services(ctx)
			if err != nil {
				return nil, err
			}
			priced := holdsPrices(access.Who(ctx))
			return offline.Changes(serviceEntity, list, func(s Service) (uuid.UUID, int64, any) {
				return s.ID, s.Version, serviceDataOf(s, priced)
			})
		}},
		{Entity: resourceEntity, Needs: accounts.CatalogRead, All: func(ctx context.Context) ([]offline.Change, error) {
			list, err := store.Resources(ctx)
			if err != nil {
				return nil, err
			}
			return offline.Changes(resourceEntity, list, func(r Resource) (uuid.UUID, int64, any) {
				return r.ID, r.Version, resourceData{r.SiteID, r.Name, string(r.Kind), r.Active}
			})
		}},
	}
}

// holdsPrices reports whether a person's device holds prices: at the front desk and the till (DESIGN §5).
func holdsPrices(who access.Identity) bool {
	return who.Has(string(accounts.Receptionist)) || who.Has(string(accounts.Cashier))
}

func serviceDataOf(s Service, priced bool) serviceData {
	d := serviceData{
		Name: s.Name, Specialty: s.Specialty, DurationMin: s.DurationMin, ResourceKind: string(s.Resource), DoctorIDs: append([]uuid.UUID{}, s.Doctors...),
		SunatUnit: s.SunatUnit, IGVCode: s.IGVCode, Active: s.Active,
	}
	if priced {
		price := s.Price.StringFixed(2)
		d.Price = &price
	}
	return d
}
