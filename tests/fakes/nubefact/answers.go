package nubefact

import (
	"fmt"
	"strconv"
)

// answer is what the service says about a document it holds (manual §5).
func (d desk) answer(doc *Document) map[string]any {
	link := d.base + "/cpe/" + doc.id()
	a := map[string]any{
		"tipo_de_comprobante": doc.Type, "serie": doc.Series, "numero": doc.Number,
		"enlace": link, "enlace_del_pdf": link + ".pdf", "enlace_del_xml": link + ".xml", "enlace_del_cdr": nil,
		"aceptada_por_sunat": false, "sunat_description": nil, "sunat_note": nil, "sunat_responsecode": nil, "sunat_soap_error": "",
		"pdf_zip_base64": nil, "xml_zip_base64": nil, "cdr_zip_base64": nil,
		"cadena_para_codigo_qr": d.qr(doc), "codigo_hash": doc.hash(),
	}
	state, problem := d.stateOf(doc)
	a["sunat_soap_error"] = problem
	switch state {
	case Accepted, Voided:
		a["aceptada_por_sunat"], a["sunat_responsecode"], a["enlace_del_cdr"] = true, "0", link+".cdr"
		a["sunat_description"] = fmt.Sprintf("La %s numero %s-%d, ha sido aceptada", kindName(doc.Type), doc.Series, doc.Number)
	case Rejected:
		a["sunat_responsecode"], a["sunat_description"] = doc.Rejection.Code, doc.Rejection.Text
	}
	return a
}

func kindName(kind int64) string {
	return map[int64]string{factura: "Factura", boleta: "Boleta", creditNote: "Nota de Credito", debitNote: "Nota de Debito"}[kind]
}

// qr is the text of the QR code as NubeFact writes it.
func (d desk) qr(doc *Document) string {
	code := map[int64]string{factura: "01", boleta: "03", creditNote: "07", debitNote: "08"}[doc.Type]
	return fmt.Sprintf("%s | %s | %s | %06d | %s | %s | %s | %s | %s | %s |", d.account.RUC, code, doc.Series, doc.Number, doc.IGV, doc.Total,
		dayText(doc.IssuedOn.In(lima)), doc.CustomerType, doc.CustomerNumber, doc.hash())
}

var nameNames = names("operacion tipo_de_comprobante serie numero")

// named reads which document an operation is about, and finds it.
func (d desk) named(o object) (*Document, *refusal) {
	kind, series, number := o.whole("tipo_de_comprobante", true, 4), o.text("serie", 4, 4), o.whole("numero", true, 99_999_999)
	if r := o.complaint(); r != nil {
		return nil, r
	}
	doc := d.find(kind, series, number)
	if doc == nil {
		return nil, refuse(24, "El documento %s-%d no existe o no fue enviado a NubeFacT", series, number)
	}
	return doc, nil
}

// consult is consultar_comprobante.
func (d desk) consult(o object) (map[string]any, *refusal) {
	o.known(nameNames)
	doc, r := d.named(o)
	if r != nil {
		return nil, r
	}
	a := d.answer(doc)
	a["anulado"] = d.voidState(doc) == voidDone
	return a, nil
}

// void is generar_anulacion (manual §7).
func (d desk) void(o object) (map[string]any, *refusal) {
	o.known(names("operacion tipo_de_comprobante serie numero motivo codigo_unico"))
	reason, code := o.text("motivo", 3, 100), o.text("codigo_unico", 0, 250)
	doc, r := d.named(o)
	if r != nil {
		return nil, r
	}
	state, _ := d.stateOf(doc)
	switch {
	case doc.Void != nil && d.voidState(doc) != voidRefused:
		return nil, refuse(23, "La anulación de este documento ya existe en NubeFacT")
	case state != Accepted:
		return nil, refuse(21, "El documento %s-%d no se puede anular porque no está aceptado por SUNAT", doc.Series, doc.Number)
	case doc.IssuedOn.In(lima).AddDate(0, 0, voidDays).Before(d.today()):
		return nil, refuse(22, "El documento se puede anular hasta %d días después de su emisión", voidDays)
	case d.amendedBy(doc):
		return nil, refuse(21, "El documento %s-%d tiene una nota y no se puede anular", doc.Series, doc.Number)
	}
	doc.Void = &Void{Reason: reason, Code: code, Ticket: d.ticket(), DecidedAt: d.now.Add(d.options.Delay)}
	if fault, ok := d.met.find(RejectVoid); ok {
		doc.Void.Rejection = fault.verdict()
	}
	if err := d.save(); err != nil {
		return nil, refuse(40, "Error interno desconocido: %v", err)
	}
	return d.voidAnswer(doc), nil
}

// ticket is the number SUNAT gives to a voiding.
func (d desk) ticket() string {
	given := 1
	for _, doc := range d.documents {
		if doc.Void != nil {
			given++
		}
	}
	return strconv.Itoa(1_700_000_000_000 + given)
}

// consultVoid is consultar_anulacion.
func (d desk) consultVoid(o object) (map[string]any, *refusal) {
	o.known(nameNames)
	doc, r := d.named(o)
	if r != nil {
		return nil, r
	}
	if doc.Void == nil {
		return nil, refuse(24, "La anulación de %s-%d no existe", doc.Series, doc.Number)
	}
	return d.voidAnswer(doc), nil
}

func (d desk) voidAnswer(doc *Document) map[string]any {
	link := d.base + "/anulacion/" + doc.id()
	a := map[string]any{
		"numero": doc.Number, "enlace": link, "sunat_ticket_numero": doc.Void.Ticket, "aceptada_por_sunat": false,
		"sunat_description": nil, "sunat_note": nil, "sunat_responsecode": nil, "sunat_soap_error": "",
		"enlace_del_pdf": link + ".pdf", "enlace_del_xml": link + ".xml", "enlace_del_cdr": link + ".cdr",
	}
	switch d.voidState(doc) {
	case voidDone:
		a["aceptada_por_sunat"], a["sunat_responsecode"], a["sunat_description"] = true, "0", "La Comunicacion de baja ha sido aceptada"
	case voidRefused:
		a["sunat_responsecode"], a["sunat_description"] = doc.Void.Rejection.Code, doc.Void.Rejection.Text
	}
	return a
}
