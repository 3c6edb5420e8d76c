//go:build !js

package accounts

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const peopleSlug = "personas"

// PeopleSettings is what accounts offers to /configuracion.
func PeopleSettings() web.SettingsPage {
	return web.SettingsPage{Slug: peopleSlug, Title: "Personas y roles", Icon: "users", Order: 30, Permission: SettingsPeople}
}

type peopleRoutes struct{ staff *Staff }

// PeopleRoutes adds /configuracion/personas: who works here, with which roles, and who is invited.
func PeopleRoutes(r *web.Router, staff *Staff) {
	p := peopleRoutes{staff}
	may := web.Needs(SettingsPeople)
	r.GET("/configuracion/personas", p.list, may)
	r.GET("/configuracion/personas/invitar", p.newInvitation, may)
	r.POST("/configuracion/personas/invitar", p.invite, may)
	r.POST("/configuracion/personas/invitaciones/:id/envio", p.resend, may)
	r.POST("/configuracion/personas/invitaciones/:id/retiro", p.revoke, may)
	r.GET("/configuracion/personas/:id", p.show, may)
	r.POST("/configuracion/personas/:id", p.change, may)
	r.POST("/configuracion/personas/:id/baja", p.deactivate, may)
	r.POST("/configuracion/personas/:id/alta", p.reactivate, may)
	r.POST("/configuracion/personas/:id/salidas", p.endLogins, may)
}

// idOf reads the id in an address; one that is no id does not exist.
func idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

// staffPage is /configuracion/personas.
type staffPage struct {
	People      []Member
	Invitations []invitationLine
	Sites       []Site
}

type invitationLine struct {
	Invitation
	Standing string
	Until    string
}

func (p peopleRoutes) list(c echo.Context) error {
	ctx := c.Request().Context()
	page, err := p.staffPage(ctx)
	if err != nil {
		return err
	}
	return web.ShowSettings(c, peopleSlug, web.Page{}, peoplePage(page))
}

func (p peopleRoutes) staffPage(ctx context.Context) (staffPage, error) {
	people, err := p.staff.Everybody(ctx)
	if err != nil {
		return staffPage{}, err
	}
	invitations, err := p.staff.Invitations(ctx)
	if err != nil {
		return staffPage{}, err
	}
	sites, err := p.staff.Sites(ctx)
	if err != nil {
		return staffPage{}, err
	}
	clinic, err := p.staff.Clinic(ctx)
	if err != nil {
		return staffPage{}, err
	}
	page := staffPage{People: people, Sites: sites}
	now := p.staff.now()
	for _, i := range invitations {
		page.Invitations = append(page.Invitations, invitationLine{i, i.Standing(now), dayIn(i.ExpiresAt, clinic.Zone())})
	}
	return page, nil
}

func (p peopleRoutes) newInvitation(c echo.Context) error {
	return p.drawInvitation(c, http.StatusOK, inviteForm{ID: newFormID()}, nil)
}

func (p peopleRoutes) drawInvitation(c echo.Context, status int, form inviteForm, problems fault.Problems) error {
	sites, err := p.staff.Sites(c.Request().Context())
	if err != nil {
		return err
	}
	return web.ShowSettings(c, peopleSlug, web.Page{Status: status, Heading: "Invitar a alguien"}, invitePage(form, sites, problems))
}

func (p peopleRoutes) invite(c echo.Context) error {
	var form inviteForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	invitation, err := form.invitation()
	if err == nil {
		err = p.staff.Invite(c.Request().Context(), invitation)
	}
	if problems, ok := fault.Fields(err); ok {
		return p.drawInvitation(c, statusOf(err), form, problems)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "La invitación sale por correo.")
	return web.SeeOther(c, "/configuracion/personas")
}

// statusOf is 409 for what somebody else was first at, 422 for what was typed.
func statusOf(err error) int {
	if fault.KindOf(err) == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

func (p peopleRoutes) resend(c echo.Context) error {
	return p.act(c, p.staff.Resend, "La invitación sale otra vez; el enlace anterior ya no sirve.")
}

func (p peopleRoutes) revoke(c echo.Context) error {
	return p.act(c, p.staff.Revoke, "Se retiró la invitación.")
}

// act does one thing with the object of the address, says so, and goes back to the list.
func (p peopleRoutes) act(c echo.Context, do func(context.Context, uuid.UUID) error, words string) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), id); err != nil {
		return err
	}
	web.Flash(c, words)
	return web.SeeOther(c, "/configuracion/personas")
}

// memberPage is one person: what the clinic decides about them.
type memberPage struct {
	Member   Member
	Form     inviteForm
	Sites    []Site
	Problems fault.Problems
	Changed  []Difference // what somebody else stored meanwhile, where it is not what was ticked
}

// Difference is one field of which two versions exist.
type Difference struct{ Label, Stored, Typed string }

func (p peopleRoutes) show(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	m, err := p.staff.Member(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return p.draw(c, http.StatusOK, memberPage{Member: m, Form: formOf(m)})
}

func (p peopleRoutes) draw(c echo.Context, status int, page memberPage) error {
	var err error
	if page.Sites, err = p.staff.Sites(c.Request().Context()); err != nil {
		return err
	}
	return web.ShowSettings(c, peopleSlug, web.Page{Status: status, Heading: page.Member.DisplayName()}, personPage(page))
}

func (p peopleRoutes) change(c echo.Context) error {
	var form inviteForm
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	work, err := form.work()
	if err == nil {
		err = p.staff.ChangeWork(ctx, id, form.Version, work)
	}
	if err == nil {
		web.Flash(c, "Se guardaron los cambios.")
		return web.SeeOther(c, "/configuracion/personas")
	}
	return p.refuse(c, id, form, err)
}

// refuse draws the form of a person again with what was ticked and why it was not stored.
func (p peopleRoutes) refuse(c echo.Context, id uuid.UUID, form inviteForm, refusal error) error {
	problems, ok := fault.Fields(refusal)
	stale, last := errors.Is(refusal, ErrPersonChanged), errors.Is(refusal, ErrLastAdmin)
	if !ok && !stale && !last {
		return refusal
	}
	ctx := c.Request().Context()
	m, err := p.staff.Member(ctx, id)
	if err != nil {
		return err
	}
	page := memberPage{Member: m, Form: form, Problems: problems}
	if last {
		page.Problems = fault.Problems{"roles": ErrLastAdmin.Error()}
	}
	if stale {
		sites, err := p.staff.Sites(ctx)
		if err != nil {
			return err
		}
		page.Changed = changedWork(m, form, sites)
		page.Form.Version = m.Version
		if len(page.Changed) == 0 { // both wanted the same
			return web.SeeOther(c, "/configuracion/personas")
		}
	}
	return p.draw(c, statusOf(refusal), page)
}

// changedWork lists where what is stored differs from what was ticked.
func changedWork(m Member, form inviteForm, sites []Site) []Difference {
	stored := formOf(m)
	all := []Difference{
		{"Roles", RoleLabels(m.Roles), RoleLabels(ParseRoles(form.Roles))},
		{"Especialidad", SpecialtyLabel(stored.Specialty), SpecialtyLabel(form.Specialty)},
		{"Sede habitual", siteName(sites, m.SiteID), siteNameTyped(sites, form.Site)},
	}
	var differ []Difference
	for _, d := range all {
		if d.Stored != d.Typed {
			differ = append(differ, d)
		}
	}
	return differ
}

func siteNameTyped(sites []Site, typed string) string {
	id, err := uuid.Parse(typed)
	if err != nil {
		id = uuid.Nil
	}
	return siteName(sites, id)
}

func (p peopleRoutes) deactivate(c echo.Context) error {
	err := p.act(c, p.staff.Deactivate, "Se desactivó su acceso y se cerraron sus ingresos.")
	if errors.Is(err, ErrLastAdmin) {
		id, idErr := idOf(c)
		if idErr != nil {
			return idErr
		}
		m, memberErr := p.staff.Member(c.Request().Context(), id)
		if memberErr != nil {
			return memberErr
		}
		return p.refuse(c, id, formOf(m), err)
	}
	return err
}

func (p peopleRoutes) reactivate(c echo.Context) error {
	return p.act(c, p.staff.Reactivate, "Puede ingresar otra vez.")
}

func (p peopleRoutes) endLogins(c echo.Context) error {
	return p.act(c, p.staff.EndLoginsOf, "Se cerraron todos sus ingresos en esta clínica.")
}
