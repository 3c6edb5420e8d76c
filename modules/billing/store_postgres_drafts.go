//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

type draftRow struct {
	ID            uuid.UUID
	Kind          Kind
	SiteID        uuid.UUID
	PatientID     *uuid.UUID
	AppointmentID *uuid.UUID
	Body          []byte
	WrittenBy     uuid.UUID
	WrittenAt     time.Time
}

const draftQuery = "select id, kind, site_id, patient_id, appointment_id, body, written_by, written_at from invoice_drafts "

func (l *Ledger) drafts(ctx context.Context, where string, args ...any) ([]DraftInvoice, error) {
	var rows []draftRow
	if err := database.From(ctx).Raw(draftQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read drafts of documents", err)
	}
	list := make([]DraftInvoice, len(rows))
	for i, r := range rows {
		list[i] = DraftInvoice{WrittenBy: r.WrittenBy, WrittenAt: r.WrittenAt, Order: Order{
			ID: r.ID, Kind: r.Kind, SiteID: r.SiteID, PatientID: r.PatientID, AppointmentID: r.AppointmentID,
		}}
		if err := l.open(ctx, r.Body, &list[i].Content, "invoice_drafts", "body", r.ID); err != nil {
			return nil, explain("open what a draft says", err)
		}
	}
	return list, nil
}

// Drafts are prepared documents, the latest first. States and days are not asked: a draft has none.
func (l *Ledger) Drafts(ctx context.Context, f Filter) ([]DraftInvoice, error) {
	where, args := "where true ", []any{}
	if f.Kind != "" {
		where, args = where+"and kind = ? ", append(args, f.Kind)
	}
	if len(f.Patient) > 0 {
		where, args = where+"and patient_id in ? ", append(args, f.Patient)
	}
	if f.Before != uuid.Nil {
		where, args = where+"and id < ? ", append(args, f.Before)
	}
	return l.drafts(ctx, where+"order by id desc limit ?", append(args, f.Limit)...)
}

// Draft is a prepared document.
func (l *Ledger) Draft(ctx context.Context, id uuid.UUID) (DraftInvoice, error) {
	return l.oneDraft(ctx, id, "")
}

// lockDraft is Draft, and nobody else issues it before the transaction ends.
func (l *Ledger) lockDraft(ctx context.Context, id uuid.UUID) (DraftInvoice, error) {
	return l.oneDraft(ctx, id, " for update")
}

func (l *Ledger) oneDraft(ctx context.Context, id uuid.UUID, lock string) (DraftInvoice, error) {
	list, err := l.drafts(ctx, "where id = ?"+lock, id)
	if err != nil {
		return DraftInvoice{}, err
	}
	if len(list) == 0 {
		return DraftInvoice{}, fault.ErrNotFound
	}
	return list[0], nil
}

func (l *Ledger) addDraft(ctx context.Context, d DraftInvoice) error {
	body, err := l.seal(ctx, d.Content, "invoice_drafts", "body", d.ID)
	if err != nil {
		return err
	}
	const insert = `insert into invoice_drafts (id, kind, site_id, patient_id, appointment_id, body, written_by, written_at) values (?, ?, ?, ?, ?, ?, ?, ?)`
	return explain("keep a draft", database.From(ctx).Exec(insert, d.ID, d.Kind, d.SiteID, d.PatientID, d.AppointmentID, body, d.WrittenBy, d.WrittenAt).Error)
}

func (l *Ledger) dropDraft(ctx context.Context, id uuid.UUID) error {
	return explain("drop an issued draft", database.From(ctx).Exec("delete from invoice_drafts where id = ?", id).Error)
}

// paymentsOf are the payments of several documents, by document, in the order in which they were taken.
func (l *Ledger) paymentsOf(ctx context.Context, invoices []uuid.UUID) (map[uuid.UUID][]Payment, error) {
	found := map[uuid.UUID][]Payment{}
	if len(invoices) == 0 {
		return found, nil
	}
	var rows []struct {
		Payment
		InvoiceID uuid.UUID
	}
	const query = "select id, method, amount, currency, reference, received, invoice_id from payments where invoice_id in ? order by at, id"
	if err := database.From(ctx).Raw(query, invoices).Scan(&rows).Error; err != nil {
		return nil, explain("read the payments of documents", err)
	}
	for _, r := range rows {
		found[r.InvoiceID] = append(found[r.InvoiceID], r.Payment)
	}
	return found, nil
}

// alone has who asks for the same document at the same time wait for this transaction, so that the second finds what the
// first wrote.
func (l *Ledger) alone(ctx context.Context, id uuid.UUID) error {
	return explain("wait for the same document", database.From(ctx).Exec("select pg_advisory_xact_lock(hashtextextended(?, 8))", id.String()).Error)
}
