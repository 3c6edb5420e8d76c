//go:build !js

package fees

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/views"
)

// signed is an amount that may be below zero.
func signed(d decimal.Decimal) string {
	if d.IsNegative() {
		return "−" + views.Money(d.Neg())
	}
	return views.Money(d)
}

func day(d agenda.Date) string { return views.Day(d.In(time.UTC)) }

// rateWords says how a fee is computed: "40 %", "S/ 35.00 por unidad".
func rateWords(kind Kind, rate decimal.Decimal) string {
	if kind == Percent {
		return rate.String() + " %"
	}
	return views.Money(rate) + " por unidad"
}

// period says the days of a settlement; the first one has no beginning.
func (s Settlement) period() string {
	if s.From.IsZero() {
		return "hasta el " + day(s.To)
	}
	if s.To.Before(s.From) {
		return "del " + day(s.To) + ", lo que llegó después de liquidarlo"
	}
	return "del " + day(s.From) + " al " + day(s.To)
}

func (s Settlement) title() string { return "Liquidación " + strconv.Itoa(s.Number) }

// sumOf is what works that no rule reaches came to.
func sumOf(works []Work) decimal.Decimal {
	sum := decimal.Zero
	for _, w := range works {
		sum = sum.Add(w.Value.Mul(w.Share).Round(2))
	}
	return sum
}

func (v feesView) options() []views.Option {
	list := make([]views.Option, len(v.Doctors))
	for i, m := range v.Doctors {
		list[i] = views.Option{Value: m.ID.String(), Label: m.DisplayName()}
	}
	return list
}

// chosen is the professional that the list is set to.
func (v feesView) chosen() string {
	if v.isChosen() {
		return v.Doctor.String()
	}
	return ""
}

func (v feesView) isChosen() bool { return v.Doctor != uuid.Nil }

func (v settledView) ruc() string {
	if v.Clinic.RUC == "" {
		return ""
	}
	return "RUC " + v.Clinic.RUC
}
