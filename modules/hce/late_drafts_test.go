//go:build !js

package hce_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/platform/offline"
)

var _ = Describe("what was typed while the log-in had ended", func() {
	It("arrives whole after the same window loaded the older note, signs nothing older, and stands beside what was written or signed first", func() {
		const window, cut, whole = "ventana-1", "Escrito después de que se cambió la c", "Escrito después de que se cambió la contraseña"
		c := norte()
		a, server := c.away(true), c.as(c.Salas, accounts.Doctor)
		e, draft := c.attend(server), newID()
		typed := func(seen int64, text string) hce.Saving {
			body := written()
			body.Values["relato"] = form.OfText(text)
			return hce.Saving{EncounterID: e.ID, DraftID: draft, Seen: seen, Holder: window, TemplateID: "consulta-general", Version: 1, Body: body}
		}
		first, err := c.record.SaveDraft(server, typed(0, "Con línea"))
		Expect(err).NotTo(HaveOccurred())
		var here hce.Draft
		save := func(in hce.Saving) {
			a.do(func(ctx context.Context) (err error) {
				here, err = a.record.SaveDraft(ctx, in)
				return err
			})
		}
		a.do(func(ctx context.Context) error {
			return a.record.Adopt(ctx, hce.Begun{ID: e.ID, PatientID: c.Ana, AppointmentID: &c.Visit, StartedAt: *e.StartedAt})
		})
		a.do(func(ctx context.Context) error {
			return a.record.CopyDraft(ctx, typed(0, "Con línea"), first.Version)
		})
		save(typed(first.Version, cut))
		waiting, err := a.device.Entries(context.Background(), offline.Pending)
		Expect(err).NotTo(HaveOccurred())
		Expect(a.device.MarkSent(context.Background(), waiting)).To(Succeed(), "it was on its way when the server refused whoever sent it")
		save(typed(here.Version, whole))
		waiting, err = a.device.Entries(context.Background(), offline.Pending, offline.InFlight)
		Expect(err).NotTo(HaveOccurred())
		Expect(waiting).To(HaveLen(2))
		apply := func(place int, at time.Time) offline.Outcome {
			GinkgoHelper()
			out, err := hce.SyncDrafts(c.record).Apply(server, offline.Received{Operation: waiting[place].Operation, At: at, Device: "d1"})
			Expect(err).NotTo(HaveOccurred())
			return out
		}
		stands := func() string {
			GinkgoHelper()
			d, err := hce.NewPostgres().Draft(server, e.ID, c.Salas.Membership)
			Expect(err).NotTo(HaveOccurred())
			return d.Body.Values["relato"].Text
		}

		c.moment = now.Add(time.Hour) // signed in again
		one := apply(0, now.Add(time.Minute))
		Expect(one.Status).To(Equal(offline.Updated))
		_, err = c.record.SaveDraft(server, typed(first.Version, "Con línea"))
		Expect(err).To(MatchError(hce.ErrStaleDraft), "the page was loaded before it arrived")
		two := apply(1, now.Add(2*time.Minute))
		Expect(two.Status).To(Equal(offline.Updated))
		_, err = c.record.SaveDraft(server, typed(one.Version, cut))
		Expect(err).To(MatchError(hce.ErrStaleDraft), "nor does what arrived first come back")
		Expect(stands()).To(Equal(whole))

		By("writing before it arrives")
		kept, err := c.record.SaveDraft(server, typed(two.Version, "Con línea, y luego esto"))
		Expect(err).NotTo(HaveOccurred())
		for place := range waiting {
			Expect(apply(place, now.Add(2*time.Minute)).Status).To(Equal(offline.Duplicate))
		}
		Expect(stands()).To(Equal("Con línea, y luego esto"))
		aside := HaveExactElements(HaveField("Parts", ConsistOf(HaveField("Value", whole))))
		Expect(c.record.Asides(server, e.ID)).To(aside)

		By("signing before it arrives")
		c.exec("delete from record_asides")
		_, err = c.record.Close(server, e.ID, kept.Version, window, hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
		Expect(apply(1, now.Add(2*time.Minute)).Status).To(Equal(offline.Duplicate))
		Expect(c.record.Asides(server, e.ID)).To(aside)
	})
})
