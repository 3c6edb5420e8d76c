//go:build !js

package billing_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/billing"
	"hampi/modules/platform/fault"
)

// counter is a desk with its registers.
type counter struct {
	*desk
	till     *billing.Till
	charge   *billing.Desk
	receipts *billing.Receipts
	made     *billing.ReceiptDocuments
}

// alone is a register of patients in which nobody was joined with anybody.
type alone struct{}

func (alone) Family(_ context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	return []uuid.UUID{id}, nil
}

func newCounter() *counter {
	GinkgoHelper()
	d := newDesk()
	till := billing.NewTill(d.ledger, d.now)
	return &counter{
		desk: d, till: till, charge: billing.NewDesk(d.ledger, d.emission, till, alone{}, d.now), receipts: billing.NewReceipts(till),
		made: billing.NewReceiptDocuments(d.ledger, d.emission, d.now),
	}
}

// as runs f as somebody of the clinic.
func (c *counter) as(role string, f func(ctx context.Context) error) error {
	return c.Committed(c.Clinic, role, f)
}

func (c *counter) open(role, amount string) billing.CashSession {
	GinkgoHelper()
	var s billing.CashSession
	Expect(c.as(role, func(ctx context.Context) (err error) {
		s, err = c.till.Begin(ctx, uuid.Must(uuid.NewV7()), c.Site, dec(amount))
		return err
	})).To(Succeed())
	return s
}

func (c *counter) charged(role, price string, payments ...billing.Payment) (e billing.Entry, err error) {
	err = c.as(role, func(ctx context.Context) (failure error) {
		e, failure = c.charge.Charge(ctx, c.order(price), payments)
		return failure
	})
	return e, err
}

func (c *counter) account(e billing.Entry) (a billing.Account) {
	GinkgoHelper()
	Expect(c.as("cashier", func(ctx context.Context) (err error) {
		a, err = c.charge.Account(ctx, c.again(ctx, e.ID))
		return err
	})).To(Succeed())
	return a
}

func (c *counter) again(ctx context.Context, id uuid.UUID) billing.Entry {
	GinkgoHelper()
	e, err := c.ledger.Entry(ctx, id)
	Expect(err).NotTo(HaveOccurred())
	return e
}

func paidBy(method billing.Method, amount string) billing.Payment {
	return billing.Payment{ID: uuid.Must(uuid.NewV7()), Method: method, Amount: dec(amount)}
}

var _ = Describe("charging", func() {
	var c *counter
	BeforeEach(func() { c = newCounter() })

	It("takes nothing without an open register, and issues nothing either", func() {
		_, err := c.charged("cashier", "120.00", paidBy(billing.Cash, "120.00"))
		Expect(err).To(MatchError(billing.ErrNoCash))
		c.open("receptionist", "0")
		_, err = c.charged("cashier", "120.00", paidBy(billing.Cash, "120.00"))
		Expect(err).To(MatchError(billing.ErrNoCash), "another's register is not one's own")
		c.open("cashier", "0")
		e, err := c.charged("cashier", "120.00", paidBy(billing.Cash, "120.00"))
		Expect(err).NotTo(HaveOccurred())
		Expect(e.Number).To(BeEquivalentTo(1))
	})

	It("takes half in cash with change and half by Yape, and twice the same order once", func() {
		c.open("cashier", "150.00")
		order := c.order("120.00")
		yape := paidBy(billing.Yape, "50.00")
		yape.Reference = "00481273"
		cash := paidBy(billing.Cash, "70.00")
		cash.Received = dec("100.00")
		for range 2 {
			Expect(c.as("cashier", func(ctx context.Context) error {
				_, err := c.charge.Charge(ctx, order, []billing.Payment{yape, cash})
				return err
			})).To(Succeed())
		}
		c.within(func(ctx context.Context) {
			payments, err := c.ledger.Payments(ctx, order.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(payments).To(HaveLen(2))
			Expect(payments[0].Reference).To(Equal("00481273"))
			Expect(payments[1].Change().String()).To(Equal("30"))
			Expect(c.again(ctx, order.ID).PaidWith).To(Equal("YAPE 50.00 OP: 00481273, EFECTIVO 70.00"))
		})
		e := c.entry(order.ID)
		Expect(c.account(e).Due().IsZero()).To(BeTrue())
	})

	It("leaves a debt, takes the rest later, and no more than the rest", func() {
		c.open("cashier", "0")
		e, err := c.charged("cashier", "120.00", paidBy(billing.Plin, "50.00"))
		Expect(err).NotTo(HaveOccurred())
		Expect(c.account(e).Due().String()).To(Equal("70"))
		more := func(amount string) error {
			return c.as("cashier", func(ctx context.Context) error {
				_, err := c.charge.Pay(ctx, e.ID, []billing.Payment{paidBy(billing.Card, amount)})
				return err
			})
		}
		Expect(more("70.01")).To(MatchError(ContainSubstring("se deben S/ 70.00")))
		Expect(more("70.00")).To(Succeed())
		Expect(more("0.01")).To(HaveOccurred())
		_, err = c.charged("cashier", "10.00", paidBy(billing.Cash, "10.01"))
		Expect(err).To(HaveOccurred())
	})

	It("gives back with a reason, and no more than was paid", func() {
		c.open("cashier", "0")
		e, err := c.charged("cashier", "120.00", paidBy(billing.Cash, "120.00"))
		Expect(err).NotTo(HaveOccurred())
		var paid []billing.Paid
		c.within(func(ctx context.Context) { paid, err = c.ledger.Payments(ctx, e.ID) })
		refund := func(amount, reason string) error {
			return c.as("cashier", func(ctx context.Context) error {
				_, err := c.charge.Refund(ctx, billing.Return{ID: uuid.Must(uuid.NewV7()), PaymentID: paid[0].ID, Amount: dec(amount), Reason: reason})
				return err
			})
		}
		Expect(refund("20.00", "")).To(MatchError(ContainSubstring("Falta el motivo")))
		Expect(refund("20.00", "cobro de más")).To(Succeed())
		Expect(refund("100.01", "cobro de más")).To(MatchError(ContainSubstring("quedan S/ 100.00")))
		Expect(refund("100.00", "cobro de más")).To(Succeed())
		Expect(c.account(e).Due().String()).To(Equal("120"))
	})

	It("gives back at once what is no longer asked for, and no more; cash only out of a drawer that has it", func() {
		c.open("cashier", "0")
		e, err := c.charged("cashier", "175.00", paidBy(billing.Cash, "105.00"), paidBy(billing.Yape, "70.00"))
		Expect(err).NotTo(HaveOccurred())
		c.send()
		back := func(role string, way billing.Method) (sum decimal.Decimal, err error) {
			err = c.as(role, func(ctx context.Context) (failure error) {
				sum, failure = c.charge.RefundAll(ctx, e.ID, way, "servicio no dado")
				return failure
			})
			return sum, err
		}
		_, err = back("cashier", "")
		Expect(err).To(MatchError(ContainSubstring("no queda nada por devolver")))
		note := billing.Order{ID: uuid.Must(uuid.NewV7()), Kind: billing.CreditNote, SiteID: c.Site, AmendsID: &e.ID, Content: boleta(service("75.00"))}
		note.Amends = &billing.Amendment{Document: e.Name, Reason: billing.LessValue, Text: "servicio no dado"}
		_, err = c.issue(note)
		Expect(err).NotTo(HaveOccurred())
		c.send()
		Expect(c.account(e).Due().String()).To(Equal("-75"))
		c.open("clinic_admin", "4.99")
		_, err = back("clinic_admin", "")
		Expect(err).To(MatchError(ContainSubstring("no hay tanto efectivo")), "70 by Yape as it was paid, 5 in cash")
		sum, err := back("cashier", "")
		Expect(err).NotTo(HaveOccurred())
		Expect([]string{sum.String(), c.account(e).Due().String()}).To(Equal([]string{"75", "0"}))
	})

	It("takes nothing for a document that is being voided", func() {
		c.open("cashier", "0")
		e, err := c.charged("cashier", "120.00", paidBy(billing.Cash, "20.00"))
		Expect(err).NotTo(HaveOccurred())
		c.send()
		Expect(c.as("clinic_admin", func(ctx context.Context) error {
			_, err := c.emission.Void(ctx, e.ID, "no se atendió")
			return err
		})).To(Succeed())
		Expect(c.as("cashier", func(ctx context.Context) error {
			_, err := c.charge.Pay(ctx, e.ID, []billing.Payment{paidBy(billing.Cash, "100.00")})
			return err
		})).To(MatchError(billing.ErrBeingVoided))
	})

	It("owes nothing for what SUNAT rejected", func() {
		c.open("cashier", "0")
		e, err := c.charged("cashier", "120.00", paidBy(billing.Cash, "120.00"))
		Expect(err).NotTo(HaveOccurred())
		c.service.says = append(c.service.says, somebodyElses)
		c.send()
		Expect(c.account(c.entry(e.ID)).Due().String()).To(Equal("-120"), "to be given back, or a corrected document made")
	})
})

var _ = Describe("the register", func() {
	It("is opened once a person and site, counted blind, explained and closed for good", func() {
		c := newCounter()
		s := c.open("cashier", "150.00")
		Expect(c.as("cashier", func(ctx context.Context) error {
			_, err := c.till.Begin(ctx, uuid.Must(uuid.NewV7()), c.Site, dec("10"))
			return err
		})).To(MatchError(billing.ErrOpenCash))
		_, err := c.charged("cashier", "120.00", paidBy(billing.Cash, "70.00"), paidBy(billing.Yape, "50.00"))
		Expect(err).NotTo(HaveOccurred())
		step := func(role string, f func(ctx context.Context) error) error { return c.as(role, f) }
		move := func(amount, concept string) error {
			return step("cashier", func(ctx context.Context) error {
				return c.till.Move(ctx, billing.Movement{ID: uuid.Must(uuid.NewV7()), SessionID: s.ID, Amount: dec(amount), Concept: concept})
			})
		}
		Expect(move("-31.50", "")).To(MatchError(ContainSubstring("Falta el concepto")))
		Expect(move("-220.01", "útiles de limpieza")).To(MatchError(ContainSubstring("no hay tanto efectivo")))
		Expect(move("-31.50", "útiles de limpieza")).To(Succeed())

		end := func(reason string) error {
			return step("cashier", func(ctx context.Context) error {
				_, err := c.till.Close(ctx, s.ID, reason, []billing.Method{billing.Yape})
				return err
			})
		}
		Expect(end("")).To(MatchError(billing.ErrNotCounted))
		count := func(role string) (counted billing.CashSession, err error) {
			err = step(role, func(ctx context.Context) (failure error) {
				counted, failure = c.till.Count(ctx, s.ID, map[string]int{"100.00": 1, "50.00": 1, "20.00": 1, "10.00": 1, "5.00": 1, "2.00": 1, "1.00": 1})
				return failure
			})
			return counted, err
		}
		_, err = count("receptionist")
		Expect(err).To(MatchError(fault.ErrNotFound), "another's register")
		counted, err := count("cashier")
		Expect(err).NotTo(HaveOccurred())
		Expect(counted.Counted.Expected.String()).To(Equal("188.5"))
		Expect(counted.Counted.Difference().String()).To(Equal("-0.5"))
		_, err = count("cashier")
		Expect(err).To(MatchError(billing.ErrCounted))
		_, err = c.charged("cashier", "10.00", paidBy(billing.Cash, "10.00"))
		Expect(err).To(MatchError(billing.ErrCounted), "what is counted takes nothing more")
		Expect(end("")).To(MatchError(ContainSubstring("falta el motivo")))
		Expect(end("faltó una moneda")).To(Succeed())
		Expect(end("otra vez")).To(MatchError(billing.ErrClosedCash))
		_, err = c.Admin.Exec(context.Background(), "update cash_sessions set reason = 'otro'")
		Expect(err).To(MatchError(ContainSubstring("a closed cash session is never changed")))
		c.later(time.Minute)
		c.open("cashier", "100.00")
	})

	It("expects what it began with and all that came and went, whatever the order", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			cents := rapid.Custom(func(t *rapid.T) decimal.Decimal {
				return decimal.New(rapid.Int64Range(-100_000, 100_000).Draw(t, "céntimos"), -2)
			})
			opening := decimal.New(rapid.Int64Range(0, 100_000).Draw(t, "apertura"), -2)
			want := opening
			var payments []billing.Paid
			for range rapid.IntRange(0, 20).Draw(t, "pagos") {
				p := billing.Paid{Payment: billing.Payment{Method: rapid.SampledFrom(billing.Methods()).Draw(t, "medio"), Amount: cents.Draw(t, "pago")}}
				if p.Method == billing.Cash {
					want = want.Add(p.Amount)
				}
				payments = append(payments, p)
			}
			var movements []billing.Movement
			for range rapid.IntRange(0, 5).Draw(t, "movimientos") {
				m := billing.Movement{Amount: cents.Draw(t, "movimiento")}
				want, movements = want.Add(m.Amount), append(movements, m)
			}
			if got := billing.Expected(opening, rapid.Permutation(payments).Draw(t, "orden"), movements); !got.Equal(want) {
				t.Fatalf("expected %s, got %s", want, got)
			}
		})
	})
})
