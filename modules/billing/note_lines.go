package billing

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// LeftOf is what credit notes may still take back of each line of a document, with IGV: nothing of what was given away, and
// nothing of what an advance paid.
// A note's line says of which line it takes; one that does not, takes of the lines with its way to the tax, the first first.
func LeftOf(c Content, notes []Content) []decimal.Decimal {
	left := make([]decimal.Decimal, len(c.Lines))
	for i, l := range c.Lines {
		if l.IGVType != Free {
			left[i] = l.Amounts(c.IGVPercent).Total
		}
	}
	for _, d := range c.Deductions { // what was paid in advance is taken back with its own document
		d.Line().takeFrom(left, c, d.Amount)
	}
	for _, note := range notes {
		for _, l := range note.Lines {
			if l.IGVType != Free {
				l.takeFrom(left, c, l.Amounts(note.IGVPercent).Total)
			}
		}
	}
	return left
}

func (l Line) takeFrom(left []decimal.Decimal, c Content, amount decimal.Decimal) {
	if at := l.OfLine - 1; at >= 0 && at < len(left) {
		left[at] = left[at].Sub(amount)
		return
	}
	for i := range left {
		if c.Lines[i].IGVType == l.IGVType {
			part := decimal.Min(left[i], amount)
			left[i], amount = left[i].Sub(part), amount.Sub(part)
		}
	}
}

// NoteAmount is the name of the field with what a note takes back of a line.
func NoteAmount(place int) string { return "amounts." + strconv.Itoa(place) }

// CreditLines are the lines of a credit note that takes amounts back of the lines of a document, by their places; no
// amounts at all take all that is left.
func CreditLines(c Content, left []decimal.Decimal, amounts map[int]decimal.Decimal) ([]Line, fault.Problems) {
	whole, problems := len(amounts) == 0, fault.Problems{}
	var lines []Line
	for i, l := range c.Lines {
		full := l.Amounts(c.IGVPercent).Total
		amount, asked := amounts[i]
		if whole {
			amount, asked = left[i], left[i].IsPositive()
		}
		switch {
		case whole && l.IGVType == Free && untouched(c, left):
			l.OfLine = i + 1
			lines = append(lines, l)
		case !asked || whole && l.IGVType == Free:
		case l.IGVType == Free:
			problems.Add(NoteAmount(i), "Lo gratuito no se devuelve.")
		case endless(amount) || !amount.IsPositive() || hasMoreDecimals(amount, 2):
			problems.Add(NoteAmount(i), "El importe es mayor que cero y lleva hasta dos decimales.")
		case amount.GreaterThan(left[i]):
			problems.Add(NoteAmount(i), "De esta línea quedan "+c.Currency.Money(left[i])+".")
		case amount.Equal(full):
			l.OfLine = i + 1
			lines = append(lines, l)
		default:
			lines = append(lines, l.part(i, amount))
		}
	}
	for i := range amounts {
		if i < 0 || i >= len(c.Lines) {
			problems.Add(NoteAmount(i), "El comprobante no tiene esa línea.")
		}
	}
	return lines, problems
}

// untouched reports whether nothing was taken back of a document yet.
func untouched(c Content, left []decimal.Decimal) bool {
	return slices.EqualFunc(left, LeftOf(c, nil), func(a, b decimal.Decimal) bool { return a.Equal(b) })
}

// part is a line of a note over an amount of a document's line.
func (l Line) part(place int, amount decimal.Decimal) Line {
	return Line{
		ServiceID: l.ServiceID, ProductID: l.ProductID, DoctorID: l.DoctorID, Code: l.Code, SunatCode: l.SunatCode, Description: l.Description,
		Unit: l.Unit, Quantity: decimal.NewFromInt(1), UnitPrice: amount, IGVType: l.IGVType, OfLine: place + 1,
	}
}
