//go:build !js

package billing

import (
	"context"

	"github.com/google/uuid"
)

// DebtFilter narrows the list of debts. The zero one is all of the clinic.
type DebtFilter struct {
	Site uuid.UUID
	Age  *Age
}

// NamesOf is what the desk asks about the people who owe.
type NamesOf interface {
	NamesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// Debts are what is owed to the clinic, what was due first standing first, each with whose it is and, on a factura, the
// company or insurer that pays.
func (d *Desk) Debts(ctx context.Context, f DebtFilter, people NamesOf) ([]Debt, error) {
	unpaid, err := d.ledger.Unpaid(ctx, f.Site)
	if err != nil {
		return nil, err
	}
	today := Today(d.now())
	var debts []Debt
	for _, u := range unpaid {
		for _, part := range u.Debts(today) {
			if f.Age == nil || *f.Age == part.Age {
				debts = append(debts, part)
			}
		}
	}
	ByDay(debts)
	return debts, d.nameDebts(ctx, debts, people)
}

func (d *Desk) nameDebts(ctx context.Context, debts []Debt, people NamesOf) error {
	var patients, unnamed []uuid.UUID
	for _, debt := range debts {
		if debt.PatientID != nil {
			patients = append(patients, *debt.PatientID)
		}
		if debt.PatientID == nil || debt.Name.Kind == Factura {
			unnamed = append(unnamed, debt.Invoice)
		}
	}
	names, err := people.NamesByID(ctx, patients)
	if err != nil {
		return err
	}
	customers, err := d.ledger.customersOf(ctx, unnamed)
	if err != nil {
		return err
	}
	for i := range debts {
		debt := &debts[i]
		customer := customers[debt.Invoice]
		debt.Person = customer.Name
		if debt.PatientID != nil {
			debt.Person = names[*debt.PatientID]
		}
		if customer.DocumentType == RUC {
			debt.Payer, debt.PayerRUC = customer.Name, customer.DocumentNumber
		}
	}
	return nil
}
