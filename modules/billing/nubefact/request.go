//go:build !js

package nubefact

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

// number is a decimal as a JSON number; decimals write themselves as strings.
type number decimal.Decimal

func (n number) MarshalJSON() ([]byte, error) { return []byte(decimal.Decimal(n).String()), nil }

// item is a line as NubeFact takes it (manual, "items").
type item struct {
	Unit        string  `json:"unidad_de_medida"`
	Code        string  `json:"codigo,omitempty"`
	SunatCode   string  `json:"codigo_producto_sunat,omitempty"`
	Description string  `json:"descripcion"`
	Quantity    number  `json:"cantidad"`
	UnitValue   number  `json:"valor_unitario"`
	UnitPrice   number  `json:"precio_unitario"`
	Discount    *number `json:"descuento,omitempty"` // of the line, before IGV
	Subtotal    number  `json:"subtotal"`
	IGVType     int     `json:"tipo_de_igv"`
	IGV         number  `json:"igv"`
	Total       number  `json:"total"`
	Advance     bool    `json:"anticipo_regularizacion"`
	Series      string  `json:"anticipo_documento_serie,omitempty"` // of the advance's document
	Number      int64   `json:"anticipo_documento_numero,omitempty"`
}

// instalment is a part of a credit sale ("venta_al_credito").
type instalment struct {
	Number int    `json:"cuota"`
	DueOn  string `json:"fecha_de_pago"`
	Amount number `json:"importe"`
}

// NubeFact's numbers for what SUNAT has codes for.
func typeOf(k billing.Kind) int {
	switch k {
	case billing.Factura:
		return 1
	case billing.Boleta:
		return 2
	case billing.CreditNote:
		return 3
	case billing.DebitNote:
		return 4
	}
	return 0
}

func currencyOf(c billing.Currency) int {
	if c == billing.Dollars {
		return 2
	}
	return 1
}

// igvTypeOf: 6 is catalogue 07's 15, a taxed bonus.
func igvTypeOf(t billing.IGVType) int {
	switch t {
	case billing.Exempt:
		return 8
	case billing.Unaffected:
		return 9
	case billing.Free:
		return 6
	}
	return 1
}

// detractionTypeOf are NubeFact's own numbers for catalogue 54.
func detractionTypeOf(code string) (int, error) {
	switch code {
	case "012":
		return 12, nil
	case "019":
		return 17, nil
	case "020":
		return 18, nil
	case "022":
		return 20, nil
	case billing.OtherServices:
		return 35, nil
	}
	return 0, fmt.Errorf("no number for the detracción %q", code)
}

// code is a document's unique code: kind, series and number, at most fifteen characters of the twenty allowed.
func code(n billing.Name) string {
	return strconv.Itoa(typeOf(n.Kind)) + "-" + n.Short()
}

// transactionOf is an internal sale (1), or one with an advance (4): taken, or deducted.
func transactionOf(c billing.Content) int {
	if c.Advance || len(c.Deductions) > 0 {
		return 4
	}
	return 1
}

// dated writes a day as the service takes it: "20-11-2026".
func dated(d agenda.Date) string { return fmt.Sprintf("%02d-%02d-%04d", d.Day, int(d.Month), d.Year) }

// The operations, by the service's names.
const (
	emission         = "generar_comprobante"
	consultation     = "consultar_comprobante"
	voiding          = "generar_anulacion"
	voidConsultation = "consultar_anulacion"
)

// question is one operation about a document.
type question struct {
	operation string
	about     billing.Name
	body      map[string]any
}

func about(operation string, n billing.Name) question {
	return question{operation, n, map[string]any{"operacion": operation, "tipo_de_comprobante": typeOf(n.Kind), "serie": n.Series, "numero": n.Number}}
}

// emission writes a document: real numbers and booleans, and nothing that is not needed.
func (a Account) emission(d billing.Document) (question, error) {
	q := about(emission, d.Name)
	r := q.body
	r["sunat_transaction"], r["codigo_unico"] = transactionOf(d.Content), code(d.Name)
	r["fecha_de_emision"] = dated(d.IssuedOn)
	r["moneda"] = currencyOf(d.Currency)
	if d.Currency == billing.Dollars {
		r["tipo_de_cambio"] = number(d.ExchangeRate)
	}
	r["porcentaje_de_igv"] = number(d.IGVPercent)
	r["enviar_automaticamente_a_la_sunat"], r["enviar_automaticamente_al_cliente"] = true, false // mail is the clinic's own
	customer(r, d.Customer)
	totals(r, d.Totals())
	texts(r, d.Content)
	credit(r, d.Content)
	if err := detraction(r, d.Detraction); err != nil {
		return q, err
	}
	if err := amendment(r, d); err != nil {
		return q, err
	}
	r["items"] = items(d.Content)
	maps.Copy(r, a.Extra)
	return q, nil
}

func customer(r map[string]any, c billing.Customer) {
	r["cliente_tipo_de_documento"] = c.DocumentType.SunatCode()
	r["cliente_numero_de_documento"] = c.SunatNumber()
	r["cliente_denominacion"] = c.Name
	put(r, "cliente_direccion", c.Address)
}

func totals(r map[string]any, t billing.Totals) {
	for field, amount := range map[string]decimal.Decimal{
		"total_gravada": t.Taxable, "total_exonerada": t.Exempt, "total_inafecta": t.Unaffected, "total_gratuita": t.Free, "total_descuento": t.DiscountValue,
		"total_anticipo": t.AdvanceValue,
	} {
		if !amount.IsZero() {
			r[field] = number(amount)
		}
	}
	r["total_igv"], r["total"] = number(t.IGV), number(t.Total)
}

func texts(r map[string]any, c billing.Content) {
	put(r, "medio_de_pago", c.PaidWith)
	put(r, "orden_compra_servicio", c.PurchaseOrder)
	put(r, "formato_de_pdf", string(c.Paper))
	put(r, "observaciones", strings.ReplaceAll(c.Remarks, "\n", "<br>"))
	if !c.Amazon {
		return
	}
	for _, l := range c.Lines {
		if l.Unit == billing.UnitService {
			r["servicios_region_selva"] = true
		} else {
			r["bienes_region_selva"] = true
		}
	}
}

func credit(r map[string]any, c billing.Content) {
	if c.Credit == nil {
		return
	}
	parts := make([]instalment, len(c.Credit.Instalments))
	for i, p := range c.Credit.Instalments {
		parts[i] = instalment{Number: i + 1, DueOn: dated(p.DueOn), Amount: number(p.Amount)}
	}
	r["venta_al_credito"] = parts
	r["fecha_de_vencimiento"] = dated(c.DueOn())
	r["condiciones_de_pago"] = c.Terms()
	if c.PaidWith == "" {
		r["medio_de_pago"] = "credito"
	}
}

func detraction(r map[string]any, d *billing.Detraction) error {
	if d == nil {
		return nil
	}
	kind, err := detractionTypeOf(d.Code)
	if err != nil {
		return err
	}
	r["sunat_transaction"], r["detraccion"], r["detraccion_tipo"] = 30, true, kind
	r["detraccion_porcentaje"], r["detraccion_total"] = number(d.Percent), number(d.Amount)
	r["medio_de_pago_detraccion"] = 1 // deposit in the account
	return nil
}

// amendment says what a note amends, and why. The reason's own words lead the remarks.
func amendment(r map[string]any, d billing.Document) error {
	if d.Amends == nil {
		return nil
	}
	reason, err := strconv.Atoi(string(d.Amends.Reason))
	if err != nil {
		return fmt.Errorf("no number for the reason %q", d.Amends.Reason)
	}
	r["documento_que_se_modifica_tipo"] = typeOf(d.Amends.Document.Kind)
	r["documento_que_se_modifica_serie"], r["documento_que_se_modifica_numero"] = d.Amends.Document.Series, d.Amends.Document.Number
	if d.Kind == billing.DebitNote {
		r["tipo_de_nota_de_debito"] = reason
	} else {
		r["tipo_de_nota_de_credito"] = reason
	}
	words := d.Amends.Text
	if d.Remarks != "" {
		words += "<br>" + strings.ReplaceAll(d.Remarks, "\n", "<br>")
	}
	put(r, "observaciones", words)
	return nil
}

func items(c billing.Content) []item {
	list := make([]item, 0, len(c.Lines)+len(c.Deductions))
	for _, l := range c.Lines {
		list = append(list, itemOf(l, c.IGVPercent))
	}
	for _, d := range c.Deductions {
		deducted := itemOf(d.Line(), c.IGVPercent)
		deducted.Advance, deducted.Series, deducted.Number = true, d.Document.Series, d.Document.Number
		list = append(list, deducted)
	}
	return list
}

func itemOf(l billing.Line, igv decimal.Decimal) item {
	a := l.Amounts(igv)
	i := item{
		Unit: l.Unit, Code: l.Code, SunatCode: l.SunatCode, Description: l.Description,
		Quantity: number(l.Quantity), UnitValue: number(a.UnitValue), UnitPrice: number(l.UnitPrice),
		Subtotal: number(a.Value), IGVType: igvTypeOf(l.IGVType), IGV: number(a.IGV), Total: number(a.Total),
	}
	if !a.DiscountValue.IsZero() {
		off := number(a.DiscountValue)
		i.Discount = &off
	}
	return i
}

// put adds a text unless there is none.
func put(r map[string]any, field, text string) {
	if text != "" {
		r[field] = text
	}
}
