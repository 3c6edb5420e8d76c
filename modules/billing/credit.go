package billing

import (
	"strconv"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

// Instalment is a part of a factura on credit.
type Instalment struct {
	DueOn  agenda.Date     `json:"due_on"`
	Amount decimal.Decimal `json:"amount"`
}

// Credit says how a factura is paid later. Its instalments add up to what is pending: the total less what was paid at
// once and less the detracción (SUNAT 3319). Cards count as paid at once.
type Credit struct {
	PaidAtOnce  decimal.Decimal `json:"paid_at_once,omitzero"`
	Instalments []Instalment    `json:"instalments"`
}

// mostInstalments is what three digits can count (Cuota001 … Cuota999).
const mostInstalments = 999

// Pending is what the instalments of the document have to add up to.
func (c Content) Pending() decimal.Decimal {
	pending := c.Totals().Total
	if c.Credit != nil {
		pending = pending.Sub(c.Credit.PaidAtOnce)
	}
	if c.Detraction != nil && c.Currency.code() == Soles {
		pending = pending.Sub(c.Detraction.Amount)
	}
	if c.Detraction != nil && c.Currency.code() != Soles {
		pending = pending.Sub(c.Detraction.Amount.DivRound(c.ExchangeRate, 2))
	}
	return pending
}

// problems checks the instalments against what is pending.
func (c Credit) problems(issued agenda.Date, currency Currency, pending decimal.Decimal, problems fault.Problems) {
	switch {
	case len(c.Instalments) == 0:
		problems.Add("credit", "Al crédito va por lo menos una cuota.")
		return
	case len(c.Instalments) > mostInstalments:
		problems.Add("credit", "Hay más de 999 cuotas.")
		return
	case c.PaidAtOnce.IsNegative() || hasMoreDecimals(c.PaidAtOnce, 2):
		problems.Add("credit.paid_at_once", "Lo pagado al contado es un importe con hasta dos decimales.")
	}
	sum, last := decimal.Zero, issued
	for i, q := range c.Instalments {
		at := "credit.instalments." + strconv.Itoa(i)
		problems.Add(at+".due_on", q.dateProblem(issued, last))
		if !q.Amount.IsPositive() || hasMoreDecimals(q.Amount, 2) {
			problems.Add(at+".amount", "La cuota es mayor que cero y lleva hasta dos decimales.")
		}
		sum, last = sum.Add(q.Amount), q.DueOn
	}
	if !sum.Equal(pending) {
		problems.Add("credit", "Las cuotas suman "+currency.Money(sum)+" y lo pendiente es "+currency.Money(pending)+".")
	}
}

// dateProblem: every instalment is later than the issue (SUNAT 3267), one after the other.
func (q Instalment) dateProblem(issued, last agenda.Date) string {
	switch {
	case q.DueOn.IsZero():
		return "Falta la fecha de la cuota."
	case !issued.Before(q.DueOn):
		return "La cuota vence después de la fecha de emisión."
	case !last.Before(q.DueOn):
		return "Las cuotas van por fecha, una después de otra."
	}
	return ""
}

// DueOn is the day of the last instalment; no day when the document is paid at once.
func (c Content) DueOn() agenda.Date {
	if c.Credit == nil || len(c.Credit.Instalments) == 0 {
		return agenda.Date{}
	}
	return c.Credit.Instalments[len(c.Credit.Instalments)-1].DueOn
}

// Terms are the terms of payment in the words of the printed document: "CREDITO 60 DIAS EN 2 CUOTAS"; "" when paid at
// once.
func (c Content) Terms() string {
	if c.DueOn().IsZero() {
		return ""
	}
	terms := "CREDITO " + strconv.Itoa(c.IssuedOn.Days(c.DueOn())) + " DIAS"
	if n := len(c.Credit.Instalments); n > 1 {
		terms += " EN " + strconv.Itoa(n) + " CUOTAS"
	}
	return terms
}

// SplitEvenly divides what is pending into an instalment for each day; the first ones carry the cents that are left.
func SplitEvenly(pending decimal.Decimal, days []agenda.Date) []Instalment {
	if len(days) == 0 {
		return nil
	}
	n := decimal.NewFromInt(int64(len(days)))
	each := pending.Div(n).Truncate(2)
	left := pending.Sub(each.Mul(n))
	parts := make([]Instalment, len(days))
	for i, day := range days {
		parts[i] = Instalment{DueOn: day, Amount: each}
		if left.IsPositive() {
			parts[i].Amount, left = each.Add(cent), left.Sub(cent)
		}
	}
	return parts
}
