//go:build !js

// Package settings is what the administration of a clinic looks after: the frame of /configuracion, the pages about
// the clinic, its sites and its security, and the page that shows who did what.
package settings

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// Slugs of our own pages.
const (
	slugClinic   = "clinica"
	slugSites    = "sedes"
	slugSecurity = "seguridad"
)

// Pages are those that this module offers to /configuracion.
func Pages() []web.SettingsPage {
	return []web.SettingsPage{
		{Slug: slugClinic, Title: "Clínica", Icon: "building-2", Order: 10, Permission: accounts.SettingsClinic},
		{Slug: slugSites, Title: "Sedes", Icon: "map-pin", Order: 20, Permission: accounts.SettingsClinic},
		{Slug: slugSecurity, Title: "Seguridad", Icon: "shield", Order: 90, Permission: accounts.SettingsSecurity},
	}
}

// Service is what the pages of this module work with.
type Service struct {
	house    accounts.House
	staff    *accounts.Staff
	subjects []audit.Subject
	pages    []web.SettingsPage
	now      clock.Now
}

// New looks after the settings. pages are those of all modules; subjects say how the audit page names things.
func New(staff *accounts.Staff, pages []web.SettingsPage, subjects []audit.Subject, now clock.Now) *Service {
	return &Service{staff: staff, pages: pages, subjects: subjects, now: now}
}

// Routes adds /configuracion with our pages, the clinic's logo, and /auditoria.
func Routes(r *web.Router, s *Service) {
	clinic, security := web.Needs(accounts.SettingsClinic), web.Needs(accounts.SettingsSecurity)
	r.GET("/configuracion", s.index, web.SignedIn())

	r.GET("/configuracion/clinica", s.showClinic, clinic)
	r.POST("/configuracion/clinica/datos", s.saveData, clinic)
	r.POST("/configuracion/clinica/apariencia", s.saveLook, clinic)
	r.POST("/configuracion/clinica/zona", s.saveZone, clinic)
	r.POST("/configuracion/clinica/logo", s.saveLogo, clinic, web.MaxBody(uploadMost))
	r.POST("/configuracion/clinica/logo/retiro", s.removeLogo, clinic)
	r.GET("/clinica/logo", s.logo, web.SignedIn())

	r.GET("/configuracion/sedes", s.listSites, clinic)
	r.GET("/configuracion/sedes/nueva", s.newSite, clinic)
	r.POST("/configuracion/sedes/nueva", s.addSite, clinic)
	r.GET("/configuracion/sedes/:id", s.showSite, clinic)
	r.POST("/configuracion/sedes/:id", s.changeSite, clinic)
	r.POST("/configuracion/sedes/:id/cierre", s.closeSite, clinic)
	r.POST("/configuracion/sedes/:id/apertura", s.reopenSite, clinic)

	r.GET("/configuracion/seguridad", s.showSecurity, security)
	r.POST("/configuracion/seguridad/bloqueo", s.saveLock, security)
	r.POST("/configuracion/seguridad/sin-conexion", s.saveOffline, security)
	r.POST("/configuracion/seguridad/ingresos/:id/cierre", s.endLogin, security)

	r.GET("/auditoria", s.showAudit, web.Needs(accounts.AuditRead))
}

// index lists the pages that somebody may open; who may open none finds nothing here.
func (s *Service) index(c echo.Context) error {
	open := web.SettingsOf(s.pages, access.Who(c.Request().Context()))
	if len(open) == 0 {
		return fault.ErrForbidden
	}
	clinic, err := s.house.Clinic(c.Request().Context())
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Configuración", Nav: "/configuracion", Body: indexPage(open, clinic.OnboardedAt == nil)})
}

// draw answers with a page of ours inside the frame.
func draw(c echo.Context, slug string, page web.Page, body templ.Component) error {
	return web.ShowSettings(c, slug, page, body)
}

// statusOf is 409 for what somebody else was first at, 422 for what was typed.
func statusOf(err error) int {
	if fault.KindOf(err) == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// idOf reads the id in an address; one that is no id does not exist.
func idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

func newFormID() string { return uuid.Must(uuid.NewV7()).String() }
