package billing_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

func TestBilling(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Billing")
}

// today is Tuesday 24 November 2026.
var today = agenda.Date{Year: 2026, Month: time.November, Day: 24}

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

var eighteen = dec("18")

func service(price string) billing.Line {
	return billing.Line{
		Description: "CONSULTA DERMATOLOGIA", Unit: billing.UnitService, Quantity: dec("1"), UnitPrice: dec(price), IGVType: billing.Taxed,
	}
}

// ana is who most documents are for.
var ana = billing.Customer{DocumentType: billing.DNI, DocumentNumber: "45678912", Name: "QUISPE MAMANI ROSA ELENA"}

var company = billing.Customer{
	DocumentType: billing.RUC, DocumentNumber: "20999999990", Name: "EMPRESA FICTICIA DEL SUR S.A.C.", Address: "AV. INVENTADA 789, AREQUIPA",
}

func boleta(lines ...billing.Line) billing.Content {
	return billing.Content{IssuedOn: today, Currency: billing.Soles, IGVPercent: eighteen, Customer: ana, Lines: lines}
}

func factura(lines ...billing.Line) billing.Content {
	c := boleta(lines...)
	c.Customer = company
	return c
}
