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

func inDollars(o *billing.Order) { o.Currency, o.ExchangeRate = billing.Dollars, dec("3.5") }

func dollarsBy(method billing.Method, amount string) billing.Payment {
	p := paidBy(method, amount)
	p.Currency = billing.Dollars
	return p
}

var _ = Describe("a document in dollars", func() {
	const bankOnly = "En dólares se paga y se devuelve con tarjeta, transferencia o depósito."

	It("is paid and given back in dollars through a bank, and never adds to soles", func() {
		c := newCounter()
		session := c.open("cashier", "100.00")
		rosa := c.patient("000101")
		soles, err := c.chargedTo(rosa, "118.00", nil, paidBy(billing.Cash, "18.00"))
		Expect(err).NotTo(HaveOccurred())

		for _, refused := range []struct {
			payment billing.Payment
			words   string
		}{
			{paidBy(billing.Card, "50.00"), "El comprobante está en dólares y este pago en soles."},
			{dollarsBy(billing.Cash, "50.00"), bankOnly}, {dollarsBy(billing.Yape, "50.00"), bankOnly}, {dollarsBy(billing.CreditBalance, "50.00"), bankOnly},
		} {
			_, err := c.chargedTo(rosa, "200.00", inDollars, refused.payment)
			Expect(err).To(MatchError(ContainSubstring(refused.words)))
		}
		e, err := c.chargedTo(rosa, "200.00", inDollars, dollarsBy(billing.Card, "80.00"))
		Expect(err).NotTo(HaveOccurred())
		Expect(e.Number).To(BeEquivalentTo(soles.Number+1), "what was refused burnt no number")
		Expect(c.account(e).Due().String()).To(Equal("120"))

		pay := func(p billing.Payment) error {
			return c.does(func(ctx context.Context) error {
				_, err := c.charge.Pay(ctx, e.ID, []billing.Payment{p})
				return err
			})
		}
		Expect(pay(paidBy(billing.Transfer, "20.00"))).To(MatchError(ContainSubstring("y este pago en soles")))
		Expect(pay(dollarsBy(billing.Transfer, "20.00"))).To(Succeed())
		Expect(c.toBalance(e)).To(MatchError(ContainSubstring(bankOnly)))

		c.within(func(ctx context.Context) {
			unpaid, err := c.ledger.Unpaid(ctx, c.Site)
			Expect(err).NotTo(HaveOccurred())
			Expect(unpaid).To(HaveExactElements(
				And(HaveField("ID", soles.ID), HaveField("Currency", billing.Soles), HaveField("Due().String()", "100")),
				And(HaveField("ID", e.ID), HaveField("Currency", billing.Dollars), HaveField("Due().String()", "100")),
			))
			var debts []billing.Debt
			for _, u := range unpaid {
				debts = append(debts, u.Debts(today)...)
			}
			Expect(billing.OwedBy(debts, func(billing.Debt) (string, string) { return "rosa", "Rosa" })).To(HaveExactElements(
				And(HaveField("Currency", billing.Soles), HaveField("Total.String()", "100")), And(HaveField("Currency", billing.Dollars), HaveField("Total.String()", "100")),
			))
			accounts, _, err := c.ledger.Statements(ctx, []uuid.UUID{rosa})
			Expect(err).NotTo(HaveOccurred())
			Expect(accounts).To(HaveExactElements(
				And(HaveField("Currency", billing.Soles), HaveField("Debts.String()", "100"), HaveField("Lines", HaveLen(2))),
				And(HaveField("Currency", billing.Dollars), HaveField("Debts.String()", "100"), HaveField("Lines", HaveLen(3))),
			))
			payments, _, err := c.till.Contents(ctx, session)
			Expect(err).NotTo(HaveOccurred())
			Expect(billing.Expected(session.Opening, payments, nil).String()).To(Equal("118"))
			Expect(billing.ByMethod(payments)).To(HaveExactElements(
				And(HaveField("Label()", "Efectivo"), HaveField("Amount.String()", "18")),
				And(HaveField("Label()", "Tarjeta, dólares"), HaveField("Amount.String()", "80")), And(HaveField("Label()", "Transferencia, dólares"), HaveField("Amount.String()", "20")),
			))
			list, err := c.ledger.List(ctx, billing.Filter{Limit: 5})
			Expect(err).NotTo(HaveOccurred())
			Expect(list).To(HaveExactElements(HaveField("Currency", billing.Dollars), HaveField("Currency", billing.Soles)))
		})

		_, err = c.Admin.Exec(context.Background(), "update invoice_states set state = 'voided' where invoice_id = $1", e.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.does(func(ctx context.Context) error {
			_, err := c.charge.Move(ctx, e.ID, soles.ID)
			return err
		})).To(MatchError(ContainSubstring("Lo pagado está en dólares y ese comprobante en soles.")))
		Expect(c.does(func(ctx context.Context) error {
			_, err := c.charge.Replace(ctx, newID(), e.ID, billing.Boleta, c.order("700.00").Content)
			return err
		})).To(MatchError(ContainSubstring("el comprobante que lo reemplaza va en la misma moneda")))
		Expect(c.does(func(ctx context.Context) error {
			_, err := c.charge.RefundAll(ctx, e.ID, "", "no se atendió")
			return err
		})).To(Succeed(), "as it was paid")
		Expect(c.account(c.entry(e.ID)).Paid.IsZero()).To(BeTrue())
		Expect(c.balance(rosa).IsZero()).To(BeTrue())
	})

	It("deducts advances in dollars alone", func() {
		c := newCounter()
		c.open("cashier", "0")
		rosa := c.patient("000101")
		advance, err := c.chargedTo(rosa, "100.00", func(o *billing.Order) { asAdvance(o); inDollars(o) }, dollarsBy(billing.Card, "100.00"))
		Expect(err).NotTo(HaveOccurred())
		c.send()
		held := c.advances(rosa)
		Expect(held).To(HaveExactElements(And(HaveField("ID", advance.ID), HaveField("Currency", billing.Dollars))))
		Expect(c.order("300.00").Deducting(held).Deductions).To(BeEmpty())
		_, err = c.chargedTo(rosa, "300.00", func(o *billing.Order) {
			o.Deductions = []billing.Deduction{{AdvanceID: advance.ID, Document: advance.Name, IGVType: billing.Taxed, Amount: dec("100")}}
		})
		Expect(err).To(MatchError(ContainSubstring("está en dólares y este comprobante en soles")))
		final, err := c.chargedTo(rosa, "300.00", func(o *billing.Order) { inDollars(o); o.Content = o.Deducting(held) })
		Expect(err).NotTo(HaveOccurred())
		Expect(final.Totals().Total.String()).To(Equal("200"))
	})

	It("leaves a patient's account in soles as it would be without it", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			documents, payments, payouts := ledgerOf(t)
			others, paid, _ := ledgerOf(t)
			for i := range others {
				others[i].Currency = billing.Dollars
			}
			for i := range paid {
				paid[i].Currency = billing.Dollars
			}
			alone := billing.StatementsOf(documents, payments, payouts)
			both := billing.StatementsOf(append(others, documents...), append(paid, payments...), payouts)
			if len(alone) != 1 || len(both) != 2 || both[0].Owed.Cmp(alone[0].Owed) != 0 || both[0].Balance.Cmp(alone[0].Balance) != 0 || len(both[0].Lines) != len(alone[0].Lines) {
				t.Fatalf("alone %v, with dollars %v", alone, both)
			}
			if both[1].Currency != billing.Dollars || !both[1].Owed.Equal(billing.StatementOf(others, paid, nil).Owed) {
				t.Fatalf("dollars %v", both[1])
			}
		})
	})

	It("owes each currency by itself, whoever owes it", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			sums := map[string]decimal.Decimal{}
			var debts []billing.Debt
			for range rapid.IntRange(0, 30).Draw(t, "deudas") {
				d := billing.Debt{
					Person: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "quién"), Currency: rapid.SampledFrom([]billing.Currency{"", billing.Soles, billing.Dollars}).Draw(t, "moneda"),
					Amount: decimal.New(rapid.Int64Range(1, 100_000).Draw(t, "monto"), -2), Age: rapid.SampledFrom(billing.Ages()).Draw(t, "edad"), DueOn: today,
				}
				key := d.Person + d.Currency.Words()
				sums[key], debts = sums[key].Add(d.Amount), append(debts, d)
			}
			owing := billing.OwedBy(debts, func(d billing.Debt) (string, string) { return d.Person, d.Person })
			if len(owing) != len(sums) {
				t.Fatalf("%d rows for %d", len(owing), len(sums))
			}
			for _, o := range owing {
				byAge := decimal.Zero
				for _, a := range o.ByAge {
					byAge = byAge.Add(a)
				}
				if want := sums[o.Key+o.Currency.Words()]; !o.Total.Equal(want) || !byAge.Equal(want) {
					t.Fatalf("%s %s, want %s", o.Key, o.Total, want)
				}
			}
		})
	})
})
