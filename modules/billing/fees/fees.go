//go:build !js

// Package fees is what a clinic owes its professionals (honorarios): a part of what was collected for what they did.
//
// A fee follows the money. Of each line of a document counts the share that was collected, without IGV: what was paid of the
// document, less what was given back or taken back by credit notes. It is always computed for the whole life of the line,
// and what earlier settlements held of it is subtracted; so that a payment that arrives late, a refund or a voided document
// is made good by the next settlement, and settling often comes to the same as settling once.
package fees

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/platform/fault"
)

// Kind is how a fee is computed.
type Kind string

// The kinds of fees.
const (
	Percent Kind = "percent" // of what was collected without IGV
	Fixed   Kind = "fixed"   // soles for each unit that was collected
)

var hundred = decimal.NewFromInt(100)

// shareDecimals is how exact a collected share is kept.
const shareDecimals = 10

// highestRate is the largest fixed amount.
var highestRate = decimal.RequireFromString("99999.99")

// Rule says what of a service is a professional's, for documents issued from a day on.
type Rule struct {
	ID      uuid.UUID
	Doctor  uuid.UUID // none: every professional
	Service uuid.UUID // none: every service
	Kind    Kind
	Rate    decimal.Decimal // percent, or soles for each unit
	From    agenda.Date
}

// Problems are what is wrong with a rule as somebody wrote it.
func (r Rule) Problems() fault.Problems {
	problems := fault.Problems{}
	if r.Kind != Percent && r.Kind != Fixed {
		problems.Add("tipo", "Elija porcentaje o importe fijo.")
	}
	if r.Rate.GreaterThan(highestRate) {
		problems.Add("valor", "El importe llega como máximo a S/ 99,999.99.")
	}
	if r.Rate.IsNegative() || !r.Rate.Equal(r.Rate.Truncate(2)) {
		problems.Add("valor", "El valor lleva hasta dos decimales y no es negativo.")
	}
	if r.Kind == Percent && r.Rate.GreaterThan(hundred) {
		problems.Add("valor", "El porcentaje va de 0 a 100.")
	}
	if r.From.IsZero() {
		problems.Add("desde", "Ponga desde qué día rige.")
	}
	return problems
}

// rank is how much a rule names: the professional's own before those for everybody, and of each the one for the service
// before the general one.
func (r Rule) rank() int {
	rank := 0
	if r.Doctor != uuid.Nil {
		rank += 2
	}
	if r.Service != uuid.Nil {
		rank++
	}
	return rank
}

// RuleFor is the rule of a professional's service in a document of a day: of those that hold then, the one that names most,
// and of these the latest.
func RuleFor(rules []Rule, doctor, service uuid.UUID, day agenda.Date) (best Rule, found bool) {
	for _, r := range rules {
		fits := (r.Doctor == uuid.Nil || r.Doctor == doctor) && (r.Service == uuid.Nil || r.Service == service) && !day.Before(r.From)
		if !fits {
			continue
		}
		if !found || r.rank() > best.rank() || r.rank() == best.rank() && best.From.Before(r.From) {
			best, found = r, true
		}
	}
	return best, found
}

// Collected is the share of a document's line that was collected. total is the line and left what credit notes leave of it;
// documentLeft is what they leave of all lines and paid what was paid of these, advances that are deducted among it. All are
// with IGV; more than is asked for collects no more than all.
func Collected(total, left, documentLeft, paid decimal.Decimal) decimal.Decimal {
	if !total.IsPositive() || !left.IsPositive() || !paid.IsPositive() {
		return decimal.Zero
	}
	share := left
	if paid.LessThan(documentLeft) {
		share = left.Mul(paid).DivRound(documentLeft, shareDecimals)
	}
	return decimal.Min(share.DivRound(total, shareDecimals), decimal.NewFromInt(1))
}

// Settled is what earlier settlements held of a line, and by which rule.
type Settled struct {
	Before bool
	Base   decimal.Decimal
	Fee    decimal.Decimal
	Kind   Kind
	Rate   decimal.Decimal
}

// Work is a line of a document that a professional did.
type Work struct {
	Invoice     uuid.UUID
	Document    billing.Name
	IssuedOn    agenda.Date
	Item        int // its place in the document
	Service     uuid.UUID
	Patient     uuid.UUID
	Description string
	Units       decimal.Decimal // of a service that an insurer pays a part of, the part of the unit that this document charges
	Value       decimal.Decimal // without IGV, in soles
	Share       decimal.Decimal // collected so far, 1 is all
	Settled     Settled
}

// Line is what a settlement holds of a work: below zero what was settled before and given back since.
type Line struct {
	Work
	Kind Kind
	Rate decimal.Decimal
	Base decimal.Decimal // without IGV
	Fee  decimal.Decimal
}

// line settles the work by a rule: all that was collected of it, less what was settled.
func (w Work) line(kind Kind, rate decimal.Decimal) Line {
	base := w.Value.Mul(w.Share).Round(2)
	fee := base.Mul(rate).DivRound(hundred, 2)
	if kind == Fixed {
		fee = w.Units.Mul(w.Share).Mul(rate).Round(2)
	}
	return Line{Work: w, Kind: kind, Rate: rate, Base: base.Sub(w.Settled.Base), Fee: fee.Sub(w.Settled.Fee)}
}

// Settle computes what is owed of a professional's works now, and which collected works no rule reaches. What was once
// settled stays by the rule that it was settled by.
func Settle(works []Work, rules []Rule, doctor uuid.UUID) (lines []Line, without []Work) {
	for _, w := range works {
		kind, rate := w.Settled.Kind, w.Settled.Rate
		if !w.Settled.Before {
			r, found := RuleFor(rules, doctor, w.Service, w.IssuedOn)
			if !found && w.Share.IsPositive() {
				without = append(without, w)
			}
			if !found {
				continue
			}
			kind, rate = r.Kind, r.Rate
		}
		if l := w.line(kind, rate); !l.Base.IsZero() || !l.Fee.IsZero() {
			lines = append(lines, l)
		}
	}
	return lines, without
}

// Settlement is what was settled with a professional, once and for all.
type Settlement struct {
	ID       uuid.UUID
	Doctor   uuid.UUID
	Number   int         // of the professional, from 1
	From     agenda.Date // the day after the one before; none for the first
	To       agenda.Date
	Base     decimal.Decimal
	Fee      decimal.Decimal
	ClosedBy uuid.UUID
	ClosedAt time.Time
	Lines    []Line
}

// add puts lines into the settlement and adds them up.
func (s *Settlement) add(lines []Line) {
	s.Lines, s.Base, s.Fee = lines, decimal.Zero, decimal.Zero
	for _, l := range lines {
		s.Base, s.Fee = s.Base.Add(l.Base), s.Fee.Add(l.Fee)
	}
}
