//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
)

// What a browser's session holds. The log-in's limits are decided by its row, not by the session.
const (
	loginInSession   = "ingreso"   // the log-in's id
	pendingInSession = "pendiente" // who has given the password and not yet the code
	pendingUntil     = "pendiente_hasta"
	backInSession    = "volver"
)

// liveLogin is a log-in that goes on, with everything a request needs to know of its person.
type liveLogin struct {
	id, user       uuid.UUID
	clinic         *uuid.UUID
	membership     *uuid.UUID
	site           *uuid.UUID
	kind           string
	lastSeen       time.Time
	lockedAt       *time.Time
	name           string
	superAdmin     bool
	hasFactor      bool
	inMembership   bool
	roles          []string
	zone           string
	lockAfter      time.Duration
	membershipSite *uuid.UUID
}

// Identify is the web.Identifier: it finds who sends a request, by the browser's session or a Bearer token. Whoever was
// disabled, left the clinic, whose clinic is suspended or whose log-in ended is not signed in.
func (s *SignIn) Identify(c echo.Context, quiet bool) (access.Identity, bool, error) {
	ctx := c.Request().Context()
	if token, ok := bearer(c); ok {
		id, ok := s.loginOfToken(token)
		if !ok {
			return access.Identity{}, false, nil
		}
		return s.identify(ctx, id, "api", quiet)
	}
	id, ok := s.idInSession(ctx, loginInSession)
	if !ok {
		return access.Identity{}, false, nil
	}
	return s.identify(ctx, id, "browser", quiet)
}

// idInSession reads an id that the session holds; false when it holds none.
func (s *SignIn) idInSession(ctx context.Context, name string) (uuid.UUID, bool) {
	id, err := uuid.Parse(s.sessions.GetString(ctx, name))
	return id, err == nil
}

func bearer(c echo.Context) (string, bool) {
	scheme, token, found := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}

func (s *SignIn) identify(ctx context.Context, id uuid.UUID, kind string, quiet bool) (access.Identity, bool, error) {
	l, err := s.readLogin(ctx, id, kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return access.Identity{}, false, nil
	}
	if err != nil {
		return access.Identity{}, false, err
	}
	now := s.now()
	if kind == "browser" && now.Sub(l.lastSeen) > loginIdle {
		return access.Identity{}, false, s.endLogin(ctx, id, "idle")
	}
	if !l.hasFactor && AnyNeedsSecondFactor(rolesOf(l.roles)) {
		return access.Identity{}, false, s.endLogin(ctx, id, "factor_needed")
	}
	who := l.identity()
	if kind == "browser" {
		who.Locked = l.locked(now)
	}
	if quiet {
		return who, true, nil
	}
	return who, true, s.touch(ctx, l, who.Locked)
}

// readLogin is the one query of a request before its own.
func (s *SignIn) readLogin(ctx context.Context, id uuid.UUID, kind string) (liveLogin, error) {
	const query = `
		select l.id, l.user_id, l.clinic_id, l.membership_id, l.site_id, l.kind, l.last_seen_at, l.locked_at, u.name, u.super_admin,
		       u.totp_confirmed_at is not null, m.id is not null, coalesce(m.roles, '{}'), m.site_id,
		       coalesce(c.time_zone, 'America/Lima'), coalesce(c.lock_after_minutes, 15)
		  from logins l
		  join users u on u.id = l.user_id and u.disabled_at is null
		  left join memberships m on m.clinic_id = l.clinic_id and m.id = l.membership_id and m.active
		  left join clinics c on c.id = l.clinic_id
		 where l.id = $1 and l.kind = $2 and l.ended_at is null and l.ends_at > $3
		   and (l.clinic_id is null and u.super_admin or m.id is not null and c.suspended_at is null)`
	var l liveLogin
	var minutes int
	err := s.db.SystemPool().QueryRow(ctx, query, id, kind, s.now()).Scan(&l.id, &l.user, &l.clinic, &l.membership, &l.site, &l.kind, &l.lastSeen,
		&l.lockedAt, &l.name, &l.superAdmin, &l.hasFactor, &l.inMembership, &l.roles, &l.membershipSite, &l.zone, &minutes)
	if errors.Is(err, pgx.ErrNoRows) {
		return liveLogin{}, err
	}
	if err != nil {
		return liveLogin{}, fmt.Errorf("read a log-in: %w", err)
	}
	l.lockAfter = time.Duration(minutes) * time.Minute
	if !l.inMembership {
		l.roles = []string{string(SuperAdmin)}
	}
	return l, nil
}

func (l liveLogin) identity() access.Identity {
	who := access.Identity{
		UserID: l.user, LoginID: l.id, Name: l.name, Roles: l.roles, Permissions: PermissionsOf(rolesOf(l.roles)),
		TimeZone: l.zone,
	}
	if l.inMembership {
		who.ClinicID, who.MembershipID = *l.clinic, *l.membership
		who.SiteID = firstID(l.site, l.membershipSite)
	}
	return who
}

func firstID(ids ...*uuid.UUID) uuid.UUID {
	for _, id := range ids {
		if id != nil {
			return *id
		}
	}
	return uuid.Nil
}

// locked reports whether the screen is locked: by hand, or because nobody has worked for the clinic's time.
func (l liveLogin) locked(now time.Time) bool {
	return l.lockedAt != nil || now.Sub(l.lastSeen) > l.lockAfter
}

// seenEvery is how exactly activity is written down: once a minute, more often where the screen locks after few.
func (l liveLogin) seenEvery() time.Duration { return min(time.Minute, l.lockAfter/10) }

// touch writes down that somebody works here, or, once, that the screen has locked itself.
func (s *SignIn) touch(ctx context.Context, l liveLogin, locked bool) error {
	now := s.now()
	change := "update logins set last_seen_at = $1 where id = $2 and last_seen_at < $1"
	switch {
	case locked && l.lockedAt != nil:
		return nil
	case locked:
		change = "update logins set locked_at = $1 where id = $2 and locked_at is null"
	case now.Sub(l.lastSeen) < l.seenEvery():
		return nil
	}
	if _, err := s.db.SystemPool().Exec(ctx, change, now, l.id); err != nil {
		return fmt.Errorf("write activity down: %w", err)
	}
	return nil
}
