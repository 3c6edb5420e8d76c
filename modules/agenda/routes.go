package agenda

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

type screens struct {
	agenda   *Service
	services Services
	people   People
	Beside
}

// Beside is what stands beside the agenda where it is: nil is nobody.
type Beside struct {
	Notes   Attentions // whoever keeps what is written while somebody attends
	Charges Charges    // whoever takes money
}

// Routes adds the agenda's pages. A device, which keeps working hours to read alone, leaves those that change them to
// the server. With Notes, whoever writes them is led from an appointment of their own to its attention, which also ends
// it; without, everybody begins and ends it here.
func Routes(r *web.Router, agenda *Service, services Services, people People, beside Beside) {
	h := screens{agenda: agenda, services: services, people: people, Beside: beside}
	r.GET("/agenda", h.page, web.Needs(accounts.AgendaRead))
	r.GET("/agenda/cambios", h.changes, web.Needs(accounts.AgendaRead), web.Quiet())
	h.bookingRoutes(r)
	h.appointmentRoutes(r)
	h.todayRoutes(r)
	h.freeRoutes(r)
	h.patientRoutes(r)
	h.printRoutes(r)
	if !agenda.Away() {
		h.serverRoutes(r)
	}
}

// page is the agenda by day, week or month.
func (h screens) page(c echo.Context) error {
	at := addressOf(c.QueryParams())
	b, err := h.board(c, at)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Agenda", Nav: "/agenda", Body: region(b), Primary: h.primary(c)})
}

// primary is the page's one filled button, for who may book.
func (h screens) primary(c echo.Context) *views.Action {
	if !access.Who(c.Request().Context()).Can(accounts.AgendaBook) {
		return nil
	}
	return &views.Action{Label: "Reservar", Href: "/citas/nueva", Icon: "plus", Key: "r", Dialog: true}
}

// changes answers a poll: nothing while the change number is the one drawn, else the region.
func (h screens) changes(c echo.Context) error {
	now, err := h.agenda.Changes(c.Request().Context())
	if err != nil {
		return err
	}
	if c.QueryParam("desde") == strconv.FormatInt(now, 10) {
		return c.NoContent(http.StatusNoContent)
	}
	b, err := h.board(c, addressOf(c.QueryParams()))
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, region(b))
}

// board reads and lays out what an address asks for.
func (h screens) board(c echo.Context, at address) (board, error) {
	ctx := c.Request().Context()
	who := access.Who(ctx)
	v := View{Date: at.Date, Site: at.Site}
	if v.Site == uuid.Nil {
		v.Site = who.SiteID
	}
	if at.Doctor != uuid.Nil {
		v.Doctors = []uuid.UUID{at.Doctor}
	}
	var g Grid
	var err error
	switch at.View {
	case weekView:
		g, err = h.week(c, &at, v)
	default:
		g, err = h.agenda.Day(ctx, v)
	}
	if err != nil {
		return board{}, err
	}
	b := newBoard(at, g, who)
	b.Notes = h.Notes != nil
	if err := h.fill(c, &b, v); err != nil {
		return b, err
	}
	return b, nil
}

// week shows one professional: the asked one, oneself, or the first.
func (h screens) week(c echo.Context, at *address, v View) (Grid, error) {
	ctx := c.Request().Context()
	if at.Doctor == uuid.Nil {
		doctors, err := h.agenda.Professionals(ctx)
		if err != nil {
			return Grid{}, err
		}
		if len(doctors) > 0 {
			at.Doctor = doctors[0].ID
		}
		for _, m := range doctors {
			if m.ID == access.Who(ctx).MembershipID {
				at.Doctor = m.ID
			}
		}
	}
	v.Doctors = []uuid.UUID{at.Doctor}
	if at.Date.IsZero() {
		v.Date = h.agenda.Today(ctx)
		at.Date = v.Date
	}
	return h.agenda.Week(ctx, v)
}

// fill adds the panel and, for a month, its days.
func (h screens) fill(c echo.Context, b *board, v View) error {
	ctx := c.Request().Context()
	var err error
	if b.At.View == monthView {
		b.Days, err = h.agenda.Month(ctx, v)
		return err
	}
	if b.At.Card != uuid.Nil {
		d, err := h.detail(c, b.At.Card)
		if fault.IsNotFound(err) {
			b.At.Card = uuid.Nil
			return h.fill(c, b, v)
		}
		b.Detail = &d
		return err
	}
	if err := h.uncharged(ctx, b); err != nil {
		return err
	}
	return h.lostPlaces(c, b)
}

// lostPlaces reads what waits for another hour, each with three to offer.
func (h screens) lostPlaces(c echo.Context, b *board) error {
	ctx := c.Request().Context()
	cards, err := h.agenda.NeedsReschedule(ctx)
	if err != nil {
		return err
	}
	for _, card := range cards {
		l := lost{Card: card}
		if b.CanBook {
			from := DateOf(card.StartTime, b.Grid.Zone)
			if from.Before(b.Grid.Today) {
				from = b.Grid.Today
			}
			search := Search{ServiceID: card.ServiceID, DoctorID: card.DoctorID, From: from, Duration: card.Duration()}
			if l.Free, err = h.agenda.NextFree(ctx, search, freeOffered); err != nil && fault.KindOf(err) != fault.Invalid {
				return err
			}
		}
		b.Lost = append(b.Lost, l)
	}
	return nil
}

// detail is one appointment with what may be done with it.
func (h screens) detail(c echo.Context, id uuid.UUID) (detail, error) {
	ctx := c.Request().Context()
	card, err := h.agenda.Card(ctx, id)
	if err != nil {
		return detail{}, err
	}
	d := newDetail(card, access.Who(ctx), h.agenda.Now(ctx), h.agenda.Zone(ctx), h.Notes != nil)
	d.AsOf = h.agenda.AsOf(ctx)
	lines, err := h.agenda.History(ctx, id)
	if err != nil {
		return d, err
	}
	d.History = happenings(lines, d.Zone, d.Now)
	d.Charge = card.Status != Cancelled && access.Who(ctx).Can(accounts.BillingCharge)
	if !h.agenda.Away() {
		d.Undo = undoable(card.Appointment, lines, access.Who(ctx), d.Now, d.Zone)
	}
	return d, nil
}

// viewed is the view that the person looks at while doing something: htmx says its address.
func viewed(c echo.Context) (path string, at address) {
	current, err := url.Parse(c.Request().Header.Get("HX-Current-URL"))
	if err != nil {
		return "", address{}
	}
	return current.Path, addressOf(current.Query())
}

func idParam(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}
