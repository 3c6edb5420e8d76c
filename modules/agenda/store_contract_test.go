//go:build !js

package agenda_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// house is a store held to the contract, with what only some can.
type house struct {
	store agenda.Store
	begin func() context.Context                       // work that is given up after the spec
	keep  func(work func(ctx context.Context) error)   // work that is kept
	seed  func(ctx context.Context, list ...any) error // appointments, schedules and exceptions as the server has them
	desk  bool                                         // settles working hours and remembers what to undo
}

func postgresHouse(c *clinic) house {
	store := agenda.NewPostgres()
	return house{
		store: store, desk: true,
		begin: func() context.Context { return c.as(c.Desk, accounts.Receptionist) },
		keep: func(work func(ctx context.Context) error) {
			GinkgoHelper()
			Expect(c.committed(c.Desk, work, accounts.Receptionist)).To(Succeed())
		},
		seed: func(ctx context.Context, list ...any) error {
			for _, one := range list {
				var err error
				switch one := one.(type) {
				case agenda.Appointment:
					err = store.Add(ctx, one, event(one, agenda.Booked))
				case agenda.Schedule:
					err = store.AddSchedule(ctx, one)
				case agenda.Exception:
					err = store.AddException(ctx, one)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func deviceHouse(c *clinic) house {
	device := offline.NewDevice(offline.NewMemory(), agenda.DeviceKinds(noNames{}, accounts.Colleagues{}, nowOf(c)), nowOf(c))
	begin := func() (context.Context, *offline.Unit) {
		return device.Begin(c.identified(c.Desk, accounts.Receptionist), uuid.Nil)
	}
	h := house{
		store: agenda.NewOffline(nil),
		begin: func() context.Context {
			ctx, unit := begin()
			DeferCleanup(unit.Close)
			return ctx
		},
		keep: func(work func(ctx context.Context) error) {
			GinkgoHelper()
			ctx, unit := begin()
			defer unit.Close()
			Expect(work(ctx)).To(Succeed())
			Expect(unit.Commit(ctx)).To(Succeed())
		},
		seed: putOnDevice,
	}
	h.keep(func(ctx context.Context) error {
		return putOnDevice(ctx, agenda.Schedule{
			ID: newID(), Version: 1, DoctorID: c.Salas.Membership, SiteID: c.Site, Weekday: time.Tuesday, FromMinute: 480, ToMinute: 780,
			ValidFrom: agenda.Date{Year: 2026, Month: 1, Day: 1},
		})
	})
	return h
}

// putOnDevice keeps what the server sent.
func putOnDevice(ctx context.Context, list ...any) error {
	for _, one := range list {
		o := offline.Object{Version: 1}
		var data any
		switch one := one.(type) {
		case agenda.Appointment:
			o.Entity, o.ID, o.Version, data = "appointment", one.ID.String(), one.Version, agenda.OnDevice(one)
		case agenda.Schedule:
			o.Entity, o.ID, data = "schedule", one.ID.String(), agenda.WeeklyOnDevice(one)
		case agenda.Exception:
			o.Entity, o.ID, data = "schedule", one.ID.String(), agenda.ExceptionOnDevice(one)
		}
		var err error
		if o.Base, err = json.Marshal(data); err != nil {
			return err
		}
		if err := offline.From(ctx).Keep(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// noNames knows nobody.
type noNames struct{}

func (noNames) NamesByID(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) { return nil, nil }
func (noNames) Family(_ context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	return []uuid.UUID{id}, nil
}

func nowOf(c *clinic) func() time.Time { return func() time.Time { return c.moment } }

func event(a agenda.Appointment, what agenda.What) agenda.Event {
	return agenda.Event{ID: newID(), AppointmentID: a.ID, At: now, What: what, FromStatus: a.Status, ToStatus: a.Status}
}

var _ = Describe("the store in PostgreSQL", Ordered, func() { contract(postgresHouse) })

var _ = Describe("the store on a device", Ordered, func() { contract(deviceHouse) })

// contract is what the service may rely on, wherever the agenda is kept.
func contract(build func(c *clinic) house) {
	var c *clinic
	var h house
	BeforeAll(func() { c = norte() })
	BeforeEach(func() { h = build(c) })

	talk := func(start time.Time) agenda.Appointment {
		return agenda.Appointment{
			ID: newID(), Version: 1, PatientID: c.Ana, DoctorID: c.Salas.Membership, ServiceID: c.Talk, SiteID: c.Site,
			StartTime: start, EndTime: start.Add(20 * time.Minute), Status: agenda.Scheduled, Notes: "con su hija",
			BookedBy: &c.Desk.Membership, BookedAs: "x", FieldClock: agenda.Clock{}, CreatedAt: now, UpdatedAt: now,
		}
	}
	add := func(ctx context.Context, a agenda.Appointment) agenda.Appointment {
		GinkgoHelper()
		Expect(h.store.Add(ctx, a, event(a, agenda.Booked))).To(Succeed())
		return a
	}
	ids := func(list []agenda.Appointment, err error) []uuid.UUID {
		GinkgoHelper()
		Expect(err).NotTo(HaveOccurred())
		found := []uuid.UUID{}
		for _, a := range list {
			found = append(found, a.ID)
		}
		return found
	}

	It("finds what was added, whole", func() {
		ctx := h.begin()
		a := talk(at(10, 0))
		a.ResourceID, a.ArrivedAt = &c.Chair1, &now
		add(ctx, a)
		kept, err := h.store.Appointment(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		kept.Pending = false // a device marks what it made
		Expect(kept).To(Equal(a))
		_, err = h.store.Appointment(ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		_, err = h.store.Lock(ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
	})

	It("refuses an id that it has", func() {
		ctx := h.begin()
		a := add(ctx, talk(at(10, 0)))
		Expect(h.store.Add(ctx, a, event(a, agenda.Booked))).To(MatchError(agenda.ErrSameID))
	})

	It("gives an hour of a professional, and of a room, to one", func() {
		ctx := h.begin()
		first := talk(at(10, 0))
		first.ResourceID = &c.Chair1
		add(ctx, first)
		Expect(h.store.Add(ctx, talk(at(10, 10)), event(first, agenda.Booked))).To(MatchError(agenda.ErrDoctorTaken))
		other := talk(at(9, 50))
		other.DoctorID, other.ResourceID = c.Rojas.Membership, &c.Chair1
		Expect(h.store.Add(ctx, other, event(other, agenda.Booked))).To(MatchError(agenda.ErrResourceTaken))
		other.ResourceID = &c.Chair2
		add(ctx, other)
		add(ctx, talk(at(10, 20)))
		add(ctx, talk(at(9, 40)))
	})

	It("lets what takes no time lie over others", func() {
		ctx := h.begin()
		add(ctx, talk(at(10, 0)))
		beside := talk(at(10, 0))
		beside.Overbooked = true
		add(ctx, beside)
		gone := talk(at(10, 0))
		gone.Status, gone.CancelReason = agenda.Cancelled, "Lo pidió"
		add(ctx, gone)
		Expect(ids(h.store.Between(ctx, agenda.Range{From: at(9, 0), To: at(11, 0)}))).To(HaveLen(3))
	})

	It("saves one version after another, and none that nobody saw", func() {
		ctx := h.begin()
		a := add(ctx, talk(at(10, 0)))
		a, err := h.store.Appointment(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		next := a
		next.StartTime, next.EndTime, next.Notes, next.Status = at(11, 0), at(11, 30), "", agenda.Confirmed
		saved, err := h.store.Save(ctx, next, event(next, agenda.Moved))
		Expect(err).NotTo(HaveOccurred())
		Expect(saved.Version).To(Equal(a.Version + 1))
		kept, err := h.store.Appointment(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Version).To(Equal(saved.Version))
		Expect(kept.StartTime).To(Equal(at(11, 0)))
		Expect(kept.EndTime).To(Equal(at(11, 30)))
		Expect(kept.Notes).To(BeEmpty())
		Expect(kept.Status).To(Equal(agenda.Confirmed))
		_, err = h.store.Save(ctx, next, event(next, agenda.Moved))
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
	})

	It("leaves what loses an hour where it was, and the work usable", func() {
		ctx := h.begin()
		add(ctx, talk(at(10, 0)))
		a, err := h.store.Appointment(ctx, add(ctx, talk(at(11, 0))).ID)
		Expect(err).NotTo(HaveOccurred())
		moved := a
		moved.StartTime, moved.EndTime = at(10, 10), at(10, 30)
		_, err = h.store.Save(ctx, moved, event(a, agenda.Moved))
		Expect(err).To(MatchError(agenda.ErrDoctorTaken))
		kept, err := h.store.Appointment(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept).To(Equal(a))
	})

	It("lists by start and id, of some, page by page", func() {
		ctx := h.begin()
		a, b, other := talk(at(10, 0)), talk(at(10, 0)), talk(at(9, 0))
		b.Overbooked, other.DoctorID = true, c.Rojas.Membership
		for _, one := range []agenda.Appointment{b, other, a} {
			add(ctx, one)
		}
		day := agenda.Range{From: at(0, 0), To: at(24, 0)}
		Expect(ids(h.store.Between(ctx, day))).To(Equal([]uuid.UUID{other.ID, a.ID, b.ID}))
		Expect(ids(h.store.Between(ctx, agenda.Range{From: at(9, 0), To: at(10, 0)}))).To(Equal([]uuid.UUID{other.ID}), "the end is not included")
		Expect(ids(h.store.Between(ctx, agenda.Range{From: day.From, To: day.To, Doctors: []uuid.UUID{c.Rojas.Membership}}))).To(Equal([]uuid.UUID{other.ID}))
		Expect(ids(h.store.Between(ctx, agenda.Range{From: day.From, To: day.To, Site: newID()}))).To(BeEmpty())
		Expect(ids(h.store.Between(ctx, agenda.Range{From: day.From, To: day.To, Limit: 2}))).To(Equal([]uuid.UUID{other.ID, a.ID}))
		Expect(ids(h.store.Between(ctx, agenda.Range{From: at(10, 0), To: day.To, After: a.ID}))).To(Equal([]uuid.UUID{b.ID}))
	})

	It("tells what is busy and with whom an hour clashes", func() {
		ctx := h.begin()
		a := talk(at(10, 0))
		a.ResourceID = &c.Chair1
		add(ctx, a)
		span := agenda.Span{Start: at(10, 10), End: at(10, 15)}
		busy, err := h.store.Busy(ctx, span, []uuid.UUID{c.Salas.Membership}, nil, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(busy).To(ConsistOf(agenda.Busy{Span: agenda.Span{Start: at(10, 0), End: at(10, 20)}, DoctorID: c.Salas.Membership, ResourceID: &c.Chair1}))
		Expect(h.store.Busy(ctx, span, nil, []uuid.UUID{c.Chair1}, uuid.Nil)).To(HaveLen(1))
		Expect(h.store.Busy(ctx, span, []uuid.UUID{c.Rojas.Membership}, []uuid.UUID{c.Chair2}, uuid.Nil)).To(BeEmpty())
		Expect(h.store.Busy(ctx, span, []uuid.UUID{c.Salas.Membership}, nil, a.ID)).To(BeEmpty())
		Expect(h.store.Busy(ctx, agenda.Span{Start: at(10, 20), End: at(11, 0)}, []uuid.UUID{c.Salas.Membership}, nil, uuid.Nil)).To(BeEmpty())
		wished := agenda.Place{DoctorID: c.Rojas.Membership, ResourceID: &c.Chair1, StartTime: at(10, 0), EndTime: at(10, 30)}
		clash, err := h.store.Clash(ctx, wished, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(clash.ID).To(Equal(a.ID))
		_, err = h.store.Clash(ctx, wished, a.ID)
		Expect(fault.IsNotFound(err)).To(BeTrue())
	})

	It("adds up days without what nobody came to", func() {
		ctx := h.begin()
		add(ctx, talk(at(10, 0)))
		late := talk(at(23, 30)) // the next day in UTC
		late.EndTime = at(24, 0)
		add(ctx, late)
		missed := talk(at(12, 0))
		missed.Status = agenda.NoShow
		add(ctx, missed)
		loads, err := h.store.Loads(ctx, agenda.Range{From: at(0, 0), To: at(24, 0)}, lima())
		Expect(err).NotTo(HaveOccurred())
		Expect(loads).To(Equal([]agenda.Load{{Date: agenda.Date{Year: 2026, Month: 11, Day: 24}, DoctorID: c.Salas.Membership, Count: 2, Minutes: 50}}))
	})

	It("knows which hours professionals gave to themselves, and who came to them", func() {
		ctx := h.begin()
		own := func(hour int, patient uuid.UUID, status agenda.Status) agenda.Appointment {
			a := talk(at(hour, 0))
			a.PatientID, a.Status, a.BookedBy = patient, status, &c.Salas.Membership
			add(ctx, a)
			return a
		}
		both := []uuid.UUID{c.Ana, c.Luz}
		coming := own(9, c.Ana, agenda.Scheduled)
		own(10, c.Ana, agenda.NoShow)
		own(11, c.Luz, agenda.Cancelled)
		Expect(h.store.Ties(ctx, c.Salas.Membership, both, at(23, 0))).To(BeEmpty())
		came := own(12, c.Ana, agenda.Completed)
		Expect(h.store.Ties(ctx, c.Salas.Membership, both, at(23, 0))).To(Equal(map[uuid.UUID]agenda.Tie{c.Ana: {Own: came.ID}}))
		Expect(h.store.Ties(ctx, c.Salas.Membership, both, at(8, 0))).To(BeEmpty(), "on a day that has not come, nobody came")
		given := talk(at(14, 0))
		add(ctx, given)
		Expect(h.store.Ties(ctx, c.Salas.Membership, []uuid.UUID{c.Ana}, at(23, 0))).To(Equal(map[uuid.UUID]agenda.Tie{c.Ana: {Given: true, Own: came.ID}}))
		Expect(coming.OwnBooking()).To(BeTrue())
	})

	It("knows a person's appointments", func() {
		ctx := h.begin()
		past, coming, other := talk(at(8, 0)), talk(at(15, 0)), talk(at(16, 0))
		past.Status, other.PatientID = agenda.Completed, c.Luz
		for _, one := range []agenda.Appointment{past, coming, other} {
			add(ctx, one)
		}
		both := []uuid.UUID{c.Ana, c.Luz}
		Expect(ids(h.store.OfPatient(ctx, agenda.PatientRange{Patients: []uuid.UUID{c.Ana}}))).To(Equal([]uuid.UUID{coming.ID, past.ID}))
		Expect(ids(h.store.OfPatient(ctx, agenda.PatientRange{Patients: both, Before: coming.StartTime, BeforeID: coming.ID}))).To(Equal([]uuid.UUID{past.ID}))
		Expect(ids(h.store.OfPatient(ctx, agenda.PatientRange{Patients: both, Before: at(9, 0), OnlyComing: true}))).To(Equal([]uuid.UUID{coming.ID, other.ID}))
		Expect(ids(h.store.OfPatient(ctx, agenda.PatientRange{Patients: both, Limit: 1}))).To(Equal([]uuid.UUID{other.ID}))
		Expect(h.store.NextOf(ctx, both, at(0, 0))).To(Equal(map[uuid.UUID]time.Time{c.Ana: coming.StartTime, c.Luz: other.StartTime}))
		Expect(h.store.NextOf(ctx, both, at(15, 30))).To(Equal(map[uuid.UUID]time.Time{c.Luz: other.StartTime}))
		Expect(h.store.Visited(ctx, both, at(9, 0))).To(Equal(map[uuid.UUID]bool{c.Ana: true}))
		Expect(h.store.Visited(ctx, both, at(8, 0))).To(BeEmpty())
		Expect(h.store.Ties(ctx, c.Salas.Membership, []uuid.UUID{c.Luz}, at(23, 0))).To(Equal(map[uuid.UUID]agenda.Tie{c.Luz: {Given: true}}))
		Expect(h.store.Ties(ctx, c.Rojas.Membership, both, at(23, 0))).To(BeEmpty())
		Expect(h.store.PatientsOf(ctx, c.Salas.Membership, at(9, 0), at(16, 1))).To(ConsistOf(c.Ana, c.Luz))
		Expect(h.store.PatientsOf(ctx, uuid.Nil, at(8, 0), at(16, 0))).To(Equal([]uuid.UUID{c.Ana}))
		Expect(h.store.PatientsOf(ctx, c.Rojas.Membership, at(8, 0), at(17, 0))).To(BeEmpty())
	})

	It("knows what somebody booked last", func() {
		ctx := h.begin()
		_, err := h.store.LastBookedBy(ctx, c.Desk.Membership)
		Expect(fault.IsNotFound(err)).To(BeTrue())
		add(ctx, talk(at(10, 0)))
		last := talk(at(9, 0))
		last.CreatedAt = now.Add(time.Minute)
		add(ctx, last)
		found, err := h.store.LastBookedBy(ctx, c.Desk.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.ID).To(Equal(last.ID))
	})

	It("tells what happened, oldest first", func() {
		ctx := h.begin()
		a, err := h.store.Appointment(ctx, add(ctx, talk(at(10, 0))).ID)
		Expect(err).NotTo(HaveOccurred())
		a.Status = agenda.Confirmed
		happened := event(a, agenda.Changed)
		happened.At = now.Add(time.Minute)
		Expect(h.store.Save(ctx, a, happened)).Error().NotTo(HaveOccurred())
		events, err := h.store.History(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(HaveLen(2))
		Expect(events[1].What).To(Equal(agenda.Changed))
		last, err := h.store.LastChange(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(last != nil).To(Equal(h.desk))
	})

	It("reads the hours that hold and what changes them", func() {
		ctx := h.begin()
		doctor := c.Salas.Membership
		tuesday := agenda.Date{Year: 2026, Month: 11, Day: 24}
		block := agenda.Exception{ID: newID(), Version: 1, Kind: agenda.BlockKind, DoctorID: &doctor, StartTime: at(9, 0), EndTime: at(9, 30), Reason: "Reunión"}
		wednesday := agenda.Schedule{ID: newID(), Version: 1, DoctorID: doctor, SiteID: c.Site, Weekday: time.Wednesday, FromMinute: 600, ToMinute: 660, ValidFrom: tuesday}
		Expect(h.seed(ctx, block, wednesday)).To(Succeed())
		hours, err := h.store.Hours(ctx, tuesday, tuesday, lima(), []uuid.UUID{doctor})
		Expect(err).NotTo(HaveOccurred())
		Expect(hours.Schedules).To(HaveLen(1))
		Expect(hours.Schedules[0].FromMinute).To(Equal(480))
		Expect(hours.Exceptions).To(Equal([]agenda.Exception{block}))
		Expect(h.store.Hours(ctx, tuesday, tuesday.Add(1), lima(), nil)).To(HaveField("Schedules", HaveLen(2)))
		Expect(h.store.Hours(ctx, tuesday, tuesday, lima(), []uuid.UUID{c.Rojas.Membership})).To(And(HaveField("Schedules", BeEmpty()), HaveField("Exceptions", BeEmpty())))
		Expect(h.store.Schedule(ctx, wednesday.ID)).To(Equal(wednesday))
		Expect(h.store.Exception(ctx, block.ID)).To(Equal(block))
		Expect(h.store.Schedules(ctx, doctor)).To(And(HaveLen(2), HaveEach(HaveField("DoctorID", doctor))))
		Expect(h.store.Exceptions(ctx, at(8, 0), &doctor)).To(HaveLen(1))
		Expect(h.store.Exceptions(ctx, at(9, 30), nil)).To(BeEmpty())
		_, err = h.store.Schedule(ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		if !h.desk {
			Expect(fault.KindOf(h.store.AddException(ctx, block))).To(Equal(fault.Unavailable))
			Expect(fault.KindOf(h.store.RemoveSchedule(ctx, wednesday.ID))).To(Equal(fault.Unavailable))
		}
	})

	It("lists what lost its place until it has another", func() {
		a := talk(at(10, 0))
		a.NeedsReschedule = true
		h.keep(func(ctx context.Context) error { return h.seed(ctx, a) })
		ctx := h.begin()
		Expect(ids(h.store.Displaced(ctx))).To(Equal([]uuid.UUID{a.ID}))
		kept, err := h.store.Appointment(ctx, a.ID)
		Expect(err).NotTo(HaveOccurred())
		kept.StartTime, kept.EndTime, kept.NeedsReschedule = at(11, 0), at(11, 20), false
		Expect(h.store.Save(ctx, kept, event(kept, agenda.Moved))).Error().NotTo(HaveOccurred())
		Expect(ids(h.store.Displaced(ctx))).To(BeEmpty())
	})

	It("counts up with every write that is kept", func() {
		changes := func() (n int64) {
			GinkgoHelper()
			h.keep(func(ctx context.Context) (err error) { n, err = h.store.Changes(ctx); return err })
			return n
		}
		before := changes()
		h.keep(func(ctx context.Context) error {
			a := talk(at(6, 0))
			return h.store.Add(ctx, a, event(a, agenda.Booked))
		})
		Expect(changes()).To(BeNumerically(">", before))
	})
}

func lima() *time.Location { return time.FixedZone("PET", -5*60*60) }
