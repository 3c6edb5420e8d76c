package web

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// RequestIDs gives each request an id of ours; one sent by a client is not believed.
func RequestIDs() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			id, err := uuid.NewV7()
			if err != nil {
				return fmt.Errorf("make a request id: %w", err)
			}
			c.Response().Header().Set(echo.HeaderXRequestID, id.String())
			return next(c)
		}
	}
}

// RequestID is the id that logs, audit and error pages share.
func RequestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }
