//go:build !js

package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/pii"
)

type conflictRow struct {
	ID        uuid.UUID
	Entity    string
	ObjectID  uuid.UUID
	OpID      uuid.UUID
	Status    offline.Status
	UserID    uuid.UUID
	Device    string
	At        time.Time
	Content   []byte
	DecidedAt *time.Time
	DecidedBy *uuid.UUID
	Choice    string
	Version   int64
	CreatedAt time.Time
}

func (conflictRow) TableName() string { return "sync_conflicts" }

// sealedConflict is what of a conflict may hold a person's data.
type sealedConflict struct {
	Title   string           `json:"title"`
	Lost    json.RawMessage  `json:"lost,omitempty"`
	Now     json.RawMessage  `json:"now,omitempty"`
	NowBy   uuid.UUID        `json:"now_by,omitzero"`
	NowAt   time.Time        `json:"now_at,omitzero"`
	Choices []offline.Choice `json:"choices,omitempty"`
}

func (p *Postgres) AddConflict(ctx context.Context, c Conflict) error {
	keys, err := p.keys(ctx)
	if err != nil {
		return err
	}
	content, err := keys.Seal(sealedConflict{c.Title, c.Lost, c.Now, c.NowBy, c.NowAt, c.Choices}, place(keys, "sync_conflicts", "content", c.ID))
	if err != nil {
		return err
	}
	return database.From(ctx).Create(&conflictRow{
		ID: c.ID, Entity: c.Entity, ObjectID: c.ObjectID, OpID: c.OpID, Status: c.Status, UserID: c.UserID, Device: c.Device,
		At: c.At, Content: content, Version: c.Version, CreatedAt: c.CreatedAt,
	}).Error
}

func (p *Postgres) Conflicts(ctx context.Context, ids []uuid.UUID) ([]Conflict, error) {
	return p.conflicts(ctx, database.From(ctx).Where("id = any(?::uuid[])", database.IDs(ids)))
}

func (p *Postgres) OpenConflicts(ctx context.Context, user, after uuid.UUID, limit int) ([]Conflict, error) {
	return p.conflicts(ctx, open(ctx, user).Where("id > ?", after).Order("id").Limit(limit))
}

func (p *Postgres) CountConflicts(ctx context.Context, user uuid.UUID) (int, error) {
	var n int64
	if err := open(ctx, user).Model(&conflictRow{}).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count open conflicts: %w", err)
	}
	return int(n), nil
}

func open(ctx context.Context, user uuid.UUID) *gorm.DB {
	query := database.From(ctx).Where("decided_at is null")
	if user != uuid.Nil {
		query = query.Where("user_id = ?", user)
	}
	return query
}

func (p *Postgres) LockConflict(ctx context.Context, id uuid.UUID) (Conflict, error) {
	found, err := p.conflicts(ctx, database.From(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id))
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Conflict{}, err
	}
	return found[0], nil
}

func (p *Postgres) Decide(ctx context.Context, id uuid.UUID, choice string, by uuid.UUID, at time.Time) error {
	done := database.From(ctx).Model(&conflictRow{}).Where("id = ? and decided_at is null", id).Updates(map[string]any{
		"decided_at": at, "decided_by": by, "choice": choice, "version": gorm.Expr("version + 1"), "updated_at": at,
	})
	if done.Error == nil && done.RowsAffected != 1 {
		return errors.New("the conflict was decided meanwhile")
	}
	return done.Error
}

func (p *Postgres) conflicts(ctx context.Context, query *gorm.DB) ([]Conflict, error) {
	var rows []conflictRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	keys, err := p.keys(ctx)
	if err != nil {
		return nil, err
	}
	conflicts := make([]Conflict, 0, len(rows))
	for _, r := range rows {
		c, err := r.conflict(keys)
		if err != nil {
			return nil, err
		}
		conflicts = append(conflicts, c)
	}
	return conflicts, nil
}

func (r conflictRow) conflict(keys *pii.Keys) (Conflict, error) {
	var content sealedConflict
	if err := keys.Open(r.Content, place(keys, "sync_conflicts", "content", r.ID), &content); err != nil {
		return Conflict{}, fmt.Errorf("open a conflict: %w", err)
	}
	c := Conflict{
		ID: r.ID, Entity: r.Entity, ObjectID: r.ObjectID, OpID: r.OpID, Title: content.Title, Lost: content.Lost, Now: content.Now, NowBy: content.NowBy, NowAt: content.NowAt,
		Choices: content.Choices, Status: r.Status, UserID: r.UserID, Device: r.Device, At: r.At.UTC(), Version: r.Version,
		CreatedAt: r.CreatedAt.UTC(), Choice: r.Choice,
	}
	if r.DecidedAt != nil {
		at := r.DecidedAt.UTC()
		c.DecidedAt, c.DecidedBy = &at, *r.DecidedBy
	}
	return c, nil
}
