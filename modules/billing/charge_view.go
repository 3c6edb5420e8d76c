//go:build !js

package billing

import (
	"time"

	"hampi/views"
)

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

func chargeKinds() []views.Option {
	return []views.Option{{Value: string(Boleta), Label: Boleta.Label()}, {Value: string(Factura), Label: Factura.Label()}}
}

// lineTotal is what a line comes to, "" where it cannot be said yet.
func (v chargeView) lineTotal(i int) string {
	if i >= len(v.Content.Lines) {
		return ""
	}
	return views.Money(v.Content.Lines[i].Amounts(v.Content.IGVPercent).Total)
}

// lineProblem is what is wrong with a line, whatever field it is about.
func (v chargeView) lineProblem(i int) string {
	for _, field := range []string{"description", "quantity", "unit_price", "discount", "unit", "igv_type"} {
		if sentence := v.Problems[LineField(i, field)]; sentence != "" {
			return sentence
		}
	}
	return ""
}

// verb is what the button does.
func (v chargeView) verb() string {
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
