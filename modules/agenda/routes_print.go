package agenda

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) printRoutes(r *web.Router) {
	r.GET("/agenda/imprimir", h.print, web.Needs(accounts.AgendaRead))
}

// print is the day on paper for the desk: a list for each professional, cancelled ones left out.
func (h screens) print(c echo.Context) error {
	ctx := c.Request().Context()
	at := addressOf(c.QueryParams())
	v := View{Date: at.Date, Site: at.Site}
	if v.Site == uuid.Nil {
		v.Site = access.Who(ctx).SiteID
	}
	if at.Doctor != uuid.Nil {
		v.Doctors = []uuid.UUID{at.Doctor}
	}
	g, err := h.agenda.Day(ctx, v)
	if err != nil {
		return err
	}
	clinic, err := h.agenda.ClinicName(ctx)
	if err != nil {
		return err
	}
	p := printView{Grid: g, Head: views.PrintHeader{
		Title: "Agenda del día", Date: views.LongDay(g.From.In(g.Zone), g.Now) + " · " + totalsText(g.Totals),
		Clinic: clinic, ClinicLine: siteName(g, v.Site),
	}}
	return web.Render(c, http.StatusOK, views.PrintPage(views.Head{Look: web.Look(c), Title: "Agenda " + g.From.String()}, "a4"), printBody(p))
}

// printView is a day on paper.
type printView struct {
	Grid Grid
	Head views.PrintHeader
}

func siteName(g Grid, id uuid.UUID) string {
	for _, s := range g.Sites {
		if s.ID == id {
			return "Sede " + s.Name
		}
	}
	return "Todas las sedes"
}

// expected are a column's cards without the cancelled ones.
func (c Column) expected() []Card {
	var list []Card
	for _, card := range c.Cards {
		if card.Status != Cancelled {
			list = append(list, card)
		}
	}
	return list
}
