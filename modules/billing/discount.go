package billing

import (
	"strconv"

	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// DiscountAllowed refuses a discount above the clinic's limit to who may not give more: as a problem of the line.
func DiscountAllowed(lines []Line, limitPercent decimal.Decimal, mayMore bool) error {
	if mayMore {
		return nil
	}
	problems := fault.Problems{}
	for i, l := range lines {
		most, _ := PercentOff(cents(l.UnitPrice.Mul(l.Quantity)), limitPercent)
		if l.Discount.IsPositive() && l.Discount.GreaterThan(most) {
			problems.Add(LineField(i, "discount"), "Sin autorización el descuento llega a "+limitPercent.String()+" %, "+Soles.Money(most)+" en la línea "+strconv.Itoa(i+1)+".")
		}
	}
	return problems.Err()
}
