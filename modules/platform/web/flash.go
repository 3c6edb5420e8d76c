package web

import "github.com/labstack/echo/v4"

// Flashes keeps one sentence from a write until the page after it: the session on the server, memory in the browser.
type Flashes interface {
	// Put keeps words; only if what the request did is kept too.
	Put(c echo.Context, words string)
	// Take gives the words back, once.
	Take(c echo.Context) string
}

const flashesKey = "hampi.flashes"

// WithFlashes lets Flash and TakeFlash find where sentences are kept.
func WithFlashes(f Flashes) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(flashesKey, f)
			return next(c)
		}
	}
}

// Flash shows words as a toast on the next page.
func Flash(c echo.Context, words string) {
	if f, ok := c.Get(flashesKey).(Flashes); ok {
		f.Put(c, words)
	}
}

// TakeFlash returns the words kept for this page, once.
func TakeFlash(c echo.Context) string {
	if f, ok := c.Get(flashesKey).(Flashes); ok {
		return f.Take(c)
	}
	return ""
}
