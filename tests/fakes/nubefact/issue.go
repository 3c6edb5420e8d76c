package nubefact

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// headerNames are the fields of generar_comprobante that a clinic may need (manual §3). Others of the manual (ISC, bags,
// perception, fish, cargo) are refused like unknown ones.
var headerNames = names(`
	operacion tipo_de_comprobante serie numero sunat_transaction fecha_de_emision fecha_de_vencimiento codigo_unico generado_por_contingencia
	cliente_tipo_de_documento cliente_numero_de_documento cliente_denominacion cliente_direccion cliente_email cliente_email_1 cliente_email_2
	moneda tipo_de_cambio porcentaje_de_igv descuento_global total_descuento total_anticipo total_gravada total_inafecta total_exonerada total_igv
	total_gratuita total_otros_cargos total detraccion detraccion_tipo detraccion_porcentaje detraccion_total medio_de_pago_detraccion
	condiciones_de_pago medio_de_pago venta_al_credito documento_que_se_modifica_tipo documento_que_se_modifica_serie documento_que_se_modifica_numero
	tipo_de_nota_de_credito tipo_de_nota_de_debito enviar_automaticamente_a_la_sunat enviar_automaticamente_al_cliente formato_de_pdf observaciones
	orden_compra_servicio placa_vehiculo tabla_personalizada_codigo bienes_region_selva servicios_region_selva items cancelado`)

var itemNames = names(`
	unidad_de_medida codigo codigo_producto_sunat descripcion cantidad valor_unitario precio_unitario descuento subtotal tipo_de_igv igv total
	anticipo_regularizacion anticipo_documento_serie anticipo_documento_numero`)

var seriesForms = map[string]*regexp.Regexp{
	"F": regexp.MustCompile(`^F[A-Z0-9]{3}$`), "B": regexp.MustCompile(`^B[A-Z0-9]{3}$`), "0": regexp.MustCompile(`^0\d{3}$`),
}

// The kinds of documents.
const (
	factura    = 1
	boleta     = 2
	creditNote = 3
	debitNote  = 4
)

// issue is generar_comprobante.
func (d desk) issue(o object) (map[string]any, *refusal) {
	o.known(headerNames)
	doc := d.identity(o)
	if r := o.complaint(); r != nil {
		return nil, r
	}
	if d.find(doc.Type, doc.Series, doc.Number) != nil || doc.Code != "" && d.findCode(doc.Code) != nil {
		return nil, refuse(23, "Este documento ya existe en NubeFacT")
	}
	amended, r := d.amended(o, &doc)
	if r != nil {
		return nil, r
	}
	d.money(o, &doc)
	d.customer(o, &doc, amended)
	d.note(o, doc, amended)
	d.credit(o, doc)
	d.detraction(o, doc)
	d.presentation(o)
	if r := o.complaint(); r != nil {
		return nil, r
	}
	if r := d.inTime(doc); r != nil {
		return nil, r
	}
	doc.Body, _ = json.Marshal(o.fields)
	return d.take(doc)
}

// identity reads what names the document (§3.1).
func (d desk) identity(o object) Document {
	doc := Document{Account: d.account.Route}
	doc.Type = o.whole("tipo_de_comprobante", true, 4)
	doc.Series = o.text("serie", 4, 4)
	doc.Number = o.whole("numero", true, 99_999_999)
	doc.Code = o.text("codigo_unico", 0, 20)
	doc.IssuedOn = o.day("fecha_de_emision", true)
	switch transaction := o.whole("sunat_transaction", true, 35); {
	case !slices.Contains([]int64{1, 4, 30}, transaction):
		o.complain(21, "sunat_transaction %d no corresponde a una clínica", transaction)
	case (transaction == 30) != o.yes("detraccion", false):
		o.complain(21, "sunat_transaction 30 va con detraccion true")
	}
	letter := "0"
	if !o.yes("generado_por_contingencia", false) {
		letter = letterOf(doc.Type, o)
	}
	if form := seriesForms[letter]; form == nil || !form.MatchString(doc.Series) {
		o.complain(21, "La serie %s no corresponde al tipo de comprobante; empieza con %s", doc.Series, letter)
	}
	if len(d.account.Series) > 0 && !slices.Contains(d.account.Series, doc.Series) {
		o.complain(21, "La serie %s no está habilitada para esta cuenta", doc.Series)
	}
	return doc
}

// letterOf is how the series begins; a note takes the letter of what it amends.
func letterOf(kind int64, o object) string {
	if kind == creditNote || kind == debitNote {
		kind = o.whole("documento_que_se_modifica_tipo", true, 2)
	}
	if kind == factura {
		return "F"
	}
	return "B"
}

// Days of the law, counted in Lima; the boletas' are not sure.
const (
	facturaDays = 3
	boletaDays  = 5
	voidDays    = 7
)

// inTime: not in the future, and while SUNAT takes it.
func (d desk) inTime(doc Document) *refusal {
	days := facturaDays
	if strings.HasPrefix(doc.Series, "B") {
		days = boletaDays
	}
	switch today := d.today(); {
	case doc.IssuedOn.After(today):
		return refuse(21, "fecha_de_emision está en el futuro")
	case doc.IssuedOn.AddDate(0, 0, days).Before(today):
		return refuse(22, "El documento fue enviado fuera del plazo permitido")
	}
	return nil
}

// money reads lines and totals and computes them again (§3.3, §4).
func (d desk) money(o object, doc *Document) {
	doc.Currency = o.whole("moneda", true, 4)
	rate := o.amount("tipo_de_cambio", doc.Currency != 1, 3)
	if doc.Currency == 1 && o.has("tipo_de_cambio") {
		o.complain(21, "tipo_de_cambio va solo con otra moneda")
	}
	doc.rate = rat("1")
	if doc.Currency != 1 && rate.Sign() > 0 {
		doc.rate = rate
	}
	percent := o.amount("porcentaje_de_igv", true, 2)
	if percent.Cmp(rat("18")) != 0 {
		o.complain(21, "porcentaje_de_igv es 18")
	}
	lines := d.lines(o)
	if len(lines) == 0 {
		o.complain(20, "items no puede estar en blanco")
	}
	for _, l := range lines {
		l.check(percent)
	}
	doc.total, doc.igv = sumOf(lines).check(o, percent)
	doc.Total, doc.IGV = money(doc.total), money(doc.igv)
}

func (d desk) lines(o object) []line {
	newDates := o.value("tipo_de_nota_de_credito") != nil && o.whole("tipo_de_nota_de_credito", false, 13) == 13
	var lines []line
	for _, item := range o.list("items", "Ítem") {
		item.known(itemNames)
		l := line{object: item, unit: item.text("unidad_de_medida", 2, 5), kind: item.whole("tipo_de_igv", true, 20)}
		item.text("codigo", 0, 250)
		item.text("descripcion", 1, 250)
		if code := item.text("codigo_producto_sunat", 0, 8); code != "" && !digits(code, 8) {
			item.complain(20, "codigo_producto_sunat tiene 8 dígitos")
		}
		if !slices.Contains([]string{"NIU", "ZZ"}, l.unit) {
			item.complain(21, "unidad_de_medida %s no existe en la cuenta", l.unit)
		}
		if groupOf(l.kind) == elsewhere {
			item.complain(21, "tipo_de_igv %d no corresponde a una clínica", l.kind)
		}
		l.quantity, l.value, l.price = item.amount("cantidad", true, 10), item.amount("valor_unitario", true, 10), item.amount("precio_unitario", true, 10)
		l.discount, l.subtotal, l.igv, l.sum = item.amount("descuento", false, 2), item.amount("subtotal", true, 2), item.amount("igv", true, 2), item.amount("total", true, 2)
		l.advance = item.yes("anticipo_regularizacion", true)
		if l.quantity.Sign() <= 0 {
			item.complain(21, "cantidad debe ser mayor que cero")
		}
		if newDates != (l.price.Sign() == 0) {
			item.complain(21, "precio_unitario es cero solo en la nota que cambia cuotas (13), y allí siempre")
		}
		d.advance(l)
		lines = append(lines, l)
	}
	return lines
}

// advance: a line that applies an earlier payment names the document of it.
func (d desk) advance(l line) {
	series, number := l.text("anticipo_documento_serie", 0, 4), l.whole("anticipo_documento_numero", false, 99_999_999)
	if !l.advance {
		if series != "" || number != 0 {
			l.complain(21, "anticipo_documento va solo con anticipo_regularizacion")
		}
		return
	}
	if d.find(factura, series, number) == nil && d.find(boleta, series, number) == nil {
		l.complain(21, "el documento del anticipo %s-%d no existe", series, number)
	}
}

// presentation reads what only changes how the document looks or travels (§3.7).
func (d desk) presentation(o object) {
	o.text("medio_de_pago", 0, 250)
	o.text("condiciones_de_pago", 0, 250)
	o.text("observaciones", 0, 1000)
	o.text("orden_compra_servicio", 0, 20)
	o.text("placa_vehiculo", 0, 8)
	o.text("tabla_personalizada_codigo", 0, 250)
	o.yes("bienes_region_selva", false)
	o.yes("servicios_region_selva", false)
	if format := o.text("formato_de_pdf", 0, 6); !slices.Contains([]string{"", "A4", "A5", "TICKET"}, format) {
		o.complain(20, "formato_de_pdf es A4, A5 o TICKET")
	}
	toClient := o.yes("enviar_automaticamente_al_cliente", false)
	if !o.yes("enviar_automaticamente_a_la_sunat", true) {
		o.complain(21, "enviar_automaticamente_a_la_sunat false deja el documento sin enviar; la API no lo envía después")
	}
	addressed := false
	for _, name := range []string{"cliente_email", "cliente_email_1", "cliente_email_2"} {
		mail := o.text(name, 0, 250)
		addressed = addressed || mail != ""
		if mail != "" && !mailForm.MatchString(mail) {
			o.complain(20, "%s no es un correo", name)
		}
	}
	if toClient && !addressed {
		o.complain(21, "falta cliente_email para enviar al cliente")
	}
}

var mailForm = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s.]+$`)

// inSoles is an amount of the document in soles.
func (doc Document) inSoles(amount *big.Rat) *big.Rat { return mul(amount, doc.rate) }

func digits(text string, n int) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil && len(text) == n
}

func dayText(t time.Time) string { return t.Format("02/01/2006") }
