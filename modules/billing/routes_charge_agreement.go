package billing

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/billing/prices"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// prepare fills in the agreement and its prices, and what only the server knows.
func (h front) prepare(ctx context.Context, f *chargeForm) error {
	if err := h.chooseAgreement(ctx, f); err != nil {
		return err
	}
	if err := h.priceLines(ctx, f); err != nil || h.away() {
		return err
	}
	return h.back.prepare(ctx, f)
}

// cover offers the agreements that hold today, where there is a patient and any.
func (h front) cover(ctx context.Context, v *chargeView) error {
	if v.Form.Patient == nil {
		return nil
	}
	list, err := h.Book.Agreements(ctx, Today(h.Now()))
	if err == nil && len(list) > 0 {
		v.Cover = chargeCover(coverView{v.Form, list})
	}
	return err
}

// chooseAgreement is the one picked on the screen, or what the patient was charged by last; only one that holds today.
func (h front) chooseAgreement(ctx context.Context, f *chargeForm) error {
	if f.Patient == nil {
		return nil
	}
	today := Today(h.Now())
	if f.Typed == nil {
		a, err := h.Book.AgreementOf(ctx, *f.Patient, today)
		f.Agreement = a
		return err
	}
	id := idTyped(f.Typed.Get("convenio"))
	if id == nil {
		return nil
	}
	a, err := h.Book.Agreement(ctx, *id)
	if err != nil {
		return err
	}
	if a.Holds(today) {
		f.Agreement = &a
	}
	return nil
}

// priceLines gives what is priced by an agreement its price and parts, whatever was typed; when the agreement was taken
// away, the site's price again.
func (h front) priceLines(ctx context.Context, f *chargeForm) error {
	left := f.Agreement == nil && f.Typed.Get("convenio_antes") != ""
	if f.Agreement == nil && !left {
		return nil
	}
	site, today := access.Who(ctx).SiteID, Today(h.Now())
	for i, l := range f.Lines {
		if l.Ref == (prices.Ref{}) {
			continue
		}
		offer, err := h.Book.Offer(ctx, l.Ref)
		if err != nil {
			return err
		}
		price := prices.PriceFor(offer, site, f.Agreement, today)
		f.Lines[i].Price = price.Full.StringFixed(2)
		if f.Agreement != nil && l.IGV != Free {
			f.Lines[i].Split = &price
		}
	}
	return nil
}

// coverView is which agreement covers the patient.
type coverView struct {
	Form       chargeForm
	Agreements []prices.Agreement
}

func (v coverView) chosen() string {
	if v.Form.Agreement == nil {
		return ""
	}
	return v.Form.Agreement.ID.String()
}

func (v coverView) options() []views.Option {
	list := []views.Option{{Value: "", Label: "Particular"}}
	for _, a := range v.Agreements {
		list = append(list, views.Option{Value: a.ID.String(), Label: a.Name})
	}
	return list
}

// listed is what each line of a document costs by the list of a site, and by the agreement the patient's part.
func (f Front) listed(ctx context.Context, c Content, site uuid.UUID, by *prices.Agreement) ([]decimal.Decimal, error) {
	list := make([]decimal.Decimal, len(c.Lines))
	for i, l := range c.Lines {
		list[i] = l.UnitPrice
		ref := prices.Ref{Service: l.ServiceID, Product: l.ProductID}
		if ref == (prices.Ref{}) {
			continue
		}
		offer, err := f.Book.Offer(ctx, ref)
		if err != nil {
			return nil, err
		}
		switch way, _ := IGVTypeOf(offer.IGVCode); {
		case way == Free:
			list[i] = decimal.Zero // its price is a reference that nobody pays
		case !offer.NoPrice && c.rate().IsPositive(): // dollars without their rate are refused for that
			asked := prices.PriceFor(offer, site, by, c.IssuedOn).Patient
			list[i] = decimal.Max(list[i], asked.DivRound(c.rate(), 2))
		}
	}
	return list, nil
}

// withinLimit refuses lines on which more is given off the list than the clinic's limit, by a discount or by a lower price,
// to who may not give more and has nobody at hand who may.
func (f Front) withinLimit(ctx context.Context, c Content, site uuid.UUID, by *prices.Agreement) error {
	if access.Who(ctx).Can(accounts.BillingOverride) {
		return nil
	}
	limit, err := f.Till.store.discountLimit(ctx)
	if err != nil {
		return err
	}
	listed, err := f.listed(ctx, c, site, by)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	for _, g := range aboveLimit(c.Lines, listed, limit) {
		problems.Add(LineField(g.Place, c.Lines[g.Place].givenBy()), "Sin autorización el descuento llega a "+limit.String()+" % del precio de lista, "+c.Currency.Money(g.Most)+".")
	}
	return problems.Err()
}

// grant is a discount above the limit that somebody let pass.
type grant struct {
	Place   int
	Listed  decimal.Decimal // what the line comes to by the list
	Given   decimal.Decimal // off that
	Most    decimal.Decimal // what would have needed nobody
	Limit   decimal.Decimal // percent
	Reason  string
	AskedBy uuid.UUID
	By      uuid.UUID
}

// aboveLimit are the lines on which more is given off the list than the clinic's limit: by a discount, by a lower price, by
// giving it away, or by charging a part of a service, which is done or not.
func aboveLimit(lines []Line, listed []decimal.Decimal, limit decimal.Decimal) []grant {
	var list []grant
	for i, l := range lines {
		full := cents(listed[i].Mul(l.whole()))
		given := full.Sub(l.asked())
		most, _ := PercentOff(full, limit)
		if given.GreaterThan(most) {
			list = append(list, grant{Place: i, Listed: full, Given: given, Most: most, Limit: limit})
		}
	}
	return slices.Clip(list)
}
