package billing

import (
	"github.com/shopspring/decimal"
)

// signed writes an amount with a minus of its own width before what left.
func signed(amount decimal.Decimal) string { return signedIn(Soles, amount) }

// signedIn is an amount of a currency that may be below zero.
func signedIn(currency Currency, amount decimal.Decimal) string {
	if amount.IsNegative() {
		return "−" + currency.Money(amount.Abs())
	}
	return currency.Money(amount)
}

func orSale(way string) string {
	if way == "" {
		return "sale"
	}
	return way
}
