//go:build !js

package agenda

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
)

func (r Range) on(tx *gorm.DB) *gorm.DB {
	tx = tx.Where("start_time >= ? and start_time < ?", r.From, r.To)
	if len(r.Doctors) > 0 {
		tx = tx.Where("doctor_id = any(?::uuid[])", database.IDs(r.Doctors))
	}
	if r.Site != uuid.Nil {
		tx = tx.Where("site_id = ?", r.Site)
	}
	if r.After != uuid.Nil {
		tx = tx.Where("(start_time > ? or id > ?)", r.From, r.After)
	}
	if r.Limit > 0 {
		tx = tx.Limit(r.Limit)
	}
	return tx
}

func (Postgres) Between(ctx context.Context, r Range) ([]Appointment, error) {
	var list []Appointment
	err := r.on(database.From(ctx)).Order("start_time, id").Find(&list).Error
	return allUTC(list), explain("read the day", err)
}

func (Postgres) Busy(ctx context.Context, span Span, doctors, rooms []uuid.UUID, except uuid.UUID) ([]Busy, error) {
	var rows []struct {
		StartTime, EndTime time.Time
		DoctorID           uuid.UUID
		ResourceID         *uuid.UUID
	}
	err := occupying(database.From(ctx), span).
		Where("(doctor_id = any(?::uuid[]) or resource_id = any(?::uuid[])) and id <> ?", database.IDs(doctors), database.IDs(rooms), except).
		Select("start_time", "end_time", "doctor_id", "resource_id").Find(&rows).Error
	busy := make([]Busy, len(rows))
	for i, r := range rows {
		busy[i] = Busy{Span: Span{r.StartTime.UTC(), r.EndTime.UTC()}, DoctorID: r.DoctorID, ResourceID: r.ResourceID}
	}
	return busy, explain("read what is taken", err)
}

// occupying picks what takes time in the span. The start's range uses the index; the end is checked row by row.
func occupying(tx *gorm.DB, span Span) *gorm.DB {
	return tx.Table("appointments").
		Where("start_time >= ? and start_time < ? and end_time > ?", span.Start.Add(-longest), span.End, span.Start).
		Where("status in ('scheduled', 'confirmed', 'in_progress') and not overbooked and not needs_reschedule")
}

func (Postgres) Clash(ctx context.Context, p Place, except uuid.UUID) (Appointment, error) {
	var a Appointment
	query := occupying(database.From(ctx), Span{p.StartTime, p.EndTime}).Where("id <> ?", except)
	if p.ResourceID != nil {
		query = query.Where("(doctor_id = ? or resource_id = ?)", p.DoctorID, *p.ResourceID)
	} else {
		query = query.Where("doctor_id = ?", p.DoctorID)
	}
	err := query.Order("doctor_id <> '" + p.DoctorID.String() + "', start_time").Take(&a).Error
	return utc(a), notFound(err)
}

func (Postgres) Loads(ctx context.Context, r Range, zone *time.Location) ([]Load, error) {
	var rows []struct {
		Day            time.Time
		DoctorID       uuid.UUID
		Count, Minutes int
	}
	err := r.on(database.From(ctx).Table("appointments")).Where("status not in ('cancelled', 'no_show')").
		Select(`(start_time at time zone ?)::date as day, doctor_id, count(*) as count,
			(sum(extract(epoch from end_time - start_time)) / 60)::int as minutes`, zoneName(zone)).
		Group("1, 2").Order("1, 2").Find(&rows).Error
	loads := make([]Load, len(rows))
	for i, row := range rows {
		loads[i] = Load{Date: DateOf(row.Day, time.UTC), DoctorID: row.DoctorID, Count: row.Count, Minutes: row.Minutes}
	}
	return loads, explain("add up the days", err)
}

// zoneName is a zone as PostgreSQL reads it; a fixed one by its interval from UTC.
func zoneName(zone *time.Location) string {
	if _, err := time.LoadLocation(zone.String()); err == nil {
		return zone.String()
	}
	return "America/Lima"
}

func (Postgres) Displaced(ctx context.Context) ([]Appointment, error) {
	var list []Appointment
	err := database.From(ctx).Where("needs_reschedule and status in ('scheduled', 'confirmed')").Order("start_time, id").Find(&list).Error
	return allUTC(list), explain("read what lost its place", err)
}

func (Postgres) OfPatient(ctx context.Context, r PatientRange) ([]Appointment, error) {
	var list []Appointment
	query := database.From(ctx).Where("patient_id = any(?::uuid[])", database.IDs(r.Patients))
	if r.OnlyComing {
		query = query.Where("start_time >= ? and status in ('scheduled', 'confirmed')", r.Before).Order("start_time, id")
	} else {
		if !r.Before.IsZero() {
			query = query.Where("start_time <= ? and (start_time < ? or id < ?)", r.Before, r.Before, r.BeforeID)
		}
		query = query.Order("start_time desc, id desc")
	}
	if r.Limit > 0 {
		query = query.Limit(r.Limit)
	}
	err := query.Find(&list).Error
	return allUTC(list), explain("read the patient's appointments", err)
}

func (Postgres) NextOf(ctx context.Context, patients []uuid.UUID, from time.Time) (map[uuid.UUID]time.Time, error) {
	next := map[uuid.UUID]time.Time{}
	if len(patients) == 0 {
		return next, nil
	}
	var list []struct {
		PatientID uuid.UUID
		StartTime time.Time
	}
	err := database.From(ctx).Raw(`
		select distinct on (patient_id) patient_id, start_time from appointments
		 where patient_id = any(?::uuid[]) and start_time >= ? and status in ('scheduled', 'confirmed')
		 order by patient_id, start_time`, database.IDs(patients), from).Scan(&list).Error
	for _, a := range list {
		next[a.PatientID] = a.StartTime.UTC()
	}
	return next, explain("read the next appointments", err)
}

func (Postgres) Visited(ctx context.Context, patients []uuid.UUID, before time.Time) (map[uuid.UUID]bool, error) {
	visited := map[uuid.UUID]bool{}
	if len(patients) == 0 {
		return visited, nil
	}
	var ids []string
	err := database.From(ctx).Raw(`
		select distinct patient_id::text from appointments
		 where patient_id = any(?::uuid[]) and start_time < ? and status = 'completed'`, database.IDs(patients), before).Scan(&ids).Error
	for _, text := range ids {
		if id, err := uuid.Parse(text); err == nil {
			visited[id] = true
		}
	}
	return visited, explain("read who came before", err)
}

func (Postgres) Ties(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID, before time.Time) (map[uuid.UUID]Tie, error) {
	var list []Appointment
	err := database.From(ctx).Raw(`
		select distinct on (patient_id, booked_by is not distinct from doctor_id) * from appointments
		 where patient_id = any(?::uuid[]) and doctor_id = ? and status <> 'cancelled'
		   and (booked_by is distinct from doctor_id
		        or start_time < ? and status <> 'no_show' and (arrived_at is not null or status in ('in_progress', 'completed')))
		 order by patient_id, booked_by is not distinct from doctor_id, start_time desc, id`,
		database.IDs(patients), doctor, before).Scan(&list).Error
	return tiesOf(list, doctor, before), explain("read whose patient it is", err)
}

func (Postgres) LastBookedBy(ctx context.Context, membership uuid.UUID) (Appointment, error) {
	var a Appointment
	err := database.From(ctx).Where("booked_by = ?", membership).Order("created_at desc, id desc").Take(&a).Error
	return utc(a), notFound(err)
}
