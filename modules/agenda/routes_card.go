package agenda

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) appointmentRoutes(r *web.Router) {
	r.GET("/citas/:id", h.show, web.Needs(accounts.AgendaRead))
	r.GET("/citas/:id/cancelacion", h.askReason, web.Needs(accounts.AgendaBook))
	r.POST("/citas/:id/cancelacion", h.cancel, web.Needs(accounts.AgendaBook))
	r.POST("/citas/:id/llegada", h.act("llegada"), web.Needs(accounts.AgendaBook))
	r.POST("/citas/:id/confirmacion", h.act("confirmacion"), web.Needs(accounts.AgendaBook))
	r.POST("/citas/:id/inasistencia", h.act("inasistencia"), web.Needs(accounts.AgendaBook))
	r.POST("/citas/:id/atencion", h.attend, web.Needs(accounts.AgendaAttend))
	r.POST("/citas/:id/termino", h.act("termino"), web.Needs(accounts.AgendaAttend))
	r.POST("/citas/:id/deshacer", h.undo, web.Needs(accounts.AgendaBook))
	for _, path := range []string{"llegada", "inasistencia", "cancelacion"} {
		r.DELETE("/citas/:id/"+path, h.undo, web.Needs(accounts.AgendaBook))
	}
	r.GET("/citas/:id/mover", h.askHour, web.Needs(accounts.AgendaBook))
	r.POST("/citas/:id/mover", h.move, web.Needs(accounts.AgendaBook))
	r.GET("/citas/:id/editar", h.askEdit, web.Needs(accounts.AgendaBook))
	r.POST("/citas/:id/editar", h.edit, web.Needs(accounts.AgendaBook))
}

// show is one appointment: over another page, or as a page of its own.
func (h screens) show(c echo.Context) error {
	d, err := h.detailParam(c)
	if err != nil {
		return err
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, detailDialog(d))
	}
	back := address{View: dayView, Date: DateOf(d.StartTime, d.Zone)}.href()
	return web.Show(c, web.Page{Title: "Cita", Nav: "/agenda", Back: back, Body: detailPage(d)})
}

func (h screens) detailParam(c echo.Context) (detail, error) {
	id, err := idParam(c)
	if err != nil {
		return detail{}, err
	}
	return h.detail(c, id)
}

// act makes the handler of one tap.
func (h screens) act(path string) echo.HandlerFunc {
	x := actAt(path)
	return func(c echo.Context) error {
		id, err := idParam(c)
		if err != nil {
			return err
		}
		saved, err := h.agenda.Transition(c.Request().Context(), Act{ID: id, To: x.Step})
		if err != nil {
			return h.refused(c, id, err)
		}
		return h.acted(c, saved, x, false)
	}
}

// acted answers a changed state, with Deshacer where the table has a way back.
func (h screens) acted(c echo.Context, saved Saved, x act, dialog bool) error {
	card, err := h.agenda.Card(c.Request().Context(), saved.Appointment.ID)
	if err != nil {
		return err
	}
	said := views.ToastMessage{Text: x.Done + ": " + card.Patient, Icon: x.Icon}
	if len(saved.Changed) > 0 && x.undoes() && !h.agenda.Away() {
		said.Undo = appointmentPath(card.ID, "deshacer")
		said.UndoFields = []views.Option{operation()}
	}
	return h.done(c, outcome{Card: card, Said: said, Close: dialog})
}

// undoes reports whether the act can be taken back.
func (x act) undoes() bool {
	for _, t := range Transitions() {
		if !t.Undoes {
			continue
		}
		if x.Step == Arrival && t.To == NoArrival || step(t.From) == x.Step {
			return true
		}
	}
	return false
}

// undo takes back the last arrival, no-show or cancellation.
func (h screens) undo(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	saved, err := h.agenda.Undo(ctx, id)
	if err != nil {
		return h.refused(c, id, err)
	}
	card, err := h.agenda.Card(ctx, saved.Appointment.ID)
	if err != nil {
		return err
	}
	return h.done(c, outcome{Card: card, Said: views.ToastMessage{Text: "Deshecho: " + card.Patient + ", " + card.state().Label(), Icon: "undo-2"}})
}

// reasonForm is why an appointment is cancelled.
type reasonForm struct {
	OpID     string `form:"op_id"`
	Reason   string `form:"motivo"`
	Other    string `form:"otro"`
	Problems fault.Problems
}

func reasonField(f reasonForm) views.Field {
	options := []views.Option{{Value: "Lo pidió el paciente", Label: "El paciente"}, {Value: "El profesional no puede", Label: "El profesional"},
		{Value: "Reservada por equivocación", Label: "Equivocación"}, {Value: "otro", Label: "Otro"}}
	return views.Field{Name: "motivo", Label: "¿Por qué?", Value: f.Reason, Options: options, Error: f.Problems["motivo"]}
}

// text is the reason to keep.
func (f reasonForm) text() string {
	if f.Other != "" || f.Reason == "otro" {
		return strings.TrimSpace(f.Other)
	}
	return f.Reason
}

func (h screens) askReason(c echo.Context) error {
	d, err := h.detailParam(c)
	if err != nil {
		return err
	}
	return h.showDialog(c, http.StatusOK, "Cancelar cita", d, cancelDialog(d, reasonForm{OpID: newID().String(), Reason: "Lo pidió el paciente"}))
}

// showDialog answers with a dialog, or with its content as a page.
func (h screens) showDialog(c echo.Context, status int, title string, d detail, dialog templComponent) error {
	if web.IsFragment(c) {
		return web.Render(c, status, dialog)
	}
	return web.Show(c, web.Page{Status: status, Title: title, Nav: "/agenda", Back: appointmentPath(d.ID), Body: inPage(dialog)})
}

func (h screens) cancel(c echo.Context) error {
	var f reasonForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := idParam(c)
	if err != nil {
		return err
	}
	saved, err := h.agenda.Cancel(c.Request().Context(), id, f.text())
	if err == nil {
		return h.acted(c, saved, actAt("cancelacion"), true)
	}
	problems, ok := problemsOf(err)
	if !ok {
		return err
	}
	if f.Reason == "otro" && problems["motivo"] != "" {
		problems = fault.Problems{"otro": problems["motivo"]}
	}
	f.Problems = problems
	d, drawErr := h.detail(c, id)
	if drawErr != nil {
		return drawErr
	}
	if web.IsFragment(c) {
		return web.Render(c, statusOf(err), cancelForm(d, f))
	}
	return h.showDialog(c, statusOf(err), "Cancelar cita", d, cancelDialog(d, f))
}

// moveForm is where an appointment should go: typed, chosen, or dropped there.
type moveForm struct {
	OpID     string `form:"op_id"`
	Version  int64  `form:"version"`
	Hour     string `form:"hora"`
	Day      string `form:"fecha"`
	Doctor   string `form:"profesional"`
	Slot     string `form:"a"`          // a free hour: start, end, professional, site
	Beside   string `form:"sobreturno"` // an hour that is taken, written like a free one: beside whoever is there
	Start    string `form:"inicio"`     // dropped: RFC 3339 or the clinic's wall clock
	Minutes  int    `form:"minutos"`
	Grid     string `form:"rejilla"` // typed on the card itself, not in the dialog
	Hours    hourView
	Problems fault.Problems
}

func (h screens) askHour(c echo.Context) error {
	d, err := h.detailParam(c)
	if err != nil {
		return err
	}
	f := moveForm{OpID: newID().String(), Version: d.Version, Doctor: d.DoctorID.String()}
	return h.drawMove(c, http.StatusOK, d, f)
}

func (h screens) drawMove(c echo.Context, status int, d detail, f moveForm) error {
	ctx := c.Request().Context()
	typed := bookForm{
		Hour: f.Hour, Doctor: f.Doctor, Service: d.ServiceID.String(), Duration: minutesText(d.Duration()),
		Day: DateOf(d.StartTime, d.Zone).String(),
	}
	var err error
	if f.Hours, _, _, err = h.hourView(ctx, typed, d.ID.String(), f.Problems); err != nil {
		return err
	}
	if status != http.StatusOK && web.IsFragment(c) {
		return web.Render(c, status, moveFields(d, f))
	}
	return h.showDialog(c, status, "Mover cita", d, moveDialog(d, f))
}

// wish reads where to from a form.
func (h screens) wish(c echo.Context, id uuid.UUID, f moveForm) (Move, error) {
	ctx := c.Request().Context()
	m := Move{ID: id, Version: f.Version, DoctorID: idOf(f.Doctor)}
	switch {
	case f.Slot != "" || f.Beside != "":
		slot, ok := slotOf(cmp.Or(f.Slot, f.Beside))
		if !ok {
			return m, fault.InvalidField("start_time", "Esa hora no se entiende.")
		}
		if f.Slot == "" {
			beside := true
			m.Overbooked = &beside
		}
		m.StartTime, m.EndTime, m.DoctorID, m.SiteID = slot.StartTime, slot.EndTime, slot.DoctorID, slot.SiteID
		return m, nil
	case f.Start != "":
		start, err := time.ParseInLocation("2006-01-02T15:04", f.Start, h.agenda.Zone(ctx))
		if err != nil {
			return m, fault.InvalidField("start_time", "Esa hora no se entiende.")
		}
		m.StartTime = start
		if f.Minutes > 0 {
			m.EndTime = start.Add(time.Duration(f.Minutes) * time.Minute)
		}
		return m, nil
	}
	start, problem := h.agenda.readHour(ctx, f.Hour, f.Day)
	if problem != "" {
		return m, fault.InvalidField("start_time", problem)
	}
	m.StartTime = start
	return m, nil
}

// move puts an appointment elsewhere. What was dropped and refused goes back with the reason; what was typed stays.
func (h screens) move(c echo.Context) error {
	var f moveForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if f.Day == "" {
		if a, err := h.agenda.Appointment(ctx, id); err == nil {
			f.Day = DateOf(a.StartTime, h.agenda.Zone(ctx)).String()
		}
	}
	m, err := h.wish(c, id, f)
	var saved Saved
	if err == nil {
		saved, err = h.agenda.Move(ctx, m)
	}
	typed := f.Slot == "" && f.Beside == "" && f.Start == "" && f.Grid == ""
	if err != nil && typed {
		return h.moveRefused(c, id, f, err)
	}
	if err != nil {
		return h.refused(c, id, err)
	}
	return h.moved(c, saved, typed)
}

func (h screens) moved(c echo.Context, saved Saved, dialog bool) error {
	card, err := h.agenda.Card(c.Request().Context(), saved.Appointment.ID)
	if err != nil {
		return err
	}
	zone := h.agenda.Zone(c.Request().Context())
	said := views.ToastMessage{Icon: "calendar-clock", Text: "Movida: " + card.Patient + ", " +
		views.ShortDayTime(card.StartTime.In(zone), h.agenda.Now(c.Request().Context()))}
	if saved.Moved() {
		said.Undo = appointmentPath(card.ID, "mover")
		back := saved.Undo()
		slot := Slot{StartTime: back.StartTime, EndTime: back.EndTime, DoctorID: back.DoctorID, SiteID: back.SiteID}
		said.UndoFields = []views.Option{operation(), {Value: "a", Label: slotValue(slot)}, {Value: "version", Label: versionText(back.Version)}}
	}
	return h.done(c, outcome{Card: card, Said: said, Focus: true, Close: dialog})
}

func (h screens) moveRefused(c echo.Context, id uuid.UUID, f moveForm, err error) error {
	problems, ok := problemsOf(err)
	if !ok {
		return err
	}
	d, drawErr := h.detail(c, id)
	if drawErr != nil {
		return drawErr
	}
	f.Problems = problems
	var stale *StaleError
	if errors.As(err, &stale) {
		f.Problems = fault.Problems{"hora": staleWords(d)}
		f.Version = d.Version // what stands has been said; sending again is meant
	}
	return h.drawMove(c, statusOf(err), d, f)
}

// staleWords tell what somebody else made of the place meanwhile.
func staleWords(d detail) string {
	return "Alguien más la movió: ahora está " + d.line() + ", con " + d.Doctor + ". Vuelva a enviar si quiere moverla igual."
}

// refused brings back what stands with the reason, where the person looks.
func (h screens) refused(c echo.Context, id uuid.UUID, err error) error {
	kind := fault.KindOf(err)
	if kind != fault.Conflict && kind != fault.Invalid || !web.IsFragment(c) {
		return err
	}
	card, readErr := h.agenda.Card(c.Request().Context(), id)
	if readErr != nil {
		return readErr
	}
	r := &refusal{Text: sentence(err), Card: id, Version: card.Version}
	var taken *TakenError
	var stale *StaleError
	switch {
	case errors.As(err, &taken):
		r.Free = taken.Free
		if len(r.Free) > 0 { // they stand beside it as buttons
			r.Text, _, _ = strings.Cut(r.Text, " Libres: ")
		}
	case errors.As(err, &stale):
		d := newDetail(card, access.Who(c.Request().Context()), h.agenda.Now(c.Request().Context()), h.agenda.Zone(c.Request().Context()), h.Notes != nil)
		r.Text = "Alguien más cambió esta cita: ahora está " + d.line() + ", con " + d.Doctor + "."
	}
	path, at := viewed(c)
	if path == "/hoy" {
		return h.todayRefused(c, r)
	}
	return h.redrawn(c, at, r, nil, http.StatusConflict)
}

// sentence is the first thing to say of a refusal.
func sentence(err error) string {
	problems, ok := fault.Fields(err)
	if !ok {
		return err.Error()
	}
	for _, field := range []string{"start_time", "resource_id", "end_time", "doctor_id", "reason", "to"} {
		if problems[field] != "" {
			return problems[field]
		}
	}
	for _, text := range problems {
		return text
	}
	return err.Error()
}
