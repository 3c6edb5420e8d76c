package billing

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Receipts gives preliminary receipts for money, on the server and on a device alike.
type Receipts struct {
	store Store
	till  *Till
	now   clock.Now
}

// NewReceipts builds it over the same store as the registers.
func NewReceipts(till *Till) *Receipts {
	return &Receipts{store: till.store, till: till, now: till.now}
}

// Give takes what is paid into one's open register of the site and gives the receipt its number. The same receipt again
// is the one that is there.
func (s *Receipts) Give(ctx context.Context, r Receipt) (Receipt, error) {
	there, err := s.store.receipt(ctx, r.ID)
	if err == nil && !there.same(r.made(there)) {
		return Receipt{}, ErrOtherReceipt
	}
	if err == nil || !fault.IsNotFound(err) {
		return there, err
	}
	session, err := s.till.Open(ctx, r.SiteID)
	if err != nil {
		return Receipt{}, err
	}
	if session.Counted != nil {
		return Receipt{}, ErrCounted
	}
	r.SessionID, r.By, r.IssuedAt = session.ID, access.Who(ctx).MembershipID, s.now()
	if err := r.Problems().Err(); err != nil {
		return Receipt{}, err
	}
	limit, err := s.store.discountLimit(ctx)
	if err != nil {
		return Receipt{}, err
	}
	if err := DiscountAllowed(r.Lines, limit, access.Who(ctx).Can(accounts.BillingOverride)); err != nil {
		return Receipt{}, err
	}
	return s.store.addReceipt(ctx, r.numbered())
}

// made is the receipt at the moment and place of another.
func (r Receipt) made(at Receipt) Receipt {
	r.IssuedAt = at.IssuedAt
	return r
}

// ByID is one receipt.
func (s *Receipts) ByID(ctx context.Context, id uuid.UUID) (Receipt, error) {
	return s.store.receipt(ctx, id)
}

// Open are the receipts without a document: of a register, or all for the zero id.
func (s *Receipts) Open(ctx context.Context, session uuid.UUID) ([]Receipt, error) {
	return s.store.openReceipts(ctx, session)
}
