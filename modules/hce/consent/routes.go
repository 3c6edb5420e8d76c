//go:build !js

package consent

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/hce/archive"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

type routes struct{ service *Service }

const tabPath = "consentimientos"

// Tabs is the section of a patient's page that consents draw, for whoever reads records.
func Tabs() []patients.Tab {
	return []patients.Tab{{Path: tabPath, Label: "Consentimientos", Order: 890, For: reads}}
}

// maxSheet is what one sending takes: a photo of the signed sheet and the rest of the form.
const maxSheet = files.MaxBytes + 1<<20

// Routes adds the pages of consents. What is signed is kept between two transactions of its own, as its PDF is made.
func Routes(r *web.Router, service *Service) {
	h := routes{service}
	read, write := web.Needs(accounts.HCERead), web.Needs(accounts.HCEWrite)
	r.GET("/pacientes/:id/"+tabPath, h.list, read)
	r.GET("/pacientes/:id/"+tabPath+"/nuevo", h.choose, write)
	r.POST("/pacientes/:id/"+tabPath+"/lectura", h.read, write)
	r.POST("/pacientes/:id/"+tabPath+"/hoja", h.sheet, write)
	r.POST("/pacientes/:id/"+tabPath, h.sign, write, web.Of(web.OwnTx), web.MaxBody(maxSheet))
	r.GET("/consentimientos/:id", h.show, read)
	r.GET("/consentimientos/:id/imprimir", h.print, read)
	r.POST("/consentimientos/:id/revocacion", h.revoke, write)
	h.templateRoutes(r)
}

func idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}

// frame reads the patient's page; nil when it has sent the person on to the entry that answers.
func (h routes) frame(c echo.Context) (*patients.Frame, error) {
	id, err := idOf(c)
	if err != nil {
		return nil, err
	}
	frame, err := h.service.Patients.Frame(c.Request().Context(), id, tabPath)
	if err != nil {
		return nil, err
	}
	if frame.Patient.ID != id && c.Request().Method == http.MethodGet {
		return nil, web.SeeOther(c, pagePath(frame.Patient.ID))
	}
	return &frame, nil
}

func (h routes) list(c echo.Context) error {
	frame, err := h.frame(c)
	if err != nil || frame == nil {
		return err
	}
	ctx := c.Request().Context()
	lines, err := h.service.List(ctx, frame.Patient.ID)
	if err != nil {
		return atTheDoor(c, frame.Patient.ID, err)
	}
	v := listView{Patient: frame.Patient.ID, Lines: lines, Write: access.Who(ctx).Can(accounts.HCEWrite), Zone: h.service.zone(ctx), Today: frame.Today}
	return patients.ShowFrame(c, http.StatusOK, *frame, listBody(v))
}

// choose offers the templates, and the form of the one that was chosen.
func (h routes) choose(c echo.Context) error {
	frame, err := h.frame(c)
	if err != nil || frame == nil {
		return err
	}
	var q struct {
		Template  string `query:"plantilla"`
		Encounter string `query:"atencion"`
	}
	if err := web.BindQuery(c, &q); err != nil {
		return err
	}
	form := newForm(*frame)
	form.Encounter = q.Encounter
	if err := h.service.mayAdd(c.Request().Context(), form.filled(frame.Patient.ID)); err != nil {
		return atTheDoor(c, frame.Patient.ID, err)
	}
	if q.Template != "" {
		form.Template = q.Template
		return h.fill(c, http.StatusOK, *frame, form, nil)
	}
	ctx := c.Request().Context()
	offered, err := h.service.Offered(ctx, h.specialty(c))
	if err != nil {
		return err
	}
	return patients.ShowFrame(c, http.StatusOK, *frame, chooseBody(chooseView{Patient: frame.Patient.ID, Encounter: q.Encounter, Templates: offered}))
}

// atTheDoor sends a professional who does not attend the person to where a record opens in an emergency.
func atTheDoor(c echo.Context, patient uuid.UUID, err error) error {
	if fault.KindOf(err) != fault.Forbidden {
		return err
	}
	return web.SeeOther(c, "/pacientes/"+patient.String()+"/historia")
}

func (h routes) specialty(c echo.Context) string {
	ctx := c.Request().Context()
	everybody, _ := h.service.Colleagues.Everybody(ctx) // without it the list stands in another order
	for _, m := range everybody {
		if m.ID == access.Who(ctx).MembershipID {
			return m.Specialty
		}
	}
	return ""
}

// fill shows what is put into the text before it is read.
func (h routes) fill(c echo.Context, status int, frame patients.Frame, form formView, problems fault.Problems) error {
	t, err := h.service.Template(c.Request().Context(), form.Template, form.edition())
	if err != nil {
		return err
	}
	if form.Edition == "" {
		form.setTemplate(t)
	}
	return patients.ShowFrame(c, status, frame, fillBody(fillView{Patient: frame.Patient.ID, Form: form, Template: t, Problems: problems}))
}

// read shows the whole text, and below it where it is answered.
func (h routes) read(c echo.Context) error {
	frame, form, err := h.sent(c)
	if err != nil {
		return err
	}
	sheet, err := h.service.Compose(c.Request().Context(), form.filled(frame.Patient.ID))
	if problems, wrong := fault.Fields(err); wrong {
		return h.fill(c, http.StatusUnprocessableEntity, frame, form, problems)
	}
	if err != nil {
		return err
	}
	if form.Method == "" {
		form.Method = onScreen
	}
	asks, err := h.service.NeedsProof(c.Request().Context())
	if err != nil {
		return err
	}
	return patients.ShowFrame(c, http.StatusOK, frame, readBody(readView{Patient: frame.Patient.ID, Form: form, Sheet: sheet, Asks: asks}))
}

// sent reads the form and the patient's page around it.
func (h routes) sent(c echo.Context) (patients.Frame, formView, error) {
	var form formView
	id, err := idOf(c)
	if err != nil {
		return patients.Frame{}, form, err
	}
	if err := web.Bind(c, &form); err != nil {
		return patients.Frame{}, form, err
	}
	frame, err := h.service.Patients.Frame(c.Request().Context(), id, tabPath)
	return frame, form, err
}

// sheet is the text on paper with room for pens, for whoever signs by hand.
func (h routes) sheet(c echo.Context) error {
	frame, form, err := h.sent(c)
	if err != nil {
		return err
	}
	sheet, err := h.service.Compose(c.Request().Context(), form.filled(frame.Patient.ID))
	if err != nil {
		return err
	}
	return h.paper(c, paperOf(sheet.Body, clinicLine(sheet.Clinic), sheet.Today))
}

func (h routes) show(c echo.Context) error { return h.one(c, http.StatusOK, "", nil) }

// one shows an answer, and again what somebody typed to revoke it.
func (h routes) one(c echo.Context, status int, reason string, problems fault.Problems) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	found, err := h.service.Consent(ctx, id)
	if err != nil {
		return err
	}
	frame, err := h.service.Patients.Frame(ctx, found.PatientID, tabPath)
	if err != nil {
		return err
	}
	v := oneView{
		Consent: found, Zone: h.service.zone(ctx), Reason: reason, Problems: problems, Revocation: newID(), OpID: newID(),
		Write: access.Who(ctx).Can(accounts.HCEWrite),
	}
	if found.Revoked != nil {
		if v.RevokedBy, err = h.name(c, found.Revoked.By); err != nil {
			return err
		}
	}
	return patients.ShowFrame(c, status, frame, oneBody(v))
}

func (h routes) name(c echo.Context, membership uuid.UUID) (string, error) {
	everybody, err := h.service.Colleagues.Everybody(c.Request().Context())
	for _, m := range everybody {
		if m.ID == membership {
			return m.DisplayName(), nil
		}
	}
	return "", err
}

func (h routes) print(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	found, err := h.service.Consent(ctx, id)
	if err != nil {
		return err
	}
	clinic, err := h.service.Colleagues.Clinic(ctx)
	if err != nil {
		return err
	}
	v := paperOf(found.Body, clinicLine(clinic), found.At.In(h.service.zone(ctx)))
	v.Signed = &found
	if found.Mark != nil {
		v.Verify = verifyAddress(h.service.Address(), *found.Mark)
	}
	return h.paper(c, v)
}

func (h routes) revoke(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var form struct {
		ID     string `form:"id"`
		Reason string `form:"motivo"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	revocation, err := uuid.Parse(form.ID)
	if err != nil {
		revocation = uuid.Must(uuid.NewV7())
	}
	_, err = h.service.Revoke(c.Request().Context(), id, revocation, form.Reason)
	if problems, wrong := fault.Fields(err); wrong {
		return h.one(c, http.StatusUnprocessableEntity, form.Reason, problems)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Consentimiento revocado")
	return web.Leave(c, onePath(id))
}

func pagePath(patient uuid.UUID) string { return "/pacientes/" + patient.String() + "/" + tabPath }

func onePath(id uuid.UUID) string { return "/consentimientos/" + id.String() }

// localTime is when something happened, in words.
func localTime(at time.Time, zone *time.Location) string { return dayTime(at.In(zone)) }

// within runs f in the clinic's transaction on a route that has none of its own.
func (h routes) within(c echo.Context, f func() error) error {
	ctx := archive.InScope(c.Request().Context(), web.ScopeOf(c))
	return h.service.Archive.Store.Within(ctx, inRequest(c, f))
}
