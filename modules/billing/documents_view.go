//go:build !js

package billing

import (
	"slices"

	"hampi/modules/platform/textfold"
	"hampi/views"
)

// owed is what is still to be paid for a document in a list; nothing for notes and for what does not count.
func owed(l Listed) string {
	due := l.Total.Sub(l.Credited).Sub(l.Paid)
	if l.Kind == CreditNote || !l.State.Counts() || !due.IsPositive() {
		return ""
	}
	return l.Currency.Money(due)
}

// who is the patient, or whom a document without one names.
func (l documentLine) who() string { return firstText(l.Patient, l.Payer, AnyCustomer().Name) }

// role says who that is.
func (l documentLine) role() string {
	if l.Patient == "" {
		return "Cliente"
	}
	return "Paciente"
}

// sameName reports whether the document names the patient, however it is written.
func (l documentLine) sameName() bool {
	one, other := textfold.Words(l.Patient), textfold.Words(l.Payer)
	slices.Sort(one)
	slices.Sort(other)
	return slices.Equal(one, other)
}

// moved reports whether what was paid for the document went to another.
func (v documentView) moved() bool {
	return slices.ContainsFunc(v.Payments, func(p Paid) bool { return p.MovedID != nil && p.Amount.IsNegative() })
}

// stepLabel is a step of a document's life.
func stepLabel(e Event) string {
	if e.Pending {
		return "Recibida, espera a SUNAT"
	}
	return e.Status.Label()
}

// paymentLabel is a payment on the printed document.
func paymentLabel(p Paid) string {
	if p.RefundsID != nil {
		return p.Label()
	}
	return p.Method.Label()
}

func methodOptions() []views.Option {
	var list []views.Option
	for _, m := range Methods() {
		if m != CreditBalance {
			list = append(list, views.Option{Value: string(m), Label: m.Label()})
		}
	}
	return list
}

// bankOptions are the ways that a bank moves money, in whatever currency.
func bankOptions() []views.Option {
	return slices.DeleteFunc(methodOptions(), func(o views.Option) bool { return !Method(o.Value).throughBank() })
}

// reasonOptions are the reasons offered on the page: those that take back all, or an amount.
func reasonOptions(amended Kind) []views.Option {
	var list []views.Option
	for _, r := range Reasons(CreditNote, amended) {
		if r != NewDates && r != WrongDescription {
			list = append(list, views.Option{Value: string(r), Label: r.Label(CreditNote)})
		}
	}
	return list
}

func paymentOptions(payments []Paid) []views.Option {
	var list []views.Option
	for _, p := range payments {
		if p.Amount.IsPositive() {
			list = append(list, views.Option{Value: p.ID.String(), Label: p.Method.Label() + " " + p.Currency.Money(p.Amount)})
		}
	}
	return list
}

func orDue(v documentView) string {
	if v.Form.Which == "pago" {
		return v.Form.Amount
	}
	return v.Account.Due().StringFixed(2)
}

func refundAmount(v documentView) string {
	if v.Form.Which == "devolucion" {
		return v.Form.Amount
	}
	return ""
}

func reasonOf(v documentView, form string) string {
	if v.Form.Which == form {
		return v.Form.Reason
	}
	return ""
}
