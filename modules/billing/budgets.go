package billing

import (
	"context"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/billing/prices"
	"hampi/modules/platform/fault"
)

// Budgets is what charging asks of whoever writes budgets (presupuestos), such as a dental plan that is charged item by
// item over months. A program without such a module has none.
type Budgets interface {
	// Budget is what of one is still to be charged; fault.ErrNotFound for one that nobody knows.
	Budget(ctx context.Context, id uuid.UUID) (Budget, error)
	// Charged is told, in the transaction of the charge, what of a budget was charged; the same charge again changes nothing.
	// It refuses, as a conflict, items that are not of the budget or that another charge has taken meanwhile.
	Charged(ctx context.Context, c BudgetCharge) error
}

// Budget is what a patient was promised, as far as it is not charged.
type Budget struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	DoctorID  uuid.UUID // whose work it is; none: nobody's in particular
	Items     []BudgetItem
}

// BudgetItem is a thing of a budget, at the price that was promised.
type BudgetItem struct {
	ID       uuid.UUID
	Ref      prices.Ref
	Where    string // "pieza 16"; may be empty
	Quantity decimal.Decimal
	Price    decimal.Decimal // of one, with IGV
}

// where is what is said of the place of an item, after its name.
func (b Budget) where(item uuid.UUID) string {
	for _, one := range b.Items {
		if one.ID == item && one.Where != "" {
			return ", " + one.Where
		}
	}
	return ""
}

// BudgetCharge is what of a budget was charged, and what came in for it. What is paid later is told by the document.
type BudgetCharge struct {
	BudgetID uuid.UUID
	ChargeID uuid.UUID // the document or receipt has the same id
	Items    []uuid.UUID
	Total    decimal.Decimal // of all that was charged together
	Paid     decimal.Decimal
}

// fillBudget puts what is left of a budget into the cart.
func (h front) fillBudget(ctx context.Context, id uuid.UUID, f *chargeForm) error {
	if h.Budgets == nil {
		return fault.ErrNotFound
	}
	b, err := h.Budgets.Budget(ctx, id)
	if err != nil {
		return err
	}
	f.Budget, f.Patient, f.Doctor = &b.ID, &b.PatientID, b.DoctorID
	for _, item := range b.Items {
		offer, err := h.Book.Offer(ctx, item.Ref)
		if err != nil {
			return err
		}
		line := lineOf(offer, uuid.Nil)
		line.Item, line.Quantity, line.Price = item.ID, item.Quantity.String(), item.Price.StringFixed(2)
		line.Text += b.where(item.ID)
		f.Lines = append(f.Lines, line)
	}
	return nil
}

// tellBudget says what of its budget the cart charged.
func (h front) tellBudget(ctx context.Context, f chargeForm, c Content, payments []Payment) error {
	if f.Budget == nil || h.Budgets == nil {
		return nil
	}
	told := BudgetCharge{BudgetID: *f.Budget, ChargeID: f.ID, Total: c.Totals().Total}
	for _, l := range f.Lines {
		if l.Item != uuid.Nil {
			told.Items = append(told.Items, l.Item)
		}
	}
	for _, p := range payments {
		told.Paid = told.Paid.Add(p.Amount)
	}
	return h.Budgets.Charged(ctx, told)
}
