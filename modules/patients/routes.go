package patients

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

type routes struct{ service *Service }

// Routes adds the register's pages.
func Routes(r *web.Router, service *Service) {
	h := routes{service}
	r.GET("/pacientes", h.list, web.Needs(accounts.PatientsRead))
	r.POST("/pacientes/buscar", h.search, web.Needs(accounts.PatientsRead))
	r.POST("/pacientes/distritos", h.districts, web.Needs(accounts.PatientsRead))
	r.GET("/pacientes/nuevo", h.newForm, web.Needs(accounts.PatientsWrite))
	r.POST("/pacientes/nuevo", h.prefilled, web.Needs(accounts.PatientsWrite))
	r.POST("/pacientes", h.register, web.Needs(accounts.PatientsWrite))
	r.GET("/pacientes/:id", h.summary, web.Needs(accounts.PatientsRead))
	r.GET("/pacientes/:id/datos", h.data, web.Needs(accounts.PatientsRead))
	r.POST("/pacientes/:id/datos/:seccion", h.edit, web.Needs(accounts.PatientsWrite))
	r.POST("/pacientes/:id/facturacion", h.editBilling, web.Needs(accounts.PatientsBilling))
	h.clinicalRoutes(r)
	if service.store.Whole() { // a device lacks these pages: the network's own answer stands, however slow it is
		h.serverRoutes(r)
	}
}

const pageRows = 50

// list shows the register: the last registered first, or by the alphabet.
func (h routes) list(c echo.Context) error {
	var q struct {
		Order string `query:"orden"`
		After string `query:"desde"`
	}
	if err := web.BindQuery(c, &q); err != nil {
		return err
	}
	ctx := c.Request().Context()
	from := Cursor{Newest: q.Order != "alfabeto"}
	if q.After != "" {
		last, err := h.patientOf(c, q.After)
		if err != nil {
			return err
		}
		from = CursorAfter(last, from.Newest)
	}
	people, more, err := h.service.Page(ctx, from, pageRows)
	if err != nil {
		return err
	}
	view, err := h.listView(c, people)
	if err != nil {
		return err
	}
	view.Newest = from.Newest
	if more {
		view.More = "/pacientes?orden=" + orderName(from.Newest) + "&desde=" + people[len(people)-1].ID.String()
	}
	if q.After != "" && web.IsFragment(c) {
		return web.Render(c, http.StatusOK, listRows(view))
	}
	return h.showList(c, view)
}

func orderName(newest bool) string {
	if newest {
		return "recientes"
	}
	return "alfabeto"
}

func (h routes) listView(c echo.Context, people []Patient) (listView, error) {
	ctx := c.Request().Context()
	next, err := h.service.nextVisits(ctx, people)
	if err != nil {
		return listView{}, err
	}
	who := access.Who(ctx)
	return listView{Rows: h.lines(c, people, next), May: h.mayOf(who)}, nil
}

func (h routes) showList(c echo.Context, view listView) error {
	page := web.Page{Title: "Pacientes", Nav: "/pacientes", Body: listPage(view)}
	if view.May.Register {
		page.Primary = &views.Action{Label: "Registrar", Href: "/pacientes/nuevo", Icon: "user-plus"}
	}
	return web.Show(c, page)
}

// search answers the one search box: rows for its list, or a page of its own without script.
func (h routes) search(c echo.Context) error {
	var form struct {
		Q string `form:"q"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	found, err := h.service.Search(c.Request().Context(), form.Q, SearchRows)
	if err != nil {
		return err
	}
	view := searchView{Found: found, Rows: h.lines(c, found.Patients, found.Next), May: h.mayOf(access.Who(c.Request().Context()))}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, searchRows(view))
	}
	return web.Show(c, web.Page{Title: "Buscar paciente", Nav: "/pacientes", Back: "/pacientes", Body: searchPage(view)})
}

// districts answers the district field of a form.
func (h routes) districts(c echo.Context) error {
	var form struct {
		Q string `form:"q"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	if h.service.neighbours.Places == nil {
		return fault.ErrNotFound
	}
	return web.Render(c, http.StatusOK, districtRows(h.service.neighbours.Places.Search(form.Q, 8)))
}

// summary is the first section of a patient's page. An entry joined into another leads there.
func (h routes) summary(c echo.Context) error {
	frame, err := h.frame(c, "")
	if err != nil || frame == nil {
		return err
	}
	view, err := h.summaryView(c, *frame)
	if err != nil {
		return err
	}
	return ShowFrame(c, http.StatusOK, *frame, summaryBody(view))
}

// frame reads the page's surroundings; nil when it has sent the person on to the entry that answers.
func (h routes) frame(c echo.Context, tab string) (*Frame, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return nil, fault.ErrNotFound
	}
	frame, err := h.service.Frame(c.Request().Context(), id, tab)
	if err != nil {
		return nil, err
	}
	if frame.Patient.ID != id && c.Request().Method == http.MethodGet {
		return nil, web.SeeOther(c, pathOf(frame.Patient.ID, tab))
	}
	return &frame, nil
}

func (h routes) patientOf(c echo.Context, text string) (Patient, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return Patient{}, fault.ErrNotFound
	}
	return h.service.Patient(c.Request().Context(), id)
}

func statusOf(err error) int {
	if fault.KindOf(err) == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

func asTaken(err error) *Patient {
	var taken *Taken
	if errors.As(err, &taken) {
		return &taken.By
	}
	return nil
}
