//go:build !js

package settings

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// securityPage is when screens lock, and who is logged in now.
type securityPage struct {
	Lock   section
	Typed  string // of the minutes, which may be no number
	Logins []loginLine

	Offline      section // whether devices open without connection
	OfflineStart bool
}

// loginLine is one log-in, ready to show.
type loginLine struct {
	ID              uuid.UUID
	Who, Device, IP string
	Since, Seen     string
	Mine            bool
}

func (s *Service) securityPage(ctx context.Context) (securityPage, error) {
	clinic, err := s.house.Clinic(ctx)
	if err != nil {
		return securityPage{}, err
	}
	page := securityPage{Lock: section{Form: formOf(clinic), Seen: accounts.SeenOf(clinic, accounts.LockSection)}, Typed: strconv.Itoa(clinic.LockMinutes)}
	if page.Lock.Last, err = lastChangeOf(ctx, clinic.Zone(), "clinics", clinic.ID, "lock_after_minutes"); err != nil {
		return securityPage{}, err
	}
	page.OfflineStart, page.Offline = clinic.OfflineStart, section{Form: formOf(clinic), Seen: accounts.SeenOf(clinic, accounts.OfflineSection)}
	if page.Offline.Last, err = lastChangeOf(ctx, clinic.Zone(), "clinics", clinic.ID, "offline_start"); err != nil {
		return securityPage{}, err
	}
	open, err := s.staff.OpenLogins(ctx)
	if err != nil {
		return securityPage{}, err
	}
	people, err := s.house.Members(ctx, membersOf(open))
	if err != nil {
		return securityPage{}, err
	}
	mine, today := access.Who(ctx).LoginID, s.now().In(clinic.Zone())
	for _, l := range open {
		page.Logins = append(page.Logins, loginLine{
			ID: l.ID, Who: people[l.MembershipID].DisplayName(), Device: deviceOf(l.Kind, l.UserAgent), IP: l.IP, Mine: l.ID == mine,
			Since: views.ShortDayTime(l.CreatedAt.In(clinic.Zone()), today), Seen: views.ShortDayTime(l.LastSeenAt.In(clinic.Zone()), today),
		})
	}
	return page, nil
}

func membersOf(logins []accounts.OpenLogin) []uuid.UUID {
	var ids []uuid.UUID
	for _, l := range logins {
		ids = append(ids, l.MembershipID)
	}
	return ids
}

// deviceOf says in words what a log-in came from; browsers tell little that is true, so little is said.
func deviceOf(kind, agent string) string {
	if kind == "api" {
		return "Programa (API)"
	}
	browser, system := "Navegador", ""
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			browser = b[1]
			break
		}
	}
	for _, o := range [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "Mac"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, o[0]) {
			system = " en " + o[1]
			break
		}
	}
	return browser + system
}

func (s *Service) showSecurity(c echo.Context) error {
	page, err := s.securityPage(c.Request().Context())
	if err != nil {
		return err
	}
	return draw(c, slugSecurity, web.Page{}, securitySections(page))
}

func (s *Service) saveLock(c echo.Context) error {
	var form struct {
		Version int64  `form:"version"`
		Mark    string `form:"visto"`
		Minutes string `form:"minutos"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx, seen := c.Request().Context(), accounts.Seen{Version: form.Version, Mark: form.Mark}
	minutes, err := strconv.Atoi(strings.TrimSpace(form.Minutes))
	if err != nil {
		minutes = 0 // refused with the words for any other wrong figure
	}
	err = s.house.SaveLock(ctx, seen, minutes)
	if err == nil {
		return saved(c, slugSecurity)
	}
	problems, typed := fault.Fields(err)
	stale := errors.Is(err, accounts.ErrClinicChanged)
	if !typed && !stale {
		return err
	}
	page, readErr := s.securityPage(ctx)
	if readErr != nil {
		return readErr
	}
	if stale {
		page.Lock.Changed = differing(accounts.Difference{Label: "Minutos", Stored: page.Typed, Typed: form.Minutes})
	} else {
		page.Lock.Seen = seen
	}
	page.Lock.Problems, page.Typed = problems, form.Minutes
	return draw(c, slugSecurity, web.Page{Status: statusOf(err)}, securitySections(page))
}

// saveOffline stores whether devices open without connection. A box that was not ticked is not sent.
func (s *Service) saveOffline(c echo.Context) error {
	var form struct {
		Version int64  `form:"version"`
		Mark    string `form:"visto"`
		Start   string `form:"abrir"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	err := s.house.SaveOffline(ctx, accounts.Seen{Version: form.Version, Mark: form.Mark}, form.Start != "")
	if err == nil {
		return saved(c, slugSecurity)
	}
	if !errors.Is(err, accounts.ErrClinicChanged) {
		return err
	}
	page, readErr := s.securityPage(ctx)
	if readErr != nil {
		return readErr
	}
	page.Offline.Changed = differing(accounts.Difference{Label: "Abrir sin internet", Stored: yesNo(page.OfflineStart), Typed: yesNo(form.Start != "")})
	return draw(c, slugSecurity, web.Page{Status: statusOf(err)}, securitySections(page))
}

func yesNo(yes bool) string {
	if yes {
		return "Sí"
	}
	return "No"
}

func (s *Service) endLogin(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.staff.EndLogin(c.Request().Context(), id); err != nil {
		return err
	}
	web.Flash(c, "Se cerró el ingreso.")
	return c.Redirect(http.StatusSeeOther, "/configuracion/seguridad")
}
