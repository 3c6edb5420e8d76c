package billing

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Store is what the desk asks of where registers and receipts are kept: the Ledger on the server, Offline on a device.
// Everything happens inside the clinic of the context.
type Store interface {
	registers
	receipts
	// discountLimit is what may be given off without authorisation, in percent.
	discountLimit(ctx context.Context) (decimal.Decimal, error)
}

// registers is the part of the store that keeps cash registers.
type registers interface {
	// session finds one, also by the id under which it joined another; fault.ErrNotFound when there is none.
	session(ctx context.Context, id uuid.UUID) (CashSession, error)
	// lockSession is session, and nobody else takes money into it, counts or closes it before the transaction ends.
	lockSession(ctx context.Context, id uuid.UUID) (CashSession, error)
	// openSession is the one that somebody has open at a site; fault.ErrNotFound when there is none.
	openSession(ctx context.Context, owner, site uuid.UUID) (CashSession, error)
	// sessions are the latest ones; of everybody for the zero owner.
	sessions(ctx context.Context, owner uuid.UUID, limit int) ([]CashSession, error)
	// openSessions are those that are not closed, the latest first; of everybody for the zero owner.
	openSessions(ctx context.Context, owner uuid.UUID, limit int) ([]CashSession, error)
	// addSession keeps a new one. ErrOpenCash leaves the transaction usable.
	addSession(ctx context.Context, s CashSession) error
	keepCount(ctx context.Context, s CashSession, c Count, at time.Time) error
	closeSession(ctx context.Context, s CashSession, reason string, verified []Method, at time.Time) error
	addMovement(ctx context.Context, m Movement) error
	// contents are the payments and movements of a session, in their order; on a device those of its own receipts.
	contents(ctx context.Context, session uuid.UUID) ([]Paid, []Movement, error)
}

// receipts is the part of the store that keeps preliminary receipts.
type receipts interface {
	// receipt finds one; fault.ErrNotFound when there is none.
	receipt(ctx context.Context, id uuid.UUID) (Receipt, error)
	// openReceipts are those without a document, the oldest first: of a register, or of all for the zero id.
	openReceipts(ctx context.Context, session uuid.UUID) ([]Receipt, error)
	// ownReceipts are the latest of who asks, the latest first.
	ownReceipts(ctx context.Context, limit int) ([]Receipt, error)
	// chargedVisit is what a visit was charged with, besides the document or receipt with an id.
	chargedVisit(ctx context.Context, visit, but uuid.UUID) ([]chargedAs, error)
	// addReceipt gives a receipt its number and keeps it with its payments.
	addReceipt(ctx context.Context, r Receipt) (Receipt, error)
	// nextReceipt is the number that the next one would get; "" on a device that has no number of its own yet.
	nextReceipt(ctx context.Context) (string, error)
}
