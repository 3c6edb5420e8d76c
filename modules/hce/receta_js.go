package hce

import (
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/offline"
)

// recetaFile is the server's: a device prints the page.
func (h historyScreens) recetaFile(echo.Context) error { return offline.ErrNeedsConnection }
