//go:build !js

package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// NewUser is a person who gets an account. PasswordHash may be empty: nobody logs in with it then.
type NewUser struct {
	ID           uuid.UUID
	Profile      Profile
	Email        string
	PasswordHash string
	SuperAdmin   bool
	Now          time.Time
}

// CreateUser adds a person in a transaction of the system's login; keys are the platform's. Of two people who come
// with one e-mail at once, one is refused with ErrEmailTaken, and the transaction is dead.
func CreateUser(tx *gorm.DB, keys *pii.Keys, u NewUser) error {
	email, err := keys.Encrypt(pii.NormalizeEmail(u.Email), emailPlace(u.ID))
	if err != nil {
		return err
	}
	const insert = `insert into users (id, name, title, college, college_number, email, password_hash, password_changed_at, super_admin)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	p := u.Profile
	err = tx.Exec(insert, u.ID, p.Name, p.Title, p.College, p.CollegeNumber, email, u.PasswordHash, u.Now, u.SuperAdmin).Error
	if err != nil {
		return fmt.Errorf("add a person: %w", err)
	}
	for _, index := range emailIndexes(keys, u.Email) {
		err := tx.Exec("insert into user_emails (key_id, bidx, user_id) values (?, ?, ?)", index.KeyID, index.Value, u.ID).Error
		if database.Violates(err, "user_emails_pkey") {
			return ErrEmailTaken
		}
		if err != nil {
			return fmt.Errorf("index a person's e-mail: %w", err)
		}
	}
	return nil
}

// FindUser finds who has this e-mail, in a transaction of the system's login; fault.ErrNotFound for nobody.
func FindUser(tx *gorm.DB, keys *pii.Keys, email string) (uuid.UUID, error) {
	for _, index := range emailIndexes(keys, email) {
		var id uuid.UUID
		err := tx.Raw("select user_id from user_emails where key_id = ? and bidx = ?", index.KeyID, index.Value).Row().Scan(&id)
		if err == nil {
			return id, nil
		}
		if !noRows(err) {
			return uuid.Nil, fmt.Errorf("find a person by e-mail: %w", err)
		}
	}
	return uuid.Nil, fault.ErrNotFound
}

func emailPlace(user uuid.UUID) pii.Place {
	return pii.Place{Table: "users", Column: "email", Row: user}
}

func emailIndexes(keys *pii.Keys, email string) []pii.BlindIndex {
	return keys.Indexes("email", pii.NormalizeEmail(email))
}

// addMembership lets a person work in a clinic. Who works there already keeps what they may do and gets the new roles
// besides; who left comes back with the new ones alone.
func addMembership(tx *gorm.DB, clinic, user, id uuid.UUID, w Work) error {
	const insert = `insert into memberships as m (clinic_id, id, user_id, roles, specialty, site_id)
		values (?, ?, ?, string_to_array(?, ','), ?, ?)
		on conflict (clinic_id, user_id) do update set
			roles = case when m.active then array(select distinct unnest(m.roles || excluded.roles)) else excluded.roles end,
			specialty = coalesce(nullif(excluded.specialty, ''), m.specialty),
			site_id = coalesce(m.site_id, excluded.site_id),
			active = true, version = m.version + 1, updated_at = now()`
	if err := tx.Exec(insert, clinic, id, user, joinRoles(w.Roles), w.Specialty, orNull(w.SiteID)).Error; err != nil {
		return fmt.Errorf("let a person work in a clinic: %w", err)
	}
	return nil
}

func joinRoles(roles []Role) string {
	words := make([]string, 0, len(roles))
	for _, r := range roles {
		words = append(words, string(r))
	}
	return strings.Join(words, ",")
}

// lockAdmins keeps the active admins of the clinic as they are until the transaction ends, always in the same order,
// so that of two people who take the role from each other the second sees what the first did.
func lockAdmins(ctx context.Context) ([]uuid.UUID, error) {
	rows, err := database.From(ctx).Raw(
		"select id from memberships where active and 'clinic_admin' = any(roles) order by id for update").Rows()
	if err != nil {
		return nil, fmt.Errorf("hold the admins: %w", err)
	}
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("hold the admins: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// lockMember reads one person and keeps them as they are until the transaction ends.
func lockMember(ctx context.Context, id uuid.UUID) (Member, error) {
	found, err := members(ctx, "where m.id = ? for update of m", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Member{}, err
	}
	return found[0], nil
}

func storeWork(ctx context.Context, id uuid.UUID, w Work) error {
	err := database.From(ctx).Exec(`update memberships set roles = string_to_array(?, ','), specialty = ?, site_id = ?,
		version = version + 1, updated_at = now() where id = ?`, joinRoles(w.Roles), w.Specialty, orNull(w.SiteID), id).Error
	if database.Violates(err, "memberships_clinic_id_site_id_fkey") {
		return fault.InvalidField("sede", "Esa sede no está en la lista.")
	}
	if err != nil {
		return fmt.Errorf("store a person's roles: %w", err)
	}
	return nil
}

func storeActive(ctx context.Context, id uuid.UUID, active bool) error {
	err := database.From(ctx).Exec(
		"update memberships set active = ?, version = version + 1, updated_at = now() where id = ?", active, id).Error
	if err != nil {
		return fmt.Errorf("store whether a person works here: %w", err)
	}
	return nil
}

func noRows(err error) bool {
	return errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows)
}
