package billing

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

// Reason is why a note is made: a code of SUNAT's catalogue 09 (credit) or 10 (debit).
type Reason string

// The reasons of credit notes (catalogue 09). Export (11) and IVAP (12) are not a clinic's.
const (
	Annulment        Reason = "01"
	WrongRUC         Reason = "02"
	WrongDescription Reason = "03"
	GlobalDiscount   Reason = "04"
	LineDiscount     Reason = "05"
	FullReturn       Reason = "06"
	LineReturn       Reason = "07"
	Bonus            Reason = "08"
	LessValue        Reason = "09"
	OtherReason      Reason = "10"
	NewDates         Reason = "13" // of instalments: moves no amount
)

// The reasons of debit notes (catalogue 10).
const (
	LateInterest Reason = "01"
	MoreValue    Reason = "02"
	Penalty      Reason = "03"
)

// Reasons are the reasons that a note of a kind may have over a document of a kind, in the order of the catalogue.
// SUNAT objects to discounts on boletas (4367), which give no tax credit: they are not offered there.
func Reasons(note, amended Kind) []Reason {
	switch {
	case note == DebitNote:
		return []Reason{LateInterest, MoreValue, Penalty}
	case amended == Factura:
		return []Reason{Annulment, WrongRUC, WrongDescription, GlobalDiscount, LineDiscount, FullReturn, LineReturn, Bonus, LessValue, OtherReason, NewDates}
	}
	return []Reason{Annulment, WrongDescription, FullReturn, LineReturn, LessValue, OtherReason}
}

// Label is the reason on screens; note tells the two catalogues apart.
func (r Reason) Label(note Kind) string {
	if note == DebitNote {
		switch r {
		case LateInterest:
			return "Intereses por mora"
		case MoreValue:
			return "Aumento en el valor"
		case Penalty:
			return "Penalidades y otros conceptos"
		}
		return string(r)
	}
	switch r {
	case Annulment:
		return "Anulación de la operación"
	case WrongRUC:
		return "Anulación por error en el RUC"
	case WrongDescription:
		return "Corrección por error en la descripción"
	case GlobalDiscount:
		return "Descuento global"
	case LineDiscount:
		return "Descuento por ítem"
	case FullReturn:
		return "Devolución total"
	case LineReturn:
		return "Devolución por ítem"
	case Bonus:
		return "Bonificación"
	case LessValue:
		return "Disminución en el valor"
	case OtherReason:
		return "Otros conceptos"
	case NewDates:
		return "Ajuste de montos o fechas de pago"
	}
	return string(r)
}

// whole reports whether a note with the reason takes back all that is left of its document.
func (r Reason) whole() bool { return r == Annulment || r == WrongRUC || r == FullReturn }

// Amendment is what a note says about the document it amends.
type Amendment struct {
	Document Name   `json:"document"`
	Reason   Reason `json:"reason"`
	Text     string `json:"text"` // the reason in own words
}

// Original is what the rules need to know of the document that a note amends.
type Original struct {
	Document
	Status   Status
	Credited decimal.Decimal // by credit notes already made and not rejected or voided
}

// Left is what a credit note may still take back.
func (o Original) Left() decimal.Decimal { return o.Totals().Total.Sub(o.Credited) }

// longestReason is how long a note's own words may be; they are printed among the remarks.
const longestReason = 250

// noteProblems checks what makes a note: its document, its reason, its limits. Without an original nothing is known of
// the document, which is refused too.
func (c Content) noteProblems(kind Kind, original *Original, problems fault.Problems) {
	if !kind.IsNote() {
		if c.Amends != nil {
			problems.Add("amends", "Solo una nota modifica otro comprobante.")
		}
		return
	}
	if c.Amends == nil || original == nil || c.Amends.Document != original.Name || original.Kind.IsNote() {
		problems.Add("amends.document", "Falta la boleta o factura que la nota modifica.")
		return
	}
	if !slices.Contains(Reasons(kind, original.Kind), c.Amends.Reason) {
		problems.Add("amends.reason", "Ese motivo no corresponde a una nota de esa "+original.Kind.word()+".")
	}
	problems.Add("amends.text", textProblem(c.Amends.Text, 3, longestReason, "Falta el motivo en sus palabras."))
	c.matchProblems(*original, problems)
	if kind == CreditNote {
		c.creditLimits(*original, problems)
	}
}

// matchProblems: a note speaks of the same money and the same customer as its document, and comes after it.
func (c Content) matchProblems(o Original, problems fault.Problems) {
	if o.Status != Accepted && o.Status != Sent {
		problems.Add("amends.document", "El comprobante "+o.Name.String()+" no está vigente en SUNAT; no se hacen notas sobre él.")
	}
	if c.Currency.code() != o.Currency.code() {
		problems.Add("currency", "El comprobante está en "+o.Currency.Words()+"; la nota va en la misma moneda.")
	}
	if c.IssuedOn.Before(o.IssuedOn) {
		problems.Add("issued_on", "La nota no es anterior a su comprobante, del "+day(o.IssuedOn)+".")
	}
	if !c.IGVPercent.Equal(o.IGVPercent) {
		problems.Add("igv_percent", "La nota lleva el IGV de su comprobante, "+o.IGVPercent.String()+" %.")
	}
	if c.Customer.DocumentType != o.Customer.DocumentType || c.Customer.DocumentNumber != o.Customer.DocumentNumber {
		problems.Add("customer.document_number", "La nota va al cliente de su comprobante.")
	}
}

// creditLimits: never more than is left of the document (SUNAT 3286), all of it where the reason says so.
func (c Content) creditLimits(o Original, problems fault.Problems) {
	total, left := c.Totals().Total, o.Left()
	switch {
	case c.Amends.Reason == NewDates:
		if o.Credit == nil {
			problems.Add("amends.reason", "El comprobante no es al crédito; no tiene cuotas que cambiar.")
		}
	case !left.IsPositive():
		problems.Add("amends.document", "El comprobante ya está devuelto por completo.")
	case total.GreaterThan(left):
		problems.Add("items", "La nota suma "+c.Currency.Money(total)+" y del comprobante quedan "+c.Currency.Money(left)+".")
	case c.Amends.Reason.whole() && !total.Equal(left):
		problems.Add("items", "Con ese motivo la nota devuelve todo lo que queda, "+c.Currency.Money(left)+".")
	}
}

// day writes a date within a sentence: "20/11/2026".
func day(d agenda.Date) string {
	return pad(d.Day) + "/" + pad(int(d.Month)) + "/" + strconv.Itoa(d.Year)
}

func pad(n int) string { return twoDigits(int64(n)) }
