package hce

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
)

// contextOf is what a note of this patient, of a moment and at a site, knows without asking.
func (s *Service) contextOf(ctx context.Context, p patients.Patient, at time.Time, site uuid.UUID) (form.Context, error) {
	c := form.Context{Today: at.In(s.Zone(ctx)), Birth: p.BirthDate, Sex: string(p.Sex)}
	sites, err := s.Colleagues.Sites(ctx)
	for _, place := range sites {
		if place.ID == site {
			c.Altitude = place.Altitude
		}
	}
	return c, err
}

// contextIn is contextOf where an attention took place; outside one (nil) where whoever asks works.
func (s *Service) contextIn(ctx context.Context, p patients.Patient, at time.Time, encounter *uuid.UUID) (form.Context, error) {
	site := access.Who(ctx).SiteID
	if encounter != nil {
		e, err := s.store.Encounter(ctx, *encounter)
		if err != nil {
			return form.Context{}, err
		}
		site = e.SiteID
	}
	return s.contextOf(ctx, p, at, site)
}
