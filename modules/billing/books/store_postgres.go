//go:build !js

package books

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/platform/database"
)

// Postgres adds documents up where they are. It opens nothing that is sealed.
type Postgres struct{}

// NewPostgres reads in the clinic's transaction of its context.
func NewPostgres() Postgres { return Postgres{} }

// current are the contents that documents say now, of a period by the day that they bear. The clinic's own rows are all
// that is seen, so it is not compared again; and that a content is the one in force is said in a way that the planner does
// not multiply with the rest: it would expect a single row, and look each of twenty thousand up in every table.
const current = `from invoice_contents c join invoice_states s on s.invoice_id = c.invoice_id and coalesce(s.content_id = c.id, false) `

// inSoles adds a table's amounts up in soles, each rounded as its document is.
func inSoles(table, column string) string {
	amount := table + "." + column
	return "sum(case when c.exchange_rate = 1 then " + amount + " else round(" + amount + " * c.exchange_rate, 2) end) as " + column
}

// totalInSoles adds documents up as the register does, where a total is the sum of its parts in soles.
const totalInSoles = `sum(case when c.exchange_rate = 1 then c.total else round(c.taxable * c.exchange_rate, 2) + round(c.exempt * c.exchange_rate, 2)
	+ round(c.unaffected * c.exchange_rate, 2) + round(c.igv * c.exchange_rate, 2) end) as total`

// Groups adds up the documents of a period. Kind and site are their series': looked up for the sums, not for each document.
func (Postgres) Groups(ctx context.Context, from, to agenda.Date) ([]Group, error) {
	var rows []struct {
		Day    time.Time
		Kind   billing.Kind
		SiteID uuid.UUID
		State  billing.Status
		Sums
	}
	var sums []string
	for _, column := range []string{"taxable", "exempt", "unaffected", "free", "igv", "discount"} {
		sums = append(sums, inSoles("c", column))
	}
	sums = append(sums, totalInSoles)
	query := "with sums as (select c.issued_on as day, s.series_id, s.state, count(*) as count, " + strings.Join(sums, ", ") + " " + current +
		"where c.issued_on between ? and ? group by c.issued_on, s.series_id, s.state) " +
		"select r.kind, r.site_id, sums.* from sums join invoice_series r on r.id = sums.series_id order by day, r.id, state"
	if err := database.From(ctx).Raw(query, from.String(), to.String()).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("add up documents: %w", err)
	}
	groups := make([]Group, len(rows))
	for i, r := range rows {
		groups[i] = Group{Day: agenda.DateOf(r.Day, time.UTC), Kind: r.Kind, Site: r.SiteID, Status: r.State, Sums: r.Sums}
	}
	return groups, nil
}

// Works adds up the lines of the documents that count, by who did what. What was given away is no money.
func (Postgres) Works(ctx context.Context, from, to agenda.Date) ([]Work, error) {
	var rows []struct {
		DoctorID  *uuid.UUID
		ServiceID *uuid.UUID
		Product   bool
		Credit    bool
		Times     decimal.Decimal
		Total     decimal.Decimal
	}
	query := `with sums as (select l.doctor_id, l.service_id, l.product_id is not null as product, s.series_id, sum(l.quantity) as times, ` + inSoles("l", "total") + ` ` + current +
		`join invoice_items l on l.content_id = c.id where c.issued_on between ? and ? and s.state not in ('rejected', 'voided') and l.igv_type <> 'gratuito' group by 1, 2, 3, 4)
		select doctor_id, service_id, product, r.kind = 'nota_credito' as credit, sum(times) as times, sum(total) as total
		from sums join invoice_series r on r.id = sums.series_id group by 1, 2, 3, 4`
	if err := database.From(ctx).Raw(query, from.String(), to.String()).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("add up lines of documents: %w", err)
	}
	works := make([]Work, len(rows))
	for i, r := range rows {
		works[i] = Work{Doctor: idOf(r.DoctorID), Service: idOf(r.ServiceID), Product: r.Product, Times: r.Times, Total: r.Total}
		if r.Credit {
			works[i].Times, works[i].Total = r.Times.Neg(), r.Total.Neg()
		}
	}
	deducted, err := deducted(ctx, from, to)
	if err == nil && !deducted.IsZero() {
		works = append(works, Work{Total: deducted.Neg()}) // nobody's, as the advance was
	}
	return works, err
}

// deducted is what the documents of a period take off for advances, which have documents of their own.
func deducted(ctx context.Context, from, to agenda.Date) (sum decimal.Decimal, err error) {
	query := "select coalesce((select " + inSoles("d", "amount") + " " + current +
		"join invoice_deductions d on d.content_id = c.id where c.issued_on between ? and ? and s.state not in ('rejected', 'voided')), 0)"
	if err := database.From(ctx).Raw(query, from.String(), to.String()).Row().Scan(&sum); err != nil {
		return sum, fmt.Errorf("add up what documents deduct: %w", err)
	}
	return sum, nil
}

func idOf(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// Taken adds up the money that came in and went back between two moments, by the way it was paid and its currency. What
// moves in and out of patients' balances is none.
func (Postgres) Taken(ctx context.Context, from, to time.Time) ([]Taken, error) {
	var rows []Taken
	const query = `select method, currency, count(*) as count, coalesce(sum(amount) filter (where amount > 0), 0) as "in", coalesce(-sum(amount) filter (where amount < 0), 0) as back
		from payments where at >= ? and at < ? and method <> 'credit_balance' group by method, currency order by currency, method`
	err := database.From(ctx).Raw(query, from, to).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("add up payments: %w", err)
	}
	return rows, nil
}
