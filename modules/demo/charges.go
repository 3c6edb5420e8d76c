//go:build !js

package demo

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/prices"
	"hampi/modules/patients"
)

// charge is what a visit comes to at the desk: what the patient pays and how, and what is left to an insurer.
type charge struct {
	at        time.Time
	order     billing.Order
	payments  []billing.Payment
	shares    []billing.Share
	agreement uuid.UUID
	later     bool // a receipt, whose document is asked for later
}

// deskTime is how long after a visit its patient stands at the desk.
const deskTime = 4 * time.Minute

// counter knows what things cost on a day.
type counter struct {
	clinic     clinic
	site       uuid.UUID
	day        agenda.Date
	offers     map[prices.Ref]prices.Offer
	agreements map[uuid.UUID]prices.Agreement
}

// charge decides how a visit was charged, the same way in every run.
func (c counter) charge(a agenda.Appointment, p patients.Patient) charge {
	r := dice("charge", a.ID.String())
	out := charge{at: a.EndTime.Add(deskTime)}
	out.order = billing.Order{ID: idOf(out.at, "charge", a.ID.String()), Kind: billing.Boleta, SiteID: c.site, PatientID: &a.PatientID, AppointmentID: &a.ID}
	out.order.Content = billing.Content{IssuedOn: c.day, Currency: billing.Soles, IGVPercent: billing.IGVOn(c.day), Customer: customerOf(p)}
	c.service(a, p, &out)
	if r.Float64() < 0.16 {
		c.product(r, &out)
	}
	luck := r.Float64()
	switch {
	case len(out.shares) > 0:
	case luck < 0.05:
		out.order.Kind, out.order.Customer = billing.Factura, c.clinic.money.company
		out.order.Credit = &billing.Credit{Instalments: billing.SplitEvenly(out.order.Totals().Total, []agenda.Date{c.day.Add(15), c.day.Add(30)})}
		return out
	case luck < 0.09:
		out.later = true
	case luck < 0.16:
		l := &out.order.Lines[0]
		l.Discount, _ = billing.PercentOff(l.UnitPrice, decimal.NewFromInt(10))
	}
	out.payments = pay(r, out.order.Totals().Total, out.later)
	return out
}

// service is the line of what was done, and the insurer's share of it.
func (c counter) service(a agenda.Appointment, p patients.Patient, out *charge) {
	offer := c.offers[prices.Ref{Service: a.ServiceID}]
	var by *prices.Agreement
	if agreed, covered := c.clinic.money.agreementFor(p); covered {
		agreement := c.agreements[c.clinic.agreement(agreed.Name)]
		by, out.agreement = &agreement, agreement.ID
	}
	price := prices.PriceFor(offer, c.site, by, c.day)
	line := billing.Line{
		ServiceID: a.ServiceID, DoctorID: a.DoctorID, Description: offer.Name, Unit: offer.Unit, IGVType: billing.Taxed, Quantity: decimal.NewFromInt(1), UnitPrice: price.Patient,
	}
	if price.Insurer.IsPositive() {
		line.Description += " (copago)"
		out.shares = append(out.shares, billing.Share{
			ID: idOf(out.at, "share", a.ID.String()), ChargeID: out.order.ID, AgreementID: out.agreement, PatientID: a.PatientID, AppointmentID: &a.ID, SiteID: c.site,
			Ref: offer.Ref, DoctorID: a.DoctorID, Description: offer.Name, Unit: offer.Unit, IGVType: billing.Taxed, Quantity: line.Quantity,
			PatientAmount: price.Patient, Amount: price.Insurer, AttendedOn: c.day,
		})
	}
	out.order.Lines = append(out.order.Lines, line)
}

// product is something to take home.
func (c counter) product(r *rand.Rand, out *charge) {
	sold := c.clinic.money.products
	id := c.clinic.product(sold[r.IntN(len(sold))].Name)
	offer := c.offers[prices.Ref{Product: id}]
	out.order.Lines = append(out.order.Lines, billing.Line{
		ProductID: id, Code: offer.Code, Description: offer.Name, Unit: offer.Unit, IGVType: billing.Taxed, Quantity: decimal.NewFromInt(1), UnitPrice: offer.At(c.site),
	})
}

// pay is how somebody pays: mostly at once and in one way, now and then half in cash, or half of it only.
func pay(r *rand.Rand, total decimal.Decimal, whole bool) []billing.Payment {
	method := billing.Cash
	switch at := r.Float64(); {
	case at < 0.26:
		method = billing.Yape
	case at < 0.44:
		method = billing.Card
	case at < 0.52:
		method = billing.Plin
	}
	one := func(m billing.Method, amount decimal.Decimal) billing.Payment {
		p := billing.Payment{Method: m, Amount: amount}
		if m != billing.Cash {
			p.Reference = strconv.Itoa(100_000 + r.IntN(900_000))
		}
		return p
	}
	half := total.Div(decimal.NewFromInt(2)).Round(0)
	switch at := r.Float64(); {
	case whole || total.LessThan(decimal.NewFromInt(40)) || at >= 0.2:
		return []billing.Payment{one(method, total)}
	case at < 0.1:
		return []billing.Payment{one(method, half)}
	}
	return []billing.Payment{one(billing.Cash, half), one(billing.Yape, total.Sub(half))}
}

func customerOf(p patients.Patient) billing.Customer {
	c := billing.Customer{Name: p.FullName(), DocumentType: billing.PaperOf(p.Document.Type)}
	if c.DocumentType != billing.NoPaper {
		c.DocumentNumber = p.Document.Number
	}
	return c.Tidy()
}

// pieces are the notes and coins of an amount, the largest first; what is smaller than the smallest coin is left out.
func pieces(amount decimal.Decimal) map[string]int {
	found := map[string]int{}
	for _, d := range billing.Denominations() {
		n := amount.Div(soles(d)).IntPart()
		if n > 0 {
			found[d], amount = int(n), amount.Sub(soles(d).Mul(decimal.NewFromInt(n)))
		}
	}
	return found
}
