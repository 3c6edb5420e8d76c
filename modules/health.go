//go:build !js

package modules

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/database"
	"hampi/modules/platform/web"
)

// readyLimit is how long a balancer's question waits for the database.
const readyLimit = 2 * time.Second

// healthRoutes tell a balancer whether the process lives, and whether it can answer.
func healthRoutes(r *web.Router, db *database.DB) {
	r.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok") }, web.Public())
	r.GET("/readyz", func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), readyLimit)
		defer cancel()
		if err := db.Pool().Ping(ctx); err != nil {
			return c.String(http.StatusServiceUnavailable, "database")
		}
		return c.String(http.StatusOK, "ok")
	}, web.Public())
}
