//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// signingKeyRow is a key with its private half, sealed: the system's login alone reads it.
type signingKeyRow struct {
	SigningKey
	Sealed []byte
}

// asker is the system's pool, or a transaction of it.
type asker interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// currentSigningKey is a person's key in force; fault.ErrNotFound without one.
func currentSigningKey(ctx context.Context, from asker, user uuid.UUID) (signingKeyRow, error) {
	row := signingKeyRow{SigningKey: SigningKey{UserID: user}}
	const query = "select id, public_key, sealed_key, valid_from from signing_keys where user_id = $1 and revoked_at is null"
	err := from.QueryRow(ctx, query, user).Scan(&row.ID, &row.PublicKey, &row.Sealed, &row.ValidFrom)
	if errors.Is(err, pgx.ErrNoRows) {
		return signingKeyRow{}, fault.ErrNotFound
	}
	if err != nil {
		return signingKeyRow{}, fmt.Errorf("read a key to sign with: %w", err)
	}
	return row, nil
}

// addSigningKey keeps a new key unless the person has one in force; made says which.
func addSigningKey(ctx context.Context, tx pgx.Tx, row signingKeyRow) (made bool, err error) {
	const insert = `insert into signing_keys (id, user_id, public_key, sealed_key, valid_from) values ($1, $2, $3, $4, $5)
		on conflict (user_id) where revoked_at is null do nothing`
	tag, err := tx.Exec(ctx, insert, row.ID, row.UserID, row.PublicKey, row.Sealed, row.ValidFrom)
	if err != nil {
		return false, fmt.Errorf("keep a key to sign with: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// revokeSigningKey ends the key in force; fault.ErrNotFound without one.
func revokeSigningKey(ctx context.Context, tx pgx.Tx, user uuid.UUID, at time.Time) (id uuid.UUID, err error) {
	const revoke = "update signing_keys set revoked_at = greatest($1, valid_from) where user_id = $2 and revoked_at is null returning id"
	err = tx.QueryRow(ctx, revoke, at, user).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("revoke a key to sign with: %w", err)
	}
	return id, nil
}

// Public gives the public halves of those keys, as far as they are of people of the clinic of ctx; others are left out.
func (*SigningKeys) Public(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]SigningKey, error) {
	byID := map[uuid.UUID]SigningKey{}
	if len(ids) == 0 {
		return byID, nil
	}
	var rows []SigningKey
	const query = "select id, user_id, public_key, valid_from, revoked_at from signing_keys where id = any(?::uuid[])"
	if err := database.From(ctx).Raw(query, database.IDs(ids)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read public keys: %w", err)
	}
	for _, row := range rows {
		byID[row.ID] = row
	}
	return byID, nil
}

// platformRows runs a rotation's batch with the system's login, for a table under the platform's keyset.
func platformRows(db *database.DB) pii.InClinic {
	return func(ctx context.Context, _ uuid.UUID, f func(tx *gorm.DB) error) error {
		return db.AsSystem(ctx, "seal keys to sign with under a new key", f)
	}
}
