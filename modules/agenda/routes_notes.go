package agenda

import (
	"context"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
)

// Attentions is what the agenda asks of whoever keeps what is written while somebody attends.
type Attentions interface {
	// Attend begins or goes on with the attention of an appointment, and says where it is written.
	Attend(ctx context.Context, appointment uuid.UUID) (href string, err error)
}

// writes reports whether somebody writes a note of an appointment: whoever attends it and writes records.
func writes(a Appointment, who access.Identity) bool {
	return who.Can(accounts.HCEWrite) && a.DoctorID == who.MembershipID
}

// withNotes are the acts of somebody who writes a note of the appointment: it is ended by its signature, so that only
// going on is offered here.
func withNotes(offered []act, a Appointment, who access.Identity) []act {
	if !writes(a, who) {
		return offered
	}
	for i, x := range offered {
		if x.Step == step(Completed) {
			offered[i] = act{Step: x.Step, Path: "atencion", Label: "Continuar", Icon: "stethoscope", Key: "a", Done: "En atención"}
		}
	}
	return offered
}

// attend begins an attention, or goes on with it: who writes records goes where it is written.
func (h screens) attend(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	a, err := h.agenda.Appointment(ctx, id)
	if err != nil {
		return err
	}
	if h.Notes == nil || !writes(a, access.Who(ctx)) {
		return h.act("atencion")(c)
	}
	href, err := h.Notes.Attend(ctx, id)
	if err != nil {
		return h.refused(c, id, err)
	}
	return web.Leave(c, href)
}
