//go:build !js

package patients

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

type retirementColumns struct {
	RetiredAt    *time.Time
	RetiredBy    *uuid.UUID
	RetireReason string
}

func (r retirementColumns) retirement() Retirement {
	if r.RetiredAt == nil {
		return Retirement{}
	}
	return Retirement{At: r.RetiredAt.UTC(), By: orNil(r.RetiredBy), Reason: r.RetireReason}
}

type allergyRow struct {
	ID, PatientID uuid.UUID
	Kind          AllergyKind
	Substance     string
	Code          string
	Reaction      string
	Severity      Severity
	NotedBy       uuid.UUID
	CreatedAt     time.Time
	Retired       retirementColumns `gorm:"embedded"`
}

func (allergyRow) TableName() string { return "allergies" }

type conditionRow struct {
	ID, PatientID uuid.UUID
	Name          string
	Code          string
	Since         string
	NotedBy       uuid.UUID
	CreatedAt     time.Time
	Retired       retirementColumns `gorm:"embedded"`
}

func (conditionRow) TableName() string { return "conditions" }

func (s *Postgres) Clinical(ctx context.Context, family []uuid.UUID) (Clinical, error) {
	var c Clinical
	var err error
	if c.Allergies, err = s.allergies(ctx, family); err != nil {
		return c, err
	}
	if c.Conditions, err = s.conditions(ctx, family); err != nil {
		return c, err
	}
	blood, err := s.bloodTypes(ctx, family)
	for _, b := range blood {
		if b.ID == family[0] || c.BloodType == "" {
			c.BloodType = b.BloodType
		}
		if b.ID == family[0] {
			c.BloodTypeVersion = b.Version
		}
	}
	return c, err
}

// allergies are those noted under any of those entries, oldest first; so are conditions.
func (s *Postgres) allergies(ctx context.Context, entries []uuid.UUID) (list []Allergy, err error) {
	var rows []allergyRow
	if err := database.From(ctx).Raw("select * from allergies where patient_id = any(?::uuid[]) order by created_at, id", database.IDs(entries)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read allergies: %w", err)
	}
	for _, a := range rows {
		list = append(list, Allergy{ID: a.ID, PatientID: a.PatientID, Kind: a.Kind, Substance: a.Substance, Code: a.Code, Reaction: a.Reaction,
			Severity: a.Severity, NotedBy: a.NotedBy, NotedAt: a.CreatedAt.UTC(), Retired: a.Retired.retirement()})
	}
	return list, nil
}

func (s *Postgres) conditions(ctx context.Context, entries []uuid.UUID) (list []Condition, err error) {
	var rows []conditionRow
	if err := database.From(ctx).Raw("select * from conditions where patient_id = any(?::uuid[]) order by created_at, id", database.IDs(entries)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read conditions: %w", err)
	}
	for _, x := range rows {
		list = append(list, Condition{ID: x.ID, PatientID: x.PatientID, Name: x.Name, Code: x.Code, Since: x.Since,
			NotedBy: x.NotedBy, NotedAt: x.CreatedAt.UTC(), Retired: x.Retired.retirement()})
	}
	return list, nil
}

// bloodRow is the blood group kept under an entry; ID is the entry's.
type bloodRow struct {
	ID        uuid.UUID
	BloodType string
	Version   int64
}

func (s *Postgres) bloodTypes(ctx context.Context, entries []uuid.UUID) (rows []bloodRow, err error) {
	if err := database.From(ctx).Raw("select id, blood_type, version from blood_types where id = any(?::uuid[])", database.IDs(entries)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the blood type: %w", err)
	}
	return rows, nil
}

func (s *Postgres) AddAllergy(ctx context.Context, a Allergy) error {
	row := map[string]any{"id": a.ID, "patient_id": a.PatientID, "kind": a.Kind, "substance": a.Substance, "code": a.Code, "reaction": a.Reaction,
		"severity": a.Severity, "noted_by": a.NotedBy, "created_at": a.NotedAt, "updated_at": a.NotedAt}
	return addItem(ctx, "allergies", row)
}

func (s *Postgres) AddCondition(ctx context.Context, c Condition) error {
	row := map[string]any{"id": c.ID, "patient_id": c.PatientID, "name": c.Name, "code": c.Code, "since": c.Since,
		"noted_by": c.NotedBy, "created_at": c.NotedAt, "updated_at": c.NotedAt}
	return addItem(ctx, "conditions", row)
}

func addItem(ctx context.Context, table string, row map[string]any) error {
	if err := database.From(ctx).Table(table).Clauses(clause.OnConflict{DoNothing: true}).Create(row).Error; err != nil {
		return fmt.Errorf("add to %s: %w", table, err)
	}
	return nil
}

func tableOf(kind ItemKind) string {
	if kind == ConditionItem {
		return "conditions"
	}
	return "allergies"
}

func (s *Postgres) PatientOfItem(ctx context.Context, kind ItemKind, item uuid.UUID) (uuid.UUID, error) {
	var found []uuid.UUID
	if err := database.From(ctx).Table(tableOf(kind)).Where("id = ?", item).Pluck("patient_id", &found).Error; err != nil {
		return uuid.Nil, fmt.Errorf("ask whose item of %s it is: %w", tableOf(kind), err)
	}
	if len(found) == 0 {
		return uuid.Nil, fault.ErrNotFound
	}
	return found[0], nil
}

func (s *Postgres) Retire(ctx context.Context, kind ItemKind, family []uuid.UUID, item uuid.UUID, r Retirement) error {
	table := tableOf(kind)
	result := database.From(ctx).Table(table).Where("id = ? and patient_id in ? and retired_at is null", item, family).
		Updates(map[string]any{"retired_at": r.At, "retired_by": r.By, "retire_reason": r.Reason, "version": 2, "updated_at": r.At})
	if result.Error != nil {
		return fmt.Errorf("retire from %s: %w", table, result.Error)
	}
	if result.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

func (s *Postgres) SaveBloodType(ctx context.Context, patient uuid.UUID, bloodType string, version int64, at time.Time) error {
	const save = `insert into blood_types as b (id, blood_type, created_at, updated_at) values (?, ?, ?, ?)
		on conflict (clinic_id, id) do update set blood_type = excluded.blood_type, version = b.version + 1, updated_at = excluded.updated_at
		where b.version = ?`
	result := database.From(ctx).Exec(save, patient, bloodType, at, at, version)
	if result.Error != nil {
		return fmt.Errorf("save the blood type: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return ErrStale
	}
	return nil
}
