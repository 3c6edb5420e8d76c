package agenda

import (
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// The three ways to look at the agenda.
const (
	dayView   = "dia"
	weekView  = "semana"
	monthView = "mes"
)

// address is a view of the agenda as its query string: what reload, back and the next poll ask for again.
type address struct {
	View   string
	Date   Date
	Doctor uuid.UUID // zero: everybody
	Column uuid.UUID // on phones: the one column shown
	Site   uuid.UUID // zero: where the person works
	Card   uuid.UUID // the selected appointment
	Zoom   int       // zero: what the shortest card needs
}

// addressOf reads a query string; what cannot be read stays zero.
func addressOf(q url.Values) address {
	a := address{View: q.Get("vista"), Doctor: idOf(q.Get("prof")), Column: idOf(q.Get("col")), Site: idOf(q.Get("sede")), Card: idOf(q.Get("cita"))}
	if a.View != weekView && a.View != monthView {
		a.View = dayView
	}
	a.Date, _ = ParseDate(q.Get("fecha"))
	a.Zoom, _ = strconv.Atoi(q.Get("zoom"))
	if a.Zoom < 0 || a.Zoom > 3 {
		a.Zoom = 0
	}
	return a
}

func idOf(text string) uuid.UUID {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil
	}
	return id
}

func (a address) query() url.Values {
	q := url.Values{}
	set := func(name string, id uuid.UUID) {
		if id != uuid.Nil {
			q.Set(name, id.String())
		}
	}
	if a.View != dayView && a.View != "" {
		q.Set("vista", a.View)
	}
	if !a.Date.IsZero() {
		q.Set("fecha", a.Date.String())
	}
	set("prof", a.Doctor)
	set("col", a.Column)
	set("sede", a.Site)
	set("cita", a.Card)
	if a.Zoom > 0 {
		q.Set("zoom", strconv.Itoa(a.Zoom))
	}
	return q
}

// href is the page's address.
func (a address) href() string { return joined("/agenda", a.query()) }

// poll is where the page asks for what changed since change number n.
func (a address) poll(n int64) string {
	q := a.query()
	q.Set("desde", strconv.FormatInt(n, 10))
	return joined("/agenda/cambios", q)
}

func joined(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (a address) on(d Date) address              { a.Date, a.Card = d, uuid.Nil; return a }
func (a address) as(view string) address         { a.View, a.Card = view, uuid.Nil; return a }
func (a address) selecting(id uuid.UUID) address { a.Card = id; return a }
func (a address) column(id uuid.UUID) address    { a.Column, a.Card = id, uuid.Nil; return a }
func (a address) scaled(zoom int) address        { a.Zoom = min(max(zoom, 1), 3); return a }

// step is the view before (-1) or after (1) this one.
func (a address) step(n int) address {
	switch a.View {
	case weekView:
		return a.on(a.Date.Add(7 * n))
	case monthView:
		first := a.Date.Add(1 - a.Date.Day)
		if n > 0 {
			return a.on(monthAfter(first))
		}
		before := first.Add(-1)
		return a.on(before.Add(1 - before.Day))
	}
	return a.on(a.Date.Add(n))
}

func monthAfter(first Date) Date {
	next := first.Add(32)
	return next.Add(1 - next.Day)
}

// bookingAt is the booking form with what is known already.
func bookingAt(f freeHour) string {
	q := url.Values{"prof": {f.Doctor.String()}, "fecha": {f.Start.Format(time.DateOnly)}, "hora": {f.Start.Format("15:04")}}
	return joined("/citas/nueva", q)
}

func appointmentPath(id uuid.UUID, rest ...string) string {
	path := "/citas/" + id.String()
	for _, part := range rest {
		path += "/" + part
	}
	return path
}
