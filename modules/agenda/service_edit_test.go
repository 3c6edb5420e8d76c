//go:build !js

package agenda_test

import (
	"context"
	"errors"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

var _ = Describe("moving and editing", Ordered, func() {
	var c *clinic
	var service *agenda.Service
	BeforeAll(func() { c = norte() })
	BeforeEach(func() { c.moment = now; service = c.agenda() })

	book := func(ctx context.Context, b agenda.Booking) agenda.Appointment {
		GinkgoHelper()
		a, _, err := service.Book(ctx, b)
		Expect(err).NotTo(HaveOccurred())
		return a
	}

	It("moves with its length, and brings it back", func() {
		ctx := c.atDesk()
		a := book(ctx, c.booking(at(10, 0)))
		saved, err := service.Move(ctx, agenda.Move{ID: a.ID, Version: a.Version, StartTime: at(11, 0)})
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Moved()).To(BeTrue())
		Expect(saved.Appointment.EndTime).To(Equal(at(11, 20)))
		back, err := service.Move(ctx, saved.Undo())
		Expect(err).NotTo(HaveOccurred())
		Expect(back.Appointment.Place()).To(Equal(a.Place()))
		Expect(back.Appointment.Version).To(BeEquivalentTo(3))
	})

	It("counts an hour that professionals take over from a colleague as given to themselves", func() {
		doctor := c.as(c.Rojas, accounts.Doctor)
		a := book(doctor, c.booking(at(10, 0)))
		Expect(database.From(doctor).Exec("update appointments set booked_by = null where id = ?", a.ID).Error).To(Succeed(), "it came from outside")
		_, err := service.Move(doctor, agenda.Move{ID: a.ID, Version: a.Version, DoctorID: c.Rojas.Membership})
		Expect(err).NotTo(HaveOccurred())
		tie, err := service.Tie(doctor, c.Rojas.Membership, a.PatientID)
		Expect(err).NotTo(HaveOccurred())
		Expect(tie.Holds()).To(BeFalse(), "the patient has not come")
		again, err := service.Appointment(doctor, a.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.OwnBooking()).To(BeTrue())
	})

	It("resizes over its own hour", func() {
		ctx := c.atDesk()
		a := book(ctx, c.booking(at(10, 0)))
		saved, err := service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, EndTime: at(10, 45)})
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Appointment.Duration()).To(Equal(45 * time.Minute))
	})

	It("keeps its chair when it moves a little, and takes another when that one is busy", func() {
		ctx := c.atDesk()
		b := c.booking(at(10, 0))
		b.ServiceID = c.Cleaning
		a := book(ctx, b)
		Expect(a.ResourceID).To(HaveValue(Equal(c.Chair1)))
		saved, err := service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, StartTime: at(10, 10)})
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Appointment.ResourceID).To(HaveValue(Equal(c.Chair1)))

		other := c.booking(at(12, 0))
		other.ServiceID, other.DoctorID = c.Cleaning, c.Rojas.Membership
		Expect(book(ctx, other).ResourceID).To(HaveValue(Equal(c.Chair1)))
		saved, err = service.Move(ctx, agenda.Move{ID: a.ID, Version: 2, StartTime: at(12, 0)})
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Appointment.ResourceID).To(HaveValue(Equal(c.Chair2)))
	})

	It("refuses an hour that is taken, and changes nothing", func() {
		ctx := c.atDesk()
		book(ctx, c.booking(at(11, 0)))
		a := book(ctx, c.booking(at(10, 0)))
		_, err := service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, StartTime: at(11, 10)})
		var taken *agenda.TakenError
		Expect(errors.As(err, &taken)).To(BeTrue(), "%v", err)
		kept, err := service.Appointment(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.StartTime).To(Equal(at(10, 0)))
	})

	It("merges edits of different fields by people who did not see each other", func() {
		ctx := c.atDesk()
		a := book(ctx, c.booking(at(10, 0)))
		note := "trae radiografía"
		Expect(service.Edit(ctx, agenda.Revision{Move: agenda.Move{ID: a.ID, Version: 1}, Notes: &note})).Error().NotTo(HaveOccurred())
		saved, err := service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, StartTime: at(11, 0)})
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Appointment.Notes).To(Equal(note))
		Expect(saved.Appointment.StartTime).To(Equal(at(11, 0)))
	})

	It("refuses to overwrite a move that was not seen, and shows both", func() {
		ctx := c.atDesk()
		a := book(ctx, c.booking(at(10, 0)))
		Expect(service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, StartTime: at(11, 0)})).Error().NotTo(HaveOccurred())
		_, err := service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, StartTime: at(12, 0)})
		var stale *agenda.StaleError
		Expect(errors.As(err, &stale)).To(BeTrue(), "%v", err)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
		Expect(stale.Differences[0].Now.StartTime).To(Equal(at(11, 0)))
		Expect(stale.Differences[0].Yours.StartTime).To(Equal(at(12, 0)))
		Expect(service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, StartTime: at(11, 0)})).Error().NotTo(HaveOccurred(), "the same wish is no clash")
	})

	It("lets exactly one of two simultaneous moves win", func() {
		var a agenda.Appointment
		Expect(c.committed(c.Desk, func(ctx context.Context) error {
			a = book(ctx, c.booking(at(10, 0)))
			return nil
		}, accounts.Receptionist)).To(Succeed())
		var group sync.WaitGroup
		outcomes := make([]error, 8)
		for i := range outcomes {
			group.Go(func() {
				outcomes[i] = c.committed(c.Desk, func(ctx context.Context) error {
					_, err := service.Move(ctx, agenda.Move{ID: a.ID, Version: 1, StartTime: at(10, 30+i)})
					return err
				}, accounts.Receptionist)
			})
		}
		group.Wait()
		won := 0
		for _, err := range outcomes {
			var stale *agenda.StaleError
			if err == nil {
				won++
			} else {
				Expect(errors.As(err, &stale)).To(BeTrue(), "%v", err)
			}
		}
		Expect(won).To(Equal(1))
	})

	It("gives a place to what had lost it", func() {
		ctx := c.atDesk()
		a := book(ctx, c.booking(at(10, 0)))
		lost := newID()
		Expect(c.committed(c.Desk, func(ctx context.Context) error {
			return agenda.NewPostgres().Add(ctx, agenda.Appointment{
				ID: lost, Version: 1, PatientID: c.Luz, DoctorID: c.Salas.Membership, ServiceID: c.Talk, SiteID: c.Site,
				StartTime: a.StartTime, EndTime: a.EndTime, Status: agenda.Scheduled, NeedsReschedule: true, FieldClock: agenda.Clock{},
			}, agenda.Event{ID: newID(), AppointmentID: lost, At: now, What: agenda.Booked, ToStatus: agenda.Scheduled})
		}, accounts.Receptionist)).To(Succeed())
		waiting, err := service.NeedsReschedule(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(waiting).To(HaveLen(1))
		Expect(waiting[0].Patient).To(Equal("Huamán, Luz"))
		saved, err := service.Move(ctx, agenda.Move{ID: lost, Version: 1, StartTime: at(12, 0)})
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Appointment.NeedsReschedule).To(BeFalse())
		Expect(service.NeedsReschedule(ctx)).To(BeEmpty())
	})

	DescribeTable("refuses", func(field string, kind fault.Kind, wish func(*agenda.Revision)) {
		ctx := c.atDesk()
		a := book(ctx, c.booking(at(10, 0)))
		r := agenda.Revision{Move: agenda.Move{ID: a.ID, Version: 1}}
		wish(&r)
		_, err := service.Edit(ctx, r)
		problems, _ := fault.Fields(err)
		Expect(fault.KindOf(err)).To(Equal(kind))
		Expect(problems).To(HaveKey(field))
	},
		Entry("a past day", "start_time", fault.Invalid, func(r *agenda.Revision) { r.StartTime = at(10, 0).AddDate(0, 0, -1) }),
		Entry("an end before its start", "end_time", fault.Invalid, func(r *agenda.Revision) { r.EndTime = at(9, 0) }),
		Entry("another clinic's professional", "doctor_id", fault.Invalid, func(r *agenda.Revision) { r.DoctorID = c.Foreign.Doctor }),
		Entry("another clinic's service", "service_id", fault.Invalid, func(r *agenda.Revision) { r.ServiceID = c.Foreign.Service }),
		Entry("another clinic's site", "site_id", fault.Invalid, func(r *agenda.Revision) { r.SiteID = c.Foreign.Site }),
	)

	It("does not edit what is cancelled or attended", func() {
		ctx := c.atDesk()
		a := book(ctx, c.booking(at(10, 0)))
		Expect(service.Cancel(ctx, a.ID, "viaje")).Error().NotTo(HaveOccurred())
		_, err := service.Move(ctx, agenda.Move{ID: a.ID, StartTime: at(11, 0)})
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
	})

	It("makes a sobreturno of a move only for who may", func() {
		ctx := c.as(c.Desk, accounts.Assistant)
		b := book(ctx, c.booking(at(11, 0)))
		yes := true
		_, err := service.Move(ctx, agenda.Move{ID: b.ID, StartTime: at(11, 30), Overbooked: &yes})
		Expect(err).To(MatchError(fault.ErrForbidden))
	})
})

var _ = Describe("somebody at the desk without an appointment", Ordered, func() {
	var c *clinic
	BeforeAll(func() { c = norte() })
	BeforeEach(func() { c.moment = now })

	It("gets the nearest free hour and waits", func() {
		ctx, service := c.atDesk(), c.agenda()
		id := newID()
		a, created, err := service.WalkIn(ctx, agenda.WalkIn{ID: id, PatientID: c.Ana, ServiceID: c.Talk})
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeTrue())
		Expect(a.StartTime).To(Equal(at(9, 0)))
		Expect(a.DoctorID).To(Equal(c.Salas.Membership))
		Expect(a.ArrivedAt).To(HaveValue(Equal(now)))
		Expect(a.Overbooked).To(BeFalse())

		c.moment = at(9, 2)
		again, created, err := service.WalkIn(ctx, agenda.WalkIn{ID: id, PatientID: c.Ana, ServiceID: c.Talk})
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeFalse())
		Expect(again.StartTime).To(Equal(a.StartTime))
	})

	It("is squeezed in when no hour is near", func() {
		ctx, service := c.atDesk(), c.agenda()
		b := c.booking(at(9, 0))
		b.EndTime = at(11, 0)
		Expect(service.Book(ctx, b)).Error().NotTo(HaveOccurred())
		a, _, err := service.WalkIn(ctx, agenda.WalkIn{PatientID: c.Luz, ServiceID: c.Talk})
		Expect(err).NotTo(HaveOccurred())
		Expect(a.Overbooked).To(BeTrue())
		Expect(a.StartTime).To(Equal(at(9, 0)))
		Expect(a.DoctorID).To(Equal(c.Salas.Membership))
	})

	It("is not squeezed in by who may not overbook", func() {
		ctx, service := c.as(c.Desk, accounts.Assistant), c.agenda()
		c.moment = at(15, 0)
		_, _, err := service.WalkIn(ctx, agenda.WalkIn{PatientID: c.Luz, ServiceID: c.Talk})
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
	})

	It("offers what was booked last, and the professional with the nearest hour", func() {
		ctx, service := c.atDesk(), c.agenda()
		b := c.booking(at(12, 0))
		Expect(service.Book(ctx, b)).Error().NotTo(HaveOccurred())
		offer, ok, err := agenda.ForPatients{Service: service}.Offer(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(ok).To(BeTrue())
		Expect(offer.Service).To(Equal(c.Talk.String()))
		Expect(offer.Doctor).To(Equal(c.Salas.Membership.String()))
		last, err := service.LastOf(ctx, c.Ana)
		Expect(err).NotTo(HaveOccurred())
		Expect(last).To(Equal(agenda.Offer{ServiceID: c.Talk, DoctorID: c.Salas.Membership}))
		Expect(service.LastOf(ctx, c.Luz)).To(Equal(agenda.Offer{}))
	})
})
