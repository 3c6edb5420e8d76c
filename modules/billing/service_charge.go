//go:build !js

package billing

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Desk is where people are charged: a document and what it is paid with, in one transaction.
type Desk struct {
	ledger   *Ledger
	emission *Emission
	till     *Till
	now      clock.Now
}

// NewDesk builds it over emission and registers.
func NewDesk(ledger *Ledger, emission *Emission, till *Till, now clock.Now) *Desk {
	return &Desk{ledger: ledger, emission: emission, till: till, now: now}
}

// Charge issues a document and takes what it is paid with into one's open register of the site. Paying less leaves a
// debt; paying more is refused. The same order again gives what is there, and takes nothing twice.
func (d *Desk) Charge(ctx context.Context, o Order, payments []Payment) (Entry, error) {
	if o.PaidWith == "" {
		o.PaidWith = PaidWith(payments)
	}
	there, err := d.emission.there(ctx, o)
	if err != nil || there.ID != uuid.Nil {
		return there, err
	}
	session, err := d.till.Open(ctx, o.SiteID)
	if err != nil {
		return Entry{}, err
	}
	if session.Counted != nil {
		return Entry{}, ErrCounted
	}
	if _, problems := Settle(o.Totals().Total, o.Currency, payments); len(problems) > 0 {
		return Entry{}, problems.Err()
	}
	entry, err := d.emission.Issue(ctx, o)
	if err != nil {
		return Entry{}, err
	}
	return entry, d.take(ctx, session, entry, payments)
}

func (d *Desk) take(ctx context.Context, s CashSession, e Entry, payments []Payment) error {
	for _, p := range payments {
		t := Paid{Payment: p, SessionID: s.ID, InvoiceID: e.ID, PatientID: e.PatientID, By: access.Who(ctx).MembershipID, At: d.now()}
		if t.ID == uuid.Nil {
			t.ID = uuid.Must(uuid.NewV7())
		}
		if err := d.ledger.addPayment(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// Account is what is owed for a document.
type Account struct {
	Total    decimal.Decimal
	Credited decimal.Decimal
	Paid     decimal.Decimal
}

// Due is what is still to be paid; below zero what is to be given back.
func (a Account) Due() decimal.Decimal { return a.Total.Sub(a.Credited).Sub(a.Paid) }

// Account says what is owed for a document. One that SUNAT rejected or that was voided is owed nothing.
func (d *Desk) Account(ctx context.Context, e Entry) (Account, error) {
	a := Account{}
	var err error
	if e.State.Status.Counts() && e.Kind != CreditNote { // a debit note asks for money of its own
		a.Total = e.Totals().Total
	}
	if a.Credited, err = d.ledger.credited(ctx, e.ID); err != nil {
		return a, err
	}
	if a.Total.IsZero() {
		a.Credited = decimal.Zero
	}
	a.Paid, err = d.ledger.paid(ctx, e.ID)
	return a, err
}

// Pay takes more for a document that is not paid whole.
func (d *Desk) Pay(ctx context.Context, invoice uuid.UUID, payments []Payment) (Entry, error) {
	e, err := d.ledger.lockEntry(ctx, invoice)
	if err != nil {
		return Entry{}, err
	}
	session, err := d.till.Open(ctx, e.SiteID)
	if err != nil {
		return Entry{}, err
	}
	if session.Counted != nil {
		return Entry{}, ErrCounted
	}
	account, err := d.Account(ctx, e)
	if err != nil {
		return Entry{}, err
	}
	if len(payments) == 0 {
		return Entry{}, fault.InvalidField("payments", "Falta el pago.")
	}
	if _, problems := Settle(decimal.Max(account.Due(), decimal.Zero), e.Currency, payments); len(problems) > 0 {
		return Entry{}, problems.Err()
	}
	return e, d.take(ctx, session, e, payments)
}

// Refund gives back a payment, whole or in part, out of one's register. It needs a permission of its own, which the route asks.
func (d *Desk) Refund(ctx context.Context, id, payment uuid.UUID, amount decimal.Decimal, reason string) (Paid, error) {
	p, err := d.ledger.Payment(ctx, payment)
	if err != nil {
		return Paid{}, err
	}
	e, err := d.ledger.lockEntry(ctx, p.InvoiceID)
	if err != nil {
		return Paid{}, err
	}
	session, err := d.till.Open(ctx, e.SiteID)
	if err != nil {
		return Paid{}, err
	}
	left, err := d.refundable(ctx, p)
	if err != nil {
		return Paid{}, err
	}
	reason = strings.Join(strings.Fields(reason), " ")
	problems := fault.Problems{}
	problems.Add("reason", textProblem(reason, 3, longestReason, "Falta el motivo de la devolución."))
	switch {
	case p.RefundsID != nil:
		problems.Add("amount", "Eso ya es una devolución.")
	case !amount.IsPositive() || hasMoreDecimals(amount, 2):
		problems.Add("amount", "El importe es mayor que cero y lleva hasta dos decimales.")
	case amount.GreaterThan(left):
		problems.Add("amount", "De ese pago quedan "+e.Currency.Money(left)+".")
	}
	if err := problems.Err(); err != nil {
		return Paid{}, err
	}
	t := Paid{
		Payment:   Payment{ID: id, Method: p.Method, Amount: amount.Neg(), Reference: p.Reference},
		SessionID: session.ID, InvoiceID: p.InvoiceID, PatientID: p.PatientID, RefundsID: &p.ID, Reason: reason, By: access.Who(ctx).MembershipID, At: d.now(),
	}
	return t, d.ledger.addPayment(ctx, t)
}

// refundable is what of a payment has not been given back yet.
func (d *Desk) refundable(ctx context.Context, p Paid) (decimal.Decimal, error) {
	all, err := d.ledger.Payments(ctx, p.InvoiceID)
	if err != nil {
		return decimal.Zero, err
	}
	left := p.Amount
	for _, other := range all {
		if other.RefundsID != nil && *other.RefundsID == p.ID {
			left = left.Add(other.Amount)
		}
	}
	return left, nil
}
