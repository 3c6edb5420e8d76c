//go:build !js

package accounts

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// Entry is what accounts' public pages ask of signing in.
type Entry interface {
	// Continue answers with the next step for somebody whose password was just proven or set: enrolment, or the way in.
	Continue(c echo.Context, user uuid.UUID, back string) error
}

// OnboardingParts are the steps of other modules; one that is nil is left out.
type OnboardingParts struct {
	Schedules OnboardingStep // stands beside the professionals
	Services  OnboardingStep // a page of its own
}

type startRoutes struct {
	staff *Staff
	entry Entry
	parts OnboardingParts
}

// OnboardingRoutes adds /empezar: the sign-up, and the steps of a clinic's first day.
func OnboardingRoutes(r *web.Router, staff *Staff, entry Entry, parts OnboardingParts) {
	s := startRoutes{staff, entry, parts}
	r.GET("/empezar", s.begin, web.Public())
	r.POST("/empezar", s.ask, web.Public())
	r.GET("/empezar/confirmar/:enlace", s.showConfirm, web.Public())
	r.POST("/empezar/confirmar/:enlace", s.confirm, web.Public())
	r.POST("/empezar/otra-clinica", s.openAnother, web.SignedIn(), web.Of(web.OwnTx))
	r.GET("/empezar/:paso", s.showStep, web.Needs(SettingsClinic))
	r.POST("/empezar/:paso", s.saveStep, web.Needs(SettingsClinic))
}

// signUpForm is the first page of /empezar.
type signUpForm struct {
	ID       string `form:"id"` // of another clinic, for somebody who is signed in
	Clinic   string `form:"clinica"`
	RUC      string `form:"ruc"`
	Name     string `form:"nombre"`
	Email    string `form:"correo"`
	Password string `form:"password"`
}

func (f signUpForm) clinic() ClinicData { return ClinicData{Name: f.Clinic, RUC: f.RUC} }

// public answers with a page of its own width, outside the clinic's shell.
func public(c echo.Context, status int, title string, body templ.Component) error {
	head := views.Head{Look: web.Look(c), Title: title}
	return web.Render(c, status, views.WidePublic(views.Public{Head: head, Flash: web.TakeFlash(c)}), body)
}

func newFormID() string { return uuid.Must(uuid.NewV7()).String() }

// asVisitor lets a public route's work be booked with its address and request.
func (s *Staff) asVisitor(c echo.Context) context.Context {
	ctx, _ := s.db.Begin(c.Request().Context(), web.ScopeOf(c))
	return ctx
}

func (s startRoutes) begin(c echo.Context) error {
	who, signedIn := access.From(c.Request().Context())
	switch {
	case !signedIn:
		return public(c, http.StatusOK, "Abrir una clínica", signUpPage(signUpForm{}, nil))
	case who.Locked:
		return web.ErrLocked
	case who.ClinicID == uuid.Nil:
		return fault.ErrNotFound // people of the platform work in no clinic
	}
	next := ""
	if who.Can(SettingsClinic) {
		err := s.staff.db.InClinic(c.Request().Context(), web.ScopeOf(c), func(ctx context.Context) error {
			clinic, err := s.staff.Clinic(ctx)
			if err != nil || clinic.OnboardedAt != nil {
				return err
			}
			next, err = s.firstUndone(ctx)
			return err
		})
		if err != nil {
			return err
		}
	}
	if next != "" {
		return web.SeeOther(c, "/empezar/"+next)
	}
	return public(c, http.StatusOK, "Abrir otra clínica", anotherClinicPage(signUpForm{ID: newFormID()}, nil))
}

func (s startRoutes) ask(c echo.Context) error {
	var form signUpForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	asked := SignUp{Clinic: form.clinic(), Name: form.Name, Email: form.Email, Password: form.Password}
	err := s.staff.AskToOpen(c.Request().Context(), asked)
	if problems, ok := fault.Fields(err); ok {
		return public(c, http.StatusUnprocessableEntity, "Abrir una clínica", signUpPage(form, problems))
	}
	if err != nil {
		return err
	}
	return public(c, http.StatusOK, "Revise su correo", checkMailPage(form.Email))
}

func (s startRoutes) showConfirm(c echo.Context) error {
	asked, err := s.staff.SignUpBehind(c.Request().Context(), c.Param("enlace"))
	if fault.IsNotFound(err) {
		return public(c, http.StatusNotFound, "Enlace vencido", deadLinkPage("/empezar", "Empezar otra vez"))
	}
	if err != nil {
		return err
	}
	return public(c, http.StatusOK, "Confirmar", confirmPage(asked, c.Param("enlace"), nil))
}

func (s startRoutes) confirm(c echo.Context) error {
	var form signUpForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	token := c.Param("enlace")
	user, err := s.staff.OpenClinic(s.staff.asVisitor(c), token, form.Password)
	switch {
	case fault.IsNotFound(err):
		return public(c, http.StatusNotFound, "Enlace vencido", deadLinkPage("/empezar", "Empezar otra vez"))
	case errors.Is(err, ErrEmailTaken):
		return web.Leave(c, "/ingresar?volver=%2Fempezar")
	}
	if problems, ok := fault.Fields(err); ok {
		asked, err := s.staff.SignUpBehind(c.Request().Context(), token)
		if err != nil {
			return err
		}
		return public(c, http.StatusUnprocessableEntity, "Confirmar", confirmPage(asked, token, problems))
	}
	if err != nil {
		return err
	}
	return s.entry.Continue(c, user, "/empezar/sede")
}

func (s startRoutes) openAnother(c echo.Context) error {
	var form signUpForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := uuid.Parse(form.ID)
	if err != nil || access.Who(c.Request().Context()).ClinicID == uuid.Nil {
		return fault.ErrNotFound
	}
	membership, err := s.staff.OpenAnother(s.staff.asVisitor(c), id, form.clinic())
	if problems, ok := fault.Fields(err); ok {
		return public(c, http.StatusUnprocessableEntity, "Abrir otra clínica", anotherClinicPage(form, problems))
	}
	if err != nil {
		return err
	}
	return public(c, http.StatusOK, "Clínica abierta", clinicOpenedPage(membership.String(), tidy(form.Clinic)))
}
