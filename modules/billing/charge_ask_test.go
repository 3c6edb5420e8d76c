//go:build !js

package billing_test

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
)

// attended is a visit of the patient that is to be charged.
func (t *tillPages) attended() uuid.UUID {
	GinkgoHelper()
	doctor, id := t.People["doctor"].Membership, uuid.Must(uuid.NewV7())
	start := t.now().Add(-time.Hour)
	_, err := t.Admin.Exec(context.Background(), `insert into appointments (clinic_id, id, patient_id, doctor_id, service_id, site_id, start_time, end_time, status)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 'completed')`, t.Clinic.ID, id, t.patient, doctor, t.consult.ID, t.Site, start, start.Add(20*time.Minute))
	Expect(err).NotTo(HaveOccurred())
	t.visit = agenda.Appointment{ID: id, PatientID: t.patient, DoctorID: doctor, ServiceID: t.consult.ID, SiteID: t.Site, StartTime: start}
	return id
}

var _ = Describe("what the charging screen asks", func() {
	var t *tillPages
	BeforeEach(func() {
		t = newTillPages()
		t.open("receptionist", "0")
	})

	It("takes text, unit and IGV from the price list and people from the visit, whatever the form carries", func() {
		visit := t.attended()
		stranger := t.counter.patient("000777")
		f := t.cart(url.Values{"pago_cash": {"80.00"}, "linea_igv": {"gratuito"}, "linea_texto": {"Otra cosa"}, "linea_unidad": {"NIU"}, "cita": {visit.String()}, "paciente": {stranger.String()}},
			t.consultation("80.00", ""))
		status, body, _ := t.send(reception, "/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		e := t.document(f)
		Expect([]any{e.Lines[0].Description, e.Lines[0].Unit, e.Lines[0].IGVType, *e.PatientID, e.Lines[0].DoctorID}).
			To(Equal([]any{"Consulta", "ZZ", billing.Taxed, t.patient, t.People["doctor"].Membership}))
		nothing := t.cart(url.Values{"pago_cash": {"1.00"}, "linea_texto": {"Otra cosa"}}, [4]string{"", "Otra cosa", "1.00", ""})
		status, _, _ = t.send(reception, "/cobros", nothing)
		Expect(status).To(Equal(http.StatusNotFound), "nothing is sold that is not on the list")
		part := t.cart(url.Values{"pago_cash": {"0.80"}}, t.consultation("80.00", ""))
		part.Set("linea_cantidad", "0.01")
		status, body, _ = t.send(reception, "/cobros", part)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Quién autoriza"), "a hundredth of a consultation is a discount")
	})

	It("asks before it leaves a debt or charges what nobody saw, and lets nobody unknown owe", func() {
		f := t.cart(nil, t.consultation("80.00", ""))
		f.Set("total_visto", "40.00")
		status, body, _ := t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Ahora son S/ 80.00."))
		Expect(valueOf(body, "total_visto")).To(Equal("80.00"))
		f.Set("total_visto", "80.00")
		f.Set("pago_cash", "30.00")
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Quedan S/ 50.00 como deuda de Quispe, Ana"))
		f.Set("deuda", "si")
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(t.account(t.document(f)).Due().String()).To(Equal("50"))
		f = t.cart(url.Values{"paciente": {""}, "tipo_documento": {"NONE"}, "documento": {""}, "nombre": {"CLIENTES VARIOS"}, "deuda": {"si"}, "pago_cash": {"79.99"}}, t.consultation("80.00", ""))
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Faltan S/ 0.01."))
	})

	It("charges a visit twice only when told so, whoever is first", func() {
		visit := t.attended()
		paid := url.Values{"cita": {visit.String()}, "pago_cash": {"80.00"}}
		t.open("cashier", "0")
		answers := make(chan int, 2)
		var both sync.WaitGroup
		for _, role := range []accounts.Role{reception, accounts.Cashier} {
			both.Go(func() {
				defer GinkgoRecover()
				status, _, _ := t.send(role, "/cobros", t.cart(paid, t.consultation("80.00", "")))
				answers <- status
			})
		}
		both.Wait()
		Expect([]int{<-answers, <-answers}).To(ConsistOf(BeNumerically("<", 400), Equal(http.StatusUnprocessableEntity)))
		_, body, _ := t.send(reception, "/cobros/nuevo?cita="+visit.String(), nil)
		Expect(body).To(And(ContainSubstring("Esta cita ya se cobró."), ContainSubstring("B001-00000001"), ContainSubstring("Cobrar otra vez")))
		again := t.cart(paid, t.consultation("80.00", ""))
		status, body, _ := t.send(reception, "/cobros", again)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Si de verdad se cobra otra vez, márquelo."))
		again.Set("otra_vez", "si")
		status, body, _ = t.send(reception, "/cobros", again)
		Expect(status).To(BeNumerically("<", 400), body)
	})
})
