package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
)

// Bind reads a form into a struct with `form:"…"` tags (and path parameters with `param:"…"`). Fields that the struct
// does not name are ignored, so that nobody sets what was not offered.
func Bind(c echo.Context, form any) error {
	binder := &echo.DefaultBinder{}
	if err := binder.BindPathParams(c, form); err != nil {
		return fault.ErrNotFound // an id that is no id is an address that does not exist
	}
	if err := bindForm(c, form); err != nil {
		var he *echo.HTTPError
		if errors.As(err, &he) && he.Code == http.StatusUnsupportedMediaType {
			return he
		}
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	return nil
}

// BindQuery reads the query parameters of a page into a struct with `query:"…"` tags; what cannot be read stays zero.
func BindQuery(c echo.Context, filter any) error {
	binder := &echo.DefaultBinder{}
	if err := binder.BindPathParams(c, filter); err != nil {
		return fault.ErrNotFound
	}
	if err := binder.BindQueryParams(c, filter); err != nil {
		return fault.InvalidField("", "La dirección de la página no se entiende.")
	}
	return nil
}
