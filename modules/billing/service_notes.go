//go:build !js

package billing

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Notes makes credit and debit notes over documents.
type Notes struct {
	ledger   *Ledger
	emission *Emission
	now      clock.Now
}

// NewNotes builds it over the ledger and what issues.
func NewNotes(ledger *Ledger, emission *Emission, now clock.Now) *Notes {
	return &Notes{ledger: ledger, emission: emission, now: now}
}

// NoteWish is what a note should say.
type NoteWish struct {
	ID      uuid.UUID // made by who asks, so that asking twice makes one
	Of      uuid.UUID // the document that it amends
	Reason  Reason
	Text    string
	Amounts map[int]decimal.Decimal // of a credit note: with IGV, by the document's line; none: all that is left
	Lines   []Line                  // of a debit note: what is added
}

// Left is what may still be taken back of each line of a document.
func (s *Notes) Left(ctx context.Context, e Entry) ([]decimal.Decimal, error) {
	return s.left(ctx, e, func(Entry) bool { return true })
}

// LeftOn is what credit notes dated until a day left of each line of a document.
func (s *Notes) LeftOn(ctx context.Context, e Entry, day agenda.Date) ([]decimal.Decimal, error) {
	return s.left(ctx, e, func(note Entry) bool { return !day.Before(note.Invoice.IssuedOn) })
}

func (s *Notes) left(ctx context.Context, e Entry, counts func(note Entry) bool) ([]decimal.Decimal, error) {
	notes, err := s.ledger.creditsInForce(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	var contents []Content
	for _, n := range notes {
		if counts(n) {
			contents = append(contents, n.Content)
		}
	}
	return LeftOf(e.Content, contents), nil
}

// Credit takes back a document, whole or in part. A reason that is about a part needs its amounts.
func (s *Notes) Credit(ctx context.Context, w NoteWish) (Entry, error) {
	if there, err := s.there(ctx, CreditNote, w); err != nil || there.ID != uuid.Nil {
		return there, err
	}
	e, err := s.ledger.lockEntry(ctx, w.Of)
	if err != nil {
		return Entry{}, err
	}
	left, err := s.Left(ctx, e)
	if err != nil {
		return Entry{}, err
	}
	if len(w.Amounts) == 0 && w.Reason != "" && !w.Reason.whole() {
		return Entry{}, fault.InvalidField("amounts", "Diga cuánto se devuelve.")
	}
	lines, problems := CreditLines(e.Content, left, w.Amounts)
	if err := problems.Err(); err != nil {
		return Entry{}, err
	}
	return s.issue(ctx, CreditNote, w, e, lines)
}

// Debit adds to what a document asks for: interest, a price that was too low, a penalty.
func (s *Notes) Debit(ctx context.Context, w NoteWish) (Entry, error) {
	if there, err := s.there(ctx, DebitNote, w); err != nil || there.ID != uuid.Nil {
		return there, err
	}
	e, err := s.ledger.lockEntry(ctx, w.Of)
	if err != nil {
		return Entry{}, err
	}
	return s.issue(ctx, DebitNote, w, e, w.Lines)
}

func (s *Notes) issue(ctx context.Context, kind Kind, w NoteWish, e Entry, lines []Line) (Entry, error) {
	content := Content{
		IssuedOn: Today(s.now()), Currency: e.Currency, ExchangeRate: e.ExchangeRate, IGVPercent: e.IGVPercent, Customer: e.Customer, Lines: lines,
		Amends: &Amendment{Document: e.Name, Reason: w.Reason, Text: w.text()},
	}
	return s.emission.Issue(ctx, Order{
		ID: w.ID, Kind: kind, SiteID: e.SiteID, PatientID: e.PatientID, AppointmentID: e.AppointmentID, AmendsID: &e.ID, Content: content,
	})
}

func (w NoteWish) text() string { return strings.Join(strings.Fields(w.Text), " ") }

// there is the note of a wish that came before; the zero Entry when none did. What it took back it is not asked again:
// less is left since.
func (s *Notes) there(ctx context.Context, kind Kind, w NoteWish) (Entry, error) {
	e, err := s.ledger.Entry(ctx, w.ID)
	if errors.Is(err, fault.ErrNotFound) {
		return Entry{}, nil
	}
	if err != nil {
		return Entry{}, err
	}
	if e.Kind != kind || e.AmendsID == nil || *e.AmendsID != w.Of || e.Amends.Reason != w.Reason || e.Amends.Text != w.text() || !w.takes(e.Content) {
		return Entry{}, ErrOtherContent
	}
	return e, nil
}

// takes reports whether a credit note takes back the amounts of the wish. Of one that took all that was left, only the note
// says how much that was.
func (w NoteWish) takes(note Content) bool {
	if len(w.Amounts) == 0 {
		return true
	}
	if len(note.Lines) != len(w.Amounts) {
		return false
	}
	for _, l := range note.Lines {
		amount, asked := w.Amounts[l.OfLine-1]
		if !asked || !amount.Equal(l.Amounts(note.IGVPercent).Total) {
			return false
		}
	}
	return true
}
