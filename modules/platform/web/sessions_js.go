//go:build js

package web

import "github.com/labstack/echo/v4"

// Flash does nothing in the browser build: answers there carry no cookie, and the changed thing itself is the sign.
func Flash(echo.Context, string) {}

// TakeFlash has nothing to tell in the browser build.
func TakeFlash(echo.Context) string { return "" }
