//go:build !js

package billing

import "slices"

// others are the ways to pay that a bank or an application confirms.
func (v cashView) others() []MethodSum {
	return slices.DeleteFunc(slices.Clone(v.Sums), func(s MethodSum) bool { return s.Method == Cash || s.Method == CreditBalance })
}

func (v cashView) ticked(m Method) bool { return slices.Contains(v.Form.Verified, string(m)) }
