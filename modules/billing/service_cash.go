package billing

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Till is the cash registers of a clinic: whoever takes money opens one at the site, and answers for it until it is closed.
type Till struct {
	store Store
	now   clock.Now
}

// NewTill builds it over the ledger, or over what a device keeps.
func NewTill(store Store, now clock.Now) *Till { return &Till{store: store, now: now} }

// Open is the register that who asks has open at a site; ErrNoCash when there is none.
func (t *Till) Open(ctx context.Context, site uuid.UUID) (CashSession, error) {
	s, err := t.store.openSession(ctx, access.Who(ctx).MembershipID, site)
	if errors.Is(err, fault.ErrNotFound) {
		return s, ErrNoCash
	}
	return s, err
}

// Begin opens a register with what is in it. The same one again is the one that is there.
func (t *Till) Begin(ctx context.Context, id, site uuid.UUID, opening decimal.Decimal) (CashSession, error) {
	problems := fault.Problems{}
	problems.Add("opening_amount", cashAmountProblem(opening))
	if err := problems.Err(); err != nil {
		return CashSession{}, err
	}
	if there, err := t.store.session(ctx, id); err == nil {
		return there, nil
	} else if !errors.Is(err, fault.ErrNotFound) {
		return CashSession{}, err
	}
	s := CashSession{ID: id, SiteID: site, Owner: access.Who(ctx).MembershipID, OpenedAt: t.now(), Opening: opening}
	if err := t.store.addSession(ctx, s); err != nil {
		return CashSession{}, err
	}
	return t.store.session(ctx, id)
}

// mine is an open register of who asks, locked; another's is not there.
func (t *Till) mine(ctx context.Context, id uuid.UUID) (CashSession, error) {
	s, err := t.store.lockSession(ctx, id)
	if err != nil {
		return CashSession{}, err
	}
	if s.Owner != access.Who(ctx).MembershipID {
		return CashSession{}, fault.ErrNotFound
	}
	if s.ClosedAt != nil {
		return CashSession{}, ErrClosedCash
	}
	return s, nil
}

const longestConcept = 120

// Move notes money that goes in (above zero) or out (below zero) of one's register. What is out of the drawer cannot go out.
func (t *Till) Move(ctx context.Context, m Movement) error {
	s, err := t.mine(ctx, m.SessionID)
	if err != nil {
		return err
	}
	if s.Counted != nil {
		return ErrCounted
	}
	problems := fault.Problems{}
	m.Concept = strings.Join(strings.Fields(m.Concept), " ")
	problems.Add("amount", cashAmountProblem(m.Amount.Abs()))
	if m.Amount.IsZero() {
		problems.Add("amount", "Falta el importe.")
	}
	problems.Add("concept", textProblem(m.Concept, 3, longestConcept, "Falta el concepto."))
	if there, err := t.cash(ctx, s); err != nil {
		return err
	} else if m.Amount.Add(there).IsNegative() {
		problems.Add("amount", "En la caja no hay tanto efectivo.")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	m.By, m.At = access.Who(ctx).MembershipID, t.now()
	return t.store.addMovement(ctx, m)
}

// cash is what has to be in a register now.
func (t *Till) cash(ctx context.Context, s CashSession) (decimal.Decimal, error) {
	payments, movements, err := t.store.contents(ctx, s.ID)
	return Expected(s.Opening, payments, movements), err
}

// Count keeps what was found in one's register and, from then on, shows what had to be there. It is made once.
func (t *Till) Count(ctx context.Context, id uuid.UUID, pieces map[string]int) (CashSession, error) {
	s, err := t.mine(ctx, id)
	if err != nil {
		return CashSession{}, err
	}
	if s.Counted != nil {
		return CashSession{}, ErrCounted
	}
	amount, problems := CountedAmount(pieces)
	if err := problems.Err(); err != nil {
		return CashSession{}, err
	}
	payments, movements, err := t.store.contents(ctx, id)
	if err != nil {
		return CashSession{}, err
	}
	c := Count{Pieces: pieces, Amount: amount, Expected: Expected(s.Opening, payments, movements)}
	if err := t.store.keepCount(ctx, s, c, t.now()); err != nil {
		return CashSession{}, err
	}
	return t.store.session(ctx, id)
}

const longestExplanation = 500

// Close ends one's counted register. A difference wants its reason; verified are the other ways to pay that were checked.
func (t *Till) Close(ctx context.Context, id uuid.UUID, reason string, verified []Method) (CashSession, error) {
	s, err := t.mine(ctx, id)
	if err != nil {
		return CashSession{}, err
	}
	if s.Counted == nil {
		return CashSession{}, ErrNotCounted
	}
	reason = strings.TrimSpace(reason)
	problems := fault.Problems{}
	if !s.Counted.Difference().IsZero() {
		problems.Add("reason", textProblem(strings.ReplaceAll(reason, "\n", " "), 3, longestExplanation, "Hay una diferencia; falta el motivo."))
	}
	if err := problems.Err(); err != nil {
		return CashSession{}, err
	}
	if err := t.store.closeSession(ctx, s, reason, verified, t.now()); err != nil {
		return CashSession{}, err
	}
	return t.store.session(ctx, id)
}

// Contents are what went through a register: payments and movements, in their order.
func (t *Till) Contents(ctx context.Context, s CashSession) ([]Paid, []Movement, error) {
	return t.store.contents(ctx, s.ID)
}

// ByID is a register that who asks may see: one's own, or any with the permission to see all.
func (t *Till) ByID(ctx context.Context, id uuid.UUID, all bool) (CashSession, error) {
	s, err := t.store.session(ctx, id)
	if err == nil && !all && s.Owner != access.Who(ctx).MembershipID {
		return CashSession{}, fault.ErrNotFound
	}
	return s, err
}

// List are the latest registers: one's own, or everybody's.
func (t *Till) List(ctx context.Context, all bool, limit int) ([]CashSession, error) {
	return t.store.sessions(ctx, ownerOf(ctx, all), limit)
}

// ListOpen are the latest registers that are not closed: one's own, or everybody's.
func (t *Till) ListOpen(ctx context.Context, all bool, limit int) ([]CashSession, error) {
	return t.store.openSessions(ctx, ownerOf(ctx, all), limit)
}

func ownerOf(ctx context.Context, all bool) uuid.UUID {
	if all {
		return uuid.Nil
	}
	return access.Who(ctx).MembershipID
}

// mostOpen is more than the sites at which one person can have a register open.
const mostOpen = 1000

// OpenRegisters are those that who asks has open, at any site.
func (t *Till) OpenRegisters(ctx context.Context) ([]CashSession, error) {
	return t.ListOpen(ctx, false, mostOpen)
}
