package prices

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// CopayKind is how the patient's part is told.
type CopayKind string

// The ways to tell it.
const (
	Fixed   CopayKind = "fixed"   // so many soles for each unit
	Percent CopayKind = "percent" // of the agreement's price
)

// Agreement (convenio) says what a clinic and an insurer or a company agreed: prices, and who pays which part.
type Agreement struct {
	ID         uuid.UUID
	Name       string // as the desk calls it: "Pacífico EPS"
	RUC        string
	LegalName  string // razón social, of the factura
	Address    string // fiscal, of the factura
	CopayKind  CopayKind
	Copay      decimal.Decimal         // soles, or percent
	PercentOff decimal.Decimal         // off the list, where Prices names nothing
	From       agenda.Date             // the first day on which it holds
	Until      agenda.Date             // the last one; none: until somebody ends it
	Prices     map[Ref]decimal.Decimal // of its own
	Active     bool
	Version    int64
}

// Holds reports whether people are charged by the agreement on a day.
func (a Agreement) Holds(day agenda.Date) bool {
	return a.Active && !day.Before(a.From) && (a.Until.IsZero() || !a.Until.Before(day))
}

// priceOf is the agreement's price of what usually costs so much.
func (a Agreement) priceOf(ref Ref, usual decimal.Decimal) decimal.Decimal {
	if own, named := a.Prices[ref]; named {
		return own
	}
	return usual.Sub(usual.Mul(a.PercentOff).Div(hundred).Round(2))
}

// patientPays is the patient's part of a price; never more than the price.
func (a Agreement) patientPays(price decimal.Decimal) decimal.Decimal {
	if a.CopayKind == Percent {
		return price.Mul(a.Copay).Div(hundred).Round(2)
	}
	return decimal.Min(a.Copay, price)
}

// CopayWords say what the patient pays: "S/ 20.00 por unidad", "20 %".
func (a Agreement) CopayWords() string {
	if a.CopayKind == Percent {
		return a.Copay.String() + " %"
	}
	return views.Money(a.Copay) + " por unidad"
}

func (a Agreement) tidy() Agreement {
	a.Name, a.LegalName, a.Address = oneLine(a.Name), oneLine(a.LegalName), oneLine(a.Address)
	a.RUC = accounts.NormalizeRUC(a.RUC)
	return a
}

func (a Agreement) problems() error {
	problems := fault.Problems{}
	problems.Add("nombre", nameProblem(a.Name))
	problems.Add("ruc", accounts.RUCProblem(a.RUC))
	problems.Add("razon_social", textProblem(a.LegalName, longestLegal, "Falta la razón social; va en la factura."))
	problems.Add("direccion", textProblem(a.Address, longestAddress, "Falta la dirección fiscal; va en la factura."))
	problems.Add("copago", a.copayProblem())
	problems.Add("descuento", percentProblem(a.PercentOff))
	if a.PercentOff.Equal(hundred) {
		problems.Add("descuento", "Con 100 % nadie pagaría nada. Si el convenio lo paga todo, ponga copago 0.")
	}
	if a.From.IsZero() {
		problems.Add("desde", "Falta desde cuándo rige.")
	}
	if !a.Until.IsZero() && a.Until.Before(a.From) {
		problems.Add("hasta", "Termina antes de empezar.")
	}
	return problems.Err()
}

func (a Agreement) copayProblem() string {
	switch a.CopayKind {
	case Fixed:
		return priceProblem(a.Copay)
	case Percent:
		return percentProblem(a.Copay)
	}
	return "Elija si el copago es un monto o un porcentaje."
}

func percentProblem(percent decimal.Decimal) string {
	if percent.IsNegative() || percent.GreaterThan(hundred) || !percent.Equal(percent.Round(2)) {
		return "El porcentaje va de 0 a 100 y lleva hasta dos decimales."
	}
	return ""
}

func textProblem(text string, most int, missing string) string {
	switch {
	case len([]rune(text)) < 3:
		return missing
	case len([]rune(text)) > most:
		return "Tiene como máximo 100 letras."
	}
	return ""
}
