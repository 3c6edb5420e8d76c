//go:build !js

package billing

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const accountTab = "cuenta"

// Tabs are the sections of a patient's page that billing draws.
func Tabs() []patients.Tab {
	charges := func(ctx context.Context, _ patients.Patient) bool { return access.Who(ctx).Can(accounts.BillingCharge) }
	return []patients.Tab{{Path: accountTab, Label: "Cuenta", Order: 650, For: charges}}
}

// accountPath is a patient's account.
func accountPath(patient uuid.UUID) string {
	return "/pacientes/" + patient.String() + "/" + accountTab
}

func (h screens) accountRoutes(r *web.Router) {
	charge, override := web.Needs(accounts.BillingCharge), web.Needs(accounts.BillingOverride)
	const path = "/pacientes/:id/" + accountTab
	r.GET(path, h.account, charge)
	r.GET(path+"/imprimir", h.printAccount, charge)
	r.POST(path+"/pagos", h.payFromAccount, charge)
	r.POST(path+"/adelantos", h.takeAdvance, charge)
	r.POST(path+"/devoluciones", h.payOut, override)
}

// accountForm is what is typed on the page of an account.
type accountForm struct {
	ID      string `form:"id"`
	Invoice string `form:"comprobante"`
	Method  string `form:"medio"`
	Amount  string `form:"importe"`
	Ref     string `form:"operacion"`
	Purpose string `form:"concepto"`
	Kind    string `form:"tipo"`
	DocType string `form:"tipo_documento"`
	DocNo   string `form:"documento"`
	Name    string `form:"nombre"`
	Address string `form:"direccion"`
	Reason  string `form:"motivo"`
	Which   string `form:"-"` // the form that came back: "pago", "adelanto", "devolucion"
}

// accountView is a patient's account as its page shows it.
type accountView struct {
	Frame     patients.Frame
	Statement             // in soles
	Others    []Statement // in other currencies
	Open      []Billed    // documents that are owed
	Advances  []Advance
	Form      accountForm
	Problems  fault.Problems
	Override  bool
	Now       time.Time
	OpID      string
}

func (v accountView) local(t time.Time) time.Time { return t.In(v.Now.Location()) }

func (v accountView) path() string { return accountPath(v.Frame.Patient.ID) }

func (v accountView) problems(form string) fault.Problems {
	if v.Form.Which == form {
		return v.Problems
	}
	return nil
}

// typed is what stands in a form that came back; of another form what it begins with.
func (v accountView) typed(form, value, otherwise string) string {
	if v.Form.Which == form {
		return value
	}
	return otherwise
}

// openOptions are the documents that may be paid, with what each asks for.
func (v accountView) openOptions() []views.Option {
	var list []views.Option
	for _, b := range v.Open {
		list = append(list, views.Option{Value: b.ID.String(), Label: b.Name.String() + ", debe " + b.Currency.Money(b.Due())})
	}
	return list
}

func (h screens) account(c echo.Context) error {
	return h.showAccount(c, http.StatusOK, accountForm{}, nil)
}

func (h screens) showAccount(c echo.Context, status int, f accountForm, problems fault.Problems) error {
	v, err := h.accountView(c)
	if err != nil {
		return err
	}
	if id := c.Param("id"); v.Frame.Patient.ID.String() != id {
		return web.SeeOther(c, v.path())
	}
	v.Form, v.Problems = f, problems
	if v.Form.ID == "" {
		v.Form.ID = newID().String()
	}
	if web.IsFragment(c) {
		return web.Render(c, status, accountBody(v))
	}
	return patients.ShowFrame(c, status, v.Frame, accountBody(v))
}

func (h screens) accountView(c echo.Context) (v accountView, err error) {
	id, err := idParam(c)
	if err != nil {
		return v, err
	}
	ctx := c.Request().Context()
	v = accountView{Now: h.Now().In(zone(ctx)), OpID: newID().String(), Override: access.Who(ctx).Can(accounts.BillingOverride)}
	if v.Frame, err = h.Register.Frame(ctx, id, accountTab); err != nil {
		return v, err
	}
	statements, documents, err := h.Ledger.Statements(ctx, v.Frame.Family)
	if err != nil {
		return v, err
	}
	v.Statement, v.Others = statements[0], statements[1:]
	for _, b := range documents {
		if b.Due().IsPositive() {
			v.Open = append(v.Open, b)
		}
	}
	v.Advances, err = h.Ledger.Advances(ctx, v.Frame.Family)
	return v, err
}

// printAccount is the account on paper.
func (h screens) printAccount(c echo.Context) error {
	v, err := h.accountView(c)
	if err != nil {
		return err
	}
	head, err := h.printHead(c.Request().Context(), "Estado de cuenta", views.LongDayInText(v.Now, v.Now))
	if err != nil {
		return err
	}
	p := v.Frame.Patient
	head.Patient, head.PatientLine = p.FullName(), p.Document.Label()
	return web.Render(c, http.StatusOK, views.PrintPage(views.Head{Look: web.Look(c), Title: "Estado de cuenta"}, "a4"), accountPaper(head, v))
}

// printHead is the clinic at the head of a sheet.
func (h screens) printHead(ctx context.Context, title, date string) (views.PrintHeader, error) {
	clinic, err := h.House.Clinic(ctx)
	line := clinic.LegalName
	if clinic.RUC != "" {
		line = strings.TrimSpace(line + " RUC " + clinic.RUC)
	}
	return views.PrintHeader{Clinic: clinic.Name, ClinicLine: line, Title: title, Date: date}, err
}

// accountForm reads what was typed, and the id that the form carries.
func (h screens) accountForm(c echo.Context, which string) (f accountForm, id uuid.UUID, amount decimal.Decimal, problems fault.Problems, err error) {
	problems = fault.Problems{}
	if err = web.Bind(c, &f); err != nil {
		return f, id, amount, problems, err
	}
	f.Which = which
	id, err = formID(f.ID)
	return f, id, soles(f.Amount, "importe", problems), problems, err
}

// familyOf is the person of the address; one that does not exist is not found.
func (h screens) familyOf(c echo.Context) (patients.Patient, []uuid.UUID, error) {
	id, err := idParam(c)
	if err != nil {
		return patients.Patient{}, nil, err
	}
	ctx := c.Request().Context()
	p, err := h.People.Patient(ctx, id)
	if err != nil {
		return patients.Patient{}, nil, err
	}
	family, err := h.Register.Family(ctx, id)
	return p, family, err
}

// answerAccount leads back to the account, or shows the form again with what is wrong.
func (h screens) answerAccount(c echo.Context, f accountForm, err error, words string, names ...string) error {
	if refused, ok := refusals(err); ok {
		return h.showAccount(c, statusOf(err), f, renamed(refused, names...))
	}
	if err != nil {
		return err
	}
	web.Flash(c, words)
	return web.Leave(c, "/pacientes/"+c.Param("id")+"/"+accountTab)
}

// payFromAccount takes money for one of the documents that are owed.
func (h screens) payFromAccount(c echo.Context) error {
	_, family, err := h.familyOf(c)
	if err != nil {
		return err
	}
	f, id, amount, problems, err := h.accountForm(c, "pago")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	invoice, err := uuid.Parse(f.Invoice)
	if err != nil {
		problems.Add("comprobante", "Elija qué se paga.")
	}
	if len(problems) > 0 {
		return h.showAccount(c, http.StatusUnprocessableEntity, f, problems)
	}
	if err := h.ofFamily(ctx, invoice, family); err != nil {
		return err
	}
	err = h.payOnce(ctx, invoice, Payment{ID: id, Method: Method(f.Method), Amount: amount, Reference: strings.TrimSpace(f.Ref)})
	return h.answerAccount(c, f, err, "Pago anotado", paymentNames()...)
}

// paymentNames are the fields of a form with one payment.
func paymentNames() []string {
	return []string{"payments.0.method", "medio", "payments.0.amount", "importe", "payments.0.reference", "operacion", "payments", "importe"}
}

// payOnce takes a payment for a document, in its currency; the same again is what is there.
func (h screens) payOnce(ctx context.Context, invoice uuid.UUID, p Payment) error {
	there, err := h.Ledger.Payment(ctx, p.ID)
	if err == nil && there.InvoiceID == invoice {
		return nil
	}
	e, err := h.Ledger.Entry(ctx, invoice)
	if err != nil {
		return err
	}
	p.Currency = e.Currency
	_, err = h.Desk.Pay(ctx, invoice, []Payment{p})
	return err
}

// ofFamily refuses, as not found, a document that is not of the people.
func (h screens) ofFamily(ctx context.Context, invoice uuid.UUID, family []uuid.UUID) error {
	e, err := h.Ledger.Entry(ctx, invoice)
	if err != nil {
		return err
	}
	for _, id := range family {
		if e.PatientID != nil && *e.PatientID == id {
			return nil
		}
	}
	return fault.ErrNotFound
}

// takeAdvance issues the document of an advance and takes its money.
func (h screens) takeAdvance(c echo.Context) error {
	p, _, err := h.familyOf(c)
	if err != nil {
		return err
	}
	f, id, amount, problems, err := h.accountForm(c, "adelanto")
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return h.showAccount(c, http.StatusUnprocessableEntity, f, problems)
	}
	ctx, day := c.Request().Context(), Today(h.Now())
	customer := customerOf(p)
	if Kind(f.Kind) == Factura {
		customer = Customer{DocumentType: RUC, DocumentNumber: f.DocNo, Name: f.Name, Address: f.Address}.Tidy()
	}
	purpose := strings.ToUpper("Adelanto: " + strings.Join(strings.Fields(f.Purpose), " "))
	o := Order{ID: id, Kind: Kind(f.Kind), SiteID: access.Who(ctx).SiteID, PatientID: &p.ID, Content: Content{
		IssuedOn: day, Currency: Soles, IGVPercent: IGVOn(day), Customer: customer, Lines: []Line{AdvanceLine(purpose, amount)}, Advance: true,
	}}
	_, err = h.Desk.Charge(ctx, o, []Payment{{ID: newID(), Method: Method(f.Method), Amount: amount, Reference: strings.TrimSpace(f.Ref)}})
	return h.answerAccount(c, f, err, "Adelanto recibido", append(paymentNames(), "kind", "tipo", "items.0.unit_price", "importe", "items.0.description", "concepto",
		"customer.document_number", "documento", "customer.name", "nombre", "customer.address", "direccion", "customer.document_type", "tipo")...)
}

// payOut gives a patient money out of its balance.
func (h screens) payOut(c echo.Context) error {
	p, _, err := h.familyOf(c)
	if err != nil {
		return err
	}
	f, id, amount, problems, err := h.accountForm(c, "devolucion")
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return h.showAccount(c, http.StatusUnprocessableEntity, f, problems)
	}
	ctx := c.Request().Context()
	_, err = h.Desk.PayOut(ctx, access.Who(ctx).SiteID, Payout{ID: id, PatientID: p.ID, Method: Method(f.Method), Amount: amount, Reference: f.Ref, Reason: f.Reason})
	return h.answerAccount(c, f, err, "Saldo devuelto", "method", "medio", "amount", "importe", "reference", "operacion", "reason", "motivo", "concept", "motivo")
}
