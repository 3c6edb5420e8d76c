//go:build !js

package billing

import (
	"strings"

	"github.com/shopspring/decimal"

	"hampi/views"
)

// amountOrNone leaves a cell of a table empty where there is nothing.
func amountOrNone(currency Currency, amount decimal.Decimal) string {
	if amount.IsZero() {
		return ""
	}
	return currency.Money(amount)
}

// advancesLeft is what is left of the advances in soles.
func advancesLeft(list []Advance) decimal.Decimal {
	sum := decimal.Zero
	for _, a := range list {
		if a.Currency.code() == Soles {
			sum = sum.Add(a.Left)
		}
	}
	return sum
}

// title heads the account of a currency.
func (s Statement) title() string {
	if s.Currency.code() == Soles {
		return "Estado de cuenta"
	}
	return "Estado de cuenta en " + s.Currency.Words()
}

// words say where the account stands. What is in a patient's favour is kept in soles alone.
func (s Statement) words() string {
	favour := ""
	if s.Currency.code() == Soles {
		favour = "A favor " + s.Currency.Money(s.Balance) + ". "
	}
	return "Debe " + s.Currency.Money(s.Debts) + ". " + favour + "Por devolver " + s.Currency.Money(s.Return) + "."
}

// payUnit is the currency that the documents that may be paid are in.
func (v accountView) payUnit() string {
	for _, b := range v.Open {
		if b.Currency.code() != Soles {
			return "moneda del comprobante"
		}
	}
	return Soles.Words()
}

// payOptions are the ways to pay a document in a currency: from the balance too, where there is one.
func payOptions(currency Currency, balance decimal.Decimal) []views.Option {
	if currency.code() != Soles {
		return bankOptions()
	}
	list := methodOptions()
	if balance.IsPositive() {
		list = append(list, views.Option{Value: string(CreditBalance), Label: "Saldo a favor, hay " + views.Money(balance)})
	}
	return list
}

// replaceKind is the kind that a replacement begins with: that of the document.
func (v documentView) replaceKind() string {
	if v.Form.Which == "reemplazo" && v.Form.Code != "" {
		return v.Form.Code
	}
	return string(v.Kind)
}

// reasonCode is what was chosen in a form that came back.
func reasonCode(v documentView, form string) string {
	if v.Form.Which == form {
		return v.Form.Code
	}
	return ""
}

// cashSections are the pages beside the register.
func cashSections(current string) []views.NavItem {
	item := func(label, href string) views.NavItem {
		return views.NavItem{Label: label, Href: href, Current: href == current}
	}
	return []views.NavItem{item("Caja", cashPath), item("Por cobrar", debtsPath)}
}

// verifiedWords are the ways to pay that were checked when a register was closed.
func verifiedWords(list []Method) string {
	words := make([]string, len(list))
	for i, m := range list {
		words[i] = m.Label()
	}
	return strings.Join(words, ", ")
}
