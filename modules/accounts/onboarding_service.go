//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// How many letters of sign-up one address gets: whoever types it for somebody else must not flood them.
const (
	signUpLetters = 3
	signUpWindow  = time.Hour
)

// signUpKept is how long a sign-up that opened nothing more is kept, for questions about a letter.
const signUpKept = 7 * 24 * time.Hour

// AskToOpen takes the wish to open a clinic and writes a letter to its e-mail. The answer is the same whether or not
// the e-mail has an account. It is refused as invalid when the form has problems or the password does not serve.
func (s *Staff) AskToOpen(ctx context.Context, asked SignUp) error {
	asked.Clinic, asked.Name, asked.Email = asked.Clinic.Tidy(), tidy(asked.Name), pii.NormalizeEmail(asked.Email)
	problems := asked.Problems()
	if fields, ok := fault.Fields(CheckPassword(asked.Password, asked.Clinic.Name, asked.Name, asked.Email)); ok {
		problems.Add("password", fields["password"])
	}
	if err := problems.Err(); err != nil {
		return err
	}
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	if asked.Hash, err = s.hasher.Hash(ctx, asked.Password); err != nil {
		return err
	}
	err = throttle{db: s.db}.Within(ctx, hashed(keys, "signup", asked.Email), signUpLetters, signUpWindow, s.now())
	var later *TryLater
	if errors.As(err, &later) {
		return nil // the same answer; no further letter
	}
	if err != nil {
		return err
	}
	return s.storeSignUp(ctx, keys, asked)
}

func signUpPlace(id uuid.UUID) pii.Place {
	return pii.Place{Table: "signups", Column: "content", Row: id}
}

func (s *Staff) storeSignUp(ctx context.Context, keys *pii.Keys, asked SignUp) error {
	id := uuid.Must(uuid.NewV7())
	content, err := keys.Seal(asked, signUpPlace(id))
	if err != nil {
		return err
	}
	return s.db.AsSystem(ctx, "keep a wish to open a clinic", func(tx *gorm.DB) error {
		if err := tx.Exec("delete from signups where expires_at < ?", s.now().Add(-signUpKept)).Error; err != nil {
			return fmt.Errorf("forget old sign-ups: %w", err)
		}
		const insert = "insert into signups (id, content, expires_at) values (?, ?, ?)"
		if err := tx.Exec(insert, id, content, s.now().Add(SignUpLife)).Error; err != nil {
			return fmt.Errorf("keep a sign-up: %w", err)
		}
		return s.queue.InsertTx(tx, signUpArgs{id}, nil)
	})
}

// signUpToSend reads one that waits for its letter.
func signUpToSend(tx *gorm.DB, keys *pii.Keys, id uuid.UUID, now time.Time) (SignUp, error) {
	return readSignUp(tx, keys, "id = ?", id, now)
}

func readSignUp(tx *gorm.DB, keys *pii.Keys, where string, what any, now time.Time) (SignUp, error) {
	var rows []struct {
		ID      uuid.UUID
		Content []byte
	}
	query := "select id, content from signups where " + where + " and completed_at is null and expires_at > ?"
	if err := tx.Raw(query, what, now).Scan(&rows).Error; err != nil {
		return SignUp{}, fmt.Errorf("read a sign-up: %w", err)
	}
	if len(rows) == 0 {
		return SignUp{}, fault.ErrNotFound
	}
	var asked SignUp
	err := keys.Open(rows[0].Content, signUpPlace(rows[0].ID), &asked)
	return asked, err
}

// SignUpBehind is what a link of sign-up would open; fault.ErrNotFound when it opens nothing.
func (s *Staff) SignUpBehind(ctx context.Context, token string) (SignUp, error) {
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return SignUp{}, err
	}
	var asked SignUp
	err = s.db.AsSystem(ctx, "open a link of sign-up", func(tx *gorm.DB) error {
		asked, err = readSignUp(tx, keys, "token_hash = ?", hashOfToken(token), s.now())
		return err
	})
	return asked, err
}

// OpenClinic opens the clinic behind a link of sign-up, with the account that administers it.
//
// The password is asked once more: the owner of a mailbox must not open a clinic whose password a stranger chose.
// It is refused as invalid for another password, with fault.ErrNotFound when the link is used or too old, and with
// ErrEmailTaken when the e-mail got an account since the letter was written. It returns the new person.
func (s *Staff) OpenClinic(ctx context.Context, token, password string) (uuid.UUID, error) {
	asked, err := s.SignUpBehind(ctx, token)
	if err != nil {
		return uuid.Nil, err
	}
	matches, _, err := s.hasher.Matches(ctx, password, asked.Hash)
	if err != nil {
		return uuid.Nil, err
	}
	if !matches {
		return uuid.Nil, fault.InvalidField("password", "No es la contraseña que escribió al empezar.")
	}
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return uuid.Nil, err
	}
	user, clinic := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	return user, s.db.AsSystem(actingAs(ctx, s.db, user), "open a clinic", func(tx *gorm.DB) error {
		used := tx.Exec("update signups set completed_at = ?, token_hash = null where token_hash = ? and completed_at is null",
			s.now(), hashOfToken(token))
		if used.Error != nil {
			return fmt.Errorf("use a sign-up: %w", used.Error)
		}
		if used.RowsAffected == 0 {
			return fault.ErrNotFound // opened twice at once: the other one opens the clinic
		}
		person := NewUser{ID: user, Profile: Profile{Name: asked.Name}, Email: asked.Email, PasswordHash: asked.Hash, Now: s.now()}
		if err := CreateUser(tx, keys, person); err != nil {
			return err
		}
		return foundClinic(tx, clinic, user, asked.Clinic)
	})
}

// OpenAnother opens one more clinic for the person who asks, and returns their membership in it. id is made by the
// form, so that a repeated form opens it once.
func (s *Staff) OpenAnother(ctx context.Context, id uuid.UUID, d ClinicData) (uuid.UUID, error) {
	d = d.Tidy()
	problems := fault.Problems{}
	problems.Add("clinica", textProblem(d.Name, "el nombre de la clínica", 120))
	problems.Add("ruc", RUCProblem(d.RUC))
	if err := problems.Err(); err != nil {
		return uuid.Nil, err
	}
	user := access.Who(ctx).UserID
	err := s.db.AsSystem(actingAs(ctx, s.db, user), "open another clinic", func(tx *gorm.DB) error {
		return foundClinic(tx, id, user, d)
	})
	if err != nil && !database.Violates(err, "clinics_pkey") {
		return uuid.Nil, err
	}
	return s.membershipIn(ctx, id, user)
}

// membershipIn is a person's place in a clinic; fault.ErrNotFound where they have none.
func (s *Staff) membershipIn(ctx context.Context, clinic, user uuid.UUID) (membership uuid.UUID, err error) {
	err = s.db.AsSystem(ctx, "find a person's place in a clinic", func(tx *gorm.DB) error {
		return tx.Raw("select id from memberships where clinic_id = ? and user_id = ? and active", clinic, user).Row().Scan(&membership)
	})
	if noRows(err) {
		return uuid.Nil, fault.ErrNotFound
	}
	return membership, err
}

// foundClinic adds a clinic with its first administrator. The address takes a number while another has it.
func foundClinic(tx *gorm.DB, id, user uuid.UUID, d ClinicData) error {
	base := Slugify(d.Name)
	const insert = `insert into clinics (id, slug, name, legal_name, ruc, phone) values (?, ?, ?, ?, ?, ?) on conflict (slug) do nothing`
	for n := 1; ; n++ {
		slug := base
		if n > 1 {
			slug = fmt.Sprintf("%s-%d", base, n)
		}
		done := tx.Exec(insert, id, slug, d.Name, d.LegalName, d.RUC, d.Phone)
		if done.Error != nil {
			return fmt.Errorf("add a clinic: %w", done.Error)
		}
		if done.RowsAffected == 1 {
			break
		}
	}
	return addMembership(tx, id, user, uuid.Must(uuid.NewV7()), Work{Roles: []Role{ClinicAdmin}})
}

// SaveStart stores the clinic's specialties and its first site, or the changes to it.
func (s *Staff) SaveStart(ctx context.Context, specialties []string, site Site) error {
	chosen := knownSpecialties(specialties)
	site = site.Tidy()
	problems := site.Problems()
	if len(chosen) == 0 {
		problems.Add("especialidades", "Falta marcar al menos una especialidad.")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	err := database.From(ctx).Exec(`update clinics set specialties = string_to_array(?, ','), version = version + 1, updated_at = now() where id = ?`,
		strings.Join(chosen, ","), database.ScopeOf(ctx).ClinicID).Error
	if err != nil {
		return fmt.Errorf("store the specialties: %w", err)
	}
	return database.Savepoint(ctx, func(ctx context.Context) error {
		err := database.From(ctx).Exec(`insert into sites (id, name, address, phone) values (?, ?, ?, ?)
			on conflict (clinic_id, id) do update set name = excluded.name, address = excluded.address, phone = excluded.phone,
				version = sites.version + 1, updated_at = now()`, site.ID, site.Name, site.Address, site.Phone).Error
		if database.Violates(err, "sites_clinic_id_name_key") {
			return ErrSiteName
		}
		return err
	})
}

func knownSpecialties(ticked []string) []string {
	var chosen []string
	for _, key := range ticked {
		if isSpecialty(key) {
			chosen = append(chosen, key)
		}
	}
	return chosen
}

// FinishStart notes that the clinic's first day is prepared; doing it again changes nothing.
func (s *Staff) FinishStart(ctx context.Context) error {
	err := database.From(ctx).Exec("update clinics set onboarded_at = coalesce(onboarded_at, ?) where id = ?",
		s.now(), database.ScopeOf(ctx).ClinicID).Error
	if err != nil {
		return fmt.Errorf("note that the clinic is prepared: %w", err)
	}
	return nil
}
