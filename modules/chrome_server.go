//go:build !js

package modules

import (
	"context"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/web"
	"hampi/views"
)

// counts say, by the address of a place in the navigation, how much waits there for whoever asks, and whether it is late.
type counts map[string]func(ctx context.Context) (n int, late bool, err error)

// chrome draws what stands around a page of the server. holds reports whether who asks has an open cash register, of
// which Salir reminds.
func chrome(db *database.DB, waiting counts, holds func(ctx context.Context) (bool, error)) web.Chrome {
	return func(c echo.Context, p web.Page) (views.Shell, error) {
		who := access.Who(c.Request().Context())
		around, err := accounts.Around(c.Request().Context(), db, who)
		if err != nil {
			return views.Shell{}, err
		}
		shell := shellOf(c, p, who, around)
		waiting.mark(c.Request().Context(), shell.Nav, shell.BottomNav)
		if database.InSession(c.Request().Context()) && who.Can(accounts.BillingCharge) {
			if open, err := holds(c.Request().Context()); err == nil && open { // as for the figures: a page of a refusal has none
				shell.Leave = leaveLink()
			}
		}
		return shell, nil
	}
}

// mark writes the figures at the places that somebody has. A page that stands outside a clinic's transaction, or after
// a broken one, as those of refusals do, has none.
func (waiting counts) mark(ctx context.Context, lists ...[]views.NavItem) {
	if !database.InSession(ctx) {
		return
	}
	for href, count := range waiting {
		var places []*views.NavItem
		for _, list := range lists {
			for i := range list {
				if list[i].Href == href {
					places = append(places, &list[i])
				}
			}
		}
		if len(places) == 0 {
			continue
		}
		n, late, err := count(ctx)
		if err != nil {
			return
		}
		for _, place := range places {
			place.Count, place.Late = n, late
		}
	}
}
