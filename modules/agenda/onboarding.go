package agenda

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
)

// FirstHours is the part of a clinic's first day in which it says when its professionals attend.
type FirstHours struct{ agenda *Service }

// NewFirstHours offers the agenda's part of the first day.
func NewFirstHours(s *Service) FirstHours { return FirstHours{s} }

// Slug is the step's address below /empezar.
func (FirstHours) Slug() string { return "horarios" }

// Title is the step's name in the bar.
func (FirstHours) Title() string { return "Horarios" }

// firstHoursView is the form: a line for each professional.
type firstHoursView struct {
	OpID     string
	Lines    []firstLine
	Problems fault.Problems
}

// firstLine is one professional's days, Monday first, and their hours.
type firstLine struct {
	ID, Name string
	Days     [7]bool
	Hours    string
	Problem  string
}

// Body draws each professional's week; who has none yet is offered Monday to Friday.
func (f FirstHours) Body(ctx context.Context) (templ.Component, error) {
	v, err := f.read(ctx)
	return firstHours(v), err
}

func (f FirstHours) read(ctx context.Context) (firstHoursView, error) {
	v := firstHoursView{OpID: newID().String()}
	doctors, err := f.agenda.Professionals(ctx)
	if err != nil {
		return v, err
	}
	for _, m := range doctors {
		weekly, err := f.agenda.Schedules(ctx, m.ID)
		if err != nil {
			return v, err
		}
		line := firstLine{ID: m.ID.String(), Name: m.DisplayName(), Days: [7]bool{true, true, true, true, true}, Hours: "8:00-13:00, 15:00-19:00"}
		if len(weekly) > 0 {
			line.Days = [7]bool{}
			for _, s := range weekly {
				line.Days[(int(s.Weekday)+6)%7] = true
			}
			line.Hours = hoursText(stretchesOn(weekly, weekly[0].Weekday))
		}
		v.Lines = append(v.Lines, line)
	}
	return v, nil
}

// Done reports whether everybody who attends has hours.
func (f FirstHours) Done(ctx context.Context) (bool, error) {
	doctors, err := f.agenda.Professionals(ctx)
	if err != nil {
		return false, err
	}
	for _, m := range doctors {
		weekly, err := f.agenda.Schedules(ctx, m.ID)
		if err != nil || len(weekly) == 0 {
			return false, err
		}
	}
	return len(doctors) > 0, nil
}

// Save keeps the typed weeks in the place of those that stand.
func (f FirstHours) Save(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := f.read(ctx)
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	v.Problems = fault.Problems{}
	weeks := map[uuid.UUID][]Schedule{}
	for i, id := range form["profesional"] {
		at := slices.IndexFunc(v.Lines, func(l firstLine) bool { return l.ID == id })
		if at < 0 {
			return fault.ErrNotFound
		}
		line := &v.Lines[at]
		line.Hours, line.Days = strings.TrimSpace(form.Get("horas"+strconv.Itoa(i))), [7]bool{}
		for _, d := range form["dias"+strconv.Itoa(i)] {
			if n, err := strconv.Atoi(d); err == nil && n >= 0 && n < 7 {
				line.Days[n] = true
			}
		}
		week, problem := line.week()
		if line.Problem = problem; problem != "" {
			v.Problems["horas"+strconv.Itoa(at)] = problem
		}
		weeks[idOf(id)] = week
	}
	if len(v.Problems) > 0 {
		return &accounts.Redraw{Status: http.StatusUnprocessableEntity, Body: firstHours(v)}
	}
	return f.keep(ctx, weeks)
}

// week is a line as weekly hours.
func (l firstLine) week() ([]Schedule, string) {
	hours, problem := parseHours(l.Hours)
	if problem == "" && len(hours) == 0 && l.Days != [7]bool{} {
		problem = "Faltan las horas, por ejemplo «8-13, 15-19»."
	}
	var week []Schedule
	for d, works := range l.Days {
		for _, part := range hours {
			if works {
				week = append(week, Schedule{Weekday: time.Weekday((d + 1) % 7), FromMinute: part.From, ToMinute: part.To})
			}
		}
	}
	return week, problem
}

func (f FirstHours) keep(ctx context.Context, weeks map[uuid.UUID][]Schedule) error {
	sites, err := f.agenda.Sites(ctx)
	if err != nil {
		return err
	}
	if len(sites) == 0 {
		return fault.InvalidField("", "Falta la sede: complete el paso anterior.")
	}
	doctors, err := f.agenda.Professionals(ctx)
	if err != nil {
		return err
	}
	for _, m := range doctors {
		week, asked := weeks[m.ID]
		if !asked {
			continue
		}
		site := m.SiteID
		if site == uuid.Nil {
			site = sites[0].ID
		}
		if err := f.replace(ctx, m.ID, site, week); err != nil {
			return err
		}
	}
	return nil
}

func (f FirstHours) replace(ctx context.Context, doctor, site uuid.UUID, week []Schedule) error {
	kept, err := f.agenda.Schedules(ctx, doctor)
	if err != nil {
		return err
	}
	for _, s := range kept {
		if err := f.agenda.RemoveSchedule(ctx, s.ID); err != nil {
			return err
		}
	}
	for _, s := range week {
		s.DoctorID, s.SiteID = doctor, site
		if _, err := f.agenda.AddSchedule(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
