//go:build !js

package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

// Reencrypters are what of accounts is under keys: people and what they sign with under the platform's, invitations
// under their clinic's.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{
		Platform: []pii.Reencrypter{
			userSecrets{db}, pii.Columns{Table: "signing_keys", Names: []string{"sealed_key"}, Execute: platformRows(db)},
		},
		Clinic: []pii.Reencrypter{invitationSecrets{pii.Within(db)}},
	}
}

// userSecrets renews e-mails, the index by which they are found, and the keys of second factors.
type userSecrets struct{ db *database.DB }

// Name is stored with the rotation's progress.
func (userSecrets) Name() string { return "accounts.users" }

// userSecret is one person's encrypted values.
type userSecret struct {
	ID                             uuid.UUID
	Email, TotpSecret, TotpPending []byte
}

// Reencrypt holds a batch of people and writes what is not under the primary key yet.
func (u userSecrets) Reencrypt(ctx context.Context, keys *pii.Keys, after uuid.UUID, limit int) (next uuid.UUID, done bool, err error) {
	err = u.db.AsSystem(ctx, "encrypt people under a new key", func(tx *gorm.DB) error {
		people, err := lockBatch[userSecret](tx, "users", "id, email, totp_secret, totp_pending", after, limit)
		if err != nil {
			return err
		}
		next, done = after, len(people) < limit
		for _, person := range people {
			if err := renewUser(tx, keys, person); err != nil {
				return fmt.Errorf("person %s: %w", person.ID, err)
			}
			next = person.ID
		}
		return nil
	})
	return next, done, err
}

// lockBatch reads the next rows behind after and keeps them as they are until the transaction ends.
func lockBatch[T any](tx *gorm.DB, table, columns string, after uuid.UUID, limit int) (rows []T, err error) {
	err = tx.Table(table).Select(columns).Where("id > ?", after).Order("id").Limit(limit).
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Scan(&rows).Error
	return rows, err
}

func renewUser(tx *gorm.DB, keys *pii.Keys, person userSecret) error {
	changes := map[string]any{}
	for column, value := range map[string][]byte{
		"email": person.Email, "totp_secret": person.TotpSecret, "totp_pending": person.TotpPending,
	} {
		if len(value) == 0 {
			continue
		}
		renewed, changed, err := keys.Renew(value, pii.Place{Table: "users", Column: column, Row: person.ID})
		if err != nil {
			return err
		}
		if changed {
			changes[column] = renewed
		}
	}
	if len(changes) > 0 {
		if err := tx.Table("users").Where("id = ?", person.ID).Updates(changes).Error; err != nil {
			return err
		}
	}
	if len(person.Email) == 0 {
		return nil
	}
	email, err := keys.Decrypt(person.Email, emailPlace(person.ID))
	if err != nil {
		return err
	}
	return indexUser(tx, person.ID, emailIndexes(keys, email))
}

// indexUser leaves exactly these index rows. A row that somebody else has is an error: one of the two would no longer
// be able to sign in.
func indexUser(tx *gorm.DB, user uuid.UUID, indexes []pii.BlindIndex) error {
	var active []int64
	for _, index := range indexes {
		active = append(active, int64(index.KeyID))
		const add = `insert into user_emails (key_id, bidx, user_id) select ?, ?, ?
			where not exists (select 1 from user_emails where key_id = ? and bidx = ? and user_id = ?)`
		if err := tx.Exec(add, index.KeyID, index.Value, user, index.KeyID, index.Value, user).Error; err != nil {
			return fmt.Errorf("index an e-mail: %w", err)
		}
	}
	if err := tx.Exec("delete from user_emails where user_id = ? and key_id not in ?", user, active).Error; err != nil {
		return fmt.Errorf("remove former indexes of an e-mail: %w", err)
	}
	return nil
}

// invitationSecrets renews the e-mails of a clinic's invitations, and the index that keeps one open for each.
type invitationSecrets struct{ within pii.InClinic }

// Name is stored with the rotation's progress.
func (invitationSecrets) Name() string { return "accounts.invitations" }

// invitationSecret is one invitation's e-mail.
type invitationSecret struct {
	ID        uuid.UUID
	Email     []byte
	EmailKey  int64
	EmailBidx []byte
}

// Reencrypt holds a batch of invitations and writes what is not under the primary key yet.
func (i invitationSecrets) Reencrypt(ctx context.Context, keys *pii.Keys, after uuid.UUID, limit int) (next uuid.UUID, done bool, err error) {
	err = i.within(ctx, keys.Clinic(), func(tx *gorm.DB) error {
		rows, err := lockBatch[invitationSecret](tx, "invitations", "id, email, email_key, email_bidx", after, limit)
		if err != nil {
			return err
		}
		next, done = after, len(rows) < limit
		for _, row := range rows {
			if err := renewInvitation(tx, keys, row); err != nil {
				return fmt.Errorf("invitation %s: %w", row.ID, err)
			}
			next = row.ID
		}
		return nil
	})
	return next, done, err
}

func renewInvitation(tx *gorm.DB, keys *pii.Keys, row invitationSecret) error {
	at := invitationPlace(keys.Clinic(), row.ID)
	email, err := keys.Decrypt(row.Email, at)
	if err != nil {
		return err
	}
	renewed, changed, err := keys.Renew(row.Email, at)
	if err != nil {
		return err
	}
	index := keys.Index("email", pii.NormalizeEmail(email))
	if !changed && row.EmailKey == int64(index.KeyID) {
		return nil
	}
	store := func(revoke string) error {
		return tx.Exec("update invitations set email = ?, email_key = ?, email_bidx = ?"+revoke+" where id = ?",
			renewed, index.KeyID, index.Value, row.ID).Error
	}
	const point = "invitation"
	if err := tx.SavePoint(point).Error; err != nil {
		return err
	}
	err = store("")
	if database.Violates(err, "invitations_open") { // the same person was invited again while two keys were in use: the newer one stands
		if err := tx.RollbackTo(point).Error; err != nil {
			return err
		}
		err = store(", revoked_at = coalesce(revoked_at, now())")
	}
	return err
}
