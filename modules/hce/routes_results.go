package hce

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// ResultsPath is the work list of results; the navigation leads there.
const ResultsPath = "/resultados"

// resultScreens are the pages of vital signs, laboratory orders and results.
type resultScreens struct {
	historyScreens
}

// ResultsRoutes adds the pages of results. They are the server's.
func ResultsRoutes(r *web.Router, record *Service) {
	h := resultScreens{historyScreens{record}}
	r.GET("/pacientes/:id/"+resultsTab, h.results, web.Needs(accounts.HCERead))
	r.GET("/pacientes/:id/ordenes", h.newOrder, web.Needs(accounts.HCEWrite))
	r.POST("/pacientes/:id/ordenes", h.placeOrder, web.Needs(accounts.HCEWrite))
	r.GET("/ordenes/:orden/imprimir", h.printOrder, web.Needs(accounts.HCERead))
	r.GET("/ordenes/:orden/resultados", h.sheet, web.Needs(accounts.HCEWrite))
	r.POST("/ordenes/:orden/resultados", h.enter, web.Needs(accounts.HCEWrite))
	r.POST("/ordenes/:orden/revisada", h.orderReviewed, web.Needs(accounts.HCEWrite))
	r.POST("/ordenes/:orden/anulada", h.orderCancelled, web.Needs(accounts.HCEWrite))
	r.GET(ResultsPath, h.work, web.Needs(accounts.HCEWrite))
	r.POST(ResultsPath+"/valores/:valor", h.acknowledged, web.Needs(accounts.HCEWrite))
}

func orderPath(id uuid.UUID, action string) string { return "/ordenes/" + id.String() + "/" + action }

// results is everything that was measured of a person.
func (h resultScreens) results(c echo.Context) error {
	frame, err := h.frame(c, resultsTab)
	if err != nil || frame == nil {
		return err
	}
	ctx := c.Request().Context()
	results, err := h.record.Results(ctx, frame.Patient.ID)
	if err != nil {
		return h.orReason(c, *frame, err)
	}
	names, err := h.memberNames(c)
	if err != nil {
		return err
	}
	v := resultsView{
		Frame: *frame, Look: results.Look, Groups: groupsOf(results.Values, names, h.record.Now(ctx)), Orders: results.Orders, Names: names,
		Zone: h.record.Zone(ctx), Writes: access.Who(ctx).Can(accounts.HCEWrite), Chosen: c.QueryParam("grupo"),
	}
	return patients.ShowFrame(c, http.StatusOK, *frame, resultsBody(v))
}

// orReason asks for the reason of an emergency where the record is somebody else's; other refusals stay.
func (h resultScreens) orReason(c echo.Context, frame patients.Frame, err error) error {
	if errors.Is(err, ErrNotYours) {
		return h.askReason(c, frame)
	}
	return err
}

func (h resultScreens) newOrder(c echo.Context) error {
	v, err := h.orderView(c)
	if err != nil || v == nil {
		return err
	}
	v.Form = orderForm{OpID: newID().String(), ID: newID().String()}
	return patients.ShowFrame(c, http.StatusOK, v.Frame, orderBody(*v))
}

// orderView reads what stands around the order form; nil when it has answered otherwise.
func (h resultScreens) orderView(c echo.Context) (*orderFormView, error) {
	frame, err := h.frame(c, resultsTab)
	if err != nil || frame == nil {
		return nil, err
	}
	ctx := c.Request().Context()
	look, err := h.record.writing(ctx, frame.Patient.ID)
	if err != nil {
		return nil, h.orReason(c, *frame, err)
	}
	if err := h.record.Reads.Read(ctx, look.Patient(), "diagnósticos"); err != nil {
		return nil, err
	}
	had, err := h.record.Problems(ctx, look)
	v := orderFormView{Frame: *frame}
	for _, d := range had {
		v.Diagnoses = append(v.Diagnoses, d.Code+" "+d.Title)
	}
	return &v, err
}

func (h resultScreens) placeOrder(c echo.Context) error {
	v, err := h.orderView(c)
	if err != nil || v == nil {
		return err
	}
	if err := web.Bind(c, &v.Form); err != nil {
		return err
	}
	id, err := uuid.Parse(v.Form.ID)
	if err != nil {
		return errDamaged
	}
	o, err := h.record.PlaceOrder(c.Request().Context(), OrderRequest{
		ID: id, PatientID: v.Frame.Patient.ID, Codes: v.Form.Codes, Diagnosis: v.Form.Diagnosis, Note: v.Form.Note,
	})
	var refused bool
	v.Problems, refused = fault.Fields(err)
	switch {
	case err == nil:
		web.Flash(c, "Orden "+strconv.FormatInt(o.Number, 10)+" guardada.")
		return web.Leave(c, patientPath(o.PatientID, resultsTab))
	case !refused:
		return err
	}
	return patients.ShowFrame(c, http.StatusUnprocessableEntity, v.Frame, orderBody(*v))
}

// sheetView reads an order and what stands around it; nil when it has answered otherwise.
func (h resultScreens) sheetView(c echo.Context) (*sheetView, error) {
	id, err := uuid.Parse(c.Param("orden"))
	if err != nil {
		return nil, fault.ErrNotFound
	}
	ctx := c.Request().Context()
	_, o, refusal := h.record.OrderOf(ctx, id)
	if refusal != nil && !errors.Is(refusal, ErrNotYours) {
		return nil, refusal
	}
	frame, err := h.record.Patients.Frame(ctx, o.PatientID, resultsTab)
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, h.askReason(c, frame)
	}
	return &sheetView{Frame: frame, Order: o, Zone: h.record.Zone(ctx), Lines: map[string]SheetLine{}}, nil
}

func (h resultScreens) sheet(c echo.Context) error {
	v, err := h.sheetView(c)
	if err != nil || v == nil {
		return err
	}
	v.Form = sheetForm{OpID: newID().String(), ID: newID().String(), Day: views.Day(h.record.Now(c.Request().Context()))}
	if n := len(v.Order.Results); n > 0 { // the same paper, most often
		last := v.Order.Results[n-1]
		v.Form.Laboratory, v.Form.Day = last.Source, views.Day(last.TakenAt.In(v.Zone))
	}
	return patients.ShowFrame(c, http.StatusOK, v.Frame, sheetBody(*v))
}

func (h resultScreens) enter(c echo.Context) error {
	v, err := h.sheetView(c)
	if err != nil || v == nil {
		return err
	}
	if err := web.Bind(c, &v.Form); err != nil {
		return err
	}
	id, err := uuid.Parse(v.Form.ID)
	if err != nil {
		return errDamaged
	}
	sheet := Sheet{ID: id, Laboratory: v.Form.Laboratory, TakenAt: v.Form.takenAt(v.Zone)}
	for _, code := range v.Order.Asked() {
		line := SheetLine{
			Code: code, Value: c.FormValue("v." + code), Low: c.FormValue("lo." + code), High: c.FormValue("hi." + code), Confirmed: c.FormValue("ok." + code),
		}
		v.Lines[code] = line
		sheet.Lines = append(sheet.Lines, line)
	}
	err = h.record.EnterResults(c.Request().Context(), v.Order.ID, sheet)
	var refused bool
	v.Problems, refused = fault.Fields(err)
	switch {
	case err == nil:
		web.Flash(c, "Resultados guardados.")
		return web.Leave(c, patientPath(v.Frame.Patient.ID, resultsTab))
	case !refused:
		return err
	}
	return patients.ShowFrame(c, http.StatusUnprocessableEntity, v.Frame, sheetBody(*v))
}

func (h resultScreens) work(c echo.Context) error {
	return h.showWork(c, http.StatusOK, workView{})
}

func (h resultScreens) showWork(c echo.Context, status int, v workView) error {
	ctx := c.Request().Context()
	var err error
	if v.WorkList, err = h.record.WorkList(ctx); err != nil {
		return err
	}
	v.Zone, v.OpID = h.record.Zone(ctx), func() string { return newID().String() }
	return web.Show(c, web.Page{Status: status, Title: "Resultados", Nav: ResultsPath, Body: workBody(v)})
}

// stepForm is a step about a value or an order.
type stepForm struct {
	ID     string `form:"id"`
	Action string `form:"accion"`
	Reason string `form:"motivo"`
	Seen   int    `form:"vistos"`
}

// step reads a step about the thing of a path parameter, takes it, and draws the list again when it is refused.
func (h resultScreens) step(c echo.Context, param, done string, take func(event, thing uuid.UUID, f stepForm) error) error {
	thing, err := uuid.Parse(c.Param(param))
	if err != nil {
		return fault.ErrNotFound
	}
	var f stepForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	event, err := uuid.Parse(f.ID)
	if err != nil {
		return errDamaged
	}
	err = take(event, thing, f)
	problems, refused := fault.Fields(err)
	switch {
	case err == nil:
		web.Flash(c, done)
		return web.Leave(c, ResultsPath)
	case !refused:
		return err
	}
	return h.showWork(c, http.StatusUnprocessableEntity, workView{At: thing, Typed: f.Action + f.Reason, Problems: problems})
}

func (h resultScreens) acknowledged(c echo.Context) error {
	return h.step(c, "valor", "Quedó escrito qué se hizo.", func(event, thing uuid.UUID, f stepForm) error {
		return h.record.Acknowledge(c.Request().Context(), event, thing, f.Action)
	})
}

func (h resultScreens) orderReviewed(c echo.Context) error {
	return h.step(c, "orden", "Resultados revisados.", func(event, thing uuid.UUID, f stepForm) error {
		return h.record.ReviewOrder(c.Request().Context(), event, thing, f.Seen)
	})
}

func (h resultScreens) orderCancelled(c echo.Context) error {
	return h.step(c, "orden", "Orden anulada.", func(event, thing uuid.UUID, f stepForm) error {
		return h.record.CancelOrder(c.Request().Context(), event, thing, f.Reason)
	})
}

// printOrder is the order on paper, for the laboratory.
func (h resultScreens) printOrder(c echo.Context) error {
	v, err := h.sheetView(c)
	if err != nil || v == nil {
		return err
	}
	ctx := c.Request().Context()
	clinic, err := h.record.Colleagues.Clinic(ctx)
	if err != nil {
		return err
	}
	doctor, err := h.record.member(ctx, v.Order.OrderedBy)
	if err != nil {
		return err
	}
	person := v.Frame.Patient
	p := orderPrint{Order: v.Order, Doctor: authorOf(doctor), Groups: printGroups(v.Order), Head: views.PrintHeader{
		Clinic: clinic.Name, ClinicLine: joined(" · ", labelled("RUC ", clinic.RUC), labelled("Tel. ", clinic.Phone)),
		Title: "Orden de laboratorio N.º " + strconv.FormatInt(v.Order.Number, 10), Date: views.Day(v.Order.OrderedAt.In(v.Zone)), Patient: person.FullName(),
		PatientLine: joined(" · ", views.Age(person.BirthDate, v.Order.OrderedAt.In(v.Zone)), person.Sex.Label(), person.Document.Label(), "HC "+person.Record()),
	}}
	return web.Render(c, http.StatusOK, views.PrintPage(views.Head{Look: web.Look(c), Title: p.Head.Title}, "a5"), orderPaper(p))
}

func labelled(label, words string) string {
	if words == "" {
		return ""
	}
	return label + words
}
