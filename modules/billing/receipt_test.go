//go:build !js

package billing_test

import (
	"context"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/billing"
)

// receiptOf is a receipt for one service, paid whole in cash.
func (c *counter) receiptOf(price string, wanted billing.Kind) billing.Receipt {
	return billing.Receipt{
		ID: uuid.Must(uuid.NewV7()), SiteID: c.Site, Wanted: wanted, Customer: ana, Lines: []billing.Line{service(price)},
		Payments: []billing.Payment{paidBy(billing.Cash, price)},
	}
}

func (c *counter) given(role string, r billing.Receipt) (kept billing.Receipt, err error) {
	err = c.as(role, func(ctx context.Context) (failure error) {
		kept, failure = c.receipts.Give(ctx, r)
		return failure
	})
	return kept, err
}

func (c *counter) documentOf(r billing.Receipt, kind billing.Kind, customer billing.Customer) (e billing.Entry, err error) {
	err = c.as("receptionist", func(ctx context.Context) (failure error) {
		e, failure = c.made.Issue(ctx, r.ID, kind, customer)
		return failure
	})
	return e, err
}

// through is what went through a register: its payments, and the cash that has to be there.
func (c *counter) through(s billing.CashSession) (payments []billing.Paid, cash string) {
	GinkgoHelper()
	c.within(func(ctx context.Context) {
		list, movements, err := c.till.Contents(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		payments, cash = list, billing.Expected(s.Opening, list, movements).String()
	})
	return payments, cash
}

var _ = Describe("a preliminary receipt", func() {
	var c *counter
	BeforeEach(func() { c = newCounter() })

	It("is numbered, takes the money once, and gets its document when it is asked for, once", func() {
		_, err := c.given("cashier", c.receiptOf("120.00", ""))
		Expect(err).To(MatchError(billing.ErrNoCash))
		s := c.open("cashier", "10.00")
		wanted := c.receiptOf("120.00", "")
		wanted.Payments[0].Received = dec("200.00")
		r, err := c.given("cashier", wanted)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Number).To(Equal("R00-000001"))
		again, err := c.given("cashier", wanted)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Number).To(Equal("R00-000001"))
		other := wanted
		other.Lines = []billing.Line{service("119.00")}
		other.Payments = []billing.Payment{paidBy(billing.Cash, "119.00")}
		_, err = c.given("cashier", other)
		Expect(err).To(MatchError(billing.ErrOtherReceipt))
		second, err := c.given("cashier", c.receiptOf("50.00", ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(second.Number).To(Equal("R00-000002"))

		payments, cash := c.through(s)
		Expect(payments).To(HaveLen(2))
		Expect(payments[0].Receipt).To(Equal("R00-000001"))
		Expect(cash).To(Equal("180"))
		c.within(func(ctx context.Context) {
			list, err := c.receipts.Open(ctx, s.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(list).To(HaveLen(2))
		})

		for range 2 {
			e, err := c.documentOf(r, billing.Boleta, ana)
			Expect(err).NotTo(HaveOccurred())
			Expect(e.Number).To(BeEquivalentTo(1))
			Expect(e.PaidWith).To(Equal("EFECTIVO"))
			Expect(c.account(e).Due().IsZero()).To(BeTrue())
		}
		payments, cash = c.through(s)
		Expect(payments).To(HaveLen(2))
		Expect(payments[0].Document.String()).To(Equal("B001-00000001"))
		Expect(payments[0].Change().String()).To(Equal("80"))
		Expect(cash).To(Equal("180"), "the same money")
		c.within(func(ctx context.Context) {
			list, err := c.receipts.Open(ctx, s.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(list).To(HaveLen(1))
			kept, err := c.receipts.ByID(ctx, r.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(*kept.InvoiceID).To(Equal(r.ID), "never two documents of one receipt")
			Expect(kept.Customer).To(Equal(ana))
		})
	})

	It("names what SUNAT would refuse while the customer is there, and never changes afterwards", func() {
		c.open("cashier", "0")
		wrong := c.receiptOf("120.00", billing.Factura)
		_, err := c.given("cashier", wrong)
		Expect(err).To(MatchError(ContainSubstring("solo con RUC")))
		wrong.Wanted, wrong.Customer, wrong.Lines[0].UnitPrice, wrong.Payments[0].Amount = billing.Boleta, billing.AnyCustomer(), dec("700.00"), dec("700.00")
		_, err = c.given("cashier", wrong)
		Expect(err).To(MatchError(ContainSubstring("Desde S/ 700.00")))
		wrong.Wanted = ""
		r, err := c.given("cashier", wrong)
		Expect(err).NotTo(HaveOccurred(), "the document is asked for later, with its customer")
		_, err = c.documentOf(r, billing.Boleta, billing.AnyCustomer())
		Expect(err).To(MatchError(ContainSubstring("Desde S/ 700.00")))
		e, err := c.documentOf(r, billing.Factura, company)
		Expect(err).To(MatchError(billing.ErrNoSeries), "no number is burnt")
		Expect(e.Number).To(BeZero())

		for _, statement := range []string{
			"update receipts set total = 1", "update receipts set number = 'R00-000009'", "delete from receipts", "update payments set amount = 1 where receipt_id is not null",
		} {
			_, err := c.Admin.Exec(context.Background(), statement)
			Expect(err).To(MatchError(ContainSubstring("never changed")), statement)
		}
		free := c.receiptOf("10.00", "")
		free.Payments = nil
		_, err = c.given("cashier", free)
		Expect(err).To(MatchError(ContainSubstring("falta el pago")))
		dear := c.receiptOf("100.00", "")
		dear.Lines[0].Discount, dear.Payments[0].Amount = dec("30.00"), dec("70.00")
		_, err = c.given("cashier", dear)
		Expect(err).To(MatchError(ContainSubstring("Sin autorización")))
	})

	It("comes to what its document comes to, over any cart", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			r := billing.Receipt{IssuedAt: c.moment, Customer: ana, Lines: rapid.SliceOfN(rapid.Custom(anyLine), 1, 8).Draw(t, "líneas")}
			document := r.Content(today)
			if !document.Totals().Total.Equal(r.Totals().Total) {
				t.Fatalf("%s and %s", document.Totals().Total, r.Totals().Total)
			}
			if r.Totals().Total.IsZero() {
				return
			}
			half := r.Totals().Total.Div(decimal.NewFromInt(2)).Round(2)
			r.Payments = []billing.Payment{{Method: billing.Yape, Amount: decimal.Max(half, dec("0.01"))}}
			settled, problems := billing.Settle(r.Totals().Total, billing.Soles, r.Payments)
			if len(problems) > 0 || !settled.Paid.Add(settled.Pending).Equal(document.Totals().Total) {
				t.Fatalf("%v %v", settled, problems)
			}
		})
	})
})
