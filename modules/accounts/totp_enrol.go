//go:build !js

package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/fault"
)

// proposeFactor gives a person a new key to scan, in the place of one proposed before: who saw that one and never
// confirmed it must not share the key of who does.
func (s *SignIn) proposeFactor(ctx context.Context, a account) (enrolment, error) {
	secret, err := newSecret()
	if err != nil {
		return enrolment{}, err
	}
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return enrolment{}, err
	}
	sealed, err := keys.Encrypt(secret, secretPlace("totp_pending", a.ID))
	if err != nil {
		return enrolment{}, err
	}
	if _, err := s.db.SystemPool().Exec(ctx, "update users set totp_pending = $1 where id = $2", sealed, a.ID); err != nil {
		return enrolment{}, fmt.Errorf("keep a proposed key: %w", err)
	}
	return enrolmentOf(secret, a.Email)
}

// confirmFactor ties the proposed key to the account once a code of it is right, and returns ten fresh recovery codes.
func (s *SignIn) confirmFactor(ctx context.Context, a account, code string, from client) ([]string, error) {
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return nil, err
	}
	subject := codeSubject(keys, a.ID)
	if err := s.tries.Within(ctx, subject, codeTries, codeWindow, s.now()); err != nil {
		return nil, s.refused(ctx, err, securityEvent{Kind: EventLockedOut, User: a.ID, Detail: map[string]any{"step": "enrolment"}}, from)
	}
	step, ok := matchedStep(a.Pending, cleanCode(code), s.now())
	if !ok {
		return nil, s.refused(ctx, fault.InvalidField("code", wrongCode), securityEvent{Kind: EventCodeWrong, User: a.ID}, from)
	}
	sealed, err := keys.Encrypt(a.Pending, secretPlace("totp_secret", a.ID))
	if err != nil {
		return nil, err
	}
	codes, hashes, err := s.freshRecoveryCodes(ctx)
	if err != nil {
		return nil, err
	}
	kind := EventFactorEnrolled
	if a.HasFactor() {
		kind = EventFactorReplaced
	}
	err = s.db.AsSystem(ctx, "confirm a second factor", func(tx *gorm.DB) error {
		const confirm = `update users set totp_secret = ?, totp_pending = null, totp_confirmed_at = ?, totp_last_step = ?, version = version + 1, updated_at = ?
			where id = ? and totp_pending is not null`
		done := tx.Exec(confirm, sealed, s.now(), step, s.now(), a.ID)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.InvalidField("code", wrongCode) // the same key was confirmed a moment ago
		}
		if err := storeRecoveryCodes(tx, a.ID, hashes); err != nil {
			return err
		}
		return s.queue.InsertTx(tx, changedArgs{UserID: a.ID, What: kind}, nil)
	})
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, securityEvent{Kind: kind, User: a.ID, IP: from.IP, RequestID: from.RequestID}); err != nil {
		return nil, err
	}
	return codes, s.tries.Succeed(ctx, subject)
}

// freshRecoveryCodes makes ten codes and, outside any transaction, their hashes.
func (s *SignIn) freshRecoveryCodes(ctx context.Context) (codes, hashes []string, err error) {
	if codes, err = newRecoveryCodes(); err != nil {
		return nil, nil, err
	}
	for _, code := range codes {
		hash, err := s.hasher.Hash(ctx, plainRecoveryCode(code))
		if err != nil {
			return nil, nil, err
		}
		hashes = append(hashes, hash)
	}
	return codes, hashes, nil
}

// storeRecoveryCodes puts ten codes in the place of the former ones.
func storeRecoveryCodes(tx *gorm.DB, user uuid.UUID, hashes []string) error {
	if err := tx.Exec("delete from recovery_codes where user_id = ?", user).Error; err != nil {
		return fmt.Errorf("forget former recovery codes: %w", err)
	}
	for _, hash := range hashes {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("name a recovery code: %w", err)
		}
		if err := tx.Exec("insert into recovery_codes (user_id, id, hash) values (?, ?, ?)", user, id, hash).Error; err != nil {
			return fmt.Errorf("store a recovery code: %w", err)
		}
	}
	return nil
}
