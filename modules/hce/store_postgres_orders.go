//go:build !js

package hce

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

// orderRow is an order as it is read: its codes in one text, for none holds a space.
type orderRow struct {
	ID          uuid.UUID
	Number      int64
	PatientID   uuid.UUID
	EncounterID *uuid.UUID
	OrderedBy   uuid.UUID
	Codes       string
	Diagnosis   string
	Note        string
	OrderedAt   time.Time
}

func (r orderRow) order() Order {
	return Order{
		ID: r.ID, Number: r.Number, PatientID: r.PatientID, EncounterID: r.EncounterID, OrderedBy: r.OrderedBy, Codes: strings.Fields(r.Codes),
		Diagnosis: r.Diagnosis, Note: r.Note, OrderedAt: r.OrderedAt,
	}
}

const orderQuery = `select l.id, l.number, l.patient_id, l.encounter_id, l.ordered_by, array_to_string(l.codes, ' ') as codes, l.diagnosis, l.note,
	l.ordered_at from lab_orders l where `

func (Postgres) AddOrder(ctx context.Context, o Order) error {
	const insert = `insert into lab_orders (id, number, patient_id, encounter_id, ordered_by, codes, diagnosis, note, ordered_at)
		values (?, ?, ?, ?, ?, string_to_array(?, ' '), ?, ?, ?)`
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, o.ID, o.Number, o.PatientID, o.EncounterID, o.OrderedBy, strings.Join(o.Codes, " "), o.Diagnosis, o.Note, o.OrderedAt).Error
	})
	if database.Violates(err, "lab_orders_pkey") {
		return ErrSameID
	}
	return explain("keep a laboratory order", err)
}

func (p Postgres) Order(ctx context.Context, id uuid.UUID) (Order, error) {
	var row orderRow
	if err := database.From(ctx).Raw(orderQuery+"l.id = ?", id).Take(&row).Error; err != nil {
		return Order{}, notFound("read a laboratory order", err)
	}
	list, err := p.withWhatCame(ctx, []orderRow{row})
	if err != nil {
		return Order{}, err
	}
	return list[0], nil
}

func (Postgres) LockOrder(ctx context.Context, id uuid.UUID) error {
	return explain("lock a laboratory order", database.From(ctx).Exec("select pg_advisory_xact_lock(hashtextextended(?, 7))", id.String()).Error)
}

func (p Postgres) OrdersOf(ctx context.Context, family []uuid.UUID) ([]Order, error) {
	return p.orders(ctx, "l.patient_id in ? order by l.ordered_at desc, l.id desc", family)
}

// freshResults holds for an order with results that came after its last review.
const freshResults = `exists (select 1 from observations v where v.order_id = l.id and v.created_at > coalesce(
	(select max(e.at) from lab_order_events e where e.order_id = l.id and e.what = 'reviewed'), '-infinity'))`

func (p Postgres) OpenOrders(ctx context.Context, doctor uuid.UUID, limit int) ([]Order, error) {
	const open = `l.ordered_by = ? and (` + freshResults + ` or
		not exists (select 1 from lab_order_events e where e.order_id = l.id and e.what = 'cancelled') and
		exists (select 1 from unnest(l.codes) c where not exists (select 1 from observations v where v.order_id = l.id and
			(v.code = c or (c, v.code) in (select * from unnest(?::text[], ?::text[])))))) order by l.ordered_at, l.id limit ?`
	var wholes, parts []string
	for whole, list := range panels() {
		for _, part := range list {
			wholes, parts = append(wholes, whole), append(parts, part)
		}
	}
	return p.orders(ctx, open, doctor, database.Texts(wholes), database.Texts(parts), limit)
}

func (p Postgres) orders(ctx context.Context, where string, args ...any) ([]Order, error) {
	var rows []orderRow
	if err := database.From(ctx).Raw(orderQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read laboratory orders", err)
	}
	return p.withWhatCame(ctx, rows)
}

// withWhatCame completes orders with their events and results.
func (Postgres) withWhatCame(ctx context.Context, rows []orderRow) ([]Order, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	list, place := make([]Order, 0, len(rows)), map[uuid.UUID]int{}
	var ids []uuid.UUID
	for i, r := range rows {
		list, ids, place[r.ID] = append(list, r.order()), append(ids, r.ID), i
	}
	var events []OrderEvent
	const eventQuery = "select id, order_id, what, by, reason, at from lab_order_events where order_id in ? order by at, id"
	if err := database.From(ctx).Raw(eventQuery, ids).Scan(&events).Error; err != nil {
		return nil, explain("read what became of orders", err)
	}
	for _, e := range events {
		o := &list[place[e.OrderID]]
		o.Events = append(o.Events, e)
	}
	var results []Observed
	if err := database.From(ctx).Raw(observedQuery+"where o.order_id in ? order by o.taken_at, o.created_at, o.corrects_id is not null, o.id", ids).Scan(&results).Error; err != nil {
		return nil, explain("read the results of orders", err)
	}
	for _, r := range results {
		o := &list[place[*r.OrderID]]
		o.Results = append(o.Results, r)
	}
	return list, nil
}

func (Postgres) AddOrderEvent(ctx context.Context, e OrderEvent) error {
	const insert = "insert into lab_order_events (id, order_id, what, by, reason, at) values (?, ?, ?, ?, ?, ?)"
	return explain("keep what became of an order", database.From(ctx).Exec(insert, e.ID, e.OrderID, e.What, e.By, e.Reason, e.At).Error)
}

func (Postgres) ObservedByID(ctx context.Context, id uuid.UUID) (Observed, error) {
	var o Observed
	err := database.From(ctx).Raw(observedQuery+"where o.id = ?", id).Take(&o).Error
	return o, notFound("read a measured value", err)
}

// unacknowledged holds for a critical value in force about which nobody has said what was done.
const unacknowledged = `o.critical and not exists (select 1 from observation_acknowledgements k where k.observation_id = o.id)
	and not exists (select 1 from observations c where c.corrects_id = o.id) `

// ofDoctor holds for the values of a professional's patients, attentions and orders; it takes four doctors.
const ofDoctor = `and (o.patient_id in (select e.patient_id from encounters e where e.doctor_id = ? and e.started_at is not null)
	or o.patient_id in (select s.patient_id from patient_assignments s where s.doctor_id = ?)
	or exists (select 1 from encounters e where e.id = o.encounter_id and e.doctor_id = ?)
	or exists (select 1 from lab_orders l where l.id = o.order_id and l.ordered_by = ?)) `

func (Postgres) Unacknowledged(ctx context.Context, doctor uuid.UUID) ([]Observed, error) {
	var list []Observed
	query := observedQuery + "where " + unacknowledged + ofDoctor + inForce + "order by o.taken_at, o.id"
	err := database.From(ctx).Raw(query, doctor, doctor, doctor, doctor).Scan(&list).Error
	return list, explain("read critical values", err)
}

func (Postgres) UnacknowledgedOf(ctx context.Context, family []uuid.UUID) ([]Observed, error) {
	var list []Observed
	err := database.From(ctx).Raw(observedQuery+"where "+unacknowledged+"and o.patient_id in ?"+inForce+"order by o.taken_at, o.id", family).Scan(&list).Error
	return list, explain("read critical values of a person", err)
}

func (Postgres) Acknowledge(ctx context.Context, a Acknowledgement) error {
	const insert = `insert into observation_acknowledgements (id, observation_id, by, action, at) values (?, ?, ?, ?, ?)`
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, a.ID, a.ObservationID, a.By, a.Action, a.At).Error
	})
	switch {
	case database.Violates(err, "observation_acknowledgements_pkey"): // the same one again
		return nil
	case database.Violates(err, "observation_acknowledged_once"):
		return ErrAcknowledged
	}
	return explain("keep what was done about a critical value", err)
}

func (Postgres) CountResults(ctx context.Context, doctor uuid.UUID) (critical, fresh int, err error) {
	const query = "select (select count(*) from observations o where " + unacknowledged + ofDoctor + `),
		(select count(*) from lab_orders l where l.ordered_by = ? and ` + freshResults + ")"
	err = database.From(ctx).Raw(query, doctor, doctor, doctor, doctor, doctor).Row().Scan(&critical, &fresh)
	return critical, fresh, explain("count results", err)
}
