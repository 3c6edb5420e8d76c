//go:build !js

package agenda_test

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

var _ = Describe("the state of an appointment", Ordered, func() {
	var c *clinic
	var service *agenda.Service
	BeforeAll(func() { c = norte() })
	BeforeEach(func() { c.moment = now; service = c.agenda() })

	book := func(ctx context.Context, start time.Time) uuid.UUID {
		GinkgoHelper()
		a, _, err := service.Book(ctx, c.booking(start))
		Expect(err).NotTo(HaveOccurred())
		return a.ID
	}

	It("does not tell of a visit before its day", func() {
		ctx := c.as(c.Salas, accounts.Doctor)
		id := book(ctx, at(10, 0).AddDate(0, 0, 7))
		for _, tell := range []func(context.Context, uuid.UUID) (agenda.Saved, error){service.Arrive, service.Start, service.NoShow} {
			_, err := tell(ctx, id)
			Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
		}
		Expect(service.Confirm(ctx, id)).Error().NotTo(HaveOccurred())
	})

	It("goes from booked to attended, and keeps who did what", func() {
		ctx := c.as(c.Salas, accounts.Doctor)
		id := book(ctx, at(10, 0))
		Expect(service.Confirm(ctx, id)).Error().NotTo(HaveOccurred())
		c.moment = at(9, 50)
		arrived, err := service.Arrive(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(arrived.Appointment.Status).To(Equal(agenda.Confirmed))
		Expect(arrived.Appointment.ArrivedAt).To(HaveValue(Equal(at(9, 50))))
		c.moment = at(10, 8)
		room, err := service.WaitingRoom(ctx, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(room).To(HaveLen(1))
		Expect(room[0].Waited).To(Equal(18 * time.Minute))
		Expect(service.Start(ctx, id)).Error().NotTo(HaveOccurred())
		done, err := service.Complete(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Appointment.Status).To(Equal(agenda.Completed))
		Expect(done.Appointment.Version).To(BeEquivalentTo(5))

		lines, err := service.History(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		var told []string
		for _, l := range lines {
			told = append(told, string(l.What)+" "+string(l.ToStatus)+" "+l.Who)
		}
		Expect(told).To(Equal([]string{"booked scheduled Rosa Salas", "status confirmed Rosa Salas", "arrived confirmed Rosa Salas",
			"status in_progress Rosa Salas", "status completed Rosa Salas"}))
	})

	It("answers a state that already holds as success, without a new version", func() {
		ctx := c.atDesk()
		id := book(ctx, at(10, 0))
		first, err := service.Arrive(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		c.moment = at(9, 30)
		again, err := service.Arrive(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Appointment.Version).To(Equal(first.Appointment.Version))
		Expect(again.Appointment.ArrivedAt).To(HaveValue(Equal(now)))
	})

	It("takes back an arrival, a no-show and a cancellation, to what was before", func() {
		ctx := c.atDesk()
		id := book(ctx, at(10, 0))
		Expect(service.Confirm(ctx, id)).Error().NotTo(HaveOccurred())
		Expect(service.Arrive(ctx, id)).Error().NotTo(HaveOccurred())
		Expect(service.Cancel(ctx, id, "se retiró")).Error().NotTo(HaveOccurred())

		back, err := service.Undo(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(back.Appointment.Status).To(Equal(agenda.Confirmed))
		Expect(back.Appointment.CancelReason).To(BeEmpty())
		Expect(back.Appointment.ArrivedAt).NotTo(BeNil())
		back, err = service.Undo(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(back.Appointment.ArrivedAt).To(BeNil())
		_, err = service.Undo(ctx, id)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))

		Expect(service.NoShow(ctx, id)).Error().NotTo(HaveOccurred())
		back, err = service.Undo(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(back.Appointment.Status).To(Equal(agenda.Confirmed))
	})

	It("takes a cancellation back by naming the state it had, and no other", func() {
		ctx := c.atDesk()
		id := book(ctx, at(10, 0))
		Expect(service.Cancel(ctx, id, "viaje")).Error().NotTo(HaveOccurred())
		_, err := service.Confirm(ctx, id)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
		back, err := service.Transition(ctx, agenda.Act{ID: id, To: agenda.Step(agenda.Scheduled)})
		Expect(err).NotTo(HaveOccurred())
		Expect(back.Appointment.Status).To(Equal(agenda.Scheduled))
	})

	It("does not come back on another day", func() {
		ctx := c.atDesk()
		id := book(ctx, at(10, 0))
		Expect(service.Cancel(ctx, id, "viaje")).Error().NotTo(HaveOccurred())
		c.moment = now.Add(24 * time.Hour)
		_, err := service.Undo(ctx, id)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
	})

	It("does not come back into an hour that went to somebody else, and says to whom", func() {
		ctx := c.atDesk()
		id := book(ctx, at(10, 0))
		Expect(service.Cancel(ctx, id, "viaje")).Error().NotTo(HaveOccurred())
		book(ctx, at(10, 0))
		_, err := service.Undo(ctx, id)
		var taken *agenda.TakenError
		Expect(errors.As(err, &taken)).To(BeTrue(), "%v", err)
		kept, err := service.Appointment(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Status).To(Equal(agenda.Cancelled))
	})

	DescribeTable("frees the hour", func(release func(context.Context, uuid.UUID) error) {
		ctx := c.atDesk()
		id := book(ctx, at(10, 0))
		Expect(release(ctx, id)).To(Succeed())
		book(ctx, at(10, 0))
	},
		Entry("when it is cancelled", func(ctx context.Context, id uuid.UUID) error { _, err := service.Cancel(ctx, id, "viaje"); return err }),
		Entry("when nobody came", func(ctx context.Context, id uuid.UUID) error { _, err := service.NoShow(ctx, id); return err }),
	)

	It("asks for the reason of a cancellation", func() {
		ctx := c.atDesk()
		_, err := service.Cancel(ctx, book(ctx, at(10, 0)), "  ")
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKey("reason"))
	})

	It("lets reception begin no attention, and the cashier nothing", func() {
		ctx := c.atDesk()
		id := book(ctx, at(10, 0))
		Expect(service.Start(ctx, id)).Error().To(MatchError(fault.ErrForbidden))
		cashier := c.as(c.Desk, accounts.Cashier)
		Expect(service.Day(cashier, agenda.View{})).Error().NotTo(HaveOccurred())
		_, _, err := service.Book(cashier, c.booking(at(11, 0)))
		Expect(err).To(MatchError(fault.ErrForbidden))
	})

	It("does not find another clinic's appointment", func() {
		id := newID()
		c.exec(`insert into appointments (clinic_id, id, patient_id, doctor_id, service_id, site_id, start_time, end_time, status)
			values ($1, $2, $3, $4, $5, $6, $7, $8, 'scheduled')`,
			c.Sur.ID, id, c.Foreign.Patient, c.Foreign.Doctor, c.Foreign.Service, c.Foreign.Site, at(10, 0), at(10, 30))
		ctx := c.atDesk()
		for name, refuse := range map[string]func() error{
			"card":    func() error { _, err := service.Card(ctx, id); return err },
			"history": func() error { _, err := service.History(ctx, id); return err },
			"arrive":  func() error { _, err := service.Arrive(ctx, id); return err },
			"undo":    func() error { _, err := service.Undo(ctx, id); return err },
			"move":    func() error { _, err := service.Move(ctx, agenda.Move{ID: id, StartTime: at(11, 0)}); return err },
		} {
			Expect(refuse()).To(MatchError(fault.ErrNotFound), name)
		}
		list, _, err := service.List(ctx, agenda.Query{From: tuesday, To: tuesday, Limit: 10})
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(BeEmpty())
	})

	It("keeps what happened for ever", func() {
		Expect(c.committed(c.Desk, func(ctx context.Context) error {
			_, _, err := service.Book(ctx, c.booking(at(12, 0)))
			return err
		}, accounts.Receptionist)).To(Succeed())
		_, err := c.Admin.Exec(context.Background(), "delete from appointment_events where clinic_id = $1", c.ID)
		Expect(err).To(MatchError(ContainSubstring("never changed")))
	})
})
