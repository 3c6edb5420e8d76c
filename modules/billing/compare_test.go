//go:build !js

package billing_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

var _ = Describe("what differs from the provider's view", func() {
	entry := func(status billing.Status) billing.Entry {
		return billing.Entry{
			Invoice: billing.Invoice{Name: billing.Name{Kind: billing.Boleta, Series: "B001", Number: 7}}, Content: boleta(service("50.00")),
			State: billing.State{Status: status},
		}
	}
	held := func(outcome billing.Outcome, change func(*billing.Answer)) billing.Answer {
		a := billing.Answer{Outcome: outcome, Held: heldOf(entry(billing.Accepted).Document())}
		if change != nil {
			change(&a)
		}
		return a
	}
	const none = billing.DifferenceKind("")
	DescribeTable("is said in words", func(status billing.Status, answer billing.Answer, kind billing.DifferenceKind, here, there string) {
		d, differs := billing.Compare(entry(status), answer)
		Expect(differs).To(Equal(kind != none))
		if differs {
			Expect(d).To(Equal(billing.Difference{Kind: kind, Here: here, There: there}))
			Expect(kind.Label()).NotTo(Equal(string(kind)))
			Expect(kind.Advice()).NotTo(BeEmpty())
		}
	},
		Entry("nothing", billing.Accepted, held(billing.TakenAndAccepted, nil), none, "", ""),
		Entry("rejected on both sides", billing.Rejected, held(billing.TakenAndRejected, nil), none, "", ""),
		Entry("voided on both sides", billing.Voided, held(billing.TakenAndAccepted, func(a *billing.Answer) { a.Voided = true }), none, "", ""),
		Entry("still in the queue", billing.Queued, held(billing.TakenAndAccepted, nil), none, "", ""),
		Entry("being voided", billing.InVoiding, held(billing.TakenAndAccepted, nil), none, "", ""),
		Entry("stopped and not held", billing.ToCorrect, billing.Answer{Outcome: billing.NotThere}, none, "", ""),
		Entry("nobody answers", billing.Accepted, billing.Answer{Outcome: billing.NotReached}, none, "", ""),
		Entry("a number that was given up as somebody else's", billing.Rejected, held(billing.TakenAndAccepted, func(a *billing.Answer) { a.Held.Total = dec("9") }), none, "", ""),
		Entry("accepted and gone", billing.Accepted, billing.Answer{Outcome: billing.NotThere}, billing.AbsentThere, "Aceptada", "No está"),
		Entry("stopped and held", billing.ToCorrect, held(billing.TakenAndPending, nil), billing.HeldThere, "Por corregir", "Espera a SUNAT"),
		Entry("another amount", billing.Accepted, held(billing.TakenAndAccepted, func(a *billing.Answer) { a.Held.Total = dec("60") }), billing.OtherContent,
			"50.00, IGV 7.63, del 24/11/2026", "60.00, IGV 7.63, del 24/11/2026"),
		Entry("another customer, whom nobody names", billing.Accepted, held(billing.TakenAndAccepted, func(a *billing.Answer) { a.Held.DocumentNumber = "10000001" }), billing.OtherContent,
			"50.00, IGV 7.63, del 24/11/2026", "50.00, IGV 7.63, del 24/11/2026, otro cliente"),
		Entry("rejected there", billing.Accepted, held(billing.TakenAndRejected, nil), billing.OtherState, "Aceptada", "Rechazada"),
		Entry("accepted there", billing.Rejected, held(billing.TakenAndAccepted, nil), billing.OtherState, "Rechazada", "Aceptada"),
		Entry("voided there", billing.Accepted, held(billing.TakenAndAccepted, func(a *billing.Answer) { a.Voided = true }), billing.VoidedThere, "Aceptada", "Anulada"),
		Entry("in force there", billing.Voided, held(billing.TakenAndAccepted, nil), billing.NotVoidedThere, "Anulada", "Aceptada"),
	)
})

// night compares everything as the jobs do.
type night struct {
	*desk
	*billing.Auditor
	jobs   []func() error
	pauses int
}

func (n *night) Compare(_ context.Context, comparison, after uuid.UUID) error {
	n.jobs = append(n.jobs, func() error { return n.Auditor.Compare(context.Background(), n.in, comparison, after) })
	return nil
}

func newNight(d *desk) *night {
	n := &night{desk: d}
	n.Auditor = billing.NewAuditor(d.ledger, d.service, n, d.now, func(context.Context) error { n.pauses++; return nil })
	return n
}

// pass begins what is due and works until no job is left; it tells how many jobs there were.
func (n *night) pass() (jobs int) {
	GinkgoHelper()
	n.within(func(ctx context.Context) { Expect(n.Nightly(ctx)).To(Succeed()) })
	for ; len(n.jobs) > 0; jobs++ {
		next := n.jobs[0]
		n.jobs = n.jobs[1:]
		Expect(next()).To(Succeed())
	}
	return jobs
}

func (n *night) open() (open []billing.Found) {
	GinkgoHelper()
	n.within(func(ctx context.Context) {
		var err error
		open, _, err = n.ledger.Differences(ctx)
		Expect(err).NotTo(HaveOccurred())
	})
	return open
}

func (n *night) last() (c *billing.Comparison) {
	GinkgoHelper()
	n.within(func(ctx context.Context) {
		var err error
		c, err = n.ledger.LastComparison(ctx)
		Expect(err).NotTo(HaveOccurred())
	})
	return c
}

var _ = Describe("comparing every night", func() {
	It("finds what differs, once, and lets a person say that it was looked into", func() {
		d := newDesk()
		n := newNight(d)
		Expect(n.pass()).To(BeZero(), "a clinic without an account has nobody to ask")
		d.within(func(ctx context.Context) {
			Expect(d.ledger.SaveAccess(ctx, billing.Access{Route: "https://x", Token: "t"})).To(Succeed())
		})
		var issued []billing.Entry
		for range 53 {
			issued = append(issued, d.issued("50.00"))
		}
		d.send()
		lost, other := issued[3].Name.String(), issued[52].Name.String()
		whole := d.service.held[lost]
		delete(d.service.held, lost)
		changed := d.service.held[other]
		changed.Lines = []billing.Line{service("60.00")}
		d.service.held[other] = changed

		Expect(n.pass()).To(Equal(2))
		Expect(n.pauses).To(Equal(53))
		Expect(n.last()).To(And(HaveField("Compared", 53), HaveField("Unanswered", 0), HaveField("FinishedAt", Not(BeNil()))))
		open := n.open()
		Expect(open).To(HaveExactElements(
			And(HaveField("Name", issued[3].Name), HaveField("Kind", billing.AbsentThere)),
			And(HaveField("Name", issued[52].Name), HaveField("Kind", billing.OtherContent)),
		))
		Expect(n.pass()).To(BeZero(), "once a night")

		settle := func(note string) error {
			return d.Committed(d.Clinic, "clinic_admin", func(ctx context.Context) error { return n.Settle(ctx, open[1].ID, note) })
		}
		Expect(settle("x")).NotTo(Succeed())
		Expect(settle("se hizo una nota de crédito")).To(Succeed())
		Expect(settle("otra vez")).NotTo(Succeed(), "looked into already")
		d.service.held[lost] = whole
		d.later(24 * time.Hour)
		n.pass()
		Expect(n.open()).To(BeEmpty(), "one is gone, the other was looked into and says the same")
		delete(d.service.held, other)
		d.later(24 * time.Hour)
		n.pass()
		Expect(n.open()).To(HaveExactElements(HaveField("Kind", billing.AbsentThere)))
	})

	It("leaves it for another night when nobody answers", func() {
		d := newDesk()
		d.within(func(ctx context.Context) {
			Expect(d.ledger.SaveAccess(ctx, billing.Access{Route: "https://x", Token: "t"})).To(Succeed())
		})
		for range 5 {
			d.issued("50.00")
		}
		d.send()
		n := newNight(d)
		n.Auditor = billing.NewAuditor(d.ledger, always{mute{d.service}}, n, d.now, func(context.Context) error { return nil })
		Expect(n.pass()).To(Equal(1))
		Expect(n.last()).To(And(HaveField("Compared", 0), HaveField("Unanswered", 3), HaveField("Words", "NubeFact no responde.")))
		Expect(n.open()).To(BeEmpty())
	})
})

// mute is a service that answers nothing.
type mute struct{ billing.Emitter }

func (mute) Consult(context.Context, billing.Name) billing.Answer {
	a, _ := down(billing.Document{})
	return a
}

var _ = Describe("documents that are late", func() {
	It("are those that SUNAT has not taken after a day or two, until they arrive", func() {
		d := newDesk()
		e := d.issued("50.00")
		late := func() (list []billing.LateDocument) {
			GinkgoHelper()
			d.within(func(ctx context.Context) {
				var err error
				list, err = d.ledger.Late(ctx, d.now())
				Expect(err).NotTo(HaveOccurred())
			})
			return list
		}
		d.later(48 * time.Hour)
		Expect(late()).To(BeEmpty())
		d.later(time.Second)
		Expect(late()).To(HaveExactElements(And(HaveField("ID", e.ID), HaveField("SendBy()", today.Add(3)))))
		Expect(late()[0].Over(today.Add(4))).To(BeTrue())
		d.send()
		Expect(late()).To(BeEmpty())

		Expect(d.Committed(d.Clinic, "clinic_admin", func(ctx context.Context) error {
			_, err := d.emission.Void(ctx, e.ID, "se cobró dos veces")
			return err
		})).To(Succeed())
		d.later(48 * time.Hour)
		Expect(late()).To(BeEmpty())
		d.later(time.Second)
		Expect(late()).To(HaveExactElements(And(HaveField("ID", e.ID), HaveField("SendBy()", today.Add(7)))), "a voiding that nobody answers")
	})

	It("are told of with a whole day left, whatever the hour, on the calendar of Lima", func() {
		lima := time.FixedZone("America/Lima", -5*60*60)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			written := time.Date(2026, 10, 1, 0, 0, 0, 0, lima).Add(time.Duration(rapid.Int64Range(0, int64(200*24*time.Hour)).Draw(t, "cuándo"))).UTC()
			issued := billing.Today(written)
			y, m, d := written.In(lima).Date()
			if issued != (agenda.Date{Year: y, Month: m, Day: d}) {
				t.Fatalf("issued on %v at %s", issued, written.In(lima))
			}
			kind := rapid.SampledFrom([]billing.Kind{billing.Boleta, billing.Factura}).Draw(t, "tipo")
			told := written.Add(billing.AlertAfter(kind)).Add(time.Hour) // they are looked for every hour
			if over := billing.SendBy(issued).Add(1).In(lima).Add(-12 * time.Hour); over.Sub(told) < 23*time.Hour {
				t.Fatalf("told at %s, over at %s", told.In(lima), over)
			}
		})
	})

	It("are voided until the seventh day of what they say now, at midnight in Lima", func() {
		d := newDesk()
		d.moment = time.Date(2026, 11, 30, 4, 59, 0, 0, time.UTC) // the 29th, 23:59 in Lima
		o := d.order("50.00")
		o.IssuedOn = billing.Today(d.now())
		d.service.says = append(d.service.says, invalid)
		e, err := d.issue(o)
		Expect(err).NotTo(HaveOccurred())
		d.send()
		Expect(d.entry(e.ID).State.Status).To(Equal(billing.ToCorrect))
		d.later(2 * time.Minute)
		Expect(billing.Today(d.now())).To(Equal(agenda.Date{Year: 2026, Month: time.November, Day: 30}))
		corrected := o.Content
		corrected.IssuedOn = billing.Today(d.now())
		Expect(d.Committed(d.Clinic, "receptionist", func(ctx context.Context) error {
			_, err := d.emission.Correct(ctx, e.ID, d.entrySeq(ctx, e.ID), corrected)
			return err
		})).To(Succeed())
		d.send()
		void := func() error {
			return d.Committed(d.Clinic, "clinic_admin", func(ctx context.Context) error {
				_, err := d.emission.Void(ctx, e.ID, "se cobró dos veces")
				if err == nil {
					err = context.Canceled // only asked
				}
				return err
			})
		}
		d.moment = time.Date(2026, 12, 8, 4, 59, 59, 0, time.UTC) // the seventh day after the 30th, 23:59:59 in Lima
		Expect(void()).To(MatchError(context.Canceled))
		d.later(time.Second)
		Expect(void()).To(MatchError(ContainSubstring("el 07/12/2026")))
	})
})

func (d *desk) entrySeq(ctx context.Context, id uuid.UUID) int {
	e, err := d.ledger.Entry(ctx, id)
	Expect(err).NotTo(HaveOccurred())
	return e.State.Seq
}
