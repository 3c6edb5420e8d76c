//go:build !js

package billing_test

import (
	"context"
	"net/http"
	"net/url"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/billing"
)

var _ = Describe("what a patient has in its favour, on the charging screen", func() {
	var t *tillPages
	BeforeEach(func() {
		t = newTillPages()
		t.open("receptionist", "0")
		t.open("cashier", "0")
	})

	It("is offered as a way to pay, no further than it goes", func() {
		_, body, _ := t.send(reception, "/cobros/nuevo?paciente="+t.patient.String(), nil)
		Expect(body).NotTo(ContainSubstring("Saldo a favor"))
		e, err := t.chargedTo(t.patient, "50.00", nil, paidBy(billing.Card, "50.00"))
		Expect(err).NotTo(HaveOccurred())
		Expect(t.toBalance(e)).To(Succeed())
		_, body, _ = t.send(reception, "/cobros/nuevo?paciente="+t.patient.String(), nil)
		Expect(body).To(And(ContainSubstring("Saldo a favor S/ 50.00"), ContainSubstring(`data-tope="5000"`)))
		_, body, _ = t.send(reception, "/cobros/revision", t.cart(url.Values{"comprobante": {"recibo"}}, t.consultation("80.00", "")))
		Expect(body).NotTo(ContainSubstring("Saldo a favor"), "a receipt takes none")

		f := t.cart(url.Values{"pago_credit_balance": {"50.01"}, "deuda": {"si"}}, t.consultation("80.00", ""))
		status, body, _ := t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("El paciente tiene a favor S/ 50.00."))
		f["pago_credit_balance"], f["pago_cash"] = []string{"50"}, []string{"30"}
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(t.balance(t.patient).IsZero()).To(BeTrue())
		f = t.cart(url.Values{"pago_credit_balance": {"50"}, "deuda": {"si"}}, t.consultation("80.00", ""))
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "what somebody else spent meanwhile is never left as a debt in silence")
		Expect(body).To(ContainSubstring("El paciente tiene a favor S/ 0.00."))
	})

	It("deducts the advances that are ticked, and says why one cannot be", func() {
		forAna := func(o *billing.Order) {
			o.Advance, o.Customer = true, billing.Customer{DocumentType: billing.DNI, DocumentNumber: "45678912", Name: "QUISPE ANA"}
		}
		advance, err := t.chargedTo(t.patient, "59.00", forAna, paidBy(billing.Cash, "59.00"))
		Expect(err).NotTo(HaveOccurred())
		ticked := url.Values{"adelanto": {advance.ID.String()}}
		_, body, _ := t.send(reception, "/cobros/revision", t.cart(ticked, t.consultation("80.00", "")))
		Expect(body).To(And(ContainSubstring("todavía no llega a SUNAT"), ContainSubstring(`data-total="80.00"`)))
		t.counter.send()
		_, body, _ = t.send(reception, "/cobros/revision", t.cart(nil, t.consultation("80.00", "")))
		Expect(body).To(And(ContainSubstring(advance.Name.String()), ContainSubstring("quedan S/ 59.00"), ContainSubstring(`data-total="80.00"`)))
		_, body, _ = t.send(reception, "/cobros/revision", t.cart(ticked, t.consultation("80.00", "")))
		Expect(body).To(And(ContainSubstring("−S/ 59.00"), ContainSubstring(`data-total="21.00"`)))
		other := t.cart(ticked, t.consultation("80.00", ""))
		other.Set("documento", "45678913")
		status, body, _ := t.send(reception, "/cobros", other)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("a nombre de otro cliente"))

		f := t.cart(ticked, t.consultation("80.00", ""))
		f.Set("pago_cash", "21")
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(t.document(f).Totals().Total.String()).To(Equal("21"))
		Expect(t.advances(t.patient)).To(BeEmpty())
		status, body, _ = t.send(reception, "/cobros", t.cart(ticked, t.consultation("80.00", "")))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "deducted meanwhile at another desk")
		Expect(body).To(ContainSubstring("ya no está vigente"))
	})

	It("has the ways to what is still to come in, each for who may go there", func() {
		for _, page := range []string{"/caja", "/comprobantes"} {
			_, body, _ := t.send(boss, page, nil)
			Expect(body).To(ContainSubstring(`href="/convenios"`), page)
			_, body, _ = t.send(reception, page, nil)
			Expect(body).NotTo(ContainSubstring(`href="/convenios"`), page)
		}
		_, body, _ := t.send(reception, "/caja", nil)
		Expect(body).To(And(ContainSubstring(`href="/caja/deudas"`), ContainSubstring(`href="/recibos"`)))
	})

	It("reminds whoever leaves of an open register, and gives the report of a closed one as a file", func() {
		_, body, _ := t.send(reception, "/caja/salir", nil)
		Expect(body).To(And(ContainSubstring("¿Salir con la caja de "), ContainSubstring(`action="/salir"`), ContainSubstring(`href="/caja"`), ContainSubstring("Salir igual")))
		_, body, _ = t.send(boss, "/caja/salir", nil)
		Expect(body).To(ContainSubstring("No tiene ninguna caja abierta."))

		_, err := t.charged("receptionist", "80.00", paidBy(billing.Cash, "80.00"))
		Expect(err).NotTo(HaveOccurred())
		var session billing.CashSession
		Expect(t.as("receptionist", func(ctx context.Context) (err error) {
			session, err = t.till.Open(ctx, t.Site)
			return err
		})).To(Succeed())
		report := "/caja/" + session.ID.String() + "/pdf"
		status, _, _ := t.send(reception, report, nil)
		Expect(status).To(Equal(http.StatusNotFound), "what has to be in an open one is nobody's to see")
		Expect(t.as("receptionist", func(ctx context.Context) error {
			if _, err := t.till.Count(ctx, session.ID, map[string]int{"50.00": 1, "20.00": 1}); err != nil {
				return err
			}
			_, err := t.till.Close(ctx, session.ID, "faltan diez soles de vuelto", nil)
			return err
		})).To(Succeed())
		status, body, _ = t.send(reception, report, nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(body).To(HavePrefix("%PDF-"))
		status, _, _ = t.send(boss, report, nil)
		Expect(status).To(Equal(http.StatusOK), "who may see all")
		status, _, _ = t.send(accounts.Cashier, report, nil)
		Expect(status).To(Equal(http.StatusNotFound), "another's")
		_, body, _ = t.send(reception, "/caja/salir", nil)
		Expect(body).To(ContainSubstring("No tiene ninguna caja abierta."))
	})
})
