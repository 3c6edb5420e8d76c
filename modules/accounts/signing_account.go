//go:build !js

package accounts

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// signsSince is the day since which a person signs with the key in force; "" for somebody without one.
func (s *SignIn) signsSince(c echo.Context, user uuid.UUID) (string, error) {
	ctx := c.Request().Context()
	row, err := currentSigningKey(ctx, s.db.SystemPool(), user)
	if fault.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	zone, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil {
		return "", err
	}
	return views.Day(row.ValidFrom.In(zone)), nil
}

// revokeSigning ends the person's key to sign with, for who proves to be that person.
func (s *SignIn) revokeSigning(c echo.Context) error {
	a, err := s.proveSelf(c)
	if err != nil {
		return s.answerSection(c, "firma", err)
	}
	ctx, _ := s.db.Begin(c.Request().Context(), web.ScopeOf(c)) // carries where it comes from; nothing is opened
	if err := s.signing.Revoke(ctx, a.ID); err != nil && !fault.IsNotFound(err) {
		return err
	}
	web.Flash(c, "Llave de firma revocada. Se creará otra la próxima vez que firme.")
	return web.SeeOther(c, "/mi-cuenta")
}
