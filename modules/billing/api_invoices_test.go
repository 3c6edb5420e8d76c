//go:build !js

package billing_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"hampi/modules/agenda"
	"hampi/modules/patients"
)

type object = map[string]any

// pointsAt is a problem about one member, with words.
func pointsAt(pointer, words string) types.GomegaMatcher {
	return HaveKeyWithValue("errors", ContainElement(And(HaveKeyWithValue("pointer", pointer), HaveKeyWithValue("detail", ContainSubstring(words)))))
}

var rosa = object{"document_type": "DNI", "document_number": "45678912", "name": "Rosa Quispe", "address": ""}

// sale is what a program sends to sell one thing.
func sale(changes ...object) object {
	s := object{
		"id": uuid.Must(uuid.NewV7()).String(), "kind": "boleta", "customer": rosa,
		"items": []object{{"service_id": pricedID, "description": "Consulta", "quantity": "1", "unit_price": "118.00", "discount": "0.00", "igv_type": "gravado"}},
	}
	for _, change := range changes {
		for member, value := range change {
			s[member] = value
		}
	}
	return s
}

func item(changes object) object {
	i := object{"description": "Consulta", "quantity": "1", "unit_price": "118.00"}
	for member, value := range changes {
		i[member] = value
	}
	return object{"items": []object{i}}
}

var _ = Describe("the API of documents", Ordered, ContinueOnFailure, func() {
	var o *bureau
	BeforeAll(func() { o = newBureau() })

	// counts are what is written so far.
	counts := func() (n string) {
		GinkgoHelper()
		const query = `select concat_ws(' ', (select count(*) from invoices), (select sum(last_number) from invoice_series), (select count(*) from payments),
			(select count(*) from invoice_contents), (select count(*) from invoice_drafts))`
		Expect(o.Admin.QueryRow(context.Background(), query).Scan(&n)).To(Succeed())
		return n
	}

	It("issues at once, with exactly the fields of its contract, and the same again once", func() {
		sent := sale(object{"items": []object{
			{"service_id": o.priced.ID, "description": "Consulta", "quantity": "2", "unit_price": "80.00", "discount": "10.00", "igv_type": "gravado"},
			{"description": "Insulina", "quantity": 1, "unit_price": "35.50", "igv_type": "inafecto"},
			{"description": "Muestra", "quantity": "1", "unit_price": "5.00", "igv_type": "gratuito"},
		}})
		status, made := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sent)
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
		number := made["number"]
		Expect(made).To(HaveLen(15))
		Expect(made).To(Equal(object{
			"id": sent["id"], "kind": "boleta", "series": "B001", "number": number, "status": "queued", "issued_on": "2026-11-24",
			"customer": rosa, "items": []any{
				object{"service_id": o.priced.ID.String(), "description": "Consulta", "quantity": "2", "unit_price": "80.00", "discount": "10.00", "igv_type": "gravado"},
				object{"description": "Insulina", "quantity": "1", "unit_price": "35.50", "discount": "0.00", "igv_type": "inafecto"},
				object{"description": "Muestra", "quantity": "1", "unit_price": "5.00", "discount": "0.00", "igv_type": "gratuito"},
			},
			"taxable": "127.12", "exempt": "0.00", "unaffected": "35.50", "free": "5.00", "igv": "22.88", "total": "185.50", "payments": []any{},
		}))
		before := counts()
		status, again := o.call(o.Clinic, "cashier", "POST", "invoices", sent)
		Expect(status).To(Equal(http.StatusOK), "%v", again)
		Expect(again["number"]).To(Equal(number))
		status, _ = o.call(o.Clinic, "cashier", "POST", "invoices", sale(object{"id": sent["id"]}))
		Expect(status).To(Equal(http.StatusConflict))
		Expect(counts()).To(Equal(before))
		status, read := o.call(o.Clinic, "receptionist", "GET", "invoices/"+sent["id"].(string), nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(read).To(Equal(made))
		status, _ = o.call(o.Sur, "cashier", "GET", "invoices/"+sent["id"].(string), nil)
		Expect(status).To(Equal(http.StatusNotFound))
	})

	It("takes payments into an open register alone", func() {
		payment := object{"id": uuid.Must(uuid.NewV7()), "method": "cash", "amount": "118.00", "received": "120.00"}
		paid := sale(object{"payments": []object{payment}})
		before := counts()
		status, refused := o.call(o.Clinic, "cashier", "POST", "invoices", paid)
		Expect(status).To(Equal(http.StatusConflict))
		Expect(refused["detail"]).To(ContainSubstring("caja"))
		Expect(counts()).To(Equal(before))
		o.open("cashier", "0")
		for _, want := range []int{http.StatusCreated, http.StatusOK} {
			status, made := o.call(o.Clinic, "cashier", "POST", "invoices", paid)
			Expect(status).To(Equal(want), "%v", made)
			Expect(made["payments"]).To(ConsistOf(object{"id": fmt.Sprint(payment["id"]), "method": "cash", "amount": "118.00", "reference": "", "received": "120.00"}))
		}
		before = counts()
		for pointer, change := range map[string]object{
			"/payments/0/amount": {"currency": "USD"}, "/payments/0/received": {"received": "100.00"}, "/payments": {"amount": "200.00", "received": "200.00"},
		} {
			p := object{"method": "cash", "amount": "118.00"}
			for member, value := range change {
				p[member] = value
			}
			status, refused = o.call(o.Clinic, "cashier", "POST", "invoices", sale(object{"payments": []object{p}}))
			Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
			Expect(refused).To(pointsAt(pointer, ""))
		}
		Expect(counts()).To(Equal(before))
	})

	DescribeTable("refuses in words, and neither writes anything nor burns a number", func(change object, pointer, words string) {
		before := counts()
		status, refused := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sale(change))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		Expect(refused).To(pointsAt(pointer, words))
		Expect(counts()).To(Equal(before))
	},
		Entry("a RUC with a wrong digit", object{"kind": "factura", "customer": object{"document_type": "RUC", "document_number": "20999999991", "name": "EMPRESA", "address": "LIMA"}},
			"/customer/document_number", "RUC"),
		Entry("a factura to a DNI", object{"kind": "factura"}, "/customer/document_type", "solo con RUC"),
		Entry("nobody's name from S/ 700", object{"customer": object{"document_type": "NONE"}, "items": item(object{"unit_price": "700.00"})["items"]},
			"/customer/document_number", "Desde S/ 700.00"),
		Entry("a negative quantity", item(object{"quantity": "-1"}), "/items/0/quantity", "mayor que cero"),
		Entry("a discount of 101 %", item(object{"discount": "119.18"}), "/items/0/discount", "mayor que el importe"),
		Entry("a total that rounds to zero", item(object{"quantity": "0.001", "unit_price": "0.01"}), "/items/0/quantity", "se redondea a cero"),
		Entry("a discount of all", item(object{"discount": "118.00"}), "/items/0/discount", "queda en cero"),
		Entry("nothing sold", object{"items": []object{}}, "/items", "Falta lo que se cobra"),
		Entry("an amount that is none", item(object{"unit_price": "1e9999"}), "/items/0/unit_price", "importe en texto"),
		Entry("a float as an amount", item(object{"unit_price": 118}), "/items/0/unit_price", ""),
		Entry("dollars without a rate", object{"currency": "USD"}, "/exchange_rate", "tipo de cambio"),
		Entry("a rate on a document in soles", object{"exchange_rate": "3.421"}, "/exchange_rate", "En soles no va"),
		Entry("a service of nobody", item(object{"service_id": uuid.NewString()}), "/items/0/service_id", "No hay un servicio"),
		Entry("a patient of nobody", object{"patient_id": uuid.NewString()}, "/patient_id", "No hay un paciente"),
		Entry("a site of nobody", object{"site_id": uuid.NewString()}, "/site_id", "No hay una sede"),
		Entry("a note without its document", object{"kind": "nota_credito"}, "/kind", ""),
		Entry("an id that anybody could guess", object{"id": uuid.NewString()}, "/id", "versión 7"),
	)

	It("issues in dollars with the rate of the day, at prices in dollars, paid in dollars", func() {
		dollars := object{"currency": "USD", "exchange_rate": "3.421"}
		status, refused := o.call(o.Clinic, "cashier", "POST", "invoices", sale(dollars, object{"items": []object{{"service_id": o.priced.ID, "quantity": "1"}}}))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		Expect(refused).To(pointsAt("/items/0/unit_price", "está en soles"))
		priced := func(price string) object { return item(object{"service_id": o.priced.ID, "unit_price": price}) }
		status, refused = o.call(o.Clinic, "cashier", "POST", "invoices", sale(object{"currency": "USD"}, priced("20.00")))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		Expect(refused).To(pointsAt("/exchange_rate", "tipo de cambio"))
		status, refused = o.call(o.Clinic, "cashier", "POST", "invoices", sale(dollars, priced("18.69")))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		Expect(refused).To(pointsAt("/items/0/unit_price", "precio de lista, US$ 4.68"), "20 % of S/ 80.00 at 3.421")
		status, listed := o.call(o.Clinic, "cashier", "POST", "invoices", sale(dollars, priced("18.70")))
		Expect(status).To(Equal(http.StatusCreated), "%v", listed)
		sent := sale(dollars, object{"payments": []object{{"method": "card", "amount": "100.00", "currency": "USD"}}})
		status, made := o.call(o.Clinic, "cashier", "POST", "invoices", sent)
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
		Expect(made).To(And(HaveKeyWithValue("currency", "USD"), HaveKeyWithValue("exchange_rate", "3.421"), HaveKeyWithValue("total", "118.00")))
		Expect(made["payments"]).To(ConsistOf(And(HaveKeyWithValue("amount", "100.00"), HaveKeyWithValue("currency", "USD"))))
		more := object{"invoice_id": sent["id"], "method": "card", "amount": "18.00"}
		status, refused = o.call(o.Clinic, "cashier", "POST", "payments", more)
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		Expect(refused).To(pointsAt("/amount", "El comprobante está en dólares y este pago en soles."))
		more["currency"] = "USD"
		status, paid := o.call(o.Clinic, "cashier", "POST", "payments", more)
		Expect(status).To(Equal(http.StatusCreated), "%v", paid)
		Expect(paid).To(And(HaveKeyWithValue("amount", "18.00"), HaveKeyWithValue("currency", "USD")))
	})

	DescribeTable("takes whatever is below the list for the discount that it is, in drafts too", func(change object, pointer, words string) {
		wish := object{"service_id": o.priced.ID, "quantity": "1"}
		for member, value := range change {
			wish[member] = value
		}
		before := counts()
		for _, draft := range []bool{false, true} {
			status, refused := o.call(o.Clinic, "cashier", "POST", "invoices", sale(object{"items": []object{wish}, "draft": draft}))
			Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
			Expect(refused).To(pointsAt(pointer, words))
		}
		Expect(counts()).To(Equal(before))
		status, made := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sale(object{"items": []object{wish}}))
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
	},
		Entry("given away", object{"igv_type": "gratuito"}, "/items/0/igv_type", "Sin autorización el descuento llega a 20 % del precio de lista, S/ 16.00"),
		Entry("a hundredth of a service", object{"quantity": "0.01"}, "/items/0/quantity", "S/ 16.00"),
		Entry("a part of one besides a whole one", object{"quantity": "1.1"}, "/items/0/quantity", "S/ 32.00"),
		Entry("a lower price and a discount within the limit", object{"unit_price": "70.00", "discount": "10.00"}, "/items/0/discount", "S/ 16.00"),
		Entry("what is on no list", object{"service_id": nil, "description": "Muestra", "unit_price": "1.00"}, "/items/0/service_id", "vende solo quien autoriza"),
	)

	It("takes name and tax of a service from the list, lets nobody tax it otherwise, and its price from there when none is sent", func() {
		wish := object{"service_id": o.priced.ID, "description": "Otra cosa", "quantity": "1"}
		status, made := o.call(o.Clinic, "cashier", "POST", "invoices", sale(object{"items": []object{wish}}))
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
		Expect(made).To(And(HaveKeyWithValue("total", "80.00"), HaveKeyWithValue("igv", "12.20")))
		Expect(made["items"].([]any)[0]).To(HaveKeyWithValue("description", "Consulta"))
		wish["igv_type"] = "inafecto"
		for _, role := range []string{"cashier", "clinic_admin"} {
			status, refused := o.call(o.Clinic, role, "POST", "invoices", sale(object{"items": []object{wish}}))
			Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
			Expect(refused).To(pointsAt("/items/0/igv_type", "En la lista es gravado"))
		}
	})

	It("asks for the permission again when a draft of the administration is issued", func() {
		draft := sale(object{"draft": true}, item(object{"service_id": o.priced.ID, "unit_price": "1.00"}))
		status, made := o.call(o.Clinic, "clinic_admin", "POST", "invoices", draft)
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
		one := "invoices/" + draft["id"].(string) + "/issue"
		status, refused := o.call(o.Clinic, "cashier", "POST", one, nil)
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		status, made = o.call(o.Clinic, "clinic_admin", "POST", one, nil)
		Expect(status).To(Equal(http.StatusOK), "%v", made)
	})

	It("charges a patient for nobody else's appointment", func() {
		ana, other := newID(), newID()
		o.found, o.visit = []patients.Patient{{ID: ana}}, agenda.Appointment{ID: newID(), PatientID: other}
		defer func() { o.found, o.visit = nil, agenda.Appointment{} }()
		status, refused := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sale(object{"patient_id": ana, "appointment_id": o.visit.ID}))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		Expect(refused).To(pointsAt("/appointment_id", "La cita es de otro paciente."))
	})

	It("answers the same order asked at once by many with one document", func() {
		sent, before := sale(), counts()
		statuses := make(chan int, 6)
		for range cap(statuses) {
			go func() {
				defer GinkgoRecover()
				status, made := o.call(o.Clinic, "cashier", "POST", "invoices", sent)
				Expect(made).To(HaveKeyWithValue("id", sent["id"]), "%v", made)
				statuses <- status
			}()
		}
		created := 0
		for range cap(statuses) {
			status := <-statuses
			Expect(status).To(BeElementOf(http.StatusOK, http.StatusCreated))
			if status == http.StatusCreated {
				created++
			}
		}
		Expect(created).To(Equal(1))
		Expect(counts()).NotTo(Equal(before))
	})

	It("takes a price below the list for the discount that it is", func() {
		low := item(object{"service_id": o.priced.ID, "unit_price": "60.00"})
		status, refused := o.call(o.Clinic, "cashier", "POST", "invoices", sale(low))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		Expect(refused).To(pointsAt("/items/0/unit_price", "Sin autorización el descuento llega a 20 % del precio de lista, S/ 16.00"))
		status, made := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sale(low))
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
	})

	It("gives a discount above the limit to the administration alone", func() {
		high := item(object{"service_id": o.priced.ID, "discount": "50.00"})
		status, refused := o.call(o.Clinic, "cashier", "POST", "invoices", sale(high))
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused).To(pointsAt("/items/0/discount", "Sin autorización"))
		status, made := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sale(high))
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
	})

	It("lets doctors and assistants emit and see nothing, and cashiers neither void nor credit", func() {
		made := sale()
		_, _ = o.call(o.Clinic, "cashier", "POST", "invoices", made)
		one := "invoices/" + made["id"].(string)
		before := counts()
		for _, role := range []string{"doctor", "assistant"} {
			for _, door := range [][2]string{{"GET", "invoices"}, {"GET", one}, {"GET", one + "/pdf"}, {"POST", "invoices"}, {"POST", one + "/void"}, {"POST", one + "/credit-notes"}, {"POST", one + "/issue"}} {
				status, _ := o.call(o.Clinic, role, door[0], door[1], sale())
				Expect(status).To(BeElementOf(http.StatusForbidden, http.StatusNotFound), role+" "+door[1])
			}
		}
		for _, door := range []string{"/void", "/credit-notes"} {
			status, _ := o.call(o.Clinic, "cashier", "POST", one+door, object{"reason": "se cobró dos veces"})
			Expect(status).To(BeElementOf(http.StatusForbidden, http.StatusNotFound))
		}
		Expect(counts()).To(Equal(before))
	})

	It("keeps drafts without a number, and issues them later, once", func() {
		draft := sale(object{"draft": true})
		for _, want := range []int{http.StatusCreated, http.StatusOK} {
			status, made := o.call(o.Clinic, "cashier", "POST", "invoices", draft)
			Expect(status).To(Equal(want), "%v", made)
			Expect(made).To(And(HaveLen(15), HaveKeyWithValue("status", "draft"), HaveKeyWithValue("number", BeNil()), HaveKeyWithValue("series", BeNil()), HaveKeyWithValue("total", "118.00")))
		}
		other := sale(object{"id": draft["id"], "draft": true}, item(object{"service_id": o.priced.ID, "unit_price": "90.00"}))
		status, refused := o.call(o.Clinic, "cashier", "POST", "invoices", other)
		Expect(status).To(Equal(http.StatusConflict))
		Expect(refused["detail"]).To(ContainSubstring("Ya hay un borrador"))
		one := "invoices/" + draft["id"].(string)
		_, list := o.call(o.Clinic, "cashier", "GET", "invoices?status=draft", nil)
		Expect(list["items"]).To(HaveLen(1))
		var body []byte
		Expect(o.Admin.QueryRow(context.Background(), "select body from invoice_drafts").Scan(&body)).To(Succeed())
		Expect(string(body)).NotTo(ContainSubstring("Rosa"))
		status, _ = o.call(o.Clinic, "cashier", "POST", "invoices", sale(object{"id": draft["id"]}))
		Expect(status).To(Equal(http.StatusConflict))
		status, _ = o.call(o.Sur, "cashier", "POST", one+"/issue", nil)
		Expect(status).To(Equal(http.StatusNotFound))
		var number any
		for range 2 {
			status, issued := o.call(o.Clinic, "cashier", "POST", one+"/issue", nil)
			Expect(status).To(Equal(http.StatusOK), "%v", issued)
			Expect(issued).To(HaveKeyWithValue("status", "queued"))
			if number != nil {
				Expect(issued["number"]).To(Equal(number))
			}
			number = issued["number"]
		}
		_, list = o.call(o.Clinic, "cashier", "GET", "invoices?status=draft", nil)
		Expect(list["items"]).To(BeEmpty())
	})

	It("credits lines of several taxes, then what is left, never more, and voids in time", func() {
		sent := sale(object{"items": []object{{"description": "Consulta", "quantity": "1", "unit_price": "118.00"}, {"description": "Insulina", "quantity": "1", "unit_price": "40.00", "igv_type": "inafecto"}}})
		status, made := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sent)
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
		one := "invoices/" + sent["id"].(string)
		credit := func(body object) (int, object) {
			return o.call(o.Clinic, "clinic_admin", "POST", one+"/credit-notes", body)
		}
		status, refused := credit(object{"reason": "devolución"})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused["errors"]).To(ContainElement(HaveKeyWithValue("detail", ContainSubstring("no está vigente"))))
		o.send()
		part := object{"id": uuid.Must(uuid.NewV7()), "reason": "no se aplicó", "items": []object{{"item": 0, "amount": "50.00"}, {"item": 1, "amount": "40.00"}}}
		for _, want := range []int{http.StatusCreated, http.StatusOK} {
			status, note := credit(part)
			Expect(status).To(Equal(want), "%v", note)
			Expect(note).To(And(HaveKeyWithValue("kind", "nota_credito"), HaveKeyWithValue("series", "BC01"), HaveKeyWithValue("taxable", "42.37"),
				HaveKeyWithValue("unaffected", "40.00"), HaveKeyWithValue("total", "90.00")))
		}
		for _, other := range [][]object{{{"item": 0, "amount": "40.00"}, {"item": 1, "amount": "40.00"}}, {{"item": 0, "amount": "50.00"}}} {
			status, refused = credit(object{"id": part["id"], "reason": "no se aplicó", "items": other})
			Expect(status).To(Equal(http.StatusConflict), "the same id for other amounts: %v", refused)
		}
		status, refused = credit(object{"reason": "no se aplicó", "items": []object{{"item": 0, "amount": "68.01"}}})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused).To(pointsAt("/items/0/amount", "quedan S/ 68.00"))
		status, late := o.call(o.Clinic, "clinic_admin", "POST", one+"/void", object{"reason": "se cobró dos veces"})
		Expect(status).To(Equal(http.StatusConflict), "%v", late)
		status, rest := credit(object{"reason": "se anula"})
		Expect(status).To(Equal(http.StatusCreated), "%v", rest)
		Expect(rest).To(And(HaveKeyWithValue("total", "68.00"), HaveKeyWithValue("unaffected", "0.00")))

		wrong := sale()
		_, _ = o.call(o.Clinic, "cashier", "POST", "invoices", wrong)
		o.send()
		status, refused = o.call(o.Clinic, "clinic_admin", "POST", "invoices/"+wrong["id"].(string)+"/void", object{"reason": ""})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused).To(pointsAt("/reason", "Falta el motivo"))
		status, voiding := o.call(o.Clinic, "clinic_admin", "POST", "invoices/"+wrong["id"].(string)+"/void", object{"reason": "se cobró dos veces"})
		Expect(status).To(Equal(http.StatusOK))
		Expect(voiding).To(HaveKeyWithValue("status", "voiding"))
	})

	It("lists by pages and filters, and hands the paper over", func() {
		seen := map[any]bool{}
		cursor := ""
		for {
			status, page := o.call(o.Clinic, "cashier", "GET", "invoices?limit=3&cursor="+cursor, nil)
			Expect(status).To(Equal(http.StatusOK), "%v", page)
			for _, one := range page["items"].([]any) {
				Expect(seen).NotTo(HaveKey(one.(object)["id"]))
				seen[one.(object)["id"]] = true
			}
			if cursor = page["next"].(string); cursor == "" {
				break
			}
		}
		var all int
		Expect(o.Admin.QueryRow(context.Background(), "select count(*) from invoices").Scan(&all)).To(Succeed())
		Expect(seen).To(HaveLen(all), strconv.Itoa(all))
		_, notes := o.call(o.Clinic, "cashier", "GET", "invoices?kind=nota_credito&from=2026-11-24&to=2026-11-24", nil)
		Expect(notes["items"]).To(HaveLen(2))
		_, none := o.call(o.Clinic, "cashier", "GET", "invoices?from=2026-11-25", nil)
		Expect(none["items"]).To(BeEmpty())
		for _, day := range []string{"0000-01-01", "9999-12-31"} {
			status, refused := o.call(o.Clinic, "cashier", "GET", "invoices?from="+day, nil)
			Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		}
		status, refused := o.call(o.Clinic, "cashier", "GET", "invoices?cursor=x", nil)
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)

		id := notes["items"].([]any)[0].(object)["id"].(string)
		answer := o.answer(o.Clinic, "cashier", httptest.NewRequest(http.MethodGet, "/api/v1/invoices/"+id+"/pdf", strings.NewReader("")))
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		Expect(answer.Header().Get("Content-Type")).To(Equal("application/pdf"))
		text, _ := read(answer.Body.Bytes())
		Expect(text).To(says("NOTA DE CRÉDITO ELECTRÓNICA"))
	})
})
