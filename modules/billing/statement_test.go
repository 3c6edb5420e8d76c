//go:build !js

package billing_test

import (
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/agenda"
	"hampi/modules/billing"
)

// ledgerOf invents the documents, payments and payouts of a patient, such as the desk could have written them.
func ledgerOf(t *rapid.T) (documents []billing.Billed, payments []billing.Paid, payouts []billing.Payout) {
	amount := func(label string, most decimal.Decimal) decimal.Decimal {
		return decimal.New(rapid.Int64Range(0, most.Shift(2).IntPart()).Draw(t, label), -2)
	}
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	tick := func() time.Time { at = at.Add(time.Hour); return at }
	balance := decimal.Zero
	for i := range rapid.IntRange(1, 6).Draw(t, "documentos") {
		d := billing.Billed{
			ID: newID(), Name: billing.Name{Kind: billing.Boleta, Series: "B001", Number: int64(i + 1)}, IssuedAt: tick(), Total: amount("total", dec("500")),
			Status: rapid.SampledFrom([]billing.Status{billing.Accepted, billing.Queued, billing.Rejected, billing.Voided}).Draw(t, "estado"),
		}
		pay := func(p billing.Paid) {
			p.ID, p.InvoiceID, p.Document, p.At = newID(), d.ID, d.Name, tick()
			d.Paid, payments = d.Paid.Add(p.Amount), append(payments, p)
			if p.Method == billing.CreditBalance {
				balance = balance.Sub(p.Amount)
			}
		}
		pay(billing.Paid{Payment: billing.Payment{Method: billing.Cash, Amount: amount("efectivo", d.Total)}})
		if drawn := amount("de saldo", decimal.Min(balance, d.Total.Sub(d.Paid))); drawn.IsPositive() {
			pay(billing.Paid{Payment: billing.Payment{Method: billing.CreditBalance, Amount: drawn}})
		}
		first := payments[len(payments)-1].ID
		if back := amount("devuelto", d.Paid); back.IsPositive() {
			way := rapid.SampledFrom([]billing.Method{billing.Cash, billing.CreditBalance}).Draw(t, "cómo")
			pay(billing.Paid{Payment: billing.Payment{Method: way, Amount: back.Neg()}, RefundsID: &first, Reason: "prueba"})
		}
		documents = append(documents, d)
		if taken := amount("nota", d.Total); taken.IsPositive() && rapid.Bool().Draw(t, "con nota") {
			documents[len(documents)-1].Credited = taken
			documents = append(documents, billing.Billed{
				ID: newID(), Name: billing.Name{Kind: billing.CreditNote, Series: "BC01", Number: int64(i + 1)}, Amends: &d.ID, IssuedAt: tick(), Total: taken, Status: billing.Accepted,
			})
		}
	}
	if out := amount("retiro", balance); out.IsPositive() {
		payouts = append(payouts, billing.Payout{PatientID: newID(), Method: billing.Cash, Amount: out, At: tick()})
	}
	return documents, payments, payouts
}

var _ = Describe("a patient's account", func() {
	It("neither makes nor loses money: what is owed is debts less what is to be returned less the balance", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			documents, payments, payouts := ledgerOf(t)
			s := billing.StatementOf(documents, payments, payouts)
			if !s.Owed.Equal(s.Debts.Sub(s.Return).Sub(s.Balance)) || s.Balance.IsNegative() {
				t.Fatalf("owed %s, debts %s, return %s, balance %s", s.Owed, s.Debts, s.Return, s.Balance)
			}
			for i := 1; i < len(s.Lines); i++ {
				if s.Lines[i].At.Before(s.Lines[i-1].At) {
					t.Fatalf("line %d goes back in time", i)
				}
			}
		})
	})

	It("tells what only passed from one place to another from what was paid", func() {
		d := billing.Billed{ID: uuid.New(), Name: billing.Name{Kind: billing.Boleta, Series: "B001", Number: 7}, Total: dec("120"), Paid: dec("0"), Status: billing.Rejected}
		other := uuid.New()
		s := billing.StatementOf([]billing.Billed{d}, []billing.Paid{
			{Payment: billing.Payment{Method: billing.Cash, Amount: dec("120")}, Document: d.Name, At: today.In(time.UTC)},
			{Payment: billing.Payment{Method: billing.Cash, Amount: dec("-120")}, Document: d.Name, MovedID: &other, Reason: "Pasa a B001-00000008", At: today.In(time.UTC)},
		}, nil)
		Expect(s.Owed.String()).To(Equal("-120"), "the money is at the other document, which asks for it")
		Expect(s.Lines[0].Charge.IsZero()).To(BeTrue(), "what SUNAT rejected asks for nothing")
		Expect(s.Lines[2].Text).To(Equal("Pasa a B001-00000008, Efectivo"))
		Expect(s.Lines[2].Charge.IsZero()).To(BeTrue())
	})
})

var _ = Describe("what is owed", func() {
	DescribeTable("is as old as its day", func(days int, age billing.Age) {
		Expect(billing.AgeOf(today.Add(-days), today)).To(Equal(age))
	},
		Entry(nil, -1, billing.NotYet), Entry(nil, 0, billing.UpTo30), Entry(nil, 30, billing.UpTo30), Entry(nil, 31, billing.UpTo60), Entry(nil, 60, billing.UpTo60),
		Entry(nil, 61, billing.UpTo90), Entry(nil, 90, billing.UpTo90), Entry(nil, 91, billing.Older),
	)

	It("falls due by instalments, and what was paid covers what was due first", func() {
		u := billing.Unpaid{
			Name: billing.Name{Kind: billing.Factura, Series: "F001", Number: 1}, IssuedOn: today.Add(-70), Total: dec("1000"), Paid: dec("350"), Credited: dec("50"),
			Instalments: []billing.Instalment{{DueOn: today.Add(-40), Amount: dec("300")}, {DueOn: today.Add(-10), Amount: dec("300")}, {DueOn: today.Add(20), Amount: dec("200")}},
		}
		debts := u.Debts(today)
		var parts []string
		for _, d := range debts {
			parts = append(parts, d.Amount.String()+" "+d.Age.Label())
		}
		Expect(parts).To(Equal([]string{"100 31 a 60", "300 0 a 30 días", "200 Por vencer"}))
		owing := billing.OwedBy(debts, func(billing.Debt) (string, string) { return "x", "X" })
		Expect(owing).To(HaveLen(1))
		Expect(owing[0].Total.String()).To(Equal("600"))
		Expect(owing[0].Oldest).To(Equal(today.Add(-40)))
	})

	It("adds up to what is due, however it is cut and paid", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			u := billing.Unpaid{IssuedOn: today, Total: decimal.New(rapid.Int64Range(1, 100_000).Draw(t, "total"), -2)}
			days := []agenda.Date{today.Add(10), today.Add(40), today.Add(90)}[:rapid.IntRange(0, 3).Draw(t, "cuotas")]
			u.Instalments = billing.SplitEvenly(u.Total, days)
			u.Paid = decimal.New(rapid.Int64Range(0, u.Total.Shift(2).IntPart()).Draw(t, "pagado"), -2)
			sum := decimal.Zero
			for _, d := range u.Debts(today.Add(rapid.IntRange(0, 200).Draw(t, "días"))) {
				sum = sum.Add(d.Amount)
			}
			if !sum.Equal(u.Due()) {
				t.Fatalf("%s of %s", sum, u.Due())
			}
		})
	})
})
