//go:build !js

package accounts

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (s *SignIn) lockRoutes(r *web.Router) {
	inside := []web.Option{web.SignedIn(), web.WhileLocked(), web.Of(web.OwnTx)}
	r.GET("/bloqueo", s.showLock, inside...)
	r.POST("/bloqueo", s.unlock, inside...)
	r.Add(http.MethodPut, "/bloqueo", s.lockNow, inside...)
	r.POST("/bloqueo/ahora", s.lockNow, inside...)
	r.POST("/bloqueo/actividad", stillHere, web.SignedIn(), web.Of(web.OwnTx))
	r.POST("/salir", s.signOut, inside...)
}

// lockScreen is what the locked screen says.
type lockScreen struct {
	Name  string
	Email string // for password managers
	Back  string
	Alone bool // a page of its own: after unlocking it leads back
	// Profile names what this device keeps of the person: the password opens that too.
	Profile string
}

func (s *SignIn) lockScreenFor(c echo.Context, back string) (lockScreen, error) {
	who := access.Who(c.Request().Context())
	a, err := s.accountByID(c.Request().Context(), who.UserID)
	return lockScreen{
		Name: who.Name, Email: a.Email, Back: localAddress(back), Alone: !web.IsFragment(c) || c.FormValue("sola") != "",
		Profile: who.ClinicID.String() + "." + who.UserID.String(),
	}, err
}

func drawLock(c echo.Context, status int, screen lockScreen, problems fault.Problems) error {
	if !screen.Alone {
		return web.Render(c, status, lockFragment(screen, problems))
	}
	if web.IsFragment(c) {
		return web.Render(c, status, lockCard(screen, problems))
	}
	head := views.Head{Look: web.Look(c), Title: "Pantalla bloqueada", ServiceWorker: true}
	return web.Render(c, status, views.PlainPage(head), lockCard(screen, problems))
}

// showLock is the whole screen while it is locked. Nothing of the clinic is on it.
func (s *SignIn) showLock(c echo.Context) error {
	back := localAddress(c.QueryParam("volver"))
	if !access.Who(c.Request().Context()).Locked && !web.IsFragment(c) {
		return web.SeeOther(c, back)
	}
	screen, err := s.lockScreenFor(c, back)
	if err != nil {
		return err
	}
	return drawLock(c, http.StatusOK, screen, nil)
}

// unlock opens the screen for the password of the same person.
func (s *SignIn) unlock(c echo.Context) error {
	var typed struct {
		Password string `form:"password"`
		Back     string `form:"volver"`
		Alone    bool   `form:"sola"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	ctx, from := c.Request().Context(), s.clientOf(c)
	who := access.Who(ctx)
	err := s.provePassword(ctx, who.UserID, typed.Password, from, EventUnlockWrong)
	if status, problems, ok := refusal(c, err); ok {
		screen, err := s.lockScreenFor(c, typed.Back)
		if err != nil {
			return err
		}
		return drawLock(c, status, screen, problems)
	}
	if err != nil {
		return err
	}
	if err := s.openLock(ctx, who.LoginID); err != nil {
		return err
	}
	if err := s.note(ctx, securityEvent{Kind: EventUnlocked, User: who.UserID, Clinic: who.ClinicID, IP: from.IP, RequestID: from.RequestID}); err != nil {
		return err
	}
	if web.IsFragment(c) && !typed.Alone {
		c.Response().Header().Set("HX-Trigger", "desbloqueado")
		return c.NoContent(http.StatusNoContent)
	}
	return web.Leave(c, localAddress(typed.Back))
}

// provePassword asks somebody who is signed in for the password again, counted like a sign-in.
func (s *SignIn) provePassword(ctx context.Context, user uuid.UUID, password string, from client, event string) error {
	a, err := s.accountByID(ctx, user)
	if err != nil {
		return err
	}
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	subject, err := s.tries.accountSubject(ctx, keys, a.Email, from.Device)
	if err != nil {
		return err
	}
	if err := s.tries.Begin(ctx, subject, s.now()); err != nil {
		return s.refused(ctx, err, securityEvent{Kind: EventLockedOut, User: user}, from)
	}
	matches, _, err := s.hasher.Matches(ctx, password, a.PasswordHash)
	if err != nil {
		return err
	}
	if !matches {
		return s.refused(ctx, fault.InvalidField("password", "La contraseña no coincide."), securityEvent{Kind: event, User: user}, from)
	}
	return s.tries.Succeed(ctx, subject)
}

func (s *SignIn) openLock(ctx context.Context, login uuid.UUID) error {
	_, err := s.db.SystemPool().Exec(ctx, "update logins set locked_at = null, last_seen_at = $1, proven_at = $1 where id = $2 and ended_at is null", s.now(), login)
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

// lockNow locks the screen at once: by the button, or because a page has seen nobody for long.
func (s *SignIn) lockNow(c echo.Context) error {
	ctx := c.Request().Context()
	const lock = "update logins set locked_at = coalesce(locked_at, $1) where id = $2 and kind = 'browser'"
	if _, err := s.db.SystemPool().Exec(ctx, lock, s.now(), access.Who(ctx).LoginID); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if c.Request().Method == http.MethodPut || web.IsFragment(c) {
		return c.NoContent(http.StatusNoContent)
	}
	return web.SeeOther(c, "/bloqueo")
}

// stillHere tells the server that somebody works on a page without asking it anything; the guard has written it down.
func stillHere(c echo.Context) error { return c.NoContent(http.StatusNoContent) }

// signOut ends the log-in and forgets the session.
func (s *SignIn) signOut(c echo.Context) error {
	ctx, from := c.Request().Context(), s.clientOf(c)
	who := access.Who(ctx)
	if err := s.endLogin(ctx, who.LoginID, "signed_out"); err != nil {
		return err
	}
	if err := s.sessions.Destroy(ctx); err != nil {
		return fmt.Errorf("forget the session: %w", err)
	}
	if err := s.note(ctx, securityEvent{Kind: EventSignedOut, User: who.UserID, Clinic: who.ClinicID, IP: from.IP, RequestID: from.RequestID}); err != nil {
		return err
	}
	clearSite(c)
	return web.Leave(c, "/ingresar")
}

// clearSite lets the browser forget everything of ours, for a page that has made sure that nobody else keeps unsent
// work in it. It ends the service worker too, so it stands on this one answer alone.
func clearSite(c echo.Context) {
	if c.FormValue("vaciar") == "si" {
		c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
}
