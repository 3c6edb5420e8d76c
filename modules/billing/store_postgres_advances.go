//go:build !js

package billing

import (
	"context"
	"sort"
	"strconv"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

func (l *Ledger) addDeductions(ctx context.Context, content uuid.UUID, list []Deduction) error {
	const insert = "insert into invoice_deductions (content_id, place, advance_id, amount) values (?, ?, ?, ?)"
	for place, d := range list {
		if err := database.From(ctx).Exec(insert, content, place, d.AdvanceID, d.Amount).Error; err != nil {
			return explain("write what a document deducts", err)
		}
	}
	return nil
}

func (l *Ledger) addInstalments(ctx context.Context, content uuid.UUID, c *Credit) error {
	if c == nil {
		return nil
	}
	const insert = "insert into invoice_instalments (content_id, place, due_on, amount) values (?, ?, ?, ?)"
	for place, q := range c.Instalments {
		if err := database.From(ctx).Exec(insert, content, place, q.DueOn.String(), q.Amount).Error; err != nil {
			return explain("write the instalments of a document", err)
		}
	}
	return nil
}

// creditedOf is what the credit notes of a document (the column named) have taken back.
func creditedOf(column string) string {
	return `coalesce((select sum(nc.total) from invoices n join invoice_states ns on ns.invoice_id = n.id and ns.clinic_id = n.clinic_id
		join invoice_contents nc on nc.id = ns.content_id and nc.clinic_id = n.clinic_id
		where n.amends_id = ` + column + ` and n.kind = 'nota_credito' and ns.state not in ('rejected', 'voided')), 0)`
}

// deductedOf is what documents have deducted of an advance (the column named). A document that SUNAT rejected, that was
// voided or taken back whole gives its advance free again.
func deductedOf(column string) string {
	return `coalesce((select sum(d.amount) from invoice_deductions d join invoice_contents dc on dc.id = d.content_id and dc.clinic_id = d.clinic_id
		join invoice_states ds on ds.invoice_id = dc.invoice_id and ds.content_id = dc.id and ds.clinic_id = dc.clinic_id
		where d.advance_id = ` + column + ` and ds.state not in ('rejected', 'voided') and not (ds.charge > 0 and ds.charge <= ` + creditedOf("ds.invoice_id") + `)), 0)`
}

// deducted is what other documents have deducted of an advance; zero for a document that is none.
func (l *Ledger) deducted(ctx context.Context, advance uuid.UUID) (decimal.Decimal, error) {
	var sum decimal.Decimal
	err := database.From(ctx).Raw("select "+deductedOf("?"), advance).Row().Scan(&sum)
	return sum, explain("add up what was deducted of an advance", err)
}

type advanceRow struct {
	ID       uuid.UUID
	Charge   decimal.Decimal
	Paid     decimal.Decimal
	Credited decimal.Decimal
	Deducted decimal.Decimal
}

// left is what may still be deducted: what is paid and stands, less what was deducted.
func (r advanceRow) left() decimal.Decimal {
	return decimal.Max(decimal.Min(r.Paid, r.Charge.Sub(r.Credited)).Sub(r.Deducted), decimal.Zero)
}

func advanceQuery() string {
	return "select i.id, s.charge, s.paid, " + creditedOf("i.id") + " as credited, " + deductedOf("i.id") + ` as deducted
		from invoices i join invoice_states s on s.invoice_id = i.id and s.clinic_id = i.clinic_id join invoice_contents c on c.id = s.content_id and c.clinic_id = i.clinic_id
		where c.advance and s.state not in ('rejected', 'voided') `
}

// Advances are those of a family of which something is left, the oldest first.
func (l *Ledger) Advances(ctx context.Context, family []uuid.UUID) ([]Advance, error) {
	if len(family) == 0 {
		return nil, nil
	}
	var rows []advanceRow
	if err := database.From(ctx).Raw(advanceQuery()+"and i.patient_id in ? order by i.id", family).Scan(&rows).Error; err != nil {
		return nil, explain("read advances", err)
	}
	var list []Advance
	for _, r := range rows {
		if !r.left().IsPositive() {
			continue
		}
		a, err := l.advance(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func (l *Ledger) advance(ctx context.Context, r advanceRow) (Advance, error) {
	e, err := l.Entry(ctx, r.ID)
	if err != nil {
		return Advance{}, err
	}
	return Advance{ID: e.ID, Document: e.Name, Status: e.State.Status, Total: r.Charge, Left: r.left(), IGVType: e.Lines[0].IGVType, Customer: e.Customer, Currency: e.Currency}, nil
}

// checkDeductions refuses to deduct what is not there. The advances stay locked to the end of the transaction, so that
// two documents at once do not deduct the same.
func (l *Ledger) checkDeductions(ctx context.Context, c Content) error {
	wanted := append([]Deduction{}, c.Deductions...)
	sort.Slice(wanted, func(i, j int) bool { return wanted[i].AdvanceID.String() < wanted[j].AdvanceID.String() })
	for _, d := range wanted {
		if _, err := l.lockEntry(ctx, d.AdvanceID); err != nil {
			return err
		}
	}
	problems := fault.Problems{}
	for i, d := range c.Deductions {
		sentence, err := l.deductionProblem(ctx, d, c)
		if err != nil {
			return err
		}
		problems.Add("deductions."+strconv.Itoa(i)+".amount", sentence)
	}
	return problems.Err()
}

func (l *Ledger) deductionProblem(ctx context.Context, d Deduction, c Content) (string, error) {
	var row advanceRow
	if err := database.From(ctx).Raw(advanceQuery()+"and i.id = ?", d.AdvanceID).Scan(&row).Error; err != nil {
		return "", explain("read an advance", err)
	}
	if row.ID == uuid.Nil {
		return "Ese adelanto ya no está vigente.", nil
	}
	a, err := l.advance(ctx, row)
	switch {
	case err != nil:
		return "", err
	case a.Document != d.Document || a.IGVType != d.IGVType:
		return "Ese adelanto es otro. Recargue la página.", nil
	case a.Status != Accepted && a.Status != Sent:
		return "El adelanto " + a.Document.String() + " todavía no llega a SUNAT. Intente en un momento.", nil
	case a.Customer.DocumentNumber != c.Customer.DocumentNumber:
		return "El adelanto " + a.Document.String() + " está a nombre de otro cliente.", nil
	case a.Currency.code() != c.Currency.code():
		return "El adelanto " + a.Document.String() + " está en " + a.Currency.Words() + " y este comprobante en " + c.Currency.Words() + ".", nil
	case d.Amount.GreaterThan(a.Left):
		return "Del adelanto " + a.Document.String() + " quedan " + c.Currency.Money(a.Left) + ".", nil
	}
	return "", nil
}

// Balance ------------------------------------------------------------------------------------------------------------

// lockPeople makes whoever takes from the balance of the same people wait until the transaction ends.
func (l *Ledger) lockPeople(ctx context.Context, family []uuid.UUID) error {
	const lock = "select id from patients where id in ? order by id for no key update"
	return explain("lock a balance", database.From(ctx).Exec(lock, family).Error)
}

// Balance is what a family has in its favour: given back to it, less what was paid from it and what left it as money.
func (l *Ledger) Balance(ctx context.Context, family []uuid.UUID) (decimal.Decimal, error) {
	if len(family) == 0 {
		return decimal.Zero, nil
	}
	const query = `select -coalesce((select sum(amount) from payments where method = 'credit_balance' and patient_id in ?), 0)
		- coalesce((select sum(amount) from balance_payouts where patient_id in ?), 0)`
	var sum decimal.Decimal
	err := database.From(ctx).Raw(query, family, family).Row().Scan(&sum)
	return sum, explain("read a balance", err)
}

func (l *Ledger) addPayout(ctx context.Context, p Payout) error {
	const insert = "insert into balance_payouts (id, patient_id, method, amount, reference, reason, movement_id, by, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
	return explain("pay a balance out", database.From(ctx).Exec(insert, p.ID, p.PatientID, p.Method, p.Amount, p.Reference, p.Reason, p.MovementID, p.By, p.At).Error)
}

const payoutQuery = "select id, patient_id, method, amount, reference, reason, movement_id, by, at from balance_payouts "

func (l *Ledger) payout(ctx context.Context, id uuid.UUID) (p Payout, err error) {
	err = database.From(ctx).Raw(payoutQuery+"where id = ?", id).Take(&p).Error
	return p, notFound("read what left a balance", err)
}

// payouts are those of a family, the first one first.
func (l *Ledger) payouts(ctx context.Context, family []uuid.UUID) (list []Payout, err error) {
	err = database.From(ctx).Raw(payoutQuery+"where patient_id in ? order by at, id", family).Scan(&list).Error
	return list, explain("read what left a balance", err)
}
