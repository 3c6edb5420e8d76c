//go:build !js

package billing

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Return is what is given back of a payment.
type Return struct {
	ID        uuid.UUID // made by who asks, so that asking twice gives back once
	PaymentID uuid.UUID
	Amount    decimal.Decimal
	Way       Method // none: as it was paid; CreditBalance: to the patient's balance
	Reason    string
}

// Refund gives back a payment, whole or in part: out of one's register, or to the patient's balance, which no register
// sees. It needs a permission of its own, which the route asks. The same again gives what is there.
func (d *Desk) Refund(ctx context.Context, r Return) (Paid, error) {
	if there, err := d.ledger.Payment(ctx, r.ID); err == nil || !errors.Is(err, fault.ErrNotFound) {
		return there, err
	}
	p, err := d.ledger.Payment(ctx, r.PaymentID)
	if err != nil {
		return Paid{}, err
	}
	e, err := d.ledger.lockEntry(ctx, p.InvoiceID)
	if err != nil {
		return Paid{}, err
	}
	left, err := d.refundable(ctx, e, p)
	if err != nil {
		return Paid{}, err
	}
	r = r.tidy(p)
	if err := r.problems(p, e, left).Err(); err != nil {
		return Paid{}, err
	}
	t := Paid{
		Payment:   Payment{ID: r.ID, Method: r.Way, Amount: r.Amount.Neg(), Reference: p.Reference, Currency: p.Currency},
		InvoiceID: p.InvoiceID, PatientID: p.PatientID, RefundsID: &p.ID, Reason: r.Reason, By: access.Who(ctx).MembershipID, At: d.now(),
	}
	if r.Way == CreditBalance {
		t.PatientID = e.PatientID
	} else {
		session, err := d.register(ctx, e.SiteID)
		if err != nil {
			return Paid{}, err
		}
		t.SessionID = session.ID
		if err := d.inDrawer(ctx, session, t.Payment); err != nil {
			return Paid{}, err
		}
	}
	return t, d.ledger.addPayment(ctx, t)
}

// inDrawer refuses to give back cash that a register does not have.
func (d *Desk) inDrawer(ctx context.Context, s CashSession, back Payment) error {
	if back.Method != Cash {
		return nil
	}
	there, err := d.till.cash(ctx, s)
	if err == nil && there.Add(back.Amount).IsNegative() {
		err = fault.InvalidField("way", "En su caja no hay tanto efectivo. Devuelva por otro medio, a saldo a favor, o anote antes una entrada.")
	}
	return err
}

func (r Return) tidy(p Paid) Return {
	r.Reason = strings.Join(strings.Fields(r.Reason), " ")
	if r.Way == "" {
		r.Way = p.Method
	}
	return r
}

func (r Return) problems(p Paid, e Entry, left decimal.Decimal) fault.Problems {
	problems := fault.Problems{}
	problems.Add("reason", textProblem(r.Reason, 3, longestReason, "Falta el motivo de la devolución."))
	switch {
	case r.Way.Label() == string(r.Way):
		problems.Add("way", "Elija cómo se devuelve.")
	case p.Currency.code() != Soles && !r.Way.throughBank():
		problems.Add("way", onlyThroughBank)
	case r.Way == CreditBalance && e.PatientID == nil:
		problems.Add("way", "El comprobante no tiene paciente; no hay saldo al cual pasarlo.")
	}
	switch {
	case p.Amount.IsNegative():
		problems.Add("amount", "Eso ya es una devolución.")
	case endless(r.Amount) || !r.Amount.IsPositive() || hasMoreDecimals(r.Amount, 2):
		problems.Add("amount", "El importe es mayor que cero y lleva hasta dos decimales.")
	case r.Amount.GreaterThan(left):
		problems.Add("amount", "De ese pago quedan "+e.Currency.Money(left)+".")
	}
	return problems
}

// refundable is what of a payment has not been given back yet; of an advance no more than was not deducted.
func (d *Desk) refundable(ctx context.Context, e Entry, p Paid) (decimal.Decimal, error) {
	all, err := d.ledger.Payments(ctx, p.InvoiceID)
	if err != nil {
		return decimal.Zero, err
	}
	left := leftOf(p, all)
	if !e.Advance {
		return left, nil
	}
	deducted, err := d.ledger.deducted(ctx, e.ID)
	return decimal.Max(decimal.Min(left, sumOf(all).Sub(deducted)), decimal.Zero), err
}

// leftOf is what of a payment has neither been given back nor moved.
func leftOf(p Paid, all []Paid) decimal.Decimal {
	left := p.Amount
	for _, other := range all {
		if other.RefundsID != nil && *other.RefundsID == p.ID {
			left = left.Add(other.Amount)
		}
	}
	return left
}

func sumOf(all []Paid) decimal.Decimal {
	sum := decimal.Zero
	for _, p := range all {
		sum = sum.Add(p.Amount)
	}
	return sum
}

// RefundAll gives back what was paid for a document and is no longer asked for, the last payment first: in one way, or each
// part as it was paid.
func (d *Desk) RefundAll(ctx context.Context, invoice uuid.UUID, way Method, reason string) (decimal.Decimal, error) {
	e, err := d.ledger.lockEntry(ctx, invoice)
	if err != nil {
		return decimal.Zero, err
	}
	account, err := d.Account(ctx, e)
	if err != nil {
		return decimal.Zero, err
	}
	all, err := d.ledger.Payments(ctx, invoice)
	if err != nil {
		return decimal.Zero, err
	}
	back := account.Due().Neg()
	sum := decimal.Zero
	for _, p := range slices.Backward(all) {
		left := decimal.Min(leftOf(p, all), back.Sub(sum))
		if !p.Amount.IsPositive() || !left.IsPositive() {
			continue
		}
		if _, err := d.Refund(ctx, Return{ID: newID(), PaymentID: p.ID, Amount: left, Way: way, Reason: reason}); err != nil {
			return decimal.Zero, err
		}
		sum = sum.Add(left)
	}
	if sum.IsZero() {
		return sum, fault.Conflicted("nothing_paid", "De ese comprobante no queda nada por devolver.")
	}
	return sum, nil
}

// PayOut gives a patient money out of its balance: cash out of one's register of the site, other ways by the bank.
func (d *Desk) PayOut(ctx context.Context, site uuid.UUID, p Payout) (Payout, error) {
	if there, err := d.ledger.payout(ctx, p.ID); err == nil || !errors.Is(err, fault.ErrNotFound) {
		return there, err
	}
	balance, err := d.lockBalance(ctx, p.PatientID)
	if err != nil {
		return Payout{}, err
	}
	p.Reason, p.Reference = strings.Join(strings.Fields(p.Reason), " "), strings.TrimSpace(p.Reference)
	if err := p.problems(balance).Err(); err != nil {
		return Payout{}, err
	}
	p.By, p.At = access.Who(ctx).MembershipID, d.now()
	if p.Method == Cash {
		if p.MovementID, err = d.payCash(ctx, site, p); err != nil {
			return Payout{}, err
		}
	}
	return p, d.ledger.addPayout(ctx, p)
}

func (p Payout) problems(balance decimal.Decimal) fault.Problems {
	problems := fault.Problems{}
	if p.Method == CreditBalance || p.Method.Label() == string(p.Method) {
		problems.Add("method", "Elija cómo se devuelve.")
	}
	problems.Add("reference", textProblem(p.Reference, 0, longestReference, ""))
	problems.Add("reason", textProblem(p.Reason, 3, longestReason, "Falta el motivo de la devolución."))
	switch {
	case endless(p.Amount) || !p.Amount.IsPositive() || hasMoreDecimals(p.Amount, 2):
		problems.Add("amount", "El importe es mayor que cero y lleva hasta dos decimales.")
	case p.Amount.GreaterThan(balance):
		problems.Add("amount", "El paciente tiene a favor "+Soles.Money(balance)+".")
	}
	return problems
}

// payCash takes what is paid out of the register.
func (d *Desk) payCash(ctx context.Context, site uuid.UUID, p Payout) (*uuid.UUID, error) {
	session, err := d.register(ctx, site)
	if err != nil {
		return nil, err
	}
	id := newID()
	m := Movement{ID: id, SessionID: session.ID, Amount: p.Amount.Neg(), Concept: "Saldo a favor devuelto"}
	return &id, d.till.Move(ctx, m)
}
