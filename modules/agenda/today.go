package agenda

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/views"
)

func (h screens) todayRedrawn(c echo.Context, said *views.ToastMessage) error {
	return c.NoContent(http.StatusNoContent)
}
func (h screens) todayRefused(c echo.Context, r *refusal) error {
	return c.NoContent(http.StatusNoContent)
}
