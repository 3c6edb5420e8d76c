//go:build !js

package billing

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/sorting"
)

// Billed is a document in a patient's account.
type Billed struct {
	ID       uuid.UUID
	Name     Name
	Receipt  string     // the number of a preliminary receipt that has no document yet
	Amends   *uuid.UUID // notes alone
	Replaces *uuid.UUID
	IssuedAt time.Time
	Total    decimal.Decimal
	Credited decimal.Decimal
	Paid     decimal.Decimal
	Currency Currency
	Status   Status
	Pending  bool
	Advance  bool
}

// Due is what is still to be paid for it; below zero what is to be given back.
func (b Billed) Due() decimal.Decimal {
	if b.Name.Kind == CreditNote {
		return decimal.Zero
	}
	if !b.Status.Counts() {
		return b.Paid.Neg()
	}
	return b.Total.Sub(b.Credited).Sub(b.Paid)
}

// StatementLine is something that happened in a patient's account. What is asked for stands under Charge, what came in or
// was taken back under Credit; what only passes from one place to another has neither, and an Amount to read.
type StatementLine struct {
	At       time.Time
	Text     string
	Document Name
	Receipt  string    // instead of a document
	Invoice  uuid.UUID // of the document or receipt; none: of the balance
	Status   Status    // of documents
	Pending  bool
	Charge   decimal.Decimal
	Credit   decimal.Decimal
	Amount   decimal.Decimal
	Owed     decimal.Decimal // after it; below zero what the patient has in its favour
}

// Statement is a patient's account: what happened, and where it stands. Owed is what documents ask for less what came in;
// it is Debts less Return less Balance.
type Statement struct {
	Currency Currency
	Lines    []StatementLine
	Owed     decimal.Decimal
	Debts    decimal.Decimal // of documents that are not paid whole
	Return   decimal.Decimal // paid for documents that no longer ask for it
	Balance  decimal.Decimal // in the patient's favour
}

// StatementsOf draws a patient's account up, each currency by itself: in soles, where its balance is, and in dollars where
// something is.
func StatementsOf(documents []Billed, payments []Paid, payouts []Payout) []Statement {
	var list []Statement
	for _, currency := range currencies() {
		billed := slices.DeleteFunc(slices.Clone(documents), func(b Billed) bool { return b.Currency.code() != currency })
		paid := slices.DeleteFunc(slices.Clone(payments), func(p Paid) bool { return p.Currency.code() != currency })
		left := payouts
		if currency != Soles {
			left = nil
		}
		s := StatementOf(billed, paid, left)
		s.Currency = currency
		if currency == Soles || len(s.Lines) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// StatementOf draws an account up from documents, payments and what left a balance, all in one currency.
func StatementOf(documents []Billed, payments []Paid, payouts []Payout) Statement {
	var s Statement
	standing := map[uuid.UUID]bool{}
	for _, d := range documents {
		standing[d.ID] = d.Status.Counts()
		if due := d.Due(); due.IsPositive() {
			s.Debts = s.Debts.Add(due)
		} else {
			s.Return = s.Return.Add(due.Abs())
		}
	}
	for _, d := range documents {
		s.Lines = append(s.Lines, d.line(standing))
	}
	for _, p := range payments {
		s.Lines = append(s.Lines, p.line())
		if p.Method == CreditBalance {
			s.Balance = s.Balance.Sub(p.Amount)
		}
	}
	for _, p := range payouts {
		s.Lines = append(s.Lines, StatementLine{At: p.At, Text: "Saldo a favor devuelto, " + p.Method.Label(), Charge: p.Amount})
		s.Balance = s.Balance.Sub(p.Amount)
	}
	sorting.By(s.Lines, func(a, b StatementLine) int { return a.At.Compare(b.At) })
	for i, l := range s.Lines {
		s.Owed = s.Owed.Add(l.Charge).Sub(l.Credit)
		s.Lines[i].Owed = s.Owed
	}
	return s
}

func (b Billed) line(standing map[uuid.UUID]bool) StatementLine {
	l := StatementLine{At: b.IssuedAt, Text: b.Name.Kind.Label(), Document: b.Name, Invoice: b.ID, Status: b.Status, Pending: b.Pending, Amount: b.Total}
	if b.Advance {
		l.Text += " de adelanto"
	}
	if b.Receipt != "" {
		l.Text, l.Receipt = "Recibo", b.Receipt
	}
	counts := b.Status.Counts()
	if b.Amends != nil && b.Name.Kind == CreditNote {
		if original, known := standing[*b.Amends]; known && !original {
			counts = false // what it took back is not asked for any more
		}
	}
	switch {
	case !counts:
	case b.Name.Kind == CreditNote:
		l.Credit = b.Total
	default:
		l.Charge = b.Total
	}
	return l
}

func (p Paid) line() StatementLine {
	l := StatementLine{At: p.At, Text: p.Label(), Document: p.Document, Receipt: p.Receipt, Invoice: p.of(), Amount: p.Amount.Abs()}
	if p.Document.Number > 0 {
		l.Receipt, l.Invoice = "", p.InvoiceID
	}
	switch {
	case p.Method == CreditBalance || p.MovedID != nil:
	case p.Amount.IsNegative():
		l.Charge = p.Amount.Neg()
	default:
		l.Credit = p.Amount
	}
	return l
}

// Label is a payment on screens.
func (p Paid) Label() string {
	switch {
	case p.MovedID != nil:
		return p.Reason + ", " + p.Method.Label()
	case p.RefundsID != nil && p.Method == CreditBalance:
		return "Pasa a saldo a favor"
	case p.RefundsID != nil:
		return "Devolución, " + p.Method.Label()
	case p.Method == CreditBalance:
		return "Pagado con saldo a favor"
	}
	return "Pago, " + p.Method.Label()
}
