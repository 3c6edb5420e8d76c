package billing

import (
	"regexp"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
)

// highestTotal is the largest amount of a document; NubeFact takes twelve digits, no clinic charges nine.
var highestTotal = decimal.RequireFromString("99999999.99")

var hundred = decimal.NewFromInt(100)

// igvRate is the tax on sales from a day on.
type igvRate struct {
	from    agenda.Date
	percent int64
}

// igvRates are the rates by law, the latest first; here and nowhere else is it changed. 18 % includes the 2 % of the
// municipalities (IPM), whose share moves from 2026 on while the sum stays.
func igvRates() []igvRate {
	return []igvRate{
		{from: agenda.Date{Year: 2011, Month: time.March, Day: 1}, percent: 18},
		{percent: 19},
	}
}

// IGVOn is the rate of the tax on a day, in percent.
func IGVOn(day agenda.Date) decimal.Decimal {
	for _, r := range igvRates() {
		if !day.Before(r.from) {
			return decimal.NewFromInt(r.percent)
		}
	}
	return decimal.Zero
}

// cents rounds to two decimals, halves away from zero, as SUNAT does.
func cents(amount decimal.Decimal) decimal.Decimal { return amount.Round(2) }

// withTax is what an amount without IGV is multiplied by: 1.18.
func withTax(percent decimal.Decimal) decimal.Decimal { return hundred.Add(percent).Div(hundred) }

// hasMoreDecimals reports whether an amount has more decimals than allowed; zeros at the end do not count.
func hasMoreDecimals(amount decimal.Decimal, allowed int32) bool {
	return !amount.Equal(amount.Truncate(allowed))
}

var amountForm = regexp.MustCompile(`^-?\d{1,12}(\.\d{1,10})?$`)

// ParseAmount reads an amount as programs write it: "120.50", without exponent, blanks or thousands. What people type
// is read by catalog.ParseSoles.
func ParseAmount(text string) (decimal.Decimal, bool) {
	if !amountForm.MatchString(text) {
		return decimal.Zero, false
	}
	amount, err := decimal.NewFromString(text)
	return amount, err == nil
}

// endless reports whether a decimal is too long to compute with: "1e9999" is a number too.
func endless(amount decimal.Decimal) bool {
	return amount.Exponent() > 15 || amount.Exponent() < -20 || amount.NumDigits() > 40
}

// PercentOff is the discount in soles that a percentage of a line comes to; problem says why there is none.
func PercentOff(gross, percent decimal.Decimal) (discount decimal.Decimal, problem string) {
	if percent.IsNegative() || percent.GreaterThan(hundred) {
		return decimal.Zero, "El descuento va de 0 a 100 %; aquí dice " + percent.String() + " %."
	}
	return cents(gross.Mul(percent).Div(hundred)), ""
}

// limaTime is the zone of SUNAT's calendar: five hours behind UTC, without summer time.
const limaTime = -5 * 60 * 60

// Today is the day on SUNAT's calendar, in Lima, wherever the clinic is: at 19:00 the day in UTC is already tomorrow.
func Today(now time.Time) agenda.Date {
	return agenda.DateOf(now, time.FixedZone("PET", limaTime))
}
