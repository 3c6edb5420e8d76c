//go:build !js

package billing

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/catalog"
)

// Owed tells which visits nobody has charged for (agenda.Charges).
type Owed struct {
	ledger *Ledger
	prices Prices
}

// NewOwed builds it over the ledger and the price list.
func NewOwed(ledger *Ledger, prices Prices) *Owed { return &Owed{ledger, prices} }

var _ agenda.Charges = (*Owed)(nil)

// Uncharged gives the price of each visit without a receipt or a document that stands.
func (o *Owed) Uncharged(ctx context.Context, list []agenda.Appointment) (map[uuid.UUID]string, error) {
	prices := map[uuid.UUID]string{}
	if len(list) == 0 {
		return prices, nil
	}
	charged, err := o.ledger.charged(ctx, list)
	if err != nil {
		return nil, err
	}
	services, err := o.prices.Services(ctx, catalog.Filter{Retired: true})
	if err != nil {
		return nil, err
	}
	words := map[uuid.UUID]string{}
	for _, s := range services {
		words[s.ID] = Soles.Money(s.Price)
	}
	for _, a := range list {
		if !charged[a.ID] {
			prices[a.ID] = words[a.ServiceID]
		}
	}
	return prices, nil
}
