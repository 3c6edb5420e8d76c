//go:build !js

package settings

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

func (s *Service) listSites(c echo.Context) error {
	sites, err := s.house.Sites(c.Request().Context())
	if err != nil {
		return err
	}
	return draw(c, slugSites, web.Page{}, sitesPage(sites))
}

func (s *Service) newSite(c echo.Context) error {
	return draw(c, slugSites, web.Page{Heading: "Nueva sede"}, newSitePage(siteForm{ID: newFormID()}, nil))
}

func (s *Service) addSite(c echo.Context) error {
	var form siteForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := uuid.Parse(form.ID)
	if err != nil {
		return fault.ErrNotFound
	}
	err = s.house.AddSite(c.Request().Context(), form.site(id))
	if problems, ok := fault.Fields(err); ok {
		return draw(c, slugSites, web.Page{Status: statusOf(err), Heading: "Nueva sede"}, newSitePage(form, problems))
	}
	if err != nil {
		return err
	}
	return saved(c, slugSites)
}

// sitePageData is one site's page.
type sitePageData struct {
	Site     accounts.Site
	Form     siteForm
	Problems fault.Problems
	Changed  []accounts.Difference
	Last     lastChange
	Refusal  string // why it cannot be closed
}

func (s *Service) showSite(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	page, err := s.sitePage(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return drawSite(c, http.StatusOK, page)
}

func drawSite(c echo.Context, status int, page sitePageData) error {
	return draw(c, slugSites, web.Page{Status: status, Heading: page.Site.Name}, sitePage(page))
}

func (s *Service) sitePage(ctx context.Context, id uuid.UUID) (sitePageData, error) {
	site, err := s.house.Site(ctx, id)
	if err != nil {
		return sitePageData{}, err
	}
	clinic, err := s.house.Clinic(ctx)
	if err != nil {
		return sitePageData{}, err
	}
	form := siteForm{Version: site.Version, Name: site.Name, Address: site.Address, Phone: site.Phone, Metres: metresText(site.Altitude)}
	page := sitePageData{Site: site, Form: form}
	page.Last, err = lastChangeOf(ctx, clinic.Zone(), "sites", id, "name", "address", "phone", "altitude_m", "active")
	return page, err
}

func (s *Service) changeSite(c echo.Context) error {
	var form siteForm
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = s.house.ChangeSite(ctx, form.site(id))
	if err == nil {
		return saved(c, slugSites)
	}
	problems, typed := fault.Fields(err)
	stale := errors.Is(err, accounts.ErrSiteChanged)
	if !typed && !stale {
		return err
	}
	page, readErr := s.sitePage(ctx, id)
	if readErr != nil {
		return readErr
	}
	page.Form, page.Problems = form, problems
	if stale {
		page.Form.Version = page.Site.Version
		if page.Changed = siteDifferences(page.Site, form.site(id).Tidy()); len(page.Changed) == 0 {
			return web.SeeOther(c, "/configuracion/sedes") // both wanted the same
		}
	}
	return drawSite(c, statusOf(err), page)
}

func siteDifferences(stored, typed accounts.Site) []accounts.Difference {
	return differing(accounts.Difference{Label: "Nombre", Stored: stored.Name, Typed: typed.Name},
		accounts.Difference{Label: "Dirección", Stored: stored.Address, Typed: typed.Address},
		accounts.Difference{Label: "Teléfono", Stored: stored.Phone, Typed: typed.Phone},
		accounts.Difference{Label: "Altitud", Stored: metresText(stored.Altitude), Typed: metresText(typed.Altitude)})
}

func (s *Service) closeSite(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = s.house.CloseSite(ctx, id)
	if errors.Is(err, accounts.ErrLastSite) {
		page, readErr := s.sitePage(ctx, id)
		if readErr != nil {
			return readErr
		}
		page.Refusal = err.Error()
		return drawSite(c, http.StatusConflict, page)
	}
	if err != nil {
		return err
	}
	return saved(c, slugSites)
}

func (s *Service) reopenSite(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.house.ReopenSite(c.Request().Context(), id); err != nil {
		return err
	}
	return saved(c, slugSites)
}
