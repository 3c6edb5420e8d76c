//go:build !js

package billing

import (
	"bytes"
	"context"
	"errors"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Drafts keeps documents that are prepared now and issued later.
type Drafts struct {
	ledger *Ledger
	desk   *Desk
	now    clock.Now
}

// NewDrafts builds it over the ledger and who issues.
func NewDrafts(ledger *Ledger, desk *Desk, now clock.Now) *Drafts {
	return &Drafts{ledger: ledger, desk: desk, now: now}
}

// Write keeps a draft. The same again is the one that is there; another content under its id is a conflict.
func (s *Drafts) Write(ctx context.Context, o Order) (DraftInvoice, error) {
	if err := o.draftProblems().Err(); err != nil {
		return DraftInvoice{}, err
	}
	if _, err := s.ledger.Entry(ctx, o.ID); !errors.Is(err, fault.ErrNotFound) {
		return DraftInvoice{}, errors.Join(err, ErrOtherContent)
	}
	there, err := s.ledger.Draft(ctx, o.ID)
	if err == nil {
		return there, sameContent(there.Content, o.Content)
	}
	if !errors.Is(err, fault.ErrNotFound) {
		return DraftInvoice{}, err
	}
	d := DraftInvoice{Order: o, WrittenBy: access.Who(ctx).MembershipID, WrittenAt: s.now()}
	return d, s.ledger.addDraft(ctx, d)
}

func sameContent(a, b Content) error {
	_, one, err := hashOf(a)
	if err != nil {
		return err
	}
	_, other, err := hashOf(b)
	if err != nil {
		return err
	}
	if !bytes.Equal(one, other) {
		return ErrOtherDraft
	}
	return nil
}

// Issue issues a draft as of today, with what it is paid with, and drops it. One that was issued is the document.
func (s *Drafts) Issue(ctx context.Context, id uuid.UUID, payments []Payment) (Entry, error) {
	d, err := s.ledger.lockDraft(ctx, id)
	if errors.Is(err, fault.ErrNotFound) {
		return s.ledger.Entry(ctx, id)
	}
	if err != nil {
		return Entry{}, err
	}
	d.IssuedOn = Today(s.now())
	d.IGVPercent = IGVOn(d.IssuedOn)
	e, err := s.desk.Issue(ctx, d.Order, payments)
	if err != nil {
		return Entry{}, err
	}
	return e, s.ledger.dropDraft(ctx, id)
}

// Issue issues a document, and takes what it is paid with when something is: without payments it needs no register.
func (d *Desk) Issue(ctx context.Context, o Order, payments []Payment) (Entry, error) {
	if len(payments) == 0 {
		return d.emission.Issue(ctx, o)
	}
	return d.Charge(ctx, o, payments)
}
