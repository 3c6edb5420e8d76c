package agenda

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// editForm is service and note of an appointment.
type editForm struct {
	OpID        string `form:"op_id"`
	Version     int64  `form:"version"`
	Service     string `form:"servicio"`
	ServiceName string `form:"servicio_texto"`
	Notes       string `form:"nota"`
	Problems    fault.Problems
}

func (h screens) askEdit(c echo.Context) error {
	d, err := h.detailParam(c)
	if err != nil {
		return err
	}
	f := editForm{OpID: newID().String(), Version: d.Version, Service: d.ServiceID.String(), ServiceName: d.Service, Notes: d.Notes}
	return h.showDialog(c, http.StatusOK, "Servicio y nota", d, editDialog(d, f))
}

func (h screens) edit(c echo.Context) error {
	var f editForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := idParam(c)
	if err != nil {
		return err
	}
	saved, err := h.agenda.Edit(c.Request().Context(), Revision{Move: Move{ID: id, Version: f.Version}, ServiceID: idOf(f.Service), Notes: &f.Notes})
	if err == nil {
		card, err := h.agenda.Card(c.Request().Context(), saved.Appointment.ID)
		if err != nil {
			return err
		}
		return h.done(c, outcome{Card: card, Said: views.ToastMessage{Text: "Guardado: " + card.Patient}, Close: true})
	}
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
		f.Problems = fault.Problems{"": staleEdit(stale)}
		f.Version = d.Version
	}
	if web.IsFragment(c) {
		return web.Render(c, statusOf(err), editFields(d, f))
	}
	return h.showDialog(c, statusOf(err), "Servicio y nota", d, editDialog(d, f))
}

// staleEdit says what differs, so that sending again is meant.
func staleEdit(err *StaleError) string {
	text := "Alguien más cambió esta cita mientras tanto."
	for _, d := range err.Differences {
		switch d.Group {
		case NotesGroup:
			text += " La nota guardada dice: «" + d.Now.Notes + "»."
		case ReasonGroup:
			text += " El servicio guardado es otro."
		}
	}
	return text + " Vuelva a guardar si lo suyo debe quedar."
}
