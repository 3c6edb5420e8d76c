//go:build !js

package billing

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/patients"
	"hampi/modules/platform/web"
)

// Register is what the pages about accounts ask of the register of patients.
type Register interface {
	Families
	// Search finds people by pieces of their names, or by a whole number.
	Search(ctx context.Context, typed string, most int) (patients.Found, error)
	// Frame is what stands around a section of the person's page.
	Frame(ctx context.Context, id uuid.UUID, tab string) (patients.Frame, error)
}

// Parts are what the pages of billing stand on.
type Parts struct {
	Front
	Register    Register
	Ledger      *Ledger
	Emission    *Emission
	Desk        *Desk
	Made        *ReceiptDocuments // documents of receipts
	Connections *Connections
	Insurers    *Insurers
	Authoriser  Authoriser
	Papers      *Papers
	Auditor     *Auditor
	Filing      *Filing
	Dispatch    *Dispatch
	Notes       *Notes
	Drafts      *Drafts
	Later       Later
	Unsent      func(ctx context.Context) (int, error) // what of a person's devices has not arrived; nil is never anything
}

type screens struct{ Parts }

// Routes adds the pages where money is taken.
func Routes(r *web.Router, p Parts) {
	h := screens{p}
	h.desk().routes(r)
	h.cashRoutes(r)
	h.cashPDFRoutes(r)
	h.receiptRoutes(r)
	h.documentRoutes(r)
	h.printRoutes(r)
	h.compareRoutes(r)
	h.fileRoutes(r)
	h.accountRoutes(r)
	h.moveRoutes(r)
	h.debtRoutes(r)
	h.settingsRoutes(r)
	h.insurerRoutes(r)
}
