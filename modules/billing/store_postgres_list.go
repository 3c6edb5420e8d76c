//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
)

// Listed is a document in a list: without what it says, but its sum.
type Listed struct {
	ID        uuid.UUID
	Kind      Kind
	Series    string
	Number    int64
	PatientID *uuid.UUID
	IssuedAt  time.Time
	Total     decimal.Decimal
	Currency  Currency
	State     Status
	Pending   bool
	Reason    string
	Paid      decimal.Decimal
	Credited  decimal.Decimal // by credit notes in force
}

// Name is what the document is called.
func (l Listed) Name() Name { return Name{Kind: l.Kind, Series: l.Series, Number: l.Number} }

// Filter narrows a list of documents. The zero Filter is the latest of all.
type Filter struct {
	States      []Status
	Kind        Kind
	Patient     []uuid.UUID // of one person: the ids of the family
	Appointment uuid.UUID
	Series      string
	Number      int64
	Site        uuid.UUID
	About       *About
	Unreplaced  bool        // without what another document stands for
	From, To    agenda.Date // days of issue, both included
	Before      uuid.UUID   // the last one already seen
	Limit       int
}

// About are documents by who they are about: those of patients, and those that are named.
type About struct{ Patients, Documents []uuid.UUID }

// where is the filter in the words of the store.
func (f Filter) where() (where string, args []any) {
	add := func(condition string, values ...any) {
		where, args = where+"and "+condition+" ", append(args, values...)
	}
	if len(f.States) > 0 {
		add("s.state in ?", f.States)
	}
	if f.Kind != "" {
		add("i.kind = ?", f.Kind)
	}
	if len(f.Patient) > 0 {
		add("i.patient_id in ?", f.Patient)
	}
	if f.Appointment != uuid.Nil {
		add("i.appointment_id = ?", f.Appointment)
	}
	if f.Series != "" {
		add("i.series = ?", f.Series)
	}
	if f.Number > 0 {
		add("i.number = ?", f.Number)
	}
	if f.Site != uuid.Nil {
		add("i.site_id = ?", f.Site)
	}
	if f.About != nil {
		add("(i.patient_id in ? or i.id in ?)", f.About.Patients, f.About.Documents)
	}
	if f.Unreplaced {
		add("not exists (select 1 from invoices r where r.replaces_id = i.id)")
	}
	if !f.From.IsZero() {
		add("i.issued_on >= ?", f.From.String())
	}
	if !f.To.IsZero() {
		add("i.issued_on <= ?", f.To.String())
	}
	if f.Before != uuid.Nil {
		add("i.id < ?", f.Before)
	}
	return where + "order by i.id desc limit ?", append(args, f.Limit)
}

// listQuery reads documents for lists.
func listQuery() string {
	return `select i.id, i.kind, i.series, i.number, i.patient_id, i.issued_at, c.total, c.currency, s.state, s.pending, s.reason,
	coalesce((select sum(p.amount) from payments p where p.invoice_id = i.id), 0) as paid, ` + creditedOf("i.id") + ` as credited
	from invoices i join invoice_states s on s.invoice_id = i.id and s.clinic_id = i.clinic_id join invoice_contents c on c.id = s.content_id and c.clinic_id = i.clinic_id
	where true `
}

// List are documents, the latest first: ids are UUIDv7, in the order in which they were made.
func (l *Ledger) List(ctx context.Context, f Filter) ([]Listed, error) {
	where, args := f.where()
	var list []Listed
	err := database.From(ctx).Raw(listQuery()+where, args...).Scan(&list).Error
	return list, explain("list documents", err)
}

// Entries are List with all that the documents say.
func (l *Ledger) Entries(ctx context.Context, f Filter) ([]Entry, error) {
	where, args := f.where()
	return l.entries(ctx, "where true "+where, args...)
}

// customersLooked bounds how many documents a search for a customer opens: what they say is sealed.
const customersLooked = 2000

// ofCustomers are the documents, among the latest that a filter leaves and that may name somebody besides their patient,
// whose customer fits.
func (l *Ledger) ofCustomers(ctx context.Context, f Filter, fits func(Customer) bool) ([]uuid.UUID, error) {
	f.Limit = customersLooked
	where, args := f.where()
	entries, err := l.entries(ctx, "where (i.patient_id is null or i.kind = 'factura') "+where, args...)
	var list []uuid.UUID
	for _, e := range entries {
		if fits(e.Customer) {
			list = append(list, e.ID)
		}
	}
	return list, err
}

// customers are those of documents.
func (l *Ledger) customers(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Customer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	entries, err := l.entries(ctx, "where i.id in ?", ids)
	list := make(map[uuid.UUID]Customer, len(entries))
	for _, e := range entries {
		list[e.ID] = e.Customer
	}
	return list, err
}

// heldUp is how many documents wait because nobody takes the first of their series, and why. A try or two are no news.
func (l *Ledger) heldUp(ctx context.Context) (n int, why string, err error) {
	const query = `select count(*), coalesce(max(reason) filter (where attempts > 2), '') from invoice_states
		where (state = 'queued' or state = 'sent' and not pending) and series_id in (select series_id from invoice_states where state = 'sent' and not pending and attempts > 2)`
	err = database.From(ctx).Raw(query).Row().Scan(&n, &why)
	return n, why, explain("count documents that are held up", err)
}

// CountForNavigation is how much waits for a person among the documents, for who may look after them: what is to be
// corrected, receipts whose document could not be made, what is late, and for the administration what differs from the provider's view.
func (p Parts) CountForNavigation(ctx context.Context) (n int, late bool, err error) {
	who := access.Who(ctx)
	if !who.Can(accounts.BillingCharge) {
		return 0, false, nil
	}
	facturas, boletas := lateSince(p.Now())
	const query = `select (select count(*) from invoice_states where state = 'to_correct')
		+ (select count(*) from receipts where invoice_id is null and problem <> '') + (select count(*) ` + lateWhere + `and s.state <> 'to_correct')`
	if err = database.From(ctx).Raw(query, facturas, boletas).Row().Scan(&n); err != nil {
		return 0, false, explain("count documents that wait for somebody", err)
	}
	if who.Can(accounts.BillingBooks) {
		open, err := p.Ledger.openDifferences(ctx)
		return n + open, n+open > 0, err
	}
	return n, n > 0, nil
}

// notesOf are the notes that amend a document.
func (l *Ledger) notesOf(ctx context.Context, invoice uuid.UUID) ([]Listed, error) {
	var list []Listed
	err := database.From(ctx).Raw(listQuery()+"and i.amends_id = ? order by i.id", invoice).Scan(&list).Error
	return list, explain("read the notes of a document", err)
}

// creditsInForce are the credit notes that take back of a document.
func (l *Ledger) creditsInForce(ctx context.Context, invoice uuid.UUID) ([]Entry, error) {
	return l.entries(ctx, "where i.amends_id = ? and i.kind = 'nota_credito' and s.state not in ('rejected', 'voided') order by i.id", invoice)
}

// entries are documents with all they say.
func (l *Ledger) entries(ctx context.Context, where string, args ...any) ([]Entry, error) {
	var rows []entryRow
	if err := database.From(ctx).Raw(entryQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read documents", err)
	}
	list := make([]Entry, 0, len(rows))
	for _, r := range rows {
		e, err := l.entry(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}
