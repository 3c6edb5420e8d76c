//go:build !js

package accounts

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

type invitationRoutes struct {
	staff *Staff
	entry Entry
}

// InvitationRoutes adds the page that a letter of invitation leads to.
func InvitationRoutes(r *web.Router, staff *Staff, entry Entry) {
	i := invitationRoutes{staff, entry}
	r.GET("/invitacion/:enlace", i.show, web.Public())
	r.POST("/invitacion/:enlace", i.accept, web.Public())
}

// acceptForm is what an invited person types; one who is signed in types nothing.
type acceptForm struct {
	Name     string `form:"nombre"`
	Password string `form:"password"`
}

func (i invitationRoutes) show(c echo.Context) error {
	offer, err := i.staff.Offer(c.Request().Context(), c.Param("enlace"))
	if fault.IsNotFound(err) {
		return public(c, http.StatusNotFound, "Enlace vencido", deadInvitationPage())
	}
	if err != nil {
		return err
	}
	return i.draw(c, http.StatusOK, offer, acceptForm{Name: offer.Profile.Name}, nil)
}

// draw shows an offer the way it can be accepted: with a new account, by logging in, or by the person who is here.
func (i invitationRoutes) draw(c echo.Context, status int, offer Offer, form acceptForm, problems fault.Problems) error {
	token := c.Param("enlace")
	who, signedIn := access.From(c.Request().Context())
	page := offerPage{Offer: offer, Address: "/invitacion/" + token, Form: form, Problems: problems}
	switch {
	case offer.Account == uuid.Nil:
		page.Way = asNew
	case signedIn && who.Locked:
		return web.ErrLocked
	case signedIn && who.UserID == offer.Account:
		page.Way = asMyself
	case signedIn:
		page.Way = asAnother
	default:
		page.Way = byLogIn
	}
	return public(c, status, "Invitación a "+offer.Clinic, invitationPage(page))
}

func (i invitationRoutes) accept(c echo.Context) error {
	var form acceptForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx, token := i.staff.asVisitor(c), c.Param("enlace")
	offer, err := i.staff.Offer(ctx, token)
	if fault.IsNotFound(err) {
		return public(c, http.StatusNotFound, "Enlace vencido", deadInvitationPage())
	}
	if err != nil {
		return err
	}
	if offer.Account != uuid.Nil {
		return i.acceptKnown(c, offer)
	}
	user, err := i.staff.AcceptNew(ctx, token, form.Name, form.Password)
	if problems, ok := fault.Fields(err); ok {
		return i.draw(c, http.StatusUnprocessableEntity, offer, form, problems)
	}
	switch {
	case errors.Is(err, ErrLogInFirst):
		return web.SeeOther(c, "/invitacion/"+token)
	case fault.IsNotFound(err):
		return public(c, http.StatusNotFound, "Enlace vencido", deadInvitationPage())
	case err != nil:
		return err
	}
	return i.entry.Continue(c, user, "")
}

func (i invitationRoutes) acceptKnown(c echo.Context, offer Offer) error {
	ctx := i.staff.asVisitor(c)
	if who := access.Who(ctx); who.Locked {
		return web.ErrLocked
	}
	err := i.staff.AcceptKnown(ctx, c.Param("enlace"))
	switch {
	case errors.Is(err, ErrLogInFirst), errors.Is(err, ErrNotYours):
		return web.SeeOther(c, "/invitacion/"+c.Param("enlace"))
	case fault.IsNotFound(err):
		return public(c, http.StatusNotFound, "Enlace vencido", deadInvitationPage())
	case err != nil:
		return err
	}
	membership, err := i.staff.membershipIn(ctx, offer.ClinicID, offer.Account)
	if err != nil {
		return err
	}
	return public(c, http.StatusOK, "Invitación aceptada", acceptedPage(membership.String(), offer.Clinic))
}
