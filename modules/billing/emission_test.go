//go:build !js

package billing_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"

	"hampi/modules/billing"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

// outside is a service of the spec: it holds each name once, and refuses what a real one would never be sent.
type outside struct {
	sync.Mutex
	held   map[string]billing.Document
	voided map[string]bool
	says   []func(d billing.Document) (billing.Answer, bool) // of the next calls to Emit; true: it is held
	emits  int
}

func newOutside() *outside {
	return &outside{held: map[string]billing.Document{}, voided: map[string]bool{}}
}

func (o *outside) Of(context.Context) (billing.Emitter, error) { return o, nil }

func (o *outside) Emit(_ context.Context, d billing.Document) billing.Answer {
	o.Lock()
	defer o.Unlock()
	o.emits++
	name := d.Name.String()
	if _, there := o.held[name]; there {
		return billing.Answer{Outcome: billing.AlreadyThere}
	}
	answer, holds := billing.Answer{Outcome: billing.TakenAndAccepted, Raw: []byte(`{"aceptada":true}`)}, true
	if len(o.says) > 0 {
		answer, holds = o.says[0](d)
		o.says = o.says[1:]
	}
	if holds {
		o.held[name] = d
	}
	return answer
}

func (o *outside) Consult(_ context.Context, n billing.Name) billing.Answer {
	o.Lock()
	defer o.Unlock()
	d, there := o.held[n.String()]
	if !there {
		return billing.Answer{Outcome: billing.NotThere}
	}
	return billing.Answer{Outcome: billing.TakenAndAccepted, Held: heldOf(d)}
}

func heldOf(d billing.Document) *billing.Held {
	t := d.Totals()
	return &billing.Held{
		Kind: d.Kind.SunatCode(), Series: d.Series, Number: d.Number, IGV: t.IGV, Total: t.Total, IssuedOn: d.IssuedOn,
		DocumentType: d.Customer.DocumentType.SunatCode(), DocumentNumber: d.Customer.SunatNumber(),
	}
}

func (o *outside) Void(_ context.Context, n billing.Name, _ string) billing.Answer {
	o.Lock()
	defer o.Unlock()
	o.voided[n.String()] = true
	return billing.Answer{Outcome: billing.TakenAndPending}
}

func (o *outside) ConsultVoid(_ context.Context, n billing.Name) billing.Answer {
	o.Lock()
	defer o.Unlock()
	if !o.voided[n.String()] {
		return billing.Answer{Outcome: billing.NotThere}
	}
	return billing.Answer{Outcome: billing.TakenAndAccepted, Voided: true}
}

func (o *outside) Test(context.Context) billing.Answer {
	return billing.Answer{Outcome: billing.TakenAndAccepted}
}

func (o *outside) Fetch(context.Context, string) ([]byte, error) { return nil, billing.ErrNoFile }

// Things a service says.
func down(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotReached, Message: "NubeFact no responde."}, false
}

func lost(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotUnderstood}, true
}

func invalid(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.NotValid, Message: "El RUC no existe.", Field: "customer.document_number"}, false
}

func pending(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.TakenAndPending}, true
}

func somebodyElses(billing.Document) (billing.Answer, bool) {
	return billing.Answer{Outcome: billing.AlreadyThere}, false
}

// desk is a clinic that issues: its series, its queue of jobs and a service outside.
type desk struct {
	*dbtest.World
	dbtest.Clinic
	sync.Mutex
	moment   time.Time
	queued   []river.JobArgs
	service  *outside
	ledger   *billing.Ledger
	emission *billing.Emission
	drain    *billing.Drain
	boletas  uuid.UUID
}

func newDesk() *desk {
	GinkgoHelper()
	d := &desk{World: cluster.World(), moment: time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC), service: newOutside(), boletas: uuid.Must(uuid.NewV7())}
	d.Clinic = d.Norte
	d.ledger = billing.NewLedger(d.Vault)
	d.emission = billing.NewEmission(d.ledger, d, d.now)
	d.drain = billing.NewDrain(d.ledger, d.service, d, d.now)
	d.within(func(ctx context.Context) {
		for _, s := range []billing.Series{
			{ID: d.boletas, SiteID: d.Site, Kind: billing.Boleta, Code: "B001"},
			{ID: uuid.Must(uuid.NewV7()), SiteID: d.Site, Kind: billing.CreditNote, Amends: billing.Boleta, Code: "BC01"},
		} {
			Expect(d.ledger.AddSeries(ctx, s)).To(Succeed())
		}
	})
	return d
}

func (d *desk) now() time.Time {
	d.Lock()
	defer d.Unlock()
	return d.moment
}

func (d *desk) later(by time.Duration) {
	d.Lock()
	defer d.Unlock()
	d.moment = d.moment.Add(by)
}

// Insert keeps jobs in memory: specs work them when they want.
func (d *desk) Insert(_ context.Context, args river.JobArgs, _ *river.InsertOpts) error {
	d.Lock()
	defer d.Unlock()
	d.queued = append(d.queued, args)
	return nil
}

func (d *desk) in(ctx context.Context, f func(ctx context.Context) error) error {
	return d.DB.InClinic(ctx, d.Scope("receptionist"), f)
}

func (d *desk) within(f func(ctx context.Context)) {
	GinkgoHelper()
	Expect(d.Committed(d.Clinic, "receptionist", func(ctx context.Context) error { f(ctx); return nil })).To(Succeed())
}

func (d *desk) issue(o billing.Order) (e billing.Entry, err error) {
	err = d.Committed(d.Clinic, "receptionist", func(ctx context.Context) (failure error) {
		e, failure = d.emission.Issue(ctx, o)
		return failure
	})
	return e, err
}

func (d *desk) order(price string) billing.Order {
	return billing.Order{ID: uuid.Must(uuid.NewV7()), Kind: billing.Boleta, SiteID: d.Site, Content: boleta(service(price))}
}

func (d *desk) issued(price string) billing.Entry {
	GinkgoHelper()
	e, err := d.issue(d.order(price))
	Expect(err).NotTo(HaveOccurred())
	return e
}

func (d *desk) send() time.Time {
	GinkgoHelper()
	again, err := d.drain.Series(context.Background(), d.in, d.boletas)
	Expect(err).NotTo(HaveOccurred())
	return again
}

func (d *desk) entry(id uuid.UUID) (e billing.Entry) {
	GinkgoHelper()
	d.within(func(ctx context.Context) {
		var err error
		e, err = d.ledger.Entry(ctx, id)
		Expect(err).NotTo(HaveOccurred())
	})
	return e
}

// life is an invoice's states in order.
func (d *desk) life(id uuid.UUID) (states []billing.Status) {
	GinkgoHelper()
	d.within(func(ctx context.Context) {
		events, err := d.ledger.Events(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		for _, e := range events {
			states = append(states, e.Status)
		}
	})
	return states
}

var _ = Describe("issuing documents", func() {
	var d *desk
	BeforeEach(func() { d = newDesk() })

	It("numbers a hundred at once from 1 to 100, each explained", func() {
		var all sync.WaitGroup
		failures := make(chan error, 100)
		for range 100 {
			all.Go(func() {
				_, err := d.issue(d.order("50.00"))
				failures <- err
			})
		}
		all.Wait()
		close(failures)
		for err := range failures {
			Expect(err).NotTo(HaveOccurred())
		}
		var lowest, highest, many int
		row := d.Admin.QueryRow(context.Background(), "select min(number), max(number), count(distinct number) from invoices where series = 'B001'")
		Expect(row.Scan(&lowest, &highest, &many)).To(Succeed())
		Expect([]int{lowest, highest, many}).To(Equal([]int{1, 100, 100}))

		d.send()
		Expect(d.service.held).To(HaveLen(100))
		row = d.Admin.QueryRow(context.Background(), "select count(*) from invoice_states where state = 'accepted' and seq = 3")
		Expect(row.Scan(&many)).To(Succeed())
		Expect(many).To(Equal(100))
	})

	It("spends no number on what SUNAT would refuse", func() {
		bad := d.order("50.00")
		bad.Lines[0].Quantity = dec("-1")
		_, err := d.issue(bad)
		var f *fault.Fault
		Expect(errors.As(err, &f)).To(BeTrue())
		Expect(f.Fields).To(HaveKey("items.0.quantity"))
		Expect(d.issued("50.00").Number).To(BeEquivalentTo(1))
	})

	It("answers the same order with the same document, and another content under its id with a conflict", func() {
		o := d.order("50.00")
		first, err := d.issue(o)
		Expect(err).NotTo(HaveOccurred())
		again, err := d.issue(o)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Name).To(Equal(first.Name))
		o.Content = boleta(service("60.00"))
		_, err = d.issue(o)
		Expect(err).To(MatchError(billing.ErrOtherContent))
	})

	It("says that a site without a series cannot issue", func() {
		o := d.order("50.00")
		o.Kind, o.Content = billing.Factura, factura(service("50.00"))
		_, err := d.issue(o)
		Expect(err).To(MatchError(billing.ErrNoSeries))
	})

	It("keeps what a document says sealed, and the ledger as it was written", func() {
		d.issued("50.00")
		for _, table := range []string{"invoices", "invoice_contents", "invoice_items", "invoice_events"} {
			_, err := d.Admin.Exec(context.Background(), "update "+table+" set clinic_id = clinic_id, "+map[string]string{
				"invoices": "number = 7", "invoice_contents": "total = total + 1, igv = igv + 1", "invoice_items": "quantity = 2", "invoice_events": "state = 'accepted'",
			}[table])
			Expect(err).To(HaveOccurred(), table)
		}
		var body []byte
		Expect(d.Admin.QueryRow(context.Background(), "select body from invoice_contents").Scan(&body)).To(Succeed())
		Expect(string(body)).NotTo(ContainSubstring("QUISPE"))
	})

	It("takes back no more than there is, by two notes at once either", func() {
		first := d.issued("100.00")
		d.send()
		note := func() error {
			o := billing.Order{ID: uuid.Must(uuid.NewV7()), Kind: billing.CreditNote, SiteID: d.Site, AmendsID: &first.ID, Content: boleta(service("60.00"))}
			o.Amends = &billing.Amendment{Document: first.Name, Reason: billing.LessValue, Text: "precio acordado"}
			_, err := d.issue(o)
			return err
		}
		results := make(chan error, 2)
		for range 2 {
			go func() { results <- note() }()
		}
		one, other := <-results, <-results
		if one != nil {
			one, other = other, one
		}
		Expect(one).NotTo(HaveOccurred())
		Expect(other).To(MatchError(ContainSubstring("quedan S/ 40.00")))
	})
})

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
		d.queued = nil
		Expect(d.drain.Wake(context.Background(), d.in)).To(Succeed())
		if len(d.queued) == 0 {
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

