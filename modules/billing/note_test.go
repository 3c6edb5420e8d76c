package billing_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/billing"
	"hampi/modules/platform/fault"
)

// accepted is a boleta or factura that SUNAT accepted four weeks ago.
func accepted(kind billing.Kind, c billing.Content) *billing.Original {
	c.IssuedOn = in(-28)
	series := map[billing.Kind]string{billing.Boleta: "B001", billing.Factura: "F001"}[kind]
	return &billing.Original{Document: billing.Document{Name: billing.Name{Kind: kind, Series: series, Number: 7}, Content: c}, Status: billing.Accepted}
}

// note is a note over an original.
func note(o *billing.Original, reason billing.Reason, lines ...billing.Line) billing.Content {
	c := boleta(lines...)
	c.Customer, c.Currency = o.Customer, o.Currency
	c.Amends = &billing.Amendment{Document: o.Name, Reason: reason, Text: "DEVOLUCION"}
	return c
}

var _ = Describe("a note", func() {
	sold := accepted(billing.Boleta, boleta(taxed("120"), taxed("50.55")))
	company := accepted(billing.Factura, onCredit("637.20", part(30, "318.60"), part(60, "318.60")))

	DescribeTable("passes", func(kind billing.Kind, o *billing.Original, c billing.Content) {
		Expect(c.Problems(kind, o, today)).To(BeEmpty())
	},
		Entry("of a line", billing.CreditNote, sold, note(sold, billing.LineReturn, taxed("50.55"))),
		Entry("of all", billing.CreditNote, sold, note(sold, billing.Annulment, taxed("170.55"))),
		Entry("over a factura", billing.CreditNote, company, note(company, billing.LineDiscount, taxed("1"))),
		Entry("with new dates", billing.CreditNote, company, with(note(company, billing.NewDates, billing.Line{
			Description: "NUEVAS CUOTAS", Unit: billing.UnitService, Quantity: dec("1"), IGVType: billing.Taxed,
		}), func(c *billing.Content) {
			c.Credit = &billing.Credit{Instalments: []billing.Instalment{part(90, "637.20")}}
		})),
		Entry("that asks for more", billing.DebitNote, sold, note(sold, billing.LateInterest, taxed("500"))),
	)

	DescribeTable("is refused at the field", func(kind billing.Kind, o *billing.Original, c billing.Content, field, sentence string) {
		Expect(c.Problems(kind, o, today)).To(HaveKeyWithValue(field, sentence))
	},
		Entry("for more than its document", billing.CreditNote, sold, note(sold, billing.LineReturn, taxed("170.56")), "items",
			"La nota suma S/ 170.56 y del comprobante quedan S/ 170.55."),
		Entry("for more than is left", billing.CreditNote, credited(sold, "100"), note(sold, billing.LineReturn, taxed("70.56")), "items",
			"La nota suma S/ 70.56 y del comprobante quedan S/ 70.55."),
		Entry("when nothing is left", billing.CreditNote, credited(sold, "170.55"), note(sold, billing.LineReturn, taxed("1")), "amends.document",
			"El comprobante ya está devuelto por completo."),
		Entry("that annuls a part", billing.CreditNote, sold, note(sold, billing.Annulment, taxed("170.54")), "items",
			"Con ese motivo la nota devuelve todo lo que queda, S/ 170.55."),
		Entry("in another currency", billing.CreditNote, sold, with(note(sold, billing.LineReturn, taxed("1")), func(c *billing.Content) {
			c.Currency, c.ExchangeRate = billing.Dollars, dec("3.5")
		}), "currency", "El comprobante está en soles; la nota va en la misma moneda."),
		Entry("to somebody else", billing.CreditNote, sold, with(note(sold, billing.LineReturn, taxed("1")), func(c *billing.Content) { c.Customer.DocumentNumber = "45678913" }),
			"customer.document_number", "La nota va al cliente de su comprobante."),
		Entry("with a discount on a boleta", billing.CreditNote, sold, note(sold, billing.LineDiscount, taxed("1")), "amends.reason", "Ese motivo no corresponde a una nota de esa boleta."),
		Entry("with new dates of what was paid at once", billing.CreditNote, accepted(billing.Factura, factura(taxed("5"))), note(accepted(billing.Factura, factura(taxed("5"))), billing.NewDates, taxed("5")),
			"amends.reason", "El comprobante no es al crédito; no tiene cuotas que cambiar."),
		Entry("over nothing", billing.CreditNote, nil, note(sold, billing.LineReturn, taxed("1")), "amends.document", "Falta la boleta o factura que la nota modifica."),
		Entry("over another one", billing.CreditNote, company, note(sold, billing.LineReturn, taxed("1")), "amends.document", "Falta la boleta o factura que la nota modifica."),
		Entry("over a rejected one", billing.CreditNote, as(sold, billing.Rejected), note(sold, billing.LineReturn, taxed("1")), "amends.document",
			"El comprobante B001-00000007 no está vigente en SUNAT; no se hacen notas sobre él."),
		Entry("before its document", billing.CreditNote, sold, with(note(sold, billing.LineReturn, taxed("1")), func(c *billing.Content) { c.IssuedOn = in(-29) }), "issued_on",
			"Con fecha 26/10/2026 SUNAT ya no lo recibe. Póngale la fecha de hoy."),
		Entry("of an amount that moves dates alone", billing.CreditNote, company, with(note(company, billing.NewDates, taxed("5")), func(c *billing.Content) {
			c.Credit = &billing.Credit{Instalments: []billing.Instalment{part(90, "5")}}
		}), "items.0.unit_price", "Una nota que cambia solo las cuotas lleva importes en cero."),
		Entry("of more instalments than were pending", billing.CreditNote, company, with(note(company, billing.NewDates, taxed("0")), func(c *billing.Content) {
			c.Credit = &billing.Credit{Instalments: []billing.Instalment{part(90, "637.21")}}
		}), "credit", "Las cuotas suman S/ 637.21 y lo pendiente es S/ 637.20."),
		Entry("of a credit note's reason that asks for more", billing.DebitNote, sold, note(sold, billing.LineReturn, taxed("1")), "amends.reason", "Ese motivo no corresponde a una nota de esa boleta."),
		Entry("without words", billing.CreditNote, sold, with(note(sold, billing.LineReturn, taxed("1")), func(c *billing.Content) {
			c.Amends = &billing.Amendment{Document: sold.Name, Reason: billing.LineReturn}
		}), "amends.text", "Falta el motivo en sus palabras."),
	)

	It("takes the letter of its document's series", func() {
		d := billing.Document{Name: billing.Name{Kind: billing.CreditNote, Series: "FC01", Number: 1}, Content: note(sold, billing.LineReturn, taxed("1"))}
		Expect(d.Problems(sold, today)).To(HaveKeyWithValue("series", "La nota de una boleta va en una serie que empieza con B."))
		d.Series = "BC01"
		Expect(d.Problems(sold, today)).To(BeEmpty())
	})

	It("has a label for every reason", func() {
		for _, kind := range []billing.Kind{billing.CreditNote, billing.DebitNote} {
			for _, amended := range []billing.Kind{billing.Boleta, billing.Factura} {
				for _, r := range billing.Reasons(kind, amended) {
					Expect(r.Label(kind)).NotTo(Equal(string(r)))
				}
			}
		}
	})
})

func credited(o *billing.Original, amount string) *billing.Original {
	c := *o
	c.Credited = dec(amount)
	return &c
}

func as(o *billing.Original, s billing.Status) *billing.Original {
	c := *o
	c.Status = s
	return &c
}

var _ = Describe("the life of a document", func() {
	It("knows no step outside its table", func() {
		steps := 0
		for _, from := range billing.Statuses() {
			Expect(from.Label()).NotTo(Equal(string(from)))
			for _, to := range billing.Statuses() {
				err := billing.Move(from, to)
				if from != to && err == nil {
					steps++
				}
				if err != nil {
					Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
				}
			}
		}
		Expect(steps).To(Equal(len(billing.Transitions())))
	})

	It("ends where nothing may change any more", func() {
		for _, end := range []billing.Status{billing.Rejected, billing.Voided} {
			for _, to := range billing.Statuses() {
				if to != end {
					Expect(billing.Move(end, to)).NotTo(Succeed())
				}
			}
		}
		Expect(billing.Move(billing.ToCorrect, billing.Queued)).To(Succeed())
		Expect(billing.Move(billing.InVoiding, billing.Accepted)).To(Succeed())
	})

	voiding := billing.Voiding{Document: billing.Name{Kind: billing.Factura, Series: "F001", Number: 2}, Status: billing.Accepted, IssuedOn: in(-7), Reason: "ERROR"}

	It("voids on the seventh day", func() { Expect(voiding.Check(today)).To(Succeed()) })

	DescribeTable("does not void", func(change func(*billing.Voiding), kind fault.Kind, sentence string) {
		v := voiding
		change(&v)
		err := v.Check(today)
		Expect(fault.KindOf(err)).To(Equal(kind))
		Expect(err).To(MatchError(ContainSubstring(sentence)))
	},
		Entry("after the deadline", func(v *billing.Voiding) { v.IssuedOn = in(-8) }, fault.Conflict, "Se anula hasta 7 días después de la emisión, el 23/11/2026. Haga una nota de crédito."),
		Entry("what has a credit note", func(v *billing.Voiding) { v.Credited = true }, fault.Conflict, "Tiene una nota de crédito"),
		Entry("what SUNAT has not accepted", func(v *billing.Voiding) { v.Status = billing.Sent }, fault.Conflict, "este comprobante está como «Enviando a SUNAT»"),
		Entry("what is voided and more", func(v *billing.Voiding) { v.Status = billing.Voided }, fault.Conflict, "no pasa a «Anulando»"),
		Entry("without a reason", func(v *billing.Voiding) { v.Reason = "" }, fault.Invalid, "Falta el motivo de la anulación."),
		Entry("for a reason of two letters", func(v *billing.Voiding) { v.Reason = "no" }, fault.Invalid, "por lo menos 3"),
	)

	It("asks again soon, and then seldom", func() {
		Expect(billing.PollAfter(0).Seconds()).To(Equal(5.0))
		Expect(billing.PollAfter(3).Minutes()).To(Equal(30.0))
		Expect(billing.PollAfter(4).Hours()).To(Equal(1.0))
		Expect(billing.PollAfter(28).Hours()).To(Equal(24.0))
		Expect(billing.RetryAfter(1).Seconds()).To(Equal(10.0))
		Expect(billing.RetryAfter(2).Seconds()).To(Equal(20.0))
		Expect(billing.RetryAfter(1000).Minutes()).To(Equal(30.0))
		Expect(billing.AlertAfter(billing.Factura)).To(BeNumerically("<", billing.AlertAfter(billing.Boleta)))
	})
})

var _ = Describe("what follows from an answer", func() {
	d := billing.Document{Name: billing.Name{Kind: billing.Boleta, Series: "B001", Number: 1}, Content: boleta(taxed("120"))}
	ours := &billing.Held{Kind: "03", Series: "B001", Number: 1, IGV: dec("18.31"), Total: dec("120.00"), IssuedOn: today, DocumentType: "1", DocumentNumber: "45678912"}
	theirs := *ours
	theirs.Total = dec("120.01")

	DescribeTable("to an emission", func(o billing.Outcome, first, again billing.Step) {
		Expect(billing.AfterEmit(billing.Answer{Outcome: o}, false)).To(Equal(first))
		Expect(billing.AfterEmit(billing.Answer{Outcome: o}, true)).To(Equal(again))
	},
		Entry(nil, billing.TakenAndAccepted, billing.Accept, billing.Accept),
		Entry(nil, billing.TakenAndPending, billing.Poll, billing.Poll),
		Entry(nil, billing.TakenAndRejected, billing.Reject, billing.Reject),
		Entry("a number that somebody else used", billing.AlreadyThere, billing.Taken, billing.Consult),
		Entry(nil, billing.NotValid, billing.Correct, billing.Correct),
		Entry("a suspended account", billing.NotAuthorised, billing.Wait, billing.Wait),
		Entry(nil, billing.NotReached, billing.Wait, billing.Wait),
		Entry(nil, billing.NotUnderstood, billing.Consult, billing.Consult),
	)

	DescribeTable("to a consultation", func(o billing.Outcome, held *billing.Held, step billing.Step) {
		Expect(billing.AfterConsult(billing.Answer{Outcome: o, Held: held}, d)).To(Equal(step))
	},
		Entry("ours", billing.TakenAndAccepted, ours, billing.Accept),
		Entry("ours, pending", billing.TakenAndPending, ours, billing.Poll),
		Entry("ours, rejected", billing.TakenAndRejected, ours, billing.Reject),
		Entry("somebody else's", billing.TakenAndAccepted, &theirs, billing.Taken),
		Entry("nobody says whose", billing.TakenAndAccepted, nil, billing.Wait),
		Entry("nothing there", billing.NotThere, nil, billing.Repeat),
		Entry("no answer", billing.NotReached, nil, billing.Wait),
		Entry("a wrong token", billing.NotAuthorised, nil, billing.Wait),
		Entry("nonsense", billing.NotUnderstood, nil, billing.Wait),
	)

	It("knows a document to whoever comes, however the service spells it", func() {
		anybody := d
		anybody.Customer = billing.AnyCustomer()
		held := *ours
		held.DocumentType, held.DocumentNumber = "0", "00000000"
		Expect(held.IsOf(anybody)).To(BeTrue())
		Expect(held.IsOf(d)).To(BeFalse())
	})

	DescribeTable("to a voiding", func(o billing.Outcome, asked, consulted, refused billing.Step) {
		Expect(billing.AfterVoid(billing.Answer{Outcome: o})).To(Equal(asked))
		Expect(billing.AfterConsultVoid(billing.Answer{Outcome: o}, false)).To(Equal(consulted))
		Expect(billing.AfterConsultVoid(billing.Answer{Outcome: o}, true)).To(Equal(refused))
	},
		Entry(nil, billing.TakenAndAccepted, billing.Accept, billing.Accept, billing.Accept),
		Entry(nil, billing.TakenAndPending, billing.Poll, billing.Poll, billing.Poll),
		Entry(nil, billing.TakenAndRejected, billing.Reject, billing.Reject, billing.Reject),
		Entry("asked already, or not wanted", billing.NotValid, billing.Consult, billing.Wait, billing.Wait),
		Entry(nil, billing.AlreadyThere, billing.Consult, billing.Wait, billing.Wait),
		Entry("not known", billing.NotThere, billing.Consult, billing.Repeat, billing.Reject),
		Entry(nil, billing.NotReached, billing.Wait, billing.Wait, billing.Wait),
		Entry(nil, billing.NotUnderstood, billing.Consult, billing.Wait, billing.Wait),
	)
})
