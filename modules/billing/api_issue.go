//go:build !js

package billing

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing/prices"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

type createIn struct {
	Body struct {
		ID            *uuid.UUID    `json:"id,omitempty" format:"uuid" doc:"UUIDv7 hecho por quien envía, para repetir sin duplicar"`
		Kind          Kind          `json:"kind" enum:"boleta,factura" doc:"Las notas se hacen sobre su comprobante"`
		SiteID        *uuid.UUID    `json:"site_id,omitempty" format:"uuid" doc:"Sede que emite; sin ella, la propia"`
		PatientID     *uuid.UUID    `json:"patient_id,omitempty" format:"uuid"`
		AppointmentID *uuid.UUID    `json:"appointment_id,omitempty" format:"uuid"`
		Customer      *customerJSON `json:"customer,omitempty" doc:"Sin él, clientes varios"`
		Items         []itemIn      `json:"items" nullable:"false" maxItems:"200"`
		Payments      []paymentIn   `json:"payments,omitempty" nullable:"false" maxItems:"20" doc:"Con caja abierta; menos que el total deja una deuda"`
		Currency      Currency      `json:"currency,omitempty" enum:"PEN,USD" doc:"Sin ella, soles"`
		ExchangeRate  string        `json:"exchange_rate,omitempty" maxLength:"30" doc:"En dólares, el de venta del día"`
		Draft         bool          `json:"draft,omitempty" doc:"Guardar sin emitir ni numerar"`
	}
}

// create issues a document at once, or keeps it as a draft.
func (h invoicesAPI) create(ctx context.Context, in *createIn) (*invoiceOut, error) {
	problems := fault.Problems{}
	o, err := h.order(ctx, in, problems)
	if err != nil {
		return nil, err
	}
	payments := paymentsIn(in.Body.Payments, problems)
	if in.Body.Draft && len(payments) > 0 {
		problems.Add("payments", "Un borrador no se paga; envíe los pagos al emitirlo.")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if err := h.Ledger.alone(ctx, o.ID); err != nil {
		return nil, err
	}
	if in.Body.Draft {
		return h.write(ctx, o)
	}
	if _, err := h.Ledger.Draft(ctx, o.ID); !fault.IsNotFound(err) {
		return nil, firstError(err, ErrIsDraft)
	}
	_, err = h.Ledger.Entry(ctx, o.ID)
	fresh := fault.IsNotFound(err)
	if fresh {
		err = h.mayIssue(ctx, o.Content, o.SiteID)
	}
	if err != nil {
		return nil, err
	}
	e, err := h.Desk.Issue(ctx, o, payments)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, e, statusOfNew(fresh))
}

// mayIssue refuses to who may not give discounts what is not on the list, and what is below it by more than the limit.
func (h invoicesAPI) mayIssue(ctx context.Context, c Content, site uuid.UUID) error {
	problems := fault.Problems{}
	for i, l := range c.Lines {
		if l.ServiceID == uuid.Nil && l.ProductID == uuid.Nil && !access.Who(ctx).Can(accounts.BillingOverride) {
			problems.Add(LineField(i, "service_id"), "Falta el servicio o producto de la lista. Sin él vende solo quien autoriza descuentos.")
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return h.withinLimit(ctx, c, site, nil)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// statusOfNew is 201 for what is new and 200 for what was there.
func statusOfNew(fresh bool) int {
	if fresh {
		return http.StatusCreated
	}
	return http.StatusOK
}

func (h invoicesAPI) write(ctx context.Context, o Order) (*invoiceOut, error) {
	_, err := h.Ledger.Draft(ctx, o.ID)
	if err != nil && !fault.IsNotFound(err) {
		return nil, err
	}
	fresh := fault.IsNotFound(err)
	if fresh {
		if err := h.mayIssue(ctx, o.Content, o.SiteID); err != nil {
			return nil, err
		}
	}
	d, err := h.Drafts.Write(ctx, o)
	if err != nil {
		return nil, err
	}
	return &invoiceOut{Status: statusOfNew(fresh), Body: draftAsJSON(d)}, nil
}

// order reads what is asked for; problems are about what cannot be read or is nobody's.
func (h invoicesAPI) order(ctx context.Context, in *createIn, problems fault.Problems) (o Order, err error) {
	b := in.Body
	day := Today(h.Now())
	o = Order{Kind: b.Kind, SiteID: access.Who(ctx).SiteID, PatientID: b.PatientID, AppointmentID: b.AppointmentID, Content: Content{
		IssuedOn: day, Currency: b.Currency.code(), IGVPercent: IGVOn(day), Customer: AnyCustomer(),
		ExchangeRate: amountIn(b.ExchangeRate, "exchange_rate", problems),
	}}
	if o.ID, err = web.OwnID(b.ID); err != nil {
		return o, err
	}
	if b.Customer != nil {
		o.Customer = b.Customer.customer()
	}
	if err := h.around(ctx, in, &o, problems); err != nil {
		return o, err
	}
	for i, item := range b.Items {
		line, err := h.line(ctx, i, item, o, problems)
		if err != nil {
			return o, err
		}
		o.Lines = append(o.Lines, line)
	}
	return o, nil
}

// around finds the site, the person and the appointment; ids of nobody are problems of their members.
func (h invoicesAPI) around(ctx context.Context, in *createIn, o *Order, problems fault.Problems) error {
	if in.Body.SiteID != nil {
		o.SiteID = *in.Body.SiteID
	}
	sites, err := h.House.Sites(ctx)
	if err != nil {
		return err
	}
	sites = slices.DeleteFunc(sites, func(s accounts.Site) bool { return !s.Active })
	if o.SiteID == uuid.Nil && len(sites) > 0 {
		o.SiteID = sites[0].ID // of who works at none in particular
	}
	if !slices.ContainsFunc(sites, func(s accounts.Site) bool { return s.ID == o.SiteID }) {
		problems.Add("site_id", "No hay una sede con ese identificador.")
	}
	if o.PatientID != nil {
		if _, err := h.People.Patient(ctx, *o.PatientID); err != nil {
			return unknown(err, "patient_id", "No hay un paciente con ese identificador.", problems)
		}
	}
	if o.AppointmentID != nil {
		visit, err := h.Visits.Appointment(ctx, *o.AppointmentID)
		if err != nil {
			return unknown(err, "appointment_id", "No hay una cita con ese identificador.", problems)
		}
		return h.visitOf(ctx, visit, o.PatientID, problems)
	}
	return nil
}

// visitOf sees that an appointment is of the patient who is charged.
func (h invoicesAPI) visitOf(ctx context.Context, visit agenda.Appointment, patient *uuid.UUID, problems fault.Problems) error {
	if patient == nil {
		return nil
	}
	family, err := h.Register.Family(ctx, *patient)
	if err == nil && !slices.Contains(family, visit.PatientID) {
		problems.Add("appointment_id", "La cita es de otro paciente.")
	}
	return err
}

// unknown makes a problem of what was not found, and passes everything else on.
func unknown(err error, field, words string, problems fault.Problems) error {
	if fault.IsNotFound(err) {
		problems.Add(field, words)
		return nil
	}
	return err
}

// line reads a line. What is on the clinic's list has its name, unit and tax from there, whatever is sent.
func (h invoicesAPI) line(ctx context.Context, place int, in itemIn, o Order, problems fault.Problems) (Line, error) {
	l := Line{Description: strings.TrimSpace(in.Description), Unit: UnitService, IGVType: in.IGVType}
	quantity, ok := ParseAmount(string(in.Quantity))
	if !ok {
		problems.Add(LineField(place, "quantity"), "Se espera una cantidad, como \"1\".")
	}
	l.Quantity = quantity
	l.UnitPrice = amountIn(in.UnitPrice, LineField(place, "unit_price"), problems)
	l.Discount = amountIn(in.Discount, LineField(place, "discount"), problems)
	if in.ServiceID == nil && in.ProductID == nil {
		if l.IGVType == "" {
			l.IGVType = Taxed
		}
		return l, nil
	}
	ref, member, absent := prices.Ref{}, "product_id", "No hay un producto con ese identificador."
	if in.ProductID != nil {
		ref.Product = *in.ProductID
	}
	if in.ServiceID != nil {
		ref.Service, member, absent = *in.ServiceID, "service_id", "No hay un servicio con ese identificador."
	}
	if in.ServiceID != nil && in.ProductID != nil {
		problems.Add(LineField(place, "product_id"), "Una línea es de un servicio o de un producto.")
		return l, nil
	}
	offer, err := h.Book.Offer(ctx, ref)
	if err != nil {
		return l, unknown(err, LineField(place, member), absent, problems)
	}
	return h.listedLine(place, in, l, offer, o, problems), nil
}

// listedLine is a line of what is on the list.
func (h invoicesAPI) listedLine(place int, in itemIn, l Line, offer prices.Offer, o Order, problems fault.Problems) Line {
	l.ServiceID, l.ProductID, l.Code, l.Description, l.Unit = offer.Service, offer.Product, offer.Code, offer.Name, firstText(offer.Unit, UnitService)
	switch {
	case in.UnitPrice != "":
	case o.Currency != Soles:
		problems.Add(LineField(place, "unit_price"), "El precio del servicio está en soles; ponga el de este comprobante en "+o.Currency.Words()+".")
	default:
		l.UnitPrice = offer.At(o.SiteID)
	}
	way, known := IGVTypeOf(offer.IGVCode)
	if !known {
		way = Taxed
	}
	if in.IGVType != "" && in.IGVType != way && in.IGVType != Free {
		problems.Add(LineField(place, "igv_type"), "En la lista es "+strings.ToLower(way.Label())+".")
	}
	if in.IGVType != Free {
		l.IGVType = way
	}
	return l
}

type creditIn struct {
	ID   string `path:"id" doc:"Comprobante que se modifica"`
	Body struct {
		ID         *uuid.UUID   `json:"id,omitempty" format:"uuid" doc:"UUIDv7 de la nota, para repetir sin duplicar"`
		Reason     string       `json:"reason" maxLength:"300" doc:"En sus palabras"`
		ReasonCode Reason       `json:"reason_code,omitempty" enum:"01,02,03,04,05,06,07,08,09,10" doc:"Catálogo 09 de SUNAT; sin él, 01 si es por todo y 07 si es por líneas"`
		Items      []creditLine `json:"items,omitempty" nullable:"false" maxItems:"200" doc:"Lo que se devuelve; vacío: todo lo que queda"`
	}
}

// creditLine is what is taken back of a line.
type creditLine struct {
	Item   int    `json:"item" minimum:"0" doc:"Lugar de la línea en items del comprobante, desde 0"`
	Amount string `json:"amount" maxLength:"30" example:"50.00" doc:"Con IGV"`
}

func (h invoicesAPI) credit(ctx context.Context, in *creditIn) (*invoiceOut, error) {
	of, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	w := NoteWish{Of: of, Reason: in.Body.ReasonCode, Text: in.Body.Reason, Amounts: map[int]decimal.Decimal{}}
	if w.ID, err = web.OwnID(in.Body.ID); err != nil {
		return nil, err
	}
	problems := fault.Problems{}
	for i, l := range in.Body.Items {
		if _, twice := w.Amounts[l.Item]; twice {
			problems.Add("items."+strconv.Itoa(i)+".item", "Esa línea ya está en la nota.")
		}
		w.Amounts[l.Item] = amountIn(l.Amount, "items."+strconv.Itoa(i)+".amount", problems)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if w.Reason == "" {
		w.Reason = Annulment
		if len(w.Amounts) > 0 {
			w.Reason = LineReturn
		}
	}
	_, err = h.Ledger.Entry(ctx, w.ID)
	if err != nil && !fault.IsNotFound(err) {
		return nil, err
	}
	fresh := fault.IsNotFound(err)
	e, err := h.Notes.Credit(ctx, w)
	if err != nil {
		return nil, inItems(err, in.Body.Items)
	}
	return h.answer(ctx, e, statusOfNew(fresh))
}

// inItems calls problems of amounts by their places in the request.
func inItems(err error, items []creditLine) error {
	problems, typed := fault.Fields(err)
	if !typed || len(problems) == 0 {
		return err
	}
	var pairs []string
	for i, l := range items {
		pairs = append(pairs, NoteAmount(l.Item), "items."+strconv.Itoa(i)+".amount")
	}
	return renamed(problems, append(pairs, "amounts", "items", "amends.text", "reason", "amends.reason", "reason_code")...).Err()
}
