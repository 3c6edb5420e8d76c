//go:build !js

package billing_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"

	"github.com/google/uuid"
	"github.com/ledongthuc/pdf"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

// read is what a reader sees of a PDF's only page, and how wide that is in points.
func read(content []byte) (text string, width float64) {
	GinkgoHelper()
	reader, err := pdf.NewReader(bytes.NewReader(content), int64(len(content)))
	Expect(err).NotTo(HaveOccurred())
	Expect(reader.NumPage()).To(Equal(1))
	text, err = reader.Page(1).GetPlainText(nil)
	Expect(err).NotTo(HaveOccurred())
	return packed(text), reader.Page(1).V.Key("Parent").Key("MediaBox").Index(2).Float64()
}

// packed is a text without blanks: where lines end says nothing.
func packed(text string) string { return strings.Join(strings.Fields(text), "") }

// says is a text that holds the words.
func says(words string) types.GomegaMatcher { return ContainSubstring(packed(words)) }

var _ = Describe("a document on paper", func() {
	var o *bureau
	BeforeEach(func() { o = newBureau() })

	// shown is a document on the desk's printer and as a file, on a roll and on a sheet.
	shown := func(id uuid.UUID) (all []string) {
		GinkgoHelper()
		for form, width := range map[string]float64{"ticket": 80, "a4": 210} {
			page := o.ask(o.Clinic, "cashier", http.MethodGet, "/comprobantes/"+id.String()+"/imprimir?formato="+form, nil)
			Expect(page.Code).To(Equal(http.StatusOK), page.Body.String())
			if dir := os.Getenv("HAMPI_TEST_PAGES"); dir != "" {
				Expect(os.WriteFile(dir+"/"+form+"-"+id.String()+".html", page.Body.Bytes(), 0o600)).To(Succeed())
			}
			file := o.ask(o.Clinic, "cashier", http.MethodGet, "/comprobantes/"+id.String()+"/pdf?formato="+form, nil)
			Expect(file.Code).To(Equal(http.StatusOK))
			Expect(file.Header().Get("Content-Disposition")).To(ContainSubstring("20999999990-"))
			if dir := os.Getenv("HAMPI_TEST_PAGES"); dir != "" {
				Expect(os.WriteFile(dir+"/"+form+"-"+id.String()+".pdf", file.Body.Bytes(), 0o600)).To(Succeed())
			}
			text, wide := read(file.Body.Bytes())
			Expect(wide).To(BeNumerically("~", width*72/25.4, 0.5))
			all = append(all, packed(page.Body.String()), text)
		}
		return all
	}

	It("says everything of a boleta that the law wants, on a roll of 80 mm and on a sheet", func() {
		o.open("cashier", "0")
		cash := paidBy(billing.Cash, "70.00")
		cash.Received = dec("100.00")
		yape := paidBy(billing.Yape, "50.00")
		yape.Reference = "00481273"
		order := o.order("120.00")
		free := service("15.00")
		free.Description, free.IGVType = "MUESTRA DE CREMA", billing.Free
		order.Lines = append(order.Lines, free)
		Expect(o.as("cashier", func(ctx context.Context) error {
			_, err := o.charge.Charge(ctx, order, []billing.Payment{cash, yape})
			return err
		})).To(Succeed())
		for _, text := range shown(order.ID) {
			for _, words := range []string{
				"BOLETA DE VENTA ELECTRÓNICA", "B001-00000001", "RUC 20999999990", "CLINICA NORTE S.A.C.", "JR. DE LA PAZ 100, LIMA", "24/11/2026", "QUISPE MAMANI ROSA ELENA",
				"45678912", "CONSULTA DERMATOLOGIA", "101.69", "18.31", "S/ 120.00", "SON: CIENTO VEINTE CON 00/100 SOLES", "TRANSFERENCIA GRATUITA", "Efectivo",
				"vuelto", "30.00", "Yape, op. 00481273", "Representación impresa de la boleta de venta electrónica",
			} {
				Expect(text).To(says(words))
			}
		}
	})

	It("names instalments and detracción of a factura, and what a note amends", func() {
		order := o.order("2360.00")
		order.Kind, order.Content = billing.Factura, factura(service("2360.00"))
		order.Detraction = &billing.Detraction{Code: billing.OtherServices, Percent: dec("12"), Amount: dec("283")}
		order.Credit = &billing.Credit{Instalments: []billing.Instalment{{DueOn: agenda.Date{Year: 2026, Month: 12, Day: 24}, Amount: dec("2077.00")}}}
		e, err := o.issue(order)
		Expect(err).NotTo(HaveOccurred())
		for _, text := range shown(e.ID) {
			for _, words := range []string{"FACTURA ELECTRÓNICA", "EMPRESA FICTICIA DEL SUR", "Crédito", "Cuota 1, vence 24/12/2026", "S/ 2,077.00", "OPERACIÓN SUJETA", "12 %", "S/ 283.00"} {
				Expect(text).To(says(words))
			}
		}
		first := o.issued("50.00")
		o.send()
		note := billing.Order{ID: uuid.Must(uuid.NewV7()), Kind: billing.CreditNote, SiteID: o.Site, AmendsID: &first.ID, Content: boleta(service("50.00"))}
		note.Amends = &billing.Amendment{Document: first.Name, Reason: billing.Annulment, Text: "cobro repetido"}
		n, err := o.issue(note)
		Expect(err).NotTo(HaveOccurred())
		for _, text := range shown(n.ID) {
			Expect(text).To(And(says("NOTA DE CRÉDITO ELECTRÓNICA"), says("Boleta B001-00000001 del 24/11/2026"), says("cobro repetido"),
				says("01 Anulación de la operación")))
		}
	})

	It("prints the code and the digest as the service handed them over", func() {
		o.service.says = append(o.service.says, func(billing.Document) (billing.Answer, bool) {
			return billing.Answer{Outcome: billing.TakenAndAccepted, Hash: "abc123=", QR: "el texto de NubeFact", Links: billing.Links{Page: "https://www.nubefact.com/cpe/1"}}, true
		})
		e := o.issued("50.00")
		o.send()
		for _, text := range shown(e.ID) {
			Expect(text).To(And(says("Resumen: abc123="), says("nubefact.com/cpe/1")))
		}
	})
})
