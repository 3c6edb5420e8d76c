//go:build !js

package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// docsCSP lets the API's browsable description set the styles it computes; it may still load nothing from elsewhere.
const docsCSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

// Docs adds /api/docs: the OpenAPI description to read and try, without internet.
func (a *API) Docs() {
	a.router.GET("/api/docs", func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", docsCSP)
		return Render(c, http.StatusOK, apiDocs())
	}, Public())
}
