package billing

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
)

// LeavePath asks whoever leaves with an open register whether it is to stay so.
const LeavePath = cashPath + "/salir"

func (h front) leaveRoutes(r *web.Router) {
	r.GET(LeavePath, h.leaveCash, web.Needs(accounts.BillingCharge))
}

// leavingView is what whoever leaves has open.
type leavingView struct {
	Open  []CashSession
	Sites map[uuid.UUID]string
	Now   time.Time
}

// leaveCash reminds of one's open registers, of any site, before one leaves.
func (h front) leaveCash(c echo.Context) error {
	ctx := c.Request().Context()
	v := leavingView{Sites: map[uuid.UUID]string{}, Now: h.Now().In(zone(ctx))}
	var err error
	if v.Open, err = h.Till.OpenRegisters(ctx); err != nil {
		return err
	}
	sites, err := h.House.Sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		v.Sites[s.ID] = s.Name
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, leaveDialog(v))
	}
	return web.Show(c, web.Page{Title: "Salir", Nav: cashPath, Back: cashPath, Body: leaveBody(v)})
}
