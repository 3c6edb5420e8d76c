//go:build !js

package billing

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

func (h screens) documentRoutes(r *web.Router) {
	charge, override := web.Needs(accounts.BillingCharge), web.Needs(accounts.BillingOverride)
	r.GET(documentsPath, h.documents, charge)
	r.GET(documentsPath+"/:id", h.document, charge)
	r.GET(documentsPath+"/:id/estado", h.documentState, charge, web.Quiet())
	r.POST(documentsPath+"/:id/correccion", h.correct, charge)
	r.POST(documentsPath+"/:id/pagos", h.payMore, charge)
	r.POST(documentsPath+"/:id/nota", h.creditNote, override)
	r.POST(documentsPath+"/:id/nota-debito", h.debitNote, charge)
	r.POST(documentsPath+"/:id/anulacion", h.void, override)
	r.POST(documentsPath+"/:id/devoluciones", h.refund, override)
}

// documentForm is what is typed on the page of a document.
type documentForm struct {
	Seen    int    `form:"paso"`
	ID      string `form:"id"`
	DocType string `form:"tipo_documento"`
	DocNo   string `form:"documento"`
	Name    string `form:"nombre"`
	Address string `form:"direccion"`
	Reason  string `form:"motivo"`
	Code    string `form:"razon"`
	Amount  string `form:"importe"`
	Method  string `form:"medio"`
	Ref     string `form:"operacion"`
	Payment string `form:"pago"`
	To      string `form:"destino"`
	IGV     string `form:"igv"`
	Rate    string `form:"cambio"`
	Which   string `form:"-"` // the form that came back: "correccion", "pago", "nota", "debito", "anulacion", "devolucion"

	Typed url.Values `form:"-"` // all that came back, for fields of each line
}

// documentView is the page of a document.
type documentView struct {
	Entry
	Account  Account
	Events   []Event
	Payments []Paid
	Notes    []Listed
	Away     away
	Left     []decimal.Decimal // what a credit note may take back of each line
	Original *Entry
	After    afterView
	Patient  string
	Names    map[uuid.UUID]string
	Form     documentForm
	Problems fault.Problems
	Override bool
	Fresh    bool // just issued by who looks: the ticket is one Enter away
	Now      time.Time
	OpID     string
}

func (v documentView) local(t time.Time) time.Time { return t.In(v.Now.Location()) }

// moving holds while a job is about to change the document.
func (v documentView) moving() bool {
	s := v.State.Status
	return s == Queued || s == Sent || s == InVoiding
}

func (v documentView) mayVoid() bool {
	return v.Override && v.State.Status == Accepted && !VoidBy(v.Content.IssuedOn).Before(Today(v.Now)) && v.Account.Credited.IsZero()
}

func (v documentView) mayNote() bool {
	return v.Override && !v.Kind.IsNote() && v.State.Status == Accepted && v.Account.Credited.LessThan(v.Totals().Total)
}

// mayDebit: something may be added to what was accepted.
func (v documentView) mayDebit() bool { return !v.Kind.IsNote() && v.State.Status == Accepted }

func (v documentView) problems(form string) fault.Problems {
	if v.Form.Which == form {
		return v.Problems
	}
	return nil
}

func (h screens) document(c echo.Context) error {
	return h.showDocument(c, http.StatusOK, documentForm{}, nil)
}

func (h screens) showDocument(c echo.Context, status int, f documentForm, problems fault.Problems) error {
	v, err := h.documentView(c)
	if err != nil {
		return err
	}
	if f.Which == "" {
		f.DocType, f.DocNo = string(v.Customer.DocumentType), v.Customer.DocumentNumber
		f.Name, f.Address = v.Customer.Name, v.Customer.Address
	}
	v.Form, v.Problems = f, problems
	if v.Form.ID == "" {
		v.Form.ID = newID().String()
	}
	return web.Show(c, web.Page{Status: status, Title: v.Name.String(), Heading: v.Kind.Label() + " " + v.Name.String(), Nav: documentsPath, Back: documentsPath, Body: documentBody(v)})
}

func (h screens) documentView(c echo.Context) (v documentView, err error) {
	id, err := idParam(c)
	if err != nil {
		return v, err
	}
	ctx := c.Request().Context()
	v = documentView{Now: h.Now().In(zone(ctx)), OpID: newID().String(), Override: access.Who(ctx).Can(accounts.BillingOverride)}
	if v.Entry, err = h.Ledger.Entry(ctx, id); err != nil {
		return v, err
	}
	v.Fresh = fresh(ctx, v.IssuedBy, v.IssuedAt, v.Now)
	if v.Account, err = h.Desk.Account(ctx, v.Entry); err != nil {
		return v, err
	}
	if v.After, err = h.after(ctx, v.Entry, v.Account); err != nil {
		return v, err
	}
	if v.Events, err = h.Ledger.Events(ctx, id); err != nil {
		return v, err
	}
	if v.Payments, err = h.Ledger.Payments(ctx, id); err != nil {
		return v, err
	}
	if v.Notes, err = h.Ledger.notesOf(ctx, id); err != nil {
		return v, err
	}
	if v.mayNote() {
		if v.Left, err = h.Notes.Left(ctx, v.Entry); err != nil {
			return v, err
		}
	}
	if v.Away, err = h.away(ctx, v.Entry); err != nil {
		return v, err
	}
	if v.AmendsID != nil {
		original, err := h.Ledger.Entry(ctx, *v.AmendsID)
		if err != nil {
			return v, err
		}
		v.Original = &original
	}
	if v.PatientID != nil {
		names, err := h.People.NamesByID(ctx, []uuid.UUID{*v.PatientID})
		if err != nil {
			return v, err
		}
		v.Patient = names[*v.PatientID]
	}
	v.Names, err = h.memberNames(ctx)
	return v, err
}

// documentState answers the page that waits: nothing while the document stands where it stood.
func (h screens) documentState(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	e, err := h.Ledger.Entry(c.Request().Context(), id)
	if err != nil {
		return err
	}
	if c.QueryParam("paso") == strconv.Itoa(e.State.Seq) {
		return c.NoContent(http.StatusNoContent)
	}
	c.Response().Header().Set("HX-Refresh", "true")
	return c.NoContent(http.StatusOK)
}

// form reads what was typed on the page of a document.
func (h screens) form(c echo.Context, which string) (id uuid.UUID, f documentForm, err error) {
	if id, err = idParam(c); err != nil {
		return id, f, err
	}
	if err = web.Bind(c, &f); err != nil {
		return id, f, err
	}
	f.Which = which
	f.Typed, err = c.FormParams()
	return id, f, err
}

// done answers a form: back to the page, or the form again with what is wrong.
func (h screens) done(c echo.Context, id uuid.UUID, f documentForm, err error, words string, names ...string) error {
	if refused, ok := refusals(err); ok {
		return h.showDocument(c, statusOf(err), f, renamed(refused, names...))
	}
	if err != nil {
		return err
	}
	web.Flash(c, words)
	return web.Leave(c, documentPath(id))
}

func (h screens) payMore(c echo.Context) error {
	id, f, err := h.form(c, "pago")
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	amount := soles(f.Amount, "importe", problems)
	if len(problems) > 0 {
		return h.showDocument(c, http.StatusUnprocessableEntity, f, problems)
	}
	payment, err := formID(f.ID)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = h.payOnce(ctx, id, Payment{ID: payment, Method: Method(f.Method), Amount: amount, Reference: strings.TrimSpace(f.Ref)})
	return h.done(c, id, f, err, "Pago anotado", "payments.0.method", "medio", "payments.0.amount", "importe", "payments.0.reference", "operacion", "payments", "importe")
}

func (h screens) refund(c echo.Context) error {
	id, f, err := h.form(c, "devolucion")
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	amount := soles(f.Amount, "importe", problems)
	payment, err := uuid.Parse(f.Payment)
	if err != nil {
		problems.Add("pago", "Elija el pago que se devuelve.")
	}
	if len(problems) > 0 {
		return h.showDocument(c, http.StatusUnprocessableEntity, f, problems)
	}
	refund, err := formID(f.ID)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if p, err := h.Ledger.Payment(ctx, payment); err == nil && p.InvoiceID != id {
		return fault.ErrNotFound
	}
	if _, err := h.Ledger.Payment(ctx, refund); err == nil { // the same form again
		return web.Leave(c, documentPath(id))
	}
	_, err = h.Desk.Refund(ctx, Return{ID: refund, PaymentID: payment, Amount: amount, Way: Method(f.Method), Reason: f.Reason})
	return h.done(c, id, f, err, "Devolución anotada", "amount", "importe", "reason", "motivo", "way", "medio")
}

func (h screens) void(c echo.Context) error {
	id, f, err := h.form(c, "anulacion")
	if err != nil {
		return err
	}
	_, err = h.Emission.Void(c.Request().Context(), id, strings.Join(strings.Fields(f.Reason), " "))
	return h.done(c, id, f, err, "Se pidió la anulación a SUNAT", "reason", "motivo")
}
