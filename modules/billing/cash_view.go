package billing

import (
	"github.com/shopspring/decimal"

	"hampi/views"
)

// signed writes an amount with a minus of its own width before what left.
func signed(amount decimal.Decimal) string {
	if amount.IsNegative() {
		return "−" + views.Money(amount.Abs())
	}
	return views.Money(amount)
}

func orSale(way string) string {
	if way == "" {
		return "sale"
	}
	return way
}
