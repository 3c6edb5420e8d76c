package agenda

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/sorting"
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
	sorting.By(hours, func(a, b stretch) int { return a.From - b.From })
	return hours
}
