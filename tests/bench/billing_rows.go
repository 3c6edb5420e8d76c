//go:build !js

package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"hampi/modules/billing"
	"hampi/modules/platform/canonical"
	"hampi/modules/platform/pii"
)

// batchOfDocuments are documents of one series as the ledger keeps them, to be copied into its tables.
type batchOfDocuments struct {
	clinic *clinic
	keys   *pii.Keys
	series uuid.UUID
	code   string
	status billing.Status
	paid   uuid.UUID // the register that took their money; zero: nothing was paid

	invoices, contents, items, states, events, payments rows
	first                                               uuid.UUID
}

func newBatch(c *clinic, keys *pii.Keys, code string, status billing.Status) *batchOfDocuments {
	return &batchOfDocuments{
		clinic: c, keys: keys, series: c.named("series", code), code: code, status: status,
		invoices: rows{table: "invoices", columns: []string{"clinic_id", "id", "kind", "series_id", "series", "number", "site_id", "patient_id", "issued_by", "issued_on", "issued_at"}},
		contents: rows{table: "invoice_contents", columns: []string{"clinic_id", "id", "invoice_id", "edition", "body", "content_hash", "taxable", "exempt", "unaffected", "free",
			"discount", "igv", "total", "written_by", "written_at", "issued_on", "currency", "exchange_rate"}},
		items: rows{table: "invoice_items", columns: []string{"clinic_id", "content_id", "place", "service_id", "doctor_id", "unit", "igv_type", "quantity",
			"unit_price", "discount", "value", "igv", "total"}},
		states:   rows{table: "invoice_states", columns: []string{"clinic_id", "invoice_id", "series_id", "number", "state", "seq", "content_id", "since", "next_at"}},
		events:   rows{table: "invoice_events", columns: []string{"clinic_id", "id", "invoice_id", "seq", "state", "content_id", "by", "at"}},
		payments: rows{table: "payments", columns: []string{"clinic_id", "id", "session_id", "invoice_id", "patient_id", "method", "amount", "by", "at"}},
	}
}

// add writes the next document of the series: a boleta of two services, issued at a moment.
func (b *batchOfDocuments) add(number int, at time.Time) error {
	c := b.clinic
	id, content := c.documentID(b.code, number, "document"), c.documentID(b.code, number, "content")
	if number == 1 {
		b.first = id
	}
	says := c.someContent(number, at)
	body, err := canonical.JSON(says)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	sealed, err := b.keys.Seal(json.RawMessage(body), pii.Place{Clinic: c.id, Table: "invoice_contents", Column: "body", Row: content})
	if err != nil {
		return err
	}
	by, day, t := c.reception().member, at.In(lima).Format(time.DateOnly), says.Totals()
	patient := c.patientID(number % c.patients)
	b.invoices.values = append(b.invoices.values, []any{c.id, id, "boleta", b.series, b.code, number, c.sites[0], patient, by, day, at})
	b.contents.values = append(b.contents.values, []any{c.id, content, id, 1, sealed, hash[:], t.Taxable.String(), "0", "0", "0", "0", t.IGV.String(), t.Total.String(), by, at, day, "PEN", "1"})
	for place, l := range says.Lines {
		a := l.Amounts(says.IGVPercent)
		b.items.values = append(b.items.values, []any{c.id, content, place, l.ServiceID, l.DoctorID, l.Unit, string(l.IGVType), l.Quantity.String(),
			l.UnitPrice.String(), "0", a.Value.String(), a.IGV.String(), a.Total.String()})
	}
	b.states.values = append(b.states.values, []any{c.id, id, b.series, number, string(b.status), 1, content, at, at})
	b.events.values = append(b.events.values, []any{c.id, c.documentID(b.code, number, "event"), id, 1, string(b.status), content, by, at})
	if b.paid != uuid.Nil {
		method := billing.Methods()[number%4]
		b.payments.values = append(b.payments.values, []any{c.id, c.documentID(b.code, number, "payment"), b.paid, id, patient, string(method), t.Total.String(), by, at})
	}
	return nil
}

// documentID is an id about the nth document of a series, in the order of numbers.
func (c *clinic) documentID(code string, number int, what string) uuid.UUID {
	sum := sha256.Sum256([]byte(c.slug + code + what + fmt.Sprint(number)))
	return idAt(moment.Add(time.Duration(number)*time.Millisecond), binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))
}

// someContent is what a boleta for two services says.
func (c *clinic) someContent(n int, at time.Time) billing.Content {
	doctors := c.doctors()
	line := func(i int) billing.Line {
		return billing.Line{
			ServiceID: c.services[(n+i)%len(c.services)], DoctorID: doctors[n%len(doctors)].member, Description: fmt.Sprintf("SERVICIO %d", (n+i)%len(c.services)+1),
			Unit: billing.UnitService, Quantity: decimal.NewFromInt(1), UnitPrice: decimal.New(int64(5000+n*37%20000), -2), IGVType: billing.Taxed,
		}
	}
	return billing.Content{
		IssuedOn: billing.Today(at), Currency: billing.Soles, IGVPercent: decimal.NewFromInt(18), PaidWith: "EFECTIVO",
		Customer: billing.Customer{DocumentType: billing.DNI, DocumentNumber: fmt.Sprintf("%08d", 10_000_000+n), Name: "QUISPE MAMANI ROSA ELENA"},
		Lines:    []billing.Line{line(0), line(1)},
	}
}

// addSeries gives the clinic a series whose last number is known.
func (h *house) addSeries(ctx context.Context, c *clinic, code string, last int) error {
	_, err := h.admin.Exec(ctx, `insert into invoice_series (clinic_id, id, site_id, kind, code, last_number) values ($1, $2, $3, 'boleta', $4, $5)
		on conflict (clinic_id, id) do update set last_number = excluded.last_number`, c.id, c.named("series", code), c.sites[0], code, last)
	return err
}

// dropSeries removes the documents of a series, past what keeps them.
func (h *house) dropSeries(ctx context.Context, c *clinic, code string) error {
	series := c.named("series", code)
	return h.past(ctx, func(tx pgx.Tx) error {
		const of = " where clinic_id = $1 and invoice_id in (select id from invoices where clinic_id = $1 and series_id = $2)"
		for _, statement := range []string{
			"delete from payments" + of, "delete from invoice_events" + of, "delete from invoice_states" + of,
			"delete from invoice_items where clinic_id = $1 and content_id in (select id from invoice_contents" + of + ")",
			"delete from invoice_contents" + of, "delete from invoices where clinic_id = $1 and series_id = $2",
		} {
			if _, err := tx.Exec(ctx, statement, c.id, series); err != nil {
				return fmt.Errorf("remove documents of an earlier run: %w", err)
			}
		}
		return nil
	})
}

// load writes the batch.
func (h *house) loadBatch(ctx context.Context, b *batchOfDocuments) error {
	return h.past(ctx, func(tx pgx.Tx) error {
		return copyRows(ctx, tx, b.invoices, b.contents, b.items, b.states, b.events, b.payments)
	})
}
