//go:build !js

package billing

import (
	"context"
	"strconv"

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
	families Families
	now      clock.Now
}

// Families is what the desk asks of the register of patients.
type Families interface {
	// Family are all ids of one person: the entry that answers for it, and those joined into it.
	Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error)
}

// NewDesk builds it over emission, registers and the people who pay.
func NewDesk(ledger *Ledger, emission *Emission, till *Till, families Families, now clock.Now) *Desk {
	return &Desk{ledger: ledger, emission: emission, till: till, families: families, now: now}
}

// Charge issues a document and takes what it is paid with into one's open register of the site. Paying less leaves a
// debt; paying more is refused. The same order again gives what is there, and takes nothing twice.
func (d *Desk) Charge(ctx context.Context, o Order, payments []Payment) (Entry, error) {
	if o.PaidWith == "" {
		o.PaidWith = PaidWith(payments)
	}
	if err := d.ledger.alone(ctx, o.ID); err != nil {
		return Entry{}, err
	}
	there, err := d.emission.there(ctx, o)
	if err != nil || there.ID != uuid.Nil {
		return there, err
	}
	session, err := d.register(ctx, o.SiteID)
	if err != nil {
		return Entry{}, err
	}
	settled, problems := Settle(o.Totals().Total, o.Currency, payments)
	if o.Advance && settled.Pending.IsPositive() {
		problems.Add("payments", "Un adelanto se paga completo; faltan "+o.Currency.Money(settled.Pending)+".")
	}
	if len(problems) > 0 {
		return Entry{}, problems.Err()
	}
	if err := d.draw(ctx, o.PatientID, payments); err != nil {
		return Entry{}, err
	}
	entry, err := d.emission.Issue(ctx, o)
	if err != nil {
		return Entry{}, err
	}
	return entry, d.take(ctx, session, entry, payments)
}

// register is the one that who asks has open at a site; one that is counted takes and gives nothing more.
func (d *Desk) register(ctx context.Context, site uuid.UUID) (CashSession, error) {
	session, err := d.till.Open(ctx, site)
	if err == nil && session.Counted != nil {
		err = ErrCounted
	}
	return session, err
}

// draw lets payments take from a patient's balance no more than is there. The balance stays locked to the end of the
// transaction, so that two at once do not take the same.
func (d *Desk) draw(ctx context.Context, patient *uuid.UUID, payments []Payment) error {
	wanted, place := decimal.Zero, 0
	for i, p := range payments {
		if p.Method == CreditBalance {
			wanted, place = wanted.Add(p.Amount), i
		}
	}
	if wanted.IsZero() {
		return nil
	}
	field := "payments." + strconv.Itoa(place) + ".amount"
	if patient == nil {
		return fault.InvalidField(field, "Sin paciente no hay saldo a favor.")
	}
	balance, err := d.lockBalance(ctx, *patient)
	if err != nil {
		return err
	}
	if wanted.GreaterThan(balance) {
		return fault.InvalidField(field, "El paciente tiene a favor "+Soles.Money(balance)+".")
	}
	return nil
}

func (d *Desk) lockBalance(ctx context.Context, patient uuid.UUID) (decimal.Decimal, error) {
	family, err := d.families.Family(ctx, patient)
	if err != nil {
		return decimal.Zero, err
	}
	if err := d.ledger.lockPeople(ctx, family); err != nil {
		return decimal.Zero, err
	}
	return d.ledger.Balance(ctx, family)
}

// Balance is what a patient has in its favour.
func (d *Desk) Balance(ctx context.Context, patient uuid.UUID) (decimal.Decimal, error) {
	family, err := d.families.Family(ctx, patient)
	if err != nil {
		return decimal.Zero, err
	}
	return d.ledger.Balance(ctx, family)
}

// Advances are those of a patient of which something is left to be deducted.
func (d *Desk) Advances(ctx context.Context, patient uuid.UUID) ([]Advance, error) {
	family, err := d.families.Family(ctx, patient)
	if err != nil {
		return nil, err
	}
	return d.ledger.Advances(ctx, family)
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
	session, err := d.register(ctx, e.SiteID)
	if err != nil {
		return Entry{}, err
	}
	if e.State.Status == InVoiding {
		return Entry{}, ErrBeingVoided
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
	if err := d.draw(ctx, e.PatientID, payments); err != nil {
		return Entry{}, err
	}
	return e, d.take(ctx, session, e, payments)
}
