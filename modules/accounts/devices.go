//go:build !js

package accounts

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (s *SignIn) deviceRoutes(r *web.Router) {
	own := []web.Option{web.SignedIn(), web.Of(web.OwnTx)}
	r.GET("/mi-cuenta/dispositivos", s.showDevices, own...)
	r.POST("/mi-cuenta/dispositivos/cerrar", s.revokeOthers, own...)
	r.POST("/mi-cuenta/dispositivos/:id/cerrar", s.revokeOne, own...)
}

// device is one log-in that goes on, as its person sees it.
type device struct {
	ID       string
	Name     string // "Chrome en Windows"
	Icon     string
	IP       string
	Seen     string
	Since    string
	Here     bool
	Locked   bool
	userCut  string
	kind     string
	lastSeen time.Time
	began    time.Time
}

// devicesOf lists the log-ins of a person that go on, the one in use first.
func (s *SignIn) devicesOf(ctx context.Context, who access.Identity, zone *time.Location) ([]device, error) {
	now := s.now()
	const query = `
		select id::text, kind, user_agent, ip, last_seen_at, created_at, locked_at is not null, id = $2
		  from logins where user_id = $1 and ended_at is null and ends_at > $3 and (kind = 'api' or last_seen_at > $4)
		 order by id = $2 desc, last_seen_at desc, id`
	rows, err := s.db.SystemPool().Query(ctx, query, who.UserID, who.LoginID, now, now.Add(-loginIdle))
	if err != nil {
		return nil, fmt.Errorf("list the log-ins of a person: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (device, error) {
		var d device
		if err := row.Scan(&d.ID, &d.kind, &d.userCut, &d.IP, &d.lastSeen, &d.began, &d.Locked, &d.Here); err != nil {
			return device{}, err
		}
		d.Name, d.Icon = DescribeAgent(d.kind, d.userCut)
		d.Seen = views.ShortDayTime(d.lastSeen.In(zone), now.In(zone))
		d.Since = views.ShortDayTime(d.began.In(zone), now.In(zone))
		return d, nil
	})
}

// DescribeAgent says in words what a browser calls itself. kind is the log-in's: "browser" or "api".
func DescribeAgent(kind, agent string) (name, icon string) {
	if kind == "api" {
		return "Programa (API)", "layers"
	}
	browser := firstOf(agent, "Navegador", "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	system := firstOf(agent, "", "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
	icon = "monitor"
	if system == "Android" || system == "iPhone" || system == "iPad" {
		icon = "smartphone"
	}
	if system == "" {
		return browser, icon
	}
	return browser + " en " + system, icon
}

// firstOf returns the word behind the first mark that stands in text; pairs are marks and words.
func firstOf(text, otherwise string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(text, pairs[i]) {
			return pairs[i+1]
		}
	}
	return otherwise
}

func (s *SignIn) showDevices(c echo.Context) error {
	ctx := c.Request().Context()
	who := access.Who(ctx)
	zone, err := time.LoadLocation(who.TimeZone)
	if err != nil {
		return fmt.Errorf("read the clinic's zone: %w", err)
	}
	devices, err := s.devicesOf(ctx, who, zone)
	if err != nil {
		return err
	}
	kept, err := s.keptLines(ctx, zone)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Status: http.StatusOK, Title: "Mis equipos", Nav: "/mi-cuenta", Back: "/mi-cuenta", Body: devicesPage(devices, kept)})
}

// keptLine is a device that keeps data, ready to show.
type keptLine struct {
	Name, Seen string
	Revoked    bool
}

func (s *SignIn) keptLines(ctx context.Context, zone *time.Location) ([]keptLine, error) {
	if s.kept == nil || access.Who(ctx).ClinicID == uuid.Nil {
		return nil, nil
	}
	devices, err := s.kept.Mine(ctx)
	lines := make([]keptLine, 0, len(devices))
	for _, d := range devices {
		name := fmt.Sprintf("Equipo %d · %s", d.Number, d.Name)
		lines = append(lines, keptLine{Name: name, Seen: views.ShortDayTime(d.Seen.In(zone), s.now().In(zone)), Revoked: d.Revoked})
	}
	return lines, err
}

// revokeOne ends one log-in of the same person; another person's looks like none.
func (s *SignIn) revokeOne(c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.ErrNotFound
	}
	ctx, from := c.Request().Context(), s.clientOf(c)
	who := access.Who(ctx)
	const end = "update logins set ended_at = $1, end_reason = 'revoked' where id = $2 and user_id = $3 and ended_at is null"
	tag, err := s.db.SystemPool().Exec(ctx, end, s.now(), id, who.UserID)
	if err != nil {
		return fmt.Errorf("revoke a log-in: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.ErrNotFound
	}
	err = s.note(ctx, securityEvent{Kind: EventLoginRevoked, User: who.UserID, IP: from.IP, RequestID: from.RequestID, Detail: map[string]any{"login": id}})
	if err != nil {
		return err
	}
	web.Flash(c, "Sesión cerrada en ese equipo.")
	return web.SeeOther(c, "/mi-cuenta/dispositivos")
}

// revokeOthers ends all log-ins of the person but this one.
func (s *SignIn) revokeOthers(c echo.Context) error {
	ctx, from := c.Request().Context(), s.clientOf(c)
	who := access.Who(ctx)
	var ended int64
	err := s.db.AsSystem(ctx, "revoke the other log-ins", func(tx *gorm.DB) (err error) {
		ended, err = endLogins(tx, who.UserID, who.LoginID, "revoked", s.now())
		return err
	})
	if err != nil {
		return err
	}
	err = s.note(ctx, securityEvent{Kind: EventLoginRevoked, User: who.UserID, IP: from.IP, RequestID: from.RequestID, Detail: map[string]any{"others": ended}})
	if err != nil {
		return err
	}
	web.Flash(c, "Las demás sesiones se cerraron.")
	return web.SeeOther(c, "/mi-cuenta/dispositivos")
}
