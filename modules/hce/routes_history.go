package hce

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// historyScreens are the pages that read the record.
type historyScreens struct{ record *Service }

// HistoryRoutes adds the pages that read the record, and on the server those of its doors.
func HistoryRoutes(r *web.Router, record *Service) {
	h := historyScreens{record}
	r.GET("/pacientes/:id/"+historyTab, h.history, web.Needs(accounts.HCERead))
	r.POST("/pacientes/:id/"+historyTab, h.narrowed, web.Needs(accounts.HCERead))
	r.GET("/pacientes/:id/"+medicinesTab, h.medicines, web.Needs(accounts.HCERead))
	r.GET("/recetas/:id/imprimir", h.printReceta, web.Needs(accounts.HCERead))
	if !h.record.Away() {
		h.serverRoutes(r)
	}
}

// history is everything that is written of a person, latest first.
func (h historyScreens) history(c echo.Context) error {
	frame, err := h.frame(c, historyTab)
	if err != nil || frame == nil {
		return err
	}
	view, err := h.historyView(c, *frame, filterForm{})
	if errors.Is(err, ErrNotYours) {
		return h.askReason(c, *frame)
	}
	if err != nil {
		return err
	}
	return patients.ShowFrame(c, http.StatusOK, *frame, historyBody(view))
}

// narrowed answers a filter, or "Ver más".
func (h historyScreens) narrowed(c echo.Context) error {
	var typed filterForm
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	frame, err := h.frame(c, historyTab)
	if err != nil {
		return err
	}
	view, err := h.historyView(c, *frame, typed)
	switch {
	case err != nil:
		return err
	case !web.IsFragment(c):
		return patients.ShowFrame(c, http.StatusOK, *frame, historyBody(view))
	case typed.Before != "":
		return web.Render(c, http.StatusOK, historyRows(view))
	}
	return web.Render(c, http.StatusOK, historyList(view))
}

func (h historyScreens) historyView(c echo.Context, frame patients.Frame, typed filterForm) (historyView, error) {
	ctx := c.Request().Context()
	v := historyView{
		Frame: frame, Form: typed, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx), Mine: access.Who(ctx).MembershipID, Away: h.record.Away(), Writes: access.Who(ctx).Can(accounts.HCEWrite),
		Senders: h.record.sendersFor(ctx),
	}
	var err error
	if v.Look, v.List, v.More, err = h.record.History(ctx, frame.Patient.ID, typed.filter()); err != nil {
		return v, err
	}
	if v.Years, err = h.record.Years(ctx, v.Look); err != nil {
		return v, err
	}
	if v.Problems, err = h.record.Problems(ctx, v.Look); err != nil {
		return v, err
	}
	if v.Taken, err = h.record.Medications(ctx, v.Look); err != nil {
		return v, err
	}
	if h.record.Consents != nil {
		if v.Consents, err = h.record.Consents.LinesOf(ctx, v.Look.Family); err != nil {
			return v, err
		}
	}
	everybody, err := h.record.Colleagues.Everybody(ctx)
	for _, m := range everybody {
		if m.IsDoctor() {
			v.Authors = append(v.Authors, views.Option{Value: m.ID.String(), Label: m.DisplayName()})
		}
	}
	return v, err
}

// frame reads the patient's page around a section; nil when it has sent the person on to the entry that answers.
func (h historyScreens) frame(c echo.Context, tab string) (*patients.Frame, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return nil, fault.ErrNotFound
	}
	frame, err := h.record.Patients.Frame(c.Request().Context(), id, tab)
	if err != nil {
		return nil, err
	}
	if frame.Patient.ID != id && c.Request().Method == http.MethodGet {
		return nil, web.SeeOther(c, patientPath(frame.Patient.ID, tab))
	}
	return &frame, nil
}

// askReason stands where somebody else's record would be: nothing clinical is sent.
func (h historyScreens) askReason(c echo.Context, frame patients.Frame) error {
	if h.record.Away() {
		return fault.NotNow("Esta historia no está en este equipo. Se verá cuando vuelva la conexión.")
	}
	view := emergencyView{Frame: frame, ID: newID().String(), OpID: newID().String()}
	return patients.ShowFrame(c, http.StatusOK, frame, emergencyPage(view))
}

func (h historyScreens) breakGlass(c echo.Context) error {
	frame, err := h.frame(c, historyTab)
	if err != nil {
		return err
	}
	var typed struct {
		ID     string `form:"id"`
		Reason string `form:"reason"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	id, err := uuid.Parse(typed.ID)
	if err != nil {
		return errDamaged
	}
	err = h.record.BreakGlass(c.Request().Context(), id, frame.Patient.ID, typed.Reason)
	problems, refused := fault.Fields(err)
	switch {
	case err == nil:
		return web.Leave(c, patientPath(frame.Patient.ID, historyTab))
	case !refused:
		return err
	}
	view := emergencyView{Frame: *frame, ID: typed.ID, OpID: newID().String(), Reason: typed.Reason, Problems: problems}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusUnprocessableEntity, emergencyPage(view))
	}
	return patients.ShowFrame(c, http.StatusUnprocessableEntity, *frame, emergencyPage(view))
}

var errDamaged = fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")

// readersView is who has read a record.
type readersView struct {
	Frame patients.Frame
	List  []Reader
	Zone  *time.Location
}

func (h historyScreens) readers(c echo.Context) error {
	frame, err := h.frame(c, historyTab)
	if err != nil || frame == nil {
		return err
	}
	ctx := c.Request().Context()
	_, list, err := h.record.Readers(ctx, frame.Patient.ID)
	if errors.Is(err, ErrNotYours) {
		return h.askReason(c, *frame)
	}
	if err != nil {
		return err
	}
	return patients.ShowFrame(c, http.StatusOK, *frame, readersBody(readersView{*frame, list, h.record.Zone(ctx)}))
}

func clockIn(at time.Time, zone string) string {
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	return views.Clock(at.In(place))
}
