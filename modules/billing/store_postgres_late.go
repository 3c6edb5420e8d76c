//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/platform/database"
)

// lateWhere are the documents that are late; its parameters are the two moments of lateSince. A correction starts anew, and
// so does a voiding. The parts have an index each of the few that are on their way: every page counts them.
const lateWhere = ` from (select * from invoice_states where state in ('queued', 'sent') union all select * from invoice_states where state = 'to_correct'
		union all select * from invoice_states where state = 'voiding') s join invoice_contents c on c.id = s.content_id and c.clinic_id = s.clinic_id
	join invoices i on i.id = s.invoice_id and i.clinic_id = s.clinic_id
	where ` + lateBegan + ` < case when i.series like 'F%' then ?::timestamptz else ?::timestamptz end `

// lateBegan is when the wait began: with what the document says, or with the wish to void it.
const lateBegan = "case when s.state = 'voiding' then s.since else c.written_at end"

// Late are the documents that SUNAT has not taken, or not voided, although it should have: what is due first stands first.
func (l *Ledger) Late(ctx context.Context, now time.Time) ([]LateDocument, error) {
	var rows []struct {
		ID       uuid.UUID
		Kind     Kind
		Series   string
		Number   int64
		State    Status
		Pending  bool
		IssuedOn time.Time
		Reason   string
	}
	facturas, boletas := lateSince(now)
	const query = "select i.id, i.kind, i.series, i.number, s.state, s.pending, c.issued_on, s.reason" + lateWhere +
		"order by c.issued_on + case when s.state = 'voiding' then ?::int else ?::int end, i.id limit 50"
	if err := database.From(ctx).Raw(query, facturas, boletas, voidingDays, sendingDays).Scan(&rows).Error; err != nil {
		return nil, explain("find documents that are late", err)
	}
	list := make([]LateDocument, len(rows))
	for i, r := range rows {
		list[i] = LateDocument{
			ID: r.ID, Name: Name{Kind: r.Kind, Series: r.Series, Number: r.Number}, State: r.State, Pending: r.Pending,
			IssuedOn: agenda.DateOf(r.IssuedOn, time.UTC), Reason: r.Reason,
		}
	}
	return list, nil
}

// markLate notes which documents the administration is told of now, and counts them: each once.
func (l *Ledger) markLate(ctx context.Context, now time.Time) (int, error) {
	facturas, boletas := lateSince(now)
	const update = "update invoice_states set alerted_at = ? where invoice_id in (select s.invoice_id" + lateWhere + "and (s.alerted_at is null or s.alerted_at < " + lateBegan + "))"
	done := database.From(ctx).Exec(update, now, facturas, boletas)
	return int(done.RowsAffected), explain("note documents that are late", done.Error)
}
