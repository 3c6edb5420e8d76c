//go:build !js

package billing

import (
	"slices"

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

// others are the ways to pay that a bank or an application confirms.
func (v cashView) others() []MethodSum {
	return slices.DeleteFunc(slices.Clone(v.Sums), func(s MethodSum) bool { return s.Method == Cash || s.Method == CreditBalance })
}

func (v cashView) ticked(m Method) bool { return slices.Contains(v.Form.Verified, string(m)) }
