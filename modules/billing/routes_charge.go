package billing

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/billing/prices"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const chargePath = "/cobros"

func (h front) chargeRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(chargePath+"/nuevo", h.newCharge, charge)
	r.POST(chargePath+"/revision", h.reviewCharge, charge, web.Asks())
	r.POST(chargePath+"/buscar", h.findOffers, charge, web.Asks())
	r.POST(chargePath, h.doCharge, charge)
}

// chargeView is the charging screen.
type chargeView struct {
	Form     chargeForm
	Patient  string
	Document string
	Visit    string // who attended and when
	Session  *CashSession
	Content  Content
	Totals   Totals
	Latest   templ.Component // their latest documents, if any
	Next     string          // the series and number that would be given
	Away     bool            // on a device, which gives receipts alone
	Doubts   []string
	Problems fault.Problems
	Now      time.Time
	OpID     string
	Cover    templ.Component // which agreement covers the patient
	Terms    templ.Component // instalments and detracción of a factura
	Held     templ.Component // advances to be deducted
	Consent  templ.Component // who lets a discount above the limit pass
	Before   []chargedAs     // what the visit was charged with already
}

// payable is what is to be paid at the desk: the detracción goes into the clinic's account at the bank.
func (v chargeView) payable() decimal.Decimal {
	if v.Content.Detraction == nil {
		return v.Totals.Total
	}
	return v.Totals.Total.Sub(v.Content.Detraction.Amount)
}

// receipt holds when the charge ends in a preliminary receipt.
func (v chargeView) receipt() bool { return v.Away || v.Form.Kind == onlyReceipt }

// newCharge begins a cart: of an appointment, or of a person.
func (h front) newCharge(c echo.Context) error {
	ctx := c.Request().Context()
	f := chargeForm{ID: newID(), Kind: Boleta, Customer: AnyCustomer(), Amounts: map[Method]string{}, References: map[Method]string{}}
	if id, err := uuid.Parse(c.QueryParam("cita")); err == nil {
		a, err := h.Visits.Appointment(ctx, id)
		if err != nil {
			return err
		}
		f.Appointment, f.Patient, f.Doctor = &a.ID, &a.PatientID, a.DoctorID
		offer, err := h.Book.Offer(ctx, prices.Ref{Service: a.ServiceID})
		if err != nil {
			return err
		}
		f.Lines = append(f.Lines, lineOf(offer, access.Who(ctx).SiteID))
	}
	if id, err := uuid.Parse(c.QueryParam("presupuesto")); err == nil {
		if err := h.fillBudget(ctx, id, &f); err != nil {
			return err
		}
	}
	if id, err := uuid.Parse(c.QueryParam("paciente")); err == nil {
		f.Patient = &id
	}
	if f.Patient != nil {
		p, err := h.People.Patient(ctx, *f.Patient)
		if err != nil {
			return err
		}
		f.Customer = customerOf(p)
	}
	if err := h.prepare(ctx, &f); err != nil {
		return err
	}
	return h.showCharge(c, http.StatusOK, f, nil)
}

// offersShown is how many answers the search of the cart gives.
const offersShown = 12

// findOffers answers the search of the cart: services and products by code or name, at what they cost here.
func (h front) findOffers(c echo.Context) error {
	ctx := c.Request().Context()
	query := c.FormValue("q")
	found, err := h.Book.Find(ctx, query, offersShown)
	if err != nil {
		return err
	}
	day := Today(h.Now())
	var agreement *prices.Agreement
	if id := idTyped(c.QueryParam("convenio")); id != nil {
		a, err := h.Book.Agreement(ctx, *id)
		if err != nil {
			return err
		}
		agreement = &a
	}
	rows := make([]offerRow, len(found))
	for i, o := range found {
		rows[i] = offerRow{o, prices.PriceFor(o, access.Who(ctx).SiteID, agreement, day)}
	}
	return web.Render(c, http.StatusOK, offerOptions(rows, query))
}

// offerRow is an offer with what it costs here.
type offerRow struct {
	prices.Offer
	Price prices.Price
}

// reviewCharge draws the screen again after something was added, taken out or changed.
func (h front) reviewCharge(c echo.Context) error {
	in, err := c.FormParams()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	ctx := c.Request().Context()
	f, err := h.cart(ctx, in)
	if err != nil {
		return err
	}
	if ref, ok := prices.ParseRef(in.Get("anadir")); ok {
		offer, err := h.Book.Offer(ctx, ref)
		if err != nil {
			return err
		}
		f.Lines = append(f.Lines, lineOf(offer, access.Who(ctx).SiteID))
	}
	if i, err := strconv.Atoi(in.Get("quitar")); err == nil && i >= 0 && i < len(f.Lines) {
		f.Lines = append(f.Lines[:i:i], f.Lines[i+1:]...)
	}
	if err := h.prepare(ctx, &f); err != nil {
		return err
	}
	return h.showCharge(c, http.StatusOK, f, nil)
}

// cart reads the form. What a line says, its unit and its IGV are the price list's, and who attends and is attended the
// visit's, whatever the form carries.
func (h front) cart(ctx context.Context, in url.Values) (chargeForm, error) {
	f, err := chargeTyped(in)
	if err != nil {
		return f, err
	}
	var budget Budget
	if f.Budget != nil && h.Budgets != nil {
		if budget, err = h.Budgets.Budget(ctx, *f.Budget); err != nil {
			return f, err
		}
	}
	f.Doctor = budget.DoctorID
	for i, l := range f.Lines {
		offer, err := h.Book.Offer(ctx, l.Ref)
		if err != nil {
			return f, err
		}
		listed := lineOf(offer, access.Who(ctx).SiteID)
		f.Lines[i].Text, f.Lines[i].Unit, f.Lines[i].IGV = listed.Text+budget.where(l.Item), listed.Unit, listed.IGV
	}
	if f.Kind == Factura && f.Customer.DocumentType == NoPaper && (h.away() || in.Get("comprobante_antes") == string(Factura)) {
		f.Customer.DocumentType = RUC // a factura knows no other; the server looks the patient's up first
		if f.Customer.Name == AnyCustomer().Name {
			f.Customer.Name = ""
		}
	}
	if f.Appointment == nil {
		return f, nil
	}
	a, err := h.Visits.Appointment(ctx, *f.Appointment)
	f.Patient, f.Doctor = &a.PatientID, a.DoctorID
	return f, err
}

func (h front) showCharge(c echo.Context, status int, f chargeForm, problems fault.Problems) error {
	v, err := h.chargeView(c.Request().Context(), f)
	if err != nil {
		return err
	}
	for field, sentence := range problems {
		v.Problems.Add(field, sentence)
	}
	if err := h.cover(c.Request().Context(), &v); err != nil {
		return err
	}
	if !h.away() {
		if err := h.back.beside(c.Request().Context(), &v); err != nil {
			return err
		}
	}
	if web.IsFragment(c) {
		return web.Render(c, status, chargeRegion(v))
	}
	return web.Show(c, web.Page{Status: status, Title: "Cobrar", Nav: cashPath, Body: chargeBody(v)})
}

func (h front) chargeView(ctx context.Context, f chargeForm) (v chargeView, err error) {
	v = chargeView{Form: f, Now: h.Now().In(zone(ctx)), OpID: newID().String(), Problems: fault.Problems{}, Away: h.away()}
	if v.Content, v.Problems = f.content(v.Now); len(v.Problems) == 0 {
		if !h.away() {
			h.back.terms(f, &v.Content, v.Problems)
		}
		v.Totals = v.Content.Totals()
		v.Doubts = v.Content.Doubts(f.wanted())
		if _, applies := DetractionFor(f.Kind, v.Content, OtherServices); applies && v.Away {
			v.Doubts = append(v.Doubts, "Esta factura lleva detracción y sin conexión sale sin ella. Si puede, espere la conexión.")
		}
	}
	if v.Before, err = h.chargedBefore(ctx, f); err != nil {
		return v, err
	}
	session, err := h.Till.Open(ctx, access.Who(ctx).SiteID)
	if err == nil {
		v.Session = &session
	} else if !errors.Is(err, ErrNoCash) {
		return v, err
	}
	if v.receipt() {
		v.Next, err = h.Receipts.store.nextReceipt(ctx)
	} else {
		v.Next, err = h.back.nextName(ctx, access.Who(ctx).SiteID, f.Kind)
	}
	if err != nil {
		return v, err
	}
	return v, h.around(ctx, &v)
}

// around adds what stands beside the cart: who is charged, of what visit, and their latest documents.
func (h front) around(ctx context.Context, v *chargeView) error {
	if v.Form.Patient == nil {
		return nil
	}
	p, err := h.People.Patient(ctx, *v.Form.Patient)
	if err != nil {
		return err
	}
	v.Patient, v.Document = p.FullName(), p.Document.Label()
	if v.Form.Appointment != nil {
		a, err := h.Visits.Appointment(ctx, *v.Form.Appointment)
		if err != nil {
			return err
		}
		names, err := h.memberNames(ctx)
		if err != nil {
			return err
		}
		v.Visit = visitWords(names[a.DoctorID], a.StartTime.In(v.Now.Location()), v.Now)
	}
	if !h.away() {
		v.Latest, err = h.back.latest(ctx, *v.Form.Patient, v.Now)
	}
	return err
}

// doCharge issues the document, or gives the receipt, and takes the money: both or neither.
func (h front) doCharge(c echo.Context) error {
	in, err := c.FormParams()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	ctx := c.Request().Context()
	f, err := h.cart(ctx, in)
	if err != nil {
		return err
	}
	if err := h.prepare(ctx, &f); err != nil {
		return err
	}
	content, problems := f.content(h.Now())
	payments, unreadable := f.payments()
	for field, sentence := range unreadable {
		problems.Add(field, sentence)
	}
	if !h.away() && len(problems) == 0 {
		h.back.terms(f, &content, problems)
	}
	if h.away() && f.needsServer() {
		problems.Add("", "La conexión se cortó. El crédito, la detracción, los adelantos y el saldo a favor la requieren: siguen anotados; espere y vuelva a cobrar.")
	}
	if len(problems) == 0 {
		before, err := h.chargedBefore(ctx, f)
		if err != nil {
			return err
		}
		problems = f.asked(chargeView{Content: content, Totals: content.Totals()}.payable(), content, payments, before)
	}
	if len(problems) > 0 {
		return h.showCharge(c, http.StatusUnprocessableEntity, f, problems)
	}
	words, address, err := h.take(ctx, f, content, payments)
	if err == nil {
		err = h.tellBudget(ctx, f, content, payments)
	}
	if refused, ok := refusals(err); ok {
		return h.showCharge(c, statusOf(err), f, chargeProblems(refused, payments))
	}
	if err != nil {
		return err
	}
	web.Flash(c, words+changeWords(payments))
	return web.Leave(c, address)
}

// take issues the document, or gives a receipt: on a device, and where the document is asked for later.
func (h front) take(ctx context.Context, f chargeForm, content Content, payments []Payment) (words, address string, err error) {
	if !h.away() {
		return h.back.issue(ctx, f, content, payments, func() (string, string, error) { return h.give(ctx, f, content, payments) })
	}
	if len(content.Lines) < len(f.Lines) {
		return "", "", fault.InvalidField("items", "Lo que el convenio paga entero se carga con conexión. Quítelo, o cobre cuando vuelva la internet.")
	}
	if err := h.withinLimit(ctx, content, access.Who(ctx).SiteID, f.Agreement); err != nil {
		return "", "", err
	}
	return h.give(ctx, f, content, payments)
}

func (h front) give(ctx context.Context, f chargeForm, content Content, payments []Payment) (words, address string, err error) {
	r := Receipt{
		ID: f.ID, PatientID: f.Patient, AppointmentID: f.Appointment, SiteID: access.Who(ctx).SiteID, Wanted: f.wanted(), Customer: f.Customer,
		Lines: content.Lines, Payments: payments,
	}
	if f.Agreement != nil {
		r.AgreementID = &f.Agreement.ID
	}
	r, err = h.Receipts.Give(ctx, r)
	return "Recibo " + r.Number, receiptPath(r.ID), err
}
