//go:build !js

package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/database"
)

type billedRow struct {
	ID         uuid.UUID
	Kind       Kind
	Series     string
	Number     int64
	AmendsID   *uuid.UUID
	ReplacesID *uuid.UUID
	IssuedAt   time.Time
	Total      decimal.Decimal
	Credited   decimal.Decimal
	Paid       decimal.Decimal
	Currency   Currency
	State      Status
	Pending    bool
	Advance    bool
}

func billedQuery() string {
	return "select i.id, i.kind, i.series, i.number, i.amends_id, i.replaces_id, i.issued_at, c.total, c.currency, " + creditedOf("i.id") + ` as credited, s.paid, s.state, s.pending, c.advance
		from invoices i join invoice_states s on s.invoice_id = i.id and s.clinic_id = i.clinic_id join invoice_contents c on c.id = s.content_id and c.clinic_id = i.clinic_id `
}

func (l *Ledger) billedWhere(ctx context.Context, where string, args ...any) ([]Billed, error) {
	var rows []billedRow
	if err := database.From(ctx).Raw(billedQuery()+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read the documents of an account", err)
	}
	list := make([]Billed, len(rows))
	for i, r := range rows {
		list[i] = Billed{
			ID: r.ID, Name: Name{Kind: r.Kind, Series: r.Series, Number: r.Number}, Amends: r.AmendsID, Replaces: r.ReplacesID, IssuedAt: r.IssuedAt,
			Total: r.Total, Credited: r.Credited, Paid: r.Paid, Currency: r.Currency, Status: r.State, Pending: r.Pending, Advance: r.Advance,
		}
	}
	return list, nil
}

// Statements is the account of a family in soles and, where it has any, in dollars: all its documents, payments and what
// left its balance.
func (l *Ledger) Statements(ctx context.Context, family []uuid.UUID) ([]Statement, []Billed, error) {
	documents, err := l.billedWhere(ctx, "where i.patient_id in ? order by i.id", family)
	if err != nil {
		return nil, nil, err
	}
	receipts, err := l.receiptsOwed(ctx, family)
	if err != nil {
		return nil, nil, err
	}
	payments, err := l.paidWhere(ctx, "where i.patient_id in ? or p.invoice_id is null and r.patient_id in ? order by p.at, p.id", family, family)
	if err != nil {
		return nil, nil, err
	}
	payouts, err := l.payouts(ctx, family)
	if err != nil {
		return nil, nil, err
	}
	return StatementsOf(append(receipts, documents...), payments, payouts), documents, nil
}

// receiptsOwed are the preliminary receipts of a family that have no document yet.
func (l *Ledger) receiptsOwed(ctx context.Context, family []uuid.UUID) ([]Billed, error) {
	var rows []struct {
		ID       uuid.UUID
		Number   string
		IssuedAt time.Time
		Total    decimal.Decimal
		Paid     decimal.Decimal
	}
	const query = `select r.id, r.number, r.issued_at, r.total, coalesce((select sum(p.amount) from payments p where p.receipt_id = r.id), 0) as paid
		from receipts r where r.patient_id in ? and r.invoice_id is null order by r.issued_at`
	if err := database.From(ctx).Raw(query, family).Scan(&rows).Error; err != nil {
		return nil, explain("read the receipts of an account", err)
	}
	list := make([]Billed, len(rows))
	for i, r := range rows {
		list[i] = Billed{ID: r.ID, Receipt: r.Number, IssuedAt: r.IssuedAt, Total: r.Total, Paid: r.Paid, Status: Accepted}
	}
	return list, nil
}

// replacementOf is the document in the place of another; false when none is.
func (l *Ledger) replacementOf(ctx context.Context, invoice uuid.UUID) (Billed, bool, error) {
	list, err := l.billedWhere(ctx, "where i.replaces_id = ?", invoice)
	if err != nil || len(list) == 0 {
		return Billed{}, false, err
	}
	return list[0], true, nil
}

// Debts --------------------------------------------------------------------------------------------------------------

type unpaidRow struct {
	ID        uuid.UUID
	Kind      Kind
	Series    string
	Number    int64
	PatientID *uuid.UUID
	SiteID    uuid.UUID
	IssuedOn  time.Time
	IssuedAt  time.Time
	Charge    decimal.Decimal
	Credited  decimal.Decimal
	Paid      decimal.Decimal
	Currency  Currency
	OnCredit  bool
}

// unpaidQuery begins at what owes, which is little of all that was ever issued.
func unpaidQuery() string {
	return "select i.id, i.kind, i.series, i.number, i.patient_id, i.site_id, c.issued_on, i.issued_at, s.charge, s.paid, c.currency, c.on_credit, " + creditedOf("i.id") + ` as credited
		from invoice_states s join invoices i on i.id = s.invoice_id and i.clinic_id = s.clinic_id join invoice_contents c on c.id = s.content_id and c.clinic_id = s.clinic_id
		where s.owes `
}

// Unpaid are the documents that ask for more than was paid; of one site unless it is the zero one.
func (l *Ledger) Unpaid(ctx context.Context, site uuid.UUID) ([]Unpaid, error) {
	query, args := unpaidQuery(), []any{}
	if site != uuid.Nil {
		query, args = query+"and i.site_id = ? ", append(args, site)
	}
	var rows []unpaidRow
	if err := database.From(ctx).Raw(query+"order by i.id", args...).Scan(&rows).Error; err != nil {
		return nil, explain("read what is owed", err)
	}
	var list []Unpaid
	var onCredit []uuid.UUID
	for _, r := range rows {
		u := Unpaid{
			ID: r.ID, Name: Name{Kind: r.Kind, Series: r.Series, Number: r.Number}, PatientID: r.PatientID, SiteID: r.SiteID, Currency: r.Currency,
			IssuedOn: agenda.DateOf(r.IssuedOn, time.UTC), IssuedAt: r.IssuedAt, Total: r.Charge, Credited: r.Credited, Paid: r.Paid,
		}
		if !u.Due().IsPositive() {
			continue
		}
		if r.OnCredit {
			onCredit = append(onCredit, u.ID)
		}
		list = append(list, u)
	}
	return list, l.addDates(ctx, list, onCredit)
}

// addDates adds when the parts of documents on credit fall due: as the document says, or the last note that moved them.
func (l *Ledger) addDates(ctx context.Context, list []Unpaid, onCredit []uuid.UUID) error {
	if len(onCredit) == 0 {
		return nil
	}
	var rows []struct {
		InvoiceID uuid.UUID
		DueOn     time.Time
		Amount    decimal.Decimal
	}
	const query = `select i.id as invoice_id, q.due_on, q.amount from invoices i
		cross join lateral (select s.content_id from invoices n join invoice_states s on s.invoice_id = n.id and s.clinic_id = n.clinic_id
			join invoice_contents c on c.id = s.content_id and c.clinic_id = n.clinic_id
			where (n.id = i.id or n.amends_id = i.id and n.kind = 'nota_credito' and s.state not in ('rejected', 'voided')) and c.on_credit order by n.id desc limit 1) last
		join invoice_instalments q on q.content_id = last.content_id and q.clinic_id = i.clinic_id
		where i.id in ? order by i.id, q.place`
	if err := database.From(ctx).Raw(query, onCredit).Scan(&rows).Error; err != nil {
		return explain("read when documents fall due", err)
	}
	dates := map[uuid.UUID][]Instalment{}
	for _, r := range rows {
		dates[r.InvoiceID] = append(dates[r.InvoiceID], Instalment{DueOn: agenda.DateOf(r.DueOn, time.UTC), Amount: r.Amount})
	}
	for i := range list {
		list[i].Instalments = dates[list[i].ID]
	}
	return nil
}

// customersOf are who documents are for.
func (l *Ledger) customersOf(ctx context.Context, invoices []uuid.UUID) (map[uuid.UUID]Customer, error) {
	customers := map[uuid.UUID]Customer{}
	if len(invoices) == 0 {
		return customers, nil
	}
	var rows []struct {
		InvoiceID uuid.UUID
		ID        uuid.UUID
		Body      []byte
	}
	const query = `select s.invoice_id, c.id, c.body from invoice_states s join invoice_contents c on c.id = s.content_id and c.clinic_id = s.clinic_id where s.invoice_id in ?`
	if err := database.From(ctx).Raw(query, invoices).Scan(&rows).Error; err != nil {
		return nil, explain("read whom documents are for", err)
	}
	for _, r := range rows {
		var c struct {
			Customer Customer `json:"customer"`
		}
		if err := l.open(ctx, r.Body, &c, "invoice_contents", "body", r.ID); err != nil {
			return nil, fmt.Errorf("open whom a document is for: %w", err)
		}
		customers[r.InvoiceID] = c.Customer
	}
	return customers, nil
}

// PaidFilter narrows a list of payments. The zero one is the latest of all.
type PaidFilter struct {
	Invoice uuid.UUID
	Patient uuid.UUID
	Session uuid.UUID
	Before  uuid.UUID // the last one already seen
	Limit   int
}

// PaidList are payments and what was given back, the latest first: ids are UUIDv7, in the order in which they were made.
func (l *Ledger) PaidList(ctx context.Context, f PaidFilter) ([]Paid, error) {
	where, args := "where true ", []any{}
	for _, c := range []struct {
		words string
		id    uuid.UUID
	}{{"and p.invoice_id = ? ", f.Invoice}, {"and p.patient_id = ? ", f.Patient}, {"and p.session_id = ? ", f.Session}, {"and p.id < ? ", f.Before}} {
		if c.id != uuid.Nil {
			where, args = where+c.words, append(args, c.id)
		}
	}
	return l.paidWhere(ctx, where+"order by p.id desc limit ?", append(args, f.Limit)...)
}
