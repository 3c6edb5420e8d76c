//go:build !js

package accounts

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// SyncEntities are what devices get of the clinic and its people: names stand in what people did, so those who left
// and sites that closed come too. Nothing that tells how to reach a person or how they sign in is part of it.
func (c Colleagues) SyncEntities() []offline.Reference {
	return []offline.Reference{
		{Entity: doctorEntity, Needs: CatalogRead, All: func(ctx context.Context) ([]offline.Change, error) {
			list, err := c.Everybody(ctx)
			if err != nil {
				return nil, err
			}
			return offline.Changes(doctorEntity, list, func(m Member) (uuid.UUID, int64, any) {
				return m.ID, m.Version, memberData{
					m.UserID, m.Name, m.Title, m.College, m.CollegeNumber, m.Specialty, m.Roles, m.SiteID, m.Active,
				}
			})
		}},
		{Entity: siteEntity, Needs: CatalogRead, All: func(ctx context.Context) ([]offline.Change, error) {
			list, err := c.Sites(ctx)
			if err != nil {
				return nil, err
			}
			return offline.Changes(siteEntity, list, func(s Site) (uuid.UUID, int64, any) {
				return s.ID, s.Version, siteData{s.Name, s.Address, s.Ubigeo, s.Phone, s.Altitude, s.Active}
			})
		}},
	}
}
