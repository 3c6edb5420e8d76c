//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/web"
)

// resetFor is how long a link for a new password opens.
const resetFor = 30 * time.Minute

func (s *SignIn) resetRoutes(r *web.Router) {
	r.GET("/recuperar", askReset, web.Public())
	r.POST("/recuperar", s.takeReset, web.Public())
	r.GET("/recuperar/:enlace", s.showReset, web.Public())
	r.POST("/recuperar/:enlace", s.finishReset, web.Public())
}

func askReset(c echo.Context) error {
	return step(c, http.StatusOK, "Recuperar el acceso", askResetStep("", nil))
}

// takeReset answers the same to everybody. The letter is made by a job, for unknown people too.
func (s *SignIn) takeReset(c echo.Context) error {
	var typed struct {
		Email string `form:"email"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	err := s.askForReset(c.Request().Context(), typed.Email, s.clientOf(c))
	if status, problems, ok := refusal(c, err); ok {
		return step(c, status, "Recuperar el acceso", askResetStep(typed.Email, problems))
	}
	if err != nil {
		return err
	}
	return step(c, http.StatusOK, "Revise su correo", resetAskedStep())
}

func (s *SignIn) askForReset(ctx context.Context, email string, from client) error {
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	if err := s.tries.Within(ctx, addressSubject(keys, from.IP), addressTries, addressWindow, s.now()); err != nil {
		return s.refused(ctx, err, securityEvent{Kind: EventAddressThrottled}, from)
	}
	if err := s.tries.Within(ctx, resetSubject(keys, email), resetTries, resetWindow, s.now()); err != nil {
		var later *TryLater
		if errors.As(err, &later) {
			return nil // enough letters lie in that box; who asks learns nothing
		}
		return err
	}
	a, err := s.accountByEmail(ctx, keys, email)
	if err != nil && !fault.IsNotFound(err) {
		return err
	}
	if a.Disabled {
		a.ID = uuid.Nil
	}
	err = s.db.AsSystem(ctx, "ask for a new password", func(tx *gorm.DB) error {
		return s.queue.InsertTx(tx, resetArgs{UserID: a.ID}, nil)
	})
	if err != nil {
		return err
	}
	return s.note(ctx, securityEvent{Kind: EventResetAsked, User: a.ID, IP: from.IP, RequestID: from.RequestID})
}

func (s *SignIn) showReset(c echo.Context) error {
	a, err := s.accountOfReset(c.Request().Context(), c.Param("enlace"))
	if fault.IsNotFound(err) {
		return step(c, http.StatusNotFound, "Enlace vencido", resetGoneStep())
	}
	if err != nil {
		return err
	}
	return step(c, http.StatusOK, "Contraseña nueva", newPasswordStep(c.Param("enlace"), a.Email, nil))
}

// finishReset sets the new password. It ends all log-ins and leaves the second factor as it is.
func (s *SignIn) finishReset(c echo.Context) error {
	var typed struct {
		Password string `form:"password"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	ctx, token := c.Request().Context(), c.Param("enlace")
	a, err := s.accountOfReset(ctx, token)
	if err == nil {
		err = s.resetPassword(ctx, a, token, typed.Password, s.clientOf(c))
	}
	if fault.IsNotFound(err) {
		return step(c, http.StatusNotFound, "Enlace vencido", resetGoneStep())
	}
	if status, problems, ok := refusal(c, err); ok {
		return step(c, status, "Contraseña nueva", newPasswordStep(token, a.Email, problems))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Contraseña cambiada. Ingrese con la nueva.")
	return web.Leave(c, "/ingresar")
}

// accountOfReset is whose password a link may set now, or fault.ErrNotFound.
func (s *SignIn) accountOfReset(ctx context.Context, token string) (account, error) {
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return account{}, err
	}
	const query = "select " + accountColumns + ` from users u join password_resets p on p.user_id = u.id
		where p.token_hash = $1 and p.used_at is null and p.expires_at > $2 and u.disabled_at is null`
	return s.scanAccount(keys, s.db.SystemPool().QueryRow(ctx, query, hashOfToken(token), s.now()))
}

func (s *SignIn) resetPassword(ctx context.Context, a account, token, password string, from client) error {
	names, err := s.namesAround(ctx, a)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, names...); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.db.AsSystem(ctx, "set a new password by its link", func(tx *gorm.DB) error {
		const use = "update password_resets set used_at = ? where token_hash = ? and used_at is null and expires_at > ?"
		used := tx.Exec(use, s.now(), hashOfToken(token), s.now())
		if used.Error != nil {
			return used.Error
		}
		if used.RowsAffected == 0 {
			return fault.ErrNotFound
		}
		if err := storePassword(tx, a.ID, hash, s.now()); err != nil {
			return err
		}
		if _, err := endLogins(tx, a.ID, uuid.Nil, "password_reset", s.now()); err != nil {
			return err
		}
		return s.queue.InsertTx(tx, changedArgs{UserID: a.ID, What: EventResetDone}, nil)
	})
	if err != nil {
		return err
	}
	keys, err := s.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	if err := s.tries.Lift(ctx, keys, a.Email); err != nil {
		return err
	}
	return s.note(ctx, securityEvent{Kind: EventResetDone, User: a.ID, IP: from.IP, RequestID: from.RequestID})
}

// storePassword puts a new password in the place of the old one; links that waited for one open no more.
func storePassword(tx *gorm.DB, user uuid.UUID, hash string, now time.Time) error {
	const store = "update users set password_hash = ?, password_changed_at = ?, version = version + 1, updated_at = ? where id = ?"
	if err := tx.Exec(store, hash, now, now, user).Error; err != nil {
		return fmt.Errorf("store a password: %w", err)
	}
	err := tx.Exec("update password_resets set used_at = ? where user_id = ? and used_at is null", now, user).Error
	if err != nil {
		return fmt.Errorf("close the links for a new password: %w", err)
	}
	return nil
}

// namesAround are the names that a password of this person must not hold.
func (s *SignIn) namesAround(ctx context.Context, a account) ([]string, error) {
	places, err := s.Workplaces(ctx, a.ID)
	names := []string{a.Name, a.Email}
	for _, p := range places {
		names = append(names, p.Clinic)
	}
	return names, err
}

// newReset makes a link's secret for a person and stores what is needed to know it again.
func newReset(tx *gorm.DB, user uuid.UUID, now time.Time) (string, error) {
	token, hash := newLinkToken()
	const store = "insert into password_resets (user_id, token_hash, expires_at, created_at) values (?, ?, ?, ?)"
	if err := tx.Exec(store, user, hash, now.Add(resetFor), now).Error; err != nil {
		return "", fmt.Errorf("store a link for a new password: %w", err)
	}
	return token, nil
}

// emailOf opens a person's address.
func emailOf(tx *gorm.DB, keys *pii.Keys, user uuid.UUID) (email, name string, err error) {
	var sealed []byte
	if err := tx.Raw("select email, name from users where id = ? and disabled_at is null", user).Row().Scan(&sealed, &name); err != nil {
		return "", "", fmt.Errorf("read a person's address: %w", err)
	}
	email, err = keys.Decrypt(sealed, pii.Place{Table: "users", Column: "email", Row: user})
	return email, name, err
}
