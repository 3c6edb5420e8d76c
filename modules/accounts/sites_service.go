//go:build !js

package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// ErrSiteChanged tells that somebody else changed the same site meanwhile.
var ErrSiteChanged = fault.Conflicted("changed", "Otra persona lo cambió mientras usted lo editaba.")

// AddSite opens one more place; its id is made by the form.
func (h House) AddSite(ctx context.Context, s Site) error {
	s = s.Tidy()
	if err := s.Problems().Err(); err != nil {
		return err
	}
	return writeSite(ctx, "insert into sites (id, name, address, phone, altitude_m) values (?, ?, ?, ?, ?)", s.ID, s.Name, s.Address, s.Phone, s.Altitude)
}

// ChangeSite stores what a site is called and where it is; s.Version is the one the form was drawn with.
func (h House) ChangeSite(ctx context.Context, s Site) error {
	s = s.Tidy()
	if err := s.Problems().Err(); err != nil {
		return err
	}
	stored, err := lockSite(ctx, s.ID)
	if err != nil {
		return err
	}
	if stored.Version != s.Version {
		return ErrSiteChanged
	}
	return writeSite(ctx, "update sites set name = ?, address = ?, phone = ?, altitude_m = ?, version = version + 1, updated_at = now() where id = ?",
		s.Name, s.Address, s.Phone, s.Altitude, s.ID)
}

func writeSite(ctx context.Context, query string, values ...any) error {
	return database.Savepoint(ctx, func(ctx context.Context) error {
		err := database.From(ctx).Exec(query, values...).Error
		switch {
		case database.Violates(err, "sites_clinic_id_name_key"):
			return ErrSiteName
		case err != nil:
			return fmt.Errorf("store a site: %w", err)
		}
		return nil
	})
}

// CloseSite takes a site out of what can be chosen; its past stays. The only open one stays open.
func (h House) CloseSite(ctx context.Context, id uuid.UUID) error {
	open, err := lockOpenSites(ctx)
	if err != nil {
		return err
	}
	site, err := lockSite(ctx, id)
	if err != nil || !site.Active {
		return err
	}
	if len(open) == 1 {
		return ErrLastSite
	}
	return writeSite(ctx, "update sites set active = false, version = version + 1, updated_at = now() where id = ?", id)
}

// ReopenSite takes a closed site back.
func (h House) ReopenSite(ctx context.Context, id uuid.UUID) error {
	site, err := lockSite(ctx, id)
	if err != nil || site.Active {
		return err
	}
	return writeSite(ctx, "update sites set active = true, version = version + 1, updated_at = now() where id = ?", id)
}

// lockOpenSites keeps the open sites as they are until the transaction ends, always in the same order.
func lockOpenSites(ctx context.Context) ([]Site, error) {
	return sitesWhere(ctx, "active order by id for update")
}

func lockSite(ctx context.Context, id uuid.UUID) (Site, error) {
	found, err := sitesWhere(ctx, "id = ? for update", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Site{}, err
	}
	return found[0], nil
}

func sitesWhere(ctx context.Context, rest string, args ...any) ([]Site, error) {
	var rows []siteRow
	err := database.From(ctx).Raw("select id, name, address, ubigeo, phone, altitude_m, active, version from sites where "+rest, args...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the sites: %w", err)
	}
	sites := make([]Site, 0, len(rows))
	for _, row := range rows {
		sites = append(sites, Site(row))
	}
	return sites, nil
}
