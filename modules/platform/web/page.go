package web

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hampi/views"
)

// PageCSP is the one policy of every page (DESIGN §6).
const PageCSP = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

// Page is one address of the signed-in part: what stands around the body and the body itself.
type Page struct {
	Status  int    // 0 is 200
	Title   string // of the tab, without " · Hampi"
	Heading string // the h1; empty means Title
	Context string // grey words beside the heading
	Nav     string // address of the navigation item this page belongs to, e.g. "/pacientes"
	Back    string // where "‹" and Esc lead
	Primary *views.Action
	Focus   bool
	Body    templ.Component
}

// Chrome draws the surroundings of a page for whoever asks. The roof makes it, as it alone knows all modules.
type Chrome func(c echo.Context, p Page) (views.Shell, error)

const chromeKey = "hampi.chrome"

// WithChrome lets Show find the chrome.
func WithChrome(chrome Chrome) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(chromeKey, chrome)
			return next(c)
		}
	}
}

// IsFragment reports whether htmx asked for a region and not for a page. Going back in history needs the page.
func IsFragment(c echo.Context) bool {
	h := c.Request().Header
	return h.Get("HX-Request") == "true" && h.Get("HX-History-Restore-Request") != "true" && h.Get("HX-Boosted") != "true"
}

// Show answers with the whole page, or with its body alone when htmx asked for a region.
func Show(c echo.Context, p Page) error {
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	if IsFragment(c) {
		return Render(c, status, p.Body)
	}
	chrome, ok := c.Get(chromeKey).(Chrome)
	if !ok {
		return Render(c, status, p.Body)
	}
	shell, err := chrome(c, p)
	if err != nil {
		return err
	}
	return Render(c, status, views.AppShell(shell), p.Body)
}

// Render draws a component into a buffer and answers with it; a component that fails leaves no half page behind.
// A child, if any, becomes the component's children.
func Render(c echo.Context, status int, component templ.Component, child ...templ.Component) error {
	ctx := c.Request().Context()
	if len(child) > 0 {
		ctx = templ.WithChildren(ctx, child[0])
	}
	var page bytes.Buffer
	if err := component.Render(ctx, &page); err != nil {
		return err
	}
	c.Response().Header().Add(echo.HeaderVary, "HX-Request")
	return c.HTMLBlob(status, page.Bytes())
}

// Look reads how the person wants the screen from its cookies.
func Look(c echo.Context) views.Look {
	value := func(name string) string {
		cookie, err := c.Cookie(name)
		if err != nil {
			return ""
		}
		return cookie.Value
	}
	return views.Look{Theme: value("tema"), Density: value("densidad"), Rail: value("riel") == "si"}
}

// SeeOther sends the browser on after a write: by 303, which htmx and forms follow alike.
func SeeOther(c echo.Context, address string) error {
	return c.Redirect(http.StatusSeeOther, address)
}

// Leave makes the browser load another document, also from within an htmx answer.
func Leave(c echo.Context, address string) error {
	if IsFragment(c) {
		c.Response().Header().Set("HX-Redirect", address)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(http.StatusSeeOther, address)
}
