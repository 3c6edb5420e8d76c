package agenda

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
)

// Charges is what the agenda asks of whoever takes money.
type Charges interface {
	// Uncharged tells of each appointment that nobody has charged for what it costs, in words: "S/ 120.00".
	Uncharged(ctx context.Context, list []Appointment) (map[uuid.UUID]string, error)
}

// owing is a visit that has ended and was not charged.
type owing struct {
	Card  Card
	Price string
}

// uncharged reads which of the visits shown have ended and wait to be charged, for who charges.
func (h screens) uncharged(ctx context.Context, b *board) error {
	if h.Charges == nil || !access.Who(ctx).Can(accounts.BillingCharge) || b.At.View == monthView {
		return nil
	}
	var over []Card
	var list []Appointment
	for _, column := range b.Grid.Columns {
		for _, card := range column.Cards {
			if card.Status == Completed {
				over, list = append(over, card), append(list, card.Appointment)
			}
		}
	}
	prices, err := h.Charges.Uncharged(ctx, list)
	if err != nil {
		return err
	}
	for _, card := range over {
		if price, waits := prices[card.ID]; waits {
			b.Owing = append(b.Owing, owing{card, price})
		}
	}
	return nil
}
