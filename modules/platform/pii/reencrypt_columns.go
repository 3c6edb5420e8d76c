//go:build !js

package pii

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// InClinic runs f in one transaction that sees the rows of the clinic, and commits it.
type InClinic func(ctx context.Context, clinic uuid.UUID, f func(tx *gorm.DB) error) error

// Columns is the Reencrypter of a table that holds encrypted values and no blind
// index. Each value's Place is the clinic, Table, the column and the row's id.
type Columns struct {
	Table   string
	Key     string   // the uuid column that tells rows of a clinic apart; "" means id
	Names   []string // the bytea columns; NULL stays NULL
	Execute InClinic
}

func (c Columns) key() string {
	if c.Key == "" {
		return "id"
	}
	return c.Key
}

// Name is the table's.
func (c Columns) Name() string { return c.Table }

// Reencrypt locks a batch of rows and stores again what is not under the primary key.
func (c Columns) Reencrypt(ctx context.Context, keys *Keys, after uuid.UUID, limit int) (next uuid.UUID, done bool, err error) {
	err = c.Execute(ctx, keys.Clinic(), func(tx *gorm.DB) error {
		rows, err := c.rows(tx, after, limit)
		if err != nil {
			return err
		}
		next, done = after, len(rows) < limit
		for _, row := range rows {
			if err := c.renew(tx, keys, row); err != nil {
				return fmt.Errorf("row %s: %w", row.id, err)
			}
			next = row.id
		}
		return nil
	})
	return next, done, err
}

// cipherRow is a row's id and its encrypted values, in the order of Columns.Names.
type cipherRow struct {
	id     uuid.UUID
	values [][]byte
}

func (c Columns) rows(tx *gorm.DB, after uuid.UUID, limit int) ([]cipherRow, error) {
	found, err := tx.Table(c.Table).Select(append([]string{c.key()}, c.Names...)).
		Where(c.key()+" > ?", after).Order(c.key()).Limit(limit).
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Rows()
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var rows []cipherRow
	for found.Next() {
		row := cipherRow{values: make([][]byte, len(c.Names))}
		into := []any{&row.id}
		for i := range row.values {
			into = append(into, &row.values[i])
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, found.Err()
}

func (c Columns) renew(tx *gorm.DB, keys *Keys, row cipherRow) error {
	changes := map[string]any{}
	for i, name := range c.Names {
		if row.values[i] == nil {
			continue
		}
		at := Place{Clinic: keys.Clinic(), Table: c.Table, Column: name, Row: row.id}
		renewed, changed, err := keys.Renew(row.values[i], at)
		if err != nil {
			return err
		}
		if changed {
			changes[name] = renewed
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return tx.Table(c.Table).Where(c.key()+" = ?", row.id).Updates(changes).Error
}
