//go:build !js

package billing

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/platform/database"
)

// charged are the visits among these with a document that stands, or a receipt that waits for its own: a document that
// SUNAT rejected or that was voided does not stand.
func (l *Ledger) charged(ctx context.Context, list []agenda.Appointment) (map[uuid.UUID]bool, error) {
	const query = `select i.appointment_id from invoices i join invoice_states s on s.clinic_id = i.clinic_id and s.invoice_id = i.id
		where i.appointment_id in ? and s.state not in (?, ?)
		union select appointment_id from receipts where appointment_id in ? and invoice_id is null
		union select a.appointment_id from agreement_shares a where a.appointment_id in ? and a.dropped_at is null
			and not exists (select 1 from invoices i where i.clinic_id = a.clinic_id and i.id = a.charge_id)` // an insurer may pay all
	ids := make([]uuid.UUID, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	var found []uuid.UUID
	if err := database.From(ctx).Raw(query, ids, Rejected, Voided, ids, ids).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("read which visits were charged: %w", err)
	}
	charged := map[uuid.UUID]bool{}
	for _, id := range found {
		charged[id] = true
	}
	return charged, nil
}

// chargedVisit makes whoever charges for the same visit wait until the transaction ends, so that two at once see each other.
func (l *Ledger) chargedVisit(ctx context.Context, visit, but uuid.UUID) ([]chargedAs, error) {
	db := database.From(ctx)
	if err := db.Exec("select pg_advisory_xact_lock(hashtextextended(?, 8))", visit.String()).Error; err != nil {
		return nil, fmt.Errorf("wait for who charges a visit: %w", err)
	}
	const query = `select i.id, i.kind, i.series, i.number, '' as receipt from invoices i
		join invoice_states s on s.clinic_id = i.clinic_id and s.invoice_id = i.id
		where i.appointment_id = ? and i.kind in (?, ?) and s.state not in (?, ?) and i.id <> ?
		union all select id, '', '', 0, number from receipts where appointment_id = ? and invoice_id is null and id <> ? order by id`
	var rows []struct {
		ID      uuid.UUID
		Kind    Kind
		Series  string
		Number  int64
		Receipt string
	}
	if err := db.Raw(query, visit, Boleta, Factura, Rejected, Voided, but, visit, but).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read what a visit was charged with: %w", err)
	}
	list := make([]chargedAs, len(rows))
	for i, r := range rows {
		list[i] = chargedAs{ID: r.ID, Name: r.Receipt, Ticket: r.Receipt != ""}
		if !list[i].Ticket {
			list[i].Name = Name{Kind: r.Kind, Series: r.Series, Number: r.Number}.String()
		}
	}
	return list, nil
}
