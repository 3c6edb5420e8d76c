//go:build !js

package accounts

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

// How often one may try (security.md §1).
const (
	freeFailures    = 5 // of a password, before the first wait
	firstWait       = 30 * time.Second
	longestWait     = 15 * time.Minute
	mostFailures    = 100 // in a row; then only a reset of the password helps
	addressTries    = 20
	addressWindow   = time.Minute
	codeTries       = 5
	codeWindow      = 5 * time.Minute
	resetTries      = 3
	resetWindow     = time.Hour
	deviceCookieAge = 365 * 24 * time.Hour
)

// TryLater refuses an attempt without looking at it. Exhausted says that waiting does not help.
type TryLater struct {
	Wait      time.Duration
	Exhausted bool
}

func (e *TryLater) Error() string { return e.Words() }

// Seconds is the wait, rounded up.
func (e *TryLater) Seconds() int { return int((e.Wait + time.Second - 1) / time.Second) }

// Words says it to a person.
func (e *TryLater) Words() string {
	if e.Exhausted {
		return "Hubo demasiados intentos con esta cuenta. Cree una contraseña nueva con «La olvidé»."
	}
	if e.Seconds() == 1 {
		return "Demasiados intentos. Espere 1 segundo e intente otra vez."
	}
	return fmt.Sprintf("Demasiados intentos. Espere %d segundos e intente otra vez.", e.Seconds())
}

// throttle counts attempts in the database, so that all processes count together. A subject is a keyed hash: who reads
// the table learns neither address nor account.
type throttle struct{ db *database.DB }

// accountSubject names the counter of an account at a device. A device that has been signed in to this account before
// has one of its own, so that a stranger's failures do not lock its owner out; all other devices share one.
func (t throttle) accountSubject(ctx context.Context, keys *pii.Keys, email, device string) (string, error) {
	shared := accountPrefix(keys, email)
	if device == "" {
		return shared, nil
	}
	own := shared + hashed(keys, "login_device", device)
	var known bool
	err := t.db.SystemPool().QueryRow(ctx, "select exists (select 1 from login_attempts where subject = $1)", own).Scan(&known)
	if err != nil {
		return "", fmt.Errorf("look for a known device: %w", err)
	}
	if known {
		return own, nil
	}
	return shared, nil
}

func accountPrefix(keys *pii.Keys, email string) string {
	return "account:" + hashed(keys, "login_account", pii.NormalizeEmail(email)) + ":"
}

func addressSubject(keys *pii.Keys, ip string) string {
	return "address:" + hashed(keys, "login_address", ip)
}

func codeSubject(keys *pii.Keys, user uuid.UUID) string {
	return "code:" + hashed(keys, "login_code", user.String())
}

func resetSubject(keys *pii.Keys, email string) string {
	return "reset:" + hashed(keys, "login_reset", pii.NormalizeEmail(email))
}

func hashed(keys *pii.Keys, field, value string) string {
	return hex.EncodeToString(keys.Index(field, value).Value)
}

// Begin counts an attempt of subject as failed before it is looked at, so that many at once are counted too; Succeed
// takes it back. It refuses with TryLater.
func (t throttle) Begin(ctx context.Context, subject string, now time.Time) error {
	const count = `
		insert into login_attempts as a (subject, failures, last_failure) values ($1, 1, $2)
		on conflict (subject) do update set failures = a.failures + 1, last_failure = $2,
			locked_until = case when a.failures + 1 >= $3 then $2 + least($4 * power(2, least(a.failures + 1 - $3, 20)), $5) * interval '1 second' end
		where a.failures < $6 and (a.locked_until is null or a.locked_until <= $2)`
	tag, err := t.db.SystemPool().Exec(ctx, count, subject, now, freeFailures, firstWait.Seconds(), longestWait.Seconds(), mostFailures)
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	if tag.RowsAffected() == 1 {
		return nil
	}
	return t.refusal(ctx, subject, now)
}

func (t throttle) refusal(ctx context.Context, subject string, now time.Time) error {
	var failures int
	var until *time.Time
	err := t.db.SystemPool().QueryRow(ctx, "select failures, locked_until from login_attempts where subject = $1", subject).Scan(&failures, &until)
	if err != nil {
		return fmt.Errorf("read a lock-out: %w", err)
	}
	if failures >= mostFailures {
		return &TryLater{Exhausted: true}
	}
	if until == nil {
		return &TryLater{Wait: time.Second} // it was lifted a moment ago
	}
	return &TryLater{Wait: max(until.Sub(now), time.Second)}
}

// Succeed forgets the failures of a subject.
func (t throttle) Succeed(ctx context.Context, subject string) error {
	_, err := t.db.SystemPool().Exec(ctx, "update login_attempts set failures = 0, locked_until = null where subject = $1", subject)
	if err != nil {
		return fmt.Errorf("forget failed attempts: %w", err)
	}
	return nil
}

// Know gives a device a counter of its own for the account.
func (t throttle) Know(ctx context.Context, keys *pii.Keys, email, device string, now time.Time) error {
	own := accountPrefix(keys, email) + hashed(keys, "login_device", device)
	const remember = "insert into login_attempts (subject, last_failure) values ($1, $2) on conflict (subject) do update set failures = 0, locked_until = null"
	if _, err := t.db.SystemPool().Exec(ctx, remember, own, now); err != nil {
		return fmt.Errorf("remember a device: %w", err)
	}
	return nil
}

// Lift ends every lock-out of an account, at all devices.
func (t throttle) Lift(ctx context.Context, keys *pii.Keys, email string) error {
	const lift = "update login_attempts set failures = 0, locked_until = null where starts_with(subject, $1)"
	if _, err := t.db.SystemPool().Exec(ctx, lift, accountPrefix(keys, email)); err != nil {
		return fmt.Errorf("lift a lock-out: %w", err)
	}
	return nil
}

// Within counts one of most tries in a window that begins with the first; beyond them it refuses with TryLater.
func (t throttle) Within(ctx context.Context, subject string, most int, window time.Duration, now time.Time) error {
	const count = `
		insert into login_attempts as a (subject, failures, last_failure) values ($1, 1, $2)
		on conflict (subject) do update set
			failures = case when a.last_failure <= $3 then 1 else least(a.failures + 1, 1000000) end,
			last_failure = case when a.last_failure <= $3 then $2 else a.last_failure end
		returning failures, last_failure`
	var tries int
	var began time.Time
	if err := t.db.SystemPool().QueryRow(ctx, count, subject, now, now.Add(-window)).Scan(&tries, &began); err != nil {
		return fmt.Errorf("count a try: %w", err)
	}
	if tries > most {
		return &TryLater{Wait: max(began.Add(window).Sub(now), time.Second)}
	}
	return nil
}

// GiveBack takes one try out of a window: a right password is no guess.
func (t throttle) GiveBack(ctx context.Context, subject string) error {
	_, err := t.db.SystemPool().Exec(ctx, "update login_attempts set failures = greatest(failures - 1, 0) where subject = $1", subject)
	if err != nil {
		return fmt.Errorf("take a try back: %w", err)
	}
	return nil
}

// Forgotten removes counters that nobody has used for a year, known devices included.
func (t throttle) Forgotten(ctx context.Context, now time.Time) error {
	_, err := t.db.SystemPool().Exec(ctx, "delete from login_attempts where last_failure < $1", now.Add(-deviceCookieAge))
	if err != nil {
		return fmt.Errorf("forget old attempts: %w", err)
	}
	return nil
}
