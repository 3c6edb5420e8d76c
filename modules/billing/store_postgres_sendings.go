//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

type sendingRow struct {
	ID        uuid.UUID
	InvoiceID uuid.UUID
	Way       string
	Address   []byte
	State     SendingState
	Reason    string
	By        uuid.UUID
	AskedAt   time.Time
	EndedAt   *time.Time
}

const sendingQuery = "select id, invoice_id, way, address, state, reason, by, asked_at, ended_at from invoice_sendings "

func (l *Ledger) sendings(ctx context.Context, where string, args ...any) ([]Sending, error) {
	var rows []sendingRow
	if err := database.From(ctx).Raw(sendingQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read what was sent", err)
	}
	list := make([]Sending, len(rows))
	for i, r := range rows {
		list[i] = Sending{
			ID: r.ID, InvoiceID: r.InvoiceID, Way: r.Way, State: r.State, Reason: r.Reason, By: r.By, AskedAt: r.AskedAt, EndedAt: r.EndedAt,
		}
		if err := l.open(ctx, r.Address, &list[i].Address, "invoice_sendings", "address", r.ID); err != nil {
			return nil, explain("open where it was sent", err)
		}
	}
	return list, nil
}

// Sendings are what was sent of a document, the latest first.
func (l *Ledger) Sendings(ctx context.Context, invoice uuid.UUID) ([]Sending, error) {
	return l.sendings(ctx, "where invoice_id = ? order by asked_at desc, id desc limit 20", invoice)
}

func (l *Ledger) sending(ctx context.Context, id uuid.UUID) (Sending, error) {
	list, err := l.sendings(ctx, "where id = ?", id)
	if err != nil {
		return Sending{}, err
	}
	if len(list) == 0 {
		return Sending{}, fault.ErrNotFound
	}
	return list[0], nil
}

func (l *Ledger) addSending(ctx context.Context, s Sending) error {
	address, err := l.seal(ctx, s.Address, "invoice_sendings", "address", s.ID)
	if err != nil {
		return err
	}
	const insert = "insert into invoice_sendings (id, invoice_id, way, address, state, by, asked_at) values (?, ?, ?, ?, ?, ?, ?)"
	return explain("write down a sending", database.From(ctx).Exec(insert, s.ID, s.InvoiceID, s.Way, address, s.State, s.By, s.AskedAt).Error)
}

func (l *Ledger) endSending(ctx context.Context, id uuid.UUID, state SendingState, reason string, at time.Time) error {
	const update = "update invoice_sendings set state = ?, reason = ?, ended_at = ?, version = version + 1, updated_at = now() where id = ? and state = 'waiting'"
	return explain("note what became of a sending", database.From(ctx).Exec(update, state, reason, at, id).Error)
}
