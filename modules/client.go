//go:build !js

package modules

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/web"
)

// clientNews is what browsers ask from time to time: whether the server is there, which version it is, and whether
// they are to give up the app that they keep for working without a connection.
type clientNews struct {
	Version    string `json:"version"`
	Unregister bool   `json:"unregister"`
}

// clientRoutes answers browsers that probe the connection. It needs no log-in, touches no data and keeps none alive.
func clientRoutes(r *web.Router, version string, unregister bool) {
	news := clientNews{Version: version, Unregister: unregister}
	r.GET("/api/v1/client", func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "no-store")
		return c.JSON(http.StatusOK, news)
	}, web.Public(), web.Quiet(), web.WhileLocked())
}
