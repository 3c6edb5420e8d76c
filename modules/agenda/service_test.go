//go:build !js

package agenda_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

func (c *clinic) scope(p dbtest.Person) database.Scope {
	return database.Scope{ClinicID: c.ID, UserID: p.User, RequestID: "spec", IP: "127.0.0.1"}
}

var _ = Describe("booking", Ordered, func() {
	var c *clinic
	BeforeAll(func() { c = norte() })

	It("infers end, site and status, and stands in the day", func() {
		ctx := c.atDesk()
		a, created, err := c.agenda().Book(ctx, c.booking(at(10, 0)))
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeTrue())
		Expect(a.EndTime).To(Equal(at(10, 20)))
		Expect(a.SiteID).To(Equal(c.Site))
		Expect(a.Status).To(Equal(agenda.Scheduled))

		day, err := c.agenda().Day(ctx, agenda.View{})
		Expect(err).NotTo(HaveOccurred())
		Expect(day.Columns).To(HaveLen(1))
		Expect(day.Columns[0].Doctor.Name).To(Equal("Rosa Salas"))
		Expect(day.Columns[0].Cards).To(HaveLen(1))
		Expect(day.Columns[0].Cards[0].Patient).To(Equal("Quispe, Ana"))
		Expect(day.Columns[0].Cards[0].Service).To(Equal("Consulta"))
		Expect(day.Columns[0].Cards[0].FirstVisit).To(BeTrue())
		Expect(day.Columns[0].Worked).To(Equal(300))
		Expect(day.Columns[0].Promised).To(Equal(20))
		Expect(day.Totals.All).To(Equal(1))
	})

	It("takes a free chair when the service needs one, and refuses when none is left", func() {
		ctx, service := c.atDesk(), c.agenda()
		book := func(doctor uuid.UUID) (agenda.Appointment, error) {
			b := c.booking(at(10, 0))
			b.ServiceID, b.DoctorID = c.Cleaning, doctor
			a, _, err := service.Book(ctx, b)
			return a, err
		}
		first, err := book(c.Salas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(first.ResourceID).To(HaveValue(Equal(c.Chair1)))
		second, err := book(c.Rojas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(second.ResourceID).To(HaveValue(Equal(c.Chair2)))
		_, err = book(c.People["doctor"].Membership)
		Expect(err).To(MatchError(ContainSubstring("no hay sillón libre")))
	})

	It("refuses an hour already taken at the hour, says who has it and what is free", func() {
		ctx, service := c.atDesk(), c.agenda()
		Expect(service.Book(ctx, c.booking(at(10, 30)))).Error().NotTo(HaveOccurred())

		_, _, err := service.Book(ctx, c.booking(at(10, 40)))
		problems, ok := fault.Fields(err)
		Expect(ok).To(BeTrue())
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
		Expect(problems).To(HaveKeyWithValue("start_time", "Usted ya reservó de 10:30 a 10:50. Libres: 10:50, 11:10, 11:30."))
		var taken *agenda.TakenError
		Expect(errors.As(err, &taken)).To(BeTrue())
		Expect(taken.By).To(Equal("Ana Loarte"))
		Expect(taken.Free).To(HaveLen(3))
	})

	It("lets one patient follow another without a gap", func() {
		ctx, service := c.atDesk(), c.agenda()
		Expect(service.Book(ctx, c.booking(at(10, 0)))).Error().NotTo(HaveOccurred())
		Expect(service.Book(ctx, c.booking(at(10, 20)))).Error().NotTo(HaveOccurred())
		Expect(service.Book(ctx, c.booking(at(9, 40)))).Error().NotTo(HaveOccurred())
	})

	It("books once when the answer was lost and the form is sent again", func() {
		ctx, service := c.atDesk(), c.agenda()
		b := c.booking(at(11, 0))
		first, created, err := service.Book(ctx, b)
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeTrue())
		again, created, err := service.Book(ctx, b)
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeFalse())
		Expect(again.ID).To(Equal(first.ID))

		b.Notes = "otra cosa"
		_, _, err = service.Book(ctx, b)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
	})

	DescribeTable("refuses a form with problems at the field", func(field string, spoil func(*agenda.Booking)) {
		b := c.booking(at(10, 0))
		spoil(&b)
		_, _, err := c.agenda().Book(c.atDesk(), b)
		problems, _ := fault.Fields(err)
		Expect(fault.KindOf(err)).To(Equal(fault.Invalid))
		Expect(problems).To(HaveKey(field))
	},
		Entry("no patient", "patient_id", func(b *agenda.Booking) { b.PatientID = uuid.Nil }),
		Entry("an unknown patient", "patient_id", func(b *agenda.Booking) { b.PatientID = newID() }),
		Entry("another clinic's patient", "patient_id", func(b *agenda.Booking) { b.PatientID = c.Foreign.Patient }),
		Entry("no service", "service_id", func(b *agenda.Booking) { b.ServiceID = uuid.Nil }),
		Entry("another clinic's service", "service_id", func(b *agenda.Booking) { b.ServiceID = c.Foreign.Service }),
		Entry("no professional", "doctor_id", func(b *agenda.Booking) { b.DoctorID = uuid.Nil }),
		Entry("another clinic's professional", "doctor_id", func(b *agenda.Booking) { b.DoctorID = c.Foreign.Doctor }),
		Entry("somebody who attends nobody", "doctor_id", func(b *agenda.Booking) { b.DoctorID = c.Desk.Membership }),
		Entry("another clinic's site", "site_id", func(b *agenda.Booking) { b.SiteID = c.Foreign.Site }),
		Entry("an unknown room", "resource_id", func(b *agenda.Booking) { id := newID(); b.ResourceID = &id }),
		Entry("no hour", "start_time", func(b *agenda.Booking) { b.StartTime = time.Time{} }),
		Entry("the day is past", "start_time", func(b *agenda.Booking) { b.StartTime = at(10, 0).AddDate(0, 0, -1) }),
		Entry("it ends before it starts", "end_time", func(b *agenda.Booking) { b.EndTime = at(9, 0) }),
		Entry("it passes midnight", "end_time", func(b *agenda.Booking) { b.StartTime, b.EndTime = at(23, 0), at(24, 30) }),
	)

	It("refuses who may not book, and a sobreturno without its permission", func() {
		_, _, err := c.agenda().Book(c.as(c.Desk, accounts.Cashier), c.booking(at(10, 0)))
		Expect(err).To(MatchError(fault.ErrForbidden))
		b := c.booking(at(10, 0))
		b.Overbooked = true
		_, _, err = c.agenda().Book(c.as(c.Desk, accounts.Assistant), b)
		Expect(err).To(MatchError(fault.ErrForbidden))
	})

	It("puts a sobreturno beside the appointment it overlaps", func() {
		ctx, service := c.atDesk(), c.agenda()
		Expect(service.Book(ctx, c.booking(at(10, 0)))).Error().NotTo(HaveOccurred())
		b := c.booking(at(10, 0))
		b.Overbooked, b.PatientID = true, c.Luz
		a, _, err := service.Book(ctx, b)
		Expect(err).NotTo(HaveOccurred())
		Expect(a.Overbooked).To(BeTrue())
	})
})

var _ = Describe("two desks at once", func() {
	It("gives one hour to exactly one of sixteen, and tells the others who has it", func() {
		c := norte()
		const desks = 16
		var (
			group  sync.WaitGroup
			mu     sync.Mutex
			won    int
			losses []error
		)
		for range desks {
			group.Go(func() {
				defer GinkgoRecover()
				err := c.committed(c.Desk, func(ctx context.Context) error {
					_, _, err := c.agenda().Book(ctx, c.booking(at(10, 30)))
					return err
				}, accounts.Receptionist)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
					return
				}
				losses = append(losses, err)
			})
		}
		group.Wait()
		Expect(won).To(Equal(1))
		Expect(losses).To(HaveLen(desks - 1))
		for _, err := range losses {
			var taken *agenda.TakenError
			Expect(errors.As(err, &taken)).To(BeTrue(), "%v", err)
			Expect(taken.By).To(Equal("Ana Loarte"))
			Expect(taken.Free[0].StartTime).To(Equal(at(10, 50)))
		}
	})

	It("gives two chairs to exactly two of eight professionals who need one at once", func() {
		c := norte()
		var group sync.WaitGroup
		outcomes := make([]error, 8)
		for i := range outcomes {
			b := c.booking(at(15, 0))
			b.ServiceID, b.DoctorID = c.Cleaning, c.AddPerson(c.Clinic, "Profesional", "doctor").Membership
			group.Go(func() {
				outcomes[i] = c.committed(c.Desk, func(ctx context.Context) error {
					_, _, err := c.agenda().Book(ctx, b)
					return err
				}, accounts.Receptionist)
			})
		}
		group.Wait()
		won := 0
		for _, err := range outcomes {
			if err == nil {
				won++
				continue
			}
			Expect(fault.KindOf(err)).To(Equal(fault.Conflict), "%v", err)
		}
		Expect(won).To(Equal(2))
	})
})
