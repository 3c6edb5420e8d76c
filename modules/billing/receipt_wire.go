package billing

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// The entities of this module on the wire and on devices.
const (
	receiptEntity  = "receipt"
	sessionEntity  = "cash_session"
	settingsEntity = "billing_settings"
)

// receiptData is a receipt on the wire. What the server alone says is left out of what a device sends.
type receiptData struct {
	Number        string          `json:"number"`
	PatientID     *uuid.UUID      `json:"patient_id,omitempty"`
	AppointmentID *uuid.UUID      `json:"appointment_id,omitempty"`
	AgreementID   *uuid.UUID      `json:"agreement_id,omitempty"`
	SiteID        uuid.UUID       `json:"site_id"`
	SessionID     uuid.UUID       `json:"cash_session_id"`
	IssuedAt      time.Time       `json:"issued_at"`
	Wanted        Kind            `json:"wanted,omitempty"`
	Customer      Customer        `json:"customer"`
	Lines         []Line          `json:"items"`
	Total         decimal.Decimal `json:"total"`
	Payments      []Payment       `json:"payments"`
	InvoiceID     *uuid.UUID      `json:"invoice_id,omitempty"`
	Document      string          `json:"document,omitempty"` // "B001-00000118"
	Problem       string          `json:"problem,omitempty"`
}

func dataOf(r Receipt) receiptData {
	d := receiptData{
		Number: r.Number, PatientID: r.PatientID, AppointmentID: r.AppointmentID, AgreementID: r.AgreementID, SiteID: r.SiteID, SessionID: r.SessionID, IssuedAt: r.IssuedAt.UTC(),
		Wanted: r.Wanted, Customer: r.Customer, Lines: r.Lines, Total: r.Totals().Total, Payments: r.Payments, InvoiceID: r.InvoiceID, Problem: r.Problem,
	}
	if r.Document.Number > 0 {
		d.Document = r.Document.String()
	}
	return d
}

func (d receiptData) receipt(id uuid.UUID) Receipt {
	return Receipt{
		ID: id, Number: d.Number, PatientID: d.PatientID, AppointmentID: d.AppointmentID, AgreementID: d.AgreementID, SiteID: d.SiteID, SessionID: d.SessionID, IssuedAt: d.IssuedAt,
		Wanted: d.Wanted, Customer: d.Customer, Lines: d.Lines, Payments: d.Payments, InvoiceID: d.InvoiceID, Document: nameOf(d.Document), Problem: d.Problem,
	}
}

// nameOf reads a document's name as a device keeps it, for showing; its kind is not said.
func nameOf(text string) Name {
	series, number, _ := strings.Cut(text, "-")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return Name{}
	}
	return Name{Series: series, Number: n}
}

// sessionData is a register on the wire. A device sends counted alone when it counts; what had to be there it never gets.
type sessionData struct {
	SiteID   uuid.UUID       `json:"site_id"`
	OpenedAt time.Time       `json:"opened_at"`
	Opening  decimal.Decimal `json:"opening_amount"`
	Counted  map[string]int  `json:"counted,omitzero"` // nil: not yet
}

// countData is a count on its way to the server.
type countData struct {
	Counted map[string]int `json:"counted"`
}

func sessionDataOf(s CashSession) sessionData {
	d := sessionData{SiteID: s.SiteID, OpenedAt: s.OpenedAt.UTC(), Opening: s.Opening}
	if s.Counted != nil {
		d.Counted = s.Counted.Pieces
		if d.Counted == nil {
			d.Counted = map[string]int{}
		}
	}
	return d
}

// settingsData is what a device knows of how the clinic emits.
type settingsData struct {
	DiscountLimit decimal.Decimal `json:"discount_limit"`
	FiscalAddress string          `json:"fiscal_address,omitempty"`
}
