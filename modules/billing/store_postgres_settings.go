//go:build !js

package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Settings are how the clinic emits; as usual where nobody has said anything.
func (l *Ledger) Settings(ctx context.Context) (Settings, error) {
	s, _, err := l.settings(ctx)
	return s, err
}

func (l *Ledger) settings(ctx context.Context) (Settings, []byte, error) {
	var row struct {
		ID                   uuid.UUID
		FiscalAddress        string
		DetractionAccount    string
		DiscountLimitPercent decimal.Decimal
		Access               []byte
		TestedAt             *time.Time
		TestOk               bool
		TestWords            string
		Version              int64
	}
	const query = "select id, fiscal_address, detraction_account, discount_limit_percent, access, tested_at, test_ok, test_words, version from billing_settings"
	err := notFound("read how the clinic emits", database.From(ctx).Raw(query).Take(&row).Error)
	if errors.Is(err, fault.ErrNotFound) {
		return Settings{DiscountLimit: usualDiscountLimit}, nil, nil
	}
	return Settings{
		ID: row.ID, FiscalAddress: row.FiscalAddress, DetractionAccount: row.DetractionAccount, DiscountLimit: row.DiscountLimitPercent, HasAccess: len(row.Access) > 0, TestedAt: row.TestedAt,
		TestOK: row.TestOk, TestWords: row.TestWords, Version: row.Version,
	}, row.Access, err
}

// settingsID is the row of the clinic's settings, made when it is not there.
func (l *Ledger) settingsID(ctx context.Context) (uuid.UUID, error) {
	s, _, err := l.settings(ctx)
	if err != nil || s.ID != uuid.Nil {
		return s.ID, err
	}
	id := uuid.Must(uuid.NewV7())
	const insert = "insert into billing_settings (id) values (?) on conflict (clinic_id) do nothing"
	if err := database.From(ctx).Exec(insert, id).Error; err != nil {
		return uuid.Nil, explain("begin the clinic's settings of billing", err)
	}
	s, _, err = l.settings(ctx)
	return s.ID, err
}

// SaveSettings keeps what a person may say about how the clinic emits.
func (l *Ledger) SaveSettings(ctx context.Context, s Settings) error {
	if err := s.Problems().Err(); err != nil {
		return err
	}
	id, err := l.settingsID(ctx)
	if err != nil {
		return err
	}
	const update = "update billing_settings set fiscal_address = ?, detraction_account = ?, discount_limit_percent = ?, version = version + 1, updated_at = now() where id = ?"
	return explain("keep how the clinic emits", database.From(ctx).Exec(update, s.FiscalAddress, s.DetractionAccount, s.DiscountLimit, id).Error)
}

// SaveAccess keeps the clinic's account at its provider, sealed; what a test said of the one before is forgotten.
func (l *Ledger) SaveAccess(ctx context.Context, a Access) error {
	id, err := l.settingsID(ctx)
	if err != nil {
		return err
	}
	sealed, err := l.seal(ctx, a, "billing_settings", "access", id)
	if err != nil {
		return err
	}
	const update = `update billing_settings set access = ?, tested_at = null, test_ok = false, test_words = '', version = version + 1, updated_at = now() where id = ?`
	return explain("keep the clinic's account", database.From(ctx).Exec(update, sealed, id).Error)
}

// Access is the clinic's account; ErrNotFound when it has none.
func (l *Ledger) Access(ctx context.Context) (Access, error) {
	s, sealed, err := l.settings(ctx)
	if err != nil {
		return Access{}, err
	}
	if len(sealed) == 0 {
		return Access{}, fault.ErrNotFound
	}
	var a Access
	if err := l.open(ctx, sealed, &a, "billing_settings", "access", s.ID); err != nil {
		return Access{}, fmt.Errorf("open the clinic's account: %w", err)
	}
	return a, nil
}

// keepTest keeps what a test of the connection said.
func (l *Ledger) keepTest(ctx context.Context, ok bool, words string, at time.Time) error {
	const update = "update billing_settings set tested_at = ?, test_ok = ?, test_words = ?, updated_at = now()"
	return explain("keep a test of the connection", database.From(ctx).Exec(update, at, ok, words).Error)
}

// hurry lets what was tried in vain be tried again from now on. What somebody is trying at this moment may be tried twice,
// as after a lease that ran out: who comes second asks first.
func (l *Ledger) hurry(ctx context.Context, now time.Time) error {
	const update = `update invoice_states set next_at = ? where next_at > ? and attempts > 0 and (state in ('queued', 'voiding') or state = 'sent' and not pending)`
	return explain("let documents be tried again", database.From(ctx).Exec(update, now, now).Error)
}

// SetSeriesActive takes a series out of use, or back into it. Its documents stay.
func (l *Ledger) SetSeriesActive(ctx context.Context, id uuid.UUID, active bool) error {
	const update = "update invoice_series set active = ?, version = version + 1, updated_at = now() where id = ?"
	done := database.From(ctx).Exec(update, active, id)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return explain("take a series out of use", done.Error)
}
