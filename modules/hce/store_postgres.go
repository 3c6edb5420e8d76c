//go:build !js

package hce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Postgres keeps the record in the clinic's transaction. No query names the clinic: row-level security does.
type Postgres struct{}

// NewPostgres is the server's store.
func NewPostgres() Postgres { return Postgres{} }

var _ Store = Postgres{}

func (Encounter) TableName() string { return "encounters" }

func (Postgres) Encounter(ctx context.Context, id uuid.UUID) (Encounter, error) {
	return oneEncounter(ctx, "id = ?", id)
}

func (Postgres) LockEncounter(ctx context.Context, id uuid.UUID) (Encounter, error) {
	var e Encounter
	err := database.From(ctx).Raw("select * from encounters where id = ? for no key update", id).Take(&e).Error
	return e, notFound("lock the attention", err)
}

func (Postgres) EncounterOf(ctx context.Context, appointment uuid.UUID) (Encounter, error) {
	return oneEncounter(ctx, "appointment_id = ?", appointment)
}

func oneEncounter(ctx context.Context, where string, id uuid.UUID) (Encounter, error) {
	var e Encounter
	err := database.From(ctx).Where(where, id).Take(&e).Error
	return e, notFound("read the attention", err)
}

func (Postgres) AddEncounter(ctx context.Context, e Encounter) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error { return database.From(ctx).Create(&e).Error })
	switch {
	case database.Violates(err, "encounters_pkey"), database.Violates(err, "encounters_appointment"):
		return ErrSameID
	case database.Violates(err, "encounters_patient"):
		return fault.InvalidField("patient_id", "No se encuentra a ese paciente.")
	}
	return explain("keep the attention", err)
}

func (Postgres) SaveEncounter(ctx context.Context, e Encounter) (Encounter, error) {
	seen := e.Version
	e.Version++
	update := database.From(ctx).Model(&Encounter{}).Where("id = ? and version = ?", e.ID, seen).Select("*").Omit("id", "created_at").Updates(&e)
	if update.Error != nil {
		return e, explain("change the attention", update.Error)
	}
	if update.RowsAffected == 0 {
		return e, fault.Conflicted("stale", "Otra ventana cambió esta atención. Vuelva a abrirla.")
	}
	return e, nil
}

func (Postgres) EncountersByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Encounter, error) {
	byID := map[uuid.UUID]Encounter{}
	if len(ids) == 0 {
		return byID, nil
	}
	var list []Encounter
	err := database.From(ctx).Where("id in ?", ids).Find(&list).Error
	for _, e := range list {
		byID[e.ID] = e
	}
	return byID, explain("read attentions", err)
}

func (Postgres) OpenEncounters(ctx context.Context, doctor uuid.UUID) ([]Encounter, error) {
	var list []Encounter
	err := database.From(ctx).Where("doctor_id = ? and ended_at is null and started_at is not null", doctor).Order("started_at, id").Find(&list).Error
	return list, explain("read who is in attention", err)
}

// draftRow is a draft in its table.
type draftRow struct {
	ID, EncounterID, PatientID, AuthorID uuid.UUID
	TemplateID                           string
	TemplateVersion                      int
	Body                                 string
	Holder                               string
	HeldAt                               *time.Time
	Version                              int64
	CreatedAt                            time.Time
	UpdatedAt                            time.Time `gorm:"autoUpdateTime:false"` // when it was written, not when it arrived
}

func (draftRow) TableName() string { return "record_drafts" }

func (r draftRow) draft() (Draft, error) {
	d := Draft{
		ID: r.ID, EncounterID: r.EncounterID, PatientID: r.PatientID, AuthorID: r.AuthorID, TemplateID: r.TemplateID, TemplateVersion: r.TemplateVersion,
		Holder: r.Holder, Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	if r.HeldAt != nil {
		d.HeldAt = *r.HeldAt
	}
	if err := json.Unmarshal([]byte(r.Body), &d.Body); err != nil {
		return d, fmt.Errorf("read draft %s: %w", r.ID, err)
	}
	return d, nil
}

func rowOfDraft(d Draft) (draftRow, error) {
	text, err := json.Marshal(d.Body)
	if err != nil {
		return draftRow{}, fmt.Errorf("write draft %s: %w", d.ID, err)
	}
	r := draftRow{
		ID: d.ID, EncounterID: d.EncounterID, PatientID: d.PatientID, AuthorID: d.AuthorID, TemplateID: d.TemplateID, TemplateVersion: d.TemplateVersion,
		Body: string(text), Holder: d.Holder, Version: d.Version, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	if !d.HeldAt.IsZero() {
		r.HeldAt = &d.HeldAt
	}
	return r, nil
}

func (Postgres) Draft(ctx context.Context, encounter, author uuid.UUID) (Draft, error) {
	var r draftRow
	err := database.From(ctx).Where("encounter_id = ? and author_id = ?", encounter, author).Take(&r).Error
	if err != nil {
		return Draft{}, notFound("read the draft", err)
	}
	return r.draft()
}

func (Postgres) SaveDraft(ctx context.Context, d Draft) (Draft, error) {
	seen := d.Version
	d.Version++
	r, err := rowOfDraft(d)
	if err != nil {
		return d, err
	}
	if seen == 0 {
		err := database.Savepoint(ctx, func(ctx context.Context) error { return database.From(ctx).Create(&r).Error })
		if database.Violates(err, "record_drafts_once") || database.Violates(err, "record_drafts_pkey") {
			return d, ErrStaleDraft
		}
		return d, explain("keep the draft", err)
	}
	update := database.From(ctx).Model(&draftRow{}).Where("id = ? and version = ?", d.ID, seen).Select("*").Omit("id", "created_at").Updates(&r)
	if update.Error == nil && update.RowsAffected == 0 {
		return d, ErrStaleDraft
	}
	return d, explain("keep the draft", update.Error)
}

func (Postgres) HoldDraft(ctx context.Context, id uuid.UUID, holder string, at time.Time) error {
	return explain("hold the draft", database.From(ctx).Exec("update record_drafts set holder = ?, held_at = ? where id = ?", holder, at, id).Error)
}

func (Postgres) DropDraft(ctx context.Context, id uuid.UUID) error {
	return explain("drop the draft", database.From(ctx).Exec("delete from record_drafts where id = ?", id).Error)
}

func (Postgres) DraftsBy(ctx context.Context, author uuid.UUID) ([]Draft, error) {
	var rows []draftRow
	if err := database.From(ctx).Where("author_id = ?", author).Order("updated_at desc, id").Find(&rows).Error; err != nil {
		return nil, explain("read the drafts", err)
	}
	drafts := make([]Draft, 0, len(rows))
	for _, r := range rows {
		d, err := r.draft()
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	return drafts, nil
}

func notFound(doing string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return fault.ErrNotFound
	}
	return explain(doing, err)
}

func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
