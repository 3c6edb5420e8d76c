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

var _ = Describe("sending documents", func() {
	var d *desk
	BeforeEach(func() { d = newDesk() })

	It("adopts a document whose answer was lost", func() {
		d.service.says = append(d.service.says, lost)
		e := d.issued("50.00")
		Expect(d.send()).To(BeZero())
		Expect(d.life(e.ID)).To(Equal([]billing.Status{billing.Queued, billing.Sent, billing.Accepted}))
		Expect(d.service.emits).To(Equal(1))
	})

	It("waits in order while nobody answers, and says why", func() {
		d.service.says = append(d.service.says, down, down)
		first, second := d.issued("50.00"), d.issued("60.00")
		again := d.send()
		Expect(again).To(BeTemporally("==", d.now().Add(10*time.Second)))
		Expect(d.entry(first.ID).State.Reason).To(Equal("NubeFact no responde."))
		Expect(d.entry(second.ID).State.Status).To(Equal(billing.Queued))
		Expect(d.send()).To(BeZero(), "nobody is asked before the time has come, and one who comes back is enough")
		Expect(d.service.emits).To(Equal(1))
		d.later(10 * time.Second)
		Expect(d.send()).To(BeTemporally("==", d.now().Add(20*time.Second)))
		d.later(20 * time.Second)
		Expect(d.send()).To(BeZero())
		Expect(d.entry(second.ID).State.Status).To(Equal(billing.Accepted))
	})

	It("stops one for correction, sends the next, and sends the corrected one under its number", func() {
		d.service.says = append(d.service.says, invalid)
		first, second := d.issued("50.00"), d.issued("60.00")
		d.send()
		stopped := d.entry(first.ID)
		Expect(stopped.State.Status).To(Equal(billing.ToCorrect))
		Expect(stopped.State.Reason).To(Equal("El RUC no existe."))
		Expect(stopped.State.Field).To(Equal("customer.document_number"))
		Expect(d.entry(second.ID).State.Status).To(Equal(billing.Accepted))

		correct := func(seen int) error {
			return d.Committed(d.Clinic, "receptionist", func(ctx context.Context) error {
				_, err := d.emission.Correct(ctx, first.ID, seen, boleta(service("55.00")))
				return err
			})
		}
		Expect(correct(stopped.State.Seq - 1)).To(MatchError(billing.ErrChangedMeanwhile))
		Expect(correct(stopped.State.Seq)).To(Succeed())
		Expect(correct(stopped.State.Seq)).To(MatchError(billing.ErrChangedMeanwhile), "two people at once")
		d.send()
		Expect(d.service.held[first.Name.String()].Totals().Total.String()).To(Equal("55"))
		Expect(d.life(first.ID)).To(Equal([]billing.Status{billing.Queued, billing.Sent, billing.ToCorrect, billing.Queued, billing.Sent, billing.Accepted}))
	})

	It("keeps documents in their series while the account does not hold, and goes on with all when a test says that it does", func() {
		first, second := d.issued("50.00"), d.issued("60.00")
		for range 3 {
			d.service.says = append(d.service.says, stopped)
			Expect(d.send()).NotTo(BeZero())
			d.later(d.entry(first.ID).State.NextAt.Sub(d.now()))
		}
		held := d.entry(first.ID).State
		Expect(held).To(And(HaveField("Status", billing.Sent), HaveField("Reason", "La clave no es correcta."), HaveField("Attempts", 3)))
		Expect(d.entry(second.ID).State.Status).To(Equal(billing.Queued))

		d.later(-time.Second)
		Expect(d.send()).To(BeZero(), "its time has not come")
		connections, asked := billing.NewConnections(d.ledger, connector{d.service}, d, d.now), d.asked
		d.within(func(ctx context.Context) {
			Expect(d.ledger.SaveAccess(ctx, billing.Access{Route: "x", Token: "y"})).To(Succeed())
		})
		Expect(connections.Test(context.Background(), d.in)).To(Succeed())
		Expect(d.asked).To(Equal(asked+1), "one series")
		Expect(d.send()).To(BeZero())
		for _, e := range []billing.Entry{first, second} {
			Expect(d.life(e.ID)).To(Equal([]billing.Status{billing.Queued, billing.Sent, billing.Accepted}))
		}
	})

	It("goes on for days, with never more than half an hour between two attempts, and sends at last", func() {
		e := d.issued("50.00")
		for range 12 {
			d.service.says = append(d.service.says, down)
		}
		since, longest := d.now(), time.Duration(0)
		for again := d.send(); !again.IsZero(); again = d.send() {
			wait := again.Sub(d.now())
			longest = max(longest, wait)
			d.later(wait)
			if d.now().Before(since.Add(3*24*time.Hour)) && len(d.service.says) < 2 {
				d.service.says = append(d.service.says, down)
			}
		}
		Expect(longest).To(Equal(30 * time.Minute))
		Expect(d.now()).To(BeTemporally(">", since.Add(3*24*time.Hour)))
		Expect(d.life(e.ID)).To(Equal([]billing.Status{billing.Queued, billing.Sent, billing.Accepted}), "what is tried again is no new step")
	})

	It("adopts one that arrived late, after it was stopped and sent again as it was", func() {
		d.service.says = append(d.service.says, unheard, invalid)
		e := d.issued("50.00")
		d.send()
		Expect(d.entry(e.ID).State.Status).To(Equal(billing.ToCorrect))
		d.service.held[e.Name.String()] = e.Document()
		Expect(d.Committed(d.Clinic, "receptionist", func(ctx context.Context) error {
			_, err := d.emission.Correct(ctx, e.ID, d.entry(e.ID).State.Seq, e.Content)
			return err
		})).To(Succeed())
		d.send()
		Expect(d.entry(e.ID).State.Status).To(Equal(billing.Accepted))
	})

	It("gives up a number that is somebody else's", func() {
		d.service.says = append(d.service.says, somebodyElses)
		e := d.issued("50.00")
		d.send()
		Expect(d.entry(e.ID).State.Status).To(Equal(billing.Rejected))
	})

	It("lets a boleta wait for SUNAT, asks later, and goes on with the next", func() {
		d.service.says = append(d.service.says, pending)
		first, second := d.issued("50.00"), d.issued("60.00")
		Expect(d.send()).To(BeZero())
		Expect(d.entry(first.ID).State.Pending).To(BeTrue())
		Expect(d.entry(second.ID).State.Status).To(Equal(billing.Accepted))
		Expect(d.drain.Follow(context.Background(), d.in, first.ID)).To(Succeed())
		Expect(d.entry(first.ID).State.Pending).To(BeTrue(), "its time has not come")
		d.later(5 * time.Second)
		Expect(d.drain.Follow(context.Background(), d.in, first.ID)).To(Succeed())
		Expect(d.entry(first.ID).State.Status).To(Equal(billing.Accepted))
	})

	It("voids what was accepted, once, and nothing after a week", func() {
		e, old := d.issued("50.00"), d.issued("60.00")
		d.send()
		void := func(id uuid.UUID) error {
			return d.Committed(d.Clinic, "clinic_admin", func(ctx context.Context) error {
				_, err := d.emission.Void(ctx, id, "se cobró dos veces")
				return err
			})
		}
		Expect(void(e.ID)).To(Succeed())
		Expect(void(e.ID)).To(Succeed())
		Expect(d.drain.Follow(context.Background(), d.in, e.ID)).To(Succeed())
		d.later(time.Hour)
		Expect(d.drain.Follow(context.Background(), d.in, e.ID)).To(Succeed())
		Expect(d.life(e.ID)).To(Equal([]billing.Status{billing.Queued, billing.Sent, billing.Accepted, billing.InVoiding, billing.Voided}))
		d.later(8 * 24 * time.Hour)
		Expect(void(old.ID)).To(MatchError(ContainSubstring("Haga una nota de crédito")))
	})
})
