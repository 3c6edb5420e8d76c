package modules

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
	"hampi/views"
)

// helpRoutes adds the in-app help. It holds no data, so anybody may read it, and the app in the browser shows the same page.
func helpRoutes(r *web.Router) {
	r.GET("/ayuda", func(c echo.Context) error {
		if _, signedIn := access.From(c.Request().Context()); signedIn {
			return web.Show(c, web.Page{Title: "Ayuda", Body: mainRegion("Ayuda", views.HelpPage(false))})
		}
		head := views.Head{Look: web.Look(c), Title: "Ayuda", ServiceWorker: true}
		return web.Render(c, http.StatusOK, views.WidePublic(views.Public{Head: head}), views.HelpPage(true))
	}, web.Public(), web.WhileLocked())
}
