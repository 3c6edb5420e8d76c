package billing

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// What the charging screen asks, and the fields that answer it with a yes.
const (
	seenField  = "total_visto" // what was to be paid when the screen was drawn
	debtField  = "deuda"       // what is not paid stays as a debt
	againField = "otra_vez"    // the visit was charged already, and is charged once more
	yes        = "si"
)

// chargedAs is what a visit was charged with already.
type chargedAs struct {
	ID     uuid.UUID
	Name   string // B001-00000012, R02-000118
	Ticket bool   // a preliminary receipt
}

func (a chargedAs) path() string {
	if a.Ticket {
		return receiptPath(a.ID)
	}
	return documentPath(a.ID)
}

// chargedBefore is what the visit of a cart was charged with, besides the cart itself; nothing for a cart of no visit.
func (h front) chargedBefore(ctx context.Context, f chargeForm) ([]chargedAs, error) {
	if f.Appointment == nil {
		return nil, nil
	}
	return h.Receipts.store.chargedVisit(ctx, *f.Appointment, f.ID)
}

// asked are the questions that whoever charges has not answered: an amount that changed since the screen was drawn, a
// visit that was charged already, and a debt, which somebody must owe.
func (f chargeForm) asked(payable decimal.Decimal, c Content, payments []Payment, before []chargedAs) fault.Problems {
	problems := fault.Problems{}
	if seen := f.Typed.Get(seenField); seen != "" && seen != payable.StringFixed(2) {
		problems.Add("", "Ahora son "+c.Currency.Money(payable)+". Revise y vuelva a cobrar.")
		return problems
	}
	if len(before) > 0 && f.Typed.Get(againField) != yes {
		problems.Add(againField, "Si de verdad se cobra otra vez, márquelo.")
	}
	left := payable
	for _, p := range payments {
		left = left.Sub(p.Amount)
	}
	switch {
	case !left.IsPositive() || c.Credit != nil:
	case f.nobodyOwes():
		problems.Add("pagos", "Faltan "+c.Currency.Money(left)+". Sin paciente ni documento nadie queda debiendo.")
	case f.Typed.Get(debtField) != yes:
		problems.Add(debtField, "Si no se paga ahora, márquelo.")
	}
	return problems
}

// nobodyOwes holds when nothing tells who would have to pay later.
func (f chargeForm) nobodyOwes() bool { return f.Patient == nil && f.Customer.DocumentType == NoPaper }

// unpaid is what the payments that are typed leave open.
func (v chargeView) unpaid() decimal.Decimal {
	payments, _ := v.Form.payments()
	left := v.payable()
	for _, p := range payments {
		left = left.Sub(p.Amount)
	}
	return left
}

// debtor is who would owe what is not paid.
func (v chargeView) debtor() string {
	if v.Patient != "" {
		return v.Patient
	}
	return v.Form.Customer.Name
}
