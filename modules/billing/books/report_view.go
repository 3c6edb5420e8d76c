//go:build !js

package books

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/billing"
	"hampi/views"
)

// line is one row of a small table.
type line struct{ Name, Times, Total string }

// goods stands for all products together.
var goods = uuid.Max

func byDoctor(w Work) uuid.UUID { return w.Doctor }

func byService(w Work) uuid.UUID {
	if w.Product {
		return goods
	}
	return w.Service
}

// signed is an amount that may be below zero.
func signed(d decimal.Decimal) string {
	if d.IsNegative() {
		return "−" + views.Money(d.Neg())
	}
	return views.Money(d)
}

// money is an amount in a currency that may be below zero.
func money(c billing.Currency, d decimal.Decimal) string {
	if d.IsNegative() {
		return "−" + c.Money(d.Neg())
	}
	return c.Money(d)
}

func (v reportView) title() string {
	if !v.Day.IsZero() {
		return "Ventas del " + views.LongDayInText(v.Day.In(v.Now.Location()), v.Now)
	}
	return "Ventas de " + strings.ToLower(v.name(v.Month))
}

func (v reportView) name(m Month) string { return views.MonthYear(m.First().In(v.Now.Location())) }

func (v reportView) earlier() string { return v.beside(-1) }
func (v reportView) later() string   { return v.beside(1) }

// beside is the address of the day or month n further.
func (v reportView) beside(n int) string {
	if !v.Day.IsZero() {
		return Path + "?dia=" + v.Day.Add(n).String()
	}
	return Path + "?mes=" + v.Month.Add(n).String()
}

func (v reportView) earlierName() string { return v.besideName(-1) }
func (v reportView) laterName() string   { return v.besideName(1) }

func (v reportView) besideName(n int) string {
	if !v.Day.IsZero() {
		return views.ShortDay(v.Day.Add(n).In(v.Now.Location()), v.Now)
	}
	return v.name(v.Month.Add(n))
}

// notes say what the figures hold and what not.
func (v reportView) notes() string {
	var notes []string
	if v.Waiting > 0 {
		notes = append(notes, views.Plural(v.Waiting, "comprobante todavía sin aceptar cuenta", "comprobantes todavía sin aceptar cuentan")+" aquí.")
	}
	if out := v.Rejected + v.Voided; out > 0 {
		notes = append(notes, strconv.Itoa(v.Voided)+" anulados y "+strconv.Itoa(v.Rejected)+" rechazados no cuentan.")
	}
	return strings.Join(notes, " ")
}

// taxes are the sums by how they stand to the tax.
func (v reportView) taxes() []line {
	s := v.All
	return []line{
		{Name: "Gravado", Total: signed(s.Taxable)}, {Name: "IGV", Total: signed(s.IGV)}, {Name: "Exonerado", Total: signed(s.Exempt)},
		{Name: "Inafecto", Total: signed(s.Unaffected)}, {Name: "Total", Total: signed(s.Total)}, {Name: "Gratuito (no se cobra)", Total: signed(s.Free)},
		{Name: "Descuentos dados", Total: signed(s.Discount)},
	}
}

// net is what stayed of all that was paid, each currency by itself.
func (v reportView) net() string {
	sums := map[billing.Currency]decimal.Decimal{}
	for _, t := range v.Taken {
		sums[t.Currency] = sums[t.Currency].Add(t.Net())
	}
	words := money(billing.Soles, sums[billing.Soles])
	if dollars, any := sums[billing.Dollars]; any {
		words += " y " + money(billing.Dollars, dollars)
	}
	return words
}
