//go:build !js

package agenda_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/patients"
	"hampi/modules/platform/offline"
)

var _ = Describe("what devices get of the agenda", Ordered, func() {
	var c *clinic
	BeforeAll(func() { c = norte() })
	window := offline.WindowAt(now, lima())

	It("are the appointments of the window, page by page, each with its patient", func() {
		ctx := c.atDesk()
		entity := c.entity()
		Expect(entity.Name()).To(Equal("appointment"))
		var ids []uuid.UUID
		for i := range 5 {
			a, _, err := c.agenda().Book(ctx, c.booking(at(9, 20*i)))
			Expect(err).NotTo(HaveOccurred())
			ids = append(ids, a.ID)
		}
		far, _, err := c.agenda().Book(ctx, c.booking(window.To.Add(10*time.Hour)))
		Expect(err).NotTo(HaveOccurred())

		Expect(entity.Count(ctx, window)).To(Equal(5))
		var got []uuid.UUID
		pages := 0
		for place := ""; pages == 0 || place != ""; pages++ {
			page, next, err := entity.Page(ctx, window, place, 2)
			Expect(err).NotTo(HaveOccurred())
			for _, change := range page {
				got = append(got, change.ID)
			}
			companions, err := entity.With(ctx, page)
			Expect(err).NotTo(HaveOccurred())
			for _, needed := range companions {
				Expect(needed).To(Equal([]offline.Ref{{Kind: "patient", ID: c.Ana.String()}}))
			}
			place = next
		}
		Expect(pages).To(Equal(3))
		Expect(got).To(Equal(ids))

		current, err := entity.Current(ctx, window, []uuid.UUID{ids[0], far.ID, newID()})
		Expect(err).NotTo(HaveOccurred())
		Expect(current).To(HaveLen(1))
		Expect(string(current[0].Data)).To(And(ContainSubstring(`"field_clock"`), ContainSubstring(`"booked_by"`), ContainSubstring(`"start_time":"2026-11-24T14:00:00Z"`)))
		Expect(entity.Entering(ctx, window, window.To, window.To.AddDate(0, 0, 1))).To(Equal([]uuid.UUID{far.ID}))
		Expect(entity.Entering(ctx, window, window.To.AddDate(0, 0, 1), window.To.AddDate(0, 0, 2))).To(BeEmpty())

		nobody := c.as(c.Desk)
		Expect(entity.Count(nobody, window)).To(BeZero())
		Expect(entity.Current(nobody, window, ids)).To(BeEmpty())
	})

	It("are the hours that touch the window, to read only", func() {
		ctx := c.atDesk()
		entity := agenda.SyncSchedules(c.agenda())
		doctor := c.Salas.Membership
		block, err := c.agenda().Block(ctx, agenda.Exception{Kind: agenda.BlockKind, DoctorID: &doctor, StartTime: at(11, 0), EndTime: at(12, 0)})
		Expect(err).NotTo(HaveOccurred())
		later, err := c.agenda().Block(ctx, agenda.Exception{Kind: agenda.BlockKind, DoctorID: &doctor, StartTime: window.To.Add(time.Hour), EndTime: window.To.Add(2 * time.Hour)})
		Expect(err).NotTo(HaveOccurred())
		page, next, err := entity.Page(ctx, window, "", 100)
		Expect(err).NotTo(HaveOccurred())
		Expect(next).To(BeEmpty())
		Expect(page).To(HaveLen(2))
		kinds := ""
		for _, change := range page {
			Expect(change.Entity).To(Equal("schedule"))
			kinds += string(change.Data)
		}
		Expect(strings.Count(kinds, `"kind":"weekly"`)).To(Equal(1))
		Expect(entity.Count(ctx, window)).To(Equal(2))
		Expect(entity.Current(ctx, window, []uuid.UUID{block.Exception.ID, later.Exception.ID})).To(HaveLen(1))
		Expect(entity.Entering(ctx, window, window.To, window.To.AddDate(0, 0, 1))).To(Equal([]uuid.UUID{later.Exception.ID}))
		_, err = entity.Apply(ctx, operation("a", offline.Update, block.Exception.ID, now, 1, fields{"reason": "x"}))
		Expect(err).To(MatchError(offline.ErrReadOnly))
	})

	It("tells the register who comes", func() {
		ctx := c.atDesk()
		visits := agenda.ForPatients{Service: c.agenda()}
		for i, patient := range []uuid.UUID{c.Ana, c.Luz, c.Ana} {
			b := c.booking(at(9, 20*i))
			b.PatientID = patient
			Expect(c.agenda().Book(ctx, b)).Error().NotTo(HaveOccurred())
		}
		Expect(visits.CountInWindow(ctx, window)).To(Equal(2))
		Expect(visits.InWindow(ctx, window, []uuid.UUID{c.Ana, newID()})).To(Equal(map[uuid.UUID]bool{c.Ana: true}))
		first, err := visits.PatientsInWindow(ctx, window, uuid.Nil, 1)
		Expect(err).NotTo(HaveOccurred())
		rest, err := visits.PatientsInWindow(ctx, window, first[0], 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(append(first, rest...)).To(ConsistOf(c.Ana, c.Luz))
		seen, err := visits.SeenBefore(ctx, at(12, 0), patients.Seen{}, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(seen).To(Equal([]patients.Seen{{Patient: c.Ana, At: at(9, 40)}}))
		Expect(visits.SeenBefore(ctx, at(12, 0), seen[0], 10)).To(Equal([]patients.Seen{{Patient: c.Luz, At: at(9, 20)}}))
		for i := range 12 { // so many that the next person is not among the newest appointments
			b := c.booking(at(10, 5*i))
			b.PatientID, b.Overbooked = c.Ana, true
			Expect(c.agenda().Book(ctx, b)).Error().NotTo(HaveOccurred())
		}
		Expect(visits.SeenBefore(ctx, at(12, 0), patients.Seen{Patient: c.Ana, At: at(10, 55)}, 1)).To(Equal([]patients.Seen{{Patient: c.Luz, At: at(9, 20)}}))
	})
})

var _ = Describe("what lost its place", Ordered, func() {
	It("stands on the agenda with three hours and the sobreturno, for who may", func() {
		c := norte()
		desk := c.visitor(c.Desk, accounts.Receptionist)
		c.booked(desk, "10:00")
		id := newID()
		Expect(c.committed(c.Desk, func(ctx context.Context) error {
			_, err := c.entity().Apply(ctx, operation("a", offline.Create, id, now, 0, c.promised(at(10, 0))))
			return err
		}, accounts.Receptionist)).To(Succeed())
		_, panel, _ := strings.Cut(desk.get("/agenda").Body, "font-semibold text-danger")
		panel, _, _ = strings.Cut(panel, "</section>")
		Expect(strings.Count(panel, `name="a" value="`)).To(Equal(3))
		_, rest, found := strings.Cut(panel, `name="sobreturno" value="`)
		Expect(found).To(BeTrue(), panel)
		hour, _, _ := strings.Cut(rest, `"`)
		Expect(c.visitor(c.Desk, accounts.Assistant).get("/agenda").Body).NotTo(ContainSubstring(`name="sobreturno" value="2026`))

		form := url.Values{"op_id": {newID().String()}, "version": {"1"}, "sobreturno": {hour}}
		Expect(c.visitor(c.Desk, accounts.Assistant).post("/citas/"+id.String()+"/mover", form).Status).To(Equal(http.StatusNotFound), "not allowed")
		form.Set("op_id", newID().String())
		Expect(desk.post("/citas/"+id.String()+"/mover", form).Status).To(Equal(http.StatusOK))
		Expect(keptBy(c, id)).To(And(HaveField("Overbooked", true), HaveField("NeedsReschedule", false), HaveField("StartTime", at(10, 0))))
	})
})

// keptBy reads an appointment as the desk sees it.
func keptBy(c *clinic, id uuid.UUID) agenda.Appointment {
	GinkgoHelper()
	a, err := c.agenda().Appointment(c.atDesk(), id)
	Expect(err).NotTo(HaveOccurred())
	return a
}
