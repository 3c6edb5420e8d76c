//go:build !js

package prices

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/views"
)

// editorPage is the form of one product or agreement.
type editorPage[F any] struct {
	Form     F
	Action   string
	New      bool
	Retired  bool
	Problems map[string]string
	OpID     string
}

type productsPage struct {
	Products []Product
	Retired  bool // shown too
	Any      bool // the clinic has products at all
}

type agreementsPage struct {
	Agreements []Agreement
	Retired    bool
	Any        bool
	Today      agenda.Date
}

// pricesPage is the list of prices in a scope.
type pricesPage struct {
	Sites      []accounts.Site
	Agreements []Agreement
	Scope      Scope
	Agreement  *Agreement // of the scope
	Query      string
	Lines      []priceLine
}

// priceLine is one price of the list.
type priceLine struct {
	Offer
	Scope   Scope
	Typed   string          // "" where the list's price is asked
	Usual   decimal.Decimal // what is asked without a price of its own
	Split   *Price          // with an agreement
	Saved   bool
	Problem string
	OpID    string
}

func (l priceLine) rowID() string { return "p-" + l.id() }

func (l priceLine) id() string {
	if l.Ref.Product != uuid.Nil {
		return l.Ref.Product.String()
	}
	return l.Ref.Service.String()
}

// placeholder is the price that is asked while none is typed.
func (l priceLine) placeholder() string {
	if l.Scope == (Scope{}) {
		return ""
	}
	return l.Usual.StringFixed(2)
}

func productPath(id uuid.UUID) string { return productsPath + "/" + id.String() }

func agreementPath(id uuid.UUID) string { return agreementsPath + "/" + id.String() }

func igvOptions() []views.Option {
	var options []views.Option
	for _, code := range catalog.IGVCodes() {
		options = append(options, views.Option{Value: code, Label: catalog.IGVLabel(code)})
	}
	return options
}

func copayOptions() []views.Option {
	return []views.Option{{Value: string(Fixed), Label: "Monto por unidad"}, {Value: string(Percent), Label: "Porcentaje del precio"}}
}

// scopeOptions are whose prices may be looked at.
func (p pricesPage) scopeOptions() []views.Option {
	options := []views.Option{{Value: "", Label: "Lista general"}}
	for _, s := range p.Sites {
		if s.Active {
			options = append(options, views.Option{Value: Scope{Site: s.ID}.word(), Label: s.Name, Group: "Sedes"})
		}
	}
	for _, a := range p.Agreements {
		if a.Active {
			options = append(options, views.Option{Value: Scope{Agreement: a.ID}.word(), Label: a.Name, Group: "Convenios"})
		}
	}
	return options
}

// explanation says what a price typed here means.
func (p pricesPage) explanation() string {
	switch {
	case p.Agreement != nil && p.Agreement.PercentOff.IsPositive():
		return "Sin precio propio rige el de la sede o la lista menos " + p.Agreement.PercentOff.String() + " %. El paciente paga " + p.Agreement.CopayWords() + "."
	case p.Agreement != nil:
		return "Sin precio propio rige el de la sede o la lista. El paciente paga " + p.Agreement.CopayWords() + "."
	case p.Scope.Site != uuid.Nil:
		return "Sin precio propio rige el de la lista. Un campo vacío vuelve a ella."
	}
	return "Estos precios rigen en todas las sedes que no tienen uno propio."
}

// validity says when an agreement holds: "desde 01/01/2026", "01/01/2026 a 31/12/2026".
func (a Agreement) validity() string {
	if a.Until.IsZero() {
		return "desde " + dayText(a.From)
	}
	return dayText(a.From) + " a " + dayText(a.Until)
}

// standing says why an agreement does not hold on a day; "" when it does.
func (a Agreement) standing(today agenda.Date) string {
	switch {
	case !a.Active:
		return "Terminado"
	case today.Before(a.From):
		return "Aún no rige"
	case !a.Holds(today):
		return "Vencido"
	}
	return ""
}
