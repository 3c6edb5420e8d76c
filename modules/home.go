package modules

import (
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
)

// homeRoute leads everybody to where their work begins.
func homeRoute(r *web.Router) {
	r.GET("/", func(c echo.Context) error {
		return web.SeeOther(c, homeOf(access.Who(c.Request().Context())))
	}, web.SignedIn(), web.Of(web.NoTx))
}
