//go:build !js

package billing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing/prices"
	"hampi/modules/platform/fault"
)

// Share is what the insurer of an agreement (convenio) owes for a line of a charge. It stays open until a factura claims
// it or somebody drops it with a reason; a factura that was rejected, voided or taken back whole gives it back.
type Share struct {
	ID            uuid.UUID
	ChargeID      uuid.UUID // the patient's document or receipt has the same id, where the patient pays a part
	Place         int       // of the line in its charge
	AgreementID   uuid.UUID
	PatientID     uuid.UUID
	AppointmentID *uuid.UUID
	SiteID        uuid.UUID
	Ref           prices.Ref
	DoctorID      uuid.UUID
	Description   string
	Unit          string
	IGVType       IGVType
	Quantity      decimal.Decimal
	PatientAmount decimal.Decimal // what the patient pays of the line, before a discount
	Amount        decimal.Decimal // what is left to the insurer
	AttendedOn    agenda.Date
	By            uuid.UUID // a membership
	At            time.Time
	Held          bool // the patient's document was rejected, voided or taken back: look before it is billed
}

// OpenAgreement is what may be billed to an insurer.
type OpenAgreement struct {
	AgreementID uuid.UUID
	Attentions  int
	Amount      decimal.Decimal
	Since       agenda.Date
}

// Errors of what is billed to insurers.
var (
	// ErrSharedBefore is a service of an appointment that another charge has left to the insurer already.
	ErrSharedBefore = fault.Conflicted("shared_before", "Esta atención ya se cargó al convenio. Revise los últimos comprobantes.")
	// ErrNotOpen is something that was billed or dropped meanwhile.
	ErrNotOpen = fault.Conflicted("not_open", "Algo de lo elegido ya se facturó o se quitó. Recargue la página.")
)

// Bill is the wish for a factura to an insurer.
type Bill struct {
	ID          uuid.UUID // made by the form, so that asking twice gives one factura
	AgreementID uuid.UUID
	Shares      []uuid.UUID
	DueOn       agenda.Date // when the insurer pays
	Detraction  bool        // as the law asks, where it does
}

// openOf sums up what may be billed, by agreement.
func openOf(shares []Share) []OpenAgreement {
	var list []OpenAgreement
	charges := map[uuid.UUID]bool{}
	for _, s := range shares {
		i := slices.IndexFunc(list, func(o OpenAgreement) bool { return o.AgreementID == s.AgreementID })
		if i < 0 {
			i, list = len(list), append(list, OpenAgreement{AgreementID: s.AgreementID, Since: s.AttendedOn})
		}
		list[i].Amount = list[i].Amount.Add(s.Amount)
		if s.AttendedOn.Before(list[i].Since) {
			list[i].Since = s.AttendedOn
		}
		if !charges[s.ChargeID] {
			charges[s.ChargeID] = true
			list[i].Attentions++
		}
	}
	return list
}

// billLines are the lines of a factura to an insurer: one for each attention, and one more where parts of it stand
// otherwise to the tax.
func billLines(shares []Share, names map[uuid.UUID]string) []Line {
	shares = slices.Clone(shares)
	slices.SortStableFunc(shares, func(a, b Share) int {
		return cmp.Or(cmp.Compare(a.AttendedOn.String(), b.AttendedOn.String()), cmp.Compare(a.ChargeID.String(), b.ChargeID.String()), cmp.Compare(a.Place, b.Place))
	})
	var lines []Line
	var of []Share
	for _, s := range shares {
		i := slices.IndexFunc(of, func(o Share) bool { return o.ChargeID == s.ChargeID && o.IGVType == s.IGVType })
		if i < 0 {
			of = append(of, s)
			lines = append(lines, Line{
				ServiceID: s.Ref.Service, ProductID: s.Ref.Product, DoctorID: s.DoctorID, Unit: s.Unit, IGVType: s.IGVType, Quantity: decimal.NewFromInt(1), UnitPrice: s.Amount,
				Description: shortDay(s.AttendedOn) + " " + names[s.PatientID] + ": " + s.Description,
			})
			continue
		}
		lines[i] = lines[i].joined(s)
	}
	for i := range lines {
		lines[i].Description = withinLine(lines[i].Description)
	}
	return lines
}

// joined is the line with one more thing of the same attention; it names a service or product only while it is of one.
func (l Line) joined(s Share) Line {
	l.UnitPrice, l.Description = l.UnitPrice.Add(s.Amount), l.Description+", "+s.Description
	if l.ServiceID != s.Ref.Service || l.ProductID != s.Ref.Product {
		l.ServiceID, l.ProductID = uuid.Nil, uuid.Nil
	}
	if s.Unit == UnitService {
		l.Unit = UnitService
	}
	return l
}

// withinLine is a description that a document has room for.
func withinLine(text string) string {
	if letters := []rune(text); len(letters) > longestDescription {
		return string(letters[:longestDescription-1]) + "…"
	}
	return text
}

func shortDay(d agenda.Date) string {
	parts := strings.Split(d.String(), "-")
	return parts[2] + "/" + parts[1] + "/" + parts[0]
}
