// Package billing charges for what the clinic does: what a cart comes to, what it is paid with, and the electronic
// documents (comprobantes) that SUNAT has to hear of.
//
// The rules here are pure: they know no database, no network and no clock, and run in the browser as well, where a
// preliminary receipt is made by them. Amounts are decimals, never floats. Sources: SUNAT's validation workbook of
// 12/02/2026 (its error numbers stand beside the rules), the Reglamento de Comprobantes de Pago, NubeFact's manual.
package billing

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/views"
)

// Kind is what a document is.
type Kind string

// The electronic documents a clinic makes.
const (
	Boleta     Kind = "boleta"
	Factura    Kind = "factura"
	CreditNote Kind = "nota_credito"
	DebitNote  Kind = "nota_debito"
)

// Kinds are all kinds, the commonest first.
func Kinds() []Kind { return []Kind{Boleta, Factura, CreditNote, DebitNote} }

// IsNote reports whether documents of the kind amend another one.
func (k Kind) IsNote() bool { return k == CreditNote || k == DebitNote }

// Label is the kind on screens.
func (k Kind) Label() string {
	switch k {
	case Boleta:
		return "Boleta"
	case Factura:
		return "Factura"
	case CreditNote:
		return "Nota de crédito"
	case DebitNote:
		return "Nota de débito"
	}
	return "Comprobante"
}

// Title is what stands on the printed document.
func (k Kind) Title() string {
	switch k {
	case Boleta:
		return "BOLETA DE VENTA ELECTRÓNICA"
	case Factura:
		return "FACTURA ELECTRÓNICA"
	case CreditNote:
		return "NOTA DE CRÉDITO ELECTRÓNICA"
	case DebitNote:
		return "NOTA DE DÉBITO ELECTRÓNICA"
	}
	return ""
}

// SunatCode is the kind in SUNAT's catalogue 01; "" for an unknown one.
func (k Kind) SunatCode() string {
	switch k {
	case Boleta:
		return "03"
	case Factura:
		return "01"
	case CreditNote:
		return "07"
	case DebitNote:
		return "08"
	}
	return ""
}

// Currency is what a document's amounts are in, by ISO 4217. No currency is soles.
type Currency string

// The currencies a clinic charges in.
const (
	Soles   Currency = "PEN"
	Dollars Currency = "USD"
)

// currencies are both, soles first.
func currencies() []Currency { return []Currency{Soles, Dollars} }

// code is the currency, soles for none.
func (c Currency) code() Currency {
	if c == "" {
		return Soles
	}
	return c
}

// foreign is the currency where it is not soles, as answers name it.
func (c Currency) foreign() Currency {
	if c.code() == Soles {
		return ""
	}
	return c
}

// Words is the currency's name in sentences.
func (c Currency) Words() string {
	if c.code() == Dollars {
		return "dólares"
	}
	return "soles"
}

// Money writes an amount as it is shown: "S/ 1,234.50", "US$ 80.00".
func (c Currency) Money(amount decimal.Decimal) string {
	shown := views.Money(amount)
	if c.code() == Dollars {
		return strings.Replace(shown, "S/", "US$", 1)
	}
	return shown
}

// Name is what a document is called; it is given once and never again.
type Name struct {
	Kind   Kind   `json:"kind"`
	Series string `json:"series"`
	Number int64  `json:"number"`
}

// String is the name on screens and paper: "B001-00000118".
func (n Name) String() string { return fmt.Sprintf("%s-%08d", n.Series, n.Number) }

// Short is the name without zeros, as SUNAT and NubeFact take it: "B001-118".
func (n Name) Short() string { return n.Series + "-" + strconv.FormatInt(n.Number, 10) }

// Content is what a document says. It is kept as canonical JSON (decimals as strings) and, as long as nobody outside
// holds the document, may be followed by a corrected one under the same name.
type Content struct {
	IssuedOn      agenda.Date     `json:"issued_on"`
	Currency      Currency        `json:"currency"`
	ExchangeRate  decimal.Decimal `json:"exchange_rate,omitzero"` // soles for one unit of another currency: SUNAT's selling rate of the day
	IGVPercent    decimal.Decimal `json:"igv_percent"`            // 18; of the day of issue, a note's of what it amends
	Customer      Customer        `json:"customer"`
	Lines         []Line          `json:"items"`
	Amends        *Amendment      `json:"amends,omitempty"`     // notes alone
	Credit        *Credit         `json:"credit,omitempty"`     // of a factura; none: paid at once (contado)
	Detraction    *Detraction     `json:"detraction,omitempty"` // of a factura for services above S/ 700
	Advance       bool            `json:"advance,omitempty"`    // the document of an advance, to be deducted later
	Deductions    []Deduction     `json:"deductions,omitempty"` // advances that it takes off what is to be paid
	PurchaseOrder string          `json:"purchase_order,omitempty"`
	PaidWith      string          `json:"paid_with,omitempty"` // in words, for the printed document: "EFECTIVO"
	Remarks       string          `json:"remarks,omitempty"`
	Amazon        bool            `json:"amazon,omitempty"` // consumed in the Amazon region: legends 2001 and 2002
	Paper         Paper           `json:"paper,omitempty"`
}

// Paper is the form of the printed document.
type Paper string

// The forms of paper. None: the account's own.
const (
	A4     Paper = "A4"
	Ticket Paper = "TICKET" // 80 mm
)

// Document is a name and what stands under it.
type Document struct {
	Name
	Content
}

// Totals is what the document comes to, with the advances deducted.
func (c Content) Totals() Totals { return c.Sold().less(c.Deductions, c.IGVPercent) }

// InSoles turns an amount of the document into soles, to the cent.
func (c Content) InSoles(amount decimal.Decimal) decimal.Decimal {
	if c.Currency.code() == Soles {
		return amount
	}
	return cents(amount.Mul(c.ExchangeRate))
}

// rate is soles for one unit of the document's currency.
func (c Content) rate() decimal.Decimal {
	if c.Currency.code() == Soles {
		return decimal.NewFromInt(1)
	}
	return c.ExchangeRate
}

// amended is the kind that decides on the customer and the series: a note's is that of the document it amends.
func (c Content) amended(kind Kind) Kind {
	if kind.IsNote() && c.Amends != nil {
		return c.Amends.Document.Kind
	}
	return kind
}
