package catalog

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// useCase is one of the switches: retire, restore.
type useCase func(ctx context.Context, id uuid.UUID) error

func (h routes) resources(c echo.Context) error {
	ctx := c.Request().Context()
	sites, err := h.catalog.Sites(ctx)
	if err != nil {
		return err
	}
	all, err := h.catalog.AllResources(ctx)
	if err != nil {
		return err
	}
	page := resourcesPage{Retired: c.QueryParam("retirados") == "si"}
	for _, site := range sites {
		lines := linesAt(site, all, page.Retired)
		if site.Active || len(lines) > 0 {
			page.Sites = append(page.Sites, siteResources{Name: site.Name, Lines: lines})
		}
	}
	return web.ShowSettings(c, resourcesSlug, web.Page{
		Primary: &views.Action{Label: "Nuevo sillón o consultorio", Href: resourcesPath + "/nuevo", Icon: "plus"},
	}, resourcesList(page))
}

func linesAt(site accounts.Site, all []Resource, retired bool) []resourceLine {
	var lines []resourceLine
	for _, r := range all {
		if r.SiteID == site.ID && (r.Active || retired) {
			lines = append(lines, resourceLine{Href: resourcesPath + "/" + r.ID.String(), Name: r.Name, Kind: r.Kind.Label(), Retired: !r.Active})
		}
	}
	return lines
}

func (h routes) newResource(c echo.Context) error {
	form := formOfResource(Resource{ID: uuid.Must(uuid.NewV7()), Kind: Chair, SiteID: access.Who(c.Request().Context()).SiteID})
	return h.drawResource(c, 0, resourcePage{Form: form, New: true}, "Nuevo sillón o consultorio")
}

func (h routes) addResource(c echo.Context) error {
	var form resourceForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := newFormID(form.ID)
	if err != nil {
		return err
	}
	r, err := form.resource(id)
	if err == nil {
		r, err = h.catalog.AddResource(c.Request().Context(), r)
	}
	if problems, ok := fault.Fields(err); ok {
		return h.drawResource(c, refusedAs(err), resourcePage{Form: form, New: true, Problems: problems}, "Nuevo sillón o consultorio")
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Ya se puede usar "+r.Name+".")
	return web.SeeOther(c, resourcesPath)
}

func (h routes) resource(c echo.Context) error {
	r, err := h.namedResource(c)
	if err != nil {
		return err
	}
	return h.drawResource(c, 0, resourcePage{Form: formOfResource(r), Retired: !r.Active}, r.Name)
}

func (h routes) namedResource(c echo.Context) (Resource, error) {
	id, err := idOf(c)
	if err != nil {
		return Resource{}, err
	}
	return h.catalog.Resource(c.Request().Context(), id)
}

func (h routes) changeResource(c echo.Context) error {
	stored, err := h.namedResource(c)
	if err != nil {
		return err
	}
	var form resourceForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	typed, err := form.resource(stored.ID)
	if err == nil {
		_, err = h.catalog.ChangeResource(c.Request().Context(), typed)
	}
	page := resourcePage{Form: form, Retired: !stored.Active}
	if errors.Is(err, ErrStale) {
		return h.drawStaleResource(c, page, typed)
	}
	if problems, ok := fault.Fields(err); ok {
		page.Problems = problems
		return h.drawResource(c, refusedAs(err), page, stored.Name)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Quedó guardado "+typed.Name+".")
	return web.SeeOther(c, resourcesPath)
}

func (h routes) drawStaleResource(c echo.Context, page resourcePage, typed Resource) error {
	stored, err := h.namedResource(c)
	if err != nil {
		return err
	}
	sites, err := h.catalog.Sites(c.Request().Context())
	if err != nil {
		return err
	}
	page.Differences = resourceDifferences(stored, typed, sites)
	page.Form.Version = stored.Version
	return h.drawResource(c, http.StatusConflict, page, stored.Name)
}

// drawResource completes a form with the sites to choose from and who changed it last.
func (h routes) drawResource(c echo.Context, status int, page resourcePage, heading string) error {
	ctx := c.Request().Context()
	var err error
	if page.Sites, err = h.catalog.Sites(ctx); err != nil {
		return err
	}
	page.Action = resourcesPath
	if !page.New {
		id, err := idOf(c)
		if err != nil {
			return err
		}
		change, err := h.catalog.LastChange(ctx, id)
		if err != nil {
			return err
		}
		page.Action, page.Changed = resourcesPath+"/"+id.String(), changeText(change, zoneOf(c))
	}
	page.OpID = newOpID()
	return web.ShowSettings(c, resourcesSlug, web.Page{Status: status, Heading: heading}, resourceEditor(page))
}

func (h routes) retireResource(c echo.Context) error {
	return h.switchResource(c, h.catalog.RetireResource, "Fuera de uso: ")
}

func (h routes) restoreResource(c echo.Context) error {
	return h.switchResource(c, h.catalog.RestoreResource, "Otra vez en uso: ")
}

func (h routes) switchResource(c echo.Context, use useCase, words string) error {
	r, err := h.namedResource(c)
	if err != nil {
		return err
	}
	if err := use(c.Request().Context(), r.ID); err != nil {
		return err
	}
	web.Flash(c, words+r.Name+".")
	return web.SeeOther(c, resourcesPath)
}
