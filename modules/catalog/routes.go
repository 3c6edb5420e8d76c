package catalog

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// optionsShown is how many answers a combobox gets.
const optionsShown = 12

type routes struct {
	catalog *Catalog
	places  *Places
}

// Routes adds the look-ups that other pages' fields ask, and the settings pages of the catalogue.
func Routes(r *web.Router, catalog *Catalog, places *Places) {
	h := routes{catalog, places}
	r.GET("/catalogo/ubigeo", h.findPlaces, web.SignedIn(), web.Of(web.NoTx))
	r.POST("/catalogo/ubigeo", h.findPlaces, web.SignedIn(), web.Of(web.NoTx))
	ServiceRoutes(r, catalog)

	services := web.Needs(accounts.SettingsServices)
	r.GET(servicesPath, h.services, services)
	r.POST(servicesPath, h.addService, services)
	r.GET(servicesPath+"/nuevo", h.newService, services)
	r.GET(servicesPath+"/sugeridos", h.suggestions, services)
	r.POST(servicesPath+"/sugeridos", h.addSuggestions, services)
	r.GET(servicesPath+"/:id", h.service, services)
	r.POST(servicesPath+"/:id", h.changeService, services)
	r.POST(servicesPath+"/:id/retiro", h.retireService, services)
	r.POST(servicesPath+"/:id/oferta", h.restoreService, services)

	clinic := web.Needs(accounts.SettingsClinic)
	r.GET(resourcesPath, h.resources, clinic)
	r.POST(resourcesPath, h.addResource, clinic)
	r.GET(resourcesPath+"/nuevo", h.newResource, clinic)
	r.GET(resourcesPath+"/:id", h.resource, clinic)
	r.POST(resourcesPath+"/:id", h.changeResource, clinic)
	r.POST(resourcesPath+"/:id/retiro", h.retireResource, clinic)
	r.POST(resourcesPath+"/:id/oferta", h.restoreResource, clinic)
}

// ServiceRoutes adds the search for services, which a device answers as well.
func ServiceRoutes(r *web.Router, catalog *Catalog) {
	h := routes{catalog: catalog}
	r.GET("/catalogo/servicios", h.findServices, web.Needs(accounts.CatalogRead))
	r.POST("/catalogo/servicios", h.findServices, web.Needs(accounts.CatalogRead))
}

const (
	servicesSlug  = "servicios"
	resourcesSlug = "consultorios"
)

// SettingsPages are the catalogue's entries in /configuracion.
func SettingsPages() []web.SettingsPage {
	return []web.SettingsPage{
		{Slug: resourcesSlug, Title: "Sillones y consultorios", Icon: "armchair", Order: 25, Permission: accounts.SettingsClinic},
		{Slug: servicesSlug, Title: "Servicios y precios", Icon: "tag", Order: 50, Permission: accounts.SettingsServices},
	}
}

func (h routes) findPlaces(c echo.Context) error {
	query := c.FormValue("q")
	return web.Render(c, http.StatusOK, placeOptions(h.places.Search(query, optionsShown), query))
}

func (h routes) findServices(c echo.Context) error {
	query := c.FormValue("q")
	found, err := h.catalog.Services(c.Request().Context(), Filter{Query: query, Limit: optionsShown})
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, serviceOptions(found, query))
}

// idOf is the id in the address; one that is none leads nowhere.
func idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

func zoneOf(c echo.Context) string { return access.Who(c.Request().Context()).TimeZone }
