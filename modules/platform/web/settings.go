package web

import (
	"cmp"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
)

// SettingsPage is one entry in the list of /configuracion. Its address is /configuracion/ and Slug; the module that
// offers it registers the route with the same permission and answers with ShowSettings.
type SettingsPage struct {
	Slug       string
	Title      string
	Icon       string
	Order      int // place in the list; pages of one order stand by title
	Permission access.Permission
}

// Href is the page's address.
func (p SettingsPage) Href() string { return "/configuracion/" + p.Slug }

// SettingsOf are the pages that somebody may open, in the order of the list.
func SettingsOf(pages []SettingsPage, who access.Identity) []SettingsPage {
	var open []SettingsPage
	for _, p := range pages {
		if who.Can(p.Permission) {
			open = append(open, p)
		}
	}
	sorting.By(open, func(a, b SettingsPage) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Title, b.Title))
	})
	return open
}

// SettingsFrame draws the list of pages and the breadcrumb around a page's body. The module settings makes it.
type SettingsFrame func(pages []SettingsPage, current SettingsPage, heading string, body templ.Component) templ.Component

const settingsKey = "hampi.settings"

type settingsChrome struct {
	pages []SettingsPage
	frame SettingsFrame
}

// WithSettings lets ShowSettings find the pages and their frame.
func WithSettings(pages []SettingsPage, frame SettingsFrame) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(settingsKey, settingsChrome{pages, frame})
			return next(c)
		}
	}
}

// ShowSettings answers with body inside the frame of /configuracion, at the page called slug; htmx gets body alone.
// page may give Status, and a Heading for a page below the one in the list ("Sede Centro").
func ShowSettings(c echo.Context, slug string, page Page, body templ.Component) error {
	page.Nav = "/configuracion"
	page.Body = body
	chrome, ok := c.Get(settingsKey).(settingsChrome)
	if !ok {
		return Show(c, page)
	}
	at := slices.IndexFunc(chrome.pages, func(p SettingsPage) bool { return p.Slug == slug })
	if at < 0 {
		return fault.ErrNotFound
	}
	current := chrome.pages[at]
	heading := page.Heading
	if page.Title == "" {
		page.Title = cmp.Or(heading, current.Title)
	}
	page.Heading = "Configuración"
	page.Back = "/configuracion"
	if heading != "" {
		page.Back = current.Href()
	}
	if !IsFragment(c) {
		open := SettingsOf(chrome.pages, access.Who(c.Request().Context()))
		page.Body = chrome.frame(open, current, heading, body)
	}
	return Show(c, page)
}
