package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// Offline keeps one's open register and preliminary receipts on the device of the current unit. It compares nothing,
// closes nothing and issues no document: that is the server's.
type Offline struct {
	number func(ctx context.Context) (int, error) // of this device in the clinic; 0 before it has one
}

// NewOffline is the desk's store on a device.
func NewOffline(number func(ctx context.Context) (int, error)) Offline { return Offline{number} }

var _ Store = Offline{}

func sessionIn(ctx context.Context, o offline.Object) (CashSession, error) {
	var d sessionData
	id, err := uuid.Parse(o.ID)
	if err == nil {
		err = json.Unmarshal(o.Data(), &d)
	}
	if err != nil {
		return CashSession{}, fmt.Errorf("read register %s of this device: %w", o.ID, err)
	}
	s := CashSession{
		ID: id, SiteID: d.SiteID, Owner: access.Who(ctx).MembershipID, OpenedAt: d.OpenedAt, Opening: d.Opening, Version: o.LocalVersion(), Pending: o.Pending(),
	}
	if d.Counted != nil {
		s.Counted = &Count{Pieces: d.Counted}
		s.Counted.Amount, _ = CountedAmount(d.Counted)
	}
	return s, nil
}

func (Offline) session(ctx context.Context, id uuid.UUID) (CashSession, error) {
	o, err := offline.From(ctx).Find(ctx, sessionEntity, id.String())
	if err != nil {
		return CashSession{}, err
	}
	return sessionIn(ctx, o)
}

// lockSession is session: a unit that writes has the device to itself.
func (o Offline) lockSession(ctx context.Context, id uuid.UUID) (CashSession, error) {
	return o.session(ctx, id)
}

func (o Offline) openSession(ctx context.Context, _, site uuid.UUID) (CashSession, error) {
	all, err := o.sessions(ctx, uuid.Nil, 0)
	for _, s := range all {
		if s.SiteID == site {
			return s, err
		}
	}
	if err == nil {
		err = fault.ErrNotFound
	}
	return CashSession{}, err
}

// sessions are those that the device keeps: one's own that are open, the latest first.
func (Offline) sessions(ctx context.Context, _ uuid.UUID, _ int) ([]CashSession, error) {
	objects, err := offline.From(ctx).All(ctx, sessionEntity)
	if err != nil {
		return nil, err
	}
	list := make([]CashSession, 0, len(objects))
	for _, o := range objects {
		s, err := sessionIn(ctx, o)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	sorting.By(list, func(a, b CashSession) int { return b.OpenedAt.Compare(a.OpenedAt) })
	return list, nil
}

// openSessions are all that the device keeps: it forgets those that are closed.
func (o Offline) openSessions(ctx context.Context, owner uuid.UUID, limit int) ([]CashSession, error) {
	return o.sessions(ctx, owner, limit)
}

func (o Offline) addSession(ctx context.Context, s CashSession) error {
	if _, err := o.openSession(ctx, s.Owner, s.SiteID); err == nil {
		return ErrOpenCash
	} else if !fault.IsNotFound(err) {
		return err
	}
	return offline.From(ctx).Create(ctx, sessionEntity, s.ID, sessionDataOf(s))
}

// keepCount queues what was found; the server says what had to be there.
func (Offline) keepCount(ctx context.Context, s CashSession, c Count, _ time.Time) error {
	return offline.From(ctx).Change(ctx, sessionEntity, s.ID, countData{Counted: c.Pieces})
}

func (Offline) closeSession(context.Context, CashSession, string, []Method, time.Time) error {
	return offline.ErrNeedsConnection
}

func (Offline) addMovement(context.Context, Movement) error { return offline.ErrNeedsConnection }

// contents are the payments of the receipts that this device keeps of a register.
func (o Offline) contents(ctx context.Context, session uuid.UUID) ([]Paid, []Movement, error) {
	list, err := o.receiptsOf(ctx, session)
	var payments []Paid
	for _, r := range list {
		payments = append(payments, r.paid()...)
	}
	return payments, nil, err
}

// Receipts -----------------------------------------------------------------------------------------------------------

func receiptIn(ctx context.Context, o offline.Object) (Receipt, error) {
	var d receiptData
	id, err := uuid.Parse(o.ID)
	if err == nil {
		err = json.Unmarshal(o.Data(), &d)
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("read receipt %s of this device: %w", o.ID, err)
	}
	r := d.receipt(id)
	r.By, r.Version, r.Pending = access.Who(ctx).MembershipID, o.LocalVersion(), o.Pending()
	return r, nil
}

func (Offline) receipt(ctx context.Context, id uuid.UUID) (Receipt, error) {
	o, err := offline.From(ctx).Find(ctx, receiptEntity, id.String())
	if err != nil {
		return Receipt{}, err
	}
	return receiptIn(ctx, o)
}

// receiptsOf are those of a register, or all for the zero id, the oldest first.
func (Offline) receiptsOf(ctx context.Context, session uuid.UUID) ([]Receipt, error) {
	unit := offline.From(ctx)
	objects, err := unit.All(ctx, receiptEntity)
	if session != uuid.Nil && err == nil {
		objects, err = unit.ByGroup(ctx, receiptEntity, session.String())
	}
	if err != nil {
		return nil, err
	}
	list := make([]Receipt, 0, len(objects))
	for _, o := range objects {
		r, err := receiptIn(ctx, o)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func (o Offline) openReceipts(ctx context.Context, session uuid.UUID) ([]Receipt, error) {
	all, err := o.receiptsOf(ctx, session)
	open := all[:0]
	for _, r := range all {
		if r.open() {
			open = append(open, r)
		}
	}
	return open, err
}

func (o Offline) ownReceipts(ctx context.Context, limit int) ([]Receipt, error) {
	all, err := o.receiptsOf(ctx, uuid.Nil)
	sorting.By(all, func(a, b Receipt) int { return b.IssuedAt.Compare(a.IssuedAt) })
	return all[:min(limit, len(all))], err
}

// chargedVisit knows the receipts of this device.
func (o Offline) chargedVisit(ctx context.Context, visit, but uuid.UUID) ([]chargedAs, error) {
	all, err := o.receiptsOf(ctx, uuid.Nil)
	var list []chargedAs
	for _, r := range all {
		if r.AppointmentID != nil && *r.AppointmentID == visit && r.ID != but {
			list = append(list, chargedAs{ID: r.ID, Name: r.Number, Ticket: true})
		}
	}
	return list, err
}

// counterKind is the row that holds the last number that this device gave; its id is the device's own number.
const counterKind = "receipt_counter"

// last is the last number of a receipt that this device gave: as it counted, or, when its store is new, as the receipts
// say that the server brought back.
func (o Offline) last(ctx context.Context, device int) (int, error) {
	kept, err := offline.From(ctx).Index(ctx, counterKind, strconv.Itoa(device))
	if err != nil {
		return 0, err
	}
	last, _ := strconv.Atoi(string(kept))
	all, err := o.receiptsOf(ctx, uuid.Nil)
	for _, r := range all {
		if by, n, ok := ParseReceiptNumber(r.Number); ok && by == device {
			last = max(last, n)
		}
	}
	return last, err
}

func (o Offline) nextReceipt(ctx context.Context) (string, error) {
	device, err := o.number(ctx)
	if err != nil || device == 0 {
		return "", err
	}
	last, err := o.last(ctx, device)
	return ReceiptNumber(device, last+1), err
}

// addReceipt gives a receipt this device's next number and queues it.
func (o Offline) addReceipt(ctx context.Context, r Receipt) (Receipt, error) {
	number, err := o.nextReceipt(ctx)
	if err != nil {
		return Receipt{}, err
	}
	device, n, ok := ParseReceiptNumber(number)
	if !ok {
		return Receipt{}, ErrNoDeviceNumber
	}
	r.Number, r.Pending = number, true
	unit := offline.From(ctx)
	unit.KeepIndex(counterKind, strconv.Itoa(device), []byte(strconv.Itoa(n)))
	return r, unit.Create(ctx, receiptEntity, r.ID, dataOf(r))
}

// settings are how the clinic emits, as this device last heard; false when it never did.
func (Offline) settings(ctx context.Context) (d settingsData, known bool, err error) {
	objects, err := offline.From(ctx).All(ctx, settingsEntity)
	if err != nil || len(objects) == 0 {
		return d, false, err
	}
	if err := json.Unmarshal(objects[0].Data(), &d); err != nil {
		return d, false, fmt.Errorf("read how the clinic emits on this device: %w", err)
	}
	return d, true, nil
}

func (o Offline) discountLimit(ctx context.Context) (decimal.Decimal, error) {
	d, known, err := o.settings(ctx)
	if err != nil || !known {
		return usualDiscountLimit, err
	}
	return d.DiscountLimit, nil
}
