package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Resources are the chairs, rooms and machines in use; the zero site means all sites.
func (c *Catalog) Resources(ctx context.Context, site uuid.UUID) ([]Resource, error) {
	all, err := c.store.Resources(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(r Resource) bool {
		return !r.Active || site != uuid.Nil && r.SiteID != site
	}), nil
}

// AllResources are the resources of all sites, those out of use included, by name.
func (c *Catalog) AllResources(ctx context.Context) ([]Resource, error) {
	return c.store.Resources(ctx)
}

// Resource is one resource, in use or not.
func (c *Catalog) Resource(ctx context.Context, id uuid.UUID) (Resource, error) {
	return c.store.Resource(ctx, id)
}

// AddResource takes a chair, a room or a machine into use. ID comes from the form.
//
// It is refused as invalid when the form has problems or the site is not the clinic's, and as a conflict when the
// site has something of that name or the id is taken by something else.
func (c *Catalog) AddResource(ctx context.Context, r Resource) (Resource, error) {
	r = r.tidy()
	r.Active, r.Version = true, 1
	if err := r.problems(); err != nil {
		return r, err
	}
	kept, err := c.store.Resource(ctx, r.ID)
	switch {
	case err == nil && kept.Name == r.Name && kept.Kind == r.Kind && kept.SiteID == r.SiteID:
		return kept, nil
	case err == nil:
		return r, fault.Conflicted("id_reused", "Eso ya se guardó con otros datos.")
	case !fault.IsNotFound(err):
		return r, err
	}
	if err := c.store.AddResource(ctx, r); err != nil {
		return r, fmt.Errorf("add a resource: %w", err)
	}
	return r, nil
}

// ChangeResource saves what a form says of a resource; Version is the one the form saw. It refuses as AddResource
// does, and with ErrStale.
func (c *Catalog) ChangeResource(ctx context.Context, r Resource) (Resource, error) {
	r = r.tidy()
	if err := r.problems(); err != nil {
		return r, err
	}
	if err := c.store.ChangeResource(ctx, r); err != nil {
		return r, fmt.Errorf("change a resource: %w", err)
	}
	r.Version++
	return r, nil
}

// RetireResource takes a resource out of use: nothing new is booked on it.
func (c *Catalog) RetireResource(ctx context.Context, id uuid.UUID) error {
	return c.store.UseResource(ctx, id, false)
}

// RestoreResource takes a resource into use again.
func (c *Catalog) RestoreResource(ctx context.Context, id uuid.UUID) error {
	return c.store.UseResource(ctx, id, true)
}
