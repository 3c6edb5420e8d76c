//go:build !js

package accounts

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// tenantsMost is how many clinics a page lists.
const tenantsMost = 50

type platformRoutes struct{ platform *Platform }

// PlatformRoutes adds /plataforma/clinicas, the home of those who run Hampi.
func PlatformRoutes(r *web.Router, platform *Platform) {
	p := platformRoutes{platform}
	may, own := web.Needs(PlatformClinics), web.Of(web.OwnTx)
	r.GET("/plataforma/clinicas", p.list, may, own)
	r.GET("/plataforma/clinicas/:id", p.show, may, own)
	r.POST("/plataforma/clinicas/:id/suspension", p.suspend, may, own)
	r.POST("/plataforma/clinicas/:id/apertura", p.lift, may, own)
}

// booked lets audit know who does it.
func (p platformRoutes) booked(c echo.Context) context.Context {
	ctx, _ := p.platform.db.Begin(c.Request().Context(), web.ScopeOf(c))
	return ctx
}

// list goes on behind the clinic named by "desde", whose name is looked up: no name stands in an address.
func (p platformRoutes) list(c echo.Context) error {
	ctx := c.Request().Context()
	var after Tenant
	if id, err := uuid.Parse(c.QueryParam("desde")); err == nil {
		if after, err = p.platform.Tenant(ctx, id); err != nil {
			return err
		}
	}
	tenants, err := p.platform.Tenants(ctx, after, tenantsMost+1)
	if err != nil {
		return err
	}
	more := ""
	if len(tenants) > tenantsMost {
		tenants = tenants[:tenantsMost]
		more = "/plataforma/clinicas?desde=" + tenants[tenantsMost-1].ID.String()
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, tenantList(tenants, more))
	}
	return web.Show(c, web.Page{Title: "Clínicas", Nav: "/plataforma/clinicas", Body: tenantsPage(tenants, more)})
}

func (p platformRoutes) show(c echo.Context) error {
	return p.draw(c, http.StatusOK, "", nil)
}

func (p platformRoutes) draw(c echo.Context, status int, reason string, problems fault.Problems) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	tenant, err := p.platform.Tenant(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Status: status, Title: tenant.Name, Nav: "/plataforma/clinicas", Back: "/plataforma/clinicas",
		Body: tenantPage(tenant, reason, problems)})
}

func (p platformRoutes) suspend(c echo.Context) error {
	var form struct {
		Reason string `form:"motivo"`
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	err = p.platform.Suspend(p.booked(c), id, form.Reason)
	if problems, ok := fault.Fields(err); ok {
		return p.draw(c, http.StatusUnprocessableEntity, form.Reason, problems)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "La clínica quedó suspendida.")
	return web.SeeOther(c, "/plataforma/clinicas/"+id.String())
}

func (p platformRoutes) lift(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := p.platform.Lift(p.booked(c), id); err != nil {
		return err
	}
	web.Flash(c, "La clínica quedó abierta otra vez.")
	return web.SeeOther(c, "/plataforma/clinicas/"+id.String())
}

// platformDay is a day as the platform's people, who are in Lima, read it.
func platformDay(t time.Time) string {
	zone, err := time.LoadLocation("America/Lima")
	if err != nil {
		zone = time.UTC
	}
	return dayIn(t, zone)
}
