//go:build !js

package agenda_test

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/patients"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

type fields = map[string]any

// entity is the agenda as synchronisation asks it.
func (c *clinic) entity() agenda.AppointmentSync {
	people := patients.New(patients.NewPostgres(c.Vault, clock.System), patients.Neighbours{}, clock.At(c.moment))
	return agenda.SyncAppointments(c.agenda(), people)
}

// operation is what a device did at a moment.
func operation(device, action string, id uuid.UUID, at time.Time, base int64, data fields) offline.Received {
	GinkgoHelper()
	text, err := json.Marshal(data)
	Expect(err).NotTo(HaveOccurred())
	return offline.Received{
		Operation: offline.Operation{Entity: "appointment", Action: action, LocalID: id, Data: text, Timestamp: at, OpID: newID(), BaseVersion: base},
		At:        at, Device: device,
	}
}

// promised is all that a device says of a talk of Ana with Dra. Salas.
func (c *clinic) promised(start time.Time) fields {
	return fields{
		"patient_id": c.Ana, "doctor_id": c.Salas.Membership, "service_id": c.Talk, "site_id": c.Site, "resource_id": nil,
		"start_time": start, "end_time": start.Add(20 * time.Minute), "status": "scheduled", "arrived_at": nil, "cancel_reason": "",
		"overbooked": false, "notes": "",
	}
}

var _ = Describe("what arrives from devices", Ordered, func() {
	var c *clinic
	BeforeAll(func() { c = norte() })
	BeforeEach(func() { c.moment = now })

	apply := func(ctx context.Context, op offline.Received) offline.Outcome {
		GinkgoHelper()
		out, err := c.entity().Apply(ctx, op)
		Expect(err).NotTo(HaveOccurred())
		return out
	}
	book := func(ctx context.Context, device string, start time.Time) uuid.UUID {
		GinkgoHelper()
		id := newID()
		Expect(apply(ctx, operation(device, offline.Create, id, now, 0, c.promised(start))).Status).To(Equal(offline.Created))
		return id
	}
	kept := func(ctx context.Context, id uuid.UUID) agenda.Appointment {
		GinkgoHelper()
		a, err := c.agenda().Appointment(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		return a
	}
	refused := func(ctx context.Context, op offline.Received) error {
		GinkgoHelper()
		_, err := c.entity().Apply(ctx, op)
		Expect(err).To(HaveOccurred())
		return err
	}

	It("is refused where somebody says to have seen the future", func() {
		ctx := c.atDesk()
		id := book(ctx, "a", at(11, 0))
		Expect(fieldsOf(refused(ctx, operation("b", offline.Update, id, now, 2, fields{"notes": "x"})))).To(HaveKey("base_version"))
		Expect(kept(ctx, id).Notes).To(BeEmpty())
	})

	Describe("a booking", func() {
		It("is kept as it was promised, in the name and at the moment of who promised it", func() {
			ctx := c.atDesk()
			id, earlier := newID(), now.Add(-90*time.Minute)
			data := c.promised(at(8, 0))
			data["arrived_at"] = at(3, 0) // the device's clock was wrong; its corrected moment counts
			out := apply(ctx, operation("a", offline.Create, id, earlier, 0, data))
			Expect(out.Status).To(Equal(offline.Created))
			Expect(out.Version).To(BeEquivalentTo(1))
			a := kept(ctx, id)
			Expect(a.BookedBy).To(HaveValue(Equal(c.Desk.Membership)))
			Expect(a.CreatedAt).To(Equal(earlier))
			Expect(a.ArrivedAt).To(HaveValue(Equal(earlier)))
		})

		It("is judged by the day on which it was promised", func() {
			ctx := c.atDesk()
			yesterday := now.AddDate(0, 0, -1)
			Expect(apply(ctx, operation("a", offline.Create, newID(), yesterday, 0, c.promised(at(9, 0).AddDate(0, 0, -1)))).Status).To(Equal(offline.Created))
			err := refused(ctx, operation("a", offline.Create, newID(), now, 0, c.promised(at(9, 0).AddDate(0, 0, -1))))
			Expect(fieldsOf(err)).To(HaveKey("start_time"))
		})

		It("that comes again is no second one, and another one under its id is refused", func() {
			ctx := c.atDesk()
			id, data := newID(), c.promised(at(10, 0))
			apply(ctx, operation("a", offline.Create, id, now, 0, data))
			Expect(apply(ctx, operation("a", offline.Create, id, now, 0, data)).Status).To(Equal(offline.Duplicate))
			data["patient_id"] = c.Luz
			Expect(refused(ctx, operation("a", offline.Create, id, now, 0, data))).To(MatchError(agenda.ErrSameID))
		})

		It("waits for its patient, and follows one who was registered before", func() {
			ctx := c.atDesk()
			data, stranger := c.promised(at(10, 0)), newID()
			data["patient_id"] = stranger
			var missing *offline.Missing
			Expect(errors.As(refused(ctx, operation("a", offline.Create, newID(), now, 0, data)), &missing)).To(BeTrue())
			Expect(*missing).To(Equal(offline.Missing{Entity: "patient", ID: stranger}))

			alias, id := newID(), newID()
			c.exec("insert into patient_aliases (clinic_id, id, patient_id) values ($1, $2, $3)", c.ID, alias, c.Luz)
			data["patient_id"] = alias
			Expect(apply(ctx, operation("a", offline.Create, id, now, 0, data)).Status).To(Equal(offline.Created))
			Expect(kept(ctx, id).PatientID).To(Equal(c.Luz))
			Expect(apply(ctx, operation("a", offline.Create, id, now, 0, data)).Status).To(Equal(offline.Duplicate))
		})

		DescribeTable("is refused with its reason", func(field string, change func(fields)) {
			ctx := c.atDesk()
			data := c.promised(at(10, 0))
			change(data)
			Expect(fieldsOf(refused(ctx, operation("a", offline.Create, newID(), now, 0, data)))).To(HaveKey(field))
		},
			Entry("a field nobody knows", "colour", func(d fields) { d["colour"] = "red" }),
			Entry("what only the server says", "booked_by", func(d fields) { d["booked_by"] = newID() }),
			Entry("no patient", "patient_id", func(d fields) { delete(d, "patient_id") }),
			Entry("another clinic's professional", "doctor_id", func(d fields) { d["doctor_id"] = c.Foreign.Doctor }),
			Entry("another clinic's service", "service_id", func(d fields) { d["service_id"] = c.Foreign.Service }),
			Entry("a state that it cannot begin in", "status", func(d fields) { d["status"] = "completed" }),
			Entry("an end before its start", "end_time", func(d fields) { d["end_time"] = at(9, 0) }),
			Entry("a time that is none", "start_time", func(d fields) { d["start_time"] = 7 }),
		)

		It("needs the permission of who made it", func() {
			ctx := c.as(c.Desk, accounts.Cashier)
			Expect(fault.KindOf(refused(ctx, operation("a", offline.Create, newID(), now, 0, c.promised(at(10, 0)))))).To(Equal(fault.Forbidden))
			beside := c.promised(at(10, 0))
			beside["overbooked"] = true
			Expect(fault.KindOf(refused(c.as(c.Desk, accounts.Assistant), operation("a", offline.Create, newID(), now, 0, beside)))).To(Equal(fault.Forbidden))
			Expect(fieldsOf(refused(ctx, operation("a", "delete", newID(), now, 0, fields{})))).To(HaveKey("action"))
		})
	})

	DescribeTable("of two that promised one hour the first to arrive has it, and nobody is lost", func(first, second string) {
		ctx := c.atDesk()
		moments := map[string]time.Time{"a": now.Add(-2 * time.Hour), "b": now.Add(-time.Hour)}
		won, lost := newID(), newID()
		Expect(apply(ctx, operation(first, offline.Create, won, moments[first], 0, c.promised(at(10, 0)))).Status).To(Equal(offline.Created))
		data := c.promised(at(10, 10))
		data["patient_id"] = c.Luz
		out := apply(ctx, operation(second, offline.Create, lost, moments[second], 0, data))
		Expect(out.Status).To(Equal(offline.Conflict))
		Expect(out.Title).To(Equal("La hora de Huamán, Luz ya estaba ocupada"))
		Expect(kept(ctx, won).NeedsReschedule).To(BeFalse())
		Expect(kept(ctx, lost).NeedsReschedule).To(BeTrue())
		Expect(c.agenda().NeedsReschedule(ctx)).To(ContainElement(HaveField("Appointment.ID", lost)))

		answer, err := json.Marshal(out)
		Expect(err).NotTo(HaveOccurred())
		for _, foreign := range []string{c.Ana.String(), "Quispe", won.String()} {
			Expect(string(answer)).NotTo(ContainSubstring(foreign))
		}
		Expect(out.Choices).To(HaveLen(4))
		Expect(out.Choices[3].Label).To(Equal("Sobreturno 10:10"))
		for _, choice := range out.Choices {
			var data fields
			Expect(json.Unmarshal(choice.Data, &data)).To(Succeed())
			Expect(data).To(And(HaveKey("start_time"), HaveKey("end_time"), HaveKey("doctor_id")))
			taken := errors.New("and back")
			Expect(database.Savepoint(ctx, func(ctx context.Context) error {
				resolved := apply(ctx, operation("a", offline.Update, lost, now, out.Version, data))
				Expect(resolved.Status).To(Equal(offline.Updated), choice.Label)
				Expect(kept(ctx, lost).NeedsReschedule).To(BeFalse())
				return taken
			})).To(MatchError(taken))
		}
	},
		Entry("in the order in which they were made", "a", "b"),
		Entry("the other way round", "b", "a"),
	)

	It("keeps what was promised at an hour that was closed meanwhile", func() {
		ctx := c.atDesk()
		Expect(c.agenda().Block(ctx, agenda.Exception{Kind: agenda.BlockKind, DoctorID: &c.Salas.Membership, StartTime: at(11, 0), EndTime: at(12, 0)})).Error().NotTo(HaveOccurred())
		id := newID()
		Expect(apply(ctx, operation("a", offline.Create, id, now, 0, c.promised(at(11, 0)))).Status).To(Equal(offline.Conflict))
		Expect(kept(ctx, id).NeedsReschedule).To(BeTrue())
		outside := newID()
		Expect(apply(ctx, operation("a", offline.Create, outside, now, 0, c.promised(at(19, 0)))).Status).To(Equal(offline.Created), "as at the desk")
	})

	It("takes another chair when the one of the device is taken", func() {
		ctx := c.atDesk()
		mine, other := c.promised(at(10, 0)), c.promised(at(10, 0))
		mine["service_id"], mine["resource_id"] = c.Cleaning, c.Chair1
		other["service_id"], other["resource_id"], other["doctor_id"] = c.Cleaning, c.Chair1, c.Rojas.Membership
		apply(ctx, operation("a", offline.Create, newID(), now, 0, mine))
		id := newID()
		Expect(apply(ctx, operation("b", offline.Create, id, now, 0, other)).Status).To(Equal(offline.Created))
		Expect(kept(ctx, id).ResourceID).To(HaveValue(Equal(c.Chair2)))
	})

	Describe("a change", func() {
		It("waits for an appointment that has not arrived", func() {
			id := newID()
			var missing *offline.Missing
			Expect(errors.As(refused(c.atDesk(), operation("a", offline.Update, id, now, 0, fields{"notes": "x"})), &missing)).To(BeTrue())
			Expect(*missing).To(Equal(offline.Missing{Entity: "appointment", ID: id}))
		})

		DescribeTable("is refused with its reason", func(field string, data fields) {
			ctx := c.atDesk()
			id := book(ctx, "a", at(10, 0))
			Expect(fieldsOf(refused(ctx, operation("a", offline.Update, id, now, 1, data)))).To(HaveKey(field))
		},
			Entry("of somebody else's name", "patient_id", fields{"patient_id": uuid.Nil}),
			Entry("of nothing", "data", fields{}),
			Entry("of a flag that the server sets", "needs_reschedule", fields{"needs_reschedule": true}),
			Entry("of a reason alone", "cancel_reason", fields{"cancel_reason": "porque sí"}),
			Entry("to a state that is none", "to", fields{"status": "gone"}),
			Entry("to cancelled without a reason", "reason", fields{"status": "cancelled"}),
			Entry("to a professional who is none", "doctor_id", fields{"doctor_id": uuid.UUID{15: 9}}),
		)

		It("of one group stands beside a change of another", func() {
			ctx := c.atDesk()
			id := book(ctx, "a", at(10, 0))
			Expect(apply(ctx, operation("a", offline.Update, id, now, 1, fields{"notes": "trae placas"})).Status).To(Equal(offline.Updated))
			Expect(apply(ctx, operation("b", offline.Update, id, now, 1, fields{"start_time": at(11, 0), "end_time": at(11, 20)})).Status).To(Equal(offline.Updated))
			a := kept(ctx, id)
			Expect(a.Notes).To(Equal("trae placas"))
			Expect(a.StartTime).To(Equal(at(11, 0)))
			Expect(a.FieldClock[agenda.NotesGroup].Device).To(Equal("a"))
			Expect(a.FieldClock[agenda.PlaceGroup].Device).To(Equal("b"))
		})

		It("that is older than what stands loses, and is shown", func() {
			ctx := c.atDesk()
			id := book(ctx, "a", at(10, 0))
			apply(ctx, operation("a", offline.Update, id, now.Add(time.Minute), 1, fields{"notes": "después"}))
			out := apply(ctx, operation("b", offline.Update, id, now, 1, fields{"notes": "antes"}))
			Expect(out.Status).To(Equal(offline.Superseded))
			Expect(string(out.Lost)).To(Equal(`{"notes":"antes"}`))
			Expect(string(out.Now)).To(ContainSubstring("después"))
			title := c.agenda().Describer().Title
			Expect(title(ctx, operation("b", offline.Update, id, now, 1, fields{"status": "cancelled"}).Operation)).To(HavePrefix("Se canceló: Quispe"))
			Expect(title(ctx, operation("b", offline.Create, newID(), now, 0, fields{"patient_id": newID()}).Operation)).To(Equal("Reserva: un paciente"))
			Expect(out.NowBy).To(Equal(c.Desk.User))
			Expect(out.NowAt).To(BeTemporally("==", now.Add(time.Minute)))
			Expect(kept(ctx, id).Notes).To(Equal("después"))
			Expect(apply(ctx, operation("b", offline.Update, id, now, 1, fields{"notes": "después"})).Status).To(Equal(offline.Duplicate))
		})

		It("of the place does not undo what somebody moved meanwhile", func() {
			ctx := c.atDesk()
			id := book(ctx, "a", at(10, 0))
			Expect(c.agenda().Move(ctx, agenda.Move{ID: id, Version: 1, StartTime: at(11, 0)})).Error().NotTo(HaveOccurred())
			asked := fields{"start_time": at(12, 0), "end_time": at(12, 20), "notes": "llega tarde"}
			out := apply(ctx, operation("a", offline.Update, id, now.Add(time.Hour), 1, asked))
			Expect(out.Status).To(Equal(offline.Conflict))
			Expect(out.Title).To(Equal("La cita de Quispe, Ana se movió en dos lugares a la vez"))
			Expect(string(out.Lost)).To(And(ContainSubstring("start_time"), Not(ContainSubstring("notes"))))
			Expect(len(out.Choices)).To(BeNumerically(">=", 3))
			Expect(kept(ctx, id).StartTime).To(Equal(at(11, 0)))
			Expect(kept(ctx, id).Notes).To(Equal("llega tarde"), "what does not meet is taken")
			again := operation("a", offline.Update, id, now.Add(time.Hour), out.Version, asked)
			Expect(apply(ctx, again).Status).To(Equal(offline.Updated), "now that it was seen")
		})

		It("to an hour that is taken leaves the appointment where it was", func() {
			ctx := c.atDesk()
			book(ctx, "b", at(11, 0))
			id := book(ctx, "a", at(10, 0))
			out := apply(ctx, operation("a", offline.Update, id, now, 1, fields{"start_time": at(11, 0), "end_time": at(11, 20), "notes": "más tarde"}))
			Expect(out.Status).To(Equal(offline.Conflict))
			Expect(out.Choices).NotTo(BeEmpty())
			a := kept(ctx, id)
			Expect(a.StartTime).To(Equal(at(10, 0)))
			Expect(a.NeedsReschedule).To(BeFalse())
			Expect(a.Notes).To(Equal("más tarde"))
		})

		It("after another of the same device follows it", func() {
			ctx := c.atDesk()
			id := book(ctx, "a", at(10, 0))
			for i, hour := range []int{11, 12, 10} {
				op := operation("a", offline.Update, id, now.Add(time.Duration(i)*time.Minute), 0, fields{"start_time": at(hour, 0), "end_time": at(hour, 20)})
				Expect(apply(ctx, op).Status).To(Equal(offline.Updated))
			}
			Expect(kept(ctx, id).StartTime).To(Equal(at(10, 0)))
			for i, state := range []fields{{"status": "confirmed"}, {"arrived_at": now}} {
				Expect(apply(ctx, operation("a", offline.Update, id, now.Add(time.Duration(i)*time.Minute), 0, state)).Status).To(Equal(offline.Updated))
			}
			a := kept(ctx, id)
			Expect(a.ArrivedAt).To(HaveValue(Equal(now.Add(time.Minute))))
			Expect(a.FieldClock[agenda.StatusGroup].Device).To(Equal("a"))
		})

		It("of the state that already holds is no news", func() {
			ctx := c.atDesk()
			id := book(ctx, "a", at(10, 0))
			apply(ctx, operation("a", offline.Update, id, now, 1, fields{"arrived_at": now}))
			out := apply(ctx, operation("b", offline.Update, id, now.Add(time.Minute), 1, fields{"arrived_at": now}))
			Expect(out.Status).To(Equal(offline.Duplicate))
			Expect(kept(ctx, id).ArrivedAt).To(HaveValue(Equal(now)))
		})

		It("never revives what was cancelled", func() {
			ctx := c.atDesk()
			id := book(ctx, "a", at(9, 0))
			Expect(c.agenda().Cancel(ctx, id, "Lo pidió")).Error().NotTo(HaveOccurred())
			for _, data := range []fields{{"status": "confirmed"}, {"status": "scheduled"}, {"arrived_at": now}, {"start_time": at(12, 0), "end_time": at(12, 20)}} {
				out := apply(ctx, operation("b", offline.Update, id, now.Add(time.Hour), 1, data))
				Expect(out.Status).To(Equal(offline.Conflict), "%v", data)
				Expect(out.Lost).NotTo(BeEmpty())
			}
			Expect(apply(ctx, operation("b", offline.Update, id, now.Add(time.Hour), 1, fields{"notes": "tarde"})).Status).To(Equal(offline.Superseded))
			Expect(kept(ctx, id)).To(And(HaveField("Status", agenda.Cancelled), HaveField("Notes", ""), HaveField("StartTime", at(9, 0))))
		})

		It("never cancels what was attended", func() {
			doctor := c.as(c.Salas, accounts.Doctor)
			attended := book(doctor, "a", at(9, 0))
			for _, state := range []string{"in_progress", "completed"} {
				Expect(apply(doctor, operation("a", offline.Update, attended, now, 1, fields{"status": state})).Status).To(Equal(offline.Updated))
			}
			out := apply(doctor, operation("b", offline.Update, attended, now, 1, fields{"status": "cancelled", "cancel_reason": "Lo pidió"}))
			Expect(out.Status).To(Equal(offline.Conflict))
			Expect(out.Title).To(Equal("La cita de Quispe, Ana quedó como «Atendida»"))
			Expect(kept(doctor, attended).Status).To(Equal(agenda.Completed))
		})

		It("needs the permission of who made it", func() {
			ctx := c.atDesk()
			id := book(ctx, "a", at(10, 0))
			Expect(fault.KindOf(refused(ctx, operation("a", offline.Update, id, now, 1, fields{"status": "in_progress"})))).To(Equal(fault.Forbidden))
		})
	})
})

// fieldsOf are the fields that a refusal names.
func fieldsOf(err error) fault.Problems {
	problems, _ := fault.Fields(err)
	return problems
}
