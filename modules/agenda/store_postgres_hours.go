//go:build !js

package agenda

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// hoursRow is a weekly stretch (Kind empty) or an exception.
type hoursRow struct {
	ID         uuid.UUID
	Version    int64
	DoctorID   *uuid.UUID
	SiteID     *uuid.UUID
	ResourceID *uuid.UUID
	Weekday    int
	FromMinute int
	ToMinute   int
	ValidFrom  *time.Time
	ValidUntil *time.Time
	Kind       string
	StartTime  *time.Time
	EndTime    *time.Time
	Reason     string
}

const (
	weeklyColumns = `select id, version, doctor_id, site_id, resource_id, weekday, from_minute, to_minute, valid_from, valid_until,
		'' as kind, null::timestamptz as start_time, null::timestamptz as end_time, '' as reason, created_at from schedules`
	exceptionColumns = `select id, version, doctor_id, site_id, resource_id, 0::smallint as weekday, 0::smallint as from_minute, 0::smallint as to_minute,
		null::date as valid_from, null::date as valid_until, kind, start_time, end_time, reason, created_at from schedule_exceptions`
)

func (Postgres) Hours(ctx context.Context, from, to Date, zone *time.Location, doctors []uuid.UUID) (Hours, error) {
	start, end := bounds(from, to, zone)
	weekly := "valid_from <= @to and (valid_until is null or valid_until >= @from)"
	exceptions := "end_time > @start and start_time < @end"
	weekdays := weekdaysIn(from, to)
	if len(weekdays) < 7 { // one day of a clinic with many professionals is a seventh of its week
		weekly += " and weekday = any(cast(@weekdays as smallint[]))"
	}
	if len(doctors) > 0 {
		weekly += " and doctor_id = any(cast(@doctors as uuid[]))"
		exceptions += " and (doctor_id is null or doctor_id = any(cast(@doctors as uuid[])))"
	}
	query := weeklyColumns + " where " + weekly + " union all " + exceptionColumns + " where " + exceptions + " order by start_time, from_minute, id"
	return readHours(database.From(ctx).Raw(query, map[string]any{
		"from": from.String(), "to": to.String(), "start": start, "end": end, "doctors": database.IDs(doctors),
		"weekdays": "{" + strings.Join(weekdays, ",") + "}",
	}))
}

// weekdaysIn are the weekdays that the days from from to to have, each once.
func weekdaysIn(from, to Date) []string {
	var list []string
	for d := from; !to.Before(d) && len(list) < 7; d = d.Add(1) {
		list = append(list, strconv.Itoa(int(d.Weekday())))
	}
	return list
}

func readHours(query *gorm.DB) (Hours, error) {
	var rows []hoursRow
	if err := query.Scan(&rows).Error; err != nil {
		return Hours{}, explain("read the working hours", err)
	}
	var hours Hours
	for _, r := range rows {
		if r.Kind == "" {
			hours.Schedules = append(hours.Schedules, r.schedule())
		} else {
			hours.Exceptions = append(hours.Exceptions, r.exception())
		}
	}
	return hours, nil
}

func (r hoursRow) schedule() Schedule {
	s := Schedule{
		ID: r.ID, Version: r.Version, Weekday: time.Weekday(r.Weekday), FromMinute: r.FromMinute, ToMinute: r.ToMinute,
		ResourceID: r.ResourceID, ValidFrom: DateOf(*r.ValidFrom, time.UTC),
	}
	s.DoctorID, s.SiteID = *r.DoctorID, *r.SiteID
	if r.ValidUntil != nil {
		s.ValidUntil = DateOf(*r.ValidUntil, time.UTC)
	}
	return s
}

func (r hoursRow) exception() Exception {
	return Exception{
		ID: r.ID, Version: r.Version, Kind: ExceptionKind(r.Kind), DoctorID: r.DoctorID, SiteID: r.SiteID, ResourceID: r.ResourceID,
		StartTime: r.StartTime.UTC(), EndTime: r.EndTime.UTC(), Reason: r.Reason,
	}
}

func (Postgres) Schedule(ctx context.Context, id uuid.UUID) (Schedule, error) {
	hours, err := readHours(database.From(ctx).Raw(weeklyColumns+" where id = ?", id))
	if err != nil || len(hours.Schedules) == 0 {
		return Schedule{}, orNotFound(err)
	}
	return hours.Schedules[0], nil
}

func (Postgres) Schedules(ctx context.Context, doctor uuid.UUID) ([]Schedule, error) {
	hours, err := readHours(database.From(ctx).Raw(weeklyColumns+" where doctor_id = ? order by (weekday + 6) % 7, from_minute, valid_from, id", doctor))
	return hours.Schedules, err
}

func (Postgres) HoldSchedules(ctx context.Context, doctor uuid.UUID) error {
	err := database.From(ctx).Exec("select pg_advisory_xact_lock(hashtextextended(?, 6))", doctor.String()).Error
	return explain("wait for the professional's weekly hours", err)
}

func (Postgres) AddSchedule(ctx context.Context, s Schedule) error {
	return scheduleRefused(database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(`
			insert into schedules (id, doctor_id, site_id, weekday, from_minute, to_minute, resource_id, valid_from, valid_until)
			values (?, ?, ?, ?, ?, ?, ?, ?::date, nullif(?, '')::date)`,
			s.ID, s.DoctorID, s.SiteID, int(s.Weekday), s.FromMinute, s.ToMinute, s.ResourceID, s.ValidFrom.String(), untilText(s)).Error
	}))
}

func (Postgres) SaveSchedule(ctx context.Context, s Schedule) error {
	return scheduleRefused(database.Savepoint(ctx, func(ctx context.Context) error {
		update := database.From(ctx).Exec(`
			update schedules set doctor_id = ?, site_id = ?, weekday = ?, from_minute = ?, to_minute = ?, resource_id = ?,
			       valid_from = ?::date, valid_until = nullif(?, '')::date, version = version + 1, updated_at = now()
			 where id = ? and version = ?`,
			s.DoctorID, s.SiteID, int(s.Weekday), s.FromMinute, s.ToMinute, s.ResourceID, s.ValidFrom.String(), untilText(s), s.ID, s.Version)
		if update.Error == nil && update.RowsAffected == 0 {
			return fault.Conflicted("stale", "Alguien más cambió este horario. Vuelva a abrirlo.")
		}
		return update.Error
	}))
}

func untilText(s Schedule) string {
	if s.ValidUntil.IsZero() {
		return ""
	}
	return s.ValidUntil.String()
}

func (Postgres) RemoveSchedule(ctx context.Context, id uuid.UUID) error {
	return removed(database.From(ctx).Exec("delete from schedules where id = ?", id))
}

func (Postgres) Exception(ctx context.Context, id uuid.UUID) (Exception, error) {
	hours, err := readHours(database.From(ctx).Raw(exceptionColumns+" where id = ?", id))
	if err != nil || len(hours.Exceptions) == 0 {
		return Exception{}, orNotFound(err)
	}
	return hours.Exceptions[0], nil
}

func (Postgres) Exceptions(ctx context.Context, from time.Time, doctor *uuid.UUID) ([]Exception, error) {
	query, args := exceptionColumns+" where end_time > ?", []any{from}
	if doctor != nil {
		query, args = query+" and (doctor_id is null or doctor_id = ?)", append(args, *doctor)
	}
	hours, err := readHours(database.From(ctx).Raw(query+" order by start_time, id", args...))
	return hours.Exceptions, err
}

func (Postgres) AddException(ctx context.Context, e Exception) error {
	return scheduleRefused(database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(`
			insert into schedule_exceptions (id, kind, doctor_id, site_id, resource_id, start_time, end_time, reason)
			values (?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, string(e.Kind), e.DoctorID, e.SiteID, e.ResourceID, e.StartTime, e.EndTime, e.Reason).Error
	}))
}

func (Postgres) RemoveException(ctx context.Context, id uuid.UUID) error {
	return removed(database.From(ctx).Exec("delete from schedule_exceptions where id = ?", id))
}

func removed(deletion *gorm.DB) error {
	if deletion.Error == nil && deletion.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return explain("remove the hours", deletion.Error)
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return fault.ErrNotFound
}

func scheduleRefused(err error) error {
	for constraint, refusal := range map[string]error{
		"schedules_in_one_place":       fault.ConflictAt("from", "A esa hora ya atiende, aquí o en otra sede."),
		"schedules_pkey":               ErrSameID,
		"schedules_doctor":             fault.InvalidField("doctor_id", "No se encuentra a ese profesional."),
		"schedules_site":               fault.InvalidField("site_id", "No se encuentra esa sede."),
		"schedules_resource":           fault.InvalidField("resource_id", "No se encuentra ese consultorio o sillón."),
		"schedule_exceptions_pkey":     ErrSameID,
		"schedule_exceptions_doctor":   fault.InvalidField("doctor_id", "No se encuentra a ese profesional."),
		"schedule_exceptions_site":     fault.InvalidField("site_id", "No se encuentra esa sede."),
		"schedule_exceptions_resource": fault.InvalidField("resource_id", "No se encuentra ese consultorio o sillón."),
	} {
		if database.Violates(err, constraint) {
			return refusal
		}
	}
	if fault.KindOf(err) != fault.Unexpected {
		return err
	}
	return explain("keep the hours", err)
}
