//go:build !js

package billing

import (
	"context"
	"errors"
	"sort"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// ReceiptDocuments makes electronic documents of preliminary receipts: each once, in the transaction that settles it.
type ReceiptDocuments struct {
	ledger   *Ledger
	emission *Emission
	now      clock.Now
}

// NewReceiptDocuments builds it over the ledger and emission.
func NewReceiptDocuments(ledger *Ledger, emission *Emission, now clock.Now) *ReceiptDocuments {
	return &ReceiptDocuments{ledger: ledger, emission: emission, now: now}
}

// Issue makes the document of a receipt for a customer, under the receipt's own id and with today's day; what was paid
// belongs to it from then on. A receipt that has its document gives that one.
func (s *ReceiptDocuments) Issue(ctx context.Context, id uuid.UUID, kind Kind, customer Customer) (Entry, error) {
	r, err := s.ledger.lockReceipt(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if !r.open() {
		return s.ledger.Entry(ctx, *r.InvoiceID)
	}
	if kind != Boleta && kind != Factura {
		return Entry{}, fault.InvalidField("kind", "Elija boleta o factura.")
	}
	limit, err := s.ledger.discountLimit(ctx)
	if err != nil {
		return Entry{}, err
	}
	granted, err := s.ledger.authorised(ctx, r.ID)
	if err != nil {
		return Entry{}, err
	}
	if err := DiscountAllowed(r.Lines, limit, granted || access.Who(ctx).Can(accounts.BillingOverride)); err != nil {
		return Entry{}, err
	}
	today := Today(s.now())
	content := r.Content(today)
	content.IGVPercent, content.Customer = IGVOn(today), customer.Tidy()
	entry, err := s.emission.Issue(ctx, Order{ID: r.ID, Kind: kind, SiteID: r.SiteID, PatientID: r.PatientID, AppointmentID: r.AppointmentID, Content: content})
	if err != nil {
		return Entry{}, err
	}
	return entry, s.ledger.settleReceipt(ctx, r.ID, entry.ID)
}

// Arrived makes the document that a receipt wants. One that cannot be made leaves the receipt standing, with the reason
// in words, and spends no number.
func (s *ReceiptDocuments) Arrived(ctx context.Context, r Receipt) error {
	if r.Wanted == "" {
		return nil
	}
	if r.AppointmentID != nil {
		before, err := s.ledger.chargedVisit(ctx, *r.AppointmentID, r.ID)
		if err != nil {
			return err
		}
		if len(before) > 0 { // a device did not know; whether it is a second charge is a person's to say
			return s.ledger.keepProblem(ctx, r.ID, "Esa cita ya se cobró en "+before[0].Name+". Si se cobró dos veces, emita su comprobante, anúlelo con una nota de crédito y devuelva el dinero.")
		}
	}
	refused, err := s.ledger.attempt(ctx, func(ctx context.Context) error {
		_, err := s.Issue(ctx, r.ID, r.Wanted, r.Customer)
		return err
	})
	if err != nil || refused == nil {
		return err
	}
	return s.ledger.keepProblem(ctx, r.ID, sentences(refused))
}

// sentences are what a refusal says, without the names of fields.
func sentences(err error) string {
	problems, typed := fault.Fields(err)
	var refused *fault.Fault
	if !typed && errors.As(err, &refused) {
		return refused.Message
	}
	list := make([]string, 0, len(problems))
	for _, sentence := range problems {
		list = append(list, sentence)
	}
	sort.Strings(list)
	return strings.Join(list, " ")
}
