package billing

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const chargePath = "/cobros"

func (h front) chargeRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(chargePath+"/nuevo", h.newCharge, charge)
	r.POST(chargePath+"/revision", h.reviewCharge, charge)
	r.POST(chargePath, h.doCharge, charge)
}

// chargeLine is a line of the cart as it is typed.
type chargeLine struct {
	Service                   uuid.UUID
	Text                      string
	Quantity, Price, Discount string
	Unit                      string
	IGV                       IGVType
}

// chargeForm is the charging screen as it is typed.
type chargeForm struct {
	ID          uuid.UUID
	Patient     *uuid.UUID
	Appointment *uuid.UUID
	Doctor      uuid.UUID
	Kind        Kind // boleta, factura or onlyReceipt
	Customer    Customer
	Lines       []chargeLine
	Amounts     map[Method]string
	References  map[Method]string
	Received    string
}

// onlyReceipt is the choice of a preliminary receipt whose document is asked for later.
const onlyReceipt Kind = "recibo"

// wanted is the document that is made of a receipt by itself; none when it is asked for later.
func (f chargeForm) wanted() Kind {
	if f.Kind == onlyReceipt {
		return ""
	}
	return f.Kind
}

// paymentField is the name of the field with what is paid in a way.
func paymentField(m Method) string { return "pago_" + string(m) }

func referenceField(m Method) string { return "operacion_" + string(m) }

// chargeMethods are the ways offered, each with its key.
func chargeMethods() []Method { return []Method{Cash, Yape, Card, Plin, Transfer, Deposit} }

func methodKey(m Method) string {
	switch m {
	case Cash:
		return "e"
	case Yape:
		return "y"
	case Card:
		return "t"
	case Plin:
		return "p"
	}
	return ""
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
		service, err := h.Prices.Service(ctx, a.ServiceID)
		if err != nil {
			return err
		}
		f.Lines = append(f.Lines, lineOf(service))
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
	return h.showCharge(c, http.StatusOK, f, nil)
}

func lineOf(s catalog.Service) chargeLine {
	way, known := IGVTypeOf(s.IGVCode)
	if !known {
		way = Taxed
	}
	l := chargeLine{Service: s.ID, Text: s.Name, Quantity: "1", Price: s.Price.StringFixed(2), Unit: s.SunatUnit, IGV: way}
	if s.NoPrice { // this device holds none: it is typed
		l.Price = ""
	}
	return l
}

// customerOf is a patient as the customer of a boleta.
func customerOf(p patients.Patient) Customer {
	c := Customer{Name: p.FullName(), DocumentType: PaperOf(p.Document.Type)}
	if c.DocumentType != NoPaper {
		c.DocumentNumber = p.Document.Number
	}
	return c.Tidy()
}

// chargeTyped reads the form.
func chargeTyped(in url.Values) (chargeForm, error) {
	f := chargeForm{Kind: Kind(in.Get("comprobante")), Amounts: map[Method]string{}, References: map[Method]string{}, Received: in.Get("recibido")}
	var err error
	if f.ID, err = formID(in.Get("id")); err != nil {
		return f, err
	}
	f.Patient, f.Appointment = idTyped(in.Get("paciente")), idTyped(in.Get("cita"))
	if doctor := idTyped(in.Get("profesional")); doctor != nil {
		f.Doctor = *doctor
	}
	f.Customer = Customer{DocumentType: DocumentType(in.Get("tipo_documento")), DocumentNumber: in.Get("documento"), Name: in.Get("nombre"), Address: in.Get("direccion")}.Tidy()
	for _, m := range chargeMethods() {
		f.Amounts[m], f.References[m] = strings.TrimSpace(in.Get(paymentField(m))), strings.TrimSpace(in.Get(referenceField(m)))
	}
	at := func(field string, i int) string {
		if list := in[field]; i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	for i := range in["linea_texto"] {
		l := chargeLine{
			Text: at("linea_texto", i), Quantity: at("linea_cantidad", i), Price: at("linea_precio", i), Discount: at("linea_descuento", i),
			Unit: at("linea_unidad", i), IGV: IGVType(at("linea_igv", i)),
		}
		if service := idTyped(at("linea_servicio", i)); service != nil {
			l.Service = *service
		}
		f.Lines = append(f.Lines, l)
	}
	return f, nil
}

// content is what the document would say; problems are about what cannot be read at all.
func (f chargeForm) content(now time.Time) (Content, fault.Problems) {
	day := Today(now)
	c := Content{IssuedOn: day, Currency: Soles, IGVPercent: IGVOn(day), Customer: f.Customer}
	problems := fault.Problems{}
	for i, l := range f.Lines {
		line := Line{ServiceID: l.Service, DoctorID: f.Doctor, Description: l.Text, Unit: l.Unit, IGVType: l.IGV}
		quantity, ok := ParseAmount(strings.ReplaceAll(l.Quantity, ",", "."))
		if !ok {
			problems.Add(LineField(i, "quantity"), "Escriba la cantidad, como 1 o 2.")
		}
		line.Quantity = quantity
		line.UnitPrice = soles(l.Price, LineField(i, "unit_price"), problems)
		if l.Discount != "" {
			line.Discount = discountTyped(l.Discount, line, LineField(i, "discount"), problems)
		}
		c.Lines = append(c.Lines, line)
	}
	return c, problems
}

// discountTyped reads "10 %" or an amount.
func discountTyped(typed string, l Line, field string, problems fault.Problems) decimal.Decimal {
	percent, isPercent := strings.CutSuffix(typed, "%")
	if !isPercent {
		return soles(typed, field, problems)
	}
	p, ok := ParseAmount(strings.TrimSpace(strings.ReplaceAll(percent, ",", ".")))
	if !ok {
		problems.Add(field, "Escriba el descuento, como 10 % o 15.00.")
		return decimal.Zero
	}
	discount, problem := PercentOff(cents(l.UnitPrice.Mul(l.Quantity)), p)
	problems.Add(field, problem)
	return discount
}

// payments are what is paid with; empty fields are left out.
func (f chargeForm) payments() ([]Payment, fault.Problems) {
	var list []Payment
	problems := fault.Problems{}
	for _, m := range chargeMethods() {
		if f.Amounts[m] == "" {
			continue
		}
		p := Payment{Method: m, Amount: soles(f.Amounts[m], paymentField(m), problems), Reference: f.References[m]}
		if p.Amount.IsZero() && problems[paymentField(m)] == "" {
			continue
		}
		if m == Cash && f.Received != "" {
			p.Received = soles(f.Received, "recibido", problems)
		}
		list = append(list, p)
	}
	return list, problems
}

// reviewCharge draws the screen again after something was added, taken out or changed.
func (h front) reviewCharge(c echo.Context) error {
	in, err := c.FormParams()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	f, err := chargeTyped(in)
	if err != nil {
		return err
	}
	if id := idTyped(in.Get("anadir")); id != nil {
		service, err := h.Prices.Service(c.Request().Context(), *id)
		if err != nil {
			return err
		}
		f.Lines = append(f.Lines, lineOf(service))
	}
	if i, err := strconv.Atoi(in.Get("quitar")); err == nil && i >= 0 && i < len(f.Lines) {
		f.Lines = append(f.Lines[:i:i], f.Lines[i+1:]...)
	}
	return h.showCharge(c, http.StatusOK, f, nil)
}

func (h front) showCharge(c echo.Context, status int, f chargeForm, problems fault.Problems) error {
	v, err := h.chargeView(c.Request().Context(), f)
	if err != nil {
		return err
	}
	for field, sentence := range problems {
		v.Problems.Add(field, sentence)
	}
	if web.IsFragment(c) {
		return web.Render(c, status, chargeRegion(v))
	}
	return web.Show(c, web.Page{Status: status, Title: "Cobrar", Nav: cashPath, Body: chargeBody(v)})
}

func (h front) chargeView(ctx context.Context, f chargeForm) (v chargeView, err error) {
	v = chargeView{Form: f, Now: h.Now().In(zone(ctx)), OpID: newID().String(), Problems: fault.Problems{}, Away: h.away()}
	if v.Content, v.Problems = f.content(v.Now); len(v.Problems) == 0 {
		v.Totals = v.Content.Totals()
		v.Doubts = v.Content.Doubts(f.wanted())
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
	f, err := chargeTyped(in)
	if err != nil {
		return err
	}
	content, problems := f.content(h.Now())
	payments, unreadable := f.payments()
	for field, sentence := range unreadable {
		problems.Add(field, sentence)
	}
	if len(problems) > 0 {
		return h.showCharge(c, http.StatusUnprocessableEntity, f, problems)
	}
	ctx := c.Request().Context()
	words, address, err := h.take(ctx, f, content, payments)
	if refused, ok := refusals(err); ok {
		return h.showCharge(c, statusOf(err), f, chargeProblems(refused, payments))
	}
	if err != nil {
		return err
	}
	web.Flash(c, words)
	return web.Leave(c, address)
}

// take issues the document, or gives a receipt: on a device, and where the document is asked for later.
func (h front) take(ctx context.Context, f chargeForm, content Content, payments []Payment) (words, address string, err error) {
	if !h.away() && f.Kind != onlyReceipt {
		return h.back.issue(ctx, f, content, payments)
	}
	r, err := h.Receipts.Give(ctx, Receipt{
		ID: f.ID, PatientID: f.Patient, AppointmentID: f.Appointment, SiteID: access.Who(ctx).SiteID, Wanted: f.wanted(), Customer: f.Customer,
		Lines: content.Lines, Payments: payments,
	})
	return "Recibo " + r.Number, receiptPath(r.ID), err
}

// chargeProblems puts problems at the fields of the screen.
func chargeProblems(problems fault.Problems, payments []Payment) fault.Problems {
	pairs := []string{
		"customer.document_type", "tipo_documento", "customer.document_number", "documento", "customer.name", "nombre", "customer.address", "direccion",
		"payments", "pagos",
	}
	for i, p := range payments {
		at := "payments." + strconv.Itoa(i) + "."
		pairs = append(pairs, at+"amount", paymentField(p.Method), at+"reference", referenceField(p.Method), at+"received", "recibido")
	}
	return renamed(problems, pairs...)
}
