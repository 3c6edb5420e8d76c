//go:build !js

package billing_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/billing"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

// desk is a clinic that issues: its series, its queue of jobs and a service outside.
type desk struct {
	*dbtest.World
	dbtest.Clinic
	sync.Mutex
	moment   time.Time
	asked    int // how often something was to be done later
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

// Send and Follow only count: specs send and ask when they want.
func (d *desk) Send(context.Context, uuid.UUID) error {
	d.Lock()
	defer d.Unlock()
	d.asked++
	return nil
}

// Test is not asked for here.
func (d *desk) Test(context.Context) error { return nil }

func (d *desk) Follow(ctx context.Context, invoice uuid.UUID, _ time.Time) error {
	return d.Send(ctx, invoice)
}

func (d *desk) File(context.Context, uuid.UUID, time.Time) error { return nil }

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

	It("opens what was written, whatever signs are in it, and nothing else", func() {
		o := d.order("50.00")
		o.Lines[0].Description = "GASA & VENDA <10 CM>"
		e, err := d.issue(o)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.entry(e.ID).Lines[0].Description).To(Equal(o.Lines[0].Description))
		_, err = d.Admin.Exec(context.Background(), `set session_replication_role = replica; -- past what keeps the ledger
			update invoice_contents set content_hash = sha256('otro'); set session_replication_role = origin`)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Committed(d.Clinic, "receptionist", func(ctx context.Context) error {
			_, err := d.ledger.Entry(ctx, e.ID)
			return err
		})).To(MatchError(ContainSubstring("is not what was written")))
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
