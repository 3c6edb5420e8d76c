//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// proofLasts is how long a proof is enough to sign with: the issue asks for at most five minutes.
const proofLasts = 5 * time.Minute

// visit is one request: where it comes from, and whether its sender has shown who they are.
type visit struct {
	client
	proven     bool
	authorised uuid.UUID // the membership that has shown itself for one act
}

type visitKey struct{}

// KnowClient lets a service ask for a proof again: where a request comes from goes along in its context.
func (s *SignIn) KnowClient() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			ctx := context.WithValue(c.Request().Context(), visitKey{}, &visit{client: s.clientOf(c)})
			c.SetRequest(c.Request().WithContext(ctx))
			return next(c)
		}
	}
}

// visitOf is the request of ctx; one from a device never seen, where nobody said.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// FreshProof reports whether the person behind ctx has shown at this log-in, in the last five minutes, who they are:
// by signing in, or by the password or a code since.
func (s *SignIn) FreshProof(ctx context.Context) (bool, error) {
	var last time.Time
	const query = "select greatest(created_at, proven_at) from logins where id = $1 and user_id = $2 and ended_at is null"
	who := access.Who(ctx)
	err := s.db.SystemPool().QueryRow(ctx, query, who.LoginID, who.UserID).Scan(&last)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask when somebody showed who they are: %w", err)
	}
	return s.now().Sub(last) <= proofLasts, nil
}

// ProveAgain asks the person behind ctx to show again who they are, by a code of their application or by the password;
// FreshProof is true for the next five minutes. An attempt counts as one of signing in does, whatever becomes of the
// transaction around it, and a code serves once; a request that lost a race and is run again has proven it already.
//
// It is refused as invalid at "code" or "password".
func (s *SignIn) ProveAgain(ctx context.Context, code, password string) error {
	who, from := access.Who(ctx), visitOf(ctx)
	if from.proven {
		return nil
	}
	if err := s.prove(ctx, who.UserID, strings.TrimSpace(code), password, from.client); err != nil {
		return err
	}
	const proven = "update logins set proven_at = $1 where id = $2 and user_id = $3 and ended_at is null"
	if _, err := s.db.SystemPool().Exec(ctx, proven, s.now(), who.LoginID, who.UserID); err != nil {
		return fmt.Errorf("write down that somebody showed who they are: %w", err)
	}
	from.proven = true
	return s.note(ctx, securityEvent{Kind: EventProven, User: who.UserID, Clinic: who.ClinicID, IP: from.IP, RequestID: from.RequestID,
		Detail: map[string]any{"login": who.LoginID}})
}

func (s *SignIn) prove(ctx context.Context, user uuid.UUID, code, password string, from client) error {
	if code == "" && password == "" {
		return fault.InvalidField("code", "Escriba el código de 6 dígitos o su contraseña.")
	}
	if code == "" {
		return waitAt("password", s.provePassword(ctx, user, password, from, EventPasswordWrong))
	}
	a, err := s.accountByID(ctx, user)
	if err != nil {
		return err
	}
	if !a.HasFactor() {
		return fault.InvalidField("code", "Su cuenta no tiene códigos. Escriba su contraseña.")
	}
	return waitAt("code", s.checkCode(ctx, a, code, "", from))
}

// Authorise asks somebody else of the clinic, who has come to this desk, to let one act pass that needs a permission the
// person behind ctx lacks: by a code of their application or their password. Attempts count as in ProveAgain, and a
// request that is run again after a lost race has it already.
//
// It is refused as invalid at "person" for whoever may not allow it, else at "code" or "password".
func (s *SignIn) Authorise(ctx context.Context, member uuid.UUID, needs access.Permission, code, password string) error {
	who, from := access.Who(ctx), visitOf(ctx)
	if member != uuid.Nil && from.authorised == member {
		return nil
	}
	user, err := s.whoMay(ctx, who.ClinicID, member, needs)
	if err != nil {
		return err
	}
	if err := s.prove(ctx, user, strings.TrimSpace(code), password, from.client); err != nil {
		return err
	}
	from.authorised = member
	return s.note(ctx, securityEvent{Kind: EventAuthorised, User: user, Clinic: who.ClinicID, IP: from.IP, RequestID: from.RequestID,
		Detail: map[string]any{"login": who.LoginID, "permission": needs}})
}

// whoMay is the user behind a membership of the clinic that holds a permission.
func (s *SignIn) whoMay(ctx context.Context, clinic, member uuid.UUID, needs access.Permission) (user uuid.UUID, err error) {
	var words []string
	const query = `select m.user_id, m.roles from memberships m join users u on u.id = m.user_id
		where m.clinic_id = $1 and m.id = $2 and m.active and u.disabled_at is null`
	err = s.db.SystemPool().QueryRow(ctx, query, clinic, member).Scan(&user, &words)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("ask who may authorise: %w", err)
	}
	roles := make([]Role, len(words))
	for i, word := range words {
		roles[i] = Role(word)
	}
	if !PermissionsOf(roles)[needs] {
		return uuid.Nil, fault.InvalidField("person", "Elija quién autoriza.")
	}
	return user, nil
}

// waitAt says beside the field that there were too many attempts.
func waitAt(field string, err error) error {
	var later *TryLater
	if errors.As(err, &later) {
		return fault.InvalidField(field, later.Words())
	}
	return err
}
