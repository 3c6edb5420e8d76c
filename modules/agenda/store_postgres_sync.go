//go:build !js

package agenda

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/offline"
)

// Every query names its days as a range of start_time: the one comparison that an index serves under row-level
// security.

// inWindow reads those of ids that begin in the window.
func (Postgres) inWindow(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]Appointment, error) {
	var list []Appointment
	err := database.From(ctx).
		Where("id = any(?::uuid[]) and start_time >= ? and start_time < ?", database.IDs(ids), w.From, w.To).
		Order("start_time, id").Find(&list).Error
	return allUTC(list), explain("read appointments for a device", err)
}

// countBetween is how many appointments begin in [from, to).
func (Postgres) countBetween(ctx context.Context, from, to time.Time) (int, error) {
	var n int
	err := database.From(ctx).Raw("select count(*) from appointments where start_time >= ? and start_time < ?", from, to).Row().Scan(&n)
	return n, explain("count appointments for a device", err)
}

// idsBetween are the appointments that begin in [from, to).
func (Postgres) idsBetween(ctx context.Context, from, to time.Time) ([]uuid.UUID, error) {
	return readIDs(ctx, "select id::text from appointments where start_time >= ? and start_time < ? order by start_time, id", from, to)
}

func readIDs(ctx context.Context, query string, args ...any) ([]uuid.UUID, error) {
	var texts []string
	if err := database.From(ctx).Raw(query, args...).Scan(&texts).Error; err != nil {
		return nil, explain("read ids for a device", err)
	}
	ids := make([]uuid.UUID, len(texts))
	for i, text := range texts {
		var err error
		if ids[i], err = uuid.Parse(text); err != nil {
			return nil, explain("read ids for a device", err)
		}
	}
	return ids, nil
}

// patientsAmong are those of ids who have an appointment in the window.
func (Postgres) patientsAmong(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]uuid.UUID, error) {
	return readIDs(ctx, "select distinct patient_id::text from appointments where patient_id = any(?::uuid[]) and start_time >= ? and start_time < ?",
		database.IDs(ids), w.From, w.To)
}

// patientsAfter lists who has an appointment in the window, by id, after one.
func (Postgres) patientsAfter(ctx context.Context, w offline.Window, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	return readIDs(ctx, `select patient_id::text from appointments where start_time >= ? and start_time < ? and patient_id > ?
		group by patient_id order by patient_id limit ?`, w.From, w.To, after, limit)
}

// countPatients is how many people have an appointment in the window.
func (Postgres) countPatients(ctx context.Context, w offline.Window) (int, error) {
	var n int
	err := database.From(ctx).Raw("select count(distinct patient_id) from appointments where start_time >= ? and start_time < ?", w.From, w.To).Row().Scan(&n)
	return n, explain("count people for a device", err)
}

// seenBefore lists people by their last appointment before a moment, latest first.
func (Postgres) seenBefore(ctx context.Context, before time.Time, after patients.Seen, limit int) ([]patients.Seen, error) {
	from := map[string]any{"before": before, "at": after.At, "patient": after.Patient, "limit": limit, "steps": stepsForOne * limit}
	below := ""
	if !after.At.IsZero() {
		below = "and start_time <= @at and (start_time < @at or patient_id < @patient)"
	}
	seen, err := seenBy(ctx, `
		select distinct start_time, patient_id, patient_id::text as patient from (
			select start_time, patient_id from appointments
			 where start_time < @before `+below+` order by start_time desc, patient_id desc limit @steps) a
		 where not exists (
			select 1 from appointments l where l.patient_id = a.patient_id and l.start_time > a.start_time and l.start_time < @before)
		 order by start_time desc, patient_id desc limit @limit`, from)
	if err != nil || len(seen) == limit {
		return seen, err
	}
	return seenBy(ctx, `
		select start_time, patient_id::text as patient from (
			select patient_id, max(start_time) as start_time from appointments where start_time < @before group by patient_id) a
		 where true `+below+` order by start_time desc, patient_id desc limit @limit`, from)
}

// stepsForOne is how many appointments are looked at for each person before all are: few of the newest ones belong to
// somebody who came again, nearly all of the oldest do.
const stepsForOne = 10

func seenBy(ctx context.Context, query string, values map[string]any) ([]patients.Seen, error) {
	var rows []struct {
		Patient   string
		StartTime time.Time
	}
	err := database.From(ctx).Raw(query, values).Scan(&rows).Error
	seen := make([]patients.Seen, 0, len(rows))
	for _, row := range rows {
		id, parseErr := uuid.Parse(row.Patient)
		if parseErr != nil {
			return nil, explain("read who was seen", parseErr)
		}
		seen = append(seen, patients.Seen{Patient: id, At: row.StartTime.UTC()})
	}
	return seen, explain("read who was seen", err)
}

func (Postgres) PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error) {
	query, args := "select distinct patient_id::text from appointments where start_time >= ? and start_time < ? and status <> 'cancelled'", []any{from, to}
	if doctor != uuid.Nil {
		query, args = query+" and doctor_id = ?", append(args, doctor)
	}
	return readIDs(ctx, query, args...)
}
