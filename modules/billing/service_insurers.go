//go:build !js

package billing

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/billing/prices"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Insurers keeps what is left to insurers, and bills it to them.
type Insurers struct {
	ledger     *Ledger
	emission   *Emission
	agreements Agreements
	people     People
	now        clock.Now
}

// Agreements is what billing asks about agreements and what they make of prices.
type Agreements interface {
	Agreement(ctx context.Context, id uuid.UUID) (prices.Agreement, error)
	Offer(ctx context.Context, ref prices.Ref) (prices.Offer, error)
	// Remember keeps what a patient is charged by, for the next time.
	Remember(ctx context.Context, patient, agreement uuid.UUID) error
}

// NewInsurers builds it over the ledger, emission and who knows agreements and people.
func NewInsurers(ledger *Ledger, emission *Emission, agreements Agreements, people People, now clock.Now) *Insurers {
	return &Insurers{ledger: ledger, emission: emission, agreements: agreements, people: people, now: now}
}

// Record keeps what a charge leaves to an insurer, in the transaction of the charge. The same charge again changes
// nothing; a service of an appointment that another charge has left to the insurer is ErrSharedBefore.
func (s *Insurers) Record(ctx context.Context, shares []Share) error {
	for _, share := range shares {
		if share.ID == uuid.Nil {
			share.ID = newID()
		}
		share.By, share.At = access.Who(ctx).MembershipID, s.now()
		if err := s.ledger.lockAgreement(ctx, share.AgreementID); err != nil {
			return err
		}
		if twice, err := s.ledger.sharedBefore(ctx, share); err != nil {
			return err
		} else if twice {
			return ErrSharedBefore
		}
		if err := s.ledger.addShare(ctx, share); err != nil {
			return err
		}
	}
	return nil
}

// Arrived keeps what a receipt given on a device leaves to the insurer: of each line, the agreement's price as the server
// has it less what was taken of the patient. An agreement that ended meanwhile counts as it did when the money was taken.
func (s *Insurers) Arrived(ctx context.Context, r Receipt) error {
	if r.AgreementID == nil || r.PatientID == nil {
		return nil
	}
	agreement, err := s.agreements.Agreement(ctx, *r.AgreementID)
	if err != nil {
		return err
	}
	agreement.Active = true
	var shares []Share
	for place, l := range r.Lines {
		offer, err := s.agreements.Offer(ctx, prices.Ref{Service: l.ServiceID, Product: l.ProductID})
		if fault.IsNotFound(err) {
			continue // typed at the counter: no agreement prices it
		}
		if err != nil {
			return err
		}
		if share := r.share(place, l, prices.PriceFor(offer, r.SiteID, &agreement, r.Day())); share.Amount.IsPositive() {
			shares = append(shares, share)
		}
	}
	if err := s.Record(ctx, shares); err != nil {
		return err
	}
	return s.agreements.Remember(ctx, *r.PatientID, agreement.ID)
}

// share is what a line of the receipt leaves to the insurer at a price.
func (r Receipt) share(place int, l Line, price prices.Price) Share {
	patient, full := cents(l.UnitPrice.Mul(l.Quantity)), cents(price.Full.Mul(l.Quantity))
	return Share{
		ChargeID: r.ID, Place: place, AgreementID: *r.AgreementID, PatientID: *r.PatientID, AppointmentID: r.AppointmentID, SiteID: r.SiteID,
		Ref: prices.Ref{Service: l.ServiceID, Product: l.ProductID}, DoctorID: l.DoctorID, Description: strings.TrimSuffix(l.Description, copayMark), Unit: l.Unit,
		IGVType: l.IGVType, Quantity: l.Quantity, PatientAmount: patient, Amount: full.Sub(patient), AttendedOn: r.Day(),
	}
}

// Open is what may be billed, by agreement.
func (s *Insurers) Open(ctx context.Context) ([]OpenAgreement, error) {
	shares, err := s.ledger.openShares(ctx, uuid.Nil)
	return openOf(shares), err
}

// Shares are what may be billed by an agreement, the oldest first.
func (s *Insurers) Shares(ctx context.Context, agreement uuid.UUID) ([]Share, error) {
	return s.ledger.openShares(ctx, agreement)
}

// Bill issues one factura to the insurer, at credit, with a line for each attention chosen, and claims what it is for:
// both or neither. The same wish again gives the factura that is there.
func (s *Insurers) Bill(ctx context.Context, b Bill) (Entry, error) {
	if there, err := s.ledger.Entry(ctx, b.ID); !errors.Is(err, fault.ErrNotFound) {
		return there, err
	}
	agreement, err := s.agreements.Agreement(ctx, b.AgreementID)
	if err != nil {
		return Entry{}, err
	}
	if err := s.ledger.lockAgreement(ctx, b.AgreementID); err != nil {
		return Entry{}, err
	}
	chosen, err := s.chosen(ctx, b)
	if err != nil {
		return Entry{}, err
	}
	content, err := s.content(ctx, b, agreement, chosen)
	if err != nil {
		return Entry{}, err
	}
	entry, err := s.emission.Issue(ctx, Order{ID: b.ID, Kind: Factura, SiteID: access.Who(ctx).SiteID, Content: content})
	if err != nil {
		return Entry{}, err
	}
	return entry, s.ledger.claimShares(ctx, b.Shares, entry.ID)
}

// chosen are the shares that are to be billed; all of them have to be open, and none in doubt.
func (s *Insurers) chosen(ctx context.Context, b Bill) ([]Share, error) {
	open, err := s.ledger.openShares(ctx, b.AgreementID)
	if err != nil {
		return nil, err
	}
	chosen := slices.DeleteFunc(open, func(o Share) bool { return !slices.Contains(b.Shares, o.ID) })
	switch {
	case len(b.Shares) == 0:
		return nil, fault.InvalidField("shares", "Elija lo que se factura.")
	case len(chosen) != len(b.Shares):
		return nil, ErrNotOpen
	case slices.ContainsFunc(chosen, func(o Share) bool { return o.Held }):
		return nil, fault.InvalidField("shares", "El comprobante del paciente de una atención elegida ya no rige. Cóbrela de nuevo o quítela.")
	}
	return chosen, nil
}

// content is what the factura says.
func (s *Insurers) content(ctx context.Context, b Bill, a prices.Agreement, chosen []Share) (Content, error) {
	var people []uuid.UUID
	for _, share := range chosen {
		people = append(people, share.PatientID)
	}
	names, err := s.people.NamesByID(ctx, people)
	if err != nil {
		return Content{}, err
	}
	today := Today(s.now())
	c := Content{
		IssuedOn: today, Currency: Soles, IGVPercent: IGVOn(today), Lines: billLines(chosen, names),
		Customer: Customer{DocumentType: RUC, DocumentNumber: a.RUC, Name: a.LegalName, Address: a.Address}.Tidy(), Remarks: "Convenio " + a.Name,
	}
	if d, applies := DetractionFor(Factura, c, OtherServices); applies && b.Detraction {
		c.Detraction = &d
	}
	c.Credit = &Credit{Instalments: []Instalment{{DueOn: b.DueOn, Amount: c.Pending()}}}
	return c, nil
}

// Drop takes something off what is to be billed, for good, with a reason.
func (s *Insurers) Drop(ctx context.Context, agreement, share uuid.UUID, reason string) error {
	reason = strings.Join(strings.Fields(reason), " ")
	if problem := textProblem(reason, 3, longestReason, "Falta el motivo."); problem != "" {
		return fault.InvalidField("reason", problem)
	}
	if err := s.ledger.lockAgreement(ctx, agreement); err != nil {
		return err
	}
	open, err := s.ledger.openShares(ctx, agreement)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(open, func(o Share) bool { return o.ID == share }) {
		return fault.ErrNotFound
	}
	return s.ledger.dropShare(ctx, share, access.Who(ctx).MembershipID, reason, s.now())
}
