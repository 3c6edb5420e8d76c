//go:build !js

package fees

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Errors of settling.
var (
	// ErrNothing is a settlement with nothing in it.
	ErrNothing = fault.Conflicted("nothing_to_settle", "No hay nada que liquidar hasta ese día.")
	// ErrChanged is a settlement that is no longer what somebody looked at.
	ErrChanged = fault.Conflicted("fees_changed", "Los importes cambiaron mientras tanto, o ya se cerró. Revise de nuevo antes de cerrar.")
)

// Store keeps rules and settlements. A settlement is written once.
type Store interface {
	Rules(ctx context.Context) ([]Rule, error)
	SetRule(ctx context.Context, r Rule) error
	DropRule(ctx context.Context, id uuid.UUID) error
	// Works are the professional's lines of documents until a day, with what was collected of them before a moment.
	Works(ctx context.Context, doctor uuid.UUID, to agenda.Date, before time.Time) ([]Collection, error)
	// Last is the professional's last settlement, without lines; its number is 0 when there is none.
	Last(ctx context.Context, doctor uuid.UUID) (Settlement, error)
	// Settlements are the latest ones, without lines; of all professionals for uuid.Nil.
	Settlements(ctx context.Context, doctor uuid.UUID) ([]Settlement, error)
	Settlement(ctx context.Context, id uuid.UUID) (Settlement, error)
	Close(ctx context.Context, s Settlement) error
}

// Collection is a work and what its document came to, from which its share follows.
type Collection struct {
	Work
	Total  decimal.Decimal // the line, with IGV
	Asked  decimal.Decimal // all lines of the document, with IGV
	Paid   decimal.Decimal // of the document, with the advances that it deducts
	Gone   bool            // the document was rejected or voided, or the line is no longer the professional's
	Credit bool            // credit notes until that day stand against it
}

// Documents are opened where credit notes say of which line they take.
type Documents interface {
	Entry(ctx context.Context, id uuid.UUID) (billing.Entry, error)
}

// Credits tell what credit notes until a day leave of each line of a document.
type Credits interface {
	LeftOn(ctx context.Context, e billing.Entry, day agenda.Date) ([]decimal.Decimal, error)
}

// House is who works in the clinic, and the clinic.
type House interface {
	Clinic(ctx context.Context) (accounts.Clinic, error)
	Everybody(ctx context.Context) ([]accounts.Member, error)
}

// People names patients.
type People interface {
	NamesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// Services names what is done.
type Services interface {
	Services(ctx context.Context, f catalog.Filter) ([]catalog.Service, error)
}

// Keeper settles fees.
type Keeper struct {
	Store     Store
	Documents Documents
	Credits   Credits
	House     House
	People    People
	Catalog   Services
	Picture   billing.Picture
	Now       clock.Now
}

// mayAll reports whether somebody keeps the fees of everybody; others see their own.
func mayAll(ctx context.Context) bool { return access.Who(ctx).Can(accounts.BillingBooks) }

// Preview is what a professional is owed until a day, as it would be closed now; without are the works that no rule reaches.
// Somebody else's fees are nobody's business.
func (k *Keeper) Preview(ctx context.Context, doctor uuid.UUID, to agenda.Date) (s Settlement, without []Work, err error) {
	if !mayAll(ctx) && doctor != access.Who(ctx).MembershipID {
		return s, nil, fault.ErrNotFound
	}
	last, err := k.Store.Last(ctx, doctor) // before the works: who closes meanwhile takes the number that comes next here
	if err != nil {
		return s, nil, err
	}
	s = Settlement{Doctor: doctor, Number: last.Number + 1, To: to}
	if last.Number > 0 {
		s.From = last.To.Add(1)
	}
	works, err := k.works(ctx, doctor, to, to.At(24*60, zone(ctx)))
	if err != nil {
		return s, nil, err
	}
	rules, err := k.Store.Rules(ctx)
	if err != nil {
		return s, nil, err
	}
	lines, without := Settle(works, rules, doctor)
	s.add(lines)
	return s, without, nil
}

func (k *Keeper) works(ctx context.Context, doctor uuid.UUID, to agenda.Date, before time.Time) ([]Work, error) {
	found, err := k.Store.Works(ctx, doctor, to, before)
	if err != nil {
		return nil, err
	}
	works := make([]Work, len(found))
	left := map[uuid.UUID][]decimal.Decimal{}
	for i, c := range found {
		if c.Credit && !c.Gone && left[c.Invoice] == nil {
			if left[c.Invoice], err = k.left(ctx, c, to); err != nil {
				return nil, err
			}
		}
		works[i] = c.collected(left[c.Invoice])
	}
	return works, nil
}

// left is what credit notes until a day leave of each line of a document, in soles with IGV.
func (k *Keeper) left(ctx context.Context, c Collection, to agenda.Date) ([]decimal.Decimal, error) {
	e, err := k.Documents.Entry(ctx, c.Invoice)
	if err != nil {
		return nil, err
	}
	after, err := k.Credits.LeftOn(ctx, e, to)
	if err != nil {
		return nil, err
	}
	before := billing.LeftOf(e.Content, nil)
	left := make([]decimal.Decimal, len(before))
	for i, l := range e.Lines {
		if l.IGVType != billing.Free { // what an advance paid counts as collected, so that it is not subtracted here
			left[i] = e.InSoles(l.Amounts(e.IGVPercent).Total.Sub(before[i].Sub(after[i])))
		}
	}
	return left, nil
}

// collected is the work with its share; left is what credit notes leave of each line, nothing when there are none.
func (c Collection) collected(left []decimal.Decimal) Work {
	w, line, all := c.Work, c.Total, c.Asked
	if c.Item < len(left) {
		line, all = left[c.Item], decimal.Sum(decimal.Zero, left...)
	}
	if !c.Gone {
		w.Share = Collected(c.Total, line, all, c.Paid)
	}
	return w
}

// Close closes what a professional is owed until a day; seen is the fee that was looked at.
func (k *Keeper) Close(ctx context.Context, doctor uuid.UUID, to agenda.Date, seen decimal.Decimal) (Settlement, error) {
	if !mayAll(ctx) {
		return Settlement{}, fault.ErrNotFound
	}
	s, _, err := k.Preview(ctx, doctor, to)
	if err != nil {
		return s, err
	}
	switch {
	case to.Before(s.From):
		return s, fault.InvalidField("hasta", "Ese día ya se liquidó. Elija uno posterior.")
	case billing.Today(k.Now()).Before(to):
		return s, fault.InvalidField("hasta", "Se liquida hasta hoy o un día anterior.")
	case len(s.Lines) == 0:
		return s, ErrNothing
	case !s.Fee.Equal(seen):
		return s, ErrChanged
	}
	s.ID, s.ClosedBy, s.ClosedAt = newID(), access.Who(ctx).MembershipID, k.Now()
	return s, k.Store.Close(ctx, s)
}

// Settlement is one that was closed; a professional finds only their own.
func (k *Keeper) Settlement(ctx context.Context, id uuid.UUID) (Settlement, error) {
	s, err := k.Store.Settlement(ctx, id)
	if err == nil && !mayAll(ctx) && s.Doctor != access.Who(ctx).MembershipID {
		return Settlement{}, fault.ErrNotFound
	}
	return s, err
}

// SetRule keeps a rule; the same professional, service and day again is its change.
func (k *Keeper) SetRule(ctx context.Context, r Rule) error {
	if err := r.Problems().Err(); err != nil {
		return err
	}
	r.ID = newID()
	return k.Store.SetRule(ctx, r)
}

// Handed writes down that somebody took a settlement as a file.
func (k *Keeper) Handed(ctx context.Context, s Settlement, format string) error {
	return audit.Record(ctx, "export", "fee_settlements", s.ID, map[string]any{"rows": len(s.Lines), "format": format})
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// zone is where the days of payments are.
func zone(ctx context.Context) *time.Location {
	z, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil || access.Who(ctx).TimeZone == "" {
		return time.FixedZone("America/Lima", -5*60*60)
	}
	return z
}
