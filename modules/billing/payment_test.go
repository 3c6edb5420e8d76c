package billing_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/billing"
)

func pay(m billing.Method, amount string) billing.Payment {
	return billing.Payment{Method: m, Amount: dec(amount)}
}

func cash(amount, received string) billing.Payment {
	return billing.Payment{Method: billing.Cash, Amount: dec(amount), Received: dec(received)}
}

var _ = Describe("payments", func() {
	DescribeTable("settle", func(due string, payments []billing.Payment, paid, pending, change, printed string) {
		s, problems := billing.Settle(dec(due), billing.Soles, payments)
		Expect(problems).To(BeEmpty())
		Expect([]string{s.Paid.StringFixed(2), s.Pending.StringFixed(2), s.Change.StringFixed(2)}).To(Equal([]string{paid, pending, change}))
		Expect(billing.Rest(dec(due), payments).StringFixed(2)).To(Equal(pending))
		Expect(billing.PaidWith(payments)).To(Equal(printed))
	},
		Entry("cash, exact", "120", []billing.Payment{pay(billing.Cash, "120")}, "120.00", "0.00", "0.00", "EFECTIVO"),
		Entry("cash with change", "120", []billing.Payment{cash("120", "150")}, "120.00", "0.00", "30.00", "EFECTIVO"),
		Entry("half and half", "120", []billing.Payment{cash("60", "100"), {Method: billing.Yape, Amount: dec("60"), Reference: "00481273"}}, "120.00", "0.00", "40.00",
			"EFECTIVO 60.00, YAPE 60.00 OP: 00481273"),
		Entry("a part", "120", []billing.Payment{{Method: billing.Card, Amount: dec("50"), Reference: "0001234"}}, "50.00", "70.00", "0.00", "TARJETA OP: 0001234"),
		Entry("from what was paid before", "120", []billing.Payment{pay(billing.CreditBalance, "120")}, "120.00", "0.00", "0.00", "SALDO A FAVOR"),
		Entry("nothing yet", "120", nil, "0.00", "120.00", "0.00", ""),
	)

	DescribeTable("are refused at the field", func(payments []billing.Payment, field, sentence string) {
		_, problems := billing.Settle(dec("120"), billing.Soles, payments)
		Expect(problems).To(HaveKeyWithValue(field, sentence))
	},
		Entry("too much", []billing.Payment{pay(billing.Yape, "100"), pay(billing.Plin, "20.01")}, "payments", "Los pagos suman S/ 120.01 y se deben S/ 120.00."),
		Entry("more than anybody hands over", []billing.Payment{{Method: billing.Cash, Amount: dec("1"), Received: dec("999999999999")}}, "payments.0.received", "Lo recibido llega como máximo a S/ 9,999,999.99."),
		Entry("too little cash", []billing.Payment{cash("120", "100")}, "payments.0.received", "A lo recibido le faltan S/ 20.00."),
		Entry("change of a card", []billing.Payment{{Method: billing.Card, Amount: dec("1"), Received: dec("2")}}, "payments.0.received", "Solo el efectivo tiene vuelto."),
		Entry("nothing", []billing.Payment{pay(billing.Cash, "0")}, "payments.0.amount", "El pago es mayor que cero y lleva hasta dos decimales."),
		Entry("less than nothing", []billing.Payment{pay(billing.Cash, "-1")}, "payments.0.amount", "El pago es mayor que cero y lleva hasta dos decimales."),
		Entry("dollars for soles", []billing.Payment{{Method: billing.Cash, Amount: dec("1"), Currency: billing.Dollars}}, "payments.0.amount", "El comprobante está en soles y este pago en dólares."),
		Entry("a number without end", []billing.Payment{pay(billing.Cash, "1e9999")}, "payments.0.amount", "El importe es demasiado largo."),
		Entry("by cheque", []billing.Payment{pay("cheque", "1")}, "payments.0.method", "Elija cómo se paga."),
	)

	It("are too many for the document's line, which says so", func() {
		many := make([]billing.Payment, 20)
		for i := range many {
			many[i] = billing.Payment{Method: billing.Deposit, Amount: dec("1"), Reference: "00481273"}
		}
		Expect(billing.PaidWith(many)).To(SatisfyAll(HaveLen(250), HaveSuffix("...")))
	})

	It("lose no cent, however they are mixed", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			parts := rapid.SliceOfN(rapid.Int64Range(1, 50_000), 0, 6).Draw(t, "cents")
			debt := rapid.Int64Range(0, 10_000).Draw(t, "debt")
			due, handed, payments := debt, int64(0), []billing.Payment{}
			for _, n := range parts {
				p := billing.Payment{Method: rapid.SampledFrom(billing.Methods()).Draw(t, "method"), Amount: decimal.New(n, -2)}
				in := n
				if p.Method == billing.Cash {
					in += rapid.Int64Range(0, 20_000).Draw(t, "more")
					p.Received = decimal.New(in, -2)
				}
				due, handed, payments = due+n, handed+in, append(payments, p)
			}
			s, problems := billing.Settle(decimal.New(due, -2), billing.Soles, payments)
			if len(problems) > 0 || !s.Pending.Equal(decimal.New(debt, -2)) || !s.Change.Equal(decimal.New(handed-(due-debt), -2)) {
				t.Fatalf("%v %v", s, problems)
			}
		})
	})
})
