package agenda

import (
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) todayRoutes(r *web.Router) {
	r.GET("/hoy", h.today, web.Needs(accounts.AgendaRead))
	r.GET("/hoy/cambios", h.todayChanges, web.Needs(accounts.AgendaRead), web.Quiet())
}

func (h screens) today(c echo.Context) error {
	p, err := h.todayPage(c)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Hoy", Nav: "/hoy", Body: todayRegion(p), Primary: h.primary(c)})
}

func (h screens) todayChanges(c echo.Context) error {
	now, err := h.agenda.Changes(c.Request().Context())
	if err != nil {
		return err
	}
	if c.QueryParam("desde") == strconv.FormatInt(now, 10) {
		return c.NoContent(http.StatusNoContent)
	}
	p, err := h.todayPage(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, todayRegion(p))
}

func (h screens) todayPage(c echo.Context) (todayPage, error) {
	ctx := c.Request().Context()
	who := access.Who(ctx)
	v, mine := viewFor(who)
	p := todayPage{Mine: mine, Who: who, Notes: h.Notes != nil, Chosen: idOf(c.QueryParam("cita"))}
	if path, at := viewed(c); path == "/hoy" && c.Request().Method != http.MethodGet {
		p.Chosen = at.Card
	}
	var err error
	if p.List, err = h.agenda.TodayList(ctx, v); err != nil {
		return p, err
	}
	if card, ok := p.selected(); ok {
		if p.Beside, err = h.summary(c, card); err != nil {
			return p, err
		}
	}
	if !mine {
		return p, nil
	}
	g, err := h.agenda.Day(ctx, v)
	if err == nil {
		p.NextFree = nextFree(g)
	}
	return p, err
}

// summary gathers what stands beside the list about an appointment and its patient.
func (h screens) summary(c echo.Context, card Card) (*todaySummary, error) {
	ctx := c.Request().Context()
	d, err := h.detail(c, card.ID)
	if err != nil {
		return nil, err
	}
	s := &todaySummary{detail: d}
	if access.Who(ctx).Can(accounts.PatientsRead) {
		known, err := h.people.ByID(ctx, []uuid.UUID{card.PatientID})
		if err != nil {
			return nil, err
		}
		if p, ok := known[card.PatientID]; ok {
			s.Person = patientDetail(p, h.agenda.Today(ctx).In(time.UTC))
		}
	}
	s.Coming, s.Past, err = h.agenda.Around(ctx, card.Appointment)
	return s, err
}

// nextFree is the first hour that nobody has yet, "" without one.
func nextFree(g Grid) string {
	for _, c := range g.Columns {
		if free := freeHours(c, c.Cards, g); len(free) > 0 {
			return views.Clock(free[0].Start)
		}
	}
	return ""
}

func (h screens) todayRedrawn(c echo.Context, said *views.ToastMessage) error {
	p, err := h.todayPage(c)
	if err != nil {
		return err
	}
	toRegionOf(c, "#agenda")
	return web.Render(c, http.StatusOK, withToast(todayRegion(p), said))
}

func (h screens) todayRefused(c echo.Context, r *refusal) error {
	p, err := h.todayPage(c)
	if err != nil {
		return err
	}
	p.Refusal = r
	toRegionOf(c, "#agenda")
	return web.Render(c, http.StatusConflict, todayRegion(p))
}
