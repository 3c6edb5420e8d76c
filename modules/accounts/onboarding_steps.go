//go:build !js

package accounts

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// Addresses of the steps that are ours.
const (
	stepSite   = "sede"
	stepPeople = "profesionales"
	stepMyself = "yo"
	stepReady  = "listo"
)

// startPage is one page after the log-in; its place in the bar comes after the clinic and the code.
type startPage struct{ Slug, Title string }

const stepsBeforeLogIn = 2

func (s startRoutes) pages() []startPage {
	pages := []startPage{{stepSite, "Sede y especialidades"}, {stepPeople, "Profesionales"}}
	if s.parts.Schedules != nil {
		pages[1].Title = "Profesionales y horarios"
	}
	if s.parts.Services != nil {
		pages = append(pages, startPage{s.parts.Services.Slug(), s.parts.Services.Title()})
	}
	return pages
}

// startFrame is what stands around the body of a step.
type startFrame struct {
	Names   []string
	Current int // counts from 1
	Title   string
	Back    string // address of the step before; empty for the first
	Next    string // address of the step after; empty for the last
	Missing []missingPart
}

func (s startRoutes) frame(slug string) (startFrame, error) {
	frame := startFrame{Names: []string{"Clínica y RUC", "Su código"}}
	pages := s.pages()
	for i, p := range pages {
		frame.Names = append(frame.Names, p.Title)
		if p.Slug != slug {
			continue
		}
		frame.Current, frame.Title = stepsBeforeLogIn+i+1, p.Title
		if i > 0 {
			frame.Back = "/empezar/" + pages[i-1].Slug
		}
		if i+1 < len(pages) {
			frame.Next = "/empezar/" + pages[i+1].Slug
		}
	}
	if frame.Current == 0 {
		return frame, fault.ErrNotFound
	}
	return frame, nil
}

// firstUndone is the slug of the first page that still waits; "listo" when none does.
func (s startRoutes) firstUndone(ctx context.Context) (string, error) {
	for _, p := range s.pages() {
		done, err := s.done(ctx, p.Slug)
		if err != nil {
			return "", err
		}
		if !done {
			return p.Slug, nil
		}
	}
	return stepReady, nil
}

func (s startRoutes) done(ctx context.Context, slug string) (bool, error) {
	switch slug {
	case stepSite:
		clinic, err := s.staff.Clinic(ctx)
		if err != nil || len(clinic.Specialties) == 0 {
			return false, err
		}
		sites, err := s.staff.Sites(ctx)
		return len(sites) > 0, err
	case stepPeople:
		return s.peopleDone(ctx)
	}
	return s.parts.Services.Done(ctx)
}

// peopleDone reports whether there is somebody to attend, with hours. Whoever is only invited gets hours later.
func (s startRoutes) peopleDone(ctx context.Context) (bool, error) {
	doctors, err := s.staff.Doctors(ctx)
	if err != nil {
		return false, err
	}
	if len(doctors) > 0 && s.parts.Schedules != nil {
		return s.parts.Schedules.Done(ctx)
	}
	if len(doctors) > 0 {
		return true, nil
	}
	invited, err := s.staff.Invitations(ctx)
	return slices.ContainsFunc(invited, func(i Invitation) bool { return slices.Contains(i.Work.Roles, Doctor) }), err
}

func (s startRoutes) showStep(c echo.Context) error {
	return s.draw(c, c.Param("paso"), http.StatusOK, nil)
}

// draw answers with a step; redrawn, if given, stands in the place of the body as it is stored.
func (s startRoutes) draw(c echo.Context, slug string, status int, redrawn templ.Component) error {
	if slug == stepReady {
		return s.drawReady(c)
	}
	frame, err := s.frame(slug)
	if err == nil && frame.Next == "" {
		frame.Missing, err = s.missing(c.Request().Context())
	}
	if err != nil {
		return err
	}
	body := redrawn
	if body == nil {
		if body, err = s.body(c.Request().Context(), slug); err != nil {
			return err
		}
	}
	return public(c, status, frame.Title, stepPage(frame, body))
}

func (s startRoutes) body(ctx context.Context, slug string) (templ.Component, error) {
	switch slug {
	case stepSite:
		form, err := s.siteForm(ctx)
		return siteStep(form, nil), err
	case stepPeople:
		people, err := s.peopleStepOf(ctx)
		return peopleStep(people), err
	}
	return s.parts.Services.Body(ctx)
}

func (s startRoutes) saveStep(c echo.Context) error {
	slug := c.Param("paso")
	switch slug {
	case stepSite:
		return s.saveSite(c)
	case stepPeople:
		return s.saveInvitation(c)
	case stepMyself:
		return s.saveMyself(c)
	case stepReady:
		if err := s.staff.FinishStart(c.Request().Context()); err != nil {
			return err
		}
		return web.SeeOther(c, "/empezar/"+stepReady)
	}
	return s.saveOther(c, slug)
}

// saveOther hands a form to the module whose step it is.
func (s startRoutes) saveOther(c echo.Context, slug string) error {
	page, part := slug, s.parts.Services
	if s.parts.Schedules != nil && slug == s.parts.Schedules.Slug() {
		page, part = stepPeople, s.parts.Schedules
	}
	if part == nil || part.Slug() != slug {
		return fault.ErrNotFound
	}
	err := part.Save(c)
	var refused *Redraw
	if errors.As(err, &refused) {
		return s.redrawOther(c, page, refused)
	}
	if err != nil || c.Response().Committed {
		return err
	}
	return s.goOn(c, page)
}

// goOn leads from a page that was saved to the first one that still waits; when none does, the clinic is ready. The
// last page leads to the end all the same, which says what is missing.
func (s startRoutes) goOn(c echo.Context, saved string) error {
	ctx := c.Request().Context()
	next, err := s.firstUndone(ctx)
	if err == nil && next == stepReady {
		err = s.staff.FinishStart(ctx)
	}
	if err != nil {
		return err
	}
	if pages := s.pages(); saved == pages[len(pages)-1].Slug {
		next = stepReady
	}
	return web.SeeOther(c, "/empezar/"+next)
}

func (s startRoutes) redrawOther(c echo.Context, page string, refused *Redraw) error {
	if page != stepPeople {
		return s.draw(c, page, refused.Status, refused.Body)
	}
	people, err := s.peopleStepOf(c.Request().Context())
	if err != nil {
		return err
	}
	people.Schedules = refused.Body
	return s.draw(c, page, refused.Status, peopleStep(people))
}

// siteStart is the form of "Sede y especialidades".
type siteStart struct {
	ID          string   `form:"id"`
	Specialties []string `form:"especialidades"`
	Name        string   `form:"nombre"`
	Address     string   `form:"direccion"`
	Phone       string   `form:"telefono"`
}

func (s startRoutes) siteForm(ctx context.Context) (siteStart, error) {
	clinic, err := s.staff.Clinic(ctx)
	if err != nil {
		return siteStart{}, err
	}
	form := siteStart{ID: newFormID(), Specialties: clinic.Specialties, Name: "Principal"}
	sites, err := s.staff.Sites(ctx)
	if err == nil && len(sites) > 0 {
		first := sites[0]
		form.ID, form.Name, form.Address, form.Phone = first.ID.String(), first.Name, first.Address, first.Phone
	}
	return form, err
}

func (s startRoutes) saveSite(c echo.Context) error {
	var form siteStart
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := uuid.Parse(form.ID)
	if err != nil {
		return fault.ErrNotFound
	}
	site := Site{ID: id, Name: form.Name, Address: form.Address, Phone: form.Phone}
	err = s.staff.SaveStart(c.Request().Context(), form.Specialties, site)
	if problems, ok := fault.Fields(err); ok {
		return s.draw(c, stepSite, http.StatusUnprocessableEntity, siteStep(form, problems))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/empezar/"+stepPeople)
}

// peopleStart is the page "Profesionales y horarios".
type peopleStart struct {
	People      []Member
	Invitations []Invitation
	IAttend     bool // the person who asks is a professional already
	Myself      inviteForm
	MyProblems  fault.Problems
	Invite      inviteForm
	Problems    fault.Problems
	Sites       []Site
	Schedules   templ.Component // of the agenda; nil without it
}

func (s startRoutes) peopleStepOf(ctx context.Context) (peopleStart, error) {
	var p peopleStart
	var err error
	if p.People, err = s.staff.Everybody(ctx); err != nil {
		return p, err
	}
	if p.Invitations, err = s.staff.Invitations(ctx); err != nil {
		return p, err
	}
	if p.Sites, err = s.staff.Sites(ctx); err != nil {
		return p, err
	}
	me := access.Who(ctx).MembershipID
	for _, m := range p.People {
		if m.ID == me {
			p.IAttend = m.IsDoctor()
			p.Myself = inviteForm{Name: m.Name, Title: m.Title, College: m.College, Number: m.CollegeNumber, Specialty: m.Specialty}
		}
	}
	p.Invite = inviteForm{ID: newFormID(), Roles: []string{string(Doctor)}}
	if s.parts.Schedules != nil {
		p.Schedules, err = s.parts.Schedules.Body(ctx)
	}
	return p, err
}

func (s startRoutes) saveInvitation(c echo.Context) error {
	var form inviteForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	invitation, err := form.invitation()
	if err == nil {
		err = s.staff.Invite(ctx, invitation)
	}
	if problems, ok := fault.Fields(err); ok {
		return s.redrawPeople(c, func(p *peopleStart) { p.Invite, p.Problems = form, problems })
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Se invitará a "+invitation.Profile.Tidy().Name+" por correo.")
	return web.SeeOther(c, "/empezar/"+stepPeople)
}

// saveMyself makes the administrator a professional too.
func (s startRoutes) saveMyself(c echo.Context) error {
	var form inviteForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	err := s.attendToo(c.Request().Context(), form)
	if problems, ok := fault.Fields(err); ok {
		return s.redrawPeople(c, func(p *peopleStart) { p.Myself, p.MyProblems = form, problems })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/empezar/"+stepPeople)
}

func (s startRoutes) attendToo(ctx context.Context, form inviteForm) error {
	me, err := s.staff.Member(ctx, access.Who(ctx).MembershipID)
	if err != nil {
		return err
	}
	work := Work{Roles: ParseRoles(append(roleNames(me.Roles), string(Doctor))), Specialty: form.Specialty, SiteID: me.SiteID}
	profile := form.profile().Tidy()
	problems := profile.Problems(true)
	for field, sentence := range work.Problems() {
		problems.Add(field, sentence)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if err := s.staff.ChangeWork(ctx, me.ID, me.Version, work); err != nil {
		return err
	}
	return s.staff.ChangeProfile(ctx, profile, true)
}

func (s startRoutes) redrawPeople(c echo.Context, change func(*peopleStart)) error {
	people, err := s.peopleStepOf(c.Request().Context())
	if err != nil {
		return err
	}
	change(&people)
	return s.draw(c, stepPeople, http.StatusUnprocessableEntity, peopleStep(people))
}

// Unprepared reports whether the clinic of the transaction has not finished /empezar, so that its pages can lead back.
func (s *Staff) Unprepared(ctx context.Context) (bool, error) {
	var open bool
	err := database.From(ctx).Raw("select onboarded_at is null from clinics where id = ?", database.ScopeOf(ctx).ClinicID).Row().Scan(&open)
	return open, err
}

func stepOptions(choices []Specialty) []views.Option {
	options := make([]views.Option, 0, len(choices))
	for _, c := range choices {
		options = append(options, views.Option{Value: c.Key, Label: c.Label})
	}
	return options
}
