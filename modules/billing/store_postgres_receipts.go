//go:build !js

package billing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/access"
	"hampi/modules/platform/canonical"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

var _ Store = (*Ledger)(nil)

// receiptBody is what a receipt says that names a person; it is sealed. Number is the one on paper.
type receiptBody struct {
	Number    string     `json:"number"`
	Customer  Customer   `json:"customer"`
	Lines     []Line     `json:"items"`
	Payments  []Payment  `json:"payments"`
	Agreement *uuid.UUID `json:"agreement_id,omitempty"`
}

// canonical is the body in the one form that is kept, and the hash of that.
func (b receiptBody) canonical() (text, hash []byte, err error) {
	if text, err = canonical.JSON(b); err != nil {
		return nil, nil, fmt.Errorf("write a receipt's canonical form: %w", err)
	}
	sum := sha256.Sum256(text)
	return text, sum[:], nil
}

type receiptRow struct {
	ID            uuid.UUID
	Number        string
	PatientID     *uuid.UUID
	AppointmentID *uuid.UUID
	SiteID        uuid.UUID
	SessionID     uuid.UUID
	IssuedBy      uuid.UUID
	IssuedAt      time.Time
	Wanted        Kind
	Body          []byte
	ContentHash   []byte
	InvoiceID     *uuid.UUID
	Kind          Kind
	Series        string
	DocumentNo    int64
	Problem       string
	Version       int64
}

const receiptQuery = `select r.id, r.number, r.patient_id, r.appointment_id, r.site_id, r.session_id, r.issued_by, r.issued_at, r.wanted, r.body, r.content_hash,
	r.invoice_id, coalesce(i.kind, '') as kind, coalesce(i.series, '') as series, coalesce(i.number, 0) as document_no, r.problem, r.version
	from receipts r left join invoices i on i.id = r.invoice_id and i.clinic_id = r.clinic_id `

func (l *Ledger) receiptsWhere(ctx context.Context, where string, args ...any) ([]Receipt, error) {
	var rows []receiptRow
	if err := database.From(ctx).Raw(receiptQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read receipts", err)
	}
	list := make([]Receipt, 0, len(rows))
	for _, row := range rows {
		r, err := l.opened(ctx, row)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// opened is a receipt with what it says, which has to be what was written.
func (l *Ledger) opened(ctx context.Context, row receiptRow) (Receipt, error) {
	var text json.RawMessage
	if err := l.open(ctx, row.Body, &text, "receipts", "body", row.ID); err != nil {
		return Receipt{}, fmt.Errorf("open receipt %s: %w", row.Number, err)
	}
	var body receiptBody
	if err := json.Unmarshal(text, &body); err != nil {
		return Receipt{}, fmt.Errorf("read receipt %s: %w", row.Number, err)
	}
	_, hash, err := body.canonical()
	if err != nil {
		return Receipt{}, err
	}
	if !bytes.Equal(hash, row.ContentHash) {
		return Receipt{}, fmt.Errorf("what receipt %s says is not what was written", row.Number)
	}
	return Receipt{
		ID: row.ID, Number: row.Number, PatientID: row.PatientID, AppointmentID: row.AppointmentID, SiteID: row.SiteID, SessionID: row.SessionID, By: row.IssuedBy,
		IssuedAt: row.IssuedAt, Wanted: row.Wanted, Customer: body.Customer, Lines: body.Lines, Payments: body.Payments, AgreementID: body.Agreement, InvoiceID: row.InvoiceID,
		Document: Name{Kind: row.Kind, Series: row.Series, Number: row.DocumentNo}, Problem: row.Problem, Version: row.Version,
	}, nil
}

func (l *Ledger) oneReceipt(ctx context.Context, where string, args ...any) (Receipt, error) {
	list, err := l.receiptsWhere(ctx, where, args...)
	if err != nil {
		return Receipt{}, err
	}
	if len(list) == 0 {
		return Receipt{}, fault.ErrNotFound
	}
	return list[0], nil
}

func (l *Ledger) receipt(ctx context.Context, id uuid.UUID) (Receipt, error) {
	return l.oneReceipt(ctx, "where r.id = ?", id)
}

// lockReceipt is receipt, and nobody else makes a document of it before the transaction ends.
func (l *Ledger) lockReceipt(ctx context.Context, id uuid.UUID) (Receipt, error) {
	return l.oneReceipt(ctx, "where r.id = ? for update of r", id)
}

func (l *Ledger) openReceipts(ctx context.Context, session uuid.UUID) ([]Receipt, error) {
	if session == uuid.Nil {
		return l.receiptsWhere(ctx, "where r.invoice_id is null order by r.issued_at, r.id limit ?", receiptsListed)
	}
	return l.receiptsWhere(ctx, "where r.session_id = ? and r.invoice_id is null order by r.issued_at, r.id", session)
}

// CountOpenReceipts is how many receipts have no document yet.
func (l *Ledger) CountOpenReceipts(ctx context.Context) (n int, err error) {
	err = database.From(ctx).Raw("select count(*) from receipts where invoice_id is null").Row().Scan(&n)
	return n, explain("count receipts without a document", err)
}

func (l *Ledger) ownReceipts(ctx context.Context, limit int) ([]Receipt, error) {
	return l.receiptsWhere(ctx, "where r.issued_by = ? order by r.issued_at desc, r.id desc limit ?", access.Who(ctx).MembershipID, limit)
}

// nextReceipt is only looked at: whoever keeps a receipt takes the number that is next then.
func (l *Ledger) nextReceipt(ctx context.Context) (string, error) {
	var last int
	if err := database.From(ctx).Raw("select coalesce((select last from receipt_counters), 0)").Row().Scan(&last); err != nil {
		return "", explain("read the next number of a receipt", err)
	}
	return ReceiptNumber(serverDevice, last+1), nil
}

func (l *Ledger) takeReceiptNumber(ctx context.Context) (string, error) {
	var n int
	const take = "insert into receipt_counters as c (last) values (1) on conflict (clinic_id) do update set last = c.last + 1 returning last"
	if err := database.From(ctx).Raw(take).Row().Scan(&n); err != nil {
		return "", explain("number a receipt", err)
	}
	return ReceiptNumber(serverDevice, n), nil
}

// addReceipt keeps a receipt with its payments. One that comes from a device brings its number; should another receipt
// bear it (a device whose store was lost counts anew), it gets one of the server's, and keeps what stands on paper beside it.
func (l *Ledger) addReceipt(ctx context.Context, r Receipt) (Receipt, error) {
	printed := r.Number
	if r.Number == "" {
		number, err := l.takeReceiptNumber(ctx)
		if err != nil {
			return Receipt{}, err
		}
		r.Number, printed = number, number
	}
	err := database.Savepoint(ctx, func(ctx context.Context) error { return l.insertReceipt(ctx, r, printed) })
	if database.Violates(err, "receipts_number") && !errors.Is(err, database.ErrSpoilt) {
		if r.Number, err = l.takeReceiptNumber(ctx); err == nil {
			err = l.insertReceipt(ctx, r, printed)
		}
	}
	if err != nil {
		return Receipt{}, explain("keep a receipt", err)
	}
	for _, p := range r.paid() {
		if err := l.addPayment(ctx, p); err != nil {
			return Receipt{}, err
		}
	}
	r.Version = 1
	return r, nil
}

func (l *Ledger) insertReceipt(ctx context.Context, r Receipt, printed string) error {
	text, hash, err := receiptBody{Number: printed, Customer: r.Customer, Lines: r.Lines, Payments: r.Payments, Agreement: r.AgreementID}.canonical()
	if err != nil {
		return err
	}
	sealed, err := l.seal(ctx, json.RawMessage(text), "receipts", "body", r.ID)
	if err != nil {
		return err
	}
	device, counter, ok := ParseReceiptNumber(r.Number)
	if !ok {
		return fault.InvalidField("number", "El número del recibo no se entiende.")
	}
	const insert = `insert into receipts (id, number, device, counter, patient_id, appointment_id, site_id, session_id, issued_by, issued_at, wanted, total, body, content_hash)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	return database.From(ctx).Exec(insert, r.ID, r.Number, device, counter, r.PatientID, r.AppointmentID, r.SiteID, r.SessionID, r.By, r.IssuedAt, r.Wanted,
		r.Totals().Total, sealed, hash).Error
}

// settleReceipt gives a receipt and its payments their document.
func (l *Ledger) settleReceipt(ctx context.Context, id, invoice uuid.UUID) error {
	const document = "update receipts set invoice_id = ?, problem = '', version = version + 1, updated_at = now() where id = ? and invoice_id is null"
	if err := database.From(ctx).Exec(document, invoice, id).Error; err != nil {
		return explain("give a receipt its document", err)
	}
	const paid = "update payments set invoice_id = ?, version = version + 1, updated_at = now() where receipt_id = ? and invoice_id is null"
	return explain("give payments their document", database.From(ctx).Exec(paid, invoice, id).Error)
}

// attempt runs f so that its failure undoes only f's work. That something was refused is told apart from a failure.
func (l *Ledger) attempt(ctx context.Context, f func(ctx context.Context) error) (refused, err error) {
	err = database.Savepoint(ctx, f)
	if err == nil || errors.Is(err, database.ErrSpoilt) {
		return nil, err
	}
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.Conflict {
		return err, nil
	}
	return nil, err
}

// keepProblem says why a receipt has no document.
func (l *Ledger) keepProblem(ctx context.Context, id uuid.UUID, words string) error {
	const update = "update receipts set problem = ?, version = version + 1, updated_at = now() where id = ? and invoice_id is null"
	return explain("say why a receipt has no document", database.From(ctx).Exec(update, words, id).Error)
}

// joinSession notes that a register opened on a device is one that was open.
func (l *Ledger) joinSession(ctx context.Context, joined CashSession, into uuid.UUID) error {
	const insert = "insert into cash_session_aliases (id, session_id, opened_at, opening_amount) values (?, ?, ?, ?)"
	return explain("join a cash session", database.From(ctx).Exec(insert, joined.ID, into, joined.OpenedAt, joined.Opening).Error)
}

func (l *Ledger) discountLimit(ctx context.Context) (decimal.Decimal, error) {
	s, err := l.Settings(ctx)
	return s.DiscountLimit, err
}
