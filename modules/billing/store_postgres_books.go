//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/platform/database"
)

// bookPage is how many documents are opened at once.
const bookPage = 500

// Each hands over every document that bears a day of a period, in the order of days and of their writing, with the day of
// what it amends (no day for what amends nothing). Contents are opened one page after the other: a long month takes no
// more memory than a short one.
func (l *Ledger) Each(ctx context.Context, from, to agenda.Date, f func(e Entry, amended agenda.Date) error) error {
	const where = `where c.invoice_id = i.id and c.issued_on between ? and ? and (c.issued_on, c.id) > (?::date, ?::uuid) order by c.issued_on, c.id limit ?`
	day, last := from.Add(-1), uuid.Max
	for {
		var rows []entryRow
		if err := database.From(ctx).Raw(entryQuery+where, from.String(), to.String(), day.String(), last, bookPage).Scan(&rows).Error; err != nil {
			return explain("read the documents of a period", err)
		}
		originals, err := l.daysOf(ctx, rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			e, err := l.entry(ctx, r)
			if err != nil {
				return err
			}
			amended := agenda.Date{}
			if e.AmendsID != nil {
				amended = originals[*e.AmendsID]
			}
			if err := f(e, amended); err != nil {
				return err
			}
			day, last = e.Content.IssuedOn, e.State.ContentID
		}
		if len(rows) < bookPage {
			return nil
		}
	}
}

// daysOf are the days that the documents bear which some rows amend.
func (l *Ledger) daysOf(ctx context.Context, rows []entryRow) (map[uuid.UUID]agenda.Date, error) {
	var ids []uuid.UUID
	for _, r := range rows {
		if r.AmendsID != nil {
			ids = append(ids, *r.AmendsID)
		}
	}
	days := map[uuid.UUID]agenda.Date{}
	if len(ids) == 0 {
		return days, nil
	}
	var found []struct {
		InvoiceID uuid.UUID
		IssuedOn  time.Time
	}
	const query = `select s.invoice_id, c.issued_on from invoice_states s join invoice_contents c on c.id = s.content_id and c.clinic_id = s.clinic_id where s.invoice_id in ?`
	if err := database.From(ctx).Raw(query, ids).Scan(&found).Error; err != nil {
		return nil, explain("read the days of amended documents", err)
	}
	for _, d := range found {
		days[d.InvoiceID] = agenda.DateOf(d.IssuedOn, time.UTC)
	}
	return days, nil
}
