//go:build !js

package billing

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// figure is a number in a request: as text, or bare, for quantities. Bare or not, its digits are read and no float is made.
type figure string

// UnmarshalJSON takes "1.5" and 1.5.
func (f *figure) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	*f = figure(strings.TrimSpace(text))
	return nil
}

// Schema says so.
func (figure) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}}, Description: "Hasta tres decimales", Examples: []any{"1"}}
}

// customerJSON is who a document is for.
type customerJSON struct {
	DocumentType   DocumentType `json:"document_type" enum:"RUC,DNI,CE,PASSPORT,NONE"`
	DocumentNumber string       `json:"document_number" required:"false" maxLength:"20" doc:"Vacío con NONE"`
	Name           string       `json:"name" required:"false" maxLength:"200" doc:"Vacío con NONE: CLIENTES VARIOS"`
	Address        string       `json:"address" required:"false" maxLength:"200" doc:"La factura la lleva"`
}

func (c customerJSON) customer() Customer { return Customer(c).Tidy() }

// itemIn is a line of a request.
type itemIn struct {
	ServiceID   *uuid.UUID `json:"service_id,omitempty" format:"uuid" doc:"Servicio de la clínica"`
	ProductID   *uuid.UUID `json:"product_id,omitempty" format:"uuid" doc:"Producto de la clínica. Sin servicio ni producto vende solo quien autoriza descuentos"`
	Description string     `json:"description,omitempty" maxLength:"250" doc:"De un servicio o producto va su nombre"`
	Quantity    figure     `json:"quantity"`
	UnitPrice   string     `json:"unit_price,omitempty" maxLength:"30" example:"120.00" doc:"Con IGV, en texto. Vacío: el de la lista, que está en soles; más bajo cuenta como descuento"`
	Discount    string     `json:"discount,omitempty" maxLength:"30" example:"0.00" doc:"Con IGV, de toda la línea"`
	IGVType     IGVType    `json:"igv_type,omitempty" enum:"gravado,exonerado,inafecto,gratuito" doc:"Vacío: el de la lista, o gravado. Gratuito cuenta como descuento de todo"`
}

// paymentIn is a payment of a request.
type paymentIn struct {
	ID        *uuid.UUID `json:"id,omitempty" format:"uuid"`
	Method    Method     `json:"method" enum:"cash,yape,plin,card,transfer,deposit,credit_balance"`
	Amount    string     `json:"amount" maxLength:"30" example:"120.00"`
	Reference string     `json:"reference,omitempty" maxLength:"60" doc:"N.º de operación"`
	Received  string     `json:"received,omitempty" maxLength:"30" doc:"Efectivo recibido; lo que sobra es vuelto"`
	Currency  Currency   `json:"currency,omitempty" enum:"PEN,USD" doc:"La del comprobante; sin ella, soles. En dólares solo con card, transfer o deposit"`
}

// itemJSON is a line in an answer.
type itemJSON struct {
	ServiceID   *uuid.UUID `json:"service_id,omitempty" format:"uuid"`
	ProductID   *uuid.UUID `json:"product_id,omitempty" format:"uuid"`
	Description string     `json:"description"`
	Quantity    string     `json:"quantity"`
	UnitPrice   string     `json:"unit_price" doc:"Con IGV"`
	Discount    string     `json:"discount"`
	IGVType     IGVType    `json:"igv_type" enum:"gravado,exonerado,inafecto,gratuito"`
}

// paymentJSON is a payment in an answer; one below zero was given back.
type paymentJSON struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	Method    Method    `json:"method" enum:"cash,yape,plin,card,transfer,deposit,credit_balance"`
	Amount    string    `json:"amount"`
	Currency  Currency  `json:"currency,omitempty" enum:"USD" doc:"Falta en soles"`
	Reference string    `json:"reference"`
	Received  string    `json:"received" doc:"0.00 si no fue efectivo con vuelto"`
}

// invoiceJSON is a document in an answer.
type invoiceJSON struct {
	ID         uuid.UUID     `json:"id" format:"uuid"`
	Kind       Kind          `json:"kind" enum:"boleta,factura,nota_credito,nota_debito"`
	Series     *string       `json:"series" doc:"null en un borrador"`
	Number     *int64        `json:"number" doc:"null en un borrador"`
	Status     Status        `json:"status" enum:"draft,queued,sent,accepted,rejected,to_correct,voiding,voided"`
	IssuedOn   string        `json:"issued_on" format:"date"`
	Currency   Currency      `json:"currency,omitempty" enum:"USD" doc:"De todos los importes del comprobante; falta en soles"`
	Rate       string        `json:"exchange_rate,omitempty" doc:"Soles por dólar; falta en soles"`
	Customer   customerJSON  `json:"customer"`
	Items      []itemJSON    `json:"items" nullable:"false"`
	Taxable    string        `json:"taxable" doc:"Op. gravada, sin IGV"`
	Exempt     string        `json:"exempt" doc:"Op. exonerada"`
	Unaffected string        `json:"unaffected" doc:"Op. inafecta"`
	Free       string        `json:"free" doc:"Op. gratuita: valor referencial que nadie paga"`
	IGV        string        `json:"igv"`
	Total      string        `json:"total"`
	Payments   []paymentJSON `json:"payments" nullable:"false"`
}

func money(amount decimal.Decimal) string { return amount.StringFixed(2) }

func contentAsJSON(id uuid.UUID, kind Kind, status Status, c Content, payments []Payment) invoiceJSON {
	t := c.Totals()
	j := invoiceJSON{
		ID: id, Kind: kind, Status: status, IssuedOn: c.IssuedOn.String(), Customer: customerJSON(c.Customer), Items: []itemJSON{}, Payments: []paymentJSON{},
		Taxable: money(t.Taxable), Exempt: money(t.Exempt), Unaffected: money(t.Unaffected), Free: money(t.Free), IGV: money(t.IGV), Total: money(t.Total),
	}
	if c.Currency.code() != Soles {
		j.Currency, j.Rate = c.Currency, c.ExchangeRate.StringFixed(3)
	}
	for _, l := range c.Lines {
		j.Items = append(j.Items, itemJSON{
			ServiceID: idOrNil(l.ServiceID), ProductID: idOrNil(l.ProductID), Description: l.Description, Quantity: l.Quantity.String(), UnitPrice: money(l.UnitPrice), Discount: money(l.Discount),
			IGVType: l.IGVType,
		})
	}
	for _, p := range payments {
		j.Payments = append(j.Payments, paymentJSON{ID: p.ID, Method: p.Method, Amount: money(p.Amount), Currency: p.Currency.foreign(), Reference: p.Reference, Received: money(p.Received)})
	}
	return j
}

func entryAsJSON(e Entry, payments []Payment) invoiceJSON {
	j := contentAsJSON(e.ID, e.Kind, e.State.Status, e.Content, payments)
	j.Series, j.Number = &e.Series, &e.Number
	return j
}

func draftAsJSON(d DraftInvoice) invoiceJSON {
	return contentAsJSON(d.ID, d.Kind, Draft, d.Content, nil)
}

// amountIn reads an amount of a request; an empty one is zero.
func amountIn(text, field string, problems fault.Problems) decimal.Decimal {
	if text == "" {
		return decimal.Zero
	}
	amount, ok := ParseAmount(text)
	if !ok {
		problems.Add(field, "Se espera un importe en texto, como \"120.50\".")
	}
	return amount
}

// paymentsIn reads the payments of a request.
func paymentsIn(list []paymentIn, problems fault.Problems) []Payment {
	payments := make([]Payment, 0, len(list))
	for i, p := range list {
		at := "payments." + strconv.Itoa(i) + "."
		payment := Payment{
			ID: newID(), Method: p.Method, Amount: amountIn(p.Amount, at+"amount", problems), Reference: strings.TrimSpace(p.Reference),
			Received: amountIn(p.Received, at+"received", problems), Currency: p.Currency,
		}
		if p.ID != nil {
			payment.ID = *p.ID
		}
		payments = append(payments, payment)
	}
	return payments
}
