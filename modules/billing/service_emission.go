//go:build !js

package billing

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Emission gives documents their number and their place in the queue, corrects what nobody holds yet, and voids. It calls
// nobody outside: that is done by jobs, inserted in the same transaction.
type Emission struct {
	ledger *Ledger
	later  Later
	now    clock.Now
}

// Later is what follows the transaction in which a document is written, if that commits.
type Later interface {
	// Send sends what waits in a series.
	Send(ctx context.Context, series uuid.UUID) error
	// Test tries the clinic's connection.
	Test(ctx context.Context) error
	// Follow asks at a moment what became of a document.
	Follow(ctx context.Context, invoice uuid.UUID, at time.Time) error
	// File gets, from a moment on, the files of an accepted document.
	File(ctx context.Context, invoice uuid.UUID, at time.Time) error
}

// NewEmission builds it over the ledger and what follows.
func NewEmission(ledger *Ledger, later Later, now clock.Now) *Emission {
	return &Emission{ledger: ledger, later: later, now: now}
}

// Order is the wish for a document.
type Order struct {
	ID            uuid.UUID // made by who asks, so that asking twice gives one document
	Kind          Kind
	SiteID        uuid.UUID
	PatientID     *uuid.UUID
	AppointmentID *uuid.UUID
	AmendsID      *uuid.UUID // notes alone
	ReplacesID    *uuid.UUID // what SUNAT rejected or was voided, and this stands for
	Content
}

// Issue checks a document, gives it the next number of its site's series and puts it into the queue. Nothing is spent on
// what SUNAT would refuse. The same order again gives the document that is there.
func (s *Emission) Issue(ctx context.Context, o Order) (Entry, error) {
	if err := s.ledger.alone(ctx, o.ID); err != nil {
		return Entry{}, err
	}
	if there, err := s.there(ctx, o); err != nil || there.ID != uuid.Nil {
		return there, err
	}
	original, err := s.original(ctx, o.AmendsID)
	if err != nil {
		return Entry{}, err
	}
	now := s.now()
	if err := o.Problems(o.Kind, original, Today(now)).Err(); err != nil {
		return Entry{}, err
	}
	if err := s.ledger.checkDeductions(ctx, o.Content); err != nil {
		return Entry{}, err
	}
	var amends Kind
	if original != nil {
		amends = original.Kind
	}
	series, err := s.ledger.takeNumber(ctx, o.SiteID, o.Kind, amends)
	if err != nil {
		return Entry{}, err
	}
	invoice := Invoice{
		ID: o.ID, Name: Name{Kind: o.Kind, Series: series.Code, Number: series.Last}, SeriesID: series.ID, SiteID: o.SiteID, PatientID: o.PatientID,
		AppointmentID: o.AppointmentID, AmendsID: o.AmendsID, ReplacesID: o.ReplacesID, IssuedBy: access.Who(ctx).MembershipID, IssuedOn: o.IssuedOn, IssuedAt: now,
	}
	content, err := s.ledger.add(ctx, invoice, o.Content)
	if err != nil {
		return Entry{}, err
	}
	if err := s.ledger.begin(ctx, invoice, content); err != nil {
		return Entry{}, err
	}
	if err := s.later.Send(ctx, series.ID); err != nil {
		return Entry{}, err
	}
	return s.ledger.Entry(ctx, o.ID)
}

// there is the document of an order that came before; the zero Entry when none did.
func (s *Emission) there(ctx context.Context, o Order) (Entry, error) {
	e, err := s.ledger.Entry(ctx, o.ID)
	if errors.Is(err, fault.ErrNotFound) {
		return Entry{}, nil
	}
	if err != nil {
		return Entry{}, err
	}
	_, asked, err := hashOf(o.Content)
	if err != nil {
		return Entry{}, err
	}
	_, kept, err := hashOf(e.Content)
	if err != nil {
		return Entry{}, err
	}
	if e.Kind != o.Kind || !bytes.Equal(asked, kept) {
		return Entry{}, ErrOtherContent
	}
	return e, nil
}

// original is what a note amends, locked so that two notes at once do not take back more than there is; nil without.
func (s *Emission) original(ctx context.Context, id *uuid.UUID) (*Original, error) {
	if id == nil {
		return nil, nil
	}
	e, err := s.ledger.lockEntry(ctx, *id)
	if err != nil {
		return nil, err
	}
	taken, err := s.taken(ctx, e)
	return &Original{Document: e.Document(), Status: e.State.Status, Credited: taken}, err
}

// taken is what of a document is spoken for: taken back by credit notes, or, of an advance, deducted by another document.
func (s *Emission) taken(ctx context.Context, e Entry) (decimal.Decimal, error) {
	credited, err := s.ledger.credited(ctx, e.ID)
	if err != nil || !e.Advance {
		return credited, err
	}
	deducted, err := s.ledger.deducted(ctx, e.ID)
	return credited.Add(deducted), err
}

// Correct says something else under the number of a document that nobody holds, and queues it again. Seen is the step
// that the person saw: a document that moved meanwhile is a conflict.
func (s *Emission) Correct(ctx context.Context, id uuid.UUID, seen int, c Content) (Entry, error) {
	e, err := s.ledger.lockEntry(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if e.State.Seq != seen {
		return Entry{}, ErrChangedMeanwhile
	}
	if e.State.Status != ToCorrect {
		return Entry{}, Move(e.State.Status, Queued)
	}
	original, err := s.original(ctx, e.AmendsID)
	if err != nil {
		return Entry{}, err
	}
	now, by := s.now(), access.Who(ctx).MembershipID
	if err := c.Problems(e.Kind, original, Today(now)).Err(); err != nil {
		return Entry{}, err
	}
	content, err := s.ledger.addContent(ctx, id, c, by, now)
	if err != nil {
		return Entry{}, err
	}
	if _, err := s.ledger.step(ctx, e.State, Event{Status: Queued, ContentID: content, By: &by, At: now}, now, 0); err != nil {
		return Entry{}, err
	}
	if err := s.later.Send(ctx, e.SeriesID); err != nil {
		return Entry{}, err
	}
	return s.ledger.Entry(ctx, id)
}

// Void asks for an accepted document to be voided. SUNAT decides; until then it stands as voiding.
func (s *Emission) Void(ctx context.Context, id uuid.UUID, reason string) (Entry, error) {
	e, err := s.ledger.lockEntry(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if e.State.Status == InVoiding || e.State.Status == Voided {
		return e, nil
	}
	taken, err := s.taken(ctx, e)
	if err != nil {
		return Entry{}, err
	}
	now, by := s.now(), access.Who(ctx).MembershipID
	wish := Voiding{Document: e.Name, Status: e.State.Status, IssuedOn: e.Content.IssuedOn, Credited: taken.IsPositive(), Reason: reason}
	if err := wish.Check(Today(now)); err != nil {
		return Entry{}, err
	}
	step := Event{Status: InVoiding, ContentID: e.State.ContentID, Reason: reason, By: &by, At: now}
	if _, err := s.ledger.step(ctx, e.State, step, now, 0); err != nil {
		return Entry{}, err
	}
	if err := s.later.Follow(ctx, id, now); err != nil {
		return Entry{}, err
	}
	return s.ledger.Entry(ctx, id)
}
