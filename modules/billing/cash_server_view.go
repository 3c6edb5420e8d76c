//go:build !js

package billing

import "slices"

// confirmed is a way to pay that a bank or an application confirms, with what came in by it, each currency by itself.
type confirmed struct {
	Method  Method
	Amounts string
}

// others are the ways to pay that a bank or an application confirms.
func (v cashView) others() []confirmed {
	var list []confirmed
	for _, s := range v.Sums {
		if s.Method == Cash || s.Method == CreditBalance {
			continue
		}
		amount := s.Currency.Money(s.Amount)
		if i := slices.IndexFunc(list, func(c confirmed) bool { return c.Method == s.Method }); i >= 0 {
			list[i].Amounts += " y " + amount
			continue
		}
		list = append(list, confirmed{s.Method, amount})
	}
	return list
}

func (v cashView) ticked(m Method) bool { return slices.Contains(v.Form.Verified, string(m)) }
