//go:build !js

package billing_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/billing"
)

var _ = Describe("the page of a document", func() {
	var o *bureau
	BeforeEach(func() { o = newBureau() })

	page := func(id uuid.UUID) string {
		GinkgoHelper()
		answer := o.ask(o.Clinic, "clinic_admin", http.MethodGet, "/comprobantes/"+id.String(), nil)
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		return answer.Body.String()
	}
	post := func(role string, id uuid.UUID, what string, form url.Values) (int, string) {
		GinkgoHelper()
		answer := o.ask(o.Clinic, role, http.MethodPost, "/comprobantes/"+id.String()+"/"+what, form)
		return answer.Code, answer.Body.String()
	}

	It("has what was refused corrected at its field, with the same amount and number", func() {
		o.service.says = append(o.service.says, func(billing.Document) (billing.Answer, bool) {
			return billing.Answer{Outcome: billing.NotValid, Message: "La unidad no está habilitada.", Field: "items.0.unit"}, false
		})
		e := o.issued("50.00")
		o.send()
		stopped := o.entry(e.ID)
		Expect(page(e.ID)).To(And(ContainSubstring("La unidad no está habilitada."), MatchRegexp(`id="linea-unidad-0"[^>]*aria-invalid="true"`)))
		form := url.Values{
			"paso": {strconv.Itoa(stopped.State.Seq)}, "tipo_documento": {"DNI"}, "documento": {"45678912"}, "nombre": {"QUISPE MAMANI ROSA ELENA"},
			"linea_texto": {""}, "linea_unidad": {"NIU"}, "linea_igv": {"inafecto"},
		}
		status, body := post("cashier", e.ID, "correccion", form)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Falta la descripción."))
		form.Set("linea_igv", "gratuito")
		status, _ = post("cashier", e.ID, "correccion", form)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		form.Set("linea_igv", "inafecto")
		form.Set("linea_texto", "INSULINA")
		status, _ = post("cashier", e.ID, "correccion", form)
		Expect(status).To(BeNumerically("<", 400))
		o.send()
		held := o.service.held[e.Name.String()]
		Expect(held.Lines[0].Unit).To(Equal("NIU"))
		Expect(held.Lines[0].Description).To(Equal("INSULINA"))
		Expect(held.Totals().Unaffected.String()).To(Equal("50"))
	})

	It("takes back amounts of lines of several taxes, and no more than is left of each", func() {
		order := o.order("100.00")
		insulin := service("40.00")
		insulin.Description, insulin.IGVType = "INSULINA", billing.Unaffected
		order.Lines = append(order.Lines, insulin)
		e, err := o.issue(order)
		Expect(err).NotTo(HaveOccurred())
		o.send()
		form := url.Values{"id": {uuid.Must(uuid.NewV7()).String()}, "razon": {"07"}, "motivo": {"no se aplicó"}, "importe_0": {"30"}, "importe_1": {"40.01"}}
		status, body := post("clinic_admin", e.ID, "nota", form)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(And(ContainSubstring("De esta línea quedan S/ 40.00."), ContainSubstring(`value="30"`)))
		status, _ = post("cashier", e.ID, "nota", form)
		Expect(status).To(Equal(http.StatusNotFound))
		form.Set("importe_1", "40,00")
		for range 2 {
			status, body = post("clinic_admin", e.ID, "nota", form)
			Expect(status).To(BeNumerically("<", 400), body)
		}
		Expect(page(e.ID)).To(And(ContainSubstring("Quedan S/ 70.00"), Not(ContainSubstring("Quedan S/ 40.00")), ContainSubstring("BC01-00000001")))
		Expect(o.entry(uuid.MustParse(form.Get("id"))).Totals().Unaffected.String()).To(Equal("40"))
		form = url.Values{"id": {uuid.Must(uuid.NewV7()).String()}, "razon": {"06"}, "motivo": {"no se atendió"}}
		status, body = post("clinic_admin", e.ID, "nota", form)
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(o.entry(uuid.MustParse(form.Get("id"))).Totals().Total.String()).To(Equal("70"))
	})

	It("adds interest by a debit note, which is charged as any document", func() {
		e := o.issued("100.00")
		o.send()
		form := url.Values{"id": {uuid.Must(uuid.NewV7()).String()}, "razon": {"01"}, "motivo": {"pagó tarde"}, "importe": {"-5"}}
		status, body := post("cashier", e.ID, "nota-debito", form)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Escriba el importe en soles"))
		form.Set("importe", "11.80")
		for range 2 {
			status, body = post("cashier", e.ID, "nota-debito", form)
			Expect(status).To(BeNumerically("<", 400), body)
		}
		note := o.entry(uuid.MustParse(form.Get("id")))
		Expect(note.Name.String()).To(Equal("BD01-00000001"))
		Expect(note.Lines[0].Description).To(Equal("Intereses por mora"))
		Expect(o.account(note).Due().String()).To(Equal("11.8"))
		Expect(page(e.ID)).To(ContainSubstring("BD01-00000001"))
		Expect(page(note.ID)).To(ContainSubstring("Registrar pago"))
	})

	It("says that a voiding was refused, and that the document is in force", func() {
		o.service.noVoid = true
		e := o.issued("100.00")
		o.send()
		status, _ := post("clinic_admin", e.ID, "anulacion", url.Values{"motivo": {"se cobró dos veces"}})
		Expect(status).To(BeNumerically("<", 400))
		Expect(page(e.ID)).To(ContainSubstring("Anulando"))
		o.later(time.Minute)
		Expect(o.drain.Follow(context.Background(), o.in, e.ID)).To(Succeed())
		Expect(o.life(e.ID)).To(HaveExactElements(billing.Queued, billing.Sent, billing.Accepted, billing.InVoiding, billing.Accepted))
		Expect(strings.Join(strings.Fields(page(e.ID)), " ")).To(And(ContainSubstring("el comprobante sigue vigente"), ContainSubstring("Ya pasó el plazo."), ContainSubstring("Anular comprobante")))
	})
})
