//go:build !js

package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

const invitationQuery = `select i.clinic_id, i.id, i.email, i.name, i.title, i.college, i.college_number,
	array_to_string(i.roles, ',') as roles, i.specialty, i.site_id, i.expires_at, i.sent_at, i.version from invitations i `

// stillOpen is true of invitations that wait for an answer, in time or not.
const stillOpen = "i.accepted_at is null and i.revoked_at is null"

type invitationRow struct {
	ClinicID, ID                                          uuid.UUID
	Email                                                 []byte
	Name, Title, College, CollegeNumber, Roles, Specialty string
	SiteID                                                *uuid.UUID
	ExpiresAt                                             time.Time
	SentAt                                                *time.Time
	Version                                               int64
}

func invitationPlace(clinic, id uuid.UUID) pii.Place {
	return pii.Place{Clinic: clinic, Table: "invitations", Column: "email", Row: id}
}

// invitation opens a row with the keys of its clinic.
func (r invitationRow) invitation(keys *pii.Keys) (Invitation, error) {
	email, err := keys.Decrypt(r.Email, invitationPlace(r.ClinicID, r.ID))
	if err != nil {
		return Invitation{}, fmt.Errorf("read an invitation: %w", err)
	}
	i := Invitation{
		ID: r.ID, Email: email, Profile: Profile{r.Name, r.Title, r.College, r.CollegeNumber},
		Work:      Work{Roles: ParseRoles(strings.Split(r.Roles, ",")), Specialty: r.Specialty},
		ExpiresAt: r.ExpiresAt, SentAt: r.SentAt, Version: r.Version,
	}
	if r.SiteID != nil {
		i.Work.SiteID = *r.SiteID
	}
	return i, nil
}

// storeInvitation adds one in the clinic's transaction. A second open one for the same e-mail is refused.
func storeInvitation(ctx context.Context, keys *pii.Keys, i Invitation, by uuid.UUID) error {
	email, err := keys.Encrypt(i.Email, invitationPlace(keys.Clinic(), i.ID))
	if err != nil {
		return err
	}
	index := keys.Index("email", pii.NormalizeEmail(i.Email))
	const insert = `insert into invitations (id, email, email_key, email_bidx, name, title, college, college_number, roles, specialty,
		site_id, invited_by, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, string_to_array(?, ','), ?, ?, ?, ?)`
	p, w := i.Profile, i.Work
	return database.Savepoint(ctx, func(ctx context.Context) error {
		err := database.From(ctx).Exec(insert, i.ID, email, index.KeyID, index.Value, p.Name, p.Title, p.College, p.CollegeNumber,
			joinRoles(w.Roles), w.Specialty, orNull(w.SiteID), by, i.ExpiresAt).Error
		switch {
		case database.Violates(err, "invitations_open"):
			return ErrInvited
		case database.Violates(err, "invitations_clinic_id_site_id_fkey"):
			return fault.InvalidField("sede", "Esa sede no está en la lista.")
		case err != nil:
			return fmt.Errorf("store an invitation: %w", err)
		}
		return nil
	})
}

// openInvitations lists those that wait for an answer, the newest first.
func openInvitations(ctx context.Context, keys *pii.Keys) ([]Invitation, error) {
	var rows []invitationRow
	query := invitationQuery + "where " + stillOpen + " order by i.created_at desc, i.id"
	if err := database.From(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the invitations: %w", err)
	}
	found := make([]Invitation, 0, len(rows))
	for _, row := range rows {
		i, err := row.invitation(keys)
		if err != nil {
			return nil, err
		}
		found = append(found, i)
	}
	return found, nil
}

// changeInvitation sets columns of an open invitation of the clinic; fault.ErrNotFound when it is not open.
func changeInvitation(ctx context.Context, id uuid.UUID, set string, args ...any) error {
	query := "update invitations i set " + set + ", version = version + 1, updated_at = now() where i.id = ? and " + stillOpen
	done := database.From(ctx).Exec(query, append(args, id)...)
	if done.Error != nil {
		return fmt.Errorf("change an invitation: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// invitationByToken finds the invitation that a link opens, in a transaction of the system's login.
func invitationByToken(tx *gorm.DB, token string, now time.Time) (invitationRow, error) {
	var rows []invitationRow
	query := invitationQuery + `join clinics c on c.id = i.clinic_id and c.suspended_at is null
		where i.token_hash = ? and i.expires_at > ? and ` + stillOpen
	if err := tx.Raw(query, hashOfToken(token), now).Scan(&rows).Error; err != nil {
		return invitationRow{}, fmt.Errorf("find an invitation by its link: %w", err)
	}
	if len(rows) == 0 {
		return invitationRow{}, fault.ErrNotFound
	}
	return rows[0], nil
}

// useInvitation marks it as accepted; of two who open one link at once the second finds it used.
func useInvitation(tx *gorm.DB, clinic, id uuid.UUID, now time.Time) error {
	done := tx.Exec(`update invitations i set accepted_at = ?, token_hash = null, version = version + 1, updated_at = now()
		where i.clinic_id = ? and i.id = ? and `+stillOpen, now, clinic, id)
	if done.Error != nil {
		return fmt.Errorf("accept an invitation: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// newLinkToken is a secret for a link, 256 bits, and what is stored of it.
func newLinkToken() (token string, hash []byte) {
	secret := make([]byte, 32)
	rand.Read(secret) //nolint:errcheck // never fails; the program ends instead
	token = base64.RawURLEncoding.EncodeToString(secret)
	return token, hashOfToken(token)
}

func hashOfToken(token string) []byte {
	hash := sha256.Sum256([]byte(token))
	return hash[:]
}
