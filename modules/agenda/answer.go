package agenda

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/web"
	"hampi/views"
)

// outcome is what was done, to be answered where the person looks.
type outcome struct {
	Card  Card
	Said  views.ToastMessage
	Focus bool // the card gets the focus, on its own day
	Close bool // the dialog is finished
}

// done answers a change: the agenda or the list of today drawn again with a toast; from a form that was a page of its
// own, and without script, the agenda at the card; elsewhere the toast and an event ("citas") that regions may listen to.
func (h screens) done(c echo.Context, o outcome) error {
	zone := h.agenda.Zone(c.Request().Context())
	day := DateOf(o.Card.StartTime, zone)
	if !web.IsFragment(c) {
		web.Flash(c, o.Said.Text)
		return web.SeeOther(c, address{View: dayView, Date: day, Card: o.Card.ID}.href())
	}
	events := map[string]any{"citas": o.Card.ID.String()}
	if o.Close {
		events["dialogo:cerrar"] = true
	}
	path, at := viewed(c)
	switch path {
	case "/agenda":
		if o.Focus && at.View != monthView && at.Date != day && !(at.Date.IsZero() && day == h.agenda.Today(c.Request().Context())) {
			at = at.on(day)
			c.Response().Header().Set("HX-Push-Url", at.href())
		}
		if o.Focus {
			focusOn(c, "cita-"+o.Card.ID.String())
		}
		setEvents(c, events)
		return h.redrawn(c, at, nil, &o.Said, http.StatusOK)
	case "/hoy":
		setEvents(c, events)
		return h.todayRedrawn(c, &o.Said)
	}
	if strings.HasPrefix(path, "/citas/") { // the form was the page, and is finished
		web.Flash(c, o.Said.Text)
		return web.Leave(c, address{View: dayView, Date: day, Card: o.Card.ID}.href())
	}
	setEvents(c, events)
	c.Response().Header().Set("HX-Reswap", "none")
	return web.Render(c, http.StatusOK, views.Toast(o.Said))
}

// redrawn answers with the agenda's region.
func (h screens) redrawn(c echo.Context, at address, refused *refusal, said *views.ToastMessage, status int) error {
	b, err := h.board(c, at)
	if err != nil {
		return err
	}
	b.Refusal = refused
	toRegionOf(c, "#agenda")
	return web.Render(c, status, withToast(region(b), said))
}

// toRegionOf has an answer drawn over a region. Who asked for it to be drawn there is told nothing: htmx looks a region up
// from the element that asked, which may have been drawn over meanwhile.
func toRegionOf(c echo.Context, target string) {
	if "#"+c.Request().Header.Get("HX-Target") != target {
		c.Response().Header().Set("HX-Retarget", target)
	}
	c.Response().Header().Set("HX-Reswap", "outerHTML")
}

func setEvents(c echo.Context, events map[string]any) {
	text, _ := json.Marshal(events)
	c.Response().Header().Set("HX-Trigger", string(text))
}

func focusOn(c echo.Context, id string) {
	text, _ := json.Marshal(map[string]string{"agenda:enfoca": id})
	c.Response().Header().Set("HX-Trigger-After-Settle", string(text))
}

func withToast(body templ.Component, said *views.ToastMessage) templ.Component {
	if said == nil {
		return body
	}
	return templ.Join(body, views.Toast(*said))
}

// operation is the hidden id of a toast's Deshacer form.
func operation() views.Option {
	return views.Option{Value: "op_id", Label: uuid.Must(uuid.NewV7()).String()}
}
