package billing

import (
	"strconv"

	"github.com/google/uuid"
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

// whole is how many were done: of a service a part counts as one.
func (l Line) whole() decimal.Decimal {
	if l.ServiceID == uuid.Nil {
		return l.Quantity
	}
	return l.Quantity.Ceil()
}

// asked is what is asked for a line, with IGV; nothing for what is given away.
func (l Line) asked() decimal.Decimal {
	if l.IGVType == Free {
		return decimal.Zero
	}
	return cents(l.UnitPrice.Mul(l.Quantity)).Sub(l.Discount)
}

// givenBy is the field of a line by which something is given off the list.
func (l Line) givenBy() string {
	switch {
	case l.IGVType == Free:
		return "igv_type"
	case l.Discount.IsPositive():
		return "discount"
	case !l.whole().Equal(l.Quantity):
		return "quantity"
	}
	return "unit_price"
}
