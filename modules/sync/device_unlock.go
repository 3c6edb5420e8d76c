package sync

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/web"
	"hampi/views"
)

// UnlockRoutes adds, in the browser, the pages that a locked device answers itself: signing in without connection, and
// the lock. The password typed there never leaves the page.
func UnlockRoutes(r *web.Router) {
	r.GET("/ingresar", ShowUnlock, web.Public())
	r.GET("/bloqueo", ShowUnlock, web.Public())
}

// ShowUnlock answers any request of a locked device: a navigation gets the unlock page, a page's own lock its form, and
// other fragments are told that the screen is locked, so that nothing that was typed is lost.
func ShowUnlock(c echo.Context) error {
	path := c.Request().URL.Path
	switch {
	case !web.IsFragment(c):
		head := views.Head{Look: web.Look(c), Title: "Ingresar", ServiceWorker: true}
		shell := views.PublicShell(views.Public{
			Head: head, Slogan: "La clínica sigue atendiendo, con o sin internet.",
			Words: "Agenda, historia clínica y comprobantes en un solo lugar.",
		})
		return web.Render(c, http.StatusOK, shell, unlockStep(wishOf(c)))
	case path == "/bloqueo":
		return web.Render(c, http.StatusOK, unlockFragment())
	}
	c.Response().Header().Set("HX-Trigger", "bloquear")
	c.Response().Header().Set("HX-Reswap", "none")
	return c.NoContent(http.StatusLocked)
}

// wishOf is the page that unlocking leads to: the one that was asked for, or the one that it was asked from.
func wishOf(c echo.Context) string {
	r := c.Request()
	wish := r.URL.RequestURI()
	if path := r.URL.Path; path == "/ingresar" || path == "/bloqueo" {
		wish = c.QueryParam("volver")
	} else if r.Method != http.MethodGet {
		wish = refererPath(r)
	}
	if !strings.HasPrefix(wish, "/") || strings.HasPrefix(wish, "//") || strings.ContainsRune(wish, '\\') {
		return "/"
	}
	return wish
}

func refererPath(r *http.Request) string {
	from, err := url.Parse(r.Referer())
	if err != nil {
		return ""
	}
	return from.RequestURI()
}
