//go:build !js

package demo

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/fees"
	"hampi/modules/billing/prices"
	"hampi/modules/patients"
)

// money is what an invented clinic sells besides its services, whom it has agreements with, what it owes its professionals,
// and who takes the money. A clinic without a till charges nothing.
type money struct {
	till       string // e-mail of who takes it
	site       string // where
	products   []prices.Product
	sitePrices []sitePrice
	agreements []agreed
	fees       []feeRule
	company    billing.Customer // whose people are charged to it now and then
}

// sitePrice is what a site asks for a service instead of the list's price.
type sitePrice struct{ site, service, price string }

// agreed is an agreement, the prices that it names, and who is charged by it.
type agreed struct {
	prices.Agreement
	own    map[string]string // by service
	covers func(p patients.Patient) bool
}

// feeRule is a rule of fees with names instead of ids; no doctor is every professional, no service every service.
type feeRule struct {
	doctor, service string
	kind            fees.Kind
	rate            string
}

func soles(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// insuredBy covers who has said so at the desk.
func insuredBy(insurer string) func(patients.Patient) bool {
	return func(p patients.Patient) bool { return p.Insurance.Insurer == insurer }
}

func tagged(tag string) func(patients.Patient) bool {
	return func(p patients.Patient) bool {
		return strings.Contains(strings.Join(p.Tags, "\n"), tag)
	}
}

// demoMoney names insurers that exist, as patients do; the companies behind them, with their RUC, are invented.
func demoMoney() money {
	began := agenda.DateOf(founded, time.UTC)
	return money{
		till: "caja@demo.pe", site: "Centro",
		products: []prices.Product{
			{Name: "Cepillo interdental", Code: "7750001", Price: soles("12.00")}, {Name: "Cepillo de ortodoncia", Code: "7750002", Price: soles("14.50")},
			{Name: "Colutorio de clorhexidina 0,12 %", Code: "7750003", Price: soles("24.90")}, {Name: "Cera de ortodoncia", Code: "7750004", Price: soles("8.00")},
			{Name: "Lágrimas artificiales 15 ml", Code: "7750005", Price: soles("38.00")}, {Name: "Estuche para lentes", Code: "7750006", Price: soles("15.00")},
			{Name: "Ácido fólico 0,5 mg (30 tabletas)", Code: "7750007", Price: soles("9.90")},
		},
		sitePrices: []sitePrice{
			{"Amarilis", "Consulta y diagnóstico odontológico", "45.00"}, {"Amarilis", "Profilaxis dental (limpieza)", "85.00"},
			{"Amarilis", "Raspado y alisado radicular (por cuadrante)", "150.00"},
		},
		agreements: []agreed{
			{
				Agreement: prices.Agreement{Name: "Pacífico EPS", RUC: "20990000302", LegalName: "Aseguradora de Demostración Uno S.A.", Address: "Av. Demostración 101, San Isidro, Lima",
					CopayKind: prices.Fixed, Copay: soles("20.00"), PercentOff: soles("5"), From: began},
				own:    map[string]string{"Consulta y diagnóstico odontológico": "50.00", "Consulta oftalmológica": "90.00", "Control prenatal": "75.00"},
				covers: insuredBy("Pacífico"),
			},
			{
				Agreement: prices.Agreement{Name: "Rímac EPS", RUC: "20990000400", LegalName: "Aseguradora de Demostración Dos S.A.", Address: "Av. Demostración 202, Miraflores, Lima",
					CopayKind: prices.Percent, Copay: soles("20"), From: began},
				own: map[string]string{"Profilaxis dental (limpieza)": "95.00"}, covers: insuredBy("Rímac"),
			},
			{
				Agreement: prices.Agreement{Name: "Trabajadores municipales", RUC: "20990000507", LegalName: "Municipalidad de Demostración", Address: "Jr. Demostración 303, Huánuco",
					CopayKind: prices.Percent, Copay: soles("70"), PercentOff: soles("10"), From: began},
				covers: tagged("Convenio municipalidad"),
			},
		},
		fees: []feeRule{
			{"", "", fees.Percent, "40"}, {"ortodoncia@demo.pe", "", fees.Percent, "50"}, {"", "Control prenatal", fees.Fixed, "35.00"},
			{"oftalmo@demo.pe", "Consulta oftalmológica", fees.Percent, "55"},
		},
		company: billing.Customer{DocumentType: billing.RUC, DocumentNumber: "20990000604", Name: "Constructora Demostración S.A.C.", Address: "Av. Universitaria 404, Huánuco"},
	}
}

// agreementFor is the agreement that a patient is charged by; false for a private one.
func (m money) agreementFor(p patients.Patient) (agreed, bool) {
	for _, a := range m.agreements {
		if a.covers(p) {
			return a, true
		}
	}
	return agreed{}, false
}
