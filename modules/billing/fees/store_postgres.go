//go:build !js

package fees

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Postgres keeps fees in the clinic's transaction. It opens nothing that is sealed.
type Postgres struct{}

// NewPostgres is the store on the server.
func NewPostgres() Postgres { return Postgres{} }

var _ Store = Postgres{}

// Rules are all rules, the latest first.
func (Postgres) Rules(ctx context.Context) ([]Rule, error) {
	var rows []struct {
		ID        uuid.UUID
		DoctorID  *uuid.UUID
		ServiceID *uuid.UUID
		Kind      Kind
		Rate      decimal.Decimal
		ValidFrom time.Time
	}
	const query = "select id, doctor_id, service_id, kind, rate, valid_from from fee_rules order by doctor_id nulls last, service_id nulls last, valid_from desc"
	if err := database.From(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the rules of fees: %w", err)
	}
	rules := make([]Rule, len(rows))
	for i, r := range rows {
		rules[i] = Rule{ID: r.ID, Doctor: orZero(r.DoctorID), Service: orZero(r.ServiceID), Kind: r.Kind, Rate: r.Rate, From: dayOf(&r.ValidFrom)}
	}
	return rules, nil
}

// SetRule writes a rule, over the one of the same professional, service and day. A professional or service that the clinic
// does not have is not found.
func (Postgres) SetRule(ctx context.Context, r Rule) error {
	const known = `select (?::uuid is null or exists (select 1 from memberships where id = ?)) and (?::uuid is null or exists (select 1 from services where id = ?))`
	var there bool
	doctor, service := orNull(r.Doctor), orNull(r.Service)
	if err := database.From(ctx).Raw(known, doctor, doctor, service, service).Row().Scan(&there); err != nil {
		return fmt.Errorf("look for whom a rule is: %w", err)
	}
	if !there {
		return fault.ErrNotFound
	}
	const upsert = `insert into fee_rules (id, doctor_id, service_id, kind, rate, valid_from) values (?, ?, ?, ?, ?, ?)
		on conflict on constraint fee_rules_one do update set kind = excluded.kind, rate = excluded.rate, version = fee_rules.version + 1, updated_at = now()`
	return explain("keep a rule of fees", database.From(ctx).Exec(upsert, r.ID, doctor, service, r.Kind, r.Rate, r.From.String()).Error)
}

// DropRule takes a rule away. What was settled by it stays.
func (Postgres) DropRule(ctx context.Context, id uuid.UUID) error {
	done := database.From(ctx).Exec("delete from fee_rules where id = ?", id)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return explain("drop a rule of fees", done.Error)
}

type workRow struct {
	InvoiceID   uuid.UUID
	Kind        billing.Kind
	Series      string
	Number      int64
	IssuedOn    time.Time
	PatientID   *uuid.UUID
	Item        int
	ServiceID   *uuid.UUID
	Description string
	Value       decimal.Decimal
	Total       decimal.Decimal
	Units       decimal.Decimal
	Asked       decimal.Decimal
	Paid        decimal.Decimal
	Gone        bool
	Credit      bool
	Before      bool
	BaseBefore  decimal.Decimal
	FeeBefore   decimal.Decimal
	KindBefore  Kind
	RateBefore  decimal.Decimal
}

// worksQuery are the professional's lines, each as its document says now, with what was settled of them; and what was
// settled of lines that a correction made somebody else's. Products and what was given away bring no fee. Of a service that
// an agreement divides, each document charges its part of the units.
const worksQuery = `with settled as (
	select f.invoice_id, f.item, sum(f.base) as base, sum(f.fee) as fee, min(f.kind) as kind, min(f.rate) as rate, min(f.description) as description,
		(array_agg(f.service_id))[1] as service_id, (array_agg(f.patient_id))[1] as patient_id
	from fee_lines f join fee_settlements t on t.clinic_id = f.clinic_id and t.id = f.settlement_id where t.doctor_id = @doctor group by f.invoice_id, f.item
), lines as (
	select s.invoice_id, c.id as content_id, c.issued_on, l.place as item, l.service_id, l.quantity, c.exchange_rate as rate, s.state,
		round(l.value * c.exchange_rate, 2) as value, round(l.total * c.exchange_rate, 2) as total, round(c.total * c.exchange_rate, 2) as charged
	from invoice_items l join invoice_contents c on c.clinic_id = l.clinic_id and c.id = l.content_id
		join invoice_states s on s.clinic_id = c.clinic_id and s.invoice_id = c.invoice_id and s.content_id = c.id
	where l.doctor_id = @doctor and l.igv_type <> 'gratuito' and l.product_id is null and c.issued_on <= @to
), own as (
	select w.*, own_share.part, billed.units as billed_units, billed.amount as billed,
		coalesce((select round(sum(d.amount) * w.rate, 2) from invoice_deductions d where d.content_id = w.content_id), 0) as deducted,
		coalesce((select round(sum(p.amount) * w.rate, 2) from payments p where p.invoice_id = w.invoice_id and p.at < @before), 0) as money
	from lines w
		left join lateral (select a.patient_amount / nullif(a.patient_amount + a.amount, 0) as part from agreement_shares a
			where a.charge_id = w.invoice_id and a.place = w.item and a.dropped_at is null limit 1) own_share on true
		left join lateral (select sum(a.quantity * a.amount / nullif(a.patient_amount + a.amount, 0)) as units, sum(a.amount) as amount from agreement_shares a
			where a.factura_id = w.invoice_id and a.doctor_id = @doctor and a.service_id is not distinct from w.service_id) billed on true
)
select i.id as invoice_id, i.kind, i.series, i.number, coalesce(o.issued_on, i.issued_on) as issued_on, coalesce(i.patient_id, f.patient_id) as patient_id,
	coalesce(o.item, f.item) as item, coalesce(o.service_id, f.service_id) as service_id,
	coalesce(v.name, case when o.billed is not null then 'Servicios por convenio' end, f.description, 'Otro concepto') as description,
	coalesce(o.value, 0) as value, coalesce(o.total, 0) as total,
	round(coalesce(o.billed_units * o.total / nullif(o.billed, 0), o.quantity * o.part, o.quantity, 0), 6) as units,
	coalesce(o.charged + o.deducted, 0) as asked, coalesce(o.money + o.deducted, 0) as paid,
	o.invoice_id is null or o.state in ('rejected', 'voided') as gone,
	exists (select 1 from invoices n join invoice_states ns on ns.clinic_id = n.clinic_id and ns.invoice_id = n.id
		where n.amends_id = i.id and n.kind = 'nota_credito' and n.issued_on <= @to and ns.state not in ('rejected', 'voided')) as credit,
	f.invoice_id is not null as before, coalesce(f.base, 0) as base_before, coalesce(f.fee, 0) as fee_before, coalesce(f.kind, '') as kind_before,
	coalesce(f.rate, 0) as rate_before
from own o full join settled f on f.invoice_id = o.invoice_id and f.item = o.item
	join invoices i on i.id = coalesce(o.invoice_id, f.invoice_id)
	left join services v on v.id = coalesce(o.service_id, f.service_id)
where i.kind <> 'nota_credito' order by 5, i.id, 7`

// Works are the professional's lines of documents until a day, with what was collected of them before a moment.
func (Postgres) Works(ctx context.Context, doctor uuid.UUID, to agenda.Date, before time.Time) ([]Collection, error) {
	var rows []workRow
	named := map[string]any{"doctor": doctor, "to": to.String(), "before": before}
	if err := database.From(ctx).Raw(worksQuery, named).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read what a professional did: %w", err)
	}
	list := make([]Collection, len(rows))
	for i, r := range rows {
		list[i] = r.collection()
	}
	return list, nil
}

func (r workRow) collection() Collection {
	return Collection{
		Work: Work{
			Invoice: r.InvoiceID, Document: billing.Name{Kind: r.Kind, Series: r.Series, Number: r.Number}, IssuedOn: dayOf(&r.IssuedOn), Item: r.Item,
			Service: orZero(r.ServiceID), Patient: orZero(r.PatientID), Description: r.Description, Units: r.Units, Value: r.Value,
			Settled: Settled{Before: r.Before, Base: r.BaseBefore, Fee: r.FeeBefore, Kind: r.KindBefore, Rate: r.RateBefore},
		},
		Total: r.Total, Asked: r.Asked, Paid: r.Paid, Gone: r.Gone, Credit: r.Credit,
	}
}

func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func orZero(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func dayOf(t *time.Time) agenda.Date {
	if t == nil {
		return agenda.Date{}
	}
	return agenda.DateOf(*t, time.UTC)
}
