package billing

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

// Receipt is a preliminary receipt (recibo preliminar): what is handed over when money is taken and no electronic
// document is made yet, for want of a connection or by choice. It never changes; the document comes beside it.
type Receipt struct {
	ID            uuid.UUID
	Number        string // "R02-000118"
	PatientID     *uuid.UUID
	AppointmentID *uuid.UUID
	AgreementID   *uuid.UUID // by which it was priced; none: a private patient
	SiteID        uuid.UUID
	SessionID     uuid.UUID // the register that took the money
	By            uuid.UUID // a membership
	IssuedAt      time.Time
	Wanted        Kind // boleta or factura, made by itself when the server has it; none: asked for later
	Customer      Customer
	Lines         []Line
	Payments      []Payment
	InvoiceID     *uuid.UUID
	Document      Name   // of the invoice; the zero Name without, and on a device
	Problem       string // why the document could not be made
	Pending       bool   // on a device: the server has not got it
	Version       int64
}

// Content is what the document made of the receipt says on a day.
func (r Receipt) Content(day agenda.Date) Content {
	return Content{IssuedOn: day, Currency: Soles, IGVPercent: IGVOn(r.Day()), Customer: r.Customer, Lines: r.Lines, PaidWith: PaidWith(r.Payments)}
}

// Day is the day on SUNAT's calendar on which the money was taken.
func (r Receipt) Day() agenda.Date { return Today(r.IssuedAt) }

// Totals is what the receipt comes to: the same as the document made of it.
func (r Receipt) Totals() Totals { return TotalsOf(r.Lines, IGVOn(r.Day())) }

// open reports whether a document is still to be made of it.
func (r Receipt) open() bool { return r.InvoiceID == nil }

// Problems checks a receipt as it is handed over. One that wants a document is checked as that document is, so that what
// SUNAT would refuse is said while the customer is there.
func (r Receipt) Problems() fault.Problems {
	kind := r.Wanted
	if kind != Factura {
		kind = Boleta
	}
	problems := r.Content(r.Day()).Problems(kind, nil, r.Day())
	if r.Wanted == "" {
		for field := range problems {
			if strings.HasPrefix(field, "customer.") {
				delete(problems, field) // asked for when the document is
			}
		}
	}
	if r.Wanted != "" && r.Wanted != Boleta && r.Wanted != Factura {
		problems.Add("wanted", "Elija boleta o factura.")
	}
	if len(problems) > 0 {
		return problems
	}
	return r.moneyProblems()
}

// moneyProblems are about what is paid: a receipt is of money, and of no more than it comes to.
func (r Receipt) moneyProblems() fault.Problems {
	total := r.Totals().Total
	settled, problems := Settle(total, Soles, r.Payments)
	if !total.IsPositive() {
		problems.Add("items", "El total de un recibo es mayor que cero.")
	}
	for i, p := range r.Payments {
		if p.Method == CreditBalance {
			problems.Add("payments."+strconv.Itoa(i)+".method", "El saldo a favor se usa con el comprobante, no con un recibo.")
		}
	}
	if len(r.Payments) == 0 || !settled.Paid.IsPositive() {
		problems.Add("payments", "Un recibo es de lo que se paga; falta el pago.")
	}
	return problems
}

// standing are the problems for which not even a receipt stands: what is said and what was paid do not agree with one
// another. The money is taken already when the server hears of it, so nothing else refuses it.
func (r Receipt) standing(total decimal.Decimal) fault.Problems {
	content := r.Content(r.Day())
	problems := fault.Problems{}
	if content.hugeProblems(problems); len(problems) > 0 {
		return problems
	}
	if content.lineProblems(problems); len(problems) > 0 {
		return problems
	}
	problems = r.moneyProblems()
	if !total.Equal(r.Totals().Total) {
		problems.Add("total", "El total no es la suma de las líneas: son "+Soles.Money(r.Totals().Total)+".")
	}
	return problems
}

// numbered gives payments without an id one that follows from the receipt's.
func (r Receipt) numbered() Receipt {
	payments := make([]Payment, len(r.Payments))
	for i, p := range r.Payments {
		if p.ID == uuid.Nil {
			p.ID = uuid.NewSHA1(r.ID, []byte{byte(i)})
		}
		payments[i] = p
	}
	r.Payments = payments
	return r
}

// paid are the payments of a receipt as a register shows them.
func (r Receipt) paid() []Paid {
	list := make([]Paid, len(r.Payments))
	for i, p := range r.Payments {
		list[i] = Paid{Payment: p, SessionID: r.SessionID, ReceiptID: r.ID, Receipt: r.Number, Document: r.Document, PatientID: r.PatientID, By: r.By, At: r.IssuedAt}
	}
	return list
}

// same reports whether two receipts say the same, apart from their number and when they were made.
func (r Receipt) same(other Receipt) bool {
	return r.Wanted == other.Wanted && r.Customer == other.Customer && r.Totals().Total.Equal(other.Totals().Total) && PaidWith(r.Payments) == PaidWith(other.Payments)
}

// Errors of receipts.
var (
	ErrNoDeviceNumber = fault.Conflicted("no_device_number", "Este equipo aún no tiene su número de recibos. Entre una vez con conexión y vuelva a cobrar.")
	ErrOtherReceipt   = fault.Conflicted("id_reused", "Ese recibo ya se dio con otros datos. Recargue la página.")
)
