//go:build !js

package accounts

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/pii"
)

// SignInConfig is what signing in stands on.
type SignInConfig struct {
	DB         *database.DB
	Vault      *pii.Vault
	Sessions   *scs.SessionManager
	Hasher     *PasswordHasher
	Queue      *jobs.Queue     // letters are written by jobs
	SigningKey *rsa.PrivateKey // signs the tokens of the API
	Secure     bool            // people come by https
	Log        *slog.Logger
	Now        clock.Now
}

// SignIn lets people in: by browser (password, code, enrolment as steps of one document) and by the API's tokens.
type SignIn struct {
	db       *database.DB
	vault    *pii.Vault
	sessions *scs.SessionManager
	hasher   *PasswordHasher
	queue    *jobs.Queue
	key      *rsa.PrivateKey
	secure   bool
	log      *slog.Logger
	now      clock.Now
	tries    throttle
	kept     KeptDevices // nil: nobody asks
	signing  *SigningKeys
}

// NewSignIn lets people in with these parts.
func NewSignIn(c SignInConfig) *SignIn {
	return &SignIn{db: c.DB, vault: c.Vault, sessions: c.Sessions, hasher: c.Hasher, queue: c.Queue, key: c.SigningKey,
		secure: c.Secure, log: c.Log, now: c.Now, tries: throttle{db: c.DB}, signing: NewSigningKeys(c.DB, c.Vault, c.Now)}
}

// client is where somebody comes from.
type client struct {
	IP, UserAgent, RequestID string
	Device                   string // the device's cookie; empty for one never seen
}

// credentials are what a person types first.
type credentials struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Back     string `form:"volver"`
	Borrowed string `form:"prestado"` // read by the page alone: nothing is kept on this device
}

const (
	noMatch     = "El correo y la contraseña no coinciden."
	wrongCode   = "El código no coincide o ya se usó."
	noWorkplace = "Su cuenta no tiene una clínica activa. Pida a la administración de su clínica que la active."
	allClosed   = "Su clínica está suspendida en Hampi. Escriba a la administración de su clínica."
)

// checkPassword finds the person behind an e-mail and password. One answer, in one time, for every mismatch.
func (s *SignIn) checkPassword(ctx context.Context, typed credentials, from client) (account, error) {
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return account{}, err
	}
	address := addressSubject(keys, from.IP)
	if err := s.tries.Within(ctx, address, addressTries, addressWindow, s.now()); err != nil {
		return account{}, s.refused(ctx, err, securityEvent{Kind: EventAddressThrottled}, from)
	}
	subject, err := s.tries.accountSubject(ctx, keys, typed.Email, from.Device)
	if err != nil {
		return account{}, err
	}
	found, err := s.accountByEmail(ctx, keys, typed.Email)
	if err != nil && !errors.Is(err, fault.ErrNotFound) {
		return account{}, err
	}
	if err := s.tries.Begin(ctx, subject, s.now()); err != nil {
		return account{}, s.refused(ctx, err, securityEvent{Kind: EventLockedOut, User: found.ID}, from)
	}
	matches, weak, err := s.hasher.Matches(ctx, typed.Password, found.PasswordHash)
	if err != nil {
		return account{}, err
	}
	if !matches || found.Disabled {
		return account{}, s.refused(ctx, fault.InvalidField("password", noMatch), securityEvent{Kind: EventPasswordWrong, User: found.ID}, from)
	}
	if err := errors.Join(s.tries.Succeed(ctx, subject), s.tries.GiveBack(ctx, address)); err != nil {
		return account{}, err
	}
	if weak {
		err = s.strengthen(ctx, found, typed.Password)
	}
	return found, err
}

// strengthen makes a hash of former parameters again, now that the password is at hand.
func (s *SignIn) strengthen(ctx context.Context, a account, password string) error {
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.db.SystemPool().Exec(ctx, "update users set password_hash = $1 where id = $2 and password_hash = $3", hash, a.ID, a.PasswordHash)
	if err != nil {
		return fmt.Errorf("store a stronger hash: %w", err)
	}
	return nil
}

// refused writes a refusal down and returns it.
func (s *SignIn) refused(ctx context.Context, refusal error, e securityEvent, from client) error {
	e.IP, e.RequestID = from.IP, from.RequestID
	if err := s.note(ctx, e); err != nil {
		return err
	}
	return refusal
}

// checkCode accepts a code of the person's application, or one of the recovery codes, each once.
func (s *SignIn) checkCode(ctx context.Context, a account, code, recovery string, from client) error {
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	subject := codeSubject(keys, a.ID)
	if err := s.tries.Within(ctx, subject, codeTries, codeWindow, s.now()); err != nil {
		return s.refused(ctx, err, securityEvent{Kind: EventLockedOut, User: a.ID, Detail: map[string]any{"step": "code"}}, from)
	}
	field, used := "code", false
	if plainRecoveryCode(recovery) != "" {
		field = "recuperacion"
		used, err = s.useRecoveryCode(ctx, a, recovery, from)
	} else {
		used, err = s.useCode(ctx, a, code)
	}
	if err != nil {
		return err
	}
	if !used {
		return s.refused(ctx, fault.InvalidField(field, wrongCode), securityEvent{Kind: EventCodeWrong, User: a.ID}, from)
	}
	return s.tries.Succeed(ctx, subject)
}

// useCode accepts a code whose step was not used yet; the statement settles who was first.
func (s *SignIn) useCode(ctx context.Context, a account, code string) (bool, error) {
	step, ok := matchedStep(a.Secret, cleanCode(code), s.now())
	if !ok {
		return false, nil
	}
	const use = "update users set totp_last_step = $1 where id = $2 and totp_confirmed_at is not null and totp_last_step < $1"
	tag, err := s.db.SystemPool().Exec(ctx, use, step, a.ID)
	if err != nil {
		return false, fmt.Errorf("use a code: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

func (s *SignIn) useRecoveryCode(ctx context.Context, a account, typed string, from client) (bool, error) {
	codes, err := s.unusedRecoveryCodes(ctx, a.ID)
	if err != nil {
		return false, err
	}
	for _, code := range codes {
		matches, _, err := s.hasher.Matches(ctx, plainRecoveryCode(typed), code.Hash)
		if err != nil {
			return false, err
		}
		if !matches {
			continue
		}
		used, err := s.markRecoveryCode(ctx, a.ID, code.ID)
		if err != nil || !used {
			return false, err
		}
		return true, s.note(ctx, securityEvent{Kind: EventRecoveryUsed, User: a.ID, IP: from.IP, RequestID: from.RequestID,
			Detail: map[string]any{"left": len(codes) - 1}})
	}
	return false, nil
}

// needsFactor reports whether nothing opens for these workplaces before a second factor is enrolled.
func needsFactor(a account, places []Workplace) bool {
	if a.SuperAdmin {
		return true
	}
	for _, p := range places {
		if !p.Suspended && AnyNeedsSecondFactor(p.Roles) {
			return true
		}
	}
	return false
}

// choosePlace is where a person goes in: where they were last, or the platform for its own people.
func choosePlace(a account, places []Workplace) (Workplace, error) {
	for _, p := range places {
		if !p.Suspended {
			return p, nil
		}
	}
	switch {
	case a.SuperAdmin:
		return Workplace{}, nil
	case len(places) > 0:
		return Workplace{}, fault.InvalidField("", allClosed)
	}
	return Workplace{}, fault.InvalidField("", noWorkplace)
}

// home is where signing in leads without another wish.
const home = "/"

// localAddress keeps a wish only when it stays on this site: one "/" in front, and nothing a browser reads as a host.
func localAddress(wish string) string {
	if !strings.HasPrefix(wish, "/") || strings.HasPrefix(wish, "//") || len(wish) > 2000 || strings.ContainsFunc(wish, leavesSite) {
		return home
	}
	return wish
}

func leavesSite(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }

// Durations of a browser's log-in.
const (
	loginLongest = 12 * time.Hour
	loginIdle    = 60 * time.Minute
	loginsMost   = 5
	pendingFor   = 10 * time.Minute // between password and code
)
