//go:build !js

package accounts

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// SignInRoutes adds the ways in and out, the lock, and what a person sees of their own account.
func SignInRoutes(r *web.Router, s *SignIn) {
	r.GET("/ingresar", s.showSignIn, web.Public())
	r.POST("/ingresar", s.takePassword, web.Public())
	r.GET("/ingresar/codigo", toSignIn, web.Public())
	r.POST("/ingresar/codigo", s.takeCode, web.Public())
	r.GET("/ingresar/registro", toSignIn, web.Public())
	r.POST("/ingresar/registro", s.takeEnrolment, web.Public())
	s.lockRoutes(r)
	s.switchRoutes(r)
	s.resetRoutes(r)
	s.accountRoutes(r)
	s.deviceRoutes(r)
}

func toSignIn(c echo.Context) error { return web.SeeOther(c, "/ingresar") }

// clientOf is where a request comes from.
func (s *SignIn) clientOf(c echo.Context) client {
	from := client{IP: c.RealIP(), UserAgent: cut(c.Request().UserAgent(), 400), RequestID: web.RequestID(c)}
	if cookie, err := c.Cookie(s.deviceCookie()); err == nil {
		from.Device = cut(cookie.Value, 64)
	}
	return from
}

func cut(text string, most int) string {
	if len(text) > most {
		return text[:most]
	}
	return text
}

func (s *SignIn) deviceCookie() string {
	if s.secure {
		return "__Host-equipo"
	}
	return "equipo"
}

// step answers with one step of the document: alone for htmx, inside its page for a plain form.
func step(c echo.Context, status int, title string, body templ.Component) error {
	if web.IsFragment(c) {
		return web.Render(c, status, body)
	}
	head := views.Head{Look: web.Look(c), Title: title, ServiceWorker: true} // it is ready when the password was accepted
	return web.Render(c, status, views.PublicShell(views.Public{
		Head: head, Slogan: "La clínica sigue atendiendo, con o sin internet.",
		Words: "Agenda, historia clínica y comprobantes en un solo lugar.", Flash: web.TakeFlash(c),
	}), body)
}

// refusal turns what was wrong with a step into its status and words; ok is false for a failure of ours.
func refusal(c echo.Context, err error) (status int, problems fault.Problems, ok bool) {
	var later *TryLater
	if errors.As(err, &later) {
		status = http.StatusTooManyRequests
		if web.IsFragment(c) {
			status = http.StatusUnprocessableEntity // what the page swaps in
		}
		if !later.Exhausted {
			c.Response().Header().Set("Retry-After", strconv.Itoa(later.Seconds()))
		}
		return status, fault.Problems{"": later.Words()}, true
	}
	problems, ok = fault.Fields(err)
	return http.StatusUnprocessableEntity, problems, ok
}

func (s *SignIn) showSignIn(c echo.Context) error {
	back := localAddress(c.QueryParam("volver"))
	who, signedIn := access.From(c.Request().Context())
	if signedIn && c.QueryParam("otra") == "" {
		if who.Locked {
			return web.SeeOther(c, "/bloqueo")
		}
		return web.SeeOther(c, back)
	}
	return step(c, http.StatusOK, "Ingresar", passwordStep(credentials{Back: back}, nil))
}

func (s *SignIn) takePassword(c echo.Context) error {
	var typed credentials
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	typed.Back = localAddress(typed.Back)
	a, err := s.checkPassword(c.Request().Context(), typed, s.clientOf(c))
	if err == nil {
		err = s.Continue(c, a.ID, typed.Back)
	}
	if status, problems, ok := refusal(c, err); ok {
		return step(c, status, "Ingresar", passwordStep(typed, problems))
	}
	return err
}

// Continue answers with the next step for a person whose password was just proven (or set): the code, the first
// enrolment, or the way in. back is where signing in leads, "" for home.
func (s *SignIn) Continue(c echo.Context, user uuid.UUID, back string) error {
	ctx := c.Request().Context()
	a, err := s.accountByID(ctx, user)
	if err != nil {
		return err
	}
	places, err := s.Workplaces(ctx, a.ID)
	if err != nil {
		return err
	}
	if !a.HasFactor() && !needsFactor(a, places) {
		return s.letIn(c, a, places, back)
	}
	if err := s.keepPending(c, a.ID, back); err != nil {
		return err
	}
	if a.HasFactor() {
		return step(c, http.StatusOK, "Código de verificación", codeStep(a.Email, nil))
	}
	e, err := s.proposeFactor(ctx, a)
	if err != nil {
		return err
	}
	return step(c, http.StatusOK, "Proteja su cuenta", enrolStep(e, nil))
}

// keepPending remembers, under a new session id, who has given the password.
func (s *SignIn) keepPending(c echo.Context, user uuid.UUID, back string) error {
	ctx := c.Request().Context()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	s.sessions.Put(ctx, pendingInSession, user.String())
	s.sessions.Put(ctx, pendingUntil, s.now().Add(pendingFor).Unix())
	s.sessions.Put(ctx, backInSession, localAddress(back))
	return nil
}

// pending is who has given the password a moment ago; false when that is too long ago, or never was.
func (s *SignIn) pending(c echo.Context) (account, bool, error) {
	ctx := c.Request().Context()
	id, ok := s.idInSession(ctx, pendingInSession)
	if !ok || s.now().Unix() > s.sessions.GetInt64(ctx, pendingUntil) {
		return account{}, false, nil
	}
	a, err := s.accountByID(ctx, id)
	if fault.IsNotFound(err) {
		return account{}, false, nil
	}
	return a, err == nil && !a.Disabled, err
}

func (s *SignIn) takeCode(c echo.Context) error {
	var typed struct {
		Code     string `form:"code"`
		Recovery string `form:"recuperacion"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	a, ok, err := s.pending(c)
	if err != nil {
		return err
	}
	if !ok || !a.HasFactor() {
		return web.Leave(c, "/ingresar")
	}
	err = s.checkCode(c.Request().Context(), a, typed.Code, typed.Recovery, s.clientOf(c))
	if err == nil {
		err = s.letInAnywhere(c, a)
	}
	if status, problems, ok := refusal(c, err); ok {
		return step(c, status, "Código de verificación", codeStep(a.Email, problems))
	}
	if left := a.CodesLeft - 1; err == nil && plainRecoveryCode(typed.Recovery) != "" && left <= recoveryWarn {
		web.Flash(c, codesLeft(left)+" Cree otros en Mi cuenta.")
	}
	return err
}

func (s *SignIn) letInAnywhere(c echo.Context, a account) error {
	ctx := c.Request().Context()
	places, err := s.Workplaces(ctx, a.ID)
	if err != nil {
		return err
	}
	return s.letIn(c, a, places, s.sessions.GetString(ctx, backInSession))
}

func (s *SignIn) takeEnrolment(c echo.Context) error {
	var typed struct {
		Code string `form:"code"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	a, ok, err := s.pending(c)
	if err != nil {
		return err
	}
	if !ok || a.HasFactor() || a.Pending == "" {
		return web.Leave(c, "/ingresar")
	}
	ctx := c.Request().Context()
	codes, err := s.confirmFactor(ctx, a, typed.Code, s.clientOf(c))
	if status, problems, ok := refusal(c, err); ok {
		e, err := enrolmentOf(a.Pending, a.Email)
		if err != nil {
			return err
		}
		return step(c, status, "Proteja su cuenta", enrolStep(e, problems))
	}
	if err != nil {
		return err
	}
	back := localAddress(s.sessions.GetString(ctx, backInSession))
	places, err := s.Workplaces(ctx, a.ID)
	if err != nil {
		return err
	}
	if err := s.start(c, a, places); err != nil {
		return err
	}
	return step(c, http.StatusOK, "Códigos de recuperación", recoveryStep(codes, back))
}

// letIn begins the log-in and leaves for where the person wanted to go.
func (s *SignIn) letIn(c echo.Context, a account, places []Workplace, back string) error {
	if err := s.start(c, a, places); err != nil {
		return err
	}
	return web.Leave(c, localAddress(back))
}

// start begins a log-in of this browser under a new session id. One that went on here before ends.
func (s *SignIn) start(c echo.Context, a account, places []Workplace) error {
	ctx, from := c.Request().Context(), s.clientOf(c)
	place, err := choosePlace(a, places)
	if err != nil {
		return s.refused(ctx, err, securityEvent{Kind: EventNoWorkplace, User: a.ID}, from)
	}
	if former, ok := s.idInSession(ctx, loginInSession); ok {
		if err := s.endLogin(ctx, former, "replaced"); err != nil {
			return err
		}
	}
	id, err := s.openLogin(ctx, newLogin{User: a.ID, Place: place, Kind: "browser", From: from, Ends: s.now().Add(loginLongest)})
	if err != nil {
		return err
	}
	if err := s.sessions.Clear(ctx); err != nil {
		return fmt.Errorf("clear the session: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	s.sessions.Put(ctx, loginInSession, id.String())
	if err := s.rememberDevice(c, a, from); err != nil {
		return err
	}
	return s.note(ctx, securityEvent{Kind: EventSignedIn, User: a.ID, Clinic: place.ClinicID, IP: from.IP, RequestID: from.RequestID,
		Detail: map[string]any{"login": id, "second_factor": a.HasFactor()}})
}

// rememberDevice gives the browser a name of its own, so that strangers' failures elsewhere do not lock it out.
func (s *SignIn) rememberDevice(c echo.Context, a account, from client) error {
	device := from.Device
	if len(device) < 22 {
		name := make([]byte, 16)
		if _, err := rand.Read(name); err != nil {
			return fmt.Errorf("name a device: %w", err)
		}
		device = base64.RawURLEncoding.EncodeToString(name)
	}
	keys, err := s.vault.Keys(c.Request().Context(), uuid.Nil)
	if err != nil {
		return err
	}
	c.SetCookie(&http.Cookie{Name: s.deviceCookie(), Value: device, Path: "/", Secure: s.secure, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, MaxAge: int(deviceCookieAge.Seconds())})
	return s.tries.Know(c.Request().Context(), keys, a.Email, device, s.now())
}
