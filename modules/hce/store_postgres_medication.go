//go:build !js

package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

func (Postgres) AddMedications(ctx context.Context, list []Medication) error {
	for _, m := range list {
		item, err := json.Marshal(m.Item)
		if err != nil {
			return fmt.Errorf("write medicine %s: %w", m.ID, err)
		}
		checked, err := json.Marshal(m.Checked)
		if err != nil {
			return fmt.Errorf("write what was checked of medicine %s: %w", m.ID, err)
		}
		const insert = `insert into medication_requests (id, patient_id, encounter_id, record_id, place, dci, item, contraindications_checked,
			prescribed_by, prescribed_at, ends_on) values (?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?)`
		err = database.From(ctx).Exec(insert, m.ID, m.PatientID, m.EncounterID, m.RecordID, m.Place, m.Item.DCI, string(item), string(checked),
			m.By, m.At, m.EndsOn.Format(time.DateOnly)).Error
		if err != nil {
			return explain("keep a medicine", err)
		}
	}
	return nil
}

type medicationRow struct {
	ID, PatientID, EncounterID, RecordID, PrescribedBy uuid.UUID
	Place                                              int
	Item, ContraindicationsChecked                     string
	PrescribedAt                                       time.Time
	EndsOn                                             *time.Time
	StopID, StoppedBy                                  *uuid.UUID
	StoppedFor                                         *string
	StoppedAt                                          *time.Time
}

func (r medicationRow) medication() (Medication, error) {
	m := Medication{
		ID: r.ID, PatientID: r.PatientID, EncounterID: r.EncounterID, RecordID: r.RecordID, Place: r.Place, By: r.PrescribedBy, At: r.PrescribedAt,
	}
	if r.EndsOn != nil {
		m.EndsOn = *r.EndsOn
	}
	if r.StopID != nil {
		m.Stopped = &Stop{ID: *r.StopID, RequestID: r.ID, By: *r.StoppedBy, Reason: *r.StoppedFor, At: *r.StoppedAt}
	}
	if err := json.Unmarshal([]byte(r.Item), &m.Item); err != nil {
		return m, fmt.Errorf("read medicine %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.ContraindicationsChecked), &m.Checked); err != nil {
		return m, fmt.Errorf("read what was checked of medicine %s: %w", r.ID, err)
	}
	return m, nil
}

const medications = `select m.id, m.patient_id, m.encounter_id, m.record_id, m.place, m.item, m.contraindications_checked, m.prescribed_by, m.prescribed_at,
	m.ends_on, s.id as stop_id, s.by as stopped_by, s.reason as stopped_for, s.at as stopped_at
	from medication_requests m left join medication_stops s on s.request_id = m.id `

func medicationsWhere(ctx context.Context, where string, args ...any) ([]Medication, error) {
	var rows []medicationRow
	if err := database.From(ctx).Raw(medications+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read medicines", err)
	}
	list := make([]Medication, 0, len(rows))
	for _, r := range rows {
		m, err := r.medication()
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

func (Postgres) MedicationsOf(ctx context.Context, family []uuid.UUID, limit int) ([]Medication, error) {
	return medicationsWhere(ctx, `where m.patient_id in ?
		and not exists (select 1 from medical_records a where a.amends_id = m.record_id and a.record_type = 'annulment')
		order by m.prescribed_at desc, m.record_id desc, m.place limit ?`, family, limit)
}

func (Postgres) Medication(ctx context.Context, id uuid.UUID) (Medication, error) {
	list, err := medicationsWhere(ctx, "where m.id = ?", id)
	if err == nil && len(list) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Medication{}, err
	}
	return list[0], nil
}

func (Postgres) AddStop(ctx context.Context, s Stop) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		const insert = "insert into medication_stops (id, request_id, by, reason, at) values (?, ?, ?, ?, ?)"
		return database.From(ctx).Exec(insert, s.ID, s.RequestID, s.By, s.Reason, s.At).Error
	})
	if database.Violates(err, "medication_stopped_once") || database.Violates(err, "medication_stops_pkey") {
		return ErrStoppedOnce
	}
	return explain("stop a medicine", err)
}

func (Postgres) FavouriteOf(ctx context.Context, owner uuid.UUID, medicine string) (prescribing.Item, error) {
	var item prescribing.Item
	var texts []string
	const query = "select item from prescription_favourites where owner_id = ? and item ->> 'medicine_id' = ? and removed_at is null order by place, uses desc, updated_at desc limit 1"
	err := database.From(ctx).Raw(query, owner, medicine).Scan(&texts).Error
	if err == nil && len(texts) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return item, notFound("read a favourite", err)
	}
	return item, explain("read a favourite", json.Unmarshal([]byte(texts[0]), &item))
}

func (Postgres) SaveFavourite(ctx context.Context, owner uuid.UUID, item prescribing.Item) error {
	text, err := json.Marshal(item)
	if err != nil {
		return explain("write a favourite", err)
	}
	const upsert = `insert into prescription_favourites as f (id, owner_id, name, item, uses) values (?, ?, ?, ?::jsonb, 1)
		on conflict (clinic_id, owner_id, name) do update set item = excluded.item, uses = f.uses + 1, removed_at = null, version = f.version + 1, updated_at = now()`
	return explain("keep a favourite", database.From(ctx).Exec(upsert, newID(), owner, item.Name()+", "+item.Form, string(text)).Error)
}
