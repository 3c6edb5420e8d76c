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

	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// account is a person as signing in knows them.
type account struct {
	ID            uuid.UUID
	Name          string
	Email         string
	PasswordHash  string
	Secret        string // of confirmed codes; empty without a second factor
	Pending       string // of codes that wait for their first confirmation
	SuperAdmin    bool
	Disabled      bool
	Shortcuts     bool
	CodesLeft     int // unused recovery codes
	PasswordSince *time.Time
}

// HasFactor reports whether this person answers with a code.
func (a account) HasFactor() bool { return a.Secret != "" }

const accountColumns = `u.id, u.name, u.email, u.password_hash, u.password_changed_at, u.totp_pending, u.super_admin, u.shortcuts,
	u.disabled_at is not null, case when u.totp_confirmed_at is not null then u.totp_secret end,
	(select count(*) from recovery_codes r where r.user_id = u.id and r.used_at is null)`

// accountByEmail finds a person by the address under which they sign in, or fault.ErrNotFound.
func (s *SignIn) accountByEmail(ctx context.Context, keys *pii.Keys, email string) (account, error) {
	var ids []int64
	var values [][]byte
	for _, index := range keys.Indexes("email", pii.NormalizeEmail(email)) {
		ids = append(ids, int64(index.KeyID))
		values = append(values, index.Value)
	}
	row := s.db.SystemPool().QueryRow(ctx, "select "+accountColumns+` from users u where u.id in (select e.user_id from user_emails e
		join unnest($1::bigint[], $2::bytea[]) as i(key_id, bidx) on i.key_id = e.key_id and i.bidx = e.bidx) limit 1`, ids, values)
	return s.scanAccount(keys, row)
}

func (s *SignIn) accountByID(ctx context.Context, id uuid.UUID) (account, error) {
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return account{}, err
	}
	return s.scanAccount(keys, s.db.SystemPool().QueryRow(ctx, "select "+accountColumns+" from users u where u.id = $1", id))
}

func (s *SignIn) scanAccount(keys *pii.Keys, row pgx.Row) (account, error) {
	var a account
	var email, pending, secret []byte
	err := row.Scan(&a.ID, &a.Name, &email, &a.PasswordHash, &a.PasswordSince, &pending, &a.SuperAdmin, &a.Shortcuts, &a.Disabled, &secret, &a.CodesLeft)
	if errors.Is(err, pgx.ErrNoRows) {
		return account{}, fault.ErrNotFound
	}
	if err != nil {
		return account{}, fmt.Errorf("read an account: %w", err)
	}
	if a.Email, err = keys.DecryptOptional(email, pii.Place{Table: "users", Column: "email", Row: a.ID}); err != nil {
		return account{}, err
	}
	if a.Pending, err = keys.DecryptOptional(pending, secretPlace("totp_pending", a.ID)); err != nil {
		return account{}, err
	}
	if a.Secret, err = keys.DecryptOptional(secret, secretPlace("totp_secret", a.ID)); err != nil {
		return account{}, err
	}
	return a, nil
}

// Workplace is a clinic in which a person may work now.
type Workplace struct {
	MembershipID, ClinicID, SiteID uuid.UUID
	Clinic                         string
	Roles                          []Role
	Suspended                      bool
}

// Workplaces lists where a person works, the last used first.
func (s *SignIn) Workplaces(ctx context.Context, user uuid.UUID) ([]Workplace, error) {
	const query = `
		select m.id, m.clinic_id, c.name, m.roles, c.suspended_at is not null,
		       coalesce(m.site_id, (select id from sites where clinic_id = m.clinic_id and active order by created_at, id limit 1))
		  from memberships m join clinics c on c.id = m.clinic_id
		 where m.user_id = $1 and m.active
		 order by (select max(last_seen_at) from logins l where l.user_id = m.user_id and l.membership_id = m.id) desc nulls last, m.created_at, m.id`
	rows, err := s.db.SystemPool().Query(ctx, query, user)
	if err != nil {
		return nil, fmt.Errorf("ask where a person works: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Workplace, error) {
		var w Workplace
		var roles []string
		var site *uuid.UUID
		if err := row.Scan(&w.MembershipID, &w.ClinicID, &w.Clinic, &roles, &w.Suspended, &site); err != nil {
			return Workplace{}, err
		}
		w.Roles = rolesOf(roles)
		if site != nil {
			w.SiteID = *site
		}
		return w, nil
	})
}

func rolesOf(names []string) []Role {
	roles := make([]Role, len(names))
	for i, name := range names {
		roles[i] = Role(name)
	}
	return roles
}

// newLogin is a log-in about to begin.
type newLogin struct {
	User  uuid.UUID
	Place Workplace
	Kind  string // "browser" or "api"
	From  client
	Ends  time.Time
}

// openLogin writes a log-in down. Of browsers a person has at most loginsMost; the oldest ends for the newest.
func (s *SignIn) openLogin(ctx context.Context, l newLogin) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("name a log-in: %w", err)
	}
	now := s.now()
	err = s.db.AsSystem(ctx, "begin a log-in", func(tx *gorm.DB) error {
		if err := lockUser(tx, l.User); err != nil {
			return err
		}
		const insert = `insert into logins (id, user_id, clinic_id, membership_id, site_id, kind, user_agent, ip, created_at, last_seen_at, ends_at)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
		err := tx.Exec(insert, id, l.User, orNull(l.Place.ClinicID), orNull(l.Place.MembershipID), orNull(l.Place.SiteID), l.Kind,
			l.From.UserAgent, l.From.IP, now, now, l.Ends).Error
		if err != nil || l.Kind != "browser" {
			return err
		}
		const endOldest = `update logins set ended_at = ?, end_reason = 'too_many' where id in (select id from logins
			where user_id = ? and kind = 'browser' and ended_at is null and ends_at > ? and last_seen_at > ?
			order by created_at desc, id desc offset ?)`
		return tx.Exec(endOldest, now, l.User, now, now.Add(-loginIdle), loginsMost).Error
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("begin a log-in: %w", err)
	}
	return id, nil
}

// endLogin ends a log-in for the reason given; one that has ended keeps its first reason.
func (s *SignIn) endLogin(ctx context.Context, id uuid.UUID, reason string) error {
	_, err := s.db.SystemPool().Exec(ctx, "update logins set ended_at = $1, end_reason = $2 where id = $3 and ended_at is null", s.now(), reason, id)
	if err != nil {
		return fmt.Errorf("end a log-in: %w", err)
	}
	return nil
}

// endLogins ends all log-ins of a person but one, and says how many there were.
func endLogins(tx *gorm.DB, user, except uuid.UUID, reason string, now time.Time) (int64, error) {
	done := tx.Exec("update logins set ended_at = ?, end_reason = ? where user_id = ? and id <> ? and ended_at is null", now, reason, user, except)
	return done.RowsAffected, done.Error
}

// recoveryCode is a stored one.
type recoveryCode struct {
	ID   uuid.UUID
	Hash string
}

func (s *SignIn) unusedRecoveryCodes(ctx context.Context, user uuid.UUID) ([]recoveryCode, error) {
	rows, err := s.db.SystemPool().Query(ctx, "select id, hash from recovery_codes where user_id = $1 and used_at is null order by id", user)
	if err != nil {
		return nil, fmt.Errorf("ask for recovery codes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[recoveryCode])
}

func (s *SignIn) markRecoveryCode(ctx context.Context, user, id uuid.UUID) (bool, error) {
	const use = "update recovery_codes set used_at = $1 where user_id = $2 and id = $3 and used_at is null"
	tag, err := s.db.SystemPool().Exec(ctx, use, s.now(), user, id)
	if err != nil {
		return false, fmt.Errorf("use a recovery code: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}
