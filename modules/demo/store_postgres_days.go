//go:build !js

package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"hampi/modules/agenda"
	"hampi/modules/platform/database"
)

// reach is how many days the appointments go back from today and forth: three weeks.
const reach = 10

// addDays lays out the days around today that nobody laid out before, and lets what has passed come to an end.
func (s seeder) addDays(ctx context.Context, c clinic) error {
	now := s.Now()
	plan := planner{clinic: c, people: c.register(), zone: c.Zone()}
	today := agenda.DateOf(now, plan.zone)
	if err := s.catchUp(ctx, plan, today); err != nil {
		return err
	}
	days, err := s.newDays(ctx, plan, today)
	if err != nil {
		return err
	}
	for _, d := range days {
		write := func(ctx context.Context) error { return s.addDay(ctx, d, d.date == today, now) }
		if err := s.within(ctx, c, write); err != nil {
			return fmt.Errorf("lay out %s: %w", d.date, err)
		}
	}
	if len(days) == 0 {
		return nil
	}
	return s.within(ctx, c, func(ctx context.Context) error { return s.loseAPlace(ctx, plan, today) })
}

// newDays are the days around today of which nothing is there yet.
func (s seeder) newDays(ctx context.Context, plan planner, today agenda.Date) ([]day, error) {
	var days []day
	var ids []uuid.UUID
	for n := -reach; n <= reach; n++ {
		d := plan.plan(today.Add(n), n == 0)
		if len(d.visits) > 0 {
			days, ids = append(days, d), append(ids, d.ids()...)
		}
	}
	var there map[uuid.UUID]bool
	err := s.within(ctx, plan.clinic, func(ctx context.Context) (err error) {
		there, err = existing(ctx, "appointments", ids)
		return err
	})
	return slices.DeleteFunc(days, func(d day) bool {
		return slices.ContainsFunc(d.ids(), func(id uuid.UUID) bool { return there[id] })
	}), err
}

func (d day) ids() []uuid.UUID {
	return idsOf(d.visits, func(v visit) uuid.UUID { return v.appointment.ID })
}

// addDay writes a day in one transaction. A place that somebody has taken meanwhile stays theirs.
func (s seeder) addDay(ctx context.Context, d day, isToday bool, now time.Time) error {
	for _, e := range slices.Concat(d.extra, d.blocks) {
		there, err := existing(ctx, "schedule_exceptions", []uuid.UUID{e.ID})
		if err != nil {
			return err
		}
		if there[e.ID] {
			continue
		}
		if err := s.agenda.AddException(ctx, e); err != nil {
			return err
		}
	}
	visits := d.visits
	if d.squeeze != nil && (isToday || d.date.Day%3 == 0) {
		visits = append(visits, *d.squeeze)
	}
	return keep(ctx, visits, now)
}

// keep writes visits as they stand now with all that happened to them; those that find their hour taken are left out.
func keep(ctx context.Context, visits []visit, now time.Time) error {
	var rows []agenda.Appointment
	happened := map[uuid.UUID][]agenda.Event{}
	for _, v := range visits {
		a, events := v.lived(now)
		rows = append(rows, a)
		happened[a.ID] = events
	}
	if len(rows) == 0 {
		return nil
	}
	if err := database.From(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
		return fmt.Errorf("keep appointments: %w", err)
	}
	kept, err := existing(ctx, "appointments", idsOf(rows, func(a agenda.Appointment) uuid.UUID { return a.ID }))
	if err != nil {
		return err
	}
	var events []agenda.Event
	for id := range kept {
		events = append(events, happened[id]...)
	}
	return keepEvents(ctx, events)
}

func keepEvents(ctx context.Context, events []agenda.Event) error {
	for part := range slices.Chunk(events, batch) {
		if err := database.From(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error; err != nil {
			return fmt.Errorf("keep what happened: %w", err)
		}
	}
	return nil
}

// loseAPlace puts one appointment to come where another is, as happens when two desks book without connection;
// unless there is one already.
func (s seeder) loseAPlace(ctx context.Context, plan planner, today agenda.Date) error {
	open, err := s.agenda.Displaced(ctx)
	if err != nil || len(open) > 0 {
		return err
	}
	now := s.Now()
	for n := 0; n <= reach; n++ {
		lost := plan.plan(today.Add(n), n == 0).lost
		if lost != nil && lost.appointment.StartTime.After(now.Add(time.Hour)) {
			return keep(ctx, []visit{*lost}, now)
		}
	}
	return nil
}

// catchUp brings what is left open of former days to its end, and today, if it has not begun, to this hour; except what
// somebody has touched.
func (s seeder) catchUp(ctx context.Context, plan planner, today agenda.Date) error {
	var open []agenda.Appointment
	err := s.within(ctx, plan.clinic, func(ctx context.Context) (err error) {
		open, err = s.leftOpen(ctx, plan, today)
		return err
	})
	if err != nil {
		return err
	}
	byDate := map[agenda.Date][]agenda.Appointment{}
	for _, a := range open {
		d := agenda.DateOf(a.StartTime, plan.zone)
		byDate[d] = append(byDate[d], a)
	}
	for d, left := range byDate {
		planned := plan.plan(d, true).byID()
		err := s.within(ctx, plan.clinic, func(ctx context.Context) error { return s.endDay(ctx, planned, left) })
		if err != nil {
			return fmt.Errorf("catch up with %s: %w", d, err)
		}
	}
	return nil
}

func (s seeder) leftOpen(ctx context.Context, plan planner, today agenda.Date) (open []agenda.Appointment, err error) {
	begins, ends := today.At(0, plan.zone), today.Add(1).At(0, plan.zone)
	var begun bool
	err = database.From(ctx).Raw(`select exists (select 1 from appointments where start_time >= ? and start_time < ?
		and (arrived_at is not null or status in ('in_progress', 'completed', 'no_show')))`, begins, ends).Row().Scan(&begun)
	if err != nil {
		return nil, fmt.Errorf("see whether today has begun: %w", err)
	}
	if begun {
		ends = begins
	}
	err = database.From(ctx).Where("start_time < ? and status in ('scheduled', 'confirmed', 'in_progress')", ends).
		Order("start_time, id").Find(&open).Error
	if err != nil {
		return nil, fmt.Errorf("read what is left open: %w", err)
	}
	return open, nil
}

func (d day) byID() map[uuid.UUID]visit {
	planned := map[uuid.UUID]visit{}
	for _, v := range d.visits {
		planned[v.appointment.ID] = v
	}
	for _, v := range []*visit{d.squeeze, d.lost} {
		if v != nil {
			planned[v.appointment.ID] = *v
		}
	}
	return planned
}

func (s seeder) endDay(ctx context.Context, planned map[uuid.UUID]visit, left []agenda.Appointment) error {
	for _, a := range left {
		v, ours := planned[a.ID]
		if !ours {
			continue
		}
		ended, events := v.lived(s.Now())
		untouched, err := s.untouched(ctx, a, events)
		if err != nil {
			return err
		}
		if !untouched || ended.Version <= a.Version {
			continue
		}
		err = database.From(ctx).Model(&agenda.Appointment{}).Where("id = ? and version = ?", a.ID, a.Version).
			Select("status", "arrived_at", "cancel_reason", "version", "field_clock", "updated_at").Updates(&ended).Error
		if err != nil {
			return fmt.Errorf("end an appointment: %w", err)
		}
		if err := keepEvents(ctx, events); err != nil {
			return err
		}
	}
	return nil
}

// untouched reports whether everything that happened to the appointment was invented here.
func (s seeder) untouched(ctx context.Context, a agenda.Appointment, invented []agenda.Event) (bool, error) {
	history, err := s.agenda.History(ctx, a.ID)
	return !slices.ContainsFunc(history, func(e agenda.Event) bool {
		return !slices.ContainsFunc(invented, func(i agenda.Event) bool { return i.ID == e.ID })
	}), err
}
