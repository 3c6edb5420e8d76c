package agenda

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const patientTab = "citas"

// Tabs are the sections of a patient's page that the agenda draws.
func Tabs() []patients.Tab { return []patients.Tab{{Path: patientTab, Label: "Citas", Order: 600}} }

func (h screens) patientRoutes(r *web.Router) {
	r.GET("/pacientes/:id/"+patientTab, h.patientTab, web.Needs(accounts.AgendaRead))
}

// patientView are a person's appointments: those to come, then the past ones, latest first.
type patientView struct {
	Coming, Past []Card
	Book, More   string
	Now          time.Time
	Zone         *time.Location
	Address      string
}

func (h screens) patientTab(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	frame, err := h.people.Frame(ctx, id, patientTab)
	if err != nil {
		return err
	}
	path := "/pacientes/" + frame.Patient.ID.String() + "/" + patientTab
	if frame.Patient.ID != id {
		return web.SeeOther(c, path)
	}
	v := patientView{Now: h.agenda.Now(ctx), Zone: h.agenda.Zone(ctx), Address: path}
	if access.Who(ctx).Can(accounts.AgendaBook) {
		v.Book = "/citas/nueva?paciente=" + id.String()
	}
	before, beforeID, err := cursorOf(c)
	if err != nil {
		return err
	}
	cards, more, err := h.agenda.ForPatient(ctx, frame.Family, before, beforeID)
	if err != nil {
		return err
	}
	for _, card := range cards {
		if card.Status.Pending() && !card.StartTime.Before(v.Now) {
			v.Coming = append([]Card{card}, v.Coming...)
		} else {
			v.Past = append(v.Past, card)
		}
	}
	if more {
		last := cards[len(cards)-1]
		v.More = joined(path, url.Values{"antes": {last.StartTime.UTC().Format(time.RFC3339Nano)}, "tras": {last.ID.String()}})
	}
	switch {
	case web.IsFragment(c) && !before.IsZero():
		return web.Render(c, http.StatusOK, patientPast(v))
	case web.IsFragment(c):
		return web.Render(c, http.StatusOK, patientBody(v))
	}
	return patients.ShowFrame(c, http.StatusOK, frame, patientBody(v))
}

// cursorOf reads where a list goes on.
func cursorOf(c echo.Context) (time.Time, uuid.UUID, error) {
	text := c.QueryParam("antes")
	if text == "" {
		return time.Time{}, uuid.Nil, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return at, uuid.Nil, fault.InvalidField("", "La dirección de la página no se entiende.")
	}
	return at, idOf(c.QueryParam("tras")), nil
}
