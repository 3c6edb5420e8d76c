package agenda

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// weekForm is a professional's week at one site, each day as typed, Monday first.
type weekForm struct {
	OpID     string `form:"op_id"`
	Site     string `form:"sede" query:"sede"`
	Resource string `form:"recurso"`
	Seen     string `form:"visto"` // the mark of the hours that the form was drawn with
	Days     [7]string
	Problems fault.Problems
	Changed  []changedHours // what somebody else stored meanwhile
}

// changedHours is a part of the form that stands otherwise than it was typed.
type changedHours struct{ Label, Stored, Typed string }

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
	f.Seen, f.Resource = markOf(weekly), ""
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
	var stale *staleWeek
	switch {
	case err == nil:
		web.Flash(c, "Horario guardado.")
		return web.SeeOther(c, schedulesPath)
	case errors.As(err, &typed):
		f.Problems = typed.problems
		return h.drawWeekly(c, typed.status, id, f)
	case errors.As(err, &stale):
		return h.weekStale(c, id, f, stale.kept)
	}
	return err
}

// weekStale shows what stands now beside what was typed; sending that again is meant.
func (h screens) weekStale(c echo.Context, id uuid.UUID, f weekForm, kept []Schedule) error {
	names, err := h.roomNames(c.Request().Context())
	if err != nil {
		return err
	}
	var now weekForm
	now.read(kept)
	f.Seen, f.Changed = now.Seen, f.differences(now, names)
	f.OpID = newID().String()
	return h.drawWeekly(c, http.StatusConflict, id, f)
}

func (h screens) roomNames(ctx context.Context) (map[string]string, error) {
	rooms, err := h.agenda.Resources(ctx)
	names := map[string]string{"": anyRoom}
	for _, r := range rooms {
		names[r.ID.String()] = r.Name
	}
	return names, err
}

// weekError refuses a typed week; the sentences stand at its days.
type weekError struct {
	status   int
	problems fault.Problems
}

func (e *weekError) Error() string { return "the week was refused" }

// staleWeek refuses to replace hours that the form was not drawn with.
type staleWeek struct{ kept []Schedule }

func (e *staleWeek) Error() string { return "the week changed meanwhile" }

// replaceWeek makes a professional's hours at a site those that were typed: what stays is left alone. It is refused
// when somebody else stored others since the form was drawn.
func (h screens) replaceWeek(ctx context.Context, doctor uuid.UUID, f weekForm) error {
	wanted, problems := f.stretches()
	if problems.Err() != nil {
		return &weekError{http.StatusUnprocessableEntity, problems}
	}
	if err := h.agenda.HoldSchedules(ctx, doctor); err != nil {
		return err
	}
	kept, err := h.weeklyAt(ctx, doctor, idOf(f.Site))
	if err != nil {
		return err
	}
	if f.Seen != markOf(kept) && f.differs(kept) {
		return &staleWeek{kept}
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

// anyRoom stands where no room or chair is asked for.
const anyRoom = "Cualquiera que esté libre"

// markOf tells weekly hours from others at the same site.
func markOf(weekly []Schedule) string {
	lines := make([]string, len(weekly))
	for i, s := range weekly {
		lines[i] = s.ID.String() + " " + strconv.FormatInt(s.Version, 10)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:8])
}

// differs reports whether the typed week is another than the one that is kept.
func (f weekForm) differs(kept []Schedule) bool {
	var now weekForm
	now.read(kept)
	return len(f.differences(now, nil)) > 0
}

// differences are the days, and the room, that stand otherwise than they were typed.
func (f weekForm) differences(now weekForm, rooms map[string]string) []changedHours {
	var list []changedHours
	for i := range f.Days {
		typed := f.Days[i]
		if hours, problem := parseHours(typed); problem == "" {
			typed = hoursText(hours)
		}
		if typed != now.Days[i] {
			list = append(list, changedHours{views.WeekdayLong(time.Weekday((i + 1) % 7)), orFree(now.Days[i]), orFree(typed)})
		}
	}
	if f.Resource != now.Resource {
		list = append(list, changedHours{"Sillón o consultorio", rooms[now.Resource], rooms[f.Resource]})
	}
	return list
}

func orFree(hours string) string {
	if hours == "" {
		return "día libre"
	}
	return hours
}
