package hce

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// triageScreens are the pages on which an assistant takes vital signs, motive and photos.
type triageScreens struct {
	record *Service
	album  Album
}

// TriageRoutes adds the pages of triage; album is nil on a device, which keeps no photos.
func TriageRoutes(r *web.Router, record *Service, album Album) {
	h := triageScreens{record, album}
	need := web.Needs(accounts.HCETriage)
	r.GET("/citas/:id/"+triageTab, h.show, need)
	r.POST("/citas/:id/"+triageTab, h.save, need)
	r.POST("/citas/:id/"+triageTab+"/campos", h.redraw, need)
	r.GET("/pacientes/:id/"+triageTab, h.ofPatient, need)
	if album != nil {
		r.GET("/citas/:id/"+triageTab+"/archivos", h.files, need)
	}
}

// ofPatient leads from the patient's page to the triage of the appointment they arrived for.
func (h triageScreens) ofPatient(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	visit, err := h.record.ArrivedVisit(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return web.SeeOther(c, triagePath(visit, ""))
}

func (h triageScreens) show(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	t, err := h.record.Triage(c.Request().Context(), id)
	if err != nil {
		return err
	}
	v, err := h.view(c, t)
	if err != nil {
		return err
	}
	return patients.ShowFrame(c, http.StatusOK, t.Frame, triageBody(v))
}

// view gathers what the page shows.
func (h triageScreens) view(c echo.Context, t TriageSheet) (triageView, error) {
	ctx := c.Request().Context()
	v := triageView{
		TriageSheet: t, Form: h.fields(t), New: newID(), OpID: newID().String(), Names: map[uuid.UUID]string{}, Zone: h.record.Zone(ctx), Away: h.record.Away(),
	}
	everybody, err := h.record.Colleagues.Everybody(ctx)
	if err != nil {
		return v, err
	}
	for _, m := range everybody {
		v.Names[m.ID] = m.DisplayName()
	}
	if t.Encounter.ID != uuid.Nil {
		v.New = t.Encounter.ID
	}
	if t.Encounter.ID != uuid.Nil && h.album != nil {
		v.Files, _, err = h.album.Gallery(ctx, t.Patient.ID, t.Encounter.ID, v.path("archivos"), !t.Over())
	}
	return v, err
}

// fields are the sheet's values in their fields.
func (h triageScreens) fields(t TriageSheet) form.View {
	f := form.Draft(t.Template, t.Values, t.Context)
	f.Redraw, f.Alerts = triagePath(t.Visit.ID, "campos"), alerts(t.Template, t.Values, t.subject(), "Avise al profesional.")
	return f
}

// sent is the sheet of an address with the values that a form sent.
func (h triageScreens) sent(c echo.Context) (TriageSheet, url.Values, error) {
	id, err := idParam(c)
	if err != nil {
		return TriageSheet{}, nil, err
	}
	ctx := c.Request().Context()
	t, err := h.record.triage(ctx, id)
	if err != nil {
		return t, nil, err // before what was sent is looked at: who may not come in learns nothing
	}
	in, err := c.FormParams()
	if err != nil {
		return t, nil, errDamaged
	}
	t.Values, _ = form.Read(t.Template, in, t.Context)
	return t, in, nil
}

// save keeps what was taken, and shows the page again with it.
func (h triageScreens) save(c echo.Context) error {
	t, in, err := h.sent(c)
	if err != nil {
		return err
	}
	encounter, err := uuid.Parse(in.Get("atencion"))
	if err != nil {
		return errDamaged
	}
	t, err = h.record.SaveTriage(c.Request().Context(), t, encounter, in.Get("visto"))
	if problems, refused := fault.Fields(err); refused {
		return h.refused(c, http.StatusUnprocessableEntity, t, problems)
	}
	if errors.Is(err, ErrTakenSince) || errors.Is(err, errTriageOver) {
		return h.refused(c, http.StatusConflict, t, fault.Problems{"": err.Error()})
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Triaje guardado")
	return web.Leave(c, triagePath(t.Visit.ID, ""))
}

// refused shows the form with what was typed and what is wrong with it; the whole page to a browser without script, and
// when somebody kept values meanwhile.
func (h triageScreens) refused(c echo.Context, status int, t TriageSheet, problems fault.Problems) error {
	v, err := h.view(c, t)
	if err != nil {
		return err
	}
	drawn := v.Form
	v.Form = form.Refused(t.Template, t.Values, t.Context)
	v.Form.Redraw, v.Form.Alerts, v.Refused = drawn.Redraw, drawn.Alerts, problems
	switch {
	case !web.IsFragment(c):
		return patients.ShowFrame(c, status, t.Frame, triageBody(v))
	case status == http.StatusConflict:
		c.Response().Header().Set("HX-Retarget", "#"+triageID)
		return web.Render(c, status, triageBody(v))
	}
	return web.Render(c, status, triageForm(v))
}

// redraw answers a change of a field: what came, what went, results, doubts.
func (h triageScreens) redraw(c echo.Context) error {
	t, in, err := h.sent(c)
	if err != nil {
		return err
	}
	t.Values = form.Compute(t.Template, t.Values, t.Context)
	return web.Render(c, http.StatusOK, form.Redraw(h.fields(t), in, c.Request().Header.Get("HX-Trigger-Name")))
}

// files are the photos of the attention, drawn again when one was added.
func (h triageScreens) files(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	t, err := h.record.triage(ctx, id)
	if err != nil {
		return err
	}
	if t.Encounter.ID == uuid.Nil || !web.IsFragment(c) {
		return web.SeeOther(c, triagePath(id, ""))
	}
	_, list, err := h.album.Gallery(ctx, t.Patient.ID, t.Encounter.ID, triagePath(id, "archivos"), !t.Over())
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, list)
}
