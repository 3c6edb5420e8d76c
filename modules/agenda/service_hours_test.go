//go:build !js

package agenda_test

import (
	"errors"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

var _ = Describe("working hours", Ordered, func() {
	var c *clinic
	var service *agenda.Service
	BeforeAll(func() { c = norte() })
	BeforeEach(func() { c.moment = now; service = c.agenda() })

	block := func(from, to time.Time, reason string) agenda.Exception {
		return agenda.Exception{Kind: agenda.BlockKind, DoctorID: &c.Salas.Membership, StartTime: from, EndTime: to, Reason: reason}
	}
	search := func() agenda.Search {
		return agenda.Search{ServiceID: c.Talk, DoctorID: c.Salas.Membership, From: tuesday, To: tuesday}
	}

	It("lists free hours from now on, around what is taken", func() {
		ctx := c.atDesk()
		Expect(service.Book(ctx, c.booking(at(9, 30)))).Error().NotTo(HaveOccurred())
		slots, err := service.FreeSlots(ctx, search())
		Expect(err).NotTo(HaveOccurred())
		Expect(slots[0].StartTime).To(Equal(at(9, 0)))
		Expect(slots[1].StartTime).To(Equal(at(9, 50)))
		Expect(slots[len(slots)-1].EndTime).To(BeTemporally("<=", at(13, 0)))
		afternoon := search()
		afternoon.Part = agenda.Afternoon
		slots, err = service.FreeSlots(ctx, afternoon)
		Expect(err).NotTo(HaveOccurred())
		Expect(slots[0].StartTime).To(Equal(at(12, 0)))
	})

	It("blocks hours, says who stands in them, refuses bookings there and opens them again", func() {
		ctx := c.atDesk()
		Expect(service.Book(ctx, c.booking(at(12, 0)))).Error().NotTo(HaveOccurred())
		blocked, err := service.Block(ctx, block(at(10, 0), at(13, 0), "Cirugía externa"))
		Expect(err).NotTo(HaveOccurred())
		Expect(blocked.Inside).To(HaveLen(1))
		Expect(blocked.Inside[0].Patient).To(Equal("Quispe, Ana"))

		_, _, err = service.Book(ctx, c.booking(at(11, 0)))
		var taken *agenda.TakenError
		Expect(errors.As(err, &taken)).To(BeTrue(), "%v", err)
		Expect(err).To(MatchError(ContainSubstring("Cirugía externa")))
		day, err := service.Day(ctx, agenda.View{})
		Expect(err).NotTo(HaveOccurred())
		Expect(day.Columns[0].Blocks).To(HaveLen(1))
		Expect(day.Columns[0].Worked).To(Equal(120))

		gone, err := service.Unblock(ctx, blocked.Exception.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(gone.Reason).To(Equal("Cirugía externa"))
		Expect(service.Book(ctx, c.booking(at(11, 0)))).Error().NotTo(HaveOccurred())
		Expect(service.Block(ctx, gone)).Error().NotTo(HaveOccurred())
	})

	It("closes the clinic for a day only by who keeps the schedules", func() {
		closed := agenda.Exception{Kind: agenda.ClosedKind, StartTime: at(0, 0), EndTime: at(24, 0), Reason: "Aniversario"}
		Expect(service.Block(c.atDesk(), closed)).Error().To(MatchError(fault.ErrForbidden))
		ctx := c.as(c.Desk, accounts.ClinicAdmin)
		Expect(service.Block(ctx, closed)).Error().NotTo(HaveOccurred())
		Expect(service.FreeSlots(ctx, search())).To(BeEmpty())
		extra := agenda.Exception{Kind: agenda.ExtraKind, DoctorID: &c.Salas.Membership, SiteID: &c.Site, StartTime: at(15, 0), EndTime: at(16, 0)}
		Expect(service.Block(ctx, extra)).Error().NotTo(HaveOccurred())
		Expect(service.FreeSlots(ctx, search())).To(HaveLen(3))
		Expect(service.Book(ctx, c.booking(at(15, 0)))).Error().NotTo(HaveOccurred())
	})

	It("knows Peru's holidays", func() {
		ctx := c.atDesk()
		christmas := agenda.Date{Year: 2026, Month: time.December, Day: 8} // Tuesday, Inmaculada Concepción
		q := search()
		q.From, q.To = christmas, christmas
		Expect(service.FreeSlots(ctx, q)).To(BeEmpty())
		week, err := service.Week(ctx, agenda.View{Date: christmas, Doctors: []uuid.UUID{c.Salas.Membership}})
		Expect(err).NotTo(HaveOccurred())
		Expect(week.Columns).To(HaveLen(7))
		Expect(week.Columns[1].Closed).To(Equal("Inmaculada Concepción"))
		month, err := service.Month(ctx, agenda.View{Date: christmas})
		Expect(err).NotTo(HaveOccurred())
		Expect(month).To(HaveLen(31))
		Expect(month[7].Worked).To(BeZero())
		Expect(month[14].Worked).To(Equal(300))
	})

	It("keeps, changes and removes weekly hours, and never two at once", func() {
		ctx := c.as(c.Desk, accounts.ClinicAdmin)
		w := agenda.Schedule{DoctorID: c.Salas.Membership, SiteID: c.Site, Weekday: time.Tuesday, FromMinute: 900, ToMinute: 1080}
		kept, err := service.AddSchedule(ctx, w)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.ValidFrom).To(Equal(tuesday))
		Expect(service.AddSchedule(ctx, kept)).Error().NotTo(HaveOccurred(), "the same again")
		w.FromMinute = 960
		_, err = service.AddSchedule(ctx, w)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))

		kept.ToMinute = 1020
		changed, err := service.ChangeSchedule(ctx, kept)
		Expect(err).NotTo(HaveOccurred())
		Expect(changed.Version).To(BeEquivalentTo(2))
		_, err = service.ChangeSchedule(ctx, kept)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict), "a save that did not see the change")
		list, err := service.Schedules(ctx, c.Salas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(HaveLen(2))
		Expect(service.RemoveSchedule(ctx, kept.ID)).To(Succeed())
		Expect(service.RemoveSchedule(ctx, kept.ID)).To(MatchError(fault.ErrNotFound))
		_, err = service.AddSchedule(c.atDesk(), w)
		Expect(err).To(MatchError(fault.ErrForbidden))
	})

	DescribeTable("refuses hours with problems", func(field string, spoil func(*agenda.Schedule)) {
		w := agenda.Schedule{DoctorID: c.Salas.Membership, SiteID: c.Site, Weekday: time.Monday, FromMinute: 480, ToMinute: 720}
		spoil(&w)
		_, err := service.AddSchedule(c.as(c.Desk, accounts.ClinicAdmin), w)
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKey(field))
	},
		Entry("nobody's", "doctor_id", func(w *agenda.Schedule) { w.DoctorID = uuid.Nil }),
		Entry("another clinic's professional", "doctor_id", func(w *agenda.Schedule) { w.DoctorID = c.Foreign.Doctor }),
		Entry("another clinic's site", "site_id", func(w *agenda.Schedule) { w.SiteID = c.Foreign.Site }),
		Entry("backwards", "to", func(w *agenda.Schedule) { w.ToMinute = 400 }),
		Entry("past midnight", "to", func(w *agenda.Schedule) { w.ToMinute = 1500 }),
		Entry("no weekday", "weekday", func(w *agenda.Schedule) { w.Weekday = 7 }),
		Entry("ends before it begins", "valid_until", func(w *agenda.Schedule) { w.ValidUntil = tuesday.Add(-1) }),
	)

	DescribeTable("refuses a search with problems", func(field string, spoil func(*agenda.Search)) {
		q := search()
		spoil(&q)
		_, err := service.FreeSlots(c.atDesk(), q)
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKey(field))
	},
		Entry("no service", "service_id", func(q *agenda.Search) { q.ServiceID = uuid.Nil }),
		Entry("no first day", "from", func(q *agenda.Search) { q.From = agenda.Date{} }),
		Entry("backwards", "to", func(q *agenda.Search) { q.To = q.From.Add(-1) }),
		Entry("a year", "to", func(q *agenda.Search) { q.To = q.From.Add(365) }),
		Entry("another clinic's professional", "doctor_id", func(q *agenda.Search) { q.DoctorID = c.Foreign.Doctor }),
	)

	It("tells the register of patients whose they are and when they come", func() {
		ctx := c.as(c.Salas, accounts.Doctor)
		visits := agenda.ForPatients{Service: service}
		Expect(visits.Cares(ctx, c.Salas.Membership, c.Ana)).To(BeFalse())
		a, _, err := service.Book(ctx, c.booking(at(12, 0)))
		Expect(err).NotTo(HaveOccurred())
		Expect(visits.Cares(ctx, c.Salas.Membership, c.Ana)).To(BeFalse(), "nobody gives an hour to themselves to open a record")
		Expect(visits.Cares(ctx, c.Rojas.Membership, c.Ana)).To(BeFalse())
		Expect(visits.ArrivedToday(ctx, c.Ana, c.Site)).To(BeFalse())
		Expect(service.Arrive(ctx, a.ID)).Error().NotTo(HaveOccurred())
		Expect(visits.Tie(ctx, c.Salas.Membership, c.Ana)).To(Equal(agenda.Tie{Own: a.ID}), "once the patient came")
		Expect(visits.ArrivedToday(ctx, c.Ana, c.Site)).To(BeTrue())
		Expect(visits.ArrivedToday(ctx, c.Ana, newID())).To(BeFalse())

		Expect(visits.NextByPatient(ctx, []uuid.UUID{c.Ana, c.Luz})).To(Equal(map[uuid.UUID]time.Time{c.Ana: a.StartTime}))
		coming, past, err := visits.VisitsOf(ctx, []uuid.UUID{c.Ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(coming).To(HaveLen(1))
		Expect(coming[0].Service).To(Equal("Consulta"))
		Expect(coming[0].Doctor).To(Equal("Rosa Salas"))
		Expect(string(coming[0].State)).To(Equal("arrived"))
		Expect(past).To(BeEmpty())

		Expect(service.Start(ctx, a.ID)).Error().NotTo(HaveOccurred())
		Expect(service.Complete(ctx, a.ID)).Error().NotTo(HaveOccurred())
		c.moment = at(13, 0)
		coming, past, err = visits.VisitsOf(ctx, []uuid.UUID{c.Ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(coming).To(BeEmpty())
		Expect(past).To(HaveLen(1))
		cards, more, err := service.ForPatient(ctx, []uuid.UUID{c.Ana}, time.Time{}, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(more).To(BeFalse())
		Expect(cards[0].Patient).To(Equal("Quispe, Ana"))
	})
})
