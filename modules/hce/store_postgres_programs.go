//go:build !js

package hce

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

var _ ProgramStore = Postgres{}

func (Postgres) EncountersOf(ctx context.Context, family []uuid.UUID, before time.Time, beforeID uuid.UUID, limit int) ([]Encounter, error) {
	query := database.From(ctx).Where("patient_id in ?", family)
	if !before.IsZero() {
		query = query.Where("(created_at, id) < (?, ?)", before, beforeID)
	}
	var list []Encounter
	return list, explain("read the attentions of a person", query.Order("created_at desc, id desc").Limit(limit).Find(&list).Error)
}

func (Postgres) ObservedBefore(ctx context.Context, family []uuid.UUID, code string, before time.Time, beforeID uuid.UUID, limit int) ([]Observed, error) {
	where, args := "where o.patient_id in ?", []any{family}
	if code != "" {
		where, args = where+" and o.code = ?", append(args, code)
	}
	if !before.IsZero() {
		where, args = where+" and (o.taken_at, o.id) < (?, ?)", append(args, before, beforeID)
	}
	var list []Observed
	err := database.From(ctx).Raw(observedQuery+where+inForce+"order by o.taken_at desc, o.id desc limit ?", append(args, limit)...).Scan(&list).Error
	return list, explain("read values of a person", err)
}
