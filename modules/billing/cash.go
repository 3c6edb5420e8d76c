package billing

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/fault"
)

// CashSession is one person's register at one site, from its opening to its closing.
type CashSession struct {
	ID        uuid.UUID
	SiteID    uuid.UUID
	Owner     uuid.UUID // a membership
	OpenedAt  time.Time
	Opening   decimal.Decimal
	Counted   *Count // nil: not counted yet
	CountedAt *time.Time
	Reason    string   // why the count differs
	Verified  []Method // other ways to pay that were checked at closing
	ClosedAt  *time.Time
	Version   int64
	Pending   bool // on a device: the server has not got it, or not all of it
}

// Count is what was found in the register, and what had to be there. Nobody sees what had to be there before.
type Count struct {
	Pieces   map[string]int // by denomination: "100.00" → 2
	Amount   decimal.Decimal
	Expected decimal.Decimal
}

// Difference is what is too much; below zero what is missing.
func (c Count) Difference() decimal.Decimal { return c.Amount.Sub(c.Expected) }

// Movement is money that goes in or out of a register without a document: petty cash, change fetched, a deposit at the bank.
type Movement struct {
	ID        uuid.UUID
	SessionID uuid.UUID
	Amount    decimal.Decimal // below zero what left
	Concept   string
	By        uuid.UUID
	At        time.Time
}

// Paid is a payment as it is kept: with its register and its document.
type Paid struct {
	Payment
	SessionID uuid.UUID // none: it passed no register
	InvoiceID uuid.UUID // none as long as its receipt has no document
	Document  Name
	ReceiptID uuid.UUID // none: taken with the document
	Receipt   string    // its number
	PatientID *uuid.UUID
	RefundsID *uuid.UUID // what it gives back; its amount is below zero
	MovedID   *uuid.UUID // the document that it came from, or (below zero) that it went to
	Reason    string     // of a refund
	By        uuid.UUID
	At        time.Time
}

// paper is what a payment was taken with: its document, or its receipt as long as there is none.
func (p Paid) paper() string {
	if p.Document.Number == 0 {
		return p.Receipt
	}
	return p.Document.String()
}

// of names the charge that a payment belongs to.
func (p Paid) of() uuid.UUID {
	if p.ReceiptID != uuid.Nil {
		return p.ReceiptID
	}
	return p.InvoiceID
}

// Denominations are the notes and coins of the sol, the largest first.
func Denominations() []string {
	return []string{"200.00", "100.00", "50.00", "20.00", "10.00", "5.00", "2.00", "1.00", "0.50", "0.20", "0.10"}
}

// mostPieces bounds a typing slip, not a drawer.
const mostPieces = 9999

// CountedAmount adds up pieces; a denomination that does not exist, or a number of pieces that cannot be, is a problem of
// its field ("piezas.100.00").
func CountedAmount(pieces map[string]int) (decimal.Decimal, fault.Problems) {
	sum, problems := decimal.Zero, fault.Problems{}
	known := map[string]bool{}
	for _, d := range Denominations() {
		known[d] = true
	}
	for d, n := range pieces {
		switch {
		case !known[d]:
			problems.Add(PiecesField(d), "No hay billete ni moneda de "+d+".")
		case n < 0 || n > mostPieces:
			problems.Add(PiecesField(d), "De 0 a "+strconv.Itoa(mostPieces)+" piezas.")
		default:
			sum = sum.Add(decimal.RequireFromString(d).Mul(decimal.NewFromInt(int64(n))))
		}
	}
	return sum, problems
}

// PiecesField is the name of the field that counts a denomination.
func PiecesField(denomination string) string { return "piezas." + denomination }

// Expected is what has to be in a register: what it began with, the cash taken and given back, and what went in and out.
func Expected(opening decimal.Decimal, payments []Paid, movements []Movement) decimal.Decimal {
	sum := opening
	for _, p := range payments {
		if p.Method == Cash && p.Currency.code() == Soles {
			sum = sum.Add(p.Amount)
		}
	}
	for _, m := range movements {
		sum = sum.Add(m.Amount)
	}
	return sum
}

// MethodSum is what a register took in one way, in one currency.
type MethodSum struct {
	Method   Method
	Currency Currency
	Count    int
	Amount   decimal.Decimal
}

// Label is the way on screens.
func (s MethodSum) Label() string {
	if s.Currency.code() == Soles {
		return s.Method.Label()
	}
	return s.Method.Label() + ", " + s.Currency.Words()
}

// ByMethod adds payments up by the way they were made, in the order of the screens; ways nobody used are left out.
func ByMethod(payments []Paid) []MethodSum {
	var sums []MethodSum
	for _, currency := range currencies() {
		for _, m := range Methods() {
			s := MethodSum{Method: m, Currency: currency}
			for _, p := range payments {
				if p.Method == m && p.Currency.code() == currency {
					s.Count, s.Amount = s.Count+1, s.Amount.Add(p.Amount)
				}
			}
			if s.Count > 0 {
				sums = append(sums, s)
			}
		}
	}
	return sums
}

// Errors of the register.
var (
	ErrNoCash      = fault.Conflicted("no_open_cash_session", "No tiene una caja abierta en esta sede. Ábrala y vuelva a cobrar.")
	ErrOpenCash    = fault.Conflicted("open_cash_session", "Ya tiene una caja abierta en esta sede.")
	ErrClosedCash  = fault.Conflicted("closed_cash_session", "Esa caja ya está cerrada.")
	ErrBeingVoided = fault.Conflicted("in_voiding", "El comprobante se está anulando; espere la respuesta antes de cobrarlo.")
	ErrCounted     = fault.Conflicted("counted", "El efectivo de esta caja ya se contó; el conteo no cambia.")
	ErrNotCounted  = fault.Conflicted("not_counted", "Cuente el efectivo antes de cerrar la caja.")
)

// highestCash bounds a typing slip.
var highestCash = decimal.RequireFromString("999999.99")

func cashAmountProblem(amount decimal.Decimal) string {
	switch {
	case amount.IsNegative():
		return "El importe no es negativo."
	case hasMoreDecimals(amount, 2):
		return "El importe lleva hasta dos decimales."
	case amount.GreaterThan(highestCash):
		return "El importe es demasiado grande."
	}
	return ""
}
