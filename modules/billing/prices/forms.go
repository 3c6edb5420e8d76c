//go:build !js

package prices

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// productForm is a product as its form sends it: everything as typed.
type productForm struct {
	ID      string `form:"id"` // of a new one; an old one is named by its address
	Version int64  `form:"version"`
	Name    string `form:"nombre"`
	Code    string `form:"codigo"`
	Unit    string `form:"unidad"`
	IGV     string `form:"igv"`
	Price   string `form:"precio"`
}

func formOfProduct(p Product) productForm {
	return productForm{ID: p.ID.String(), Version: p.Version, Name: p.Name, Code: p.Code, Unit: p.Unit, IGV: p.IGVCode, Price: p.Price.StringFixed(2)}
}

// product reads what was typed; all that is wrong with it comes back at once.
func (f productForm) product(id uuid.UUID) (Product, error) {
	p := Product{ID: id, Version: f.Version, Name: f.Name, Code: f.Code, Unit: f.Unit, IGVCode: f.IGV}
	problems := fault.Problems{}
	p.Price = solesTyped(f.Price, "precio", problems)
	return p.tidy(), joined(problems, p.tidy().problems())
}

// agreementForm is an agreement as its form sends it.
type agreementForm struct {
	ID         string `form:"id"`
	Version    int64  `form:"version"`
	Name       string `form:"nombre"`
	RUC        string `form:"ruc"`
	LegalName  string `form:"razon_social"`
	Address    string `form:"direccion"`
	CopayKind  string `form:"copago_tipo"`
	Copay      string `form:"copago"`
	PercentOff string `form:"descuento"`
	From       string `form:"desde"`
	Until      string `form:"hasta"`
}

func formOfAgreement(a Agreement) agreementForm {
	f := agreementForm{
		ID: a.ID.String(), Version: a.Version, Name: a.Name, RUC: a.RUC, LegalName: a.LegalName, Address: a.Address, CopayKind: string(a.CopayKind),
		Copay: a.Copay.StringFixed(2), PercentOff: a.PercentOff.String(), From: dayText(a.From), Until: dayText(a.Until),
	}
	if a.CopayKind == Percent {
		f.Copay = a.Copay.String()
	}
	return f
}

// agreement reads what was typed; all that is wrong with it comes back at once.
func (f agreementForm) agreement(id uuid.UUID) (Agreement, error) {
	a := Agreement{ID: id, Version: f.Version, Name: f.Name, RUC: f.RUC, LegalName: f.LegalName, Address: f.Address, CopayKind: CopayKind(f.CopayKind)}
	problems := fault.Problems{}
	if a.CopayKind == Percent {
		a.Copay = percentTyped(f.Copay, "copago", problems)
	} else {
		a.Copay = solesTyped(f.Copay, "copago", problems)
	}
	if strings.TrimSpace(f.PercentOff) != "" {
		a.PercentOff = percentTyped(f.PercentOff, "descuento", problems)
	}
	a.From = dayTyped(f.From, "desde", problems)
	a.Until = dayTyped(f.Until, "hasta", problems)
	return a.tidy(), joined(problems, a.tidy().problems())
}

// joined adds the noun's problems to those of reading; a field keeps the first.
func joined(problems fault.Problems, err error) error {
	more, _ := fault.Fields(err)
	for field, sentence := range more {
		problems.Add(field, sentence)
	}
	return problems.Err()
}

func solesTyped(text, field string, problems fault.Problems) decimal.Decimal {
	amount, ok := catalog.ParseSoles(text)
	if !ok {
		problems.Add(field, "Escriba el importe en soles, como 120 o 120.50.")
	}
	return amount
}

// percentTyped reads "12", "12,5", "12 %".
func percentTyped(text, field string, problems fault.Problems) decimal.Decimal {
	percent, ok := catalog.ParseSoles(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%")))
	if !ok {
		problems.Add(field, "Escriba un porcentaje, como 20.")
	}
	return percent
}

// dayTyped reads a day; nothing typed is no day.
func dayTyped(text, field string, problems fault.Problems) agenda.Date {
	text = strings.TrimSpace(text)
	if text == "" {
		return agenda.Date{}
	}
	for _, layout := range []string{"2/1/2006", "2/1/06", "02012006", "020106", time.DateOnly} {
		if day, err := time.Parse(layout, text); err == nil && day.Year() >= 1990 && day.Year() < 2200 {
			return agenda.DateOf(day, time.UTC)
		}
	}
	problems.Add(field, "Se espera una fecha como 24/11/2026.")
	return agenda.Date{}
}

func dayText(d agenda.Date) string {
	if d.IsZero() {
		return ""
	}
	return views.Day(d.In(time.UTC))
}
