//go:build !js

package billing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"hampi/modules/agenda"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// Ledger keeps the clinic's documents, their contents and their lives in PostgreSQL. It works in the clinic's transaction
// of its context. What names a person is sealed under the clinic's keys.
type Ledger struct{ vault *pii.Vault }

// NewLedger builds the ledger over the keys of the clinics.
func NewLedger(vault *pii.Vault) *Ledger { return &Ledger{vault} }

// Reencrypters are what the ledger keeps under the clinics' keys.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		pii.Columns{Table: "invoice_contents", Names: []string{"body"}, Execute: pii.Within(db)},
		pii.Columns{Table: "receipts", Names: []string{"body"}, Execute: pii.Within(db)},
		pii.Columns{Table: "invoice_events", Names: []string{"answer"}, Execute: pii.Within(db)},
		pii.Columns{Table: "invoice_states", Key: "invoice_id", Names: []string{"links"}, Execute: pii.Within(db)},
		pii.Columns{Table: "invoice_files", Names: []string{"sealed_key"}, Execute: pii.Within(db)},
		pii.Columns{Table: "invoice_sendings", Names: []string{"address"}, Execute: pii.Within(db)},
		pii.Columns{Table: "invoice_drafts", Names: []string{"body"}, Execute: pii.Within(db)},
		pii.Columns{Table: "billing_settings", Names: []string{"access"}, Execute: pii.Within(db)},
	}}
}

func sealedAt(ctx context.Context, table, column string, row uuid.UUID) pii.Place {
	return pii.Place{Clinic: database.ScopeOf(ctx).ClinicID, Table: table, Column: column, Row: row}
}

func (l *Ledger) seal(ctx context.Context, value any, table, column string, row uuid.UUID) ([]byte, error) {
	keys, err := l.vault.Keys(ctx, database.ScopeOf(ctx).ClinicID)
	if err != nil {
		return nil, fmt.Errorf("open the clinic's keys: %w", err)
	}
	return keys.Seal(value, sealedAt(ctx, table, column, row))
}

func (l *Ledger) open(ctx context.Context, cipher []byte, into any, table, column string, row uuid.UUID) error {
	keys, err := l.vault.Keys(ctx, database.ScopeOf(ctx).ClinicID)
	if err != nil {
		return fmt.Errorf("open the clinic's keys: %w", err)
	}
	return keys.Open(cipher, sealedAt(ctx, table, column, row), into)
}

// Series -------------------------------------------------------------------------------------------------------------

type seriesRow struct {
	ID         uuid.UUID
	SiteID     uuid.UUID
	Kind       Kind
	Amends     Kind
	Code       string
	LastNumber int64
	Active     bool
}

func (r seriesRow) series() Series {
	return Series{ID: r.ID, SiteID: r.SiteID, Kind: r.Kind, Amends: r.Amends, Code: r.Code, Last: r.LastNumber, Active: r.Active}
}

const seriesQuery = "select id, site_id, kind, amends, code, last_number, active from invoice_series "

// AllSeries are the clinic's series, by kind and code.
func (l *Ledger) AllSeries(ctx context.Context) ([]Series, error) {
	var rows []seriesRow
	if err := database.From(ctx).Raw(seriesQuery + "order by kind, code").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the series: %w", err)
	}
	list := make([]Series, len(rows))
	for i, r := range rows {
		list[i] = r.series()
	}
	return list, nil
}

// AddSeries keeps a new series; one whose code is taken for that kind is a problem of its field.
func (l *Ledger) AddSeries(ctx context.Context, s Series) error {
	const insert = "insert into invoice_series (id, site_id, kind, amends, code, last_number) values (?, ?, ?, ?, ?, ?)"
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, s.ID, s.SiteID, s.Kind, s.Amends, s.Code, s.Last).Error
	})
	if database.Violates(err, "invoice_series_code") {
		return fault.Problems{"code": "La serie " + s.Code + " ya existe para ese comprobante."}.Err()
	}
	return explain("keep a series", err)
}

// takeNumber locks the series of a site for a kind of document and gives its next number. Who takes one holds the series
// until the transaction ends: numbers follow one another without gaps, a rolled-back one is given again.
func (l *Ledger) takeNumber(ctx context.Context, site uuid.UUID, kind, amends Kind) (Series, error) {
	const take = `update invoice_series set last_number = last_number + 1, version = version + 1, updated_at = now()
		where id = (select id from invoice_series where site_id = ? and kind = ? and amends = ? and active order by code limit 1)
		returning id, site_id, kind, amends, code, last_number, active`
	var rows []seriesRow
	if err := database.From(ctx).Raw(take, site, kind, amends).Scan(&rows).Error; err != nil {
		return Series{}, fmt.Errorf("take the next number: %w", err)
	}
	if len(rows) == 0 {
		return Series{}, ErrNoSeries
	}
	return rows[0].series(), nil
}

// Documents ----------------------------------------------------------------------------------------------------------

// add writes an invoice and what it says.
func (l *Ledger) add(ctx context.Context, i Invoice, c Content) (content uuid.UUID, err error) {
	const insert = `insert into invoices (id, kind, series_id, series, number, site_id, patient_id, appointment_id, amends_id, replaces_id, issued_by, issued_on, issued_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	err = database.From(ctx).Exec(insert, i.ID, i.Kind, i.SeriesID, i.Series, i.Number, i.SiteID, i.PatientID, i.AppointmentID, i.AmendsID, i.ReplacesID,
		i.IssuedBy, i.IssuedOn.String(), i.IssuedAt).Error
	if database.Violates(err, "invoices_replaced_once") {
		return uuid.Nil, ErrReplaced
	}
	if err != nil {
		return uuid.Nil, explain("write an invoice", err)
	}
	return l.addContent(ctx, i.ID, c, i.IssuedBy, i.IssuedAt)
}

func idOr(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func idOrNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

type entryRow struct {
	ID            uuid.UUID
	Kind          Kind
	SeriesID      uuid.UUID
	Series        string
	Number        int64
	SiteID        uuid.UUID
	PatientID     *uuid.UUID
	AppointmentID *uuid.UUID
	AmendsID      *uuid.UUID
	ReplacesID    *uuid.UUID
	IssuedBy      uuid.UUID
	IssuedOn      time.Time
	IssuedAt      time.Time
	Body          []byte
	ContentHash   []byte
	State         Status
	Seq           int
	ContentID     uuid.UUID
	Pending       bool
	Reason        string
	Field         string
	Since         time.Time
	Attempts      int
	NextAt        time.Time
}

const entryQuery = `select i.id, i.kind, i.series_id, i.series, i.number, i.site_id, i.patient_id, i.appointment_id, i.amends_id, i.replaces_id, i.issued_by, i.issued_on, i.issued_at,
	c.body, c.content_hash, s.state, s.seq, s.content_id, s.pending, s.reason, s.field, s.since, s.attempts, s.next_at
	from invoices i join invoice_states s on s.invoice_id = i.id and s.clinic_id = i.clinic_id join invoice_contents c on c.id = s.content_id and c.clinic_id = i.clinic_id `

func (l *Ledger) entry(ctx context.Context, r entryRow) (Entry, error) {
	e := Entry{Invoice: Invoice{
		ID: r.ID, Name: Name{Kind: r.Kind, Series: r.Series, Number: r.Number}, SeriesID: r.SeriesID, SiteID: r.SiteID, PatientID: r.PatientID,
		AppointmentID: r.AppointmentID, AmendsID: r.AmendsID, ReplacesID: r.ReplacesID, IssuedBy: r.IssuedBy, IssuedOn: agenda.DateOf(r.IssuedOn, time.UTC), IssuedAt: r.IssuedAt,
	}, State: State{
		InvoiceID: r.ID, SeriesID: r.SeriesID, Number: r.Number, Status: r.State, Seq: r.Seq, ContentID: r.ContentID, Pending: r.Pending, Reason: r.Reason,
		Field: r.Field, Since: r.Since, Attempts: r.Attempts, NextAt: r.NextAt,
	}}
	var body json.RawMessage
	if err := l.open(ctx, r.Body, &body, "invoice_contents", "body", r.ContentID); err != nil {
		return Entry{}, fmt.Errorf("open what %s says: %w", e.Name, err)
	}
	if err := json.Unmarshal(body, &e.Content); err != nil {
		return Entry{}, fmt.Errorf("read what %s says: %w", e.Name, err)
	}
	switch same, err := e.written(body, r.ContentHash); {
	case err != nil:
		return Entry{}, err
	case !same:
		return Entry{}, fmt.Errorf("what %s says is not what was written", e.Name)
	}
	return e, nil
}

// Entry is an invoice as it stands.
func (l *Ledger) Entry(ctx context.Context, id uuid.UUID) (Entry, error) {
	return l.one(ctx, "where i.id = ?", id)
}

// lockEntry is Entry, and nobody else moves it or makes a note of it before the transaction ends.
func (l *Ledger) lockEntry(ctx context.Context, id uuid.UUID) (Entry, error) {
	if err := database.From(ctx).Exec("select 1 from invoice_states where invoice_id = ? for update", id).Error; err != nil {
		return Entry{}, explain("lock an invoice", err)
	}
	return l.Entry(ctx, id)
}

func (l *Ledger) one(ctx context.Context, where string, args ...any) (Entry, error) {
	var row entryRow
	err := database.From(ctx).Raw(entryQuery+where, args...).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Entry{}, fault.ErrNotFound
	}
	if err != nil {
		return Entry{}, fmt.Errorf("read an invoice: %w", err)
	}
	return l.entry(ctx, row)
}

// credited is what credit notes in force have taken back of an invoice.
func (l *Ledger) credited(ctx context.Context, id uuid.UUID) (decimal.Decimal, error) {
	const query = `select coalesce(sum(c.total), 0) from invoices i join invoice_states s on s.invoice_id = i.id and s.clinic_id = i.clinic_id
		join invoice_contents c on c.id = s.content_id and c.clinic_id = i.clinic_id
		where i.amends_id = ? and i.kind = 'nota_credito' and s.state not in ('rejected', 'voided')`
	var sum decimal.Decimal
	err := database.From(ctx).Raw(query, id).Row().Scan(&sum)
	return sum, explain("add up the credit notes of an invoice", err)
}

// Events -------------------------------------------------------------------------------------------------------------

// Events are the steps of an invoice's life, the first one first, without the raw answers.
func (l *Ledger) Events(ctx context.Context, invoice uuid.UUID) ([]Event, error) {
	var rows []struct {
		State     Status
		ContentID uuid.UUID
		Pending   bool
		Reason    string
		Field     string
		By        *uuid.UUID
		At        time.Time
	}
	const query = "select state, content_id, pending, reason, field, by, at from invoice_events where invoice_id = ? order by seq"
	if err := database.From(ctx).Raw(query, invoice).Scan(&rows).Error; err != nil {
		return nil, explain("read the life of an invoice", err)
	}
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = Event{Status: r.State, ContentID: r.ContentID, Pending: r.Pending, Reason: r.Reason, Field: r.Field, By: r.By, At: r.At}
	}
	return events, nil
}

// begin writes the first step of a new invoice.
func (l *Ledger) begin(ctx context.Context, i Invoice, content uuid.UUID) error {
	const insert = `insert into invoice_states (invoice_id, series_id, number, state, seq, content_id, since, next_at) values (?, ?, ?, 'queued', 0, ?, ?, ?)`
	if err := database.From(ctx).Exec(insert, i.ID, i.SeriesID, i.Number, content, i.IssuedAt, i.IssuedAt).Error; err != nil {
		return explain("begin the life of an invoice", err)
	}
	state := State{InvoiceID: i.ID, Status: Draft, ContentID: content}
	_, err := l.step(ctx, state, Event{Status: Queued, ContentID: content, By: &i.IssuedBy, At: i.IssuedAt}, i.IssuedAt, 0)
	return err
}

// step writes the next event of an invoice and where it stands from then on. A step that does not exist, or that another
// took meanwhile, is a conflict.
func (l *Ledger) step(ctx context.Context, from State, e Event, next time.Time, attempts int) (State, error) {
	if err := Move(from.Status, e.Status); err != nil {
		return State{}, err
	}
	const update = `update invoice_states set state = ?, seq = seq + 1, content_id = ?, pending = ?, reason = ?, field = ?, since = ?, next_at = ?, attempts = ?
		where invoice_id = ? and seq = ?`
	done := database.From(ctx).Exec(update, e.Status, e.ContentID, e.Pending, e.Reason, e.Field, e.At, next, attempts, from.InvoiceID, from.Seq)
	if done.Error != nil {
		return State{}, explain("move an invoice", done.Error)
	}
	if done.RowsAffected == 0 {
		return State{}, ErrChangedMeanwhile
	}
	id := uuid.Must(uuid.NewV7())
	var answer []byte
	if len(e.Raw) > 0 {
		sealed, err := l.seal(ctx, e.Raw, "invoice_events", "answer", id)
		if err != nil {
			return State{}, err
		}
		answer = sealed
	}
	const insert = `insert into invoice_events (id, invoice_id, seq, state, content_id, pending, reason, field, answer, by, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	err := database.From(ctx).Exec(insert, id, from.InvoiceID, from.Seq+1, e.Status, e.ContentID, e.Pending, e.Reason, e.Field, answer, e.By, e.At).Error
	if err != nil {
		return State{}, explain("write a step of an invoice", err)
	}
	from.Status, from.Seq, from.ContentID, from.Pending, from.Reason, from.Field = e.Status, from.Seq+1, e.ContentID, e.Pending, e.Reason, e.Field
	from.Since, from.NextAt, from.Attempts = e.At, next, attempts
	return from, nil
}

// postpone leaves an invoice as it stands and looks after it later.
func (l *Ledger) postpone(ctx context.Context, from State, reason string, next time.Time, attempts int) error {
	const update = "update invoice_states set reason = ?, next_at = ?, attempts = ? where invoice_id = ? and seq = ?"
	return explain("postpone an invoice", database.From(ctx).Exec(update, reason, next, attempts, from.InvoiceID, from.Seq).Error)
}

// keepProof keeps what the service handed over of an invoice.
func (l *Ledger) keepProof(ctx context.Context, invoice uuid.UUID, p Proof) error {
	sealed, err := l.seal(ctx, p, "invoice_states", "links", invoice)
	if err != nil {
		return err
	}
	return explain("keep what was handed over of an invoice", database.From(ctx).Exec("update invoice_states set links = ? where invoice_id = ?", sealed, invoice).Error)
}

// Proof is what the service handed over of an invoice; the zero Proof as long as it holds none.
func (l *Ledger) Proof(ctx context.Context, invoice uuid.UUID) (p Proof, err error) {
	var sealed []byte
	if err := database.From(ctx).Raw("select links from invoice_states where invoice_id = ?", invoice).Row().Scan(&sealed); err != nil {
		return p, notFound("read what was handed over of an invoice", err)
	}
	if len(sealed) == 0 {
		return p, nil
	}
	return p, explain("open what was handed over of an invoice", l.open(ctx, sealed, &p, "invoice_states", "links", invoice))
}

// Queue --------------------------------------------------------------------------------------------------------------

// head is the first document of a series that waits for its turn or is in it, locked; ErrNotFound when none is.
func (l *Ledger) head(ctx context.Context, series uuid.UUID) (Entry, error) {
	const first = `select invoice_id from invoice_states where series_id = ? and (state = 'queued' or state = 'sent' and not pending)
		order by number limit 1 for update`
	var id uuid.UUID
	if err := database.From(ctx).Raw(first, series).Row().Scan(&id); err != nil {
		return Entry{}, notFound("find the first of a queue", err)
	}
	return l.Entry(ctx, id)
}

// Due are the series with documents whose time has come, and the documents to be asked about.
func (l *Ledger) Due(ctx context.Context, now time.Time) (series, polls []uuid.UUID, err error) {
	const queues = "select distinct series_id from invoice_states where next_at <= ? and (state = 'queued' or state = 'sent' and not pending)"
	if err := database.From(ctx).Raw(queues, now).Scan(&series).Error; err != nil {
		return nil, nil, explain("find queues that wait", err)
	}
	const asked = "select invoice_id from invoice_states where next_at <= ? and (state = 'sent' and pending or state = 'voiding') order by next_at limit 200"
	if err := database.From(ctx).Raw(asked, now).Scan(&polls).Error; err != nil {
		return nil, nil, explain("find documents to ask about", err)
	}
	return series, polls, nil
}

func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func notFound(what string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows) {
		return fault.ErrNotFound
	}
	return explain(what, err)
}

// nextName is the name that the next document of a site would have if nobody else took it first; "" without a series.
func (l *Ledger) nextName(ctx context.Context, site uuid.UUID, kind Kind) (string, error) {
	var rows []seriesRow
	const where = "where site_id = ? and kind = ? and active order by code limit 1"
	if err := database.From(ctx).Raw(seriesQuery+where, site, kind).Scan(&rows).Error; err != nil {
		return "", fmt.Errorf("read the next number: %w", err)
	}
	if len(rows) == 0 {
		return "", nil
	}
	return fmt.Sprintf("%s, siguiente %d", rows[0].Code, rows[0].LastNumber+1), nil
}
