//go:build !js

package billing_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/billing"
	"hampi/modules/platform/database"
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
		Expect(d.send()).To(BeTemporally("==", again), "nobody is asked before the time has come")
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

// errKilled is the end of a process, at a random point between two steps.
var errKilled = errors.New("killed")

var _ = Describe("a worker that is killed", func() {
	rounds := 20
	if os.Getenv("HAMPI_TEST_LONG") != "" {
		rounds = 200
	}
	It("leaves each document once outside, and in the same state here", func() {
		d := newDesk()
		seed := uint64(GinkgoRandomSeed()) //nolint:gosec // a seed
		AddReportEntry("seed", fmt.Sprint(seed))
		dice := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // not for secrets
		faults := []func(billing.Document) (billing.Answer, bool){down, lost, pending, invalid}
		for range rounds {
			d.issued("50.00")
			d.service.says = append(d.service.says, faults[dice.IntN(len(faults))])
			_, err := d.drain.Series(context.Background(), killedAfter(d, dice.IntN(6)), d.boletas)
			Expect(err).To(Or(BeNil(), MatchError(errKilled)))
			d.later(time.Duration(dice.IntN(200)) * time.Second)
		}
		d.service.says = nil
		settle(d)

		var entries []uuid.UUID
		d.within(func(ctx context.Context) {
			Expect(database.From(ctx).Raw("select id from invoices order by number").Scan(&entries).Error).To(Succeed())
		})
		Expect(entries).To(HaveLen(rounds))
		for i, id := range entries {
			e := d.entry(id)
			Expect(e.Number).To(BeEquivalentTo(i + 1))
			_, outside := d.service.held[e.Name.String()]
			Expect(outside).To(Equal(e.State.Status == billing.Accepted), e.Name.String()+" is "+string(e.State.Status))
			Expect(e.State.Status).To(Or(Equal(billing.Accepted), Equal(billing.ToCorrect)))
		}
	})
})

// killedAfter lets some transactions pass and then kills: half of the time before the commit, half right after it.
func killedAfter(d *desk, some int) billing.InClinic {
	return func(ctx context.Context, f func(ctx context.Context) error) error {
		if some--; some >= 0 {
			return d.in(ctx, f)
		}
		if some%2 == 0 {
			Expect(d.in(ctx, f)).To(Succeed())
			return errKilled
		}
		return d.in(ctx, func(ctx context.Context) error {
			if err := f(ctx); err != nil {
				return err
			}
			return errKilled
		})
	}
}

// settle lets time pass until nobody waits.
func settle(d *desk) {
	GinkgoHelper()
	for range 200 {
		d.later(time.Hour)
		d.send()
		d.asked = 0
		Expect(d.drain.Wake(context.Background(), d.in)).To(Succeed())
		if d.asked == 0 {
			return
		}
		var waiting []uuid.UUID
		d.within(func(ctx context.Context) {
			const polls = "select invoice_id from invoice_states where state = 'sent' and pending"
			Expect(database.From(ctx).Raw(polls).Scan(&waiting).Error).To(Succeed())
		})
		for _, id := range waiting {
			Expect(d.drain.Follow(context.Background(), d.in, id)).To(Succeed())
		}
	}
	Fail("documents wait for ever")
}
