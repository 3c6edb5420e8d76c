//go:build !js

package hce_test

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
)

// withMail knows an e-mail address of everybody.
type withMail struct {
	hce.Patients
	address string
}

func (w withMail) Active(ctx context.Context, id uuid.UUID) (patients.Patient, error) {
	p, err := w.Patients.Active(ctx, id)
	p.Email = w.address
	return p, err
}

// jobsOfSpec are the jobs that were queued.
type jobsOfSpec struct{ kinds []string }

func (q *jobsOfSpec) Insert(_ context.Context, args river.JobArgs, _ *river.InsertOpts) error {
	q.kinds = append(q.kinds, args.Kind())
	return nil
}

var _ = Describe("sending a prescription", func() {
	It("queues it once it is signed, to the patient's address, written down; nothing offers it where nothing sends", func() {
		c := norte()
		ctx := c.as(c.Salas, accounts.Doctor)
		e := c.attend(ctx)
		body := written()
		body.Items = []hce.Prescribed{{Item: prescribing.Item{
			DCI: "Paracetamol", Strength: "500 mg", Form: "tableta", Route: "oral", Dose: prescribing.Amount{Value: decimal.NewFromInt(1), Unit: "tableta"},
			Frequency: prescribing.Frequency{Kind: prescribing.EveryHours, Number: 8}, Duration: prescribing.Duration{Value: 3, Unit: prescribing.Days},
			Quantity: prescribing.Amount{Value: decimal.NewFromInt(9), Unit: "tableta"},
		}}}
		d := c.save(ctx, e, 0, body)
		done, err := c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Records).To(HaveLen(2))
		receta := done.Records[1].ID
		_, err = c.record.Send(ctx, receta, "correo")
		Expect(err).To(HaveOccurred(), "nothing sends yet")

		queue := &jobsOfSpec{}
		c.record.Senders, c.record.Address = []hce.Sender{hce.NewMailSender(queue)}, func() string { return "https://hampi.example" }
		_, err = c.record.Send(ctx, receta, "correo")
		Expect(err).To(MatchError(ContainSubstring("ficha")), "nobody knows an address")
		c.record.Patients = withMail{c.record.Patients, "ana@example.com"}
		_, err = c.record.Send(ctx, done.Records[0].ID, "correo")
		Expect(err).To(HaveOccurred(), "a note is not sent")
		sent, err := c.record.Send(ctx, receta, "correo")
		Expect(err).NotTo(HaveOccurred())
		Expect(sent.Address).To(Equal("ana@example.com"))
		Expect(queue.kinds).To(Equal([]string{"hce_prescription_mail"}))
		_, readers, err := c.record.Readers(ctx, c.Ana)
		Expect(err).NotTo(HaveOccurred())
		Expect(readers[0].What).To(Equal("receta enviada por correo"))

		letter, err := hce.PrescriptionLetter(c.record, ctx, receta)
		Expect(err).NotTo(HaveOccurred())
		Expect(letter.To).To(Equal("ana@example.com"))
		Expect(letter.Subject + letter.Text).NotTo(ContainSubstring("Paracetamol"))
		Expect(letter.Text).To(ContainSubstring("https://hampi.example/verificar/"))
		Expect(string(letter.Files[0].Content)).To(HavePrefix("%PDF"))

		Expect(hce.MarkSent(c.record, ctx, receta, c.Salas.Membership, letter.To)).To(Succeed())
		_, e2, err := c.record.Entry(ctx, receta)
		Expect(err).NotTo(HaveOccurred())
		Expect(e2.Sent).To(ConsistOf(And(HaveField("ShownTo", "a…a@example.com"), HaveField("By", c.Salas.Membership), HaveField("At", BeTemporally("==", now)))))

		_, err = c.record.Annul(ctx, newID(), receta, "Se recetó a otra persona", hce.Proof{})
		Expect(err).NotTo(HaveOccurred())
		_, err = c.record.Send(ctx, receta, "correo")
		Expect(err).To(MatchError(ContainSubstring("anulada")))
		_, err = hce.PrescriptionLetter(c.record, ctx, receta)
		Expect(err).To(HaveOccurred(), "what was annulled meanwhile goes to nobody")

		v := c.visit(c.Salas, accounts.Doctor)
		v.plain = true
		Expect(v.post("/recetas/"+newID().String()+"/envio/correo", url.Values{"op_id": {newID().String()}}).Status).To(Equal(http.StatusNotFound))
	})
})
