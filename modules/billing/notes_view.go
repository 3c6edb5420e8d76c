//go:build !js

package billing

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// amountField is the name of the field with what is taken back of a line.
func amountField(place int) string { return "importe_" + strconv.Itoa(place) }

// amounts are what was typed to be taken back, by line; an empty field is left out.
func (f documentForm) amounts(lines int, problems fault.Problems) map[int]decimal.Decimal {
	list := map[int]decimal.Decimal{}
	for i := range lines {
		typed := f.Typed.Get(amountField(i))
		if typed == "" {
			continue
		}
		amount, ok := catalog.ParseSoles(typed)
		if !ok {
			problems.Add(amountField(i), "Escriba el importe, como 150 o 36.50.")
		}
		list[i] = amount
	}
	return list
}

// amountPairs rename problems of amounts for the fields of the page.
func amountPairs(lines int) []string {
	pairs := []string{"amends.text", "motivo", "amends.reason", "razon", "amends.document", "", "items", "", "amounts", ""}
	for i := range lines {
		pairs = append(pairs, NoteAmount(i), amountField(i))
	}
	return pairs
}

// noteField is the field with what is taken back of a line.
func (v documentView) noteField(place int) views.Field {
	l := v.Lines[place]
	f := views.Field{
		Name: amountField(place), ID: "nota-" + amountField(place), Label: l.Description, Unit: v.Currency.Words(), Optional: true, Unmarked: true, MaxLength: 12,
		Help: "Quedan " + v.Currency.Money(v.Left[place]),
	}
	if l.IGVType != Taxed {
		f.Help += ", " + l.IGVType.Label()
	}
	value := ""
	if v.Form.Which == "nota" {
		value = v.Form.Typed.Get(amountField(place))
	}
	return f.With(value, v.problems("nota"))
}

// inPart reports whether somebody was about to take back a part.
func (v documentView) inPart() bool {
	for i := range v.Left {
		if v.Form.Which == "nota" && v.Form.Typed.Get(amountField(i)) != "" {
			return true
		}
	}
	return false
}

// codeOf is the reason that was chosen in a form.
func codeOf(v documentView, form string) string {
	if v.Form.Which == form {
		return v.Form.Code
	}
	return ""
}

func debitOptions(amended Kind) []views.Option {
	var list []views.Option
	for _, r := range Reasons(DebitNote, amended) {
		list = append(list, views.Option{Value: string(r), Label: r.Label(DebitNote)})
	}
	return list
}

// ways are how the lines of a document stand to the tax, each once.
func (c Content) ways() []IGVType {
	var list []IGVType
	for _, l := range c.Lines {
		if l.IGVType != Free && !slices.Contains(list, l.IGVType) {
			list = append(list, l.IGVType)
		}
	}
	if len(list) == 0 {
		return []IGVType{Taxed}
	}
	return list
}

func wayOptions(ways []IGVType) []views.Option {
	var list []views.Option
	for _, w := range ways {
		list = append(list, views.Option{Value: string(w), Label: w.Label()})
	}
	return list
}

// unitOptions are the units that a clinic sells in, and what a line has now.
func unitOptions(now string) []views.Option {
	list := []views.Option{{Value: UnitService, Label: "ZZ, servicio"}, {Value: UnitGoods, Label: "NIU, producto"}}
	if now != UnitService && now != UnitGoods {
		list = append(list, views.Option{Value: now, Label: now})
	}
	return list
}

// typedAt is what was typed for a line in the form of corrections; otherwise what it says now.
func (v documentView) typedAt(field string, place int, now string) string {
	if list := v.Form.Typed[field]; v.Form.Which == "correccion" && place < len(list) {
		return list[place]
	}
	return now
}

// correctionProblems are those of the form that came back; before, what was refused stands at its field.
func (v documentView) correctionProblems() fault.Problems {
	if v.Form.Which == "" && v.State.Field != "" {
		return renamed(fault.Problems{v.State.Field: v.State.Reason}, customerPairs()...)
	}
	return v.problems("correccion")
}

func customerPairs() []string {
	return []string{"customer.document_type", "tipo_documento", "customer.document_number", "documento", "customer.name", "nombre", "customer.address", "direccion"}
}

// rate is the exchange rate as it stands, or as it was typed.
func (v documentView) rate() string {
	if v.Form.Which == "correccion" || v.Form.Which == "reemplazo" {
		return v.Form.Rate
	}
	return v.ExchangeRate.String()
}

// amendText is the note's reason in own words.
func (v documentView) amendText() string {
	if v.Form.Which == "correccion" {
		return v.Form.Reason
	}
	return v.Amends.Text
}

func debitAmount(v documentView) string {
	if v.Form.Which == "debito" {
		return v.Form.Amount
	}
	return ""
}

// waysFor are the ways to the tax between which a line may be corrected: what is paid stays what is paid.
func waysFor(l Line) []IGVType {
	if l.IGVType == Free {
		return []IGVType{Free}
	}
	return []IGVType{Taxed, Exempt, Unaffected}
}
