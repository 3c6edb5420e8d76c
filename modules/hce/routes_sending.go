package hce

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func sendingPath(e Entry, s Sender) string { return "/recetas/" + e.ID.String() + "/envio/" + s.Way() }

// sendable reports whether a document may go to its patient.
func (v historyView) sendable(e Entry) bool {
	return len(v.Senders) > 0 && e.Type == Prescription && e.Signed() && e.Annulled() == nil
}

// askSending shows where a prescription would go.
func (h historyScreens) askSending(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	s, err := h.record.Sending(c.Request().Context(), id, c.Param("medio"))
	if fault.KindOf(err) == fault.Conflict && web.IsFragment(c) {
		return web.Render(c, http.StatusOK, refusalDialogOf("No se puede enviar", err.Error()))
	}
	if err != nil {
		return err
	}
	box := sendingView{Sending: s, OpID: newID().String()}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, sendingDialog(box))
	}
	return web.Show(c, web.Page{Title: s.Sender.Label(), Nav: "/hoy", Back: attentionPath(s.Entry.EncounterID, ""), Body: sendingPage(box)})
}

// sendingView asks before a prescription leaves the clinic.
type sendingView struct {
	Sending
	OpID string
}

func (h historyScreens) send(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	s, err := h.record.Send(c.Request().Context(), id, c.Param("medio"))
	if err != nil {
		return err
	}
	said := "La receta va en camino a " + s.Address + "."
	if !web.IsFragment(c) {
		web.Flash(c, said)
		return web.SeeOther(c, attentionPath(s.Entry.EncounterID, ""))
	}
	c.Response().Header().Set("HX-Trigger", "dialogo:cerrar")
	return web.Render(c, http.StatusOK, views.Toast(views.ToastMessage{Text: said, Icon: "mail"}))
}
