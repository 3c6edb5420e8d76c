package billing

import "github.com/shopspring/decimal"

// Totals is what a cart or document comes to: sums of its lines less the advances, to the cent, and nothing else, so that what is shown,
// what is sent and what NubeFact recomputes are the same.
type Totals struct {
	Taxable       decimal.Decimal `json:"taxable"`        // op. gravada, without IGV
	Exempt        decimal.Decimal `json:"exempt"`         // op. exonerada
	Unaffected    decimal.Decimal `json:"unaffected"`     // op. inafecta
	Free          decimal.Decimal `json:"free"`           // op. gratuita: reference values, which nobody pays
	IGV           decimal.Decimal `json:"igv"`            // of what is taxed
	Discounts     decimal.Decimal `json:"discounts"`      // with IGV, as they were given
	DiscountValue decimal.Decimal `json:"discount_value"` // before IGV, as they are sent
	Advances      decimal.Decimal `json:"advances"`       // deducted, with IGV
	AdvanceValue  decimal.Decimal `json:"advance_value"`  // deducted, before IGV, as it is sent
	Total         decimal.Decimal `json:"total"`          // to be paid
}

// TotalsOf adds up the lines at a rate of IGV in percent.
func TotalsOf(lines []Line, igv decimal.Decimal) Totals {
	var t Totals
	for _, l := range lines {
		t = t.with(l.IGVType, l.Amounts(igv))
	}
	return t
}

func (t Totals) with(kind IGVType, a Amounts) Totals {
	t.Discounts, t.DiscountValue = t.Discounts.Add(a.Discount), t.DiscountValue.Add(a.DiscountValue)
	switch kind {
	case Free:
		t.Free = t.Free.Add(a.Value)
		return t
	case Exempt:
		t.Exempt = t.Exempt.Add(a.Value)
	case Unaffected:
		t.Unaffected = t.Unaffected.Add(a.Value)
	default:
		t.Taxable = t.Taxable.Add(a.Value)
	}
	t.IGV, t.Total = t.IGV.Add(a.IGV), t.Total.Add(a.Total)
	return t
}
