package agenda

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/sorting"
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

// owingShown is how many of them stand in the panel before the rest is asked for.
const owingShown = 6

// uncharged reads which of the visits shown have ended and wait to be charged, for who charges: the latest first, who may
// still be at the desk.
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
	sorting.By(over, func(a, b Card) int { return b.StartTime.Compare(a.StartTime) })
	for _, card := range over {
		if price, waits := prices[card.ID]; waits {
			b.Owing = append(b.Owing, owing{card, price})
		}
	}
	return nil
}
