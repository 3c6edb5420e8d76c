//go:build js

package modules

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"log/slog"
)

// Browser is the app as the service worker asks it: the modules that can work without the server.
// It answers only pages without data until a device keeps a store of its own.
func Browser() http.Handler {
	e := echo.New()
	e.HTTPErrorHandler = cannotAnswer
	e.Pre(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Response().Header().Set("Content-Security-Policy", web.PageCSP)
			c.Response().Header().Set("Cache-Control", "no-store")
			return next(c)
		}
	})
	r := web.NewRouter(e, publicOnly)
	helpRoutes(r)
	return e
}

// publicOnly lets through what needs no log-in; a device without a store knows nobody.
func publicOnly(route web.Route, h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !route.Public {
			return web.ErrSignIn
		}
		return h(c)
	}
}

// cannotAnswer tells the service worker to let the network's failure stand.
func cannotAnswer(err error, c echo.Context) {
	slog.Debug("not answered here", "error", err)
	c.Response().Header().Set(offline.CannotAnswer, "1")
	_ = c.NoContent(http.StatusNotFound)
}
