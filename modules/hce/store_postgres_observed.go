//go:build !js

package hce

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

func (Postgres) AddObserved(ctx context.Context, list []Observed) error {
	const insert = `insert into observations (id, patient_id, encounter_id, record_id, order_id, code, category, value, value_text, unit,
		ref_low, ref_high, ref_text, flag, critical, source, taken_at, taken_by, corrects_id, created_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, now()))`
	for _, o := range list {
		err := database.From(ctx).Exec(insert, o.ID, o.PatientID, o.EncounterID, o.RecordID, o.OrderID, o.Code, o.Category, o.Value, o.ValueText, o.Unit,
			o.RefLow, o.RefHigh, o.RefText, o.Flag, o.Critical, o.Source, o.TakenAt, o.TakenBy, o.CorrectsID, orNil(o.KeptAt)).Error
		if err != nil {
			return explain("keep a measured value", err)
		}
	}
	return nil
}

const observedQuery = `select o.id, o.patient_id, o.encounter_id, o.record_id, o.order_id, o.code, o.category, o.value, o.value_text, o.unit,
	o.ref_low, o.ref_high, o.ref_text, o.flag, o.critical, o.source, o.taken_at, o.taken_by, o.corrects_id, o.created_at as kept_at,
	a.by as acknowledged_by, a.at as acknowledged_at, coalesce(a.action, '') as action
	from observations o left join observation_acknowledgements a on a.observation_id = o.id `

// inForce leaves out what stands in a note that was annulled: it is no value of the person's.
const inForce = " and not exists (select 1 from medical_records x where x.amends_id = o.record_id and x.record_type = 'annulment') "

func (Postgres) ObservedIn(ctx context.Context, encounters []uuid.UUID) ([]Observed, error) {
	if len(encounters) == 0 {
		return nil, nil
	}
	var list []Observed
	err := database.From(ctx).Raw(observedQuery+"where o.encounter_id in ?"+inForce+"order by o.taken_at, o.id", encounters).Scan(&list).Error
	return list, explain("read the values of an attention", err)
}

func (Postgres) ObservedOf(ctx context.Context, r ObservedRange) ([]Observed, error) {
	where, args := []string{"o.patient_id in ?"}, []any{r.Patients}
	and := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	if len(r.Codes) > 0 {
		and("o.code in ?", r.Codes)
	}
	if len(r.Categories) > 0 {
		and("o.category in ?", r.Categories)
	}
	if !r.Since.IsZero() {
		and("o.taken_at >= ?", r.Since)
	}
	query := observedQuery + "where " + strings.Join(where, " and ") + inForce + "order by o.taken_at desc, o.id desc"
	if r.Limit > 0 {
		query += " limit ?"
		args = append(args, r.Limit)
	}
	var list []Observed
	err := database.From(ctx).Raw(query, args...).Scan(&list).Error
	return list, explain("read values of a person", err)
}

// orNil is a moment, or nil for the zero one.
func orNil(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// triageSince are the values that triage took of people since a moment, at a site (zero: at any).
func triageSince(ctx context.Context, people []uuid.UUID, site uuid.UUID, since time.Time) ([]Observed, error) {
	const where = `where o.patient_id = any(?::uuid[]) and o.category = 'triage' and o.taken_at >= ?
		and o.encounter_id in (select id from encounters where patient_id = any(?::uuid[]) and (? or site_id = ?)) order by o.taken_at, o.id`
	var list []Observed
	err := database.From(ctx).Raw(observedQuery+where, database.IDs(people), since, database.IDs(people), site == uuid.Nil, site).Scan(&list).Error
	return list, explain("read what triage took", err)
}
