//go:build !js

package hce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/audit"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

func (Postgres) Attended(ctx context.Context, doctor uuid.UUID, family []uuid.UUID) (bool, error) {
	const query = `select exists (select 1 from medical_records where patient_id in ? and author_id = ?)
		or exists (select 1 from patient_assignments where patient_id in ? and doctor_id = ?)`
	var yes bool
	err := database.From(ctx).Raw(query, family, doctor, family, doctor).Row().Scan(&yes)
	return yes, explain("ask whose patient it is", err)
}

func (Postgres) AttendedOf(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID) ([]uuid.UUID, error) {
	const query = `select distinct patient_id::text from medical_records where patient_id = any(?::uuid[]) and author_id = ?
		union select patient_id::text from patient_assignments where patient_id = any(?::uuid[]) and doctor_id = ?`
	var texts []string
	err := database.From(ctx).Raw(query, database.IDs(patients), doctor, database.IDs(patients), doctor).Scan(&texts).Error
	ids := make([]uuid.UUID, 0, len(texts))
	for _, text := range texts {
		if id, err := uuid.Parse(text); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, explain("ask whose patients they are", err)
}

func (Postgres) OthersWrote(ctx context.Context, doctor uuid.UUID, family []uuid.UUID) (bool, error) {
	var yes bool
	err := database.From(ctx).Raw("select exists (select 1 from medical_records where patient_id in ? and author_id <> ?)", family, doctor).Row().Scan(&yes)
	return yes, explain("ask who wrote of a person", err)
}

// emergencyRow is an emergency access with what was said of it.
type emergencyRow struct {
	ID, PatientID, DoctorID uuid.UUID
	Reason                  string
	OpenedAt, ClosesAt      time.Time
	AppointmentID           *uuid.UUID
	ReviewedBy              *uuid.UUID
	ReviewedAt              *time.Time
	ReviewNote              string
}

func (r emergencyRow) access() EmergencyAccess {
	a := EmergencyAccess{
		ID: r.ID, PatientID: r.PatientID, DoctorID: r.DoctorID, Reason: r.Reason, OpenedAt: r.OpenedAt, ClosesAt: r.ClosesAt,
		AppointmentID: r.AppointmentID, ReviewNote: r.ReviewNote,
	}
	if r.ReviewedBy != nil {
		a.ReviewedBy, a.ReviewedAt = *r.ReviewedBy, *r.ReviewedAt
	}
	return a
}

const emergencyQuery = `select e.id, e.patient_id, e.doctor_id, e.reason, e.opened_at, e.closes_at, e.appointment_id,
	r.by as reviewed_by, r.at as reviewed_at, coalesce(r.note, '') as review_note
	from emergency_accesses e left join emergency_reviews r on r.access_id = e.id `

func (Postgres) EmergencyOf(ctx context.Context, doctor uuid.UUID, family []uuid.UUID, at time.Time) (EmergencyAccess, error) {
	var row emergencyRow
	query := emergencyQuery + `where e.doctor_id = ? and e.patient_id in ? and e.opened_at <= ? and e.closes_at > ?
		and e.appointment_id is null order by e.closes_at desc limit 1`
	err := database.From(ctx).Raw(query, doctor, family, at, at).Take(&row).Error
	return row.access(), notFound("ask for an emergency access", err)
}

func (Postgres) AddEmergency(ctx context.Context, a EmergencyAccess) error {
	const insert = "insert into emergency_accesses (id, patient_id, doctor_id, reason, opened_at, closes_at) values (?, ?, ?, ?, ?, ?)"
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, a.ID, a.PatientID, a.DoctorID, a.Reason, a.OpenedAt, a.ClosesAt).Error
	})
	if database.Violates(err, "emergency_accesses_pkey") {
		return ErrSameID
	}
	return explain("keep an emergency access", err)
}

func (Postgres) AddOwnBooking(ctx context.Context, a EmergencyAccess) (added bool, err error) {
	const insert = `insert into emergency_accesses (id, patient_id, doctor_id, reason, opened_at, closes_at, appointment_id)
		values (?, ?, ?, ?, ?, ?, ?) on conflict (clinic_id, appointment_id) do nothing`
	done := database.From(ctx).Exec(insert, a.ID, a.PatientID, a.DoctorID, a.Reason, a.OpenedAt, a.ClosesAt, a.AppointmentID)
	return done.RowsAffected > 0, explain("keep that a record opened by an own booking", done.Error)
}

func (Postgres) Emergencies(ctx context.Context, before time.Time, limit int) ([]EmergencyAccess, error) {
	var rows []emergencyRow
	err := database.From(ctx).Raw(emergencyQuery+"where e.opened_at < ? order by e.opened_at desc, e.id limit ?", before, limit).Scan(&rows).Error
	list := make([]EmergencyAccess, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.access())
	}
	return list, explain("read emergency accesses", err)
}

func (Postgres) CountUnreviewed(ctx context.Context) (int, error) {
	var n int
	const query = "select count(*) from emergency_accesses e where not exists (select 1 from emergency_reviews r where r.access_id = e.id)"
	err := database.From(ctx).Raw(query).Row().Scan(&n)
	return n, explain("count emergency accesses", err)
}

func (Postgres) ReviewEmergency(ctx context.Context, id, review, by uuid.UUID, note string, at time.Time) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		insert := database.From(ctx).Exec(`insert into emergency_reviews (id, access_id, by, note, at)
			select ?, id, ?, ?, ? from emergency_accesses where id = ?`, review, by, note, at, id)
		if insert.Error == nil && insert.RowsAffected == 0 {
			return fault.ErrNotFound
		}
		return insert.Error
	})
	switch {
	case database.Violates(err, "emergency_reviewed_once"): // somebody has looked at it
		return nil
	case fault.IsNotFound(err):
		return err
	}
	return explain("review an emergency access", err)
}

func (Postgres) AddAssignment(ctx context.Context, a Assignment) error {
	const insert = "insert into patient_assignments (id, patient_id, doctor_id, by, reason, created_at) values (?, ?, ?, ?, ?, ?)"
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, a.ID, a.PatientID, a.DoctorID, a.By, a.Reason, a.At).Error
	})
	if database.Violates(err, "patient_assignments_pkey") {
		return ErrSameID
	}
	return explain("keep an assignment", err)
}

func (Postgres) Assignments(ctx context.Context, family []uuid.UUID) ([]Assignment, error) {
	var list []Assignment
	err := database.From(ctx).Raw(`select id, patient_id, doctor_id, by, reason, created_at as at from patient_assignments
		where patient_id in ? order by created_at desc, id`, family).Scan(&list).Error
	return list, explain("read assignments", err)
}

// ReadLog writes readings of records into the audit and reads them there.
type ReadLog struct{}

var _ Reads = ReadLog{}

// The words of the audit for a reading.
const (
	readAction = "read"
	readEntity = "patient_record"
)

// Read notes a reading in the transaction of the page: a record that cannot be logged is not shown.
func (ReadLog) Read(ctx context.Context, patient uuid.UUID, what string) error {
	return audit.Record(ctx, readAction, readEntity, patient, map[string]any{"what": what})
}

// Readers lists who has read the patient's record, latest first.
func (ReadLog) Readers(ctx context.Context, family []uuid.UUID, limit int) ([]Reader, error) {
	const query = `select a.user_id, coalesce(nullif(trim(u.title || ' ' || u.name), ''), '') as name, coalesce(a.new ->> 'what', '') as what, a.at,
		coalesce((select e.reason from emergency_accesses e join memberships m on m.id = e.doctor_id where m.user_id = a.user_id and e.patient_id in ?
			and e.appointment_id is null and a.at >= e.opened_at and a.at < e.closes_at order by e.opened_at desc limit 1), '') as emergency
		from audit_log a left join users u on u.id = a.user_id
		where a.entity = ? and a.action = ? and a.entity_id in ? order by a.at desc limit ?`
	var list []Reader
	if err := database.From(ctx).Raw(query, family, readEntity, readAction, family, limit).Scan(&list).Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fmt.Errorf("read who read the record: %w", err)
	}
	return list, nil
}
