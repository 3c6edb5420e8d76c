package hce

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
	"hampi/views"
)

// medicinesView is what was prescribed to a person, a prescription after the other, the newest first.
type medicinesView struct {
	Frame  patients.Frame
	Look   Look
	List   []prescription
	Names  map[uuid.UUID]string // of who prescribed, by membership
	Zone   *time.Location
	Now    time.Time
	Away   bool
	Writes bool // may repeat and stop
}

// prescription are the medicines that one document prescribes.
type prescription struct {
	ID    uuid.UUID // the document
	By    uuid.UUID
	At    time.Time
	Lines []Medication
}

// byPrescription puts medicines under their documents, whose order they have.
func byPrescription(list []Medication) (all []prescription) {
	for _, m := range list {
		if n := len(all); n == 0 || all[n-1].ID != m.RecordID {
			all = append(all, prescription{ID: m.RecordID, By: m.By, At: m.At})
		}
		last := &all[len(all)-1]
		last.Lines = append(last.Lines, m)
	}
	return all
}

func (v medicinesView) path() string { return patientPath(v.Frame.Patient.ID, medicinesTab) }

// title says of when a prescription is and whose: "Receta del mar 24 nov 9:40, Dra. Rosa Salas".
func (v medicinesView) title(p prescription) string {
	return joined(", ", "Receta del "+views.ShortDayTime(p.At.In(v.Zone), v.Now), v.Names[p.By])
}

// ends says how a medicine stands: until when it is taken, or since when no more.
func (v medicinesView) ends(m Medication) string {
	switch m.On(v.Now) {
	case TakingActive:
		return "Lo toma hasta el " + views.DayMonth(m.EndsOn, v.Now)
	case TakingStopped:
		return "Suspendido el " + views.DayMonth(m.Stopped.At.In(v.Zone), v.Now)
	}
	if m.EndsOn.IsZero() {
		return "Terminado"
	}
	return "Terminado el " + views.DayMonth(m.EndsOn, v.Now)
}

// medicines is the section of a patient's page with what was prescribed.
func (h historyScreens) medicines(c echo.Context) error {
	frame, err := h.frame(c, medicinesTab)
	if err != nil || frame == nil {
		return err
	}
	ctx := c.Request().Context()
	v := medicinesView{
		Frame: *frame, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx), Away: h.record.Away(),
		Writes: access.Who(ctx).Can(accounts.HCEWrite) && !h.record.Away(),
	}
	var list []Medication
	v.Look, list, err = h.record.Prescribed(ctx, frame.Patient.ID)
	if errors.Is(err, ErrNotYours) {
		return h.askReason(c, *frame)
	}
	if err != nil {
		return err
	}
	v.List = byPrescription(list)
	if v.Names, err = memberNames(ctx, h.record); err != nil {
		return err
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, medicinesBody(v))
	}
	return patients.ShowFrame(c, http.StatusOK, *frame, medicinesBody(v))
}

// repeat begins, or goes on with, an attention whose note prescribes the same again.
func (h attendScreens) repeat(c echo.Context) error {
	prescription, err := idParam(c)
	if err != nil {
		return err
	}
	var typed struct {
		ID string `form:"id"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	id, err := uuid.Parse(typed.ID)
	if err != nil {
		id = newID()
	}
	e, stopped, err := h.record.RepeatIn(c.Request().Context(), id, prescription)
	if err != nil {
		return err
	}
	web.Flash(c, strings.TrimSpace("Receta repetida en la nota: revísela y firme. "+stoppedWords(stopped)))
	return web.Leave(c, attentionPath(e.ID, ""))
}
