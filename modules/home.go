package modules

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
)

// homeRoute leads everybody to where their work begins; a device that has no such page leads to the agenda. With can
// nil every page is there.
func homeRoute(r *web.Router, can func(method, path string) bool) {
	r.GET("/", func(c echo.Context) error {
		home := homeOf(access.Who(c.Request().Context()))
		if can != nil && !can(http.MethodGet, home) {
			home = agendaDay.Href
		}
		return web.SeeOther(c, home)
	}, web.SignedIn(), web.Of(web.NoTx))
}
