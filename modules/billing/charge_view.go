package billing

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/billing/prices"
	"hampi/views"
)

// methodLabel is a way to pay on the screen; a balance says what is there.
func (v chargeView) methodLabel(m Method) string {
	if m == CreditBalance {
		return "Saldo a favor " + views.Money(v.Form.Balance)
	}
	return m.Label()
}

// visitWords say who attended and when: "Dra. Malpartida, 8:30".
func visitWords(doctor string, start, now time.Time) string {
	when := views.Clock(start)
	if start.YearDay() != now.YearDay() || start.Year() != now.Year() {
		when = views.ShortDayTime(start, now)
	}
	if doctor == "" {
		return when
	}
	return doctor + ", " + when
}

// documentKinds are the documents that a charge ends in.
func documentKinds() []views.Option {
	return []views.Option{{Value: string(Boleta), Label: Boleta.Label()}, {Value: string(Factura), Label: Factura.Label()}}
}

// chargeKinds are what a charge ends in.
func chargeKinds() []views.Option {
	return append(documentKinds(), views.Option{Value: string(onlyReceipt), Label: "Solo recibo"})
}

// lineTotal is what a line comes to, "" where it cannot be said yet.
func (v chargeView) lineTotal(i int) string {
	place := v.Form.placeOf(i)
	switch {
	case place < 0:
		return views.Money(decimal.Zero)
	case place >= len(v.Content.Lines):
		return ""
	}
	return views.Money(v.Content.Lines[place].Amounts(v.Content.IGVPercent).Total)
}

// lineProblem is what is wrong with a line, whatever field it is about.
func (v chargeView) lineProblem(i int) string {
	for _, field := range []string{"description", "quantity", "unit_price", "discount", "unit", "igv_type"} {
		if sentence := v.Problems[LineField(v.Form.placeOf(i), field)]; sentence != "" {
			return sentence
		}
	}
	return ""
}

// verb is what the button does.
func (v chargeView) verb() string {
	if v.insurerPaysAll() {
		return "Cargar al convenio"
	}
	if v.receipt() {
		return "Cobrar y dar recibo"
	}
	if v.Form.Kind == Factura {
		return "Cobrar y emitir factura"
	}
	return "Cobrar y emitir boleta"
}

// customerTroubled reports whether something is wrong with who the document is for.
func (v chargeView) customerTroubled() bool {
	for _, field := range []string{"tipo_documento", "documento", "nombre", "direccion"} {
		if v.Problems[field] != "" {
			return true
		}
	}
	return false
}

// breakdown says what a total is made of: "Gravada 101.69 · IGV 18.31".
func breakdown(t Totals) string {
	var parts []string
	add := func(label string, amount interface {
		IsZero() bool
		StringFixed(int32) string
	}) {
		if !amount.IsZero() {
			parts = append(parts, label+" "+amount.StringFixed(2))
		}
	}
	add("Gravada", t.Taxable)
	add("Exonerada", t.Exempt)
	add("Inafecta", t.Unaffected)
	add("Gratuita", t.Free)
	add("IGV", t.IGV)
	return strings.Join(parts, " · ")
}

func documentOptions() []views.Option {
	var list []views.Option
	for _, t := range DocumentTypes() {
		list = append(list, views.Option{Value: string(t), Label: t.Label()})
	}
	return list
}

// receiptWords say what becomes of the receipt.
func (v chargeView) receiptWords() string {
	number := v.Next
	if number == "" {
		return ErrNoDeviceNumber.Error()
	}
	if v.Form.wanted() == "" {
		return "Recibo " + number + ". El comprobante se pide después."
	}
	return "Recibo " + number + "; se hará " + v.Form.wanted().word() + " sola al volver la conexión."
}

// insurerPaysAll holds when nothing of the cart is left to the patient.
func (v chargeView) insurerPaysAll() bool {
	return len(v.Form.Lines) > 0 && v.Form.placeOf(len(v.Form.Lines)-1) < 0 && len(v.Content.Lines) == 0
}

// splitWords say who pays what of a line: "copago S/ 20.00 · convenio S/ 60.00".
func splitWords(p prices.Price) string {
	return "copago " + views.Money(p.Patient) + " · convenio " + views.Money(p.Insurer)
}

// searchPath answers the search of the cart.
func (v chargeView) searchPath() string {
	if v.Form.Agreement == nil {
		return chargePath + "/buscar"
	}
	return chargePath + "/buscar?convenio=" + v.Form.Agreement.ID.String()
}

// changeWords say what is handed back of the cash that was received; "" when nothing is.
func changeWords(payments []Payment) string {
	change := decimal.Zero
	for _, p := range payments {
		change = change.Add(p.Change())
	}
	if !change.IsPositive() {
		return ""
	}
	return ". Vuelto " + views.Money(change)
}
