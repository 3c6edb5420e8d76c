//go:build !js

package billing_test

import (
	"context"
	"sync"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/billing"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// insured is a clinic with an insurer, and somebody who is insured by it.
type insured struct {
	*counter
	insurers *billing.Insurers
	editor   *prices.Editor
	eps      prices.Agreement
	patient  uuid.UUID
	facturas uuid.UUID
}

// Patient and NamesByID know the one patient.
func (i *insured) Patient(_ context.Context, id uuid.UUID) (patients.Patient, error) {
	p := patients.Patient{ID: id}
	p.FirstName, p.LastName = "Ana", "Quispe"
	return p, nil
}

func (i *insured) NamesByID(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) {
	return map[uuid.UUID]string{i.patient: "Quispe, Ana"}, nil
}

func newInsured() *insured {
	GinkgoHelper()
	services := catalog.New(catalog.NewPostgres(), accounts.Colleagues{})
	i := &insured{counter: newCounter(), patient: uuid.Must(uuid.NewV7()), facturas: uuid.Must(uuid.NewV7())}
	i.editor = prices.NewEditor(prices.NewBook(prices.NewPostgres(), services), prices.NewPostgres(), services)
	i.insurers = billing.NewInsurers(i.ledger, i.emission, i.editor, i, i.now)
	_, err := i.Admin.Exec(context.Background(), `insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type)
		values ($1, $2, '1', 'Ana', 'Quispe', 'quispe ana', 'NONE')`, i.ID, i.patient)
	Expect(err).NotTo(HaveOccurred())
	i.within(func(ctx context.Context) {
		Expect(i.ledger.AddSeries(ctx, billing.Series{ID: i.facturas, SiteID: i.Site, Kind: billing.Factura, Code: "F001"})).To(Succeed())
		Expect(i.ledger.AddSeries(ctx, billing.Series{ID: uuid.Must(uuid.NewV7()), SiteID: i.Site, Kind: billing.CreditNote, Amends: billing.Factura, Code: "FC01"})).To(Succeed())
		i.eps, err = i.editor.AddAgreement(ctx, prices.Agreement{
			ID: uuid.Must(uuid.NewV7()), Name: "Pacífico EPS", RUC: company.DocumentNumber, LegalName: company.Name, Address: company.Address, CopayKind: prices.Fixed, Copay: dec("20"), From: today,
		})
		Expect(err).NotTo(HaveOccurred())
	})
	return i
}

// left is what a charge leaves to the insurer.
func (i *insured) left(charge uuid.UUID, place int, amount string) billing.Share {
	return billing.Share{
		ChargeID: charge, Place: place, AgreementID: i.eps.ID, PatientID: i.patient, SiteID: i.Site, Description: "Consulta", Unit: "ZZ", IGVType: billing.Taxed,
		Quantity: dec("1"), PatientAmount: dec("20"), Amount: dec(amount), AttendedOn: today,
	}
}

func (i *insured) record(shares ...billing.Share) error {
	return i.as("receptionist", func(ctx context.Context) error { return i.insurers.Record(ctx, shares) })
}

func (i *insured) shares() (open []billing.Share) {
	GinkgoHelper()
	i.within(func(ctx context.Context) {
		var err error
		open, err = i.insurers.Shares(ctx, i.eps.ID)
		Expect(err).NotTo(HaveOccurred())
	})
	return open
}

func (i *insured) bill(open ...billing.Share) billing.Bill {
	b := billing.Bill{ID: uuid.Must(uuid.NewV7()), AgreementID: i.eps.ID, DueOn: today.Add(30), Detraction: true}
	for _, s := range open {
		b.Shares = append(b.Shares, s.ID)
	}
	return b
}

func (i *insured) billed(b billing.Bill) (e billing.Entry, err error) {
	err = i.as("clinic_admin", func(ctx context.Context) (failure error) {
		e, failure = i.insurers.Bill(ctx, b)
		return failure
	})
	return e, err
}

var _ = Describe("what insurers owe", func() {
	var i *insured
	BeforeEach(func() { i = newInsured() })

	It("is kept once, and billed in one factura with a line for each attention, at credit and with its detracción", func() {
		first, second := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		for range 2 {
			Expect(i.record(i.left(first, 0, "80.50"), i.left(first, 1, "19.51"))).To(Succeed())
		}
		Expect(i.record(i.left(second, 0, "650.00"))).To(Succeed())
		open := i.shares()
		Expect(open).To(HaveLen(3))
		i.within(func(ctx context.Context) {
			sums, err := i.insurers.Open(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(sums).To(HaveLen(1))
			Expect([]any{sums[0].Attentions, sums[0].Amount.String()}).To(Equal([]any{2, "750.01"}))
		})

		wish := i.bill(open...)
		e, err := i.billed(wish)
		Expect(err).NotTo(HaveOccurred())
		again, err := i.billed(wish)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Name).To(Equal(e.Name), "twice the same wish")
		Expect(e.Customer).To(Equal(company))
		Expect(e.Lines).To(HaveLen(2))
		Expect(e.Lines[0].Description).To(Equal("24/11/2026 Quispe, Ana: Consulta, Consulta"))
		var named int
		i.within(func(ctx context.Context) {
			Expect(database.From(ctx).Raw("select count(*) from invoice_items l where to_jsonb(l)::text like '%Quispe%'").Row().Scan(&named)).To(Succeed())
		})
		Expect(named).To(BeZero(), "who was attended stands sealed alone")
		Expect(e.Totals().Total.String()).To(Equal("750.01"))
		Expect(e.Detraction.Amount.String()).To(Equal("90"))
		Expect(e.Credit.Instalments).To(HaveLen(1))
		Expect(e.Credit.Instalments[0].Amount.String()).To(Equal("660.01"))
		Expect(i.shares()).To(BeEmpty())
		_, err = i.billed(i.bill(open[0]))
		Expect(err).To(MatchError(billing.ErrNotOpen), "nothing is billed twice")
	})

	It("is billed once when two bill it at once", func() {
		Expect(i.record(i.left(uuid.Must(uuid.NewV7()), 0, "80"))).To(Succeed())
		open := i.shares()
		var both sync.WaitGroup
		refused := make(chan error, 4)
		for range 4 {
			both.Go(func() {
				_, err := i.billed(i.bill(open...))
				refused <- err
			})
		}
		both.Wait()
		close(refused)
		failures := 0
		for err := range refused {
			if err != nil {
				Expect(err).To(MatchError(billing.ErrNotOpen))
				failures++
			}
		}
		Expect(failures).To(Equal(3))
	})

	It("comes back when the factura is taken back whole, and is held while the patient's document does not stand", func() {
		i.open("cashier", "0")
		copay := i.order("20.00")
		Expect(i.as("cashier", func(ctx context.Context) error {
			_, err := i.charge.Charge(ctx, copay, []billing.Payment{paidBy(billing.Cash, "20.00")})
			return err
		})).To(Succeed())
		Expect(i.record(i.left(copay.ID, 0, "80"))).To(Succeed())
		open := i.shares()
		Expect(open[0].Held).To(BeFalse())
		e, err := i.billed(i.bill(open...))
		Expect(err).NotTo(HaveOccurred())
		Expect(i.shares()).To(BeEmpty())
		_, err = i.Admin.Exec(context.Background(), "update invoice_states set state = 'voided' where invoice_id = $1", e.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(i.shares()).To(HaveLen(1), "nothing is lost")

		_, err = i.Admin.Exec(context.Background(), "update invoice_states set state = 'rejected' where invoice_id = $1", copay.ID)
		Expect(err).NotTo(HaveOccurred())
		open = i.shares()
		Expect(open[0].Held).To(BeTrue())
		_, err = i.billed(i.bill(open...))
		Expect(err).To(MatchError(ContainSubstring("ya no rige")))

		drop := func(share uuid.UUID, reason string) error {
			return i.as("clinic_admin", func(ctx context.Context) error { return i.insurers.Drop(ctx, i.eps.ID, share, reason) })
		}
		Expect(drop(open[0].ID, " ")).To(MatchError(ContainSubstring("Falta el motivo")))
		Expect(drop(uuid.New(), "se cobró de nuevo")).To(MatchError(fault.ErrNotFound))
		Expect(drop(open[0].ID, "se cobró de nuevo")).To(Succeed())
		Expect(i.shares()).To(BeEmpty())
		Expect(drop(open[0].ID, "otra vez")).To(MatchError(fault.ErrNotFound))
	})

	It("is refused in words: nothing chosen, a past day, another clinic's", func() {
		Expect(i.record(i.left(uuid.Must(uuid.NewV7()), 0, "80"))).To(Succeed())
		open := i.shares()
		_, err := i.billed(i.bill())
		Expect(err).To(MatchError(ContainSubstring("Elija lo que se factura")))
		past := i.bill(open...)
		past.DueOn = today
		_, err = i.billed(past)
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKey("credit.instalments.0.due_on"))
		Expect(i.Committed(i.Sur, "clinic_admin", func(ctx context.Context) error {
			Expect(i.insurers.Shares(ctx, i.eps.ID)).To(BeEmpty())
			_, err := i.insurers.Bill(ctx, i.bill(open...))
			return err
		})).To(MatchError(fault.ErrNotFound))
		Expect(i.shares()).To(HaveLen(1), "and no number is spent")
		e, err := i.billed(i.bill(open...))
		Expect(err).NotTo(HaveOccurred())
		Expect(e.Number).To(BeEquivalentTo(1))
	})
})
