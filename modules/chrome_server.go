//go:build !js

package modules

import (
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/web"
	"hampi/views"
)

// chrome draws what stands around a page of the server.
func chrome(db *database.DB) web.Chrome {
	return func(c echo.Context, p web.Page) (views.Shell, error) {
		who := access.Who(c.Request().Context())
		around, err := accounts.Around(c.Request().Context(), db, who)
		if err != nil {
			return views.Shell{}, err
		}
		return shellOf(c, p, who, around), nil
	}
}
