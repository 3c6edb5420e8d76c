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
	if err := h.withinLimit(ctx, o.Content, o.SiteID, nil); err != nil {
		return nil, err
	}
	if in.Body.Draft {
		return h.write(ctx, o)
	}
	if _, err := h.Ledger.Draft(ctx, o.ID); !fault.IsNotFound(err) {
		return nil, firstError(err, ErrIsDraft)
	}
	_, err = h.Ledger.Entry(ctx, o.ID)
	if err != nil && !fault.IsNotFound(err) {
		return nil, err
	}
	status := statusOfNew(fault.IsNotFound(err))
	e, err := h.Desk.Issue(ctx, o, payments)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, e, status)
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
	status := statusOfNew(fault.IsNotFound(err))
	d, err := h.Drafts.Write(ctx, o)
	if err != nil {
		return nil, err
	}
	return &invoiceOut{Status: status, Body: draftAsJSON(d)}, nil
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
		line, err := h.line(ctx, i, item, o.Currency, problems)
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
		if _, err := h.Visits.Appointment(ctx, *o.AppointmentID); err != nil {
			return unknown(err, "appointment_id", "No hay una cita con ese identificador.", problems)
		}
	}
	return nil
}

// unknown makes a problem of what was not found, and passes everything else on.
func unknown(err error, field, words string, problems fault.Problems) error {
	if fault.IsNotFound(err) {
		problems.Add(field, words)
		return nil
	}
	return err
}

// line reads a line; what it leaves out is its service's.
func (h invoicesAPI) line(ctx context.Context, place int, in itemIn, currency Currency, problems fault.Problems) (Line, error) {
	l := Line{Description: strings.TrimSpace(in.Description), Unit: UnitService, IGVType: in.IGVType}
	quantity, ok := ParseAmount(string(in.Quantity))
	if !ok {
		problems.Add(LineField(place, "quantity"), "Se espera una cantidad, como \"1\".")
	}
	l.Quantity = quantity
	l.UnitPrice = amountIn(in.UnitPrice, LineField(place, "unit_price"), problems)
	l.Discount = amountIn(in.Discount, LineField(place, "discount"), problems)
	if in.ServiceID != nil {
		service, err := h.Prices.Service(ctx, *in.ServiceID)
		if err != nil {
			return l, unknown(err, LineField(place, "service_id"), "No hay un servicio con ese identificador.", problems)
		}
		way, known := IGVTypeOf(service.IGVCode)
		l.ServiceID, l.Unit, l.Description = service.ID, firstText(service.SunatUnit, UnitService), firstText(l.Description, service.Name)
		switch {
		case in.UnitPrice != "":
		case currency.code() != Soles:
			problems.Add(LineField(place, "unit_price"), "El precio del servicio está en soles; ponga el de este comprobante en "+currency.Words()+".")
		default:
			l.UnitPrice = service.Price
		}
		if l.IGVType == "" && known {
			l.IGVType = way
		}
	}
	if l.IGVType == "" {
		l.IGVType = Taxed
	}
	return l, nil
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
