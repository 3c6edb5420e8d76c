//go:build !js

package billing

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const invoicesPath = "/api/v1/invoices"

// InvoicesAPI adds electronic documents to the JSON API: what the pages do, by the same rules.
func InvoicesAPI(a *web.API, p Parts) {
	h := invoicesAPI{p}
	operation := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: invoicesPath + path, Summary: summary, Tags: []string{"Comprobantes"}, DefaultStatus: status}
	}
	charge, override := web.Needs(accounts.BillingCharge), web.Needs(accounts.BillingOverride)
	web.Operation(a, operation("list-invoices", http.MethodGet, "", "Comprobantes, el último primero", http.StatusOK), h.list, charge)
	web.Operation(a, operation("get-invoice", http.MethodGet, "/{id}", "Un comprobante o un borrador", http.StatusOK), h.get, charge)
	web.Operation(a, operation("issue-invoice", http.MethodPost, "", "Emitir una boleta o factura, o guardarla como borrador; la misma otra vez responde 200", http.StatusCreated),
		h.create, charge)
	web.Operation(a, operation("issue-draft", http.MethodPost, "/{id}/issue", "Emitir un borrador con fecha de hoy", http.StatusOK), h.issue, charge)
	web.Operation(a, operation("void-invoice", http.MethodPost, "/{id}/void", "Pedir la anulación de un comprobante aceptado; SUNAT decide después", http.StatusOK), h.void, override)
	web.Operation(a, operation("credit-invoice", http.MethodPost, "/{id}/credit-notes",
		"Emitir una nota de crédito por todo lo que queda o por importes de sus líneas; la misma otra vez responde 200", http.StatusCreated), h.credit, override)
	pdf := operation("invoice-pdf", http.MethodGet, "/{id}/pdf", "La representación impresa", http.StatusOK)
	pdf.Responses = map[string]*huma.Response{"200": {Description: "El PDF", Content: map[string]*huma.MediaType{typePDF: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	web.Operation(a, pdf, h.pdf, charge)
}

type invoicesAPI struct{ Parts }

type invoiceOut struct {
	Status int
	Body   invoiceJSON
}

type invoicesOut struct {
	Body struct {
		Items []invoiceJSON `json:"items" nullable:"false"`
		Next  string        `json:"next" doc:"Cursor de lo que sigue; vacío al final"`
	}
}

type invoiceIn struct {
	ID string `path:"id" doc:"Identificador"`
}

type listInvoicesIn struct {
	Status    Status `query:"status" enum:"draft,queued,sent,accepted,rejected,to_correct,voiding,voided" doc:"draft: los borradores, que sin él no se listan"`
	Kind      Kind   `query:"kind" enum:"boleta,factura,nota_credito,nota_debito"`
	PatientID string `query:"patient_id"`
	From      string `query:"from" format:"date" doc:"Primer día de emisión"`
	To        string `query:"to" format:"date" doc:"Último día, incluido"`
	Limit     int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor    string `query:"cursor" maxLength:"120" doc:"El next de la respuesta anterior"`
}

// filter reads what is asked for; one row more tells whether more follow.
func (q *listInvoicesIn) filter() (f Filter, err error) {
	problems := fault.Problems{}
	f = Filter{Kind: q.Kind, Limit: q.Limit + 1}
	if q.Status != "" && q.Status != Draft {
		f.States = []Status{q.Status}
	}
	if q.PatientID != "" {
		id, err := uuid.Parse(q.PatientID)
		if err != nil {
			problems.Add("patient_id", "Se espera un identificador UUID.")
		}
		f.Patient = []uuid.UUID{id}
	}
	day := func(text, field string) (d agenda.Date) {
		ok := true
		if text != "" {
			d, ok = agenda.ParseDate(text)
			ok = ok && d.Year >= 1990 && d.Year < 2200
		}
		if !ok {
			problems.Add(field, "Se espera una fecha como 2026-11-24.")
		}
		return d
	}
	f.From, f.To = day(q.From, "from"), day(q.To, "to")
	if q.Cursor != "" {
		if f.Before, err = uuid.Parse(q.Cursor); err != nil {
			problems.Add("cursor", "El cursor no es de esta lista.")
		}
	}
	return f, problems.Err()
}

func (h invoicesAPI) list(ctx context.Context, in *listInvoicesIn) (*invoicesOut, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	out := &invoicesOut{}
	if in.Status == Draft {
		out.Body.Items, err = h.draftList(ctx, f)
	} else {
		out.Body.Items, err = h.entryList(ctx, f)
	}
	if err != nil {
		return nil, err
	}
	if len(out.Body.Items) > in.Limit {
		out.Body.Items = out.Body.Items[:in.Limit]
		out.Body.Next = out.Body.Items[in.Limit-1].ID.String()
	}
	return out, nil
}

func (h invoicesAPI) draftList(ctx context.Context, f Filter) ([]invoiceJSON, error) {
	drafts, err := h.Ledger.Drafts(ctx, f)
	list := make([]invoiceJSON, len(drafts))
	for i, d := range drafts {
		list[i] = draftAsJSON(d)
	}
	return list, err
}

func (h invoicesAPI) entryList(ctx context.Context, f Filter) ([]invoiceJSON, error) {
	entries, err := h.Ledger.Entries(ctx, f)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	payments, err := h.Ledger.paymentsOf(ctx, ids)
	list := make([]invoiceJSON, len(entries))
	for i, e := range entries {
		list[i] = entryAsJSON(e, payments[e.ID])
	}
	return list, err
}

// answer is a document as it stands.
func (h invoicesAPI) answer(ctx context.Context, e Entry, status int) (*invoiceOut, error) {
	payments, err := h.Ledger.paymentsOf(ctx, []uuid.UUID{e.ID})
	return &invoiceOut{Status: status, Body: entryAsJSON(e, payments[e.ID])}, err
}

func (h invoicesAPI) get(ctx context.Context, in *invoiceIn) (*invoiceOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	e, err := h.Ledger.Entry(ctx, id)
	if fault.IsNotFound(err) {
		d, err := h.Ledger.Draft(ctx, id)
		return &invoiceOut{Status: http.StatusOK, Body: draftAsJSON(d)}, err
	}
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, e, http.StatusOK)
}

type issueIn struct {
	ID   string `path:"id" doc:"Identificador"`
	Body *struct {
		Payments []paymentIn `json:"payments,omitempty" nullable:"false" maxItems:"20" doc:"Con caja abierta"`
	}
}

func (h invoicesAPI) issue(ctx context.Context, in *issueIn) (*invoiceOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	var payments []Payment
	if in.Body != nil {
		problems := fault.Problems{}
		payments = paymentsIn(in.Body.Payments, problems)
		if err := problems.Err(); err != nil {
			return nil, err
		}
	}
	d, err := h.Ledger.Draft(ctx, id)
	if err == nil {
		err = h.mayIssue(ctx, d.Content, d.SiteID)
	}
	if err != nil && !fault.IsNotFound(err) {
		return nil, err
	}
	e, err := h.Drafts.Issue(ctx, id, payments)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, e, http.StatusOK)
}

type voidIn struct {
	ID   string `path:"id" doc:"Identificador"`
	Body struct {
		Reason string `json:"reason" maxLength:"200" doc:"De 3 a 100 letras"`
	}
}

func (h invoicesAPI) void(ctx context.Context, in *voidIn) (*invoiceOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	e, err := h.Emission.Void(ctx, id, strings.Join(strings.Fields(in.Body.Reason), " "))
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, e, http.StatusOK)
}

type pdfIn struct {
	ID     string `path:"id" doc:"Identificador"`
	Format string `query:"format" enum:"a4,ticket" default:"a4" doc:"ticket: 80 mm"`
}

type pdfOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Cache       string `header:"Cache-Control"`
	Body        []byte
}

func (h invoicesAPI) pdf(ctx context.Context, in *pdfIn) (*pdfOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	content, name, err := h.Papers.PDF(ctx, id, formOf(in.Format, A4))
	return &pdfOut{ContentType: typePDF, Disposition: `attachment; filename="` + name + `"`, Cache: "no-store", Body: content}, err
}
