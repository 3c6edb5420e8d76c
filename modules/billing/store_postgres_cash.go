//go:build !js

package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

type sessionRow struct {
	ID             uuid.UUID
	SiteID         uuid.UUID
	MembershipID   uuid.UUID
	OpenedAt       time.Time
	OpeningAmount  decimal.Decimal
	Counted        *string
	CountedAmount  *decimal.Decimal
	CountedAt      *time.Time
	ExpectedAmount *decimal.Decimal
	Reason         string
	Verified       *string
	ClosedAt       *time.Time
	Version        int64
}

const sessionQuery = `select id, site_id, membership_id, opened_at, opening_amount, counted::text as counted, counted_amount, counted_at, expected_amount, reason, verified::text as verified, closed_at, version
	from cash_sessions `

func (r sessionRow) session() (CashSession, error) {
	s := CashSession{
		ID: r.ID, SiteID: r.SiteID, Owner: r.MembershipID, OpenedAt: r.OpenedAt, Opening: r.OpeningAmount, CountedAt: r.CountedAt, Reason: r.Reason,
		ClosedAt: r.ClosedAt, Version: r.Version,
	}
	if r.Verified != nil {
		if err := json.Unmarshal([]byte(*r.Verified), &s.Verified); err != nil {
			return s, fmt.Errorf("read what was verified: %w", err)
		}
	}
	if r.CountedAt == nil {
		return s, nil
	}
	s.Counted = &Count{Amount: *r.CountedAmount, Expected: *r.ExpectedAmount}
	if r.Counted == nil {
		return s, nil
	}
	if err := json.Unmarshal([]byte(*r.Counted), &s.Counted.Pieces); err != nil {
		return s, fmt.Errorf("read a count: %w", err)
	}
	return s, nil
}

func (l *Ledger) sessionWhere(ctx context.Context, where string, args ...any) (CashSession, error) {
	var row sessionRow
	if err := database.From(ctx).Raw(sessionQuery+where, args...).Take(&row).Error; err != nil {
		return CashSession{}, notFound("read a cash session", err)
	}
	return row.session()
}

// byAnyID finds a session by its own id, or by that under which it joined another.
const byAnyID = "where id = ? or id = (select session_id from cash_session_aliases where id = ?)"

func (l *Ledger) session(ctx context.Context, id uuid.UUID) (CashSession, error) {
	return l.sessionWhere(ctx, byAnyID, id, id)
}

// lockSession is session, and nobody else takes money into it, counts or closes it before the transaction ends.
func (l *Ledger) lockSession(ctx context.Context, id uuid.UUID) (CashSession, error) {
	return l.sessionWhere(ctx, byAnyID+" for update", id, id)
}

func (l *Ledger) openSession(ctx context.Context, owner, site uuid.UUID) (CashSession, error) {
	return l.sessionWhere(ctx, "where membership_id = ? and site_id = ? and closed_at is null", owner, site)
}

// hasOpenSession reports whether a member has a register open, at any site.
func (l *Ledger) hasOpenSession(ctx context.Context, owner uuid.UUID) (open bool, err error) {
	const query = "select exists (select from cash_sessions where membership_id = ? and closed_at is null)"
	err = database.From(ctx).Raw(query, owner).Row().Scan(&open)
	return open, explain("look for an open cash session", err)
}

// sessions are the latest ones; of everybody for the zero owner.
func (l *Ledger) sessions(ctx context.Context, owner uuid.UUID, limit int) ([]CashSession, error) {
	return l.sessionsWhere(ctx, "", owner, limit)
}

// openSessions are those that are not closed, the latest first; of everybody for the zero owner.
func (l *Ledger) openSessions(ctx context.Context, owner uuid.UUID, limit int) ([]CashSession, error) {
	return l.sessionsWhere(ctx, " and closed_at is null", owner, limit)
}

func (l *Ledger) sessionsWhere(ctx context.Context, and string, owner uuid.UUID, limit int) ([]CashSession, error) {
	var rows []sessionRow
	where := "where (?::uuid is null or membership_id = ?)" + and + " order by opened_at desc, id desc limit ?"
	if err := database.From(ctx).Raw(sessionQuery+where, idOrNil(owner), idOrNil(owner), limit).Scan(&rows).Error; err != nil {
		return nil, explain("read cash sessions", err)
	}
	list := make([]CashSession, 0, len(rows))
	for _, r := range rows {
		s, err := r.session()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func (l *Ledger) addSession(ctx context.Context, s CashSession) error {
	const insert = "insert into cash_sessions (id, site_id, membership_id, opened_at, opening_amount) values (?, ?, ?, ?, ?)"
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, s.ID, s.SiteID, s.Owner, s.OpenedAt, s.Opening).Error
	})
	if database.Violates(err, "cash_sessions_open") {
		return ErrOpenCash
	}
	return explain("open a cash session", err)
}

func (l *Ledger) keepCount(ctx context.Context, s CashSession, c Count, at time.Time) error {
	pieces, err := json.Marshal(c.Pieces)
	if err != nil {
		return fmt.Errorf("write a count: %w", err)
	}
	const update = `update cash_sessions set counted = ?::jsonb, counted_amount = ?, expected_amount = ?, counted_at = ?, version = version + 1, updated_at = now() where id = ?`
	return explain("keep a count", database.From(ctx).Exec(update, string(pieces), c.Amount, c.Expected, at, s.ID).Error)
}

func (l *Ledger) closeSession(ctx context.Context, s CashSession, reason string, verified []Method, at time.Time) error {
	checked, err := json.Marshal(verified)
	if err != nil {
		return fmt.Errorf("write what was verified: %w", err)
	}
	const update = "update cash_sessions set reason = ?, verified = ?::jsonb, closed_at = ?, version = version + 1, updated_at = now() where id = ?"
	return explain("close a cash session", database.From(ctx).Exec(update, reason, string(checked), at, s.ID).Error)
}

func (l *Ledger) addMovement(ctx context.Context, m Movement) error {
	const insert = "insert into cash_movements (id, session_id, amount, concept, by, at) values (?, ?, ?, ?, ?, ?)"
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, m.ID, m.SessionID, m.Amount, m.Concept, m.By, m.At).Error
	})
	if database.Violates(err, "cash_movements_pkey") { // the same one again
		return nil
	}
	return explain("note a movement of cash", err)
}

type paidRow struct {
	ID        uuid.UUID
	SessionID uuid.UUID
	InvoiceID *uuid.UUID
	ReceiptID *uuid.UUID
	Receipt   string
	PatientID *uuid.UUID
	Method    Method
	Amount    decimal.Decimal
	Currency  Currency
	Received  decimal.Decimal
	Reference string
	RefundsID *uuid.UUID
	MovedID   *uuid.UUID
	Reason    string
	By        uuid.UUID
	At        time.Time
	Kind      Kind
	Series    string
	Number    int64
}

func (r paidRow) paid() Paid {
	return Paid{
		Payment:   Payment{ID: r.ID, Method: r.Method, Amount: r.Amount, Received: r.Received, Reference: r.Reference, Currency: r.Currency},
		SessionID: r.SessionID, InvoiceID: idOr(r.InvoiceID), ReceiptID: idOr(r.ReceiptID), Receipt: r.Receipt, PatientID: r.PatientID, RefundsID: r.RefundsID,
		MovedID: r.MovedID, Reason: r.Reason, By: r.By, At: r.At,
		Document: Name{Kind: r.Kind, Series: r.Series, Number: r.Number},
	}
}

// A payment taken with a receipt has no document until there is one.
const paidQuery = `select p.id, p.session_id, p.invoice_id, p.receipt_id, p.patient_id, p.method, p.amount, p.currency, p.received, p.reference, p.refunds_id, p.moved_id, p.reason, p.by, p.at,
	coalesce(i.kind, '') as kind, coalesce(i.series, '') as series, coalesce(i.number, 0) as number, coalesce(r.number, '') as receipt
	from payments p left join invoices i on i.id = p.invoice_id and i.clinic_id = p.clinic_id
	left join receipts r on r.id = p.receipt_id and r.clinic_id = p.clinic_id `

func (l *Ledger) paidWhere(ctx context.Context, where string, args ...any) ([]Paid, error) {
	var rows []paidRow
	if err := database.From(ctx).Raw(paidQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read payments", err)
	}
	list := make([]Paid, len(rows))
	for i, r := range rows {
		list[i] = r.paid()
	}
	return list, nil
}

// contents are the payments and movements of a session, in their order.
func (l *Ledger) contents(ctx context.Context, session uuid.UUID) ([]Paid, []Movement, error) {
	payments, err := l.paidWhere(ctx, "where p.session_id = ? order by p.at, p.id", session)
	if err != nil {
		return nil, nil, err
	}
	var movements []Movement
	const query = "select id, session_id, amount, concept, by, at from cash_movements where session_id = ? order by at, id"
	err = database.From(ctx).Raw(query, session).Scan(&movements).Error
	return payments, movements, explain("read movements of cash", err)
}

// Payments are what was paid for a document and given back.
func (l *Ledger) Payments(ctx context.Context, invoice uuid.UUID) ([]Paid, error) {
	return l.paidWhere(ctx, "where p.invoice_id = ? order by p.at, p.id", invoice)
}

// Payment is one payment.
func (l *Ledger) Payment(ctx context.Context, id uuid.UUID) (Paid, error) {
	list, err := l.paidWhere(ctx, "where p.id = ?", id)
	if err == nil && len(list) == 0 {
		return Paid{}, fault.ErrNotFound
	}
	if err != nil {
		return Paid{}, err
	}
	return list[0], nil
}

func (l *Ledger) addPayment(ctx context.Context, t Paid) error {
	const insert = `insert into payments (id, session_id, invoice_id, receipt_id, patient_id, method, amount, currency, received, reference, refunds_id, moved_id, reason, by, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	return explain("keep a payment", database.From(ctx).Exec(insert, t.ID, idOrNil(t.SessionID), idOrNil(t.InvoiceID), idOrNil(t.ReceiptID), t.PatientID, t.Method, t.Amount, t.Currency.code(), t.Received, t.Reference,
		t.RefundsID, t.MovedID, t.Reason, t.By, t.At).Error)
}

// paid is what stands paid for a document.
func (l *Ledger) paid(ctx context.Context, invoice uuid.UUID) (decimal.Decimal, error) {
	var sum decimal.Decimal
	err := database.From(ctx).Raw("select coalesce(sum(amount), 0) from payments where invoice_id = ?", invoice).Row().Scan(&sum)
	return sum, explain("add up the payments of an invoice", err)
}
