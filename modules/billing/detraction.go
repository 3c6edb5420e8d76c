package billing

import (
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// Detraction (detracción, SPOT) is the part of a factura that the customer pays into the clinic's account at the Banco de
// la Nación. A clinic's services to companies are "other services subject to IGV" (R.S. 183-2004 and 071-2018/SUNAT).
type Detraction struct {
	Code    string          `json:"code"`    // SUNAT catalogue 54
	Percent decimal.Decimal `json:"percent"` // of the total with IGV
	Amount  decimal.Decimal `json:"amount"`  // whole soles, whatever the factura's currency
}

// OtherServices is the code of a clinic's services in catalogue 54.
const OtherServices = "037"

// detractionFrom is the total in soles above which a factura for services carries it.
var detractionFrom = decimal.NewFromInt(700)

// detractionPercent is the rate of the codes that a clinic may need, in percent; false for another code. Rates of 2018.
func detractionPercent(code string) (decimal.Decimal, bool) {
	switch code {
	case "012", "020", "022", OtherServices: // personnel, maintenance, business services, other services
		return decimal.NewFromInt(12), true
	case "019": // lease of movables
		return decimal.NewFromInt(10), true
	}
	return decimal.Zero, false
}

// DetractionFor is the detracción that a factura needs under a code; false when it needs none: not a factura, up to
// S/ 700, or no taxed service in it.
func DetractionFor(kind Kind, c Content, code string) (Detraction, bool) {
	total := c.InSoles(c.Totals().Total)
	percent, known := detractionPercent(code)
	if !known || kind != Factura || !total.GreaterThan(detractionFrom) || !c.hasTaxedService() {
		return Detraction{}, false
	}
	return Detraction{Code: code, Percent: percent, Amount: total.Mul(percent).Div(hundred).Round(0)}, true
}

func (c Content) hasTaxedService() bool {
	for _, l := range c.Lines {
		if l.IGVType == Taxed && l.Unit == UnitService {
			return true
		}
	}
	return false
}

// detractionProblems checks a detracción that the document carries.
func (c Content) detractionProblems(kind Kind, problems fault.Problems) {
	if c.Detraction == nil {
		return
	}
	needed, applies := DetractionFor(kind, c, c.Detraction.Code)
	switch {
	case !applies:
		problems.Add("detraction", "La detracción va en facturas de servicios gravados de más de S/ 700.00.")
	case !needed.Percent.Equal(c.Detraction.Percent):
		problems.Add("detraction.percent", "La detracción de ese servicio es de "+needed.Percent.String()+" %.")
	case !needed.Amount.Equal(c.Detraction.Amount):
		problems.Add("detraction.amount", "La detracción es de "+Soles.Money(needed.Amount)+".")
	}
}
