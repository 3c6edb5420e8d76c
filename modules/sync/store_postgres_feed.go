//go:build !js

package sync

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

func (p *Postgres) Extent(ctx context.Context) (Extent, error) {
	const query = `
		select (select epoch from sync_epoch), coalesce((select seq from change_counters), 0),
		       coalesce((select min(seq) from change_log), coalesce((select seq from change_counters), 0) + 1)`
	var e Extent
	if err := database.From(ctx).Raw(query).Row().Scan(&e.Epoch, &e.Last, &e.First); err != nil {
		return Extent{}, fmt.Errorf("read how far the log of changes reaches: %w", err)
	}
	return e, nil
}

func (p *Postgres) Touched(ctx context.Context, after, upTo int64, limit int) ([]Touched, error) {
	const query = `select entity, entity_id, max(seq) from change_log where seq > ? and seq <= ? group by entity, entity_id order by 3 limit ?`
	rows, err := database.From(ctx).Raw(query, after, upTo, limit).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var touched []Touched
	for rows.Next() {
		var t Touched
		if err := rows.Scan(&t.Entity, &t.ID, &t.Seq); err != nil {
			return nil, err
		}
		touched = append(touched, t)
	}
	return touched, rows.Err()
}

// Sign fingerprints the text with the clinic's index keys, which live as long as the clinic and are rotated like all.
func (p *Postgres) Sign(ctx context.Context, text string) ([][]byte, error) {
	keys, err := p.keys(ctx)
	if err != nil {
		return nil, err
	}
	var marks [][]byte
	for _, mark := range keys.Indexes("sync cursor", text) {
		marks = append(marks, mark.Value)
	}
	return marks, nil
}

// forgetChanges drops what the log of the clinic of ctx holds from before a moment.
func forgetChanges(ctx context.Context, before time.Time) error {
	if err := database.From(ctx).Exec("delete from change_log where at < ?", before).Error; err != nil {
		return fmt.Errorf("forget old changes: %w", err)
	}
	return nil
}

// NewEpoch tells every device that the server has forgotten something (a backup was restored): they send again what
// they had sent, which is harmless, and download anew.
func NewEpoch(ctx context.Context, db *database.DB) (uuid.UUID, error) {
	var epoch uuid.UUID
	err := db.AsSystem(ctx, "begin a new epoch of synchronisation", func(tx *gorm.DB) error {
		return tx.Raw("update sync_epoch set epoch = gen_random_uuid(), since = now() returning epoch").Row().Scan(&epoch)
	})
	return epoch, err
}

// Reencrypters are what synchronisation keeps under the clinics' keys. The answers are web's.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		pii.Columns{Table: "sync_queue", Names: []string{"body"}, Execute: pii.Within(db)},
		pii.Columns{Table: "sync_conflicts", Names: []string{"content"}, Execute: pii.Within(db)},
	}}
}
