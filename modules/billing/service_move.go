//go:build !js

package billing

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Replace issues a document in the place of one that SUNAT rejected or that was voided, and lets the money follow: what
// stands paid for the first pays the second, as far as it goes. A document is replaced once.
func (d *Desk) Replace(ctx context.Context, id, replaced uuid.UUID, kind Kind, c Content) (Entry, error) {
	old, err := d.ledger.lockEntry(ctx, replaced)
	if err != nil {
		return Entry{}, err
	}
	if there, err := d.ledger.Entry(ctx, id); err == nil && there.ReplacesID != nil && *there.ReplacesID == replaced {
		return there, nil
	}
	if old.State.Status.Counts() || old.Kind.IsNote() || kind.IsNote() {
		return Entry{}, fault.Conflicted("not_replaceable", "Se reemplaza una boleta o factura que SUNAT rechazó o que se anuló.")
	}
	payments, err := d.ledger.Payments(ctx, replaced)
	if err != nil {
		return Entry{}, err
	}
	if old.Currency.code() != c.Currency.code() && len(standing(payments)) > 0 {
		return Entry{}, fault.InvalidField("currency", "Lo pagado está en "+old.Currency.Words()+"; el comprobante que lo reemplaza va en la misma moneda.")
	}
	c.PaidWith = PaidWith(standing(payments))
	o := Order{
		ID: id, Kind: kind, SiteID: old.SiteID, PatientID: old.PatientID, AppointmentID: old.AppointmentID, ReplacesID: &old.ID, Content: c,
	}
	e, err := d.emission.Issue(ctx, o)
	if err != nil {
		return Entry{}, err
	}
	if _, err := d.move(ctx, old, e); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// standing are payments without what was given back of them.
func standing(all []Paid) []Payment {
	var list []Payment
	for _, p := range all {
		if left := leftOf(p, all); p.Amount.IsPositive() && left.IsPositive() {
			list = append(list, Payment{Method: p.Method, Amount: left, Reference: p.Reference, Currency: p.Currency})
		}
	}
	return list
}

// Move lets what stands paid for a document that SUNAT rejected or that was voided pay another one of the same person
// that is owed. It tells how much moved.
func (d *Desk) Move(ctx context.Context, from, to uuid.UUID) (decimal.Decimal, error) {
	first, second := from, to
	if bytes.Compare(to[:], from[:]) < 0 {
		first, second = to, from
	}
	if _, err := d.ledger.lockEntry(ctx, first); err != nil { // always in one order
		return decimal.Zero, err
	}
	if _, err := d.ledger.lockEntry(ctx, second); err != nil {
		return decimal.Zero, err
	}
	old, err := d.ledger.Entry(ctx, from)
	if err != nil {
		return decimal.Zero, err
	}
	e, err := d.ledger.Entry(ctx, to)
	if err != nil {
		return decimal.Zero, err
	}
	switch same, err := d.samePerson(ctx, old, e); {
	case err != nil:
		return decimal.Zero, err
	case old.State.Status.Counts():
		return decimal.Zero, fault.Conflicted("still_counts", "El pago se pasa desde un comprobante que SUNAT rechazó o que se anuló.")
	case e.Currency.code() != old.Currency.code():
		return decimal.Zero, fault.InvalidField("to", "Lo pagado está en "+old.Currency.Words()+" y ese comprobante en "+e.Currency.Words()+".")
	case !e.State.Status.Counts() || e.Kind == CreditNote || !same:
		return decimal.Zero, fault.InvalidField("to", "Elija un comprobante vigente de la misma persona.")
	}
	return d.move(ctx, old, e)
}

// samePerson: of one family, or, without a patient, of one customer who said who it is.
func (d *Desk) samePerson(ctx context.Context, a, b Entry) (bool, error) {
	if a.PatientID == nil || b.PatientID == nil {
		return a.PatientID == b.PatientID && a.Customer.DocumentNumber == b.Customer.DocumentNumber && a.Customer.DocumentType != NoPaper, nil
	}
	family, err := d.families.Family(ctx, *a.PatientID)
	return slices.Contains(family, *b.PatientID), err
}

// move takes each payment from one document to the other: a row below zero here, the same above zero there. It passes no
// register, for nobody touched the money.
func (d *Desk) move(ctx context.Context, old, e Entry) (decimal.Decimal, error) {
	account, err := d.Account(ctx, e)
	if err != nil {
		return decimal.Zero, err
	}
	all, err := d.ledger.Payments(ctx, old.ID)
	if err != nil {
		return decimal.Zero, err
	}
	due, moved := account.Due(), decimal.Zero
	for _, p := range all {
		part := decimal.Min(leftOf(p, all), due)
		if !p.Amount.IsPositive() || !part.IsPositive() {
			continue
		}
		if err := d.movePart(ctx, p, old, e, part); err != nil {
			return decimal.Zero, err
		}
		due, moved = due.Sub(part), moved.Add(part)
	}
	return moved, nil
}

func (d *Desk) movePart(ctx context.Context, p Paid, old, e Entry, part decimal.Decimal) error {
	who, now := access.Who(ctx).MembershipID, d.now()
	out := Paid{
		Payment:   Payment{ID: newID(), Method: p.Method, Amount: part.Neg(), Reference: p.Reference, Currency: p.Currency},
		InvoiceID: old.ID, PatientID: p.PatientID, RefundsID: &p.ID, MovedID: &e.ID, Reason: "Pasa a " + e.Name.String(), By: who, At: now,
	}
	if err := d.ledger.addPayment(ctx, out); err != nil {
		return err
	}
	in := out
	in.ID, in.Amount, in.RefundsID, in.Reason = newID(), part, nil, "Viene de "+old.Name.String()
	in.InvoiceID, in.MovedID, in.PatientID = e.ID, &old.ID, e.PatientID
	return d.ledger.addPayment(ctx, in)
}
