//go:build !js

package nubefact_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/nubefact"
	fake "hampi/tests/fakes/nubefact"
)

// world is the stand-in, with a clock of its own, and the client's way to it.
type world struct {
	*fake.Service
	billing.Emitter
	now atomic.Int64 // nanoseconds
}

// today is the day in Lima on the stand-in's clock.
func (w *world) today() agenda.Date { return billing.Today(time.Unix(0, w.now.Load())) }

func (w *world) later(d time.Duration) { w.now.Add(int64(d)) }

func standIn(o fake.Options) *world {
	GinkgoHelper()
	w := &world{}
	w.now.Store(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC).UnixNano())
	o.Accounts = []fake.Account{{Route: "ruta", Token: "clave", RUC: "20000000001"}}
	o.Now = func() time.Time { return time.Unix(0, w.now.Load()) }
	service, err := fake.New(o)
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewServer(service)
	DeferCleanup(server.Close)
	w.Service = service
	w.Emitter = nubefact.New(nil).Impatient(200 * time.Millisecond).For(nubefact.Account{Route: server.URL + "/api/v1/ruta", Token: "clave"})
	return w
}

// cart is any document that the rules let pass; numbers go up.
func cart(t *rapid.T, w *world, number int64) billing.Document {
	d := boletaDNI()
	if rapid.Bool().Draw(t, "factura") {
		d = facturaOnCredit()
		d.Credit = nil
	}
	d.Number, d.IssuedOn, d.Lines = number, w.today(), nil
	for range rapid.IntRange(1, 6).Draw(t, "lines") {
		l := line("", "SERVICIO", rapid.SampledFrom([]string{"ZZ", "NIU"}).Draw(t, "unit"), "1", "1", rapid.SampledFrom(billing.IGVTypes()).Draw(t, "igv"))
		l.UnitPrice = decimal.New(rapid.Int64Range(1, 300_000).Draw(t, "price"), -2)
		l.Quantity = decimal.NewFromInt(rapid.Int64Range(1, 50).Draw(t, "quantity"))
		if rapid.Bool().Draw(t, "parts") {
			l.Quantity = decimal.New(rapid.Int64Range(1, 9_999).Draw(t, "thousandths"), -3)
		}
		if gross := l.UnitPrice.Mul(l.Quantity).Round(2); l.IGVType != billing.Free && gross.IsPositive() && rapid.Bool().Draw(t, "discounted") {
			l.Discount = decimal.New(rapid.Int64Range(0, gross.Shift(2).IntPart()-1).Draw(t, "discount"), -2)
		}
		d.Lines = append(d.Lines, l)
	}
	if detraction, applies := billing.DetractionFor(d.Kind, d.Content, billing.OtherServices); applies && rapid.Bool().Draw(t, "detraction") {
		d.Detraction = &detraction
	}
	if pending := d.Pending(); d.Kind == billing.Factura && pending.GreaterThan(dec("1")) && rapid.Bool().Draw(t, "credit") {
		d.Credit = &billing.Credit{Instalments: billing.SplitEvenly(pending, []agenda.Date{d.IssuedOn.Add(30), d.IssuedOn.Add(60), d.IssuedOn.Add(90)})}
	}
	return d
}

// deliver brings a document to its end by the steps of billing alone, as the queue does; a person who is asked sets
// the connection right and sends the same again.
func (w *world) deliver(d billing.Document) billing.Step {
	GinkgoHelper()
	ctx, tried, consulting := context.Background(), false, false
	for range 500 {
		var step billing.Step
		if consulting {
			step = billing.AfterConsult(w.Consult(ctx, d.Name), d)
		} else {
			step = billing.AfterEmit(w.Emit(ctx, d), tried)
		}
		tried = true
		switch step {
		case billing.Accept, billing.Reject, billing.Taken:
			return step
		case billing.Poll:
			consulting = true
			w.later(billing.PollAfter(0))
		case billing.Consult:
			consulting = true
		case billing.Repeat, billing.Correct:
			consulting = false
		}
	}
	Fail(d.Short() + " came to no end")
	return ""
}

var _ = Describe("the client with the stand-in", func() {
	ctx := context.Background()

	It("sends nothing that the strict one recomputes otherwise, whatever is in the cart", func() {
		w, number := standIn(fake.Options{Strict: true}), int64(0)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			number++
			d := cart(t, w, number)
			if problems := d.Problems(nil, w.today()); len(problems) > 0 {
				t.Skip("the rules stop it first", problems)
			}
			a := w.Emit(ctx, d)
			if a.Outcome != billing.TakenAndAccepted && a.Outcome != billing.TakenAndPending {
				t.Fatalf("%s: %s", a.Outcome, a.Message)
			}
			if !a.Held.IsOf(d) {
				t.Fatalf("%+v is held as %+v", d, a.Held)
			}
		})
	})

	It("sends advances, and what deducts them, as the strict one recomputes them", func() {
		w, number := standIn(fake.Options{Strict: true}), int64(0)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			number++
			advance := boletaDNI()
			advance.Number, advance.IssuedOn, advance.Advance = number, w.today(), true
			advance.Lines = []billing.Line{billing.AdvanceLine("ADELANTO", decimal.New(rapid.Int64Range(1, 100_000).Draw(t, "advance"), -2))}
			number++
			d := cart(t, w, number)
			if d.Kind != billing.Boleta || len(d.Problems(nil, w.today())) > 0 {
				t.Skip("no cart to deduct from")
			}
			d.Content = d.Deducting([]billing.Advance{{Document: advance.Name, IGVType: billing.Taxed, Left: advance.Totals().Total}})
			for _, sent := range []billing.Document{advance, d} {
				if a := w.Emit(ctx, sent); a.Outcome != billing.TakenAndAccepted && a.Outcome != billing.TakenAndPending {
					t.Fatalf("%s: %s %s", sent.Name, a.Outcome, a.Message)
				}
			}
		})
	})

	It("goes through a document's life", func() {
		w := standIn(fake.Options{Strict: true})
		boleta, factura, note := boletaDNI(), facturaOnCredit(), creditNote()
		Expect(w.Test(ctx)).To(HaveField("Outcome", billing.TakenAndAccepted))
		Expect(w.Emit(ctx, boleta)).To(HaveField("Outcome", billing.TakenAndPending))
		Expect(w.Void(ctx, boleta.Name, "ERROR EN LA FECHA")).To(HaveField("Outcome", billing.NotValid))
		w.later(5 * time.Second)
		found := w.Consult(ctx, boleta.Name)
		Expect(billing.AfterConsult(found, boleta)).To(Equal(billing.Accept))
		for _, link := range []string{found.Links.PDF, found.Links.XML, found.Links.CDR} {
			Expect(w.Fetch(ctx, link)).NotTo(BeEmpty())
		}
		Expect(w.Emit(ctx, note)).To(HaveField("Outcome", billing.TakenAndPending))
		Expect(w.Emit(ctx, note)).To(HaveField("Outcome", billing.AlreadyThere))

		Expect(w.Emit(ctx, factura)).To(HaveField("Outcome", billing.TakenAndAccepted))
		Expect(w.ConsultVoid(ctx, factura.Name)).To(HaveField("Outcome", billing.NotThere))
		Expect(billing.AfterVoid(w.Void(ctx, factura.Name, "ERROR EN LOS DATOS"))).To(Equal(billing.Poll))
		Expect(billing.AfterVoid(w.Void(ctx, factura.Name, "ERROR EN LOS DATOS"))).To(Equal(billing.Consult))
		Expect(billing.AfterConsultVoid(w.ConsultVoid(ctx, factura.Name), true)).To(Equal(billing.Poll))
		w.later(5 * time.Second)
		Expect(billing.AfterConsultVoid(w.ConsultVoid(ctx, factura.Name), false)).To(Equal(billing.Accept))
		Expect(w.Consult(ctx, factura.Name).Voided).To(BeTrue())
	})

	It("hears of a voiding that SUNAT refuses, and of one that does not exist", func() {
		w := standIn(fake.Options{})
		w.Emit(ctx, facturaOnCredit())
		w.Fail(fake.Fault{Kind: fake.RejectVoid, Times: 1, Operation: "generar_anulacion", Code: "2957"})
		Expect(w.Void(ctx, facturaOnCredit().Name, "ERROR EN LOS DATOS").Outcome).To(Equal(billing.TakenAndPending))
		w.later(5 * time.Second)
		Expect(billing.AfterConsultVoid(w.ConsultVoid(ctx, facturaOnCredit().Name), false)).To(Equal(billing.Reject))
		w.later(8 * 24 * time.Hour)
		late := w.Void(ctx, facturaOnCredit().Name, "ERROR EN LOS DATOS")
		Expect(late).To(SatisfyAll(HaveField("Outcome", billing.NotValid), HaveField("Code", "22")))
	})

	DescribeTable("brings a document to its end once, through", func(step billing.Step, state fake.State, faults ...fake.Fault) {
		w := standIn(fake.Options{})
		w.Fail(faults...)
		Expect(w.deliver(boletaDNI())).To(Equal(step))
		Expect(w.Documents()).To(HaveExactElements(HaveField("State", state)))
	},
		Entry("no fault", billing.Accept, fake.Accepted),
		Entry("a service that is down", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Down, Times: 3}),
		Entry("a line that breaks before", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Cut, Times: 2}),
		Entry("an answer that is lost", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.LoseAnswer, Times: 2}),
		Entry("a page of HTML", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.HTML, Times: 2}),
		Entry("an empty answer", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Empty, Times: 2}),
		Entry("half an answer", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Half, Times: 2}),
		Entry("200 MB", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Huge, Times: 1}),
		Entry("an internal error before", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Internal, Times: 2}),
		Entry("an internal error after", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.InternalEnd, Times: 2}),
		Entry("a wrong token, set right", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.WrongToken, Times: 1}),
		Entry("an account that was suspended", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Suspended, Times: 1}, fake.Fault{Kind: fake.Unpaid, Times: 1}),
		Entry("a slow answer", billing.Accept, fake.Accepted, fake.Fault{Kind: fake.Slow, Times: 1, WaitMS: 400}),
		Entry("a rejection at once", billing.Reject, fake.Rejected, fake.Fault{Kind: fake.Reject, Operation: "generar_comprobante"}),
		Entry("a rejection later", billing.Reject, fake.Rejected, fake.Fault{Kind: fake.RejectLater, Operation: "generar_comprobante"}),
		Entry("a lost answer and a rejection", billing.Reject, fake.Rejected, fake.Fault{Kind: fake.LoseAnswer, Times: 1}, fake.Fault{Kind: fake.RejectLater, Operation: "generar_comprobante"}),
	)

	It("waits while SUNAT is down, and sends nothing twice", func() {
		w := standIn(fake.Options{})
		w.Fail(fake.Fault{Kind: fake.SunatDown})
		a := w.Emit(ctx, facturaOnCredit())
		Expect(a).To(SatisfyAll(HaveField("Outcome", billing.TakenAndPending), HaveField("Sunat.Problem", Not(BeEmpty()))))
		w.later(24 * time.Hour)
		Expect(w.Consult(ctx, facturaOnCredit().Name).Outcome).To(Equal(billing.TakenAndPending))
		w.Heal()
		Expect(w.Consult(ctx, facturaOnCredit().Name).Outcome).To(Equal(billing.TakenAndAccepted))
	})

	It("leaves alone what somebody else issued under its number", func() {
		w, other := standIn(fake.Options{}), boletaDNI()
		other.Lines = other.Lines[:1]
		w.Emit(ctx, other)
		Expect(w.deliver(boletaDNI())).To(Equal(billing.Taken))
	})

	It("delivers everything exactly once when everything goes wrong now and then", func() {
		w := standIn(fake.Options{Seed: uint64(GinkgoRandomSeed())})
		for _, kind := range []fake.FaultKind{fake.Down, fake.Cut, fake.Internal, fake.LoseAnswer, fake.InternalEnd, fake.HTML, fake.Empty, fake.Half, fake.WrongToken, fake.Suspended} {
			w.Fail(fake.Fault{Kind: kind, Chance: 0.08})
		}
		w.Fail(fake.Fault{Kind: fake.RejectLater, Chance: 0.2, Operation: "generar_comprobante"})
		const documents = 60
		ends := map[string]billing.Step{}
		for n := int64(1); n <= documents; n++ {
			d := boletaDNI()
			d.Number = n
			ends[fmt.Sprint(n)] = w.deliver(d)
		}
		w.Heal()
		held := w.Documents()
		Expect(held).To(HaveLen(documents))
		for i, h := range held {
			Expect(h.Number).To(Equal(int64(i + 1)))
			Expect(ends[fmt.Sprint(h.Number)]).To(Equal(map[fake.State]billing.Step{fake.Accepted: billing.Accept, fake.Rejected: billing.Reject}[h.State]))
		}
		Expect(slices.ContainsFunc(held, func(h fake.Held) bool { return h.State == fake.Rejected })).To(BeTrue(), "no fault ever struck")
	})
})
