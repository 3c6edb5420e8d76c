//go:build !js

package billing_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/billing"
	"hampi/modules/billing/nubefact"
	"hampi/modules/platform/files"
	"hampi/modules/platform/mail"
)

var _ = Describe("the files of a document", func() {
	const pdf, signed, receipt = "https://n.pe/1.pdf", "https://n.pe/1.xml", "https://n.pe/1.cdr"
	var (
		o *bureau
		e billing.Entry
	)
	good := func() map[string][]byte {
		return map[string][]byte{
			pdf: []byte("%PDF-1.4\nuna boleta\n%%EOF\n"), signed: []byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<Invoice><ID>B001-00000001</ID><Note>\xd1</Note></Invoice>"),
			receipt: []byte("<ApplicationResponse><ResponseCode>0</ResponseCode></ApplicationResponse>"),
		}
	}
	BeforeEach(func() {
		o = newBureau()
		o.service.files, o.service.links = good(), billing.Links{PDF: pdf, XML: signed, CDR: receipt}
		e = o.issued("50.00")
		o.send()
	})
	fetch := func() time.Time {
		GinkgoHelper()
		again, err := o.filing.Fetch(context.Background(), o.in, e.ID)
		Expect(err).NotTo(HaveOccurred())
		return again
	}
	page := func() string {
		GinkgoHelper()
		answer := o.ask(o.Clinic, "cashier", http.MethodGet, "/comprobantes/"+e.ID.String(), nil)
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		return answer.Body.String()
	}
	get := func(kind string) *bytes.Buffer {
		GinkgoHelper()
		answer := o.ask(o.Clinic, "cashier", http.MethodGet, "/comprobantes/"+e.ID.String()+"/archivos/"+kind, nil)
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		Expect(answer.Header().Get("Content-Disposition")).To(ContainSubstring("20999999990-03-B001-1."))
		return answer.Body
	}

	It("are got once it was accepted, kept encrypted, handed over, and never changed", func() {
		Expect(fetch()).NotTo(BeZero(), "their time has not come")
		Expect(page()).To(ContainSubstring("Se descarga en un momento."))
		o.later(5 * time.Second)
		Expect(fetch()).To(BeZero())
		for kind, link := range map[string]string{"pdf": pdf, "xml": signed, "cdr": receipt} {
			Expect(get(kind).Bytes()).To(Equal(good()[link]))
		}
		Expect(page()).To(And(ContainSubstring("PDF de NubeFact"), Not(ContainSubstring("Pedir ahora"))))
		other := o.ask(o.Sur, "cashier", http.MethodGet, "/comprobantes/"+e.ID.String()+"/archivos/xml", nil)
		Expect(other.Code).To(Equal(http.StatusNotFound))
		_, err := o.Admin.Exec(context.Background(), "update invoice_files set size = 1")
		Expect(err).To(MatchError(ContainSubstring("never changed")))
	})

	It("are kept of one that SUNAT rejected too, with the receipt that says why", func() {
		e = o.issued("60.00")
		o.service.files[signed] = []byte("<Invoice><ID>B001-00000002</ID></Invoice>")
		o.service.says = append(o.service.says, func(billing.Document) (billing.Answer, bool) {
			return billing.Answer{Outcome: billing.TakenAndRejected, Message: "2017: El RUC del receptor no existe", Links: o.service.links}, true
		})
		o.send()
		Expect(o.entry(e.ID).State.Status).To(Equal(billing.Rejected))
		o.later(5 * time.Second)
		Expect(fetch()).To(BeZero())
		Expect(page()).To(And(ContainSubstring("CDR, constancia de SUNAT"), Not(ContainSubstring("Pedir ahora"))))
	})

	DescribeTable("that are none are refused in words, and asked for again", func(kind string, content []byte, words string) {
		links := map[string]string{"pdf": pdf, "xml": signed, "cdr": receipt}
		o.service.files[links[kind]] = content
		o.later(5 * time.Second)
		again := fetch()
		Expect(again).To(BeTemporally(">", o.now()))
		Expect(page()).To(And(ContainSubstring(words), ContainSubstring("Pedir ahora")))
		o.service.files = good()
		Expect(o.ask(o.Clinic, "cashier", http.MethodPost, "/comprobantes/"+e.ID.String()+"/archivos", nil).Code).To(BeElementOf(http.StatusOK, http.StatusNoContent, http.StatusSeeOther))
		Expect(fetch()).To(BeZero())
		Expect(get(kind).Bytes()).To(Equal(good()[links[kind]]))
	},
		Entry("a page of HTML", "pdf", []byte("<!doctype html><title>Mantenimiento</title>"), "no es un PDF completo"),
		Entry("nothing", "xml", []byte{}, "llegó vacío"),
		Entry("half an XML", "xml", []byte("<Invoice><ID>B001-1</ID>"), "no es el XML del comprobante"),
		Entry("another document", "xml", []byte("<Invoice><ID>B001-2</ID></Invoice>"), "es de otro comprobante, B001-2"),
		Entry("HTML that is XML too", "cdr", []byte("<html><body/></html>"), "no es una constancia de SUNAT"),
		Entry("far too much", "pdf", bytes.Repeat([]byte("%PDF-1.4 %%EOF "), 1<<20), "es demasiado grande"),
		Entry("an archive without a receipt", "cdr", []byte("PK\x03\x04 no"), "no es una constancia de SUNAT"),
	)

	It("go to an address that was typed, once, when they are there, and the page says so", func() {
		form := url.Values{"id": {uuid.Must(uuid.NewV7()).String()}, "destino": {"rosa@correo"}}
		send := func(role string) int {
			return o.ask(o.Clinic, role, http.MethodPost, "/comprobantes/"+e.ID.String()+"/envio/correo", form).Code
		}
		Expect(send("cashier")).To(Equal(http.StatusUnprocessableEntity))
		Expect(send("doctor")).To(Equal(http.StatusNotFound))
		form.Set("destino", "rosa@correo.pe")
		for range 2 {
			Expect(send("cashier")).To(BeNumerically("<", 400))
		}
		Expect(o.letters).To(HaveLen(1))
		Expect(page()).To(ContainSubstring("Por enviar a rosa@correo.pe"))
		var sealed []byte
		Expect(o.Admin.QueryRow(context.Background(), "select address from invoice_sendings").Scan(&sealed)).To(Succeed())
		Expect(string(sealed)).NotTo(ContainSubstring("rosa"))

		letter := func() (l mail.Letter, wait time.Duration, without string) {
			GinkgoHelper()
			o.within(func(ctx context.Context) {
				var err error
				l, wait, without, err = o.dispatch.Letter(ctx, o.letters[0])
				Expect(err).NotTo(HaveOccurred())
			})
			return l, wait, without
		}
		_, wait, _ := letter()
		Expect(wait).To(BeNumerically(">", 0), "the signed document has not come")
		o.later(5 * time.Second)
		fetch()
		l, wait, without := letter()
		Expect(wait).To(BeZero())
		Expect(without).To(BeEmpty())
		Expect(l.To).To(Equal("rosa@correo.pe"))
		Expect(l.Files).To(HaveLen(2))
		Expect(l.Files[0].Name).To(Equal("20999999990-03-B001-1.pdf"))
		Expect(l.Files[1].Content).To(Equal(good()[signed]))
		Expect(l.Text).NotTo(ContainSubstring("DERMATOLOGIA"))
		o.within(func(ctx context.Context) { Expect(o.dispatch.Left(ctx, o.letters[0])).To(Succeed()) })
		Expect(page()).To(ContainSubstring("Enviada a rosa@correo.pe hoy 9:00"))
	})

	It("of a document that is worth nothing go nowhere", func() {
		o.service.says = append(o.service.says, somebodyElses)
		e = o.issued("60.00")
		o.send()
		form := url.Values{"id": {uuid.Must(uuid.NewV7()).String()}, "destino": {"rosa@correo.pe"}}
		Expect(o.ask(o.Clinic, "cashier", http.MethodPost, "/comprobantes/"+e.ID.String()+"/envio/correo", form).Code).To(Equal(http.StatusConflict))
		Expect(o.letters).To(BeEmpty())
	})

	It("are those that NubeFact makes, of a boleta and of its note", func() {
		n := newBackroom()
		p := &process{desk: n.desk, network: n.network, left: 1_000_000}
		settled := func(id uuid.UUID) {
			GinkgoHelper()
			for range 20 {
				n.work(p)
				if n.entry(id).State.Status == billing.Accepted {
					return
				}
				n.later(time.Minute)
			}
			Fail("never accepted")
		}
		first := n.issued("50.00")
		settled(first.ID)
		order := billing.Order{ID: uuid.Must(uuid.NewV7()), Kind: billing.CreditNote, SiteID: n.Site, AmendsID: &first.ID, Content: boleta(service("50.00"))}
		order.Amends = &billing.Amendment{Document: first.Name, Reason: billing.Annulment, Text: "cobro repetido"}
		note, err := n.issue(order)
		Expect(err).NotTo(HaveOccurred())
		settled(note.ID)

		folder, err := files.NewFolder(GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
		filing := billing.NewFiling(n.ledger, always{nubefact.New(p).For(n.account)}, files.New(folder, n.Vault), n, n.now)
		n.later(time.Minute)
		for _, id := range []uuid.UUID{first.ID, note.ID} {
			Expect(filing.Fetch(context.Background(), n.in, id)).To(BeZero())
			n.within(func(ctx context.Context) {
				for _, kind := range billing.FileKinds() {
					_, content, err := filing.Open(ctx, id, kind)
					Expect(err).NotTo(HaveOccurred())
					Expect(content).NotTo(BeEmpty())
				}
			})
		}
	})
})
