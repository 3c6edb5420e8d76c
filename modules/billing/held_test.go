//go:build !js

package billing_test

import (
	"context"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/billing"
)

// patient adds somebody to the clinic's register.
func (c *counter) patient(number string) uuid.UUID {
	GinkgoHelper()
	id := uuid.Must(uuid.NewV7())
	_, err := c.Admin.Exec(context.Background(), `insert into patients (clinic_id, id, record_number, document_type, first_name, last_name, sort_key)
		values ($1, $2, $3, 'NONE', 'Rosa', 'Quispe', 'quispe rosa')`, c.Clinic.ID, id, number)
	Expect(err).NotTo(HaveOccurred())
	return id
}

func (c *counter) chargedTo(patient uuid.UUID, price string, change func(o *billing.Order), payments ...billing.Payment) (e billing.Entry, err error) {
	o := c.order(price)
	o.PatientID = &patient
	if change != nil {
		change(&o)
	}
	err = c.as("cashier", func(ctx context.Context) (failure error) {
		e, failure = c.charge.Charge(ctx, o, payments)
		return failure
	})
	return e, err
}

func (c *counter) balance(patient uuid.UUID) (sum decimal.Decimal) {
	GinkgoHelper()
	c.within(func(ctx context.Context) {
		var err error
		sum, err = c.charge.Balance(ctx, patient)
		Expect(err).NotTo(HaveOccurred())
	})
	return sum
}

func (c *counter) does(f func(ctx context.Context) error) error { return c.as("cashier", f) }

// toBalance gives what was paid for a document to the patient's balance.
func (c *counter) toBalance(e billing.Entry) error {
	return c.does(func(ctx context.Context) error {
		all, err := c.ledger.Payments(ctx, e.ID)
		for _, p := range all {
			if err == nil {
				_, err = c.charge.Refund(ctx, billing.Return{ID: uuid.Must(uuid.NewV7()), PaymentID: p.ID, Amount: p.Amount, Way: billing.CreditBalance, Reason: "no se atendió"})
			}
		}
		return err
	})
}

func asAdvance(o *billing.Order) { o.Advance = true }

func (c *counter) advances(patient uuid.UUID) (list []billing.Advance) {
	GinkgoHelper()
	c.within(func(ctx context.Context) {
		var err error
		list, err = c.charge.Advances(ctx, patient)
		Expect(err).NotTo(HaveOccurred())
	})
	return list
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

var _ = Describe("money that is held", func() {
	var c *counter
	var rosa uuid.UUID
	BeforeEach(func() {
		c = newCounter()
		c.open("cashier", "100.00")
		rosa = c.patient("000101")
	})

	It("is an advance with a document of its own, paid whole, deducted once, and given back no further", func() {
		_, err := c.chargedTo(rosa, "590.00", asAdvance, paidBy(billing.Cash, "500.00"))
		Expect(err).To(MatchError(ContainSubstring("Un adelanto se paga completo; faltan S/ 90.00")))
		advance, err := c.chargedTo(rosa, "590.00", asAdvance, paidBy(billing.Cash, "590.00"))
		Expect(err).NotTo(HaveOccurred())
		held := c.advances(rosa)
		Expect(held).To(HaveLen(1))
		final := func(o *billing.Order) { o.Content = o.Deducting(held) }
		_, err = c.chargedTo(rosa, "2360.00", final)
		Expect(err).To(MatchError(ContainSubstring("todavía no llega a SUNAT")))
		c.send()

		results := make(chan error, 2)
		for range 2 { // two desks at once
			go func() {
				_, err := c.chargedTo(rosa, "2360.00", final, paidBy(billing.Card, "1770.00"))
				results <- err
			}()
		}
		one, other := <-results, <-results
		if one != nil {
			one, other = other, one
		}
		Expect(one).NotTo(HaveOccurred())
		Expect(other).To(MatchError(ContainSubstring("quedan S/ 0.00")))
		Expect(c.advances(rosa)).To(BeEmpty())

		Expect(c.does(func(ctx context.Context) error {
			paid, err := c.ledger.Payments(ctx, advance.ID)
			Expect(err).NotTo(HaveOccurred())
			_, err = c.charge.Refund(ctx, billing.Return{ID: newID(), PaymentID: paid[0].ID, Amount: dec("1"), Reason: "se arrepintió"})
			return err
		})).To(MatchError(ContainSubstring("quedan S/ 0.00")))
		Expect(c.does(func(ctx context.Context) error {
			_, err := c.emission.Void(ctx, advance.ID, "se arrepintió")
			return err
		})).To(HaveOccurred(), "what another document deducts stands")
		c.send()
		Expect(c.service.held["B001-00000002"].Totals().Total.String()).To(Equal("1770"))
	})

	It("is drawn from a balance no further than it goes, by two at once either, and leaves it as money", func() {
		e, err := c.chargedTo(rosa, "120.00", nil, paidBy(billing.Card, "120.00"))
		Expect(err).NotTo(HaveOccurred())
		_, err = c.chargedTo(rosa, "50.00", nil, paidBy(billing.CreditBalance, "50.00"))
		Expect(err).To(MatchError(ContainSubstring("tiene a favor S/ 0.00")))
		Expect(c.toBalance(e)).To(Succeed())
		Expect(c.balance(rosa).String()).To(Equal("120"))
		Expect(c.account(e).Due().String()).To(Equal("120"))

		results := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := c.chargedTo(rosa, "80.00", nil, paidBy(billing.CreditBalance, "80.00"))
				results <- err
			}()
		}
		one, other := <-results, <-results
		if one != nil {
			one, other = other, one
		}
		Expect(one).NotTo(HaveOccurred())
		Expect(other).To(MatchError(ContainSubstring("tiene a favor S/ 40.00")))

		out := func(id uuid.UUID, amount string) error {
			return c.does(func(ctx context.Context) error {
				_, err := c.charge.PayOut(ctx, c.Site, billing.Payout{ID: id, PatientID: rosa, Method: billing.Cash, Amount: dec(amount), Reason: "lo pidió"})
				return err
			})
		}
		Expect(out(newID(), "40.01")).To(MatchError(ContainSubstring("tiene a favor S/ 40.00")))
		id := newID()
		Expect(out(id, "30.00")).To(Succeed())
		Expect(out(id, "30.00")).To(Succeed(), "the same again")
		Expect(c.balance(rosa).String()).To(Equal("10"))
		Expect(c.does(func(ctx context.Context) error {
			s, err := c.till.Open(ctx, c.Site)
			Expect(err).NotTo(HaveOccurred())
			payments, movements, err := c.till.Contents(ctx, s)
			Expect(billing.Expected(s.Opening, payments, movements).String()).To(Equal("70"), "100 less the 30 that left")
			return err
		})).To(Succeed())
	})

	It("follows a rejected document to the one that replaces it, once, past every register", func() {
		e, err := c.chargedTo(rosa, "120.00", nil, paidBy(billing.Cash, "70.00"), paidBy(billing.Yape, "50.00"))
		Expect(err).NotTo(HaveOccurred())
		c.service.says = append(c.service.says, somebodyElses)
		replace := func(id uuid.UUID, price string) (again billing.Entry, err error) {
			err = c.does(func(ctx context.Context) (failure error) {
				again, failure = c.charge.Replace(ctx, id, e.ID, billing.Boleta, boleta(service(price)))
				return failure
			})
			return again, err
		}
		_, err = replace(newID(), "120.00")
		Expect(err).To(MatchError(ContainSubstring("rechazó")), "it stands")
		c.send()
		id := newID()
		again, err := replace(id, "100.00")
		Expect(err).NotTo(HaveOccurred())
		_, err = replace(id, "100.00")
		Expect(err).NotTo(HaveOccurred())
		_, err = replace(newID(), "100.00")
		Expect(err).To(MatchError(billing.ErrReplaced))
		Expect(c.account(again).Due().IsZero()).To(BeTrue())
		Expect(c.account(c.entry(e.ID)).Due().String()).To(Equal("-20"), "what the second did not need is to be given back")
		Expect(again.PaidWith).To(Equal("EFECTIVO 70.00, YAPE 50.00"))
		c.within(func(ctx context.Context) {
			paid, err := c.ledger.Payments(ctx, e.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(paid).To(HaveLen(4))
			Expect(*paid[2].MovedID).To(Equal(again.ID))
			Expect(paid[2].Reason).To(Equal("Pasa a " + again.Name.String()))
			later, err := c.chargedTo(rosa, "30.00", nil)
			Expect(err).NotTo(HaveOccurred())
			moved, err := c.charge.Move(ctx, e.ID, later.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(moved.String()).To(Equal("20"))
		})
		Expect(c.does(func(ctx context.Context) error {
			s, err := c.till.Open(ctx, c.Site)
			Expect(err).NotTo(HaveOccurred())
			payments, _, err := c.till.Contents(ctx, s)
			Expect(payments).To(HaveLen(2))
			return err
		})).To(Succeed())
	})
})
