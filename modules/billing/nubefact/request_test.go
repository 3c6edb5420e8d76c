//go:build !js

package nubefact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/billing"
	"hampi/modules/billing/nubefact"
)

// exchange is one request of an example with what came back.
type exchange struct {
	Request  json.RawMessage `json:"request"`
	Status   *int            `json:"http_status"`
	Response json.RawMessage `json:"response"`
}

func example(name string) []exchange {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	Expect(err).NotTo(HaveOccurred())
	var e struct{ Exchanges []exchange }
	Expect(json.Unmarshal(text, &e)).To(Succeed())
	return e.Exchanges
}

// plain reads JSON with its numbers as decimals in one spelling, so that 18.0 and 18 are the same and "18" is not.
func plain(text []byte) any {
	GinkgoHelper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	Expect(dec.Decode(&v)).To(Succeed())
	return spelled(v)
}

func spelled(v any) any {
	switch v := v.(type) {
	case json.Number:
		return decimal.RequireFromString(v.String()).Rat().RatString()
	case map[string]any:
		for key := range v {
			v[key] = spelled(v[key])
		}
	case []any:
		for i := range v {
			v[i] = spelled(v[i])
		}
	}
	return v
}

// replay plays the service: it answers each request in turn as the example has it, and keeps what was asked.
type replay struct {
	*httptest.Server
	asked []*http.Request
	texts [][]byte
}

func answering(answers ...exchange) *replay {
	r := &replay{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		text, _ := io.ReadAll(req.Body)
		r.asked, r.texts = append(r.asked, req), append(r.texts, text)
		answer := answers[min(len(r.asked), len(answers))-1]
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(*answer.Status)
		_, _ = w.Write(answer.Response)
	}))
	DeferCleanup(r.Close)
	return r
}

func (r *replay) emitter() billing.Emitter {
	return nubefact.New(nil).For(nubefact.Account{Route: r.URL + "/api/v1/ruta", Token: "clave"})
}

var _ = Describe("the reference's examples", func() {
	ctx := context.Background()

	DescribeTable("are asked for word by word",
		func(name string, place int, ask func(billing.Emitter) billing.Answer, outcome billing.Outcome) {
			e := example(name)[place]
			r := answering(e)
			a := ask(r.emitter())
			Expect(plain(r.texts[0])).To(Equal(plain(e.Request)))
			Expect(a.Outcome).To(Equal(outcome))
			Expect(a.Raw).To(MatchJSON(e.Response))
			Expect(a.Status).To(Equal(*e.Status))
		},
		Entry("a boleta", "01-boleta-dni", 0, emits(boletaDNI()), billing.TakenAndPending),
		Entry("its consultation", "01-boleta-dni", 1, consults(boletaDNI()), billing.TakenAndAccepted),
		Entry("a factura on credit", "02-factura-credito-ruc", 0, emits(facturaOnCredit()), billing.TakenAndAccepted),
		Entry("an exempt boleta", "03-boleta-exonerada", 0, emits(boletaExempt()), billing.TakenAndPending),
		Entry("a credit note", "04-nota-credito", 0, emits(creditNote()), billing.TakenAndPending),
		Entry("a voiding", "05-anulacion", 0, func(e billing.Emitter) billing.Answer {
			return e.Void(ctx, facturaOnCredit().Name, "ERROR EN LOS DATOS DEL CLIENTE")
		}, billing.TakenAndPending),
		Entry("its consultation, too early", "05-anulacion", 1, consultsVoid(facturaOnCredit()), billing.TakenAndPending),
		Entry("its consultation", "05-anulacion", 2, consultsVoid(facturaOnCredit()), billing.TakenAndAccepted),
		Entry("a boleta that is there already", "06-error-duplicado", 1, emits(boletaDNI()), billing.AlreadyThere),
		Entry("the consultation that finds it", "06-error-duplicado", 2, consults(boletaDNI()), billing.TakenAndAccepted),
	)

	It("are sent again word by word when the answer was lost", func() {
		lost := example("06-error-duplicado")[0]
		Expect(lost.Status).To(BeNil())
		r := answering(example("06-error-duplicado")[1])
		r.emitter().Emit(ctx, boletaDNI())
		Expect(plain(r.texts[0])).To(Equal(plain(lost.Request)))
	})

	It("are recognised as the documents they are", func() {
		found := answering(example("06-error-duplicado")[2]).emitter().Consult(ctx, boletaDNI().Name)
		Expect(billing.AfterConsult(found, boletaDNI())).To(Equal(billing.Accept))
		other := boletaDNI()
		other.Lines = other.Lines[:1]
		Expect(billing.AfterConsult(found, other)).To(Equal(billing.Taken))
		Expect(found.Links.CDR).To(HaveSuffix(".cdr"))
		Expect(found.Hash).To(HavePrefix("pBq0"))
		Expect(found.QR).To(HavePrefix("20000000001 | 03 | B001"))
		Expect(found.Voided).To(BeFalse())
	})

	It("go with the token in the header, to the route alone", func() {
		r := answering(example("01-boleta-dni")[0])
		r.emitter().Emit(ctx, boletaDNI())
		Expect(r.asked[0].Header.Get("Authorization")).To(Equal(`Token token="clave"`))
		Expect(r.asked[0].Header.Get("Content-Type")).To(Equal("application/json"))
		Expect(r.asked[0].URL.Path).To(Equal("/api/v1/ruta"))
		nubefact.New(nil).For(nubefact.Account{Route: r.URL, Token: "clave", Bare: true, Extra: map[string]any{"cancelado": true}}).Emit(ctx, boletaDNI())
		Expect(r.asked[1].Header.Get("Authorization")).To(Equal("clave"))
		Expect(plain(r.texts[1])).To(HaveKeyWithValue("cancelado", true))
	})
})

func emits(d billing.Document) func(billing.Emitter) billing.Answer {
	return func(e billing.Emitter) billing.Answer { return e.Emit(context.Background(), d) }
}

func consults(d billing.Document) func(billing.Emitter) billing.Answer {
	return func(e billing.Emitter) billing.Answer { return e.Consult(context.Background(), d.Name) }
}

func consultsVoid(d billing.Document) func(billing.Emitter) billing.Answer {
	return func(e billing.Emitter) billing.Answer { return e.ConsultVoid(context.Background(), d.Name) }
}

var _ = Describe("a request", func() {
	sent := func(change func(*billing.Document)) map[string]any {
		GinkgoHelper()
		d := facturaOnCredit()
		change(&d)
		r := answering(example("02-factura-credito-ruc")[0])
		r.emitter().Emit(context.Background(), d)
		Expect(r.texts).To(HaveLen(1))
		return plain(r.texts[0]).(map[string]any)
	}

	It("carries detracción by NubeFact's own number", func() {
		body := sent(func(d *billing.Document) {
			d.Detraction = &billing.Detraction{Code: billing.OtherServices, Percent: dec("12"), Amount: dec("283")}
		})
		Expect(body).To(SatisfyAll(HaveKeyWithValue("sunat_transaction", "30"), HaveKeyWithValue("detraccion", true), HaveKeyWithValue("detraccion_tipo", "35"),
			HaveKeyWithValue("detraccion_porcentaje", "12"), HaveKeyWithValue("detraccion_total", "283"), HaveKeyWithValue("medio_de_pago_detraccion", "1")))
	})

	It("carries dollars, discounts before tax and what is given away", func() {
		body := sent(func(d *billing.Document) {
			d.Currency, d.ExchangeRate, d.Credit, d.Remarks = billing.Dollars, dec("3.421"), nil, "UNA\nDOS"
			d.Lines[0].Discount = dec("118")
			d.Lines[1].IGVType = billing.Free
		})
		Expect(body).To(SatisfyAll(HaveKeyWithValue("moneda", "2"), HaveKeyWithValue("tipo_de_cambio", "3421/1000"), HaveKeyWithValue("total_descuento", "100"),
			HaveKeyWithValue("total_gravada", "400"), HaveKeyWithValue("total_gratuita", "236/5"), HaveKeyWithValue("total", "472"), HaveKeyWithValue("observaciones", "UNA<br>DOS"),
			Not(HaveKey("venta_al_credito")), Not(HaveKey("fecha_de_vencimiento")), Not(HaveKey("medio_de_pago"))))
		items := body["items"].([]any)
		Expect(items[0]).To(SatisfyAll(HaveKeyWithValue("descuento", "100"), HaveKeyWithValue("subtotal", "400"), HaveKeyWithValue("igv", "72"), HaveKeyWithValue("total", "472")))
		Expect(items[1]).To(SatisfyAll(HaveKeyWithValue("tipo_de_igv", "6"), HaveKeyWithValue("igv", "0"), HaveKeyWithValue("subtotal", "236/5")))
	})

	It("carries a debit note's reason, and nobody's paper as a dash", func() {
		body := sent(func(d *billing.Document) {
			d.Name = billing.Name{Kind: billing.DebitNote, Series: "BD01", Number: 1}
			d.Credit, d.Customer = nil, billing.AnyCustomer()
			d.Amends = &billing.Amendment{Document: boletaDNI().Name, Reason: billing.Penalty, Text: "PENALIDAD"}
			d.Remarks = "SEGUN CONTRATO"
		})
		Expect(body).To(SatisfyAll(HaveKeyWithValue("tipo_de_comprobante", "4"), HaveKeyWithValue("tipo_de_nota_de_debito", "3"), HaveKeyWithValue("documento_que_se_modifica_tipo", "2"),
			HaveKeyWithValue("observaciones", "PENALIDAD<br>SEGUN CONTRATO"), HaveKeyWithValue("cliente_tipo_de_documento", "-"), HaveKeyWithValue("cliente_numero_de_documento", "-"),
			HaveKeyWithValue("cliente_denominacion", "CLIENTES VARIOS"), Not(HaveKey("cliente_direccion"))))
	})
})
