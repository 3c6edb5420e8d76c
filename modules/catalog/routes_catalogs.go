//go:build !js

package catalog

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
	"hampi/views"
)

const catalogsSlug = "catalogos"

// CatalogsPage is the entry in /configuracion that says which tables of codes are in force and whose they are.
func CatalogsPage() web.SettingsPage {
	return web.SettingsPage{Slug: catalogsSlug, Title: "Catálogos", Icon: "scroll-text", Order: 90, Permission: accounts.SettingsClinic}
}

// CatalogsRoutes adds that page.
func CatalogsRoutes(r *web.Router) {
	r.GET(CatalogsPage().Href(), showCatalogs, web.Needs(accounts.SettingsClinic))
}

func showCatalogs(c echo.Context) error {
	diagnoses, loaded, err := loadedVersion(c.Request().Context())
	if err != nil {
		return err
	}
	if !loaded {
		if diagnoses, err = builtInVersion(); err != nil {
			return err
		}
	}
	zone := zoneOf(c)
	return web.ShowSettings(c, catalogsSlug, web.Page{Status: http.StatusOK}, catalogsList([]catalogCard{
		cardOf(diagnoses, zone),
		{Name: "LOINC", Count: views.Plural(len(loincTable), "prueba", "pruebas") + " y signos vitales", Source: "Incluida en el programa", Notice: LOINCNotice, Lang: "en"},
	}))
}

// catalogCard is a table of codes as the page shows it.
type catalogCard struct {
	Name, Count, Source, Version, Loaded, Notice string
	Lang                                         string // the notice's language; empty: Spanish
}

func cardOf(v CodeVersion, zone string) catalogCard {
	card := catalogCard{Name: v.Name, Count: views.Plural(v.Codes, "código", "códigos"), Source: v.Source, Version: v.Version, Notice: v.Notice}
	if !v.LoadedAt.IsZero() {
		at := v.LoadedAt.In(locationOf(zone))
		card.Loaded = views.Day(at) + " " + views.Clock(at)
	}
	return card
}
