package agenda

import (
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

func (h screens) blockRoutes(r *web.Router) {
	r.GET("/agenda/bloqueos/nuevo", h.newBlock, web.Needs(accounts.AgendaBlock))
	r.POST("/agenda/bloqueos", h.block, web.Needs(accounts.AgendaBlock))
	r.GET("/agenda/bloqueos/:id", h.showBlock, web.Needs(accounts.AgendaBlock))
	r.POST("/agenda/bloqueos/:id/quitar", h.unblock, web.Needs(accounts.AgendaBlock))
}

// blockForm is a stretch in which a professional does not attend.
type blockForm struct {
	OpID     string `form:"op_id"`
	Doctor   string `form:"profesional" query:"prof"`
	Day      string `form:"dia"`
	From     string `form:"desde"`
	To       string `form:"hasta"`
	LastDay  string `form:"ultimo"`
	Reason   string `form:"motivo"`
	Back     string `form:"deshacer"` // what Deshacer sends: kind, start and end
	Doctors  []views.Option
	Problems fault.Problems
}

func (h screens) newBlock(c echo.Context) error {
	ctx := c.Request().Context()
	day, ok := ParseDate(c.QueryParam("fecha"))
	if !ok {
		day = h.agenda.Today(ctx)
	}
	f := blockForm{OpID: newID().String(), Doctor: c.QueryParam("prof"), Day: views.Day(day.In(time.UTC)), From: c.QueryParam("desde"), To: c.QueryParam("hasta")}
	if f.Doctor == "" && access.Who(ctx).Has(string(accounts.Doctor)) {
		f.Doctor = access.Who(ctx).MembershipID.String()
	}
	return h.drawBlock(c, http.StatusOK, f)
}

func (h screens) drawBlock(c echo.Context, status int, f blockForm) error {
	doctors, err := h.agenda.Professionals(c.Request().Context())
	if err != nil {
		return err
	}
	f.Doctors = doctorOptions(doctors)
	switch {
	case web.IsFragment(c) && c.Request().Method == http.MethodPost:
		return web.Render(c, status, blockFields(f))
	case web.IsFragment(c):
		return web.Render(c, status, blockDialog(f))
	}
	return web.Show(c, web.Page{Status: status, Title: "Bloqueo de horario", Nav: "/agenda", Back: "/agenda", Body: inPage(blockDialog(f))})
}

// exception reads the form: some hours of a day, or whole days.
func (f blockForm) exception(today Date, zone *time.Location) (Exception, fault.Problems) {
	problems := fault.Problems{}
	doctor := idOf(f.Doctor)
	e := Exception{ID: idOf(f.OpID), Kind: BlockKind, DoctorID: &doctor, Reason: f.Reason}
	if doctor == uuid.Nil {
		problems.Add("profesional", "Falta el profesional.")
	}
	day, ok := dayTyped(f.Day, today)
	if !ok {
		problems.Add("dia", "Falta el día, por ejemplo 24/11/2026.")
	}
	if strings.TrimSpace(f.LastDay) != "" {
		last, ok := dayTyped(f.LastDay, today)
		if !ok || last.Before(day) {
			problems.Add("ultimo", "El último día va después del primero.")
		}
		e.Kind = AbsenceKind
		e.StartTime, e.EndTime = bounds(day, last, zone)
		return e, problems
	}
	from, ok1 := hourTyped(f.From, today)
	to, ok2 := hourTyped(f.To, today)
	if !ok1 {
		problems.Add("desde", "Falta la hora, por ejemplo 13:00.")
	}
	if !ok2 {
		problems.Add("hasta", "Falta la hora, por ejemplo 14:00.")
	}
	if ok1 && ok2 && to <= from {
		problems.Add("hasta", "El fin debe ser después del inicio.")
	}
	e.StartTime, e.EndTime = day.At(from, zone), day.At(to, zone)
	return e, problems
}

// dayTyped reads a day as fields of days do: 24/11/2026, 241126, "mañana".
func dayTyped(text string, today Date) (Date, bool) {
	digits := strings.TrimSpace(text)
	if (len(digits) == 6 || len(digits) == 8) && strings.Trim(digits, "0123456789") == "" {
		text = digits[:2] + "/" + digits[2:4] + "/" + digits[4:]
	}
	typed, problem := ParseTyped(text, today, today)
	return typed.Date, problem == "" && typed.HasDate
}

// hourTyped reads a clock time as fields of hours do: 13:00, 13, 1 pm.
func hourTyped(text string, today Date) (minute int, ok bool) {
	if strings.TrimSpace(text) == "24:00" {
		return 24 * 60, true
	}
	if endsInHour(text) && len(strings.Fields(text)) == 1 {
		text = strings.TrimSpace(text) + ":00"
	}
	typed, problem := ParseTyped(text, today, today)
	return typed.Minute, problem == "" && typed.HasTime && !typed.HasDate
}

func (h screens) block(c echo.Context) error {
	var f blockForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx := c.Request().Context()
	zone := h.agenda.Zone(ctx)
	e, problems := f.exception(h.agenda.Today(ctx), zone)
	if f.Back != "" {
		e, problems = f.again(), nil
	}
	if err := problems.Err(); err != nil {
		f.Problems = problems
		return h.drawBlock(c, http.StatusUnprocessableEntity, f)
	}
	kept, err := h.agenda.Block(ctx, e)
	if err != nil {
		fields, ok := fault.Fields(err)
		if !ok {
			return err
		}
		f.Problems = fault.Problems{}
		for field, sentence := range fields {
			f.Problems.Add(map[string]string{"doctor_id": "profesional", "start_time": "desde", "end_time": "hasta", "reason": "motivo"}[field], sentence)
		}
		return h.drawBlock(c, statusOf(err), f)
	}
	text := "Bloqueado: " + kept.Exception.Label()
	if n := len(kept.Inside); n > 0 {
		text += ". Dentro quedan " + views.Plural(n, "cita", "citas") + " por mover"
	}
	return h.hoursChanged(c, views.ToastMessage{Text: text, Icon: "calendar-off"})
}

// again is the block that Deshacer puts back.
func (f blockForm) again() Exception {
	parts := strings.Fields(f.Back)
	e := Exception{ID: newID(), Kind: BlockKind, Reason: f.Reason}
	if len(parts) == 3 {
		e.Kind = ExceptionKind(parts[0])
		e.StartTime, _ = time.Parse(time.RFC3339, parts[1])
		e.EndTime, _ = time.Parse(time.RFC3339, parts[2])
	}
	if id := idOf(f.Doctor); id != uuid.Nil {
		e.DoctorID = &id
	}
	return e
}

// hoursChanged answers a change of hours: the agenda drawn again with a toast.
func (h screens) hoursChanged(c echo.Context, said views.ToastMessage) error {
	if !web.IsFragment(c) {
		web.Flash(c, said.Text)
		return web.SeeOther(c, "/agenda")
	}
	setEvents(c, map[string]any{"dialogo:cerrar": true, "citas": true})
	if path, at := viewed(c); path == "/agenda" {
		return h.redrawn(c, at, nil, &said, http.StatusOK)
	}
	c.Response().Header().Set("HX-Reswap", "none")
	return web.Render(c, http.StatusOK, views.Toast(said))
}

// blockView is one block in words.
type blockView struct {
	Exception    Exception
	Doctor, When string
}

func (h screens) showBlock(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := h.agenda.Exception(ctx, id)
	if err != nil {
		return err
	}
	v := blockView{Exception: e, When: spanText(e.StartTime, e.EndTime, h.agenda.Zone(ctx), h.agenda.Now(ctx))}
	doctors, err := h.agenda.Professionals(ctx)
	if err != nil {
		return err
	}
	for _, m := range doctors {
		if e.DoctorID != nil && m.ID == *e.DoctorID {
			v.Doctor = m.DisplayName()
		}
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, blockShown(v))
	}
	return web.Show(c, web.Page{Title: "Bloqueo de horario", Nav: "/agenda", Back: "/agenda", Body: inPage(blockShown(v))})
}

// spanText writes "mar 24 nov, 13:00 a 14:00", or from one day to another.
func spanText(start, end time.Time, zone *time.Location, now time.Time) string {
	from, to := start.In(zone), end.In(zone)
	if DateOf(from, zone) == DateOf(to.Add(-1), zone) {
		return views.ShortDay(from, now) + ", " + views.Clock(from) + " a " + views.Clock(to)
	}
	return views.ShortDay(from, now) + " al " + views.ShortDay(to.Add(-1), now)
}

func (h screens) unblock(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	e, err := h.agenda.Unblock(c.Request().Context(), id)
	if err != nil {
		return err
	}
	said := views.ToastMessage{Text: "Bloqueo quitado: " + e.Label(), Icon: "undo-2"}
	if e.DoctorID != nil {
		back := string(e.Kind) + " " + e.StartTime.UTC().Format(time.RFC3339) + " " + e.EndTime.UTC().Format(time.RFC3339)
		said.Undo = "/agenda/bloqueos"
		said.UndoFields = []views.Option{operation(), {Value: "deshacer", Label: back}, {Value: "profesional", Label: e.DoctorID.String()}, {Value: "motivo", Label: e.Reason}}
	}
	return h.hoursChanged(c, said)
}
