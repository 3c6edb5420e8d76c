//go:build !js

package billing

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// findHeld fills in what the patient has in its favour: a balance to pay with, and advances to be deducted.
func (h screens) findHeld(ctx context.Context, f *chargeForm) (err error) {
	if f.Patient == nil || f.Kind == onlyReceipt {
		return nil
	}
	if f.Balance, err = h.Desk.Balance(ctx, *f.Patient); err != nil {
		return err
	}
	f.Advances, err = h.Desk.Advances(ctx, *f.Patient)
	return err
}

// deduct takes the advances that are ticked off what is to be paid. One that cannot be taken is a problem, never left
// out in silence: the patient would owe its amount.
func (f chargeForm) deduct(c *Content, problems fault.Problems) {
	var chosen []Advance
	for _, typed := range f.Typed[deductionsField] {
		i := slices.IndexFunc(f.Advances, func(a Advance) bool { return a.ID.String() == typed })
		if i < 0 {
			problems.Add(deductionsField, "Un adelanto elegido ya no está vigente, o no va con un recibo. Revise el total.")
			continue
		}
		if why := f.undeductible(f.Advances[i]); why != "" {
			problems.Add(deductionsField, "El adelanto "+f.Advances[i].Document.String()+" no se descontó: "+why)
			continue
		}
		chosen = append(chosen, f.Advances[i])
	}
	*c = c.Deducting(chosen)
}

// undeductible says why an advance does not go with the document as it is now; "" when it does.
func (f chargeForm) undeductible(a Advance) string {
	switch {
	case a.Document.Kind != f.Kind:
		return "está en una " + a.Document.Kind.word() + "."
	case a.Currency.code() != Soles:
		return "está en " + a.Currency.Words() + "."
	case a.Customer.DocumentNumber != f.Customer.DocumentNumber:
		return "está a nombre de otro cliente."
	case a.Status != Accepted && a.Status != Sent:
		return "todavía no llega a SUNAT."
	}
	return ""
}

// heldView are the advances of a patient beside the payments.
type heldView struct {
	Form     chargeForm
	Content  Content
	Problems fault.Problems
}

// deducted is what a document takes off for an advance; zero when it is not ticked.
func (v heldView) deducted(advance uuid.UUID) decimal.Decimal {
	for _, d := range v.Content.Deductions {
		if d.AdvanceID == advance {
			return d.Amount
		}
	}
	return decimal.Zero
}

// leftWords say of an advance what is left, or why it cannot be taken.
func (v heldView) leftWords(a Advance) string {
	words := "quedan " + a.Currency.Money(a.Left)
	if why := v.Form.undeductible(a); why != "" {
		words += "; " + why
	}
	return words
}
