package billing

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/billing/prices"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
)

// chargeLine is a line of the cart as it is typed.
type chargeLine struct {
	prices.Ref
	Text                      string
	Quantity, Price, Discount string
	Unit                      string
	IGV                       IGVType
	Item                      uuid.UUID     // of a budget; none: of none
	Split                     *prices.Price // who pays what, by an agreement
}

// patients reports whether there is something of the line for the patient to pay.
func (l chargeLine) patients() bool { return l.Split == nil || l.Split.Patient.IsPositive() }

// chargeForm is the charging screen as it is typed.
type chargeForm struct {
	ID          uuid.UUID
	Patient     *uuid.UUID
	Appointment *uuid.UUID
	Budget      *uuid.UUID // whose items are charged; none: of none
	Doctor      uuid.UUID
	Kind        Kind // boleta, factura or onlyReceipt
	Customer    Customer
	Lines       []chargeLine
	Amounts     map[Method]string
	References  map[Method]string
	Received    string
	Agreement   *prices.Agreement // by which the lines are priced; none: a private patient
	Balance     decimal.Decimal   // what the patient has in its favour
	Advances    []Advance         // of the patient, of which something is left
	Typed       url.Values        // all that was sent, for what only the server asks
}

// needsServer reports whether the form carries what a receipt cannot say, left from a page that the server drew.
func (f chargeForm) needsServer() bool {
	t := f.Typed
	return f.Kind == Factura && (t.Get("forma") == "credito" || t.Get("detraccion") != "") || len(t[deductionsField]) > 0 || f.Amounts[CreditBalance] != ""
}

// serverFields are drawn by the server alone; dropField says that a cart goes on without them.
var serverFields = []string{"forma", "cuotas", "cuota_fecha", "cuota_importe", "pendiente", "detraccion", "detraccion_vista", deductionsField}

const dropField = "sin_conexion"

// typedField is a field of the form as it was sent.
type typedField struct{ Name, Value string }

// waiting are the fields that only the server draws, carried by a page of the device until the connection is back.
func (v chargeView) waiting() (list []typedField) {
	if !v.Away {
		return nil
	}
	for _, name := range serverFields {
		for _, value := range v.Form.Typed[name] {
			list = append(list, typedField{name, value})
		}
	}
	return list
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

// methods are the ways offered to this patient: its own balance too, where there is one or one was typed.
func (f chargeForm) methods() []Method {
	if f.Balance.IsPositive() || f.Amounts[CreditBalance] != "" {
		return append(chargeMethods(), CreditBalance)
	}
	return chargeMethods()
}

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

func lineOf(o prices.Offer, site uuid.UUID) chargeLine {
	way, known := IGVTypeOf(o.IGVCode)
	if !known {
		way = Taxed
	}
	l := chargeLine{Ref: o.Ref, Text: o.Name, Quantity: "1", Price: o.At(site).StringFixed(2), Unit: o.Unit, IGV: way}
	if o.NoPrice { // this device holds none: it is typed
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
	if in.Get(dropField) != "" {
		for _, name := range serverFields {
			in.Del(name)
		}
		in.Del(paymentField(CreditBalance))
	}
	f := chargeForm{Kind: Kind(in.Get("comprobante")), Amounts: map[Method]string{}, References: map[Method]string{}, Received: in.Get("recibido"), Typed: in}
	var err error
	if f.ID, err = formID(in.Get("id")); err != nil {
		return f, err
	}
	f.Patient, f.Appointment = idTyped(in.Get("paciente")), idTyped(in.Get("cita"))
	f.Budget = idTyped(in.Get("presupuesto"))
	if doctor := idTyped(in.Get("profesional")); doctor != nil {
		f.Doctor = *doctor
	}
	f.Customer = Customer{DocumentType: DocumentType(in.Get("tipo_documento")), DocumentNumber: in.Get("documento"), Name: in.Get("nombre"), Address: in.Get("direccion")}.Tidy()
	for _, m := range append(chargeMethods(), CreditBalance) {
		f.Amounts[m], f.References[m] = strings.TrimSpace(in.Get(paymentField(m))), strings.TrimSpace(in.Get(referenceField(m)))
	}
	at := func(field string, i int) string {
		if list := in[field]; i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	for i := range in["linea_de"] {
		l := chargeLine{Quantity: at("linea_cantidad", i), Price: at("linea_precio", i), Discount: at("linea_descuento", i)}
		l.Ref, _ = prices.ParseRef(at("linea_de", i))
		if item := idTyped(at("linea_item", i)); item != nil {
			l.Item = *item
		}
		f.Lines = append(f.Lines, l)
	}
	return f, nil
}

// copayMark follows the name of what an insurer pays a part of, in the patient's document.
const copayMark = " (copago)"

// content is what the document would say; problems are about what cannot be read at all.
func (f chargeForm) content(now time.Time) (Content, fault.Problems) {
	day := Today(now)
	c := Content{IssuedOn: day, Currency: Soles, IGVPercent: IGVOn(day), Customer: f.Customer}
	problems := fault.Problems{}
	for _, l := range f.Lines {
		if l.patients() {
			c.Lines = append(c.Lines, l.line(f.Doctor, len(c.Lines), problems))
		}
	}
	return c, problems
}

// line is a line of the cart in the patient's document, at a place of it.
func (l chargeLine) line(doctor uuid.UUID, place int, problems fault.Problems) Line {
	line := Line{ServiceID: l.Service, ProductID: l.Product, DoctorID: doctor, Description: l.Text, Unit: l.Unit, IGVType: l.IGV}
	quantity, ok := ParseAmount(strings.ReplaceAll(l.Quantity, ",", "."))
	if !ok {
		problems.Add(LineField(place, "quantity"), "Escriba la cantidad, como 1 o 2.")
	}
	line.Quantity = quantity
	if l.Split != nil {
		line.UnitPrice = l.Split.Patient
	} else {
		line.UnitPrice = soles(l.Price, LineField(place, "unit_price"), problems)
	}
	if l.Split != nil && l.Split.Insurer.IsPositive() {
		line.Description += copayMark
	}
	if l.Discount != "" {
		line.Discount = discountTyped(l.Discount, line, LineField(place, "discount"), problems)
	}
	return line
}

// placeOf is where a line of the cart stands in the patient's document; -1 for one of which the patient pays nothing.
func (f chargeForm) placeOf(i int) int {
	if i >= len(f.Lines) || !f.Lines[i].patients() {
		return -1
	}
	return patientsAmong(f.Lines[:i])
}

// placesTaken is how many lines the patient's document has.
func (f chargeForm) placesTaken() int { return patientsAmong(f.Lines) }

func patientsAmong(lines []chargeLine) int {
	n := 0
	for _, l := range lines {
		if l.patients() {
			n++
		}
	}
	return n
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
	for _, m := range f.methods() {
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

// deductionsField are the advances that are ticked on the screen, and what is wrong with them.
const deductionsField = "adelanto"

// chargeProblems puts problems at the fields of the screen.
func chargeProblems(problems fault.Problems, payments []Payment) fault.Problems {
	pairs := []string{
		"customer.document_type", "tipo_documento", "customer.document_number", "documento", "customer.name", "nombre", "customer.address", "direccion",
		"payments", "pagos", "credit.paid_at_once", "credit",
	}
	for i, p := range payments {
		at := "payments." + strconv.Itoa(i) + "."
		pairs = append(pairs, at+"amount", paymentField(p.Method), at+"reference", referenceField(p.Method), at+"received", "recibido", at+"method", paymentField(p.Method))
	}
	for field, sentence := range problems {
		if strings.HasPrefix(field, "deductions.") {
			delete(problems, field)
			problems[deductionsField] = sentence
		}
	}
	return renamed(problems, pairs...)
}
