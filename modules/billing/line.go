package billing

import (
	"regexp"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// IGVType is how a line stands to the tax on sales.
type IGVType string

// The ways a line stands to the tax.
const (
	Taxed      IGVType = "gravado"   // nearly everything a clinic does
	Exempt     IGVType = "exonerado" // the Amazon region
	Unaffected IGVType = "inafecto"  // medicines freed by law: oncology, HIV, diabetes
	Free       IGVType = "gratuito"  // given away; its price is a reference and nobody pays it
)

// IGVTypes are all ways, the commonest first.
func IGVTypes() []IGVType { return []IGVType{Taxed, Exempt, Unaffected, Free} }

// Label is the way on screens.
func (t IGVType) Label() string {
	switch t {
	case Taxed:
		return "Gravado"
	case Exempt:
		return "Exonerado"
	case Unaffected:
		return "Inafecto"
	case Free:
		return "Gratuito"
	}
	return string(t)
}

// SunatCode is the way in SUNAT's catalogue 07. What is given away is a taxed bonus (15).
func (t IGVType) SunatCode() string {
	switch t {
	case Taxed:
		return "10"
	case Exempt:
		return "20"
	case Unaffected:
		return "30"
	case Free:
		return "15"
	}
	return ""
}

// IGVTypeOf reads a code of SUNAT's catalogue 07, as services carry it; false for one that no clinic needs.
func IGVTypeOf(sunatCode string) (IGVType, bool) {
	switch sunatCode {
	case "10":
		return Taxed, true
	case "20":
		return Exempt, true
	case "30":
		return Unaffected, true
	case "11", "12", "13", "14", "15", "16", "21", "31", "32", "33", "34", "35", "36", "37":
		return Free, true
	}
	return "", false
}

// Units of SUNAT's catalogue 03. Any other has to be known to the account at NubeFact first.
const (
	UnitService = "ZZ"
	UnitGoods   = "NIU"
)

// Line is one thing that is charged for.
type Line struct {
	ServiceID   uuid.UUID       `json:"service_id,omitzero"` // none: a product, or typed at the counter
	ProductID   uuid.UUID       `json:"product_id,omitzero"`
	DoctorID    uuid.UUID       `json:"doctor_id,omitzero"` // who did it: for fees
	Code        string          `json:"code,omitempty"`     // the clinic's own
	SunatCode   string          `json:"sunat_code,omitempty"`
	Description string          `json:"description"`
	Unit        string          `json:"unit"`
	Quantity    decimal.Decimal `json:"quantity"`
	UnitPrice   decimal.Decimal `json:"unit_price"`        // with IGV, as clinics publish it
	Discount    decimal.Decimal `json:"discount,omitzero"` // off the whole line, with IGV
	IGVType     IGVType         `json:"igv_type"`
	OfLine      int             `json:"of_line,omitzero"` // of a note: the line that it takes back of, from 1
}

// Amounts is what a line comes to.
type Amounts struct {
	Gross         decimal.Decimal // price × quantity, with IGV
	Discount      decimal.Decimal // with IGV, as it was given
	DiscountValue decimal.Decimal // before IGV, as NubeFact and UBL want it
	UnitValue     decimal.Decimal // the price without IGV, ten decimals
	Value         decimal.Decimal // valor de venta, after the discount; of what is given away the reference value
	IGV           decimal.Decimal
	Total         decimal.Decimal // Value and IGV; of what is given away nobody pays it
}

// unitDecimals is how exact a price without IGV is written.
const unitDecimals = 10

// Amounts computes the line at a rate of IGV in percent, from the price that is really paid to what stands on the
// document: the total first, the value from it, and the tax as what is left, so that the customer always pays the
// price of the list. (Rounding 18 % of the value instead would miss it by a cent for 15 % of all prices.)
func (l Line) Amounts(igv decimal.Decimal) Amounts {
	a := Amounts{Gross: cents(l.UnitPrice.Mul(l.Quantity)), Discount: l.Discount}
	a.Total = a.Gross.Sub(l.Discount)
	a.Value, a.UnitValue = a.Total, l.UnitPrice
	if l.IGVType == Taxed {
		a.Value = a.Total.DivRound(withTax(igv), 2)
		a.UnitValue = l.UnitPrice.DivRound(withTax(igv), unitDecimals)
	}
	a.IGV = a.Total.Sub(a.Value)
	return a.reconciled(l.Quantity)
}

// reconciled makes unit value × quantity − discount be the value, to the cent (SUNAT 3271): the discount before IGV is
// what is left between them. Where parts of a unit were rounded twice, a cent would be left that nobody gave: there the
// unit value follows from the value.
func (a Amounts) reconciled(quantity decimal.Decimal) Amounts {
	a.DiscountValue = cents(a.UnitValue.Mul(quantity)).Sub(a.Value)
	if a.Discount.IsZero() && !a.DiscountValue.IsZero() {
		a.UnitValue, a.DiscountValue = a.Value.DivRound(quantity, unitDecimals), decimal.Zero
	}
	return a
}

// Limits of a line.
const (
	longestDescription = 250
	longestCode        = 250
	quantityDecimals   = 3
)

var (
	highestPrice    = decimal.RequireFromString("9999999.99")
	highestQuantity = decimal.RequireFromString("99999.999")
	unitForm        = regexp.MustCompile(`^[A-Z0-9]{2,5}$`)
	sunatCodeForm   = regexp.MustCompile(`^\d{8}$`)
)

// LineField is the name of a line's field in forms, answers and problems: "items.0.quantity".
func LineField(place int, field string) string { return "items." + strconv.Itoa(place) + "." + field }

// problems adds what is wrong with the line at its place. A note that only moves dates has lines without a price.
func (l Line) problems(place int, c Content, problems fault.Problems) {
	at := func(field, message string) { problems.Add(LineField(place, field), message) }
	at("description", textProblem(l.Description, 1, longestDescription, "Falta la descripción."))
	at("code", textProblem(l.Code, 0, longestCode, ""))
	at("quantity", quantityProblem(l.Quantity))
	if !unitForm.MatchString(l.Unit) {
		at("unit", "La unidad es un código de SUNAT, como ZZ (servicio) o NIU (producto).")
	}
	if l.SunatCode != "" && !sunatCodeForm.MatchString(l.SunatCode) {
		at("sunat_code", "El código de producto de SUNAT tiene 8 cifras.")
	}
	if l.IGVType.SunatCode() == "" {
		at("igv_type", "Elija gravado, exonerado, inafecto o gratuito.")
	}
	if c.priceless() {
		l.pricelessProblems(at)
		return
	}
	at("unit_price", priceProblem(l.UnitPrice))
	if l.Quantity.IsPositive() {
		l.discountProblems(c, at)
	}
}

func (l Line) pricelessProblems(at func(field, message string)) {
	if !l.UnitPrice.IsZero() || !l.Discount.IsZero() {
		at("unit_price", "Una nota que cambia solo las cuotas lleva importes en cero.")
	}
}

// discountProblems looks at the discount, and at what it leaves.
func (l Line) discountProblems(c Content, at func(field, message string)) {
	gross := cents(l.UnitPrice.Mul(l.Quantity))
	switch {
	case l.Discount.IsNegative():
		at("discount", "El descuento no es negativo.")
	case hasMoreDecimals(l.Discount, 2):
		at("discount", "El descuento lleva hasta dos decimales.")
	case l.Discount.GreaterThan(gross):
		at("discount", "El descuento es mayor que el importe de la línea, "+c.Currency.Money(gross)+".")
	case l.IGVType == Free && !l.Discount.IsZero():
		at("discount", "Lo gratuito no lleva descuento.")
	case gross.Equal(l.Discount) && !gross.IsZero():
		at("discount", "Con ese descuento el importe queda en cero. Baje el descuento o quite la línea.")
	case gross.IsZero() && l.UnitPrice.IsPositive():
		at("quantity", "El importe se redondea a cero.")
	case !l.Discount.IsZero() && l.Amounts(c.IGVPercent).DiscountValue.IsZero():
		at("discount", "Sin IGV ese descuento no llega a un céntimo; SUNAT no lo vería.")
	}
}

func quantityProblem(quantity decimal.Decimal) string {
	switch {
	case !quantity.IsPositive():
		return "La cantidad es mayor que cero."
	case hasMoreDecimals(quantity, quantityDecimals):
		return "La cantidad lleva hasta tres decimales."
	case quantity.GreaterThan(highestQuantity):
		return "La cantidad es demasiado grande."
	}
	return ""
}

func priceProblem(price decimal.Decimal) string {
	switch {
	case price.IsNegative():
		return "El precio no es negativo."
	case price.IsZero():
		return "Falta el precio. De lo gratuito se anota su valor de referencia."
	case hasMoreDecimals(price, 2):
		return "El precio lleva hasta dos decimales."
	case price.GreaterThan(highestPrice):
		return "El precio es demasiado grande."
	}
	return ""
}

// textProblem says what is wrong with a text of one line that SUNAT will read.
func textProblem(text string, least, most int, missing string) string {
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text):
		return "El texto lleva signos que no se pueden leer."
	case n == 0 && least > 0:
		return missing
	case n < least:
		return "Lleva por lo menos " + strconv.Itoa(least) + " caracteres; aquí hay " + strconv.Itoa(n) + "."
	case n > most:
		return "Lleva hasta " + strconv.Itoa(most) + " caracteres; aquí hay " + strconv.Itoa(n) + "."
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return "Va en una sola línea, sin tabuladores."
		}
	}
	return ""
}
