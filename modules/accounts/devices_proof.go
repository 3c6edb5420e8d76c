//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
)

// KeptDevice is a device that keeps data of the clinic for a person, as Mis equipos lists it.
type KeptDevice struct {
	Number  int64
	Name    string
	Seen    time.Time
	Revoked bool
}

// KeptDevices tells which devices keep data for whoever asks. The module that knows them answers.
type KeptDevices interface {
	Mine(ctx context.Context) ([]KeptDevice, error)
}

// ShowKept lets Mis equipos list the devices that keep data, beside the log-ins.
func (s *SignIn) ShowKept(devices KeptDevices) { s.kept = devices }

// Proofs is when somebody showed at a log-in who they are; zero for a log-in that is no browser's, or has ended.
type Proofs struct {
	SignedIn time.Time // with everything that signing in asks for
	Last     time.Time // that, or the password since
}

// ProofsOf is when somebody showed at this log-in who they are.
func (s *SignIn) ProofsOf(ctx context.Context, login uuid.UUID) (Proofs, error) {
	var p Proofs
	const query = "select created_at, greatest(created_at, proven_at) from logins where id = $1 and kind = 'browser' and ended_at is null"
	err := s.db.SystemPool().QueryRow(ctx, query, login).Scan(&p.SignedIn, &p.Last)
	if errors.Is(err, pgx.ErrNoRows) {
		return Proofs{}, nil
	}
	if err != nil {
		return Proofs{}, fmt.Errorf("ask when somebody signed in: %w", err)
	}
	return p, nil
}

// Browser is the name that this browser keeps across log-ins; "" before its first.
func (s *SignIn) Browser(c echo.Context) string { return s.clientOf(c).Device }

// EmailOf is the address that a person signs in with.
func (s *SignIn) EmailOf(ctx context.Context, user uuid.UUID) (string, error) {
	a, err := s.accountByID(ctx, user)
	if fault.IsNotFound(err) {
		return "", nil
	}
	return a.Email, err
}
