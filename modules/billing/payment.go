package billing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// Method is how something is paid.
type Method string

// The ways to pay.
const (
	Cash          Method = "cash"
	Yape          Method = "yape"
	Plin          Method = "plin"
	Card          Method = "card"
	Transfer      Method = "transfer"
	Deposit       Method = "deposit"
	CreditBalance Method = "credit_balance" // what the patient has paid in advance
)

// Methods are all ways, in the order of the charging screen.
func Methods() []Method { return []Method{Cash, Yape, Plin, Card, Transfer, Deposit, CreditBalance} }

// Label is the way on screens.
func (m Method) Label() string {
	switch m {
	case Cash:
		return "Efectivo"
	case Yape:
		return "Yape"
	case Plin:
		return "Plin"
	case Card:
		return "Tarjeta"
	case Transfer:
		return "Transferencia"
	case Deposit:
		return "Depósito"
	case CreditBalance:
		return "A favor"
	}
	return string(m)
}

// printed is the way on documents.
func (m Method) printed() string {
	switch m {
	case Deposit:
		return "DEPOSITO"
	case CreditBalance:
		return "SALDO A FAVOR"
	}
	return strings.ToUpper(m.Label())
}

// Payment is money that came in.
type Payment struct {
	ID        uuid.UUID       `json:"id"`
	Method    Method          `json:"method"`
	Amount    decimal.Decimal `json:"amount"`              // what it pays
	Reference string          `json:"reference,omitempty"` // the operation's number
	Received  decimal.Decimal `json:"received,omitzero"`   // cash handed over; none: the amount itself
	Currency  Currency        `json:"currency,omitempty"`  // its document's; none: soles
}

// Change is what goes back to who pays in cash (vuelto).
func (p Payment) Change() decimal.Decimal {
	if p.Method != Cash || p.Received.IsZero() {
		return decimal.Zero
	}
	return p.Received.Sub(p.Amount)
}

// Payout is money that left a patient's balance.
type Payout struct {
	ID         uuid.UUID
	PatientID  uuid.UUID
	Method     Method
	Amount     decimal.Decimal
	Reference  string
	Reason     string
	MovementID *uuid.UUID // of cash: what left the register
	By         uuid.UUID
	At         time.Time
}

// throughBank reports whether a bank moves the money, in whatever currency. A register counts soles, the apps of phones move
// soles, and a balance is kept in soles.
func (m Method) throughBank() bool { return m == Card || m == Transfer || m == Deposit }

const onlyThroughBank = "En dólares se paga y se devuelve con tarjeta, transferencia o depósito."

// Settlement is how far payments go.
type Settlement struct {
	Due     decimal.Decimal
	Paid    decimal.Decimal
	Pending decimal.Decimal // what is still owed; zero when all is paid
	Change  decimal.Decimal // vuelto
}

// Settle adds payments up against what is due in a currency. Paying less is allowed and leaves a debt; paying more is
// not: what is handed over in excess is change of cash or an advance of its own.
func Settle(due decimal.Decimal, currency Currency, payments []Payment) (Settlement, fault.Problems) {
	s, problems := Settlement{Due: due}, fault.Problems{}
	for i, p := range payments {
		if endless(p.Amount) || endless(p.Received) {
			problems.Add("payments."+strconv.Itoa(i)+".amount", "El importe es demasiado largo.")
			continue
		}
		p.problems("payments."+strconv.Itoa(i)+".", currency, problems)
		s.Paid, s.Change = s.Paid.Add(p.Amount), s.Change.Add(p.Change())
	}
	s.Pending = due.Sub(s.Paid)
	if s.Pending.IsNegative() {
		problems.Add("payments", "Los pagos suman "+currency.Money(s.Paid)+" y se deben "+currency.Money(due)+".")
	}
	return s, problems
}

// longestReference is more than any bank's number of an operation.
const longestReference = 40

func (p Payment) problems(at string, currency Currency, problems fault.Problems) {
	if !slices.Contains(Methods(), p.Method) {
		problems.Add(at+"method", "Elija cómo se paga.")
	}
	if !p.Amount.IsPositive() || hasMoreDecimals(p.Amount, 2) {
		problems.Add(at+"amount", "El pago es mayor que cero y lleva hasta dos decimales.")
	}
	if p.Currency.code() != currency.code() {
		problems.Add(at+"amount", "El comprobante está en "+currency.Words()+" y este pago en "+p.Currency.Words()+".")
	}
	if currency.code() != Soles && !p.Method.throughBank() {
		problems.Add(at+"method", onlyThroughBank)
	}
	problems.Add(at+"reference", textProblem(p.Reference, 0, longestReference, ""))
	switch {
	case p.Received.IsZero():
	case p.Method != Cash:
		problems.Add(at+"received", "Solo el efectivo tiene vuelto.")
	case p.Received.IsNegative() || hasMoreDecimals(p.Received, 2):
		problems.Add(at+"received", "Lo recibido lleva hasta dos decimales.")
	case p.Received.GreaterThan(highestPrice):
		problems.Add(at+"received", "Lo recibido llega como máximo a "+currency.Money(highestPrice)+".")
	case p.Received.LessThan(p.Amount):
		problems.Add(at+"received", "A lo recibido le faltan "+currency.Money(p.Amount.Sub(p.Received))+".")
	}
}

// Rest is what the next payment has to be for all to be paid; never negative.
func Rest(due decimal.Decimal, payments []Payment) decimal.Decimal {
	for _, p := range payments {
		due = due.Sub(p.Amount)
	}
	return decimal.Max(due, decimal.Zero)
}

// PaidWith are payments in the words of the printed document: "EFECTIVO", "TARJETA OP: 0001234", and with several,
// each with its amount: "EFECTIVO 60.00, YAPE 60.00 OP: 481273". What is too long for a document ends in "...".
func PaidWith(payments []Payment) string {
	words := make([]string, 0, len(payments))
	for _, p := range payments {
		word := p.Method.printed()
		if len(payments) > 1 {
			word += " " + p.Amount.StringFixed(2)
		}
		if p.Reference != "" {
			word += " OP: " + p.Reference
		}
		words = append(words, word)
	}
	text := []rune(strings.Join(words, ", "))
	if len(text) > longestPaidWith {
		return string(text[:longestPaidWith-3]) + "..."
	}
	return string(text)
}
