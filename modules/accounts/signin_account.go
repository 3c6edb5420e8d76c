//go:build !js

package accounts

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

func (s *SignIn) accountRoutes(r *web.Router) {
	own := []web.Option{web.SignedIn(), web.Of(web.OwnTx)}
	r.GET("/mi-cuenta", s.showAccount, own...)
	r.POST("/mi-cuenta/nombre", s.changeName, own...)
	r.POST("/mi-cuenta/atajos", s.changeShortcuts, own...)
	r.POST("/mi-cuenta/clave", s.changePassword, own...)
	r.POST("/mi-cuenta/segundo-paso", s.beginFactor, own...)
	r.POST("/mi-cuenta/segundo-paso/codigo", s.finishFactor, own...)
	r.POST("/mi-cuenta/recuperacion", s.renewRecovery, own...)
	r.POST("/mi-cuenta/firma/revocar", s.revokeSigning, own...)
}

// accountView is a person's own page. Problems are by section: "nombre", "clave", "factor", "recuperacion",
// "firma".
type accountView struct {
	Name, Email string
	HasFactor   bool
	CodesLeft   int
	Shortcuts   bool
	Enrolment   *enrolment // a new application is being tied to the account
	Codes       []string   // shown once
	SignsSince  string     // day of the key to sign with; "" without one
	Problems    map[string]fault.Problems
}

func (s *SignIn) accountOf(c echo.Context) (account, error) {
	return s.accountByID(c.Request().Context(), access.Who(c.Request().Context()).UserID)
}

// drawAccount shows the page; change adds what this answer is about.
func (s *SignIn) drawAccount(c echo.Context, status int, change func(*accountView)) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	signsSince, err := s.signsSince(c, a.ID)
	if err != nil {
		return err
	}
	view := accountView{Name: a.Name, Email: a.Email, HasFactor: a.HasFactor(), CodesLeft: a.CodesLeft, Shortcuts: a.Shortcuts,
		SignsSince: signsSince, Problems: map[string]fault.Problems{}}
	if change != nil {
		change(&view)
	}
	return web.Show(c, web.Page{Status: status, Title: "Mi cuenta", Nav: "/mi-cuenta", Back: "/", Body: accountPage(view)})
}

// answerSection shows the page again with what was wrong in a section, or passes a failure of ours on.
func (s *SignIn) answerSection(c echo.Context, section string, err error) error {
	status, problems, ok := refusal(c, err)
	if !ok {
		return err
	}
	return s.drawAccount(c, status, func(v *accountView) { v.Problems[section] = problems })
}

func (s *SignIn) showAccount(c echo.Context) error { return s.drawAccount(c, http.StatusOK, nil) }

func (s *SignIn) changeName(c echo.Context) error {
	var typed struct {
		Name string `form:"nombre"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	name := strings.Join(strings.Fields(typed.Name), " ")
	if n := utf8.RuneCountInString(name); n < 2 || n > 120 {
		return s.answerSection(c, "nombre", fault.InvalidField("nombre", "Escriba su nombre y apellidos, en 120 caracteres o menos."))
	}
	ctx := c.Request().Context()
	const store = "update users set name = $1, version = version + 1, updated_at = $2 where id = $3"
	if _, err := s.db.SystemPool().Exec(ctx, store, name, s.now(), access.Who(ctx).UserID); err != nil {
		return fmt.Errorf("store a name: %w", err)
	}
	web.Flash(c, "Nombre guardado.")
	return web.SeeOther(c, "/mi-cuenta")
}

func (s *SignIn) changeShortcuts(c echo.Context) error {
	ctx := c.Request().Context()
	on := c.FormValue("atajos") == "si"
	if _, err := s.db.SystemPool().Exec(ctx, "update users set shortcuts = $1 where id = $2", on, access.Who(ctx).UserID); err != nil {
		return fmt.Errorf("store the choice of keys: %w", err)
	}
	value := map[bool]string{true: "si", false: "no"}[on]
	c.SetCookie(&http.Cookie{Name: "atajos", Value: value, Path: "/", Secure: s.secure, SameSite: http.SameSiteLaxMode, MaxAge: int(deviceCookieAge.Seconds())})
	web.Flash(c, map[bool]string{true: "Atajos de una tecla activados.", false: "Atajos de una tecla apagados."}[on])
	return web.SeeOther(c, "/mi-cuenta")
}

func (s *SignIn) changePassword(c echo.Context) error {
	var typed struct {
		Current  string `form:"actual"`
		Password string `form:"password"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	ctx, from := c.Request().Context(), s.clientOf(c)
	if err := s.replacePassword(ctx, a, typed.Current, typed.Password, from); err != nil {
		return s.answerSection(c, "clave", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	web.Flash(c, "Contraseña cambiada. Las demás sesiones se cerraron.")
	return web.SeeOther(c, "/mi-cuenta")
}

// replacePassword asks for the current password, stores the new one and ends all other log-ins.
func (s *SignIn) replacePassword(ctx context.Context, a account, current, password string, from client) error {
	names, err := s.namesAround(ctx, a)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, names...); err != nil {
		return err
	}
	if err := s.provePassword(ctx, a.ID, current, from, EventPasswordWrong); err != nil {
		return moved("password", "actual", err)
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.db.AsSystem(ctx, "change a password", func(tx *gorm.DB) error {
		if err := storePassword(tx, a.ID, hash, s.now()); err != nil {
			return err
		}
		if _, err := endLogins(tx, a.ID, access.Who(ctx).LoginID, "password_changed", s.now()); err != nil {
			return err
		}
		return s.queue.InsertTx(tx, changedArgs{UserID: a.ID, What: EventPasswordChanged}, nil)
	})
	if err != nil {
		return err
	}
	return s.note(ctx, securityEvent{Kind: EventPasswordChanged, User: a.ID, IP: from.IP, RequestID: from.RequestID})
}

// moved puts the problem of one field beside the field that asked for it here.
func moved(from, to string, err error) error {
	if problems, ok := fault.Fields(err); ok && problems[from] != "" {
		return fault.InvalidField(to, problems[from])
	}
	return err
}

// proofOfSelf is what a change of the second factor asks for: the password, and a code if there is one already.
type proofOfSelf struct {
	Current string `form:"actual"`
	Code    string `form:"code"` // of the application, or a recovery code
}

func (s *SignIn) proveSelf(c echo.Context) (account, error) {
	var typed proofOfSelf
	if err := web.Bind(c, &typed); err != nil {
		return account{}, err
	}
	a, err := s.accountOf(c)
	if err != nil {
		return account{}, err
	}
	ctx, from := c.Request().Context(), s.clientOf(c)
	if err := s.provePassword(ctx, a.ID, typed.Current, from, EventPasswordWrong); err != nil {
		return a, moved("password", "actual", err)
	}
	if !a.HasFactor() {
		return a, nil
	}
	code, recovery := eitherCode(typed.Code)
	return a, moved("recuperacion", "code", s.checkCode(ctx, a, code, recovery, from))
}

// factorUntil in the session says that this person has proven themselves for a new application of codes.
const factorUntil = "segundo_paso_hasta"

// beginFactor shows the key of a new application; the old one stays until a code of the new one has confirmed it.
func (s *SignIn) beginFactor(c echo.Context) error {
	a, err := s.proveSelf(c)
	if err != nil {
		return s.answerSection(c, "factor", err)
	}
	ctx := c.Request().Context()
	e, err := s.proposeFactor(ctx, a)
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, factorUntil, s.now().Add(pendingFor).Unix())
	return s.drawAccount(c, http.StatusOK, func(v *accountView) { v.Enrolment = &e })
}

func (s *SignIn) finishFactor(c echo.Context) error {
	var typed struct {
		Code string `form:"code"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	ctx, from := c.Request().Context(), s.clientOf(c)
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	if s.now().Unix() > s.sessions.GetInt64(ctx, factorUntil) || a.Pending == "" {
		return s.answerSection(c, "factor", fault.InvalidField("", "Pasó demasiado tiempo. Empiece otra vez con su contraseña."))
	}
	codes, err := s.confirmFactor(ctx, a, typed.Code, from)
	if status, problems, ok := refusal(c, err); ok {
		e, err := enrolmentOf(a.Pending, a.Email)
		if err != nil {
			return err
		}
		return s.drawAccount(c, status, func(v *accountView) { v.Enrolment, v.Problems["factor"] = &e, problems })
	}
	if err != nil {
		return err
	}
	s.sessions.Remove(ctx, factorUntil)
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	return s.drawAccount(c, http.StatusOK, func(v *accountView) { v.Codes = codes })
}

// renewRecovery makes ten fresh recovery codes; the former ones end.
func (s *SignIn) renewRecovery(c echo.Context) error {
	a, err := s.proveSelf(c)
	if err != nil {
		return s.answerSection(c, "recuperacion", err)
	}
	if !a.HasFactor() {
		return fault.ErrNotFound
	}
	ctx, from := c.Request().Context(), s.clientOf(c)
	codes, hashes, err := s.freshRecoveryCodes(ctx)
	if err != nil {
		return err
	}
	err = s.db.AsSystem(ctx, "renew recovery codes", func(tx *gorm.DB) error {
		if err := lockUser(tx, a.ID); err != nil {
			return err
		}
		if err := storeRecoveryCodes(tx, a.ID, hashes); err != nil {
			return err
		}
		return s.queue.InsertTx(tx, changedArgs{UserID: a.ID, What: EventRecoveryRenewed}, nil)
	})
	if err != nil {
		return err
	}
	if err := s.note(ctx, securityEvent{Kind: EventRecoveryRenewed, User: a.ID, IP: from.IP, RequestID: from.RequestID}); err != nil {
		return err
	}
	return s.drawAccount(c, http.StatusOK, func(v *accountView) { v.Codes = codes })
}

// lockUser lets one change of a person's way in happen after the other.
func lockUser(tx *gorm.DB, user uuid.UUID) error {
	if err := tx.Exec("select 1 from users where id = ? for update", user).Error; err != nil {
		return fmt.Errorf("wait for a person's other changes: %w", err)
	}
	return nil
}
