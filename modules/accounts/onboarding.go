package accounts

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
)

// SignUpLife is how long the link in a letter of sign-up opens a clinic.
const SignUpLife = 24 * time.Hour

// SignUp is what somebody says who wants to open a clinic: the clinic and their own account.
type SignUp struct {
	Clinic   ClinicData
	Name     string
	Email    string
	Password string `json:"-"`
	Hash     string // of the password; what is kept until the letter is answered
}

// Problems says what is wrong with what was typed, by form field; the password is looked at apart.
func (s SignUp) Problems() fault.Problems {
	problems := fault.Problems{}
	problems.Add("clinica", textProblem(s.Clinic.Name, "el nombre de la clínica", 120))
	problems.Add("ruc", RUCProblem(s.Clinic.RUC))
	problems.Add("nombre", textProblem(s.Name, "su nombre", 120))
	problems.Add("correo", EmailProblem(s.Email))
	return problems
}

// OnboardingStep is a part of a clinic's first day that another module offers: working hours, services with prices.
// Body draws its own form, which posts to /empezar/{slug}. Save reads it, and returns a *Redraw for a form that was
// refused; after nil the frame leads to the first step that still waits. Done tells which those are.
type OnboardingStep interface {
	Slug() string
	Title() string
	Body(ctx context.Context) (templ.Component, error)
	Save(c echo.Context) error
	Done(ctx context.Context) (bool, error)
}

// Redraw is what Save of an OnboardingStep returns for a refused form: the form again, with what was typed and why.
type Redraw struct {
	Status int // 422 or 409
	Body   templ.Component
}

func (r *Redraw) Error() string { return "the form was refused" }
