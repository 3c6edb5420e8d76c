package nubefact

import (
	"regexp"
	"slices"
	"strings"
)

// customerFrom is the total in soles from which a boleta names its customer.
var customerFrom = rat("700")

var paperForm = regexp.MustCompile(`^[A-Z0-9]{1,15}$`)

// customer reads who the document is for (§3.2).
func (d desk) customer(o object, doc *Document, amended *Document) {
	doc.CustomerType = o.text("cliente_tipo_de_documento", 1, 1)
	doc.CustomerNumber = o.text("cliente_numero_de_documento", 1, 15)
	name := o.text("cliente_denominacion", 1, 100)
	kind := doc.Type
	if amended != nil {
		kind = amended.Type
	}
	least := 0
	if kind == factura {
		least = 1
	}
	o.text("cliente_direccion", least, 100)
	if len(strings.TrimSpace(name)) < 3 {
		o.complain(21, "cliente_denominacion tiene por lo menos 3 caracteres")
	}
	if kind == factura && doc.CustomerType != "6" {
		o.complain(21, "cliente_tipo_de_documento de una factura es 6 (RUC)")
	}
	if kind == boleta && doc.CustomerType == "-" && doc.inSoles(doc.total).Cmp(customerFrom) >= 0 {
		o.complain(21, "cliente_numero_de_documento es obligatorio en boletas desde S/ 700.00")
	}
	paper(o, doc.CustomerType, doc.CustomerNumber)
}

// paper checks the number's form.
func paper(o object, kind, number string) {
	switch kind {
	case "6":
		ruc(o, number)
	case "1":
		if !digits(number, 8) {
			o.complain(21, "El DNI del cliente tiene 8 dígitos")
		}
	case "-":
		if number != "-" {
			o.complain(21, "cliente_numero_de_documento de varios es -")
		}
	case "4", "7", "A", "B", "0", "G":
		if !paperForm.MatchString(number) {
			o.complain(21, "cliente_numero_de_documento lleva hasta 15 letras o cifras")
		}
	default:
		o.complain(20, "cliente_tipo_de_documento %s no existe", kind)
	}
}

// ruc computes the check digit again, and names the one it expected.
func ruc(o object, number string) {
	if !digits(number, 11) {
		o.complain(21, "El RUC del cliente tiene 11 dígitos")
		return
	}
	if !slices.Contains([]string{"10", "15", "16", "17", "20"}, number[:2]) {
		o.complain(21, "El RUC del cliente no empieza con 10, 15, 16, 17 ni 20")
	}
	sum := 0
	for i, weight := range []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum += weight * int(number[i]-'0')
	}
	expected := 11 - sum%11
	if expected >= 10 {
		expected -= 10
	}
	if last := int(number[10] - '0'); last != expected {
		o.complain(21, "El RUC %s es incorrecto, el último dígito debe ser %d", number, expected)
	}
}

// amended finds what a note amends (§3.6).
func (d desk) amended(o object, doc *Document) (*Document, *refusal) {
	if doc.Type != creditNote && doc.Type != debitNote {
		for _, name := range []string{"documento_que_se_modifica_tipo", "documento_que_se_modifica_serie", "documento_que_se_modifica_numero", "tipo_de_nota_de_credito", "tipo_de_nota_de_debito"} {
			if o.has(name) {
				o.complain(21, "%s va solo en notas", name)
			}
		}
		return nil, nil
	}
	kind := o.whole("documento_que_se_modifica_tipo", true, 2)
	series := o.text("documento_que_se_modifica_serie", 4, 4)
	number := o.whole("documento_que_se_modifica_numero", true, 99_999_999)
	if r := o.complaint(); r != nil {
		return nil, r
	}
	found := d.find(kind, series, number)
	if found == nil {
		return nil, refuse(24, "El documento que se modifica %s-%d no existe o no fue enviado a NubeFacT", series, number)
	}
	doc.Amends = found.name()
	return found, nil
}

// note checks a note against what it amends.
func (d desk) note(o object, doc Document, amended *Document) {
	if amended == nil {
		return
	}
	var reason int64
	if doc.Type == creditNote {
		reason = o.whole("tipo_de_nota_de_credito", true, 13)
	} else {
		o.whole("tipo_de_nota_de_debito", true, 5)
	}
	state, _ := d.stateOf(amended)
	switch {
	case state == Rejected:
		o.complain(21, "el documento que se modifica fue rechazado por SUNAT")
	case d.voidState(amended) == voidAsked || d.voidState(amended) == voidDone:
		o.complain(21, "el documento que se modifica fue anulado o se está anulando")
	case amended.Currency != doc.Currency:
		o.complain(21, "la moneda de la nota no es la del documento que se modifica")
	case doc.IssuedOn.Before(amended.IssuedOn):
		o.complain(21, "fecha_de_emision de la nota es anterior al documento que se modifica")
	case reason != 2 && (amended.CustomerType != doc.CustomerType || amended.CustomerNumber != doc.CustomerNumber):
		o.complain(21, "cliente_numero_de_documento no es el del documento que se modifica")
	}
	left := sub(rat(amended.Total), d.credited(amended))
	if doc.Type == creditNote && doc.total.Cmp(left) > 0 {
		o.complain(21, "El total %s supera lo que queda del documento que se modifica, %s", doc.Total, money(left))
	}
}

// credit reads instalments (§3.5).
func (d desk) credit(o object, doc Document) {
	due := o.day("fecha_de_vencimiento", false)
	if o.has("fecha_de_vencimiento") && !due.After(doc.IssuedOn) {
		o.complain(21, "fecha_de_vencimiento debe ser posterior a fecha_de_emision")
	}
	parts := o.list("venta_al_credito", "Cuota")
	newDates := doc.Type == creditNote && o.whole("tipo_de_nota_de_credito", false, 13) == 13
	switch {
	case len(parts) == 0:
		if newDates || o.has("venta_al_credito") {
			o.complain(21, "venta_al_credito no tiene cuotas")
		}
		return
	case doc.Type != factura && !newDates:
		o.complain(21, "venta_al_credito va solo en facturas")
	}
	sum, last := rat("0"), doc.IssuedOn
	for i, p := range parts {
		p.known(names("cuota fecha_de_pago importe"))
		if n := p.whole("cuota", true, 999); n != int64(i+1) {
			p.complain(21, "cuota es %d y debe ser %d", n, i+1)
		}
		day, amount := p.day("fecha_de_pago", true), p.amount("importe", true, 2)
		if !day.After(doc.IssuedOn) || day.Before(last) {
			p.complain(21, "fecha_de_pago debe ser posterior a la emisión y a la cuota anterior")
		}
		if amount.Sign() <= 0 {
			p.complain(21, "importe debe ser mayor que cero")
		}
		sum, last = add(sum, amount), day
	}
	pending := sub(doc.total, o.amount("detraccion_total", false, 10))
	if !newDates && doc.Currency == 1 && (sum.Cmp(pending) > 0 || d.options.Strict && sum.Cmp(pending) != 0) {
		o.complain(21, "las cuotas suman %s y lo pendiente es %s", money(sum), money(pending))
	}
	if d.options.Strict && !due.Equal(last) {
		o.complain(21, "fecha_de_vencimiento no es la de la última cuota")
	}
}

// detractionTypes are NubeFact's own numbers (§3.4).
var detractionTypes = []int64{
	1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 32, 33, 34, 35, 37, 38, 39, 40, 41, 42, 43, 44, 45,
}

// detraction reads the part that goes into the account at the Banco de la Nación (§3.4).
func (d desk) detraction(o object, doc Document) {
	if !o.yes("detraccion", false) {
		for _, name := range []string{"detraccion_tipo", "detraccion_porcentaje", "detraccion_total", "medio_de_pago_detraccion"} {
			if o.has(name) {
				o.complain(21, "%s va solo con detraccion true", name)
			}
		}
		return
	}
	kind := o.whole("detraccion_tipo", true, 45)
	percent, amount := o.amount("detraccion_porcentaje", true, 5), o.amount("detraccion_total", true, 10)
	o.whole("medio_de_pago_detraccion", true, 22)
	inSoles := doc.inSoles(doc.total)
	switch due := mul(inSoles, mul(percent, rat("1/100"))); {
	case doc.Type != factura || inSoles.Cmp(customerFrom) <= 0:
		o.complain(21, "detraccion va en facturas de más de S/ 700.00")
	case !slices.Contains(detractionTypes, kind):
		o.complain(21, "detraccion_tipo %d no existe", kind)
	case percent.Sign() <= 0 || apart(amount, due, rat("0.5")):
		o.complain(21, "detraccion_total es %s y %s %% da %s", money(amount), percent.FloatString(2), money(due))
	}
}
