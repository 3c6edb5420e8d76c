//go:build !js

package nubefact_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

func TestNubeFact(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "NubeFact")
}

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// issued is the day of the reference's examples.
var issued = agenda.Date{Year: 2026, Month: time.November, Day: 20}

func line(code, description, unit, quantity, price string, kind billing.IGVType) billing.Line {
	return billing.Line{Code: code, Description: description, Unit: unit, Quantity: dec(quantity), UnitPrice: dec(price), IGVType: kind}
}

var rosa = billing.Customer{DocumentType: billing.DNI, DocumentNumber: "45678912", Name: "QUISPE MAMANI ROSA ELENA", Address: "JR. FICTICIO 456, LIMA"}

// The documents of the reference's examples, as a clinic writes them.

func boletaDNI() billing.Document {
	return billing.Document{
		Name: billing.Name{Kind: billing.Boleta, Series: "B001", Number: 1},
		Content: billing.Content{
			IssuedOn: issued, Currency: billing.Soles, IGVPercent: dec("18"), Customer: rosa, Paper: billing.Ticket, PaidWith: "TARJETA VISA OP: 0001234",
			Lines: []billing.Line{
				line("CON-DER", "CONSULTA DERMATOLOGIA", "ZZ", "1", "120.00", billing.Taxed),
				line("CRE-HID", "CREMA HIDRATANTE 50 ML", "NIU", "3", "16.85", billing.Taxed),
			},
		},
	}
}

func facturaOnCredit() billing.Document {
	return billing.Document{
		Name: billing.Name{Kind: billing.Factura, Series: "F001", Number: 2},
		Content: billing.Content{
			IssuedOn: issued, Currency: billing.Soles, IGVPercent: dec("18"), Paper: billing.A4, PurchaseOrder: "OC-000123",
			Customer: billing.Customer{DocumentType: billing.RUC, DocumentNumber: "20999999990", Name: "EMPRESA FICTICIA DEL SUR S.A.C.", Address: "AV. INVENTADA 789, AREQUIPA"},
			Lines: []billing.Line{
				line("CHE-PRE", "CHEQUEO PREOCUPACIONAL BASICO", "ZZ", "10", "59.00", billing.Taxed),
				line("INF-CON", "INFORME MEDICO CONSOLIDADO", "ZZ", "1", "47.20", billing.Taxed),
			},
			Credit: &billing.Credit{Instalments: []billing.Instalment{
				{DueOn: agenda.Date{Year: 2026, Month: time.December, Day: 20}, Amount: dec("318.60")},
				{DueOn: agenda.Date{Year: 2027, Month: time.January, Day: 19}, Amount: dec("318.60")},
			}},
		},
	}
}

func boletaExempt() billing.Document {
	return billing.Document{
		Name: billing.Name{Kind: billing.Boleta, Series: "B001", Number: 2},
		Content: billing.Content{
			IssuedOn: issued, Currency: billing.Soles, IGVPercent: dec("18"), Paper: billing.Ticket, PaidWith: "EFECTIVO", Amazon: true,
			Customer: billing.Customer{DocumentType: billing.CE, DocumentNumber: "001234567", Name: "SMITH JOHN", Address: "AV. RIO 12, IQUITOS"},
			Lines: []billing.Line{
				line("SRV-EXO", "SERVICIO EXONERADO (ZONA DE AMAZONIA)", "ZZ", "1", "80.00", billing.Exempt),
				line("PRO-EXO", "PRODUCTO EXONERADO", "NIU", "2", "35.50", billing.Exempt),
			},
		},
	}
}

func creditNote() billing.Document {
	return billing.Document{
		Name: billing.Name{Kind: billing.CreditNote, Series: "BC01", Number: 1},
		Content: billing.Content{
			IssuedOn: issued, Currency: billing.Soles, IGVPercent: dec("18"), Customer: rosa, Paper: billing.A4,
			Amends: &billing.Amendment{Document: boletaDNI().Name, Reason: billing.LineReturn, Text: "DEVOLUCION DE UNA UNIDAD"},
			Lines:  []billing.Line{line("CRE-HID", "CREMA HIDRATANTE 50 ML", "NIU", "1", "16.85", billing.Taxed)},
		},
	}
}
