//go:build !js

package billing

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) moveRoutes(r *web.Router) {
	charge, override := web.Needs(accounts.BillingCharge), web.Needs(accounts.BillingOverride)
	r.POST(documentsPath+"/:id/reemplazo", h.replace, charge)
	r.POST(documentsPath+"/:id/traslado", h.movePayment, charge)
	r.POST(documentsPath+"/:id/devolucion-total", h.refundAll, override)
}

// afterView is what may be done on the page of a document that SUNAT rejected, that was voided, or that was paid more
// than it asks for; and where its money went.
type afterView struct {
	Replacement *Billed // what stands in its place
	Replaces    *Entry  // in whose place it stands
	Others      []Billed
	Standing    decimal.Decimal // paid, and still here
	ToReturn    decimal.Decimal // paid, and no longer asked for
	Balance     decimal.Decimal // of the patient
}

func (h screens) after(ctx context.Context, e Entry, a Account) (v afterView, err error) {
	v = afterView{Standing: a.Paid, ToReturn: decimal.Max(a.Due().Neg(), decimal.Zero)}
	if e.ReplacesID != nil {
		replaced, err := h.Ledger.Entry(ctx, *e.ReplacesID)
		if err != nil {
			return v, err
		}
		v.Replaces = &replaced
	}
	if e.PatientID != nil {
		if v.Balance, err = h.Desk.Balance(ctx, *e.PatientID); err != nil {
			return v, err
		}
	}
	if e.State.Status.Counts() || e.Kind.IsNote() {
		return v, nil
	}
	replacement, there, err := h.Ledger.replacementOf(ctx, e.ID)
	if err != nil {
		return v, err
	}
	if there {
		v.Replacement = &replacement
	}
	if e.PatientID == nil || !v.Standing.IsPositive() {
		return v, nil
	}
	v.Others, err = h.owedBy(ctx, *e.PatientID)
	v.Others = slices.DeleteFunc(v.Others, func(b Billed) bool { return b.Currency.code() != e.Currency.code() })
	return v, err
}

// owedBy are the documents of a person that ask for more than was paid.
func (h screens) owedBy(ctx context.Context, patient uuid.UUID) ([]Billed, error) {
	family, err := h.Register.Family(ctx, patient)
	if err != nil {
		return nil, err
	}
	documents, err := h.Ledger.billedWhere(ctx, "where i.patient_id in ? and s.owes order by i.id", family)
	if err != nil {
		return nil, err
	}
	var open []Billed
	for _, b := range documents {
		if b.Due().IsPositive() {
			open = append(open, b)
		}
	}
	return open, nil
}

func (v afterView) otherOptions() []views.Option {
	var list []views.Option
	for _, b := range v.Others {
		list = append(list, views.Option{Value: b.ID.String(), Label: b.Name.String() + ", debe " + b.Currency.Money(b.Due())})
	}
	return list
}

// returnOptions are the ways to give money back; to the balance where the document has a patient.
func returnOptions(e Entry) []views.Option {
	list := []views.Option{{Value: "", Label: "Como se pagó"}}
	if e.Currency.code() != Soles {
		return append(list, bankOptions()...)
	}
	if e.PatientID != nil {
		list = append(list, views.Option{Value: string(CreditBalance), Label: "A saldo a favor"})
	}
	return append(list, methodOptions()...)
}

// replace issues a corrected document in the place of a rejected or voided one; the money follows.
func (h screens) replace(c echo.Context) error {
	id, f, err := h.form(c, "reemplazo")
	if err != nil {
		return err
	}
	next, err := formID(f.ID)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	old, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	kind := Kind(f.Code)
	if kind == "" {
		kind = old.Kind
	}
	content := old.Content
	content.Customer = Customer{DocumentType: DocumentType(f.DocType), DocumentNumber: f.DocNo, Name: f.Name, Address: f.Address}.Tidy()
	content.IssuedOn = Today(h.Now())
	if kind != Factura {
		content.Credit, content.Detraction = nil, nil
	}
	problems := fault.Problems{}
	content.ExchangeRate = f.rate(content, problems)
	if len(problems) > 0 {
		return h.showDocument(c, http.StatusUnprocessableEntity, f, problems)
	}
	e, err := h.Desk.Replace(ctx, next, id, kind, content)
	if err == nil {
		id = e.ID
	}
	return h.done(c, id, f, err, "Se emitió "+e.Name.String(),
		"customer.document_type", "tipo_documento", "customer.document_number", "documento", "customer.name", "nombre", "customer.address", "direccion", "exchange_rate", "cambio")
}

// movePayment lets what was paid here pay another document.
func (h screens) movePayment(c echo.Context) error {
	id, f, err := h.form(c, "traslado")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	to, err := uuid.Parse(f.Code)
	if err != nil {
		return h.showDocument(c, 422, f, map[string]string{"razon": "Elija a qué comprobante pasa el pago."})
	}
	e, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	moved, err := h.Desk.Move(ctx, id, to)
	return h.done(c, id, f, err, "Pasaron "+e.Currency.Money(moved), "to", "razon")
}

// refundAll gives back all that stands paid, in the way that was chosen.
func (h screens) refundAll(c echo.Context) error {
	id, f, err := h.form(c, "devolver-todo")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	sum, err := h.Desk.RefundAll(ctx, id, Method(f.Method), f.Reason)
	return h.done(c, id, f, err, "Devuelto "+e.Currency.Money(sum), "reason", "motivo", "way", "medio", "amount", "motivo")
}
