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
