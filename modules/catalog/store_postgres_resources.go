//go:build !js

package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

type resourceRow struct {
	ID        uuid.UUID
	SiteID    uuid.UUID
	Name      string
	NameKey   string
	Kind      ResourceKind
	Active    bool
	Version   int64
	UpdatedAt time.Time
}

func (resourceRow) TableName() string { return "resources" }

func (r resourceRow) resource() Resource {
	return Resource{ID: r.ID, SiteID: r.SiteID, Name: r.Name, Kind: r.Kind, Active: r.Active, Version: r.Version}
}

func resourceRowOf(r Resource) resourceRow {
	return resourceRow{ID: r.ID, SiteID: r.SiteID, Name: r.Name, NameKey: nameKey(r.Name), Kind: r.Kind, Active: r.Active, Version: r.Version}
}

func (Postgres) Resources(ctx context.Context) ([]Resource, error) {
	return database.Once(ctx, []string{"resources"}, func() ([]Resource, error) { return readResources(ctx) })
}

func readResources(ctx context.Context) ([]Resource, error) {
	var rows []resourceRow
	if err := database.From(ctx).Order("name_key, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read resources: %w", err)
	}
	list := make([]Resource, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.resource())
	}
	return list, nil
}

func (Postgres) Resource(ctx context.Context, id uuid.UUID) (Resource, error) {
	var row resourceRow
	err := database.From(ctx).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Resource{}, fault.ErrNotFound
	}
	if err != nil {
		return Resource{}, fmt.Errorf("read a resource: %w", err)
	}
	return row.resource(), nil
}

func (Postgres) AddResource(ctx context.Context, r Resource) error {
	return resourceRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := resourceRowOf(r)
		return database.From(ctx).Create(&row).Error
	}))
}

func (Postgres) ChangeResource(ctx context.Context, r Resource) error {
	return resourceRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := resourceRowOf(r)
		row.Version++
		changed := database.From(ctx).Model(&resourceRow{}).Where("id = ? and version = ?", r.ID, r.Version).
			Select("site_id", "name", "name_key", "kind", "version", "updated_at").Updates(&row)
		if changed.Error == nil && changed.RowsAffected == 0 {
			return staleOrGone(ctx, "resources", r.ID)
		}
		return changed.Error
	}))
}

func (Postgres) UseResource(ctx context.Context, id uuid.UUID, active bool) error {
	return setActive(ctx, "resources", id, active)
}

func resourceRefusal(err error) error {
	switch {
	case database.Violates(err, "resources_name"):
		return ErrResourceName
	case database.Violates(err, "resources_site"):
		return ErrUnknownSite
	}
	return err
}
