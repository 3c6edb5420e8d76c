//go:build !js

package billing

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// PaymentsAPI adds payments and cash registers to the JSON API: what the pages do, by the same rules.
func PaymentsAPI(a *web.API, p Parts) {
	h := paymentsAPI{p}
	operation := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1/" + path, Summary: summary, Tags: []string{"Caja y pagos"}, DefaultStatus: status}
	}
	charge, override := web.Needs(accounts.BillingCharge), web.Needs(accounts.BillingOverride)
	web.Operation(a, operation("list-payments", http.MethodGet, "payments", "Pagos y devoluciones, el último primero", http.StatusOK), h.list, charge)
	web.Operation(a, operation("add-payment", http.MethodPost, "payments", "Registrar un pago de un comprobante, con caja abierta; el mismo otra vez responde 200", http.StatusCreated), h.pay, charge)
	web.Operation(a, operation("refund-payment", http.MethodPost, "payments/{id}/refund",
		"Devolver un pago, entero o en parte, en dinero o a saldo a favor; la misma otra vez responde 200", http.StatusCreated), h.refund, override)
	web.Operation(a, operation("list-cash-sessions", http.MethodGet, "cash-sessions", "Cajas propias, la última primero; la administración ve todas", http.StatusOK), h.sessions, charge)
	web.Operation(a, operation("get-cash-session", http.MethodGet, "cash-sessions/{id}", "Una caja", http.StatusOK), h.session, charge)
	web.Operation(a, operation("open-cash-session", http.MethodPost, "cash-sessions", "Abrir caja en una sede; la misma otra vez responde 200", http.StatusCreated), h.open, charge)
	web.Operation(a, operation("count-cash-session", http.MethodPost, "cash-sessions/{id}/count", "Contar el efectivo, una sola vez y sin ver lo esperado", http.StatusOK), h.count, charge)
	web.Operation(a, operation("close-cash-session", http.MethodPost, "cash-sessions/{id}/close", "Cerrar una caja contada", http.StatusOK), h.close, charge)
}

type paymentsAPI struct{ Parts }

// paidJSON is a payment with what it is of.
type paidJSON struct {
	ID        uuid.UUID  `json:"id" format:"uuid"`
	Method    Method     `json:"method" enum:"cash,yape,plin,card,transfer,deposit,credit_balance"`
	Amount    string     `json:"amount" doc:"Menor que cero: lo devuelto"`
	Currency  Currency   `json:"currency,omitempty" enum:"USD" doc:"La del comprobante; falta en soles"`
	Reference string     `json:"reference"`
	Received  string     `json:"received" doc:"0.00 si no fue efectivo con vuelto"`
	InvoiceID *uuid.UUID `json:"invoice_id" format:"uuid" doc:"null mientras su recibo no tiene comprobante"`
	PatientID *uuid.UUID `json:"patient_id" format:"uuid"`
	SessionID *uuid.UUID `json:"cash_session_id" format:"uuid" doc:"null en lo que no pasa por una caja"`
	RefundsID *uuid.UUID `json:"refunds_id" format:"uuid" doc:"El pago que devuelve"`
	MovedID   *uuid.UUID `json:"moved_id" format:"uuid" doc:"El comprobante de donde viene, o al que pasó"`
	Reason    string     `json:"reason"`
	PaidAt    time.Time  `json:"paid_at"`
}

func paidAsJSON(p Paid) paidJSON {
	return paidJSON{
		ID: p.ID, Method: p.Method, Amount: money(p.Amount), Currency: p.Currency.foreign(), Reference: p.Reference, Received: money(p.Received),
		InvoiceID: idOrNil(p.InvoiceID), PatientID: p.PatientID, SessionID: idOrNil(p.SessionID), RefundsID: p.RefundsID, MovedID: p.MovedID, Reason: p.Reason, PaidAt: p.At,
	}
}

type paidOut struct {
	Status int
	Body   paidJSON
}

type paidListOut struct {
	Body struct {
		Items []paidJSON `json:"items" nullable:"false"`
		Next  string     `json:"next" doc:"Cursor de lo que sigue; vacío al final"`
	}
}

type listPaymentsIn struct {
	InvoiceID string `query:"invoice_id"`
	PatientID string `query:"patient_id"`
	SessionID string `query:"cash_session_id"`
	Limit     int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor    string `query:"cursor" maxLength:"60" doc:"El next de la respuesta anterior"`
}

func (q *listPaymentsIn) filter() (PaidFilter, error) {
	f, problems := PaidFilter{Limit: q.Limit + 1}, fault.Problems{}
	for _, p := range []struct {
		text, field string
		into        *uuid.UUID
	}{{q.InvoiceID, "invoice_id", &f.Invoice}, {q.PatientID, "patient_id", &f.Patient}, {q.SessionID, "cash_session_id", &f.Session}, {q.Cursor, "cursor", &f.Before}} {
		if p.text == "" {
			continue
		}
		id, err := uuid.Parse(p.text)
		if err != nil {
			problems.Add(p.field, "Se espera un identificador UUID.")
		}
		*p.into = id
	}
	return f, problems.Err()
}

func (h paymentsAPI) list(ctx context.Context, in *listPaymentsIn) (*paidListOut, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	list, err := h.Ledger.PaidList(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &paidListOut{}
	out.Body.Items = []paidJSON{}
	for i, p := range list {
		if i == in.Limit {
			out.Body.Next = list[i-1].ID.String()
			break
		}
		out.Body.Items = append(out.Body.Items, paidAsJSON(p))
	}
	return out, nil
}

// PayIn is a payment of a document; exported, as huma fills no other embedded struct.
type PayIn struct {
	Body struct {
		ID        *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía, para repetir sin duplicar"`
		InvoiceID uuid.UUID  `json:"invoice_id" format:"uuid"`
		Method    Method     `json:"method" enum:"cash,yape,plin,card,transfer,deposit,credit_balance"`
		Amount    string     `json:"amount" maxLength:"30" example:"120.00"`
		Currency  Currency   `json:"currency,omitempty" enum:"PEN,USD" doc:"La del comprobante; sin ella, soles. En dólares solo con card, transfer o deposit"`
		Reference string     `json:"reference,omitempty" maxLength:"60" doc:"N.º de operación"`
		Received  string     `json:"received,omitempty" maxLength:"30" doc:"Efectivo recibido; lo que sobra es vuelto"`
	}
}

func (h paymentsAPI) pay(ctx context.Context, in *PayIn) (*paidOut, error) {
	id, err := web.OwnID(in.Body.ID)
	if err != nil {
		return nil, err
	}
	problems := fault.Problems{}
	p := Payment{ID: id, Method: in.Body.Method, Amount: amountIn(in.Body.Amount, "amount", problems), Reference: strings.TrimSpace(in.Body.Reference), Currency: in.Body.Currency}
	if in.Body.Received != "" {
		p.Received = amountIn(in.Body.Received, "received", problems)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	there, err := h.Ledger.Payment(ctx, id)
	if err == nil {
		return samePayment(there, in.Body.InvoiceID, p)
	}
	if !errors.Is(err, fault.ErrNotFound) {
		return nil, err
	}
	e, err := h.Ledger.Entry(ctx, in.Body.InvoiceID)
	if err != nil {
		return nil, err
	}
	if _, err := h.Desk.Pay(ctx, e.ID, []Payment{p}); err != nil {
		return nil, inMembers(err)
	}
	there, err = h.Ledger.Payment(ctx, id)
	return &paidOut{http.StatusCreated, paidAsJSON(there)}, err
}

func samePayment(there Paid, invoice uuid.UUID, p Payment) (*paidOut, error) {
	if there.InvoiceID != invoice || there.Method != p.Method || !there.Amount.Equal(p.Amount) || there.Currency.code() != p.Currency.code() {
		return nil, fault.Conflicted("same_id", "Ese pago ya se registró con otros datos.")
	}
	return &paidOut{http.StatusOK, paidAsJSON(there)}, nil
}

// inMembers calls the fields of a payment by the members of the API's body.
func inMembers(err error) error {
	problems, typed := fault.Fields(err)
	if !typed {
		return err
	}
	return renamed(problems, "payments.0.method", "method", "payments.0.amount", "amount", "payments.0.reference", "reference", "payments.0.received", "received", "payments", "amount").Err()
}

type refundIn struct {
	ID   string `path:"id" doc:"El pago que se devuelve"`
	Body struct {
		ID     *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía, para repetir sin duplicar"`
		Amount string     `json:"amount" maxLength:"30" example:"20.00"`
		Method Method     `json:"method,omitempty" enum:"cash,yape,plin,card,transfer,deposit,credit_balance" doc:"Sin él, como se pagó; credit_balance lo pasa a saldo a favor"`
		Reason string     `json:"reason" maxLength:"300"`
	}
}

func (h paymentsAPI) refund(ctx context.Context, in *refundIn) (*paidOut, error) {
	payment, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	id, err := web.OwnID(in.Body.ID)
	if err != nil {
		return nil, err
	}
	problems := fault.Problems{}
	amount := amountIn(in.Body.Amount, "amount", problems)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	status := http.StatusCreated
	if _, err := h.Ledger.Payment(ctx, id); err == nil {
		status = http.StatusOK
	}
	paid, err := h.Desk.Refund(ctx, Return{ID: id, PaymentID: payment, Amount: amount, Way: in.Body.Method, Reason: in.Body.Reason})
	if refused, typed := fault.Fields(err); typed {
		return nil, renamed(refused, "way", "method").Err()
	}
	return &paidOut{status, paidAsJSON(paid)}, err
}

// Registers ----------------------------------------------------------------------------------------------------------

// sessionJSON is a register. What had to be in it is nobody's to see before it is counted.
type sessionJSON struct {
	ID       uuid.UUID  `json:"id" format:"uuid"`
	SiteID   uuid.UUID  `json:"site_id" format:"uuid"`
	OwnerID  uuid.UUID  `json:"owner_id" format:"uuid" doc:"Pertenencia de quien la abrió"`
	OpenedAt time.Time  `json:"opened_at"`
	Opening  string     `json:"opening_amount"`
	Counted  *string    `json:"counted_amount"`
	Expected *string    `json:"expected_amount" doc:"null hasta que se cuenta"`
	Reason   string     `json:"reason" doc:"De la diferencia"`
	Verified []Method   `json:"verified" nullable:"false" doc:"Otros medios comprobados al cerrar"`
	ClosedAt *time.Time `json:"closed_at"`
}

func sessionAsJSON(s CashSession) sessionJSON {
	j := sessionJSON{
		ID: s.ID, SiteID: s.SiteID, OwnerID: s.Owner, OpenedAt: s.OpenedAt, Opening: money(s.Opening), Reason: s.Reason, Verified: append([]Method{}, s.Verified...), ClosedAt: s.ClosedAt,
	}
	if s.Counted != nil {
		counted, expected := money(s.Counted.Amount), money(s.Counted.Expected)
		j.Counted, j.Expected = &counted, &expected
	}
	return j
}

type sessionOut struct {
	Status int
	Body   sessionJSON
}

type sessionsOut struct {
	Body struct {
		Items []sessionJSON `json:"items" nullable:"false"`
	}
}

func (h paymentsAPI) sessions(ctx context.Context, in *struct {
	Open  bool `query:"open" doc:"Solo las abiertas"`
	Limit int  `query:"limit" minimum:"1" maximum:"100" default:"50"`
}) (*sessionsOut, error) {
	read := h.Till.List
	if in.Open {
		read = h.Till.ListOpen
	}
	list, err := read(ctx, access.Who(ctx).Can(accounts.BillingOverride), in.Limit)
	if err != nil {
		return nil, err
	}
	out := &sessionsOut{}
	out.Body.Items = []sessionJSON{}
	for _, s := range list {
		out.Body.Items = append(out.Body.Items, sessionAsJSON(s))
	}
	return out, nil
}

func (h paymentsAPI) session(ctx context.Context, in *invoiceIn) (*sessionOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	s, err := h.Till.ByID(ctx, id, access.Who(ctx).Can(accounts.BillingOverride))
	return &sessionOut{http.StatusOK, sessionAsJSON(s)}, err
}

type openIn struct {
	Body struct {
		ID      *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía, para repetir sin duplicar"`
		SiteID  *uuid.UUID `json:"site_id,omitempty" format:"uuid" doc:"Sin ella, la sede en que se trabaja"`
		Opening string     `json:"opening_amount" maxLength:"30" example:"150.00"`
	}
}

func (h paymentsAPI) open(ctx context.Context, in *openIn) (*sessionOut, error) {
	id, err := web.OwnID(in.Body.ID)
	if err != nil {
		return nil, err
	}
	problems, site := fault.Problems{}, access.Who(ctx).SiteID
	if in.Body.SiteID != nil {
		site = *in.Body.SiteID
	}
	sites, err := h.House.Sites(ctx)
	if err != nil {
		return nil, err
	}
	known := false
	for _, s := range sites {
		known = known || s.ID == site
	}
	if !known {
		problems.Add("site_id", "La clínica no tiene esa sede.")
	}
	opening := amountIn(in.Body.Opening, "opening_amount", problems)
	if in.Body.Opening == "" {
		problems.Add("opening_amount", "Falta con cuánto abre; 0.00 si empieza vacía.")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	status := http.StatusCreated
	if _, err := h.Till.ByID(ctx, id, false); err == nil {
		status = http.StatusOK
	}
	s, err := h.Till.Begin(ctx, id, site, opening)
	return &sessionOut{status, sessionAsJSON(s)}, err
}

type countIn struct {
	ID   string `path:"id" doc:"Identificador"`
	Body struct {
		Pieces map[string]int `json:"pieces" doc:"Piezas por billete o moneda: {\"100.00\": 2, \"0.50\": 1}"`
	}
}

func (h paymentsAPI) count(ctx context.Context, in *countIn) (*sessionOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Pieces) == 0 { // counting is done once
		return nil, fault.InvalidField("pieces", "Falta qué hay en la caja. Si está vacía, ponga {\"0.10\": 0}.")
	}
	s, err := h.Till.Count(ctx, id, in.Body.Pieces)
	if problems, typed := fault.Fields(err); typed {
		named := fault.Problems{}
		for field, words := range problems {
			named.Add(strings.Replace(field, "piezas.", "/pieces/", 1), words)
		}
		return nil, named.Err()
	}
	return &sessionOut{http.StatusOK, sessionAsJSON(s)}, err
}

type closeIn struct {
	ID   string `path:"id" doc:"Identificador"`
	Body struct {
		Reason   string   `json:"reason,omitempty" maxLength:"600" doc:"Si lo contado no es lo esperado"`
		Verified []Method `json:"verified,omitempty" nullable:"false" maxItems:"10" enum:"yape,plin,card,transfer,deposit" doc:"Otros medios comprobados con el banco o la aplicación"`
	}
}

func (h paymentsAPI) close(ctx context.Context, in *closeIn) (*sessionOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	s, err := h.Till.Close(ctx, id, in.Body.Reason, in.Body.Verified)
	return &sessionOut{http.StatusOK, sessionAsJSON(s)}, err
}
