// Package prices says what things cost: the list, the price of a site, and what an agreement with an insurer or a company
// (convenio) makes of it, with the part that the patient pays and the part that is left to the insurer.
//
// The rules are pure and run on devices too. Prices are soles with IGV, to the cent, as clinics publish them.
package prices

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
)

// Limits of what a clinic may say.
const (
	longestName    = 120
	longestCode    = 40
	longestAddress = 100
	longestLegal   = 100
)

var (
	highestPrice = decimal.RequireFromString("999999.99")
	hundred      = decimal.NewFromInt(100)
)

// unitGoods is what SUNAT wants to know of a product unless somebody says otherwise.
const unitGoods = "NIU" // catalogue 3: unit of goods

// Ref names what is charged for: a service of the catalogue or a product. The zero Ref is what was typed at the counter.
type Ref struct {
	Service uuid.UUID
	Product uuid.UUID
}

// How a Ref is written in forms.
const (
	serviceWord = "servicio:"
	productWord = "producto:"
)

// String is the Ref in forms: "servicio:0193…"; "" for none.
func (r Ref) String() string {
	switch {
	case r.Service != uuid.Nil:
		return serviceWord + r.Service.String()
	case r.Product != uuid.Nil:
		return productWord + r.Product.String()
	}
	return ""
}

// ParseRef reads what String wrote; false for anything else.
func ParseRef(text string) (Ref, bool) {
	if id, is := strings.CutPrefix(text, serviceWord); is {
		service, err := uuid.Parse(id)
		return Ref{Service: service}, err == nil && service != uuid.Nil
	}
	id, is := strings.CutPrefix(text, productWord)
	if !is {
		return Ref{}, false
	}
	product, err := uuid.Parse(id)
	return Ref{Product: product}, err == nil && product != uuid.Nil
}

// Product is a thing that the clinic sells, such as "Cepillo interdental". It is never deleted: one that is no longer
// sold is inactive, and the documents that name it keep its name.
type Product struct {
	ID      uuid.UUID
	Name    string
	Code    string // the clinic's own, or the barcode; may be empty
	Unit    string // SUNAT's catalogue 3
	IGVCode string // SUNAT's catalogue 7
	Price   decimal.Decimal
	Active  bool
	Version int64
}

// tidy is the product as it is kept.
func (p Product) tidy() Product {
	p.Name, p.Code = oneLine(p.Name), oneLine(p.Code)
	p.Unit = strings.ToUpper(strings.TrimSpace(p.Unit))
	if p.Unit == "" {
		p.Unit = unitGoods
	}
	if p.IGVCode == "" {
		p.IGVCode = catalog.TaxedIGV
	}
	return p
}

func (p Product) problems() error {
	problems := fault.Problems{}
	problems.Add("nombre", nameProblem(p.Name))
	if len([]rune(p.Code)) > longestCode {
		problems.Add("codigo", "El código tiene como máximo 40 caracteres.")
	}
	if !isUnit(p.Unit) {
		problems.Add("unidad", "La unidad es un código de SUNAT de 2 a 5 letras o cifras, como NIU.")
	}
	if catalog.IGVLabel(p.IGVCode) == "" {
		problems.Add("igv", "Elija gravado, exonerado, inafecto o gratuito.")
	}
	problems.Add("precio", priceProblem(p.Price))
	if p.Price.IsZero() {
		problems.Add("precio", "Ponga el precio. De lo que se regala, el de referencia, y elija gratuito.")
	}
	return problems.Err()
}

// Offer is a service or product as it may be charged, with the prices of the sites that ask another than the list's.
type Offer struct {
	Ref
	Name    string
	Code    string
	Unit    string
	IGVCode string
	List    decimal.Decimal
	NoPrice bool // kept back: this device holds no prices
	Sites   map[uuid.UUID]decimal.Decimal
	Active  bool
}

// At is the price that a site asks of a private patient.
func (o Offer) At(site uuid.UUID) decimal.Decimal {
	if price, own := o.Sites[site]; own {
		return price
	}
	return o.List
}

// Price is what one unit costs, and who pays which part of it. The parts add up to the whole, to the cent.
type Price struct {
	Full    decimal.Decimal
	Patient decimal.Decimal
	Insurer decimal.Decimal
}

// PriceFor is what an offer costs at a site on a day; with an agreement that holds on that day, by its terms. What is
// given away is nobody's to pay, whatever the agreement says: its price is a reference.
func PriceFor(o Offer, site uuid.UUID, a *Agreement, day agenda.Date) Price {
	usual := o.At(site)
	if a == nil || !a.Holds(day) || o.IGVCode == catalog.FreeIGV {
		return Price{Full: usual, Patient: usual}
	}
	full := a.priceOf(o.Ref, usual)
	patient := a.patientPays(full)
	return Price{Full: full, Patient: patient, Insurer: full.Sub(patient)}
}

// Of is what a quantity comes to: the patient's part and the insurer's, which add up to the price of the quantity.
func (p Price) Of(quantity decimal.Decimal) (patient, insurer decimal.Decimal) {
	patient = p.Patient.Mul(quantity).Round(2)
	return patient, p.Full.Mul(quantity).Round(2).Sub(patient)
}

func isUnit(text string) bool {
	plain := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) < 0
	return plain && len(text) >= 2 && len(text) <= 5
}

func nameProblem(name string) string {
	switch n := len([]rune(name)); {
	case name == "":
		return "Falta el nombre."
	case len(textfold.Words(name)) == 0:
		return "El nombre lleva letras o números."
	case n > longestName:
		return "El nombre tiene como máximo 120 letras; aquí hay " + strconv.Itoa(n) + "."
	}
	return ""
}

func priceProblem(price decimal.Decimal) string {
	switch {
	case price.IsNegative():
		return "El precio no puede ser menor que cero."
	case price.GreaterThan(highestPrice):
		return "El precio llega como máximo a S/ 999,999.99."
	case !price.Equal(price.Round(2)):
		return "El precio lleva como máximo dos decimales."
	}
	return ""
}

// nameKey is a name as it is compared and sorted.
func nameKey(name string) string { return strings.Join(textfold.Words(name), " ") }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
