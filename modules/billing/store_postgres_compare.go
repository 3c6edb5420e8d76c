//go:build !js

package billing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

const comparisonQuery = "select id, started_at, finished_at, compared, unanswered, words from invoice_comparisons "

// LastComparison is the latest one; nil when there was none.
func (l *Ledger) LastComparison(ctx context.Context) (*Comparison, error) {
	var c Comparison
	err := notFound("read the last comparison", database.From(ctx).Raw(comparisonQuery+"order by started_at desc limit 1").Take(&c).Error)
	if errors.Is(err, fault.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	return &c, err
}

// beginComparison starts one unless another is at it; one that began before the moment is lost and gives way.
func (l *Ledger) beginComparison(ctx context.Context, id uuid.UUID, now, lost time.Time) (begun bool, err error) {
	const end = "update invoice_comparisons set finished_at = ?, words = 'No terminó.', updated_at = now() where finished_at is null and started_at < ?"
	if err := database.From(ctx).Exec(end, now, lost).Error; err != nil {
		return false, explain("end a lost comparison", err)
	}
	const insert = "insert into invoice_comparisons (id, started_at) values (?, ?) on conflict (clinic_id) where finished_at is null do nothing"
	done := database.From(ctx).Exec(insert, id, now)
	return done.RowsAffected > 0, explain("begin a comparison", done.Error)
}

// countComparison adds what was compared, and ends the comparison.
func (l *Ledger) countComparison(ctx context.Context, id uuid.UUID, compared, unanswered int, words string, ended bool, now time.Time) error {
	const update = `update invoice_comparisons set compared = compared + ?, unanswered = unanswered + ?, words = ?, finished_at = case when ? then ?::timestamptz end,
		version = version + 1, updated_at = now() where id = ? and finished_at is null`
	return explain("count what was compared", database.From(ctx).Exec(update, compared, unanswered, words, ended, now, id).Error)
}

// toCompare are documents that nobody is at: those since a day and those that wait for a person, behind one.
func (l *Ledger) toCompare(ctx context.Context, since agenda.Date, after uuid.UUID, limit int) ([]Entry, error) {
	var rows []entryRow
	const where = `where (c.issued_on >= ? or s.state = 'to_correct') and s.state in ('accepted', 'rejected', 'voided', 'to_correct') and i.id > ? order by i.id limit ?`
	if err := database.From(ctx).Raw(entryQuery+where, since.String(), after, limit).Scan(&rows).Error; err != nil {
		return nil, explain("read documents to compare", err)
	}
	list := make([]Entry, 0, len(rows))
	for _, r := range rows {
		e, err := l.entry(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// keepDifference writes what differs in a document, unless that moved meanwhile, and ends the differences that are no more.
// What a person has looked into stays looked into as long as it says the same.
func (l *Ledger) keepDifference(ctx context.Context, e Entry, d Difference, differs bool, now time.Time) error {
	const gone = `update invoice_differences set settled_at = ?, version = version + 1, updated_at = now()
		where invoice_id = ? and settled_at is null and kind <> ?`
	kind := DifferenceKind("")
	if differs {
		kind = d.Kind
	}
	if err := database.From(ctx).Exec(gone, now, e.ID, kind).Error; err != nil || !differs {
		return explain("end differences", err)
	}
	const keep = `insert into invoice_differences (id, invoice_id, kind, here, there, found_at, seen_at)
		select ?, invoice_id, ?, ?, ?, ?, ? from invoice_states where invoice_id = ? and seq = ?
		on conflict (clinic_id, invoice_id, kind) do update set here = excluded.here, there = excluded.there, seen_at = excluded.seen_at,
			found_at = case when invoice_differences.settled_at is null then invoice_differences.found_at else excluded.found_at end,
			settled_at = case when invoice_differences.settled_by is not null and (invoice_differences.here, invoice_differences.there) = (excluded.here, excluded.there)
				then invoice_differences.settled_at end,
			settled_by = case when (invoice_differences.here, invoice_differences.there) = (excluded.here, excluded.there) then invoice_differences.settled_by end,
			version = invoice_differences.version + 1, updated_at = now()`
	return explain("keep a difference", database.From(ctx).Exec(keep, newID(), d.Kind, d.Here, d.There, now, now, e.ID, e.State.Seq).Error)
}

func (l *Ledger) settleDifference(ctx context.Context, id, by uuid.UUID, note string, at time.Time) error {
	const update = "update invoice_differences set settled_at = ?, settled_by = ?, note = ?, version = version + 1, updated_at = now() where id = ? and settled_at is null"
	done := database.From(ctx).Exec(update, at, by, note, id)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return explain("settle a difference", done.Error)
}

// Differences are those that wait for a person, and the latest that somebody looked into.
func (l *Ledger) Differences(ctx context.Context) (open, settled []Found, err error) {
	const query = `select d.id, d.invoice_id, d.kind, d.here, d.there, d.found_at, d.seen_at, d.settled_at, d.settled_by, d.note, i.kind as name_kind, i.series, i.number
		from invoice_differences d join invoices i on i.id = d.invoice_id and i.clinic_id = d.clinic_id `
	if open, err = l.differencesWhere(ctx, query+"where d.settled_at is null order by d.found_at, d.id limit 200"); err != nil {
		return nil, nil, err
	}
	settled, err = l.differencesWhere(ctx, query+"where d.settled_by is not null order by d.settled_at desc limit 20")
	return open, settled, err
}

func (l *Ledger) differencesWhere(ctx context.Context, query string) ([]Found, error) {
	var rows []struct {
		ID        uuid.UUID
		InvoiceID uuid.UUID
		Kind      DifferenceKind
		Here      string
		There     string
		FoundAt   time.Time
		SeenAt    time.Time
		SettledAt *time.Time
		SettledBy *uuid.UUID
		Note      string
		NameKind  Kind
		Series    string
		Number    int64
	}
	if err := database.From(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return nil, explain("read differences", err)
	}
	list := make([]Found, len(rows))
	for i, r := range rows {
		list[i] = Found{
			Difference: Difference{Kind: r.Kind, Here: r.Here, There: r.There}, ID: r.ID, InvoiceID: r.InvoiceID,
			Name: Name{Kind: r.NameKind, Series: r.Series, Number: r.Number}, FoundAt: r.FoundAt, SeenAt: r.SeenAt, SettledAt: r.SettledAt, SettledBy: r.SettledBy, Note: r.Note,
		}
	}
	return list, nil
}

// openDifferences counts those that wait for a person.
func (l *Ledger) openDifferences(ctx context.Context) (n int, err error) {
	err = database.From(ctx).Raw("select count(*) from invoice_differences where settled_at is null").Row().Scan(&n)
	return n, explain("count differences", err)
}
