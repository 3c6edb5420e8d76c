//go:build !js

package patients

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

type joiningRow struct {
	ID        uuid.UUID
	FromID    uuid.UUID
	IntoID    uuid.UUID
	Undoes    *uuid.UUID
	Reason    string
	By        uuid.UUID
	CreatedAt time.Time
}

func (joiningRow) TableName() string { return "patient_merges" }

func (s *Postgres) Merges(ctx context.Context, ids []uuid.UUID) ([]Joining, error) {
	const query = `
		with recursive reached (id) as (
		  select unnest(array(select p.id from patients p where p.id in ?))
		  union
		  select case when m.from_id = r.id then m.into_id else m.from_id end
		    from reached r join patient_merges m on m.from_id = r.id or m.into_id = r.id
		)
		select * from patient_merges where from_id in (select id from reached) order by created_at, id`
	var rows []joiningRow
	if err := database.From(ctx).Raw(query, ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read joinings: %w", err)
	}
	joinings := make([]Joining, len(rows))
	for i, r := range rows {
		joinings[i] = Joining{ID: r.ID, From: r.FromID, Into: r.IntoID, Undoes: orNil(r.Undoes), Reason: r.Reason, By: r.By, At: r.CreatedAt.UTC()}
	}
	return joinings, nil
}

func (s *Postgres) AddMerge(ctx context.Context, j Joining) error {
	row := joiningRow{j.ID, j.From, j.Into, optional(j.Undoes), j.Reason, j.By, j.At}
	err := database.From(ctx).Create(&row).Error
	if database.Violates(err, "patient_merges_undone_once") {
		return ErrUndone
	}
	if err != nil {
		return fmt.Errorf("write the joining down: %w", err)
	}
	return nil
}

func (s *Postgres) PointTo(ctx context.Context, answers map[uuid.UUID]uuid.UUID, at time.Time) error {
	for id, into := range answers {
		const point = `update patients set merged_into = ?, version = version + 1, updated_at = ?
			where id = ? and merged_into is distinct from ?::uuid`
		if err := database.From(ctx).Exec(point, optional(into), at, id, optional(into)).Error; err != nil {
			return fmt.Errorf("point to the entry that answers: %w", err)
		}
	}
	return nil
}

func (s *Postgres) AddAlias(ctx context.Context, alias, patient uuid.UUID) error {
	err := database.From(ctx).Exec("insert into patient_aliases (id, patient_id) values (?, ?) on conflict do nothing", alias, patient).Error
	if err != nil {
		return fmt.Errorf("keep the alias: %w", err)
	}
	return nil
}
