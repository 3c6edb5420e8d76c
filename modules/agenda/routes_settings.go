package agenda

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const (
	schedulesSlug = "horarios"
	schedulesPath = "/configuracion/" + schedulesSlug
)

// SchedulesPage is the entry of the working hours in the settings.
func SchedulesPage() web.SettingsPage {
	return web.SettingsPage{Slug: schedulesSlug, Title: "Horarios", Icon: "calendar-clock", Order: 40, Permission: accounts.SettingsSchedules}
}

func (h screens) scheduleRoutes(r *web.Router) {
	r.GET(schedulesPath, h.schedules, web.Needs(accounts.SettingsSchedules))
	r.GET(schedulesPath+"/:id", h.weeklyHours, web.Needs(accounts.SettingsSchedules))
	r.POST(schedulesPath+"/:id", h.saveWeekly, web.Needs(accounts.SettingsSchedules))
	r.POST(schedulesPath+"/excepciones", h.addException, web.Needs(accounts.SettingsSchedules))
	r.POST(schedulesPath+"/excepciones/:id/quitar", h.removeException, web.Needs(accounts.SettingsSchedules))
}

// schedulesView is who works when, and what differs from it soon.
type schedulesView struct {
	People     []weekLine
	Exceptions []exceptionLine
	Form       exceptionForm
	Doctors    []views.Option
	Sites      []views.Option
}

// weekLine is one professional's week in words.
type weekLine struct {
	Name, Href, Week string
}

// exceptionLine is one thing that differs from the weekly hours.
type exceptionLine struct{ ID, What, Who, When string }

func (h screens) schedules(c echo.Context) error {
	return h.drawSchedules(c, http.StatusOK, exceptionForm{OpID: newID().String(), Kind: string(ClosedKind)})
}

func (h screens) drawSchedules(c echo.Context, status int, f exceptionForm) error {
	ctx := c.Request().Context()
	doctors, err := h.agenda.Professionals(ctx)
	if err != nil {
		return err
	}
	v := schedulesView{Form: f, Doctors: doctorOptions(doctors)}
	names := map[uuid.UUID]string{}
	for _, m := range doctors {
		weekly, err := h.agenda.Schedules(ctx, m.ID)
		if err != nil {
			return err
		}
		names[m.ID] = m.DisplayName()
		v.People = append(v.People, weekLine{Name: m.DisplayName(), Href: schedulesPath + "/" + m.ID.String(), Week: weekText(inForce(weekly, h.agenda.Today(ctx)))})
	}
	coming, err := h.agenda.Exceptions(ctx, nil)
	if err != nil {
		return err
	}
	for _, e := range coming {
		line := exceptionLine{ID: e.ID.String(), What: e.Label(), Who: "Toda la clínica", When: spanText(e.StartTime, e.EndTime, h.agenda.Zone(ctx), h.agenda.Now(ctx))}
		if e.DoctorID != nil {
			line.Who = names[*e.DoctorID]
		}
		v.Exceptions = append(v.Exceptions, line)
	}
	sites, err := h.agenda.Sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		v.Sites = append(v.Sites, views.Option{Value: s.ID.String(), Label: s.Name})
	}
	return web.ShowSettings(c, schedulesSlug, web.Page{Status: status}, schedulesList(v))
}

// inForce leaves out weekly hours that are over.
func inForce(weekly []Schedule, today Date) []Schedule {
	return slices.DeleteFunc(slices.Clone(weekly), func(s Schedule) bool { return !s.ValidUntil.IsZero() && s.ValidUntil.Before(today) })
}

// weekText writes a week in one line: "lun–vie 8:00-13:00 · sáb 9:00-12:00".
func weekText(weekly []Schedule) string {
	days := make([]string, 7) // Monday first
	for i := range days {
		days[i] = hoursText(stretchesOn(weekly, time.Weekday((i+1)%7)))
	}
	var words []string
	for i := 0; i < 7; {
		j := i
		for j+1 < 7 && days[j+1] == days[i] {
			j++
		}
		if days[i] != "" {
			name := views.WeekdayShort(time.Weekday((i + 1) % 7))
			if j > i {
				name += "–" + views.WeekdayShort(time.Weekday((j+1)%7))
			}
			words = append(words, name+" "+days[i])
		}
		i = j + 1
	}
	if len(words) == 0 {
		return "Sin horario"
	}
	return strings.Join(words, " · ")
}

func stretchesOn(weekly []Schedule, day time.Weekday) []stretch {
	var hours []stretch
	for _, s := range weekly {
		if s.Weekday == day {
			hours = append(hours, stretch{s.FromMinute, s.ToMinute})
		}
	}
	slices.SortFunc(hours, func(a, b stretch) int { return a.From - b.From })
	return hours
}

// weekForm is a professional's week at one site, each day as typed, Monday first.
type weekForm struct {
	OpID     string `form:"op_id"`
	Site     string `form:"sede" query:"sede"`
	Resource string `form:"recurso"`
	Days     [7]string
	Problems fault.Problems
}

// weekPage is the form with what it shows.
type weekPage struct {
	weekForm
	ID, Name  string
	Sites     []views.NavItem
	Resources []views.Option
}

func dayField(i int) string { return "dia" + strconv.Itoa(i+1) }

func (h screens) weeklyHours(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	f := weekForm{OpID: newID().String(), Site: c.QueryParam("sede")}
	if idOf(f.Site) == uuid.Nil {
		site, err := h.siteOf(ctx, id)
		if err != nil {
			return err
		}
		f.Site = site.String()
	}
	weekly, err := h.weeklyAt(ctx, id, idOf(f.Site))
	if err != nil {
		return err
	}
	f.read(weekly)
	return h.drawWeekly(c, http.StatusOK, id, f)
}

// siteOf is the site whose hours somebody looks for first: where the professional works most, else the professional's
// own, else the first.
func (h screens) siteOf(ctx context.Context, doctor uuid.UUID) (uuid.UUID, error) {
	sites, err := h.agenda.Sites(ctx)
	if err != nil || len(sites) == 0 {
		return uuid.Nil, err
	}
	m, err := h.professional(ctx, doctor)
	if err != nil {
		return uuid.Nil, err
	}
	weekly, err := h.agenda.Schedules(ctx, doctor)
	if err != nil {
		return uuid.Nil, err
	}
	minutes := map[uuid.UUID]int{m.SiteID: 1}
	for _, s := range inForce(weekly, h.agenda.Today(ctx)) {
		minutes[s.SiteID] += s.ToMinute - s.FromMinute
	}
	return slices.MaxFunc(sites, func(a, b accounts.Site) int { return minutes[a.ID] - minutes[b.ID] }).ID, nil
}

// read fills the form with the hours as they stand.
func (f *weekForm) read(weekly []Schedule) {
	for i := range f.Days {
		f.Days[i] = hoursText(stretchesOn(weekly, time.Weekday((i+1)%7)))
	}
	for _, s := range weekly {
		if s.ResourceID != nil {
			f.Resource = s.ResourceID.String()
		}
	}
}

// weeklyAt are a professional's hours in force at a site.
func (h screens) weeklyAt(ctx context.Context, doctor, site uuid.UUID) ([]Schedule, error) {
	weekly, err := h.agenda.Schedules(ctx, doctor)
	return slices.DeleteFunc(inForce(weekly, h.agenda.Today(ctx)), func(s Schedule) bool { return s.SiteID != site }), err
}

// professional is one who works here; fault.ErrNotFound for anybody else.
func (h screens) professional(ctx context.Context, id uuid.UUID) (accounts.Member, error) {
	doctors, err := h.agenda.Professionals(ctx)
	if err != nil {
		return accounts.Member{}, err
	}
	i := slices.IndexFunc(doctors, func(m accounts.Member) bool { return m.ID == id })
	if i < 0 {
		return accounts.Member{}, fault.ErrNotFound
	}
	return doctors[i], nil
}

func (h screens) drawWeekly(c echo.Context, status int, id uuid.UUID, f weekForm) error {
	ctx := c.Request().Context()
	doctor, err := h.professional(ctx, id)
	if err != nil {
		return err
	}
	v := weekPage{weekForm: f, ID: id.String(), Name: doctor.DisplayName()}
	sites, err := h.agenda.Sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		v.Sites = append(v.Sites, views.NavItem{Label: s.Name, Href: schedulesPath + "/" + v.ID + "?sede=" + s.ID.String(), Current: s.ID.String() == f.Site})
	}
	resources, err := h.agenda.Resources(ctx)
	if err != nil {
		return err
	}
	for _, r := range resources {
		if r.Active && r.SiteID == idOf(f.Site) && r.Kind != catalog.Machine {
			v.Resources = append(v.Resources, views.Option{Value: r.ID.String(), Label: r.Name})
		}
	}
	return web.ShowSettings(c, schedulesSlug, web.Page{Status: status, Heading: v.Name}, weekEditor(v))
}

func (h screens) saveWeekly(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	var f weekForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	for i := range f.Days {
		f.Days[i] = c.FormValue(dayField(i))
	}
	if _, err := h.professional(c.Request().Context(), id); err != nil {
		return err
	}
	err = h.replaceWeek(c.Request().Context(), id, f)
	var typed *weekError
	switch {
	case err == nil:
		web.Flash(c, "Horario guardado.")
		return web.SeeOther(c, schedulesPath)
	case errors.As(err, &typed):
		f.Problems = typed.problems
		return h.drawWeekly(c, typed.status, id, f)
	}
	return err
}

// weekError refuses a typed week; the sentences stand at its days.
type weekError struct {
	status   int
	problems fault.Problems
}

func (e *weekError) Error() string { return "the week was refused" }

// replaceWeek makes a professional's hours at a site those that were typed: what stays is left alone.
func (h screens) replaceWeek(ctx context.Context, doctor uuid.UUID, f weekForm) error {
	wanted, problems := f.stretches()
	if problems.Err() != nil {
		return &weekError{http.StatusUnprocessableEntity, problems}
	}
	kept, err := h.weeklyAt(ctx, doctor, idOf(f.Site))
	if err != nil {
		return err
	}
	var resource *uuid.UUID
	if id := idOf(f.Resource); id != uuid.Nil {
		resource = &id
	}
	for _, s := range kept {
		i := slices.IndexFunc(wanted, func(w Schedule) bool { return w.sameHours(s) && sameID(resource, s.ResourceID) })
		if i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
			continue
		}
		if err := h.agenda.RemoveSchedule(ctx, s.ID); err != nil {
			return err
		}
	}
	for _, w := range wanted {
		w.DoctorID, w.SiteID, w.ResourceID = doctor, idOf(f.Site), resource
		if _, err := h.agenda.AddSchedule(ctx, w); err != nil {
			return atDay(err, w.Weekday)
		}
	}
	return nil
}

func (s Schedule) sameHours(t Schedule) bool {
	return s.Weekday == t.Weekday && s.FromMinute == t.FromMinute && s.ToMinute == t.ToMinute
}

// atDay puts what was refused at the day it concerns.
func atDay(err error, day time.Weekday) error {
	fields, ok := fault.Fields(err)
	if !ok {
		return err
	}
	problems := fault.Problems{}
	for field, sentence := range fields {
		if field == "from" || field == "to" || field == "weekday" {
			field = dayField((int(day) + 6) % 7)
		}
		if field == "resource_id" {
			field = "recurso"
		}
		problems.Add(field, sentence)
	}
	return &weekError{statusOf(err), problems}
}

// stretches are the typed days as weekly hours.
func (f weekForm) stretches() ([]Schedule, fault.Problems) {
	problems := fault.Problems{}
	var all []Schedule
	for i, text := range f.Days {
		hours, problem := parseHours(text)
		problems.Add(dayField(i), problem)
		for _, part := range hours {
			all = append(all, Schedule{Weekday: time.Weekday((i + 1) % 7), FromMinute: part.From, ToMinute: part.To})
		}
	}
	return all, problems
}
