//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing/prices"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// lockAgreement lets one transaction at a time add to, bill or drop what is open by an agreement.
func (l *Ledger) lockAgreement(ctx context.Context, id uuid.UUID) error {
	var found uuid.UUID
	return notFound("lock an agreement", database.From(ctx).Raw("select id from agreements where id = ? for update", id).Row().Scan(&found))
}

func (l *Ledger) addShare(ctx context.Context, s Share) error {
	const insert = `insert into agreement_shares (id, charge_id, place, agreement_id, patient_id, appointment_id, site_id, service_id, product_id, doctor_id, description,
		unit, igv_type, quantity, patient_amount, amount, attended_on, charged_by, charged_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict on constraint agreement_shares_once do nothing`
	return explain("keep what an insurer owes", database.From(ctx).Exec(insert, s.ID, s.ChargeID, s.Place, s.AgreementID, s.PatientID, s.AppointmentID, s.SiteID,
		idOrNil(s.Ref.Service), idOrNil(s.Ref.Product), idOrNil(s.DoctorID), s.Description, s.Unit, s.IGVType, s.Quantity, s.PatientAmount, s.Amount,
		s.AttendedOn.String(), s.By, s.At).Error)
}

// gone are documents that no longer stand: rejected, voided, or taken back whole.
const gone = `with gone as (
	select s.invoice_id as id from invoice_states s where s.state in ('rejected', 'voided')
	union
	select n.amends_id from invoices n
	  join invoice_states ns on ns.clinic_id = n.clinic_id and ns.invoice_id = n.id join invoice_contents nc on nc.clinic_id = n.clinic_id and nc.id = ns.content_id
	  join invoice_states os on os.clinic_id = n.clinic_id and os.invoice_id = n.amends_id join invoice_contents oc on oc.clinic_id = n.clinic_id and oc.id = os.content_id
	 where n.kind = 'nota_credito' and ns.state not in ('rejected', 'voided') group by n.amends_id, oc.total having sum(nc.total) >= oc.total) `

type shareRow struct {
	ID            uuid.UUID
	ChargeID      uuid.UUID
	Place         int
	AgreementID   uuid.UUID
	PatientID     uuid.UUID
	AppointmentID *uuid.UUID
	SiteID        uuid.UUID
	ServiceID     *uuid.UUID
	ProductID     *uuid.UUID
	DoctorID      *uuid.UUID
	Description   string
	Unit          string
	IgvType       IGVType
	Quantity      decimal.Decimal
	PatientAmount decimal.Decimal
	Amount        decimal.Decimal
	AttendedOn    time.Time
	ChargedBy     uuid.UUID
	ChargedAt     time.Time
	Held          bool
}

func (r shareRow) share() Share {
	return Share{
		ID: r.ID, ChargeID: r.ChargeID, Place: r.Place, AgreementID: r.AgreementID, PatientID: r.PatientID, AppointmentID: r.AppointmentID, SiteID: r.SiteID,
		Ref: prices.Ref{Service: orZeroID(r.ServiceID), Product: orZeroID(r.ProductID)}, DoctorID: orZeroID(r.DoctorID), Description: r.Description, Unit: r.Unit,
		IGVType: r.IgvType, Quantity: r.Quantity, PatientAmount: r.PatientAmount, Amount: r.Amount, AttendedOn: agenda.DateOf(r.AttendedOn, time.UTC),
		By: r.ChargedBy, At: r.ChargedAt, Held: r.Held,
	}
}

func orZeroID(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// openShares are what nobody has billed or dropped, the oldest first; uuid.Nil is of every agreement.
func (l *Ledger) openShares(ctx context.Context, agreement uuid.UUID) ([]Share, error) {
	const query = gone + `select s.*, exists (select 1 from gone g where g.id = s.charge_id) as held from (
		select * from agreement_shares where dropped_at is null and factura_id is null
		union all
		select * from agreement_shares where dropped_at is null and factura_id in (select id from gone)) s
		where ?::uuid is null or s.agreement_id = ? order by s.attended_on, s.charged_at, s.place`
	var rows []shareRow
	if err := database.From(ctx).Raw(query, idOrNil(agreement), idOrNil(agreement)).Scan(&rows).Error; err != nil {
		return nil, explain("read what insurers owe", err)
	}
	list := make([]Share, len(rows))
	for i, r := range rows {
		list[i] = r.share()
	}
	return list, nil
}

// sharedBefore reports whether another charge has left the same thing of the same appointment to the insurer, and stands.
func (l *Ledger) sharedBefore(ctx context.Context, s Share) (twice bool, err error) {
	if s.AppointmentID == nil {
		return false, nil
	}
	const query = gone + `select exists (select 1 from agreement_shares o where o.appointment_id = ? and o.charge_id <> ? and o.dropped_at is null
		and o.service_id is not distinct from ?::uuid and o.product_id is not distinct from ?::uuid and o.charge_id not in (select id from gone))`
	err = database.From(ctx).Raw(query, s.AppointmentID, s.ChargeID, idOrNil(s.Ref.Service), idOrNil(s.Ref.Product)).Row().Scan(&twice)
	return twice, explain("look for what an insurer owes already", err)
}

// claimShares makes shares be of a factura; ErrNotOpen when one of them is another's in force, or dropped.
func (l *Ledger) claimShares(ctx context.Context, ids []uuid.UUID, factura uuid.UUID) error {
	const update = gone + `update agreement_shares set factura_id = ?, version = version + 1, updated_at = now()
		where id in ? and dropped_at is null and (factura_id is null or factura_id in (select id from gone))`
	done := database.From(ctx).Exec(update, factura, ids)
	if done.Error == nil && done.RowsAffected != int64(len(ids)) {
		return ErrNotOpen
	}
	return explain("claim what an insurer owes", done.Error)
}

func (l *Ledger) dropShare(ctx context.Context, id, by uuid.UUID, reason string, at time.Time) error {
	const update = `update agreement_shares set factura_id = null, dropped_at = ?, dropped_by = ?, drop_reason = ?, version = version + 1, updated_at = now()
		where id = ? and dropped_at is null`
	done := database.From(ctx).Exec(update, at, by, reason, id)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return explain("drop what an insurer owes", done.Error)
}

// addGrant keeps who let a discount above the limit pass; the same charge again changes nothing.
func (l *Ledger) addGrant(ctx context.Context, charge uuid.UUID, g grant, at time.Time) error {
	const insert = `insert into discount_authorisations (id, charge_id, place, listed, discount, limit_percent, reason, asked_by, authorised_by, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict on constraint discount_authorisations_once do nothing`
	return explain("keep who authorised a discount", database.From(ctx).Exec(insert, newID(), charge, g.Place, g.Listed, g.Given, g.Limit, g.Reason, g.AskedBy, g.By, at).Error)
}

// authorised reports whether somebody let the discounts of a charge pass.
func (l *Ledger) authorised(ctx context.Context, charge uuid.UUID) (yes bool, err error) {
	const query = "select exists (select 1 from discount_authorisations where charge_id = ?)"
	err = database.From(ctx).Raw(query, charge).Row().Scan(&yes)
	return yes, explain("look for who authorised a discount", err)
}

// facturasLooked is how many of the latest facturas are searched for a customer: what they say is sealed, and is opened
// one by one.
const facturasLooked = 300

// lastFactura is the customer of the latest factura that fits; with a patient, among theirs.
func (l *Ledger) lastFactura(ctx context.Context, fits func(Customer) bool, patient *uuid.UUID) (c Customer, found bool, err error) {
	var rows []entryRow
	const where = "where i.kind = 'factura' and s.state <> 'rejected' and (?::uuid is null or i.patient_id = ?) order by i.id desc limit ?"
	if err := database.From(ctx).Raw(entryQuery+where, patient, patient, facturasLooked).Scan(&rows).Error; err != nil {
		return Customer{}, false, explain("look for the customer of a factura", err)
	}
	for _, r := range rows {
		e, err := l.entry(ctx, r)
		if err != nil {
			return Customer{}, false, err
		}
		if fits(e.Customer) {
			return e.Customer, true, nil
		}
	}
	return Customer{}, false, nil
}
