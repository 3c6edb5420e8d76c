package agenda

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// exceptionForm is a day that differs: closed, an absence, extra hours.
type exceptionForm struct {
	OpID     string `form:"op_id"`
	Kind     string `form:"tipo"`
	Doctor   string `form:"profesional"`
	Site     string `form:"sede"`
	FirstDay string `form:"dia"`
	LastDay  string `form:"ultimo"`
	Hours    string `form:"horas"`
	Reason   string `form:"motivo"`
	Problems fault.Problems
}

// exception reads the form.
func (f exceptionForm) exception(today Date, zone *time.Location) (Exception, fault.Problems) {
	problems := fault.Problems{}
	e := Exception{ID: idOf(f.OpID), Kind: ExceptionKind(f.Kind), Reason: f.Reason}
	if id := idOf(f.Site); id != uuid.Nil {
		e.SiteID = &id
	}
	if id := idOf(f.Doctor); id != uuid.Nil && e.Kind != ClosedKind {
		e.DoctorID = &id
	}
	if e.DoctorID == nil && e.Kind != ClosedKind {
		problems.Add("profesional", "Falta el profesional.")
	}
	first, ok := dayTyped(f.FirstDay, today)
	if !ok {
		problems.Add("dia", "Falta el día, por ejemplo 24/11/2026.")
		return e, problems
	}
	last := first
	if strings.TrimSpace(f.LastDay) != "" {
		if last, ok = dayTyped(f.LastDay, today); !ok || last.Before(first) {
			problems.Add("ultimo", "El último día va después del primero.")
			return e, problems
		}
	}
	e.StartTime, e.EndTime = bounds(first, last, zone)
	if e.Kind != ExtraKind && strings.TrimSpace(f.Hours) == "" {
		return e, problems
	}
	hours, problem := parseHours(f.Hours)
	if problem == "" && len(hours) != 1 {
		problem = "Escriba un tramo, por ejemplo «15-19»."
	}
	if problem != "" {
		problems.Add("horas", problem)
		return e, problems
	}
	e.StartTime, e.EndTime = first.At(hours[0].From, zone), last.At(hours[0].To, zone)
	return e, problems
}

func (h screens) addException(c echo.Context) error {
	var f exceptionForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, problems := f.exception(h.agenda.Today(ctx), h.agenda.Zone(ctx))
	status := http.StatusUnprocessableEntity
	if problems.Err() == nil {
		_, err := h.agenda.Block(ctx, e)
		if err == nil {
			web.Flash(c, "Guardado: "+e.Label()+".")
			return web.SeeOther(c, schedulesPath)
		}
		fields, ok := fault.Fields(err)
		if !ok {
			return err
		}
		status = statusOf(err)
		for field, sentence := range fields {
			problems.Add(map[string]string{"doctor_id": "profesional", "site_id": "sede", "start_time": "dia", "end_time": "horas", "reason": "motivo", "kind": "tipo"}[field], sentence)
		}
	}
	f.Problems = problems
	return h.drawSchedules(c, status, f)
}

func (h screens) removeException(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	e, err := h.agenda.Unblock(c.Request().Context(), id)
	if err != nil {
		return err
	}
	web.Flash(c, "Quitado: "+e.Label()+".")
	return web.SeeOther(c, schedulesPath)
}
