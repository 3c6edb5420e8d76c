package hce

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// attendForm begins an attention: of an appointment, or of a patient who came without one.
type attendForm struct {
	ID          string `form:"id"`
	Appointment string `form:"cita"`
	Patient     string `form:"paciente"`
}

// attend begins an attention and goes there.
func (h attendScreens) attend(c echo.Context) error {
	var f attendForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := uuid.Parse(f.ID)
	if err != nil {
		return errDamaged
	}
	appointment, _ := uuid.Parse(f.Appointment)
	patient, _ := uuid.Parse(f.Patient)
	if appointment == uuid.Nil && patient == uuid.Nil {
		return fault.ErrNotFound
	}
	e, err := h.record.Attend(c.Request().Context(), id, appointment, patient)
	if err != nil {
		return err
	}
	return web.Leave(c, attentionPath(e.ID, ""))
}

// show is the attention: being written for who attends, to read for others and once it is closed.
func (h attendScreens) show(c echo.Context) error {
	ctx := c.Request().Context()
	id, err := idParam(c)
	if err != nil {
		return err
	}
	e, look, err := h.record.Encounter(ctx, id)
	if err != nil {
		return err
	}
	if e.Closed() || !h.record.writes(ctx, e) {
		return h.read(c, e, look)
	}
	a, err := h.record.Attention(ctx, id, "")
	if err != nil {
		return err
	}
	v, err := h.view(c, a)
	if err != nil {
		return err
	}
	v.Holder, v.History = newID().String(), c.QueryParam("lado") == "historia"
	return web.Show(c, web.Page{
		Title: "Atención", Context: a.Template.Title, Nav: "/hoy", Back: "/hoy", Focus: true, Body: attendPage(v),
	})
}

// view gathers what the page of an attention shows.
func (h attendScreens) view(c echo.Context, a Attention) (attendView, error) {
	ctx := c.Request().Context()
	v := attendView{Attention: a, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx), Away: h.record.Away()}
	v.Form = h.fields(a)
	var err error
	if v.Checked, err = h.record.Contraindications(ctx, a); err != nil {
		return v, err
	}
	if v.Templates, err = h.record.NoteTemplates(ctx); err != nil {
		return v, err
	}
	if v.Stars, err = h.record.Favourites(ctx); err != nil {
		return v, err
	}
	if v.Next, err = h.next(c, a.Encounter, a.Look); err != nil {
		return v, err
	}
	if v.Asides, err = h.record.Asides(ctx, a.Encounter.ID); err != nil {
		return v, err
	}
	v.Side, err = h.sideView(c, a.Encounter, a.Look, a.Frame, beforeTab)
	return v, err
}

// fields are the note in its fields, as a draft.
func (h attendScreens) fields(a Attention) form.View {
	f := form.Draft(a.Template, a.Draft.Body.Values, a.Context)
	h.judge(&f, a)
	return f
}

// judge tells the fields of a note what the rules say of its figures.
func (h attendScreens) judge(f *form.View, a Attention) {
	f.Redraw = attentionPath(a.Encounter.ID, "campos")
	f.Alerts, f.Critical = alerts(a.Template, a.Draft.Body.Values, a.subject(), ""), a.critical()
}

// alerts are sentences about figures that are possible and that somebody should look at, by the key of their field; advice
// is what to do about critical ones.
func alerts(t form.Template, values form.Values, subject observation.Subject, advice string) map[string]string {
	said, critical := map[string]string{}, map[string]string{}
	for _, m := range form.Measures(t, values) {
		number, err := decimal.NewFromString(m.Value)
		if err != nil {
			continue
		}
		j := observation.Judge(m.LOINC, observation.Of(number), subject, nil)
		key, _, _ := strings.Cut(m.Key, ".")
		switch {
		case j.Critical != "":
			critical[key] = joined(" ", critical[key], j.Critical)
		case j.Alarm && said[key] == "" && j.Range.Known():
			said[key] = m.Label + " " + m.Value + ": lo habitual es " + j.Range.Words() + ". Repita la toma."
		}
	}
	for key, why := range critical {
		said[key] = joined(" ", why, advice)
	}
	return said
}

// next is the patient's next appointment, which is never the one that is attended; nil without one.
func (h attendScreens) next(c echo.Context, e Encounter, look Look) (*patients.Visit, error) {
	ctx := c.Request().Context()
	coming, err := h.record.Visits.ComingOf(ctx, look.Family)
	i := slices.IndexFunc(coming, func(v patients.Visit) bool {
		return v.Start.After(h.record.Now(ctx)) && (e.AppointmentID == nil || v.ID != *e.AppointmentID)
	})
	if err != nil || i < 0 {
		return nil, err
	}
	return &coming[i], nil
}

// nextVisit is the line of the next appointment, asked again after somebody booked.
func (h attendScreens) nextVisit(c echo.Context) error {
	a, err := h.written(c, "")
	if err != nil {
		return err
	}
	v := attendView{Attention: a, Zone: h.record.Zone(c.Request().Context()), Now: h.record.Now(c.Request().Context())}
	if v.Next, err = h.next(c, a.Encounter, a.Look); err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, nextVisitRow(v))
}

// written is the open attention of an address, without a line in the audit: its page was opened before.
func (h attendScreens) written(c echo.Context, holder string) (Attention, error) {
	id, err := idParam(c)
	if err != nil {
		return Attention{}, err
	}
	return h.record.attention(c.Request().Context(), id, holder)
}

// sent is what a window sends of its note.
type sent struct {
	Saving
	Act    string // what a button of the note asks for, such as "quitar:J02.9"
	Values url.Values
}

// sentNote reads the form of an attention: fields, diagnoses, prescription.
func (h attendScreens) sentNote(c echo.Context) (sent, error) {
	id, err := idParam(c)
	if err != nil {
		return sent{}, err
	}
	in, err := c.FormParams()
	if err != nil {
		return sent{}, errDamaged
	}
	ctx := c.Request().Context()
	if err := h.known(ctx, id, in); err != nil {
		return sent{}, err // before what was sent is looked at: who may not come in learns nothing
	}
	s := sent{Act: in.Get("hacer"), Values: in}
	s.EncounterID, s.Holder = id, typedLine(in.Get("ventana"))
	if s.DraftID, err = uuid.Parse(in.Get("borrador")); err != nil {
		return s, errDamaged
	}
	if s.Seen, err = strconv.ParseInt(in.Get("version"), 10, 64); err != nil {
		return s, errDamaged
	}
	s.TemplateID, s.Version = readTemplateValue(in.Get("plantilla_vista"))
	t, err := h.record.Template(ctx, s.TemplateID, s.Version)
	if fault.IsNotFound(err) {
		return s, errDamaged
	}
	if err != nil {
		return s, err
	}
	s.Body.Values, _ = form.Read(t, in, form.Context{Today: h.record.Now(ctx)})
	s.Body.Diagnoses, err = h.record.Titled(ctx, readDiagnoses(in))
	s.Body.Items = readItems(in, h.record.Medicines)
	return s, err
}

// The inputs by which a note tells whose attention it is, for whoever goes on with it when the line goes or comes back.
const (
	begunPatient = "atencion.paciente"
	begunVisit   = "atencion.cita"
	begunAt      = "atencion.desde"
)

// known makes sure that the attention of an address is whoever asks' own. One that began where the line was, or was not,
// goes on here.
func (h attendScreens) known(ctx context.Context, id uuid.UUID, in url.Values) error {
	_, err := h.record.attended(ctx, id)
	patient, typed := uuid.Parse(in.Get(begunPatient))
	if !fault.IsNotFound(err) || typed != nil {
		return err
	}
	b := Begun{ID: id, PatientID: patient}
	if visit, err := uuid.Parse(in.Get(begunVisit)); err == nil {
		b.AppointmentID = &visit
	}
	if b.StartedAt, err = time.Parse(time.RFC3339, in.Get(begunAt)); err != nil {
		b.StartedAt = time.Time{}
	}
	return h.record.Adopt(ctx, b)
}

// drafted is the open attention with the note as it was sent, saved or not.
func (h attendScreens) drafted(c echo.Context, s sent) (Attention, error) {
	a, err := h.written(c, s.Holder)
	if err != nil {
		return a, err
	}
	if a.Encounter.Closed() {
		return a, errClosed
	}
	if a.Template.ID != s.TemplateID || a.Template.Version != s.Version {
		if a.Draft.Version != 0 {
			return a, ErrStaleDraft
		}
		if a.Template, err = h.record.Template(c.Request().Context(), s.TemplateID, s.Version); err != nil { // nothing was kept here yet
			return a, err
		}
	}
	a.Draft.Body = s.Body
	a.Draft.Body.Values = form.Compute(a.Template, s.Body.Values, a.Context)
	return a, nil
}
