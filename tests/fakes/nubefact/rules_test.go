package nubefact_test

import (
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/tests/fakes/nubefact"
)

const (
	boletaDNI = "01-boleta-dni"
	factura   = "02-factura-credito-ruc"
	exempt    = "03-boleta-exonerada"
	note      = "04-nota-credito"
)

func set(into any, path string, value any) {
	key, rest, deeper := strings.Cut(path, ".")
	switch into := into.(type) {
	case object:
		switch {
		case deeper:
			set(into[key], rest, value)
		case value == nil:
			delete(into, key)
		default:
			into[key] = value
		}
	case []any:
		i, _ := strconv.Atoi(key)
		set(into[i], rest, value)
	}
}

var _ = Describe("the stand-in", func() {
	DescribeTable("answers the reference's examples as they are", func(strict bool) {
		w := start(nubefact.Options{Strict: strict})
		for _, name := range []string{boletaDNI, factura, exempt, note} {
			e := example(name)[0]
			status, answer := w.ask(e.Request)
			Expect(status).To(Equal(*e.Status), "%v", answer)
			for field, value := range e.Response {
				switch field {
				case "enlace", "enlace_del_pdf", "enlace_del_xml", "enlace_del_cdr", "codigo_hash": // its own
					Expect(answer).To(HaveKey(field))
				case "cadena_para_codigo_qr":
					text := value.(string)
					Expect(answer[field]).To(HavePrefix(text[:strings.LastIndex(strings.TrimSuffix(text, " |"), "|")]))
				default:
					if value == nil {
						Expect(answer).To(HaveKeyWithValue(field, BeNil()), name)
						continue
					}
					Expect(answer).To(HaveKeyWithValue(field, value), name)
				}
			}
		}
		By("taking each once")
		status, answer := w.ask(example(boletaDNI)[0].Request)
		Expect(status).To(Equal(400))
		Expect(answer).To(Equal(object{"errors": "Este documento ya existe en NubeFacT", "codigo": 23.0}))

		By("accepting boletas within five seconds")
		consultation := example(boletaDNI)[1]
		_, answer = w.ask(consultation.Request)
		Expect(answer["aceptada_por_sunat"]).To(BeFalse())
		w.later(5 * time.Second)
		_, answer = w.ask(consultation.Request)
		Expect(answer).To(SatisfyAll(HaveKeyWithValue("aceptada_por_sunat", true), HaveKeyWithValue("sunat_responsecode", "0"), HaveKeyWithValue("anulado", false),
			HaveKeyWithValue("sunat_description", "La Boleta numero B001-1, ha sido aceptada")))

		By("voiding in two steps")
		voiding := example("05-anulacion")
		for i, accepted := range []bool{false, false, true} {
			if accepted {
				w.later(5 * time.Second)
			}
			status, answer = w.ask(voiding[i].Request)
			Expect(status).To(Equal(200), "%v", answer)
			Expect(answer["aceptada_por_sunat"]).To(Equal(accepted))
			Expect(answer["sunat_description"] == voiding[i].Response["sunat_description"]).To(BeTrue())
		}
		_, answer = w.ask(object{"operacion": "consultar_comprobante", "tipo_de_comprobante": 1, "serie": "F001", "numero": 2})
		Expect(answer["anulado"]).To(BeTrue())
		_, answer = w.ask(voiding[0].Request)
		Expect(answer["codigo"]).To(Equal(23.0))
	}, Entry("with a cent of tolerance", false), Entry("strictly", true))

	DescribeTable("refuses what the manual refuses", func(name string, changes object, code int, text string) {
		w := start(nubefact.Options{})
		if name == note {
			status, _ := w.ask(example(boletaDNI)[0].Request)
			Expect(status).To(Equal(200))
		}
		status, answer := w.ask(changed(name, changes))
		Expect(answer).To(HaveKeyWithValue("codigo", float64(code)))
		Expect(answer["errors"]).To(ContainSubstring(text))
		Expect(status).To(Equal(400))
		Expect(w.Documents()).To(HaveLen(map[bool]int{true: 1}[name == note]), "nothing is kept")
	},
		Entry("an unknown field", boletaDNI, object{"total_isc": 0}, 20, "el campo total_isc no existe"),
		Entry("an unknown field of a line", boletaDNI, object{"items.0.isc": 0}, 20, "Ítem 1: el campo isc no existe"),
		Entry("an unknown operation", boletaDNI, object{"operacion": "listar"}, 20, "operacion"),
		Entry("no series", boletaDNI, object{"serie": nil}, 20, "serie no puede estar en blanco"),
		Entry("a short series", boletaDNI, object{"serie": "B1"}, 20, "serie tiene 2 caracteres"),
		Entry("a series of the other letter", boletaDNI, object{"serie": "F001"}, 21, "no corresponde al tipo"),
		Entry("a series that is not switched on", boletaDNI, object{"serie": "B009"}, 21, "La serie B009 no está habilitada"),
		Entry("a number of nine digits", boletaDNI, object{"numero": 123456789}, 20, "numero es un número entero"),
		Entry("a number in words", boletaDNI, object{"numero": "uno"}, 20, "numero es un número entero"),
		Entry("a long code", boletaDNI, object{"codigo_unico": strings.Repeat("x", 21)}, 20, "codigo_unico tiene 21 caracteres"),
		Entry("a date of another form", boletaDNI, object{"fecha_de_emision": "2026-11-20"}, 20, "DD-MM-YYYY"),
		Entry("tomorrow", boletaDNI, object{"fecha_de_emision": "21-11-2026"}, 21, "futuro"),
		Entry("six days late", boletaDNI, object{"fecha_de_emision": "14-11-2026"}, 22, "plazo"),
		Entry("a factura four days late", factura, object{"fecha_de_emision": "16-11-2026"}, 22, "plazo"),
		Entry("three decimals", boletaDNI, object{"total": 170.555}, 20, "total no es un importe con hasta 2 decimales"),
		Entry("a negative quantity", boletaDNI, object{"items.0.cantidad": -1}, 20, "cantidad no es un importe"),
		Entry("no quantity", boletaDNI, object{"items.0.cantidad": 0}, 21, "cantidad debe ser mayor que cero"),
		Entry("no lines", boletaDNI, object{"items": []any{}}, 20, "items no puede estar en blanco"),
		Entry("a unit nobody knows", boletaDNI, object{"items.0.unidad_de_medida": "CAJ"}, 21, "unidad_de_medida CAJ no existe"),
		Entry("export", boletaDNI, object{"items.0.tipo_de_igv": 16}, 21, "tipo_de_igv 16"),
		Entry("a subtotal two cents off", boletaDNI, object{"items.0.subtotal": 101.71, "items.0.igv": 18.29}, 21, "no es valor_unitario x cantidad"),
		Entry("a tax two cents off", boletaDNI, object{"items.0.igv": 18.33, "items.0.total": 120.02}, 21, "el igv 18.33 no corresponde"),
		Entry("a line that does not add up", boletaDNI, object{"items.0.total": 120.01}, 21, "el total 120.01 no es subtotal + igv"),
		Entry("another price", boletaDNI, object{"items.0.precio_unitario": 121}, 21, "no corresponde a precio_unitario"),
		Entry("tax on what is exempt", exempt, object{"items.0.igv": 0.01, "items.0.total": 80.01}, 21, "el igv 0.01 no corresponde"),
		Entry("a header a cent off", boletaDNI, object{"total_gravada": 144.54}, 21, "total_gravada es 144.54 y la suma de los items da 144.53"),
		Entry("a tax a cent off", boletaDNI, object{"total_igv": 26.01}, 21, "total_igv es 26.01"),
		Entry("a total a cent off", boletaDNI, object{"total": 170.56}, 21, "total es 170.56"),
		Entry("exempt as taxed", exempt, object{"total_exonerada": nil, "total_gravada": 151}, 21, "total_gravada es 151.00 y la suma de los items da 0.00"),
		Entry("another rate", boletaDNI, object{"porcentaje_de_igv": 10}, 21, "porcentaje_de_igv es 18"),
		Entry("dollars without a rate", boletaDNI, object{"moneda": 2}, 20, "tipo_de_cambio no puede estar en blanco"),
		Entry("soles with a rate", boletaDNI, object{"tipo_de_cambio": 3.4}, 21, "tipo_de_cambio va solo con otra moneda"),
		Entry("a RUC with a wrong digit", factura, object{"cliente_numero_de_documento": "20123456789"}, 21, "el último dígito debe ser 6"),
		Entry("a factura to a DNI", factura, object{"cliente_tipo_de_documento": "1", "cliente_numero_de_documento": "45678912"}, 21, "de una factura es 6"),
		Entry("a factura without address", factura, object{"cliente_direccion": nil}, 20, "cliente_direccion no puede estar en blanco"),
		Entry("a short DNI", boletaDNI, object{"cliente_numero_de_documento": "4567891"}, 21, "8 dígitos"),
		Entry("a name of two letters", boletaDNI, object{"cliente_denominacion": "AB"}, 21, "3 caracteres"),
		Entry("a tabulator", boletaDNI, object{"cliente_denominacion": "ANA\tROJAS"}, 20, "caracteres de control"),
		Entry("S/ 700 to whoever comes", boletaDNI, object{
			"cliente_tipo_de_documento": "-", "cliente_numero_de_documento": "-", "total_gravada": 593.22, "total_igv": 106.78, "total": 700,
			"items": []any{object{"unidad_de_medida": "ZZ", "descripcion": "X", "cantidad": 1, "valor_unitario": 593.2203389831, "precio_unitario": 700, "subtotal": 593.22, "tipo_de_igv": 1, "igv": 106.78, "total": 700, "anticipo_regularizacion": false}},
		}, 21, "desde S/ 700.00"),
		Entry("an instalment on the day", factura, object{"venta_al_credito.0.fecha_de_pago": "20-11-2026"}, 21, "posterior a la emisión"),
		Entry("instalments of too much", factura, object{"venta_al_credito.0.importe": 318.61}, 21, "las cuotas suman 637.21"),
		Entry("instalments out of count", factura, object{"venta_al_credito.1.cuota": 3}, 21, "cuota es 3 y debe ser 2"),
		Entry("a boleta on credit", boletaDNI, object{"venta_al_credito": []any{object{"cuota": 1, "fecha_de_pago": "20-12-2026", "importe": 1}}}, 21, "solo en facturas"),
		Entry("a due date before", boletaDNI, object{"fecha_de_vencimiento": "19-11-2026"}, 21, "fecha_de_vencimiento"),
		Entry("a small detracción", factura, object{"sunat_transaction": 30, "detraccion": true, "detraccion_tipo": 35, "detraccion_porcentaje": 12, "detraccion_total": 76.46, "medio_de_pago_detraccion": 1,
			"venta_al_credito": nil, "fecha_de_vencimiento": nil}, 21, "más de S/ 700.00"),
		Entry("detracción by halves", factura, object{"sunat_transaction": 30}, 21, "sunat_transaction 30"),
		Entry("kept back from SUNAT", boletaDNI, object{"enviar_automaticamente_a_la_sunat": false}, 21, "no lo envía después"),
		Entry("a wrong address of mail", boletaDNI, object{"cliente_email": "ana"}, 20, "cliente_email no es un correo"),
		Entry("a boleta that amends", boletaDNI, object{"documento_que_se_modifica_serie": "B001"}, 21, "va solo en notas"),
		Entry("a note over nothing", note, object{"documento_que_se_modifica_numero": 9}, 24, "no existe"),
		Entry("a note of the other letter", note, object{"serie": "FC01"}, 21, "empieza con B"),
		Entry("a note without reason", note, object{"tipo_de_nota_de_credito": nil}, 20, "tipo_de_nota_de_credito"),
		Entry("a note in another currency", note, object{"moneda": 2, "tipo_de_cambio": 3.4}, 21, "la moneda de la nota"),
		Entry("a note to somebody else", note, object{"cliente_numero_de_documento": "45678913"}, 21, "no es el del documento"),
		Entry("a note for more than its document", note, object{
			"total_gravada": 144.54, "total_igv": 26.02, "total": 170.56,
			"items": []any{object{"unidad_de_medida": "ZZ", "descripcion": "X", "cantidad": 1, "valor_unitario": 144.5423728814, "precio_unitario": 170.56, "subtotal": 144.54, "tipo_de_igv": 1, "igv": 26.02, "total": 170.56, "anticipo_regularizacion": false}},
		}, 21, "El total 170.56 supera lo que queda del documento que se modifica, 170.55"),
	)

	DescribeTable("lets a cent pass, and strictly does not", func(changes object) {
		status, answer := start(nubefact.Options{}).ask(changed(boletaDNI, changes))
		Expect(status).To(Equal(200), "%v", answer)
		_, answer = start(nubefact.Options{Strict: true}).ask(changed(boletaDNI, changes))
		Expect(answer["codigo"]).To(Or(Equal(20.0), Equal(21.0)))
	},
		Entry("in a subtotal", object{"items.0.subtotal": 101.70, "items.0.igv": 18.30, "total_gravada": 144.54, "total_igv": 26.01}),
		Entry("in a value of few decimals", object{"items.0.valor_unitario": 101.69}),
		Entry("numbers as texts", object{"numero": "1", "total": "170.55", "enviar_automaticamente_a_la_sunat": "true"}),
		Entry("empty texts", object{"observaciones": "", "total_gratuita": ""}),
	)

	It("follows the manual's other sums: discounts, gifts, advances, dollars", func() {
		w := start(nubefact.Options{Strict: true})
		item := func(unit, subtotal, igv, total any, kind int) object {
			return object{"unidad_de_medida": "ZZ", "descripcion": "X", "cantidad": 1, "valor_unitario": unit, "precio_unitario": total, "subtotal": subtotal, "tipo_de_igv": kind, "igv": igv, "total": total, "anticipo_regularizacion": false}
		}
		passes := func(number int, changes object) {
			GinkgoHelper()
			changes["numero"], changes["codigo_unico"] = number, strconv.Itoa(number)
			status, answer := w.ask(changed(boletaDNI, changes))
			Expect(status).To(Equal(200), "%v", answer)
		}
		discounted := item(500, 300, 54, 354, 1)
		discounted["precio_unitario"], discounted["descuento"] = 590, 200
		passes(1, object{"total_gravada": 400, "total_igv": 72, "total": 472, "total_descuento": 200, "items": []any{discounted, item(100, 100, 18, 118, 1)}})
		passes(2, object{"total_gravada": 100, "total_igv": 18, "total": 118, "total_gratuita": 500, "items": []any{item(500, 500, 0, 500, 6), item(100, 100, 18, 118, 1)}})
		passes(3, object{"total_gravada": 300, "total_igv": 54, "total": 354, "descuento_global": 300, "total_descuento": 300, "items": []any{item(500, 500, 90, 590, 1), item(100, 100, 18, 118, 1)}})
		passes(4, object{"total_gravada": 600, "total_igv": 108, "total": 758, "total_otros_cargos": 50, "items": []any{item(500, 500, 90, 590, 1), item(100, 100, 18, 118, 1)}})
		passes(5, object{"moneda": 2, "tipo_de_cambio": 3.245, "total_gravada": 100, "total_igv": 18, "total": 118, "items": []any{item(100, 100, 18, 118, 1)}})
		advance := item(500, 500, 90, 590, 1)
		advance["anticipo_regularizacion"], advance["anticipo_documento_serie"], advance["anticipo_documento_numero"] = true, "B001", 1
		passes(6, object{"sunat_transaction": 4, "total_anticipo": 500, "total_gravada": 1500, "total_igv": 270, "total": 1770, "items": []any{item(2000, 2000, 360, 2360, 1), advance}})
	})
})
