//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

// heldPart narrows the receipts that a device holds.
type heldPart struct {
	where string
	args  []any
}

func heldAmong(ids []uuid.UUID) heldPart {
	return heldPart{"and r.id = any(?::uuid[])", []any{database.IDs(ids)}}
}

func heldAfter(after string, limit int) heldPart {
	if after == "" {
		after = uuid.Nil.String()
	}
	return heldPart{"and r.id > ?::uuid order by r.id limit ?", []any{after, limit}}
}

// heldBy are a person's receipts since a moment, and the last one of each of their devices: from it a device whose store
// is new goes on counting.
const heldBy = `where r.issued_by = ? and (r.issued_at >= ? or exists (select 1 from
	(select x.device, max(x.counter) as counter from receipts x where x.issued_by = ? group by x.device) l where l.device = r.device and l.counter = r.counter)) `

func (l *Ledger) receiptsHeld(ctx context.Context, by uuid.UUID, from time.Time, part heldPart) ([]Receipt, error) {
	return l.receiptsWhere(ctx, heldBy+part.where, append([]any{by, from, by}, part.args...)...)
}

func (l *Ledger) countHeld(ctx context.Context, by uuid.UUID, from time.Time) (n int, err error) {
	err = database.From(ctx).Raw("select count(*) from receipts r "+heldBy, by, from, by).Row().Scan(&n)
	return n, explain("count receipts for a device", err)
}
