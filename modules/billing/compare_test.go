//go:build !js

package billing_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

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
	})
})
