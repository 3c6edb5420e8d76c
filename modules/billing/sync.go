//go:build !js

package billing

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// SyncSettings tells devices what may be given off without authorisation.
func SyncSettings(ledger *Ledger) offline.Reference {
	return offline.Reference{Entity: settingsEntity, Needs: accounts.BillingCharge, All: func(ctx context.Context) ([]offline.Change, error) {
		s, err := ledger.Settings(ctx)
		if err != nil || s.ID == uuid.Nil {
			return nil, err
		}
		return offline.Changes(settingsEntity, []Settings{s}, func(s Settings) (uuid.UUID, int64, any) {
			return s.ID, s.Version, settingsData{DiscountLimit: s.DiscountLimit, FiscalAddress: s.FiscalAddress}
		})
	}}
}

// SessionSync takes up registers opened and counted on devices, and gives each person's device their open ones.
type SessionSync struct {
	offline.Reference
	ledger *Ledger
	till   *Till
	house  House
	now    clock.Now
}

// SyncSessions is billing's entity "cash_session".
func SyncSessions(ledger *Ledger, till *Till, house House, now clock.Now) SessionSync {
	s := SessionSync{ledger: ledger, till: till, house: house, now: now}
	s.Reference = offline.Reference{Entity: sessionEntity, Needs: accounts.BillingCharge, All: s.own}
	return s
}

// own are the registers that whoever asks has open.
func (s SessionSync) own(ctx context.Context) ([]offline.Change, error) {
	list, err := s.till.OpenRegisters(ctx)
	if err != nil {
		return nil, err
	}
	return offline.Changes(sessionEntity, list, func(c CashSession) (uuid.UUID, int64, any) { return c.ID, c.Version, sessionDataOf(c) })
}

// Apply opens a register as a device opened it, or joins it to the one that is open; and keeps a count.
func (s SessionSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	if !access.Who(ctx).Can(accounts.BillingCharge) {
		return offline.Outcome{}, fault.ErrForbidden
	}
	if op.Action == offline.Update {
		return s.count(ctx, op)
	}
	var d sessionData
	if !strictly(op.Data, &d) || d.Counted != nil {
		return offline.Outcome{}, fault.InvalidField("data", "Los datos de la caja no se entienden.")
	}
	return s.open(ctx, op, d)
}

func (s SessionSync) open(ctx context.Context, op offline.Received, d sessionData) (offline.Outcome, error) {
	who := access.Who(ctx)
	problems := fault.Problems{}
	problems.Add("opening_amount", cashAmountProblem(d.Opening))
	if known, err := siteKnown(ctx, s.house, d.SiteID); err != nil {
		return offline.Outcome{}, err
	} else if !known {
		problems.Add("site_id", "Esa sede no existe.")
	}
	if err := problems.Err(); err != nil {
		return offline.Outcome{}, err
	}
	there, err := s.ledger.session(ctx, op.LocalID)
	switch {
	case err == nil && there.Owner != who.MembershipID:
		return offline.Outcome{}, fault.Conflicted("id_reused", "Esa caja ya existe.")
	case err == nil && there.ID != op.LocalID:
		return offline.Outcome{Status: offline.Merged, ServerID: there.ID, Version: there.Version}, nil
	case err == nil:
		return offline.Outcome{Status: offline.Duplicate, Version: there.Version}, nil
	case !fault.IsNotFound(err):
		return offline.Outcome{}, err
	}
	opened := CashSession{ID: op.LocalID, SiteID: d.SiteID, Owner: who.MembershipID, OpenedAt: op.At, Opening: d.Opening}
	return s.ledger.openOrJoin(ctx, opened)
}

// openOrJoin keeps a new register, or notes that it is the one that its owner has open at the site.
func (l *Ledger) openOrJoin(ctx context.Context, s CashSession) (offline.Outcome, error) {
	open, err := l.openSession(ctx, s.Owner, s.SiteID)
	if fault.IsNotFound(err) {
		return offline.Outcome{Status: offline.Created, Version: 1}, l.addSession(ctx, s)
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	return offline.Outcome{Status: offline.Merged, ServerID: open.ID, Version: open.Version}, l.joinSession(ctx, s, open.ID)
}

func (s SessionSync) count(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	var d countData
	if !strictly(op.Data, &d) || d.Counted == nil {
		return offline.Outcome{}, fault.InvalidField("counted", "El conteo no se entiende.")
	}
	there, err := s.ledger.session(ctx, op.LocalID)
	if fault.IsNotFound(err) {
		return offline.Outcome{}, &offline.Missing{Entity: sessionEntity, ID: op.LocalID}
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	if there.Counted != nil && maps.Equal(there.Counted.Pieces, d.Counted) {
		return offline.Outcome{Status: offline.Duplicate, Version: there.Version}, nil
	}
	counted, err := s.till.Count(ctx, there.ID, d.Counted)
	return offline.Outcome{Status: offline.Updated, Version: counted.Version}, err
}

func siteKnown(ctx context.Context, house House, id uuid.UUID) (bool, error) {
	sites, err := house.Sites(ctx)
	for _, s := range sites {
		if s.ID == id {
			return true, err
		}
	}
	return false, err
}

// strictly reads the data of an operation and refuses fields that nobody knows.
func strictly(data json.RawMessage, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into) == nil
}

// ReceiptSync takes up receipts given on devices, makes the documents that they want, and gives each person's device
// their own receipts of its window.
type ReceiptSync struct {
	ledger   *Ledger
	made     *ReceiptDocuments
	insurers *Insurers
	house    House
	people   People
	visits   Visits
}

// SyncReceipts is billing's entity "receipt".
func SyncReceipts(ledger *Ledger, made *ReceiptDocuments, insurers *Insurers, f Front) ReceiptSync {
	return ReceiptSync{ledger: ledger, made: made, insurers: insurers, house: f.House, people: f.People, visits: f.Visits}
}

// Name is the entity's word on the wire.
func (ReceiptSync) Name() string { return receiptEntity }

// Apply keeps a receipt that was given on a device, with its money in its register, once however often it comes. Money
// that was taken is never refused for what its document would be refused for: that is said beside the receipt.
func (s ReceiptSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	if !access.Who(ctx).Can(accounts.BillingCharge) {
		return offline.Outcome{}, fault.ErrForbidden
	}
	if op.Action != offline.Create {
		return offline.Outcome{}, fault.InvalidField("action", "Un recibo no cambia.")
	}
	var d receiptData
	if !strictly(op.Data, &d) || d.InvoiceID != nil || d.Document != "" || d.Problem != "" {
		return offline.Outcome{}, fault.InvalidField("data", "Los datos del recibo no se entienden.")
	}
	r := d.receipt(op.LocalID).numbered()
	r.By, r.Customer = access.Who(ctx).MembershipID, r.Customer.Tidy()
	if r.IssuedAt.IsZero() || r.IssuedAt.After(op.At) {
		r.IssuedAt = op.At
	}
	there, err := s.ledger.receipt(ctx, op.LocalID)
	switch {
	case err == nil && !there.same(r.made(there)):
		return offline.Outcome{}, ErrOtherReceipt
	case err == nil:
		return offline.Outcome{Status: offline.Duplicate, Version: there.Version}, nil
	case !fault.IsNotFound(err):
		return offline.Outcome{}, err
	}
	return s.arrived(ctx, r, d)
}

func (s ReceiptSync) arrived(ctx context.Context, r Receipt, d receiptData) (offline.Outcome, error) {
	if err := s.examine(ctx, &r, d); err != nil {
		return offline.Outcome{}, err
	}
	session, err := s.ledger.registerFor(ctx, r)
	if err != nil {
		return offline.Outcome{}, err
	}
	r.SessionID, r.SiteID = session.ID, session.SiteID
	if r, err = s.ledger.addReceipt(ctx, r); err != nil {
		return offline.Outcome{}, err
	}
	if err := s.made.Arrived(ctx, r); err != nil {
		return offline.Outcome{}, err
	}
	return offline.Outcome{Status: offline.Created, Version: r.Version}, s.leave(ctx, r)
}

// leave keeps what the receipt leaves to an insurer. What another charge has left to it already is said beside the receipt:
// the money was taken.
func (s ReceiptSync) leave(ctx context.Context, r Receipt) error {
	refused, err := s.ledger.attempt(ctx, func(ctx context.Context) error { return s.insurers.Arrived(ctx, r) })
	if err != nil || refused == nil {
		return err
	}
	return s.ledger.keepProblem(ctx, r.ID, sentences(refused))
}

// examine refuses what does not stand, and waits for what has not arrived yet. Ids that became others are followed.
func (s ReceiptSync) examine(ctx context.Context, r *Receipt, d receiptData) error {
	problems := r.standing(d.Total)
	device, _, ok := ParseReceiptNumber(r.Number)
	if r.Number != "" && !ok {
		problems.Add("number", "El número del recibo no se entiende.")
	}
	if r.Wanted != "" && r.Wanted != Boleta && r.Wanted != Factura {
		problems.Add("wanted", "Elija boleta o factura.")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if device == serverDevice {
		r.Number = "" // only the server gives its own
	}
	if r.PatientID != nil {
		person, err := s.people.Patient(ctx, *r.PatientID)
		if fault.IsNotFound(err) {
			return &offline.Missing{Entity: "patient", ID: *r.PatientID}
		}
		if err != nil {
			return err
		}
		r.PatientID = &person.ID
	}
	if r.AppointmentID != nil {
		if _, err := s.visits.Appointment(ctx, *r.AppointmentID); fault.IsNotFound(err) {
			return &offline.Missing{Entity: "appointment", ID: *r.AppointmentID}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// registerFor is the register that a receipt's money is in, locked. One that was counted or closed before the receipt
// arrived takes nothing more: the money goes into the register that its person has open there, and without one into a
// new one that begins empty. One that is counted and not closed is waited for.
func (l *Ledger) registerFor(ctx context.Context, r Receipt) (CashSession, error) {
	s, err := l.lockSession(ctx, r.SessionID)
	if fault.IsNotFound(err) {
		return s, &offline.Missing{Entity: sessionEntity, ID: r.SessionID}
	}
	if err != nil {
		return s, err
	}
	if s.Owner != r.By {
		return s, fault.InvalidField("cash_session_id", "Esa caja es de otra persona.")
	}
	if s.ClosedAt != nil {
		late := CashSession{ID: uuid.NewSHA1(s.ID, []byte("late")), SiteID: s.SiteID, Owner: s.Owner, OpenedAt: r.IssuedAt}
		open, err := l.openSession(ctx, s.Owner, s.SiteID)
		if fault.IsNotFound(err) {
			open, err = l.beginLate(ctx, late)
		}
		if err != nil {
			return s, err
		}
		s = open
	}
	if s.Counted != nil {
		return s, &offline.Missing{Entity: sessionEntity, ID: uuid.NewSHA1(s.ID, []byte("late"))}
	}
	return s, nil
}

// beginLate opens a register for money that arrived after the one it was taken into was closed.
func (l *Ledger) beginLate(ctx context.Context, s CashSession) (CashSession, error) {
	if _, err := l.session(ctx, s.ID); err == nil {
		s.ID = newID() // that one was closed as well
	} else if !fault.IsNotFound(err) {
		return s, err
	}
	return s, l.addSession(ctx, s)
}

// Current reads those of ids that whoever asks gave within the window.
func (s ReceiptSync) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	return s.held(ctx, w, heldAmong(ids))
}

// Page lists them by id.
func (s ReceiptSync) Page(ctx context.Context, w offline.Window, after string, limit int) (page []offline.Change, next string, err error) {
	page, err = s.held(ctx, w, heldAfter(after, limit))
	if len(page) == limit {
		next = page[limit-1].ID.String()
	}
	return page, next, err
}

// Count is how many Page lists.
func (s ReceiptSync) Count(ctx context.Context, w offline.Window) (int, error) {
	if !access.Who(ctx).Can(accounts.BillingCharge) {
		return 0, nil
	}
	return s.ledger.countHeld(ctx, access.Who(ctx).MembershipID, w.From)
}

// Entering lists nothing: no day brings receipts.
func (ReceiptSync) Entering(context.Context, offline.Window, time.Time, time.Time) ([]uuid.UUID, error) {
	return nil, nil
}

func (s ReceiptSync) held(ctx context.Context, w offline.Window, part heldPart) ([]offline.Change, error) {
	if !access.Who(ctx).Can(accounts.BillingCharge) {
		return nil, nil
	}
	list, err := s.ledger.receiptsHeld(ctx, access.Who(ctx).MembershipID, w.From, part)
	if err != nil {
		return nil, err
	}
	return offline.Changes(receiptEntity, list, func(r Receipt) (uuid.UUID, int64, any) { return r.ID, r.Version, dataOf(r) })
}
