//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// inviteArgs is the job that writes a letter of invitation; it makes the link's secret.
type inviteArgs struct {
	ClinicID     uuid.UUID `json:"clinic_id"`
	InvitationID uuid.UUID `json:"invitation_id"`
}

func (inviteArgs) Kind() string { return "accounts_invite" }

// Invite asks somebody by letter to work here. i.ID is made by the form.
//
// It is refused as invalid when the form has problems and with ErrInvited while another invitation of that e-mail is open.
func (s *Staff) Invite(ctx context.Context, i Invitation) error {
	i.Email, i.Profile = pii.NormalizeEmail(i.Email), i.Profile.Tidy()
	if err := i.Problems().Err(); err != nil {
		return err
	}
	who := access.Who(ctx)
	keys, err := s.vault.Keys(ctx, who.ClinicID)
	if err != nil {
		return err
	}
	i.ExpiresAt = s.now().Add(InvitationLife)
	if err := storeInvitation(ctx, keys, i, who.MembershipID); err != nil {
		return err
	}
	return s.queue.Insert(ctx, inviteArgs{who.ClinicID, i.ID}, nil)
}

// Invitations lists those that wait for an answer.
func (s *Staff) Invitations(ctx context.Context) ([]Invitation, error) {
	keys, err := s.vault.Keys(ctx, database.ScopeOf(ctx).ClinicID)
	if err != nil {
		return nil, err
	}
	return openInvitations(ctx, keys)
}

// Resend writes the letter again with a new link; the old one no longer opens.
func (s *Staff) Resend(ctx context.Context, id uuid.UUID) error {
	err := changeInvitation(ctx, id, "token_hash = null, sent_at = null, expires_at = ?", s.now().Add(InvitationLife))
	if err != nil {
		return err
	}
	return s.queue.Insert(ctx, inviteArgs{database.ScopeOf(ctx).ClinicID, id}, nil)
}

// Revoke takes an invitation back; its link no longer opens.
func (s *Staff) Revoke(ctx context.Context, id uuid.UUID) error {
	return changeInvitation(ctx, id, "revoked_at = ?, token_hash = null", s.now())
}

// Offer is what a link of invitation opens.
type Offer struct {
	Invitation
	ClinicID uuid.UUID
	Clinic   string
	Account  uuid.UUID // who has the e-mail already; the zero id for nobody
}

// Offer finds what a link opens; fault.ErrNotFound for a link that is used, taken back, too old or invented.
func (s *Staff) Offer(ctx context.Context, token string) (Offer, error) {
	platform, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return Offer{}, err
	}
	var row invitationRow
	var offer Offer
	err = s.db.AsSystem(ctx, "open a link of invitation", func(tx *gorm.DB) error {
		if row, err = invitationByToken(tx, token, s.now()); err != nil {
			return err
		}
		return tx.Raw("select name from clinics where id = ?", row.ClinicID).Row().Scan(&offer.Clinic)
	})
	if err != nil {
		return Offer{}, err
	}
	keys, err := s.vault.Keys(ctx, row.ClinicID)
	if err != nil {
		return Offer{}, err
	}
	if offer.Invitation, err = row.invitation(keys); err != nil {
		return Offer{}, err
	}
	offer.ClinicID = row.ClinicID
	err = s.db.AsSystem(ctx, "see whether an invited person has an account", func(tx *gorm.DB) error {
		offer.Account, err = FindUser(tx, platform, offer.Email)
		return err
	})
	if err != nil && !fault.IsNotFound(err) {
		return Offer{}, err
	}
	return offer, nil
}

// AcceptNew makes the account of somebody who has none and lets them work in the clinic.
//
// It is refused as invalid for a name that is missing or a password that does not serve, with ErrLogInFirst when the
// e-mail has an account by now, and with fault.ErrNotFound when the link no longer opens. It returns the new person.
func (s *Staff) AcceptNew(ctx context.Context, token, name, password string) (uuid.UUID, error) {
	offer, err := s.Offer(ctx, token)
	if err != nil {
		return uuid.Nil, err
	}
	if offer.Account != uuid.Nil {
		return uuid.Nil, ErrLogInFirst
	}
	p := offer.Profile
	p.Name = tidy(name)
	if err := acceptProblems(offer, p, password); err != nil {
		return uuid.Nil, err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return uuid.Nil, err
	}
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return uuid.Nil, err
	}
	user := NewUser{ID: uuid.Must(uuid.NewV7()), Profile: p, Email: offer.Email, PasswordHash: hash, Now: s.now()}
	err = s.accept(ctx, offer, user.ID, func(tx *gorm.DB) error { return CreateUser(tx, keys, user) })
	if errors.Is(err, ErrEmailTaken) {
		return uuid.Nil, ErrLogInFirst
	}
	return user.ID, err
}

func acceptProblems(offer Offer, p Profile, password string) error {
	problems := fault.Problems{}
	problems.Add("nombre", textProblem(p.Name, "el nombre", 120))
	if fields, ok := fault.Fields(CheckPassword(password, offer.Clinic, p.Name, offer.Email)); ok {
		problems.Add("password", fields["password"])
	}
	return problems.Err()
}

// AcceptKnown lets the person who asks work in the clinic; the invitation must be theirs.
func (s *Staff) AcceptKnown(ctx context.Context, token string) error {
	offer, err := s.Offer(ctx, token)
	if err != nil {
		return err
	}
	who := access.Who(ctx)
	switch {
	case who.UserID == uuid.Nil:
		return ErrLogInFirst
	case offer.Account != who.UserID:
		return ErrNotYours
	}
	return s.accept(ctx, offer, who.UserID, func(*gorm.DB) error { return nil })
}

// accept uses the invitation and lets the person in, in one transaction that audit books under that person.
func (s *Staff) accept(ctx context.Context, offer Offer, user uuid.UUID, first func(tx *gorm.DB) error) error {
	return s.db.AsSystem(actingAs(ctx, s.db, user), "accept an invitation", func(tx *gorm.DB) error {
		if err := useInvitation(tx, offer.ClinicID, offer.ID, s.now()); err != nil {
			return err
		}
		if err := first(tx); err != nil {
			return err
		}
		if err := addMembership(tx, offer.ClinicID, user, uuid.Must(uuid.NewV7()), offer.Work); err != nil {
			return fmt.Errorf("accept an invitation: %w", err)
		}
		return nil
	})
}

// actingAs names who does what a transaction of the system's login does, for the audit.
func actingAs(ctx context.Context, db *database.DB, user uuid.UUID) context.Context {
	scope := database.ScopeOf(ctx)
	scope.UserID = user
	ctx, _ = db.Begin(ctx, scope) // carries the scope; nothing is opened
	return ctx
}
