//go:build !js

package billing_test

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/billing"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// till is a device at which somebody of the clinic takes money without connection.
type till struct {
	*offline.Device
	billing.Front
	who access.Identity
}

// device is a new one of the cashier, with its number in the clinic.
func (c *counter) device(number int) *till {
	store := billing.NewOffline(func(context.Context) (int, error) { return number, nil })
	registers := billing.NewTill(store, c.now)
	return &till{
		Device: offline.NewDevice(offline.NewMemory(), billing.DeviceKinds(), clock.Now(c.now)), who: c.Identity("cashier", accounts.BillingCharge),
		Front: billing.Front{Till: registers, Receipts: billing.NewReceipts(registers), Now: c.now},
	}
}

func (t *till) do(f func(ctx context.Context) error) error {
	GinkgoHelper()
	ctx, unit := t.Begin(access.With(context.Background(), t.who), uuid.Nil)
	defer unit.Close()
	if err := f(ctx); err != nil {
		return err
	}
	return unit.Commit(ctx)
}

func (t *till) open(site uuid.UUID, amount string) (s billing.CashSession, err error) {
	err = t.do(func(ctx context.Context) (failure error) {
		s, failure = t.Till.Begin(ctx, uuid.Must(uuid.NewV7()), site, dec(amount))
		return failure
	})
	return s, err
}

func (t *till) give(r billing.Receipt) (kept billing.Receipt, err error) {
	err = t.do(func(ctx context.Context) (failure error) {
		kept, failure = t.Receipts.Give(ctx, r)
		return failure
	})
	return kept, err
}

// waiting is what the device has to send.
func (t *till) waiting() []offline.Received {
	GinkgoHelper()
	entries, err := t.Entries(context.Background(), offline.Pending)
	Expect(err).NotTo(HaveOccurred())
	var list []offline.Received
	for _, e := range entries {
		list = append(list, offline.Received{Operation: e.Operation, At: e.Timestamp})
	}
	return list
}

// knows lays a change of the server's down on the device.
func (t *till) knows(changes ...offline.Change) {
	GinkgoHelper()
	Expect(t.Receive(context.Background(), offline.Answer{Changes: changes, Cursor: "x"})).To(Succeed())
}

// anyone is a register of patients that knows everybody.
type anyone struct{ nobody }

// Patient is whoever is asked for.
func (anyone) Patient(_ context.Context, id uuid.UUID) (patients.Patient, error) {
	return patients.Patient{ID: id}, nil
}

// entity is what the server takes operations up by.
type entity interface {
	Apply(ctx context.Context, op offline.Received) (offline.Outcome, error)
	Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error)
}

func (c *counter) entities() map[string]entity {
	front := billing.Front{House: accounts.Colleagues{}, People: anyone{}}
	return map[string]entity{
		"cash_session": billing.SyncSessions(c.ledger, c.till, accounts.Colleagues{}, c.now),
		"receipt":      billing.SyncReceipts(c.ledger, c.made, c.insurers(), front),
	}
}

// arrives carries an operation out, each in a transaction of its own.
func (c *counter) arrives(op offline.Received) (out offline.Outcome, err error) {
	err = c.Committed(c.Clinic, "cashier", func(ctx context.Context) (failure error) {
		out, failure = c.entities()[op.Entity].Apply(ctx, op)
		return failure
	}, accounts.BillingCharge)
	return out, err
}

func (c *counter) arrive(list []offline.Received) (out []offline.Outcome) {
	GinkgoHelper()
	for _, op := range list {
		o, err := c.arrives(op)
		Expect(err).NotTo(HaveOccurred(), string(op.Data))
		out = append(out, o)
	}
	return out
}

var _ = Describe("the desk on a device", func() {
	var c *counter
	BeforeEach(func() { c = newCounter() })

	It("opens, charges by the same rules, numbers by itself and counts, and leaves the rest to the server", func() {
		d := c.device(3)
		_, err := d.give(c.receiptOf("120.00", billing.Boleta))
		Expect(err).To(MatchError(billing.ErrNoCash))
		s, err := d.open(c.Site, "150.00")
		Expect(err).NotTo(HaveOccurred())
		_, err = d.open(c.Site, "10.00")
		Expect(err).To(MatchError(billing.ErrOpenCash))
		first := c.receiptOf("120.00", billing.Boleta)
		for range 2 {
			r, err := d.give(first)
			Expect(err).NotTo(HaveOccurred())
			Expect(r.Number).To(Equal("R03-000001"))
		}
		wrong := c.receiptOf("120.00", billing.Factura)
		_, err = d.give(wrong)
		Expect(err).To(MatchError(ContainSubstring("solo con RUC")))
		r, err := d.give(c.receiptOf("50.00", ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Number).To(Equal("R03-000002"), "what was refused took no number")

		Expect(d.do(func(ctx context.Context) error {
			payments, movements, err := d.Till.Contents(ctx, s)
			Expect(err).NotTo(HaveOccurred())
			Expect(billing.Expected(s.Opening, payments, movements).String()).To(Equal("320"))
			Expect(payments[0].Receipt).To(Equal("R03-000001"))
			Expect(d.Till.Move(ctx, billing.Movement{ID: uuid.New(), SessionID: s.ID, Amount: dec("-1"), Concept: "pasajes"})).To(MatchError(offline.ErrNeedsConnection))
			open, err := d.Receipts.Open(ctx, s.ID)
			Expect(open).To(HaveLen(2))
			Expect(open[0].Pending).To(BeTrue())
			_, failure := d.Till.Count(ctx, s.ID, map[string]int{"100.00": 3, "20.00": 1})
			Expect(failure).NotTo(HaveOccurred())
			return err
		})).To(Succeed())
		_, err = d.give(c.receiptOf("10.00", ""))
		Expect(err).To(MatchError(billing.ErrCounted))
		Expect(d.waiting()).To(HaveLen(4))
		Expect(string(d.waiting()[3].Data)).To(Equal(`{"counted":{"100.00":3,"20.00":1}}`))

		_, err = c.device(0).open(c.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		unknown := c.device(0)
		_, err = unknown.open(c.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		_, err = unknown.give(c.receiptOf("10.00", ""))
		Expect(err).To(MatchError(billing.ErrNoDeviceNumber))
	})

	It("goes on counting after its store was lost, and lets old receipts go but the last", func() {
		d := c.device(2)
		_, err := d.open(c.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		data := func(number string, at time.Time) json.RawMessage {
			return json.RawMessage(`{"number":"` + number + `","site_id":"` + c.Site.String() + `","cash_session_id":"` + uuid.NewString() + `","issued_at":"` + at.Format(time.RFC3339) + `","customer":{"name":"X"},"items":[],"total":"1","payments":[]}`)
		}
		var ids []uuid.UUID
		for _, number := range []string{"R02-000117", "R02-000118", "R01-000500"} {
			ids = append(ids, uuid.Must(uuid.NewV7()))
			d.knows(offline.Change{Entity: "receipt", ID: ids[len(ids)-1], Version: 1, Data: data(number, c.now().AddDate(0, -3, 0))})
		}
		r, err := d.give(c.receiptOf("10.00", ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Number).To(Equal("R02-000119"))
		kind, _ := d.Kind("receipt")
		ctx := d.Read(access.With(context.Background(), d.who))
		Expect(kind.Left(ctx, offline.WindowAt(c.now(), time.UTC))).To(ConsistOf(ids[0].String(), ids[1].String()), "the newest number of each device stays")
	})

	It("has what it did carried out once: the document made by itself, its money in the register once", func() {
		d := c.device(3)
		s, err := d.open(c.Site, "150.00")
		Expect(err).NotTo(HaveOccurred())
		mixed := c.receiptOf("120.00", billing.Boleta)
		mixed.Payments = []billing.Payment{paidBy(billing.Yape, "50.00"), paidBy(billing.Cash, "70.00")}
		r, err := d.give(mixed)
		Expect(err).NotTo(HaveOccurred())
		ops := d.waiting()
		before := c.asked
		for n, want := range []offline.Status{offline.Created, offline.Duplicate, offline.Duplicate} {
			for _, o := range c.arrive(ops) {
				Expect(o.Status).To(Equal(want), "round %d", n)
			}
		}
		Expect(c.asked-before).To(Equal(1), "one job to send it")
		e := c.entry(r.ID)
		Expect(e.Name.String()).To(Equal("B001-00000001"))
		Expect(e.Totals().Total.String()).To(Equal("120"))
		Expect(c.account(e).Due().IsZero()).To(BeTrue())
		s.ID = ops[0].LocalID
		payments, cash := c.through(s)
		Expect(payments).To(HaveLen(2))
		Expect(cash).To(Equal("220"))
		c.send()
		Expect(c.entry(r.ID).State.Status).To(Equal(billing.Accepted))

		changed := ops[1]
		changed.Data = json.RawMessage(string(changed.Data[:len(changed.Data)-1]) + `,"invoice_id":"` + uuid.NewString() + `"}`)
		_, err = c.arrives(changed)
		Expect(fault.KindOf(err)).To(Equal(fault.Invalid), "what the server alone says")
		short := c.device(4)
		_, err = short.open(c.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		_, err = short.give(c.receiptOf("30.00", ""))
		Expect(err).NotTo(HaveOccurred())
		lies := short.waiting()[1]
		lies.Data = json.RawMessage(replaced(string(lies.Data), `"total":"30"`, `"total":"3"`))
		_, err = c.arrives(lies)
		Expect(err).To(MatchError(ContainSubstring("no es la suma")))

		Expect(c.Committed(c.Clinic, "cashier", func(ctx context.Context) error {
			page, _, err := c.entities()["receipt"].Page(ctx, offline.WindowAt(c.now(), time.UTC), "", 10)
			Expect(page).To(HaveLen(1))
			Expect(string(page[0].Data)).To(ContainSubstring(`"document":"B001-00000001"`))
			return err
		}, accounts.BillingCharge)).To(Succeed())
		Expect(c.Committed(c.Clinic, "doctor", func(ctx context.Context) error {
			for _, one := range c.entities() {
				page, _, err := one.Page(ctx, offline.WindowAt(c.now(), time.UTC), "", 10)
				Expect(page).To(BeEmpty())
				Expect(err).NotTo(HaveOccurred())
				_, err = one.Apply(ctx, ops[0])
				Expect(fault.KindOf(err)).To(Equal(fault.Forbidden))
			}
			return nil
		})).To(Succeed())
	})

	It("joins the register that is open already, and takes no number twice", func() {
		one, two, wiped := c.device(1), c.device(2), c.device(1)
		for _, d := range []*till{one, two, wiped} {
			_, err := d.open(c.Site, "100.00")
			Expect(err).NotTo(HaveOccurred())
			_, err = d.give(c.receiptOf("10.00", ""))
			Expect(err).NotTo(HaveOccurred())
		}
		first := c.arrive(one.waiting())
		Expect(first[0].Status).To(Equal(offline.Created))
		second, third := c.arrive(two.waiting()), c.arrive(wiped.waiting())
		Expect(second[0].Status).To(Equal(offline.Merged))
		Expect(second[0].ServerID).To(Equal(one.waiting()[0].LocalID))
		again := c.arrive(two.waiting())
		Expect(again[0].ServerID).To(Equal(second[0].ServerID), "also when asked again")
		Expect(third[1].Status).To(Equal(offline.Created), "money is never refused for its number")
		payments, cash := c.through(billing.CashSession{ID: one.waiting()[0].LocalID, Opening: dec("100.00")})
		Expect(cash).To(Equal("130"))
		Expect([]string{payments[0].Receipt, payments[1].Receipt, payments[2].Receipt}).To(Equal([]string{"R01-000001", "R02-000001", "R00-000001"}))
	})

	It("leaves a receipt standing that cannot become what it wants, to be put right by a person", func() {
		d := c.device(3)
		_, err := d.open(c.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		r := c.receiptOf("120.00", billing.Factura)
		r.Customer = company
		r, err = d.give(r)
		Expect(err).NotTo(HaveOccurred())
		ops := d.waiting()
		ops[1].Data = json.RawMessage(replaced(string(ops[1].Data), company.DocumentNumber, "20999999991"))
		Expect(c.arrive(ops)[1].Status).To(Equal(offline.Created))
		c.within(func(ctx context.Context) {
			open, err := c.receipts.Open(ctx, uuid.Nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(open).To(HaveLen(1))
			Expect(open[0].Problem).To(ContainSubstring("RUC"))
			series, err := c.ledger.AllSeries(ctx)
			Expect(err).NotTo(HaveOccurred())
			for _, s := range series {
				Expect(s.Last).To(BeZero(), "no number is burnt")
			}
		})
		e, err := c.documentOf(r, billing.Boleta, ana)
		Expect(err).NotTo(HaveOccurred())
		Expect(e.Number).To(BeEquivalentTo(1))
		c.within(func(ctx context.Context) { Expect(c.receipts.Open(ctx, uuid.Nil)).To(BeEmpty()) })
	})

	It("counts money that comes after its register was closed in the next one", func() {
		d := c.device(3)
		_, err := d.open(c.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		_, err = d.give(c.receiptOf("40.00", ""))
		Expect(err).NotTo(HaveOccurred())
		ops := d.waiting()
		c.arrive(ops[:1])
		close := func(f func(ctx context.Context) (billing.CashSession, error)) {
			GinkgoHelper()
			Expect(c.as("cashier", func(ctx context.Context) error { _, err := f(ctx); return err })).To(Succeed())
		}
		close(func(ctx context.Context) (billing.CashSession, error) { return c.till.Count(ctx, ops[0].LocalID, nil) })
		_, err = c.arrives(ops[1])
		var missing *offline.Missing
		Expect(err).To(BeAssignableToTypeOf(missing), "it waits until the register is closed")
		close(func(ctx context.Context) (billing.CashSession, error) {
			return c.till.Close(ctx, ops[0].LocalID, "", nil)
		})
		Expect(c.arrive(ops[1:])[0].Status).To(Equal(offline.Created))
		c.within(func(ctx context.Context) {
			list, err := c.till.List(ctx, true, 10)
			Expect(err).NotTo(HaveOccurred())
			Expect(list).To(HaveLen(2))
			payments, _, err := c.till.Contents(ctx, list[0])
			Expect(payments).To(HaveLen(1))
			Expect(err).NotTo(HaveOccurred())
		})
	})
})

func replaced(text, from, to string) string {
	GinkgoHelper()
	Expect(text).To(ContainSubstring(from))
	return strings.ReplaceAll(text, from, to)
}
