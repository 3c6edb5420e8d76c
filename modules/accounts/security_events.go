//go:build !js

package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

// Kinds of security events: what an engineer or an auditor looks for after an incident.
const (
	EventSignedIn          = "signed_in"
	EventSignedOut         = "signed_out"
	EventPasswordWrong     = "password_wrong"
	EventCodeWrong         = "code_wrong"
	EventLockedOut         = "locked_out"
	EventNoWorkplace       = "no_workplace"
	EventRecoveryUsed      = "recovery_code_used"
	EventFactorEnrolled    = "factor_enrolled"
	EventFactorReplaced    = "factor_replaced"
	EventRecoveryRenewed   = "recovery_codes_renewed"
	EventPasswordChanged   = "password_changed"
	EventResetAsked        = "reset_asked"
	EventResetDone         = "reset_done"
	EventLoginRevoked      = "login_revoked"
	EventTokenReused       = "token_reused"
	EventUnlocked          = "unlocked"
	EventUnlockWrong       = "unlock_wrong"
	EventClinicSwitched    = "clinic_switched"
	EventAddressThrottled  = "address_throttled"
	EventProven            = "proven"     // again, within a log-in: to sign
	EventAuthorised        = "authorised" // an act of somebody else, at their desk
	EventSigningKeyMade    = "signing_key_made"
	EventSigningKeyRevoked = "signing_key_revoked"
)

// securityEvent says what happened to whose account. Detail holds ids and words of ours, never what was typed.
type securityEvent struct {
	Kind      string
	User      uuid.UUID
	Clinic    uuid.UUID
	IP        string
	RequestID string
	Detail    map[string]any
}

// note writes an event down at once, apart from whatever transaction is open: a refusal stays known.
func (s *SignIn) note(ctx context.Context, e securityEvent) error {
	return e.store(ctx, s.db.SystemPool(), s.now())
}

// executor is the system's pool, or a transaction of it.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// store writes the event down.
func (e securityEvent) store(ctx context.Context, with executor, at time.Time) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name a security event: %w", err)
	}
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("write a security event: %w", err)
	}
	const insert = `insert into security_events (id, at, kind, user_id, clinic_id, ip, request_id, detail) values ($1, $2, $3, $4, $5, $6, $7, $8)`
	_, err = with.Exec(ctx, insert, id, at, e.Kind, orNull(e.User), orNull(e.Clinic), e.IP, e.RequestID, string(detail))
	if err != nil {
		return fmt.Errorf("note %s: %w", e.Kind, err)
	}
	return nil
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
