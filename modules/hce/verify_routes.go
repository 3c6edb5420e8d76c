//go:build !js

package hce

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

type verifyRoutes struct {
	verifier *Verifier
	now      clock.Now
}

// VerifyRoutes adds the page on which anybody may ask whether a signed document stands.
func VerifyRoutes(r *web.Router, verifier *Verifier, now clock.Now) {
	v := verifyRoutes{verifier, now}
	r.GET("/verificar", v.ask, web.Public())
	r.GET("/verificar/:code", v.show, web.Public())
}

// public answers with a page that stands outside the clinic's shell and that no search engine keeps.
func (v verifyRoutes) public(c echo.Context, status int, title string, body templ.Component) error {
	c.Response().Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	return web.Render(c, status, views.WidePublic(views.Public{Head: views.Head{Look: web.Look(c), Title: title}}), body)
}

// ask shows the form for a code, or leads to what was typed there.
func (v verifyRoutes) ask(c echo.Context) error {
	var typed struct {
		Code string `query:"codigo"`
	}
	if err := web.BindQuery(c, &typed); err != nil {
		return err
	}
	if typed.Code == "" {
		return v.public(c, http.StatusOK, "Verificar un documento", askPage())
	}
	if code := CleanCode(typed.Code); code != "" {
		return web.SeeOther(c, "/verificar/"+code)
	}
	return v.unknown(c, typed.Code)
}

// unknown is one answer for every code that leads nowhere, whatever is wrong with it.
func (v verifyRoutes) unknown(c echo.Context, typed string) error {
	return v.public(c, http.StatusNotFound, "Código no encontrado", unknownCodePage(typed))
}

func (v verifyRoutes) show(c echo.Context) error {
	code := CleanCode(c.Param("code"))
	if code == "" {
		return v.unknown(c, c.Param("code"))
	}
	found, err := v.verifier.ByCode(c.Request().Context(), code)
	if fault.IsNotFound(err) {
		return v.unknown(c, c.Param("code"))
	}
	if err != nil {
		return err
	}
	view := verificationView{found, v.now()}
	return v.public(c, http.StatusOK, view.title(), verificationPage(view))
}

// verificationView is what the page says of a document at a moment.
type verificationView struct {
	Verification
	now time.Time
}

func (v verificationView) annulled() bool { return v.Signature.Valid && v.AnnulledAt != nil }

func (v verificationView) revoked() bool { return v.Signature.Valid && v.RevokedAt != nil }

// kind is what kind of document it is, in words.
func (v verificationView) kind() string {
	if v.Kind != "" {
		return v.Kind
	}
	return v.Type.Label()
}

func (v verificationView) title() string {
	switch {
	case v.Unsigned:
		return "Documento aún sin firma"
	case !v.Signature.Valid:
		return "Documento no válido"
	case v.annulled():
		return "Documento anulado"
	case v.revoked():
		return "Consentimiento revocado"
	}
	return "Documento válido"
}

func (v verificationView) at(t time.Time) string {
	t = t.In(v.Zone)
	return views.Day(t) + ", " + views.Clock(t)
}

// look is the colour and the mark of the answer.
func (v verificationView) look() (tone, icon string) {
	switch {
	case v.Unsigned:
		return "aviso", "pen-line"
	case !v.Signature.Valid:
		return "peligro", "circle-alert"
	case v.annulled(), v.revoked():
		return "aviso", "ban"
	}
	return "ok", "shield-check"
}

func (v verificationView) tone() string { tone, _ := v.look(); return tone }

func (v verificationView) icon() string { _, icon := v.look(); return icon }
