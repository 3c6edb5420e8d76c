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
	below, args := "", []any{before}
	if !after.At.IsZero() {
		below = "and a.start_time <= ? and (a.start_time < ? or a.patient_id < ?)"
		args = append(args, after.At, after.At, after.Patient)
	}
	var rows []struct {
		PatientID string
		StartTime time.Time
	}
	err := database.From(ctx).Raw(`
		select distinct a.start_time, a.patient_id, a.patient_id::text from appointments a
		 where a.start_time < ? `+below+` and not exists (
			select 1 from appointments l where l.patient_id = a.patient_id and l.start_time > a.start_time and l.start_time < ?)
		 order by a.start_time desc, a.patient_id desc limit ?`, append(args, before, limit)...).Scan(&rows).Error
	seen := make([]patients.Seen, 0, len(rows))
	for _, row := range rows {
		id, parseErr := uuid.Parse(row.PatientID)
		if parseErr != nil {
			return nil, explain("read who was seen", parseErr)
		}
		seen = append(seen, patients.Seen{Patient: id, At: row.StartTime.UTC()})
	}
	return seen, explain("read who was seen", err)
}
