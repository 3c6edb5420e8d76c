//go:build !js

package billing_test

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the API of payments and registers", Ordered, func() {
	var o *bureau
	var invoice, payment string
	var session any
	BeforeAll(func() { o = newBureau() })

	It("opens a register once, and takes a part of a document into it", func() {
		opening := object{"id": newID(), "opening_amount": "150.00"}
		for _, want := range []int{http.StatusCreated, http.StatusOK} {
			status, s := o.call(o.Clinic, "cashier", "POST", "cash-sessions", opening)
			Expect(status).To(Equal(want), "%v", s)
			Expect(s).To(And(HaveKeyWithValue("opening_amount", "150.00"), HaveKeyWithValue("expected_amount", BeNil()), HaveKeyWithValue("closed_at", BeNil())))
			session = s["id"]
		}
		status, s := o.call(o.Clinic, "cashier", "POST", "cash-sessions", object{"opening_amount": "1.00"})
		Expect(status).To(Equal(http.StatusConflict), "%v", s)
		status, s = o.call(o.Clinic, "cashier", "POST", "cash-sessions", object{"opening_amount": "1.00", "site_id": uuid.New()})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(s).To(pointsAt("/site_id", "no tiene esa sede"))
		status, s = o.call(o.Clinic, "receptionist", "POST", "cash-sessions", object{"opening_amount": ""})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(s).To(pointsAt("/opening_amount", "Falta con cuánto abre"))

		status, made := o.call(o.Clinic, "cashier", "POST", "invoices", sale())
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
		invoice = made["id"].(string)
		pay := object{"id": newID(), "invoice_id": invoice, "method": "cash", "amount": "50.00", "received": "100.00"}
		for _, want := range []int{http.StatusCreated, http.StatusOK} {
			status, p := o.call(o.Clinic, "cashier", "POST", "payments", pay)
			Expect(status).To(Equal(want), "%v", p)
			Expect(p).To(And(HaveKeyWithValue("amount", "50.00"), HaveKeyWithValue("received", "100.00"), HaveKeyWithValue("cash_session_id", session)))
			payment = p["id"].(string)
		}
		pay["amount"] = "51.00"
		status, _ = o.call(o.Clinic, "cashier", "POST", "payments", pay)
		Expect(status).To(Equal(http.StatusConflict))
		status, s = o.call(o.Clinic, "cashier", "POST", "payments", object{"invoice_id": invoice, "method": "yape", "amount": "68.01"})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(s).To(pointsAt("/amount", "se deben S/ 68.00"))
		status, _ = o.call(o.Sur, "cashier", "POST", "payments", object{"invoice_id": invoice, "method": "yape", "amount": "1.00"})
		Expect(status).To(Equal(http.StatusNotFound), "another clinic's")
	})

	It("gives back by who may, and lists the latest first", func() {
		back := object{"amount": "20.00", "reason": "cobro de más"}
		status, _ := o.call(o.Clinic, "cashier", "POST", "payments/"+payment+"/refund", back)
		Expect(status).To(Equal(http.StatusForbidden))
		o.open("clinic_admin", "100.00")
		status, r := o.call(o.Clinic, "clinic_admin", "POST", "payments/"+payment+"/refund", back)
		Expect(status).To(Equal(http.StatusCreated), "%v", r)
		Expect(r).To(And(HaveKeyWithValue("amount", "-20.00"), HaveKeyWithValue("refunds_id", payment)))
		back["method"] = "credit_balance"
		status, r = o.call(o.Clinic, "clinic_admin", "POST", "payments/"+payment+"/refund", back)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(r).To(pointsAt("/method", "no tiene paciente"))
		status, list := o.call(o.Clinic, "cashier", "GET", "payments?limit=1&invoice_id="+invoice, nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(list["items"]).To(HaveLen(1))
		status, rest := o.call(o.Clinic, "cashier", "GET", "payments?invoice_id="+invoice+"&cursor="+list["next"].(string), nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(rest["items"].([]any)[0]).To(HaveKeyWithValue("id", payment))
	})

	It("is counted blind, explained and closed for good; the administration sees every one", func() {
		path := "cash-sessions/" + session.(string)
		status, _ := o.call(o.Clinic, "receptionist", "GET", path, nil)
		Expect(status).To(Equal(http.StatusNotFound), "another's")
		status, s := o.call(o.Clinic, "cashier", "POST", path+"/count", object{"pieces": object{"3.00": 1}})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(s).To(pointsAt("/pieces/3.00", ""))
		status, s = o.call(o.Clinic, "cashier", "POST", path+"/count", object{"pieces": object{"100.00": 2}})
		Expect(status).To(Equal(http.StatusOK), "%v", s)
		Expect(s).To(HaveKeyWithValue("expected_amount", "200.00"))
		results := make(chan int, 2)
		for range 2 { // two windows at once
			go func() {
				defer GinkgoRecover()
				status, _ := o.call(o.Clinic, "cashier", "POST", path+"/close", object{"verified": []string{"yape"}})
				results <- status
			}()
		}
		Expect([]int{<-results, <-results}).To(ConsistOf(http.StatusOK, http.StatusConflict))
		status, list := o.call(o.Clinic, "clinic_admin", "GET", "cash-sessions", nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(list["items"]).To(HaveLen(2))
		status, list = o.call(o.Clinic, "cashier", "GET", "cash-sessions?open=true", nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(list["items"]).To(BeEmpty())
		status, open := o.call(o.Clinic, "clinic_admin", "GET", "cash-sessions?open=true&limit=1", nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(open["items"]).To(HaveLen(1), "whatever is later and closed")
		o.later(time.Minute)
		status, late := o.call(o.Clinic, "receptionist", "POST", "cash-sessions", object{"opening_amount": "0.00"})
		Expect(status).To(Equal(http.StatusCreated))
		closing := "cash-sessions/" + late["id"].(string)
		status, refused := o.call(o.Clinic, "receptionist", "POST", closing+"/count", object{"pieces": object{}})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused).To(pointsAt("/pieces", "Falta qué hay"))
		o.call(o.Clinic, "receptionist", "POST", closing+"/count", object{"pieces": object{"0.10": 0}})
		status, refused = o.call(o.Clinic, "receptionist", "POST", closing+"/close", object{"verified": []string{"bitcoin"}})
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		status, _ = o.call(o.Clinic, "receptionist", "POST", closing+"/close", object{})
		Expect(status).To(Equal(http.StatusOK))
		_, again := o.call(o.Clinic, "clinic_admin", "GET", "cash-sessions?open=true&limit=1", nil)
		Expect(again["items"]).To(Equal(open["items"]))
	})
})
