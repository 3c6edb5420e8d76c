package billing

import (
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// Deduction is an advance (adelanto, anticipo) that a document takes off what is to be paid. An advance has a boleta or
// factura of its own, issued when the money comes in, because the tax on a service arises when it is paid; the document
// of the service says all of it and deducts what has its document already (SUNAT catalogue 53, code 04).
type Deduction struct {
	AdvanceID uuid.UUID       `json:"advance_id"`
	Document  Name            `json:"document"`
	IGVType   IGVType         `json:"igv_type"` // the advance's own
	Amount    decimal.Decimal `json:"amount"`   // with IGV: all that is left of the advance, or a part
}

// Line is the deduction as a line that is subtracted.
func (d Deduction) Line() Line {
	return Line{
		Description: "ANTICIPO " + d.Document.Short(), Unit: UnitService, Quantity: decimal.NewFromInt(1), UnitPrice: d.Amount, IGVType: d.IGVType,
	}
}

// Advance is what stands of an advance that may be deducted.
type Advance struct {
	ID       uuid.UUID
	Document Name
	Status   Status
	Total    decimal.Decimal
	Left     decimal.Decimal // paid, not taken back, and not deducted by another document
	IGVType  IGVType
	Customer Customer
	Currency Currency
}

// Deducting is the content with advances in its currency taken off, each as far as it goes. Value and tax are rounded for each line, so
// that what is left of one can fall below zero by a cent: there a cent less is deducted.
func (c Content) Deducting(advances []Advance) Content {
	c.Deductions = nil
	for _, a := range advances {
		if a.Currency.code() != c.Currency.code() {
			continue
		}
		d := Deduction{AdvanceID: a.ID, Document: a.Document, IGVType: a.IGVType, Amount: decimal.Min(a.Left, c.ofWay(a.IGVType))}
		for ; d.Amount.IsPositive(); d.Amount = d.Amount.Sub(cent) {
			with := c
			with.Deductions = append(slices.Clip(c.Deductions), d)
			if !with.Totals().negative() {
				c = with
				break
			}
		}
	}
	return c
}

var cent = decimal.New(1, -2)

// negative reports whether value or tax fell below zero.
func (t Totals) negative() bool {
	return t.Taxable.IsNegative() || t.Exempt.IsNegative() || t.Unaffected.IsNegative() || t.IGV.IsNegative()
}

// AdvanceLine is the one line of an advance's document.
func AdvanceLine(purpose string, amount decimal.Decimal) Line {
	return Line{Description: purpose, Unit: UnitService, Quantity: decimal.NewFromInt(1), UnitPrice: amount, IGVType: Taxed}
}

// Sold is what the lines come to, before advances are deducted.
func (c Content) Sold() Totals { return TotalsOf(c.Lines, c.IGVPercent) }

// less subtracts what was paid in advance.
func (t Totals) less(deductions []Deduction, igv decimal.Decimal) Totals {
	for _, d := range deductions {
		a := d.Line().Amounts(igv)
		switch d.IGVType {
		case Exempt:
			t.Exempt = t.Exempt.Sub(a.Value)
		case Unaffected:
			t.Unaffected = t.Unaffected.Sub(a.Value)
		default:
			t.Taxable = t.Taxable.Sub(a.Value)
		}
		t.IGV, t.Total = t.IGV.Sub(a.IGV), t.Total.Sub(a.Total)
		t.Advances, t.AdvanceValue = t.Advances.Add(a.Total), t.AdvanceValue.Add(a.Value)
	}
	return t
}

// ofWay is what is to be paid of the lines of one way to the tax, with IGV.
func (c Content) ofWay(way IGVType) decimal.Decimal {
	sum := decimal.Zero
	for _, l := range c.Lines {
		if l.IGVType == way {
			sum = sum.Add(l.Amounts(c.IGVPercent).Total)
		}
	}
	for _, d := range c.Deductions {
		if d.IGVType == way {
			sum = sum.Sub(d.Amount)
		}
	}
	return sum
}

// advanceProblems checks the document of an advance, and what a document deducts.
func (c Content) advanceProblems(kind Kind, problems fault.Problems) {
	if c.Advance {
		c.takenProblems(kind, problems)
	}
	if len(c.Deductions) > 0 && (kind.IsNote() || c.Advance) {
		problems.Add("deductions", "Solo una boleta o factura del servicio descuenta adelantos.")
		return
	}
	var seen []uuid.UUID
	for i, d := range c.Deductions {
		at := "deductions." + strconv.Itoa(i) + ".amount"
		switch {
		case !d.Amount.IsPositive() || hasMoreDecimals(d.Amount, 2):
			problems.Add(at, "Lo que se descuenta es mayor que cero y lleva hasta dos decimales.")
		case slices.Contains(seen, d.AdvanceID):
			problems.Add(at, "Ese adelanto ya se descuenta en este comprobante.")
		case d.Document.Kind != kind:
			problems.Add(at, "El adelanto está en una "+d.Document.Kind.word()+"; se descuenta en una "+d.Document.Kind.word()+".")
		case c.ofWay(d.IGVType).IsNegative():
			problems.Add(at, "Los adelantos son más que lo que se cobra.")
		case c.Totals().negative():
			problems.Add(at, "Por el redondeo del IGV no alcanza; descuente un céntimo menos.")
		}
		seen = append(seen, d.AdvanceID)
	}
}

// takenProblems: an advance is one line, paid at once, of something that is not given away.
func (c Content) takenProblems(kind Kind, problems fault.Problems) {
	switch {
	case kind.IsNote():
		problems.Add("advance", "Un adelanto va en boleta o factura.")
	case len(c.Lines) != 1:
		problems.Add("items", "El comprobante de un adelanto lleva una sola línea.")
	case c.Lines[0].IGVType == Free:
		problems.Add("items", "Un adelanto no es gratuito.")
	case c.Credit != nil:
		problems.Add("credit", "Un adelanto se paga al contado.")
	}
}
