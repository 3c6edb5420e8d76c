//go:build !js

package billing_test

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/patients"
)

var _ = Describe("the list of documents", Ordered, func() {
	var o *bureau
	BeforeAll(func() {
		o = newBureau()
		o.open("clinic_admin", "0")
		company := object{"document_type": "RUC", "document_number": "20999999990", "name": "SEGUROS ANDINOS S.A.", "address": "LIMA"}
		for _, sent := range []object{sale(), sale(object{"kind": "factura", "customer": company}), sale(object{"customer": object{"document_type": "NONE"}})} {
			status, made := o.call(o.Clinic, "clinic_admin", "POST", "invoices", sent)
			Expect(status).To(Equal(http.StatusCreated), "%v", made)
			if sent["kind"] == "boleta" && made["customer"].(object)["document_type"] == "DNI" {
				o.send()
				status, made = o.call(o.Clinic, "clinic_admin", "POST", "invoices/"+sent["id"].(string)+"/credit-notes", object{"reason": "no se hizo", "items": []object{{"item": 0, "amount": "18.00"}}})
				Expect(status).To(Equal(http.StatusCreated), "%v", made)
			}
		}
	})

	list := func(query string) string {
		GinkgoHelper()
		answer := o.ask(o.Clinic, "cashier", http.MethodGet, "/comprobantes?"+query, nil)
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		return strings.Join(strings.Fields(answer.Body.String()), " ")
	}

	It("owes what credit notes left, and names who is on a document without a patient", func() {
		Expect(list("tipo=boleta")).To(And(ContainSubstring("S/ 100.00"), ContainSubstring("Rosa Quispe"), ContainSubstring("CLIENTES VARIOS")))
		Expect(list("tipo=boleta&buscar=B001-1")).NotTo(MatchRegexp(`data-rotulo="Debe">S/ 118\.00`))
	})

	DescribeTable("is narrowed by what people know of a document", func(query string, there, absent []string) {
		page := list(query)
		for _, name := range there {
			Expect(page).To(ContainSubstring(">" + name + "<"))
		}
		for _, name := range absent {
			Expect(page).NotTo(ContainSubstring(">" + name + "<"))
		}
	},
		Entry("its name", "buscar=f001-1", []string{"F001-00000001"}, []string{"B001-00000001"}),
		Entry("its number", "buscar=2", []string{"B001-00000002"}, []string{"B001-00000001", "F001-00000001"}),
		Entry("its series", "buscar=B001", []string{"B001-00000001", "B001-00000002"}, []string{"F001-00000001", "BC01-00000001"}),
		Entry("its customer's name", "buscar=andinos+seg", []string{"F001-00000001"}, []string{"B001-00000001"}),
		Entry("a RUC", "buscar=20999999990", []string{"F001-00000001"}, []string{"B001-00000001"}),
		Entry("a DNI, of the note too", "buscar=45678912", []string{"B001-00000001", "BC01-00000001"}, []string{"F001-00000001", "B001-00000002"}),
		Entry("its kind", "tipo=nota_credito", []string{"BC01-00000001"}, []string{"B001-00000001"}),
		Entry("days with it", "desde=24/11/2026&hasta=241126", []string{"B001-00000001"}, nil),
		Entry("days without it", "desde=25/11/2026", nil, []string{"B001-00000001", "F001-00000001"}),
		Entry("another site", "sede="+uuid.NewString(), nil, []string{"B001-00000001"}),
	)

	It("finds documents by their patient, keeps what was asked for in its segments, and says what it cannot read", func() {
		patient := newID()
		_, err := o.Admin.Exec(context.Background(), `insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type)
			values ($1, $2, '1', 'Ana', 'Ramos', 'ramos ana', 'NONE')`, o.ID, patient)
		Expect(err).NotTo(HaveOccurred())
		order := o.order("30.00")
		order.PatientID = &patient
		hers, err := o.issue(order)
		Expect(err).NotTo(HaveOccurred())
		Expect(list("buscar=ramos")).To(And(ContainSubstring("Ningún comprobante coincide."), ContainSubstring(`value="ramos"`)))
		o.found = []patients.Patient{{ID: patient}}
		defer func() { o.found = nil }()
		Expect(list("buscar=ramos")).To(And(ContainSubstring(hers.Name.String()), Not(ContainSubstring("B001-00000001"))))
		Expect(list("buscar=rosa&estado=pendientes")).To(ContainSubstring("/comprobantes?buscar=rosa&amp;estado=anulados"))
		Expect(list("desde=31/02/2026")).To(ContainSubstring("Se espera una fecha"))
	})

	It("hands debts over as often as they are asked for: the form is free again, and no two files are one operation", func() {
		page := o.ask(o.Clinic, "cashier", http.MethodGet, "/caja/deudas", nil).Body.String()
		_, form, _ := strings.Cut(page, `action="/caja/deudas/exportar"`)
		form, _, _ = strings.Cut(form, "</form>")
		Expect(form).To(And(ContainSubstring("data-descarga"), Not(ContainSubstring("op_id"))))
	})

	It("leaves what was replaced out of what is to be put right", func() {
		o.send()
		o.service.says = append(o.service.says, somebodyElses)
		rejected := o.issued("70.00")
		o.send()
		Expect(list("estado=por-corregir")).To(ContainSubstring(rejected.Name.String()))
		order := o.order("70.00")
		order.ReplacesID = &rejected.ID
		_, err := o.issue(order)
		Expect(err).NotTo(HaveOccurred())
		Expect(list("estado=por-corregir")).NotTo(ContainSubstring(rejected.Name.String()))
		Expect(list("")).To(ContainSubstring(rejected.Name.String()))
	})

	It("says what is held up, and why", func() {
		for range 3 {
			o.service.says = append(o.service.says, stopped)
			Expect(list("")).NotTo(ContainSubstring("espera salir"))
			again := o.send()
			o.later(again.Sub(o.now()))
		}
		Expect(list("")).To(And(ContainSubstring("1 comprobante espera salir."), ContainSubstring("La clave no es correcta.")))
	})
})
