// Package books is what the law and the administration want to know of all documents together: the sales register
// (registro de ventas) that SUNAT takes, and what a day or a month came to.
//
// The register follows SUNAT's SIRE (R.S. 112-2021): the file that replaces its proposal of the RVIE, thirty-three fields
// and a closing bar. The project's reference does not cover it; its order was taken from what SUNAT's own site exports. An
// accountant looks at the first one before it is sent.
package books

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

// Month is a period of the books.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month of a day.
func MonthOf(d agenda.Date) Month { return Month{d.Year, d.Month} }

// ParseMonth reads "2026-11".
func ParseMonth(text string) (Month, bool) {
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return Month{}, false
	}
	return Month{t.Year(), t.Month()}, true
}

// String writes "2026-11".
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month)) }

// First is the month's first day.
func (m Month) First() agenda.Date { return agenda.Date{Year: m.Year, Month: m.Month, Day: 1} }

// Last is the month's last day.
func (m Month) Last() agenda.Date { return m.Add(1).First().Add(-1) }

// Add is the month n months later.
func (m Month) Add(n int) Month {
	t := time.Date(m.Year, m.Month+time.Month(n), 1, 12, 0, 0, 0, time.UTC)
	return Month{t.Year(), t.Month()}
}

// Issuer is whose register it is.
type Issuer struct{ RUC, Name string }

// FileName is what SUNAT wants the register of a month to be called, without its ending: LE, RUC, period, no day, the book
// (140400), its purpose (02, instead of the proposal), an operating company, whether there is anything in it, soles, SIRE.
func FileName(ruc string, m Month, filled bool) string {
	content := 0
	if filled {
		content = 1
	}
	return fmt.Sprintf("LE%s%04d%02d0014040002%d%d%d%d", ruc, m.Year, int(m.Month), 1, content, 1, 2)
}

// Row is a document in the register: amounts in soles, below zero what a credit note takes back, nothing for what was voided.
type Row struct {
	Entry    billing.Entry
	Amended  agenda.Date // the day of what it amends
	Base     decimal.Decimal
	BaseOff  decimal.Decimal // of a credit note over a document of an earlier month
	IGV      decimal.Decimal
	IGVOff   decimal.Decimal // the same
	Exempt   decimal.Decimal
	NoTax    decimal.Decimal // inafecto
	Free     decimal.Decimal // not in SUNAT's file
	Total    decimal.Decimal
	IsVoided bool
}

// InRegister reports whether a document belongs into the register: SUNAT or the provider holds it. What is still to be sent
// or corrected is no document yet, and a rejected one never was.
func InRegister(s billing.State) bool {
	switch s.Status {
	case billing.Accepted, billing.InVoiding, billing.Voided:
		return true
	case billing.Sent:
		return s.Pending
	}
	return false
}

// RowOf writes a document into the register of its month.
func RowOf(e billing.Entry, amended agenda.Date) Row {
	r := Row{Entry: e, Amended: amended, IsVoided: e.State.Status == billing.Voided}
	if r.IsVoided {
		return r
	}
	t := e.Totals()
	in := e.InSoles
	r.Base, r.IGV, r.Exempt, r.NoTax, r.Free = in(t.Taxable), in(t.IGV), in(t.Exempt), in(t.Unaffected), in(t.Free)
	if e.Kind == billing.CreditNote {
		r.Base, r.IGV, r.Exempt, r.NoTax, r.Free = r.Base.Neg(), r.IGV.Neg(), r.Exempt.Neg(), r.NoTax.Neg(), r.Free.Neg()
		if !amended.IsZero() && MonthOf(amended) != MonthOf(e.Content.IssuedOn) {
			r.Base, r.BaseOff, r.IGV, r.IGVOff = decimal.Zero, r.Base, decimal.Zero, r.IGV
		}
	}
	r.Total = decimal.Sum(r.Base, r.BaseOff, r.IGV, r.IGVOff, r.Exempt, r.NoTax)
	return r
}

// Columns are the fields of SUNAT's file, in its order.
func Columns() []string {
	return []string{
		"RUC", "Razón social", "Periodo", "CAR SUNAT", "Fecha de emisión", "Fecha de vencimiento", "Tipo", "Serie", "Número", "Número final",
		"Tipo de documento", "Número de documento", "Cliente", "Exportación", "Base gravada", "Descuento de la base", "IGV", "Descuento del IGV",
		"Exonerado", "Inafecto", "ISC", "Base IVAP", "IVAP", "ICBPER", "Otros tributos", "Total", "Moneda", "Tipo de cambio",
		"Fecha del modificado", "Tipo del modificado", "Serie del modificado", "Número del modificado", "Proyecto",
	}
}

const (
	firstAmount = 13 // in Columns: from here
	lastAmount  = 25 // to here fields are amounts
)

// Fields are the row as SUNAT takes it.
func (r Row) Fields(i Issuer) []string {
	e, zero := r.Entry, amount(decimal.Zero)
	kind, number, name := customer(e.Customer)
	fields := []string{
		i.RUC, plain(i.Name), period(MonthOf(e.Content.IssuedOn)), "", day(e.Content.IssuedOn), day(e.DueOn()), e.Kind.SunatCode(), e.Series,
		fmt.Sprint(e.Number), "", kind, number, name,
		zero, amount(r.Base), amount(r.BaseOff), amount(r.IGV), amount(r.IGVOff), amount(r.Exempt), amount(r.NoTax), zero, zero, zero, zero, zero, amount(r.Total),
		currency(e.Content), rate(e.Content), "", "", "", "", "",
	}
	if e.Amends != nil {
		of := e.Amends.Document
		copy(fields[28:], []string{day(r.Amended), of.Kind.SunatCode(), of.Series, fmt.Sprint(of.Number)})
	}
	return fields
}

// Line is the row in SUNAT's file, with its closing bar.
func (r Row) Line(i Issuer) string { return strings.Join(r.Fields(i), "|") + "|\r\n" }

// customer names who a document is for; somebody without a paper is "0" and zeros, as catalogue 06 has it.
func customer(c billing.Customer) (kind, number, name string) {
	if c.DocumentType == billing.NoPaper {
		return "0", "00000000", plain(c.Name)
	}
	return c.DocumentType.SunatCode(), plain(c.DocumentNumber), plain(c.Name)
}

// plain is a text without what parts fields and lines.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '|' || r == ' ' || r < ' ' }), " ")
}

func amount(d decimal.Decimal) string { return d.StringFixed(2) }

func period(m Month) string { return fmt.Sprintf("%04d%02d", m.Year, int(m.Month)) }

func day(d agenda.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, int(d.Month), d.Year)
}

func currency(c billing.Content) string {
	if c.Currency == "" {
		return string(billing.Soles)
	}
	return string(c.Currency)
}

// rate is given for what is not in soles.
func rate(c billing.Content) string {
	if currency(c) == string(billing.Soles) {
		return ""
	}
	return c.ExchangeRate.StringFixed(3)
}
