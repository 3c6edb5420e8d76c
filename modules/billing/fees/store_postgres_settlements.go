//go:build !js

package fees

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// settlementsShown is how many of the latest settlements are listed.
const settlementsShown = 120

type settlementRow struct {
	ID       uuid.UUID
	DoctorID uuid.UUID
	Number   int
	FromOn   *time.Time
	ToOn     time.Time
	Base     decimal.Decimal
	Fee      decimal.Decimal
	ClosedBy uuid.UUID
	ClosedAt time.Time
}

func (r settlementRow) settlement() Settlement {
	return Settlement{
		ID: r.ID, Doctor: r.DoctorID, Number: r.Number, From: dayOf(r.FromOn), To: dayOf(&r.ToOn), Base: r.Base, Fee: r.Fee, ClosedBy: r.ClosedBy, ClosedAt: r.ClosedAt,
	}
}

const settlementQuery = "select id, doctor_id, number, from_on, to_on, base, fee, closed_by, closed_at from fee_settlements "

func settlements(ctx context.Context, where string, args ...any) ([]Settlement, error) {
	var rows []settlementRow
	if err := database.From(ctx).Raw(settlementQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read settlements of fees: %w", err)
	}
	list := make([]Settlement, len(rows))
	for i, r := range rows {
		list[i] = r.settlement()
	}
	return list, nil
}

// Last is the professional's last settlement; one without a number when there is none.
func (Postgres) Last(ctx context.Context, doctor uuid.UUID) (Settlement, error) {
	found, err := settlements(ctx, "where doctor_id = ? order by number desc limit 1", doctor)
	if err != nil || len(found) == 0 {
		return Settlement{}, err
	}
	return found[0], nil
}

// Settlements are the latest ones of a professional, or of all.
func (Postgres) Settlements(ctx context.Context, doctor uuid.UUID) ([]Settlement, error) {
	of := orNull(doctor)
	return settlements(ctx, "where ?::uuid is null or doctor_id = ? order by closed_at desc, id desc limit ?", of, of, settlementsShown)
}

// Settlement is one with its lines.
func (Postgres) Settlement(ctx context.Context, id uuid.UUID) (Settlement, error) {
	found, err := settlements(ctx, "where id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Settlement{}, err
	}
	s := found[0]
	s.Lines, err = linesOf(ctx, id)
	return s, err
}

func linesOf(ctx context.Context, id uuid.UUID) ([]Line, error) {
	var rows []struct {
		InvoiceID   uuid.UUID
		DocKind     billing.Kind
		Series      string
		Number      int64
		IssuedOn    time.Time
		Item        int
		ServiceID   *uuid.UUID
		PatientID   *uuid.UUID
		Description string
		Share       decimal.Decimal
		Base        decimal.Decimal
		Kind        Kind
		Rate        decimal.Decimal
		Fee         decimal.Decimal
	}
	const query = `select l.invoice_id, i.kind as doc_kind, i.series, i.number, i.issued_on, l.item, l.service_id, l.patient_id, l.description, l.share, l.base, l.kind, l.rate, l.fee
		from fee_lines l join invoices i on i.clinic_id = l.clinic_id and i.id = l.invoice_id where l.settlement_id = ? order by l.place`
	if err := database.From(ctx).Raw(query, id).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the lines of a settlement: %w", err)
	}
	lines := make([]Line, len(rows))
	for i, r := range rows {
		lines[i] = Line{
			Work: Work{
				Invoice: r.InvoiceID, Document: billing.Name{Kind: r.DocKind, Series: r.Series, Number: r.Number}, IssuedOn: dayOf(&r.IssuedOn), Item: r.Item,
				Service: orZero(r.ServiceID), Patient: orZero(r.PatientID), Description: r.Description, Share: r.Share,
			},
			Kind: r.Kind, Rate: r.Rate, Base: r.Base, Fee: r.Fee,
		}
	}
	return lines, nil
}

// Close writes a settlement; ErrChanged when somebody closed one of the same number meanwhile.
func (Postgres) Close(ctx context.Context, s Settlement) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error { return writeSettlement(ctx, s) })
	if database.Violates(err, "fee_settlements_number") {
		return ErrChanged
	}
	return explain("close a settlement of fees", err)
}

func writeSettlement(ctx context.Context, s Settlement) error {
	const insert = `insert into fee_settlements (id, doctor_id, number, from_on, to_on, base, fee, closed_by, closed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	if err := database.From(ctx).Exec(insert, s.ID, s.Doctor, s.Number, dayOrNull(s.From), s.To.String(), s.Base, s.Fee, s.ClosedBy, s.ClosedAt).Error; err != nil {
		return err
	}
	const line = `insert into fee_lines (settlement_id, place, invoice_id, item, service_id, patient_id, description, share, base, kind, rate, fee)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	for place, l := range s.Lines {
		err := database.From(ctx).Exec(line, s.ID, place, l.Invoice, l.Item, orNull(l.Service), orNull(l.Patient), l.Description, l.Share, l.Base, l.Kind, l.Rate, l.Fee).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func dayOrNull(d agenda.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}
