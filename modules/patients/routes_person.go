package patients

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// newForm is the empty form of a walk-in.
func (h routes) newForm(c echo.Context) error {
	return h.showPerson(c, http.StatusOK, personView{Form: newForm("", "")})
}

// prefilled is the form with what was searched for already in it; it comes by POST, so that no address names anybody.
func (h routes) prefilled(c echo.Context) error {
	var form struct {
		Document string `form:"documento"`
		Name     string `form:"nombre"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	view := personView{Form: newForm(form.Document, form.Name)}
	var typed personForm // a registration that was refused comes back whole
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	if typed.DocumentType != "" {
		if _, err := uuid.Parse(typed.ID); err != nil {
			typed.ID = view.Form.ID
		}
		typed.OpID, typed.Visit = view.Form.OpID, view.Form.Visit
		view.Form = typed
	}
	return h.showPerson(c, http.StatusOK, view)
}

func (h routes) showPerson(c echo.Context, status int, v personView) error {
	if err := h.complete(c.Request().Context(), &v); err != nil {
		return err
	}
	return h.drawPerson(c, status, v)
}

func (h routes) drawPerson(c echo.Context, status int, v personView) error {
	if web.IsFragment(c) && c.Request().Method == http.MethodPost {
		return web.Render(c, status, personFormRegion(v))
	}
	return web.Show(c, web.Page{Status: status, Title: "Registrar paciente", Nav: "/pacientes", Back: "/pacientes", Body: personPage(v)})
}

// complete adds what the form shows besides what was typed; it reads, so it comes before any write.
func (h routes) complete(ctx context.Context, v *personView) error {
	v.Places = h.service.neighbours.Places != nil
	v.District = h.district(v.Form.Ubigeo)
	if h.service.neighbours.WalkIns == nil {
		return nil
	}
	offer, ok, err := h.service.neighbours.WalkIns.Offer(ctx)
	if err != nil || !ok {
		return err
	}
	v.Offer = &offer
	if v.Form.Serv == "" {
		v.Form.Serv = offer.Service
	}
	if v.Form.Doctor == "" {
		v.Form.Doctor = offer.Doctor
	}
	return nil
}

// register keeps the person of the form, and lets them wait for a professional at once if so asked.
func (h routes) register(c echo.Context) error {
	var form personForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	view := personView{Form: form}
	if err := h.complete(ctx, &view); err != nil {
		return err
	}
	p, err := h.registered(ctx, form)
	if err != nil {
		return h.refusePerson(c, view, err)
	}
	web.Flash(c, "En el registro: "+p.FullName()+", historia "+p.Record()+".")
	return web.Leave(c, pathOf(p.ID, ""))
}

func (h routes) registered(ctx context.Context, form personForm) (Patient, error) {
	r, err := form.registration(h.service.today(ctx))
	if err != nil {
		return Patient{}, err
	}
	p, _, err := h.service.Register(ctx, r)
	if err != nil || form.Wait != "si" {
		return p, err
	}
	return p, h.service.letWait(ctx, p, form)
}

// registration reads the form with every problem that can be told before anything is asked of the store.
func (f personForm) registration(today time.Time) (Registration, error) {
	id, err := uuid.Parse(f.ID)
	if err != nil {
		return Registration{}, fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	d, problems := f.capitalized().demographics(today)
	f.required(problems)
	d.Tidy()
	for field, sentence := range d.Problems(today) {
		problems.Add(field, sentence)
	}
	return Registration{ID: id, Sure: f.Sure == "si", Demographics: d}, problems.Err()
}

// letWait makes the walk-in's appointment for now, with the arrival marked.
func (s *Service) letWait(ctx context.Context, p Patient, f personForm) error {
	if s.neighbours.WalkIns == nil {
		return fault.ErrForbidden
	}
	visit, err1 := uuid.Parse(f.Visit)
	service, err2 := uuid.Parse(f.Serv)
	doctor, err3 := uuid.Parse(f.Doctor)
	problems := fault.Problems{}
	if err2 != nil {
		problems.Add("servicio", "Elija el servicio.")
	}
	if err3 != nil {
		problems.Add("profesional", "Elija el profesional.")
	}
	if err1 != nil {
		problems.Add("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return s.neighbours.WalkIns.WalkIn(ctx, visit, p.ID, service, doctor)
}

// refusePerson shows the form again with what stopped it; what was typed stays.
func (h routes) refusePerson(c echo.Context, v personView, err error) error {
	var doubtful *Doubtful
	today := h.service.today(c.Request().Context())
	if errors.As(err, &doubtful) {
		v.Doubts = doubtful.Doubts
		for _, p := range doubtful.Similar {
			v.Similar = append(v.Similar, lineOf(p, today))
		}
		if birth, problem := ParseBirth(v.Form.BirthDate, today); problem == "" {
			v.Minor = Demographics{BirthDate: birth}.Minor(today)
		}
		return h.drawPerson(c, http.StatusUnprocessableEntity, v)
	}
	problems, ok := fault.Fields(err)
	if !ok {
		return err
	}
	v.Problems = problems
	if by := asTaken(err); by != nil {
		l := lineOf(*by, today)
		v.Taken = &l
	}
	return h.drawPerson(c, statusOf(err), v)
}
