//go:build !js

package accounts

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

func (s *SignIn) switchRoutes(r *web.Router) {
	r.POST("/clinica", s.switchClinic, web.SignedIn(), web.Of(web.OwnTx))
	r.POST("/sede", s.switchSite, web.SignedIn(), web.Of(web.OwnTx))
}

// switchClinic goes on in another clinic of the same person, under a new session id.
func (s *SignIn) switchClinic(c echo.Context) error {
	ctx, from := c.Request().Context(), s.clientOf(c)
	who := access.Who(ctx)
	place, err := s.placeToGo(ctx, who, c.FormValue("membership"))
	if err != nil {
		return err
	}
	const move = "update logins set clinic_id = $1, membership_id = $2, site_id = $3 where id = $4 and ended_at is null"
	if _, err := s.db.SystemPool().Exec(ctx, move, orNull(place.ClinicID), orNull(place.MembershipID), orNull(place.SiteID), who.LoginID); err != nil {
		return fmt.Errorf("change the clinic: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew the session: %w", err)
	}
	if err := s.note(ctx, securityEvent{Kind: EventClinicSwitched, User: who.UserID, Clinic: place.ClinicID, IP: from.IP, RequestID: from.RequestID}); err != nil {
		return err
	}
	web.Flash(c, "Ahora trabaja en "+place.Clinic+".")
	return web.Leave(c, home)
}

// placeToGo is the workplace asked for, if it is open to this person; people of the platform may go back to it by
// asking for none.
func (s *SignIn) placeToGo(ctx context.Context, who access.Identity, wish string) (Workplace, error) {
	if wish == "" {
		a, err := s.accountByID(ctx, who.UserID)
		if err != nil {
			return Workplace{}, err
		}
		if !a.SuperAdmin {
			return Workplace{}, fault.ErrNotFound
		}
		return Workplace{Clinic: "la plataforma"}, nil
	}
	places, err := s.Workplaces(ctx, who.UserID)
	if err != nil {
		return Workplace{}, err
	}
	for _, p := range places {
		if p.MembershipID.String() == wish && !p.Suspended {
			return p, nil
		}
	}
	return Workplace{}, fault.ErrNotFound
}

// switchSite changes where in the clinic this log-in works, and keeps the page.
func (s *SignIn) switchSite(c echo.Context) error {
	ctx := c.Request().Context()
	site, err := uuid.Parse(c.FormValue("site"))
	if err != nil {
		return fault.ErrNotFound
	}
	const move = "update logins l set site_id = s.id from sites s where l.id = $1 and s.clinic_id = l.clinic_id and s.id = $2 and s.active"
	tag, err := s.db.SystemPool().Exec(ctx, move, access.Who(ctx).LoginID, site)
	if err != nil {
		return fmt.Errorf("change the site: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.ErrNotFound
	}
	return web.Leave(c, samePage(c.Request()))
}

// samePage is the page from which a form was sent, when it is one of ours.
func samePage(r *http.Request) string {
	address := r.Header.Get("HX-Current-URL")
	if address == "" {
		address = r.Referer()
	}
	u, err := url.Parse(address)
	if err != nil || u.Host != r.Host {
		return home
	}
	return localAddress(u.RequestURI())
}
