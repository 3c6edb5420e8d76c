//go:build !js

package accounts

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// SignInAPI adds the ways in and out for programs.
func SignInAPI(a *web.API, s *SignIn) {
	tags := []string{"Acceso"}
	web.Operation(a, huma.Operation{OperationID: "auth-login", Method: http.MethodPost, Path: "/api/v1/auth/login", Tags: tags,
		Summary: "Ingresar con correo y contraseña"}, s.apiLogin, web.Public())
	web.Operation(a, huma.Operation{OperationID: "auth-mfa", Method: http.MethodPost, Path: "/api/v1/auth/mfa", Tags: tags,
		Summary: "Completar el ingreso con el código"}, s.apiCode, web.Public())
	web.Operation(a, huma.Operation{OperationID: "auth-refresh", Method: http.MethodPost, Path: "/api/v1/auth/refresh", Tags: tags,
		Summary: "Renovar los tokens"}, s.apiRefresh, web.Public())
	web.Operation(a, huma.Operation{OperationID: "auth-logout", Method: http.MethodPost, Path: "/api/v1/auth/logout", Tags: tags,
		Summary: "Cerrar la sesión", DefaultStatus: http.StatusNoContent}, s.apiLogout, web.SignedIn(), web.Of(web.OwnTx))
}

// Caller learns from the request where a program calls from.
type Caller struct{ from client }

// Resolve is called by huma before the operation.
func (w *Caller) Resolve(ctx huma.Context) []error {
	c := humaecho.Unwrap(ctx)
	w.from = client{IP: c.RealIP(), UserAgent: cut(c.Request().UserAgent(), 400), RequestID: web.RequestID(c)}
	return nil
}

// TokenAnswer carries either the token with which the code is sent, or the tokens to work with.
type TokenAnswer struct {
	Body struct {
		MFAToken     string `json:"mfa_token,omitempty" doc:"Falta el código: envíelo con este token en menos de 5 minutos."`
		AccessToken  string `json:"access_token,omitempty" doc:"JWT para la cabecera Authorization: Bearer."`
		RefreshToken string `json:"refresh_token,omitempty" doc:"Sirve una sola vez para pedir tokens nuevos."`
		ExpiresIn    int    `json:"expires_in,omitempty" doc:"Segundos que dura access_token."`
	}
}

func answerWith(pair tokenPair, err error) (*TokenAnswer, error) {
	if err != nil {
		return nil, apiRefusal(err)
	}
	answer := &TokenAnswer{}
	answer.Body.AccessToken, answer.Body.RefreshToken, answer.Body.ExpiresIn = pair.Access, pair.Refresh, int(accessFor.Seconds())
	return answer, nil
}

// apiRefusal puts a refusal into the words of the API: 401 for what does not match, 429 for a wait.
func apiRefusal(err error) error {
	var later *TryLater
	if errors.As(err, &later) {
		if later.Exhausted {
			return &fault.Fault{Kind: fault.Forbidden, Code: "password_reset_required", Message: later.Words()}
		}
		return &web.TooMany{RetryAfter: later.Wait}
	}
	problems, refused := fault.Fields(err)
	if !refused {
		return err
	}
	if general := problems[""]; general != "" {
		return &fault.Fault{Kind: fault.Forbidden, Code: "no_clinic", Message: general}
	}
	return &web.NotProven{Words: strings.Join(slices.Sorted(maps.Values(problems)), " ")}
}

type apiLoginInput struct {
	Caller
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"512"`
	}
}

func (s *SignIn) apiLogin(ctx context.Context, in *apiLoginInput) (*TokenAnswer, error) {
	a, err := s.checkPassword(ctx, credentials{Email: in.Body.Email, Password: in.Body.Password}, in.from)
	if err != nil {
		return nil, apiRefusal(err)
	}
	if a.HasFactor() {
		token, err := s.issue(mfaType, mfaAudience, a.ID, "", mfaTokenFor)
		answer := &TokenAnswer{}
		answer.Body.MFAToken = token
		return answer, err
	}
	places, err := s.Workplaces(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	if needsFactor(a, places) {
		return nil, &fault.Fault{Kind: fault.Forbidden, Code: "mfa_enrollment_required",
			Message: "Su cuenta pide un segundo paso. Regístrelo ingresando una vez con el navegador."}
	}
	return answerWith(s.openTokens(ctx, a, in.from))
}

type apiCodeInput struct {
	Caller
	Body struct {
		MFAToken string `json:"mfa_token" maxLength:"2000"`
		Code     string `json:"code" maxLength:"40" doc:"Los 6 dígitos de la aplicación, o un código de recuperación."`
	}
}

func (s *SignIn) apiCode(ctx context.Context, in *apiCodeInput) (*TokenAnswer, error) {
	claims, ok := s.readToken(in.Body.MFAToken, mfaType, mfaAudience)
	if !ok {
		return nil, web.ErrSignIn
	}
	user, err := uuid.Parse(claims.Subject)
	if err != nil {
		return nil, web.ErrSignIn
	}
	a, err := s.accountByID(ctx, user)
	if err != nil {
		return nil, err
	}
	if a.Disabled || !a.HasFactor() {
		return nil, web.ErrSignIn
	}
	code, recovery := eitherCode(in.Body.Code)
	if err := s.checkCode(ctx, a, code, recovery, in.from); err != nil {
		return nil, apiRefusal(err)
	}
	return answerWith(s.openTokens(ctx, a, in.from))
}

type apiRefreshInput struct {
	Caller
	Body struct {
		RefreshToken string `json:"refresh_token" maxLength:"200"`
	}
}

func (s *SignIn) apiRefresh(ctx context.Context, in *apiRefreshInput) (*TokenAnswer, error) {
	return answerWith(s.refreshTokens(ctx, strings.TrimSpace(in.Body.RefreshToken), in.from))
}

type apiLogoutInput struct{ Caller }

func (s *SignIn) apiLogout(ctx context.Context, in *apiLogoutInput) (*struct{}, error) {
	who := access.Who(ctx)
	if err := s.endLogin(ctx, who.LoginID, "signed_out"); err != nil {
		return nil, err
	}
	return nil, s.note(ctx, securityEvent{Kind: EventSignedOut, User: who.UserID, Clinic: who.ClinicID, IP: in.from.IP, RequestID: in.from.RequestID})
}
