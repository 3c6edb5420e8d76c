//go:build !js

package hce_test

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

var _ = Describe("triage on devices", func() {
	var (
		c      *clinic
		nurse  dbtest.Person
		entity hce.TriageSync
	)
	BeforeEach(func() {
		c = norte()
		nurse = c.AddPerson(c.World.Norte, "Elena Paz", "assistant")
		c.arrives()
		entity = hce.SyncTriage(c.record, c.agenda)
	})

	// device is that of somebody, with what they may hold of triage.
	device := func(ctx context.Context, p dbtest.Person, role accounts.Role) *away {
		GinkgoHelper()
		a := c.away(true)
		a.who, a.came = access.Who(c.turned(ctx, p, role)), true
		page, _, err := entity.Page(access.With(ctx, a.who), offline.Window{}, "", 100)
		Expect(err).NotTo(HaveOccurred())
		for _, change := range page {
			a.arrive("observation", change.ID, change.Version, string(change.Data))
		}
		return a
	}
	// takes is a triage on a device, over what stands there.
	takes := func(a *away, values form.Values) {
		GinkgoHelper()
		a.do(func(ctx context.Context) error {
			t, err := a.record.Triage(ctx, c.Visit)
			if err != nil {
				return err
			}
			seen := t.Last()
			t.Values = values
			_, err = a.record.SaveTriage(ctx, t, newID(), seen)
			return err
		})
	}
	arrive := func(ctx context.Context, ops []offline.Received) {
		GinkgoHelper()
		for _, op := range ops {
			out, err := entity.Apply(ctx, op)
			Expect(err).NotTo(HaveOccurred(), string(op.Data))
			Expect(out.Status).To(Equal(offline.Created))
		}
	}

	It("goes to who attends and to who may take it, and to nobody else, for today", func() {
		ctx := c.as(nurse, accounts.Assistant)
		taken := c.take(ctx, figures())
		holds := func(who context.Context) int {
			GinkgoHelper()
			n, err := entity.Count(who, offline.Window{})
			Expect(err).NotTo(HaveOccurred())
			return n
		}
		all := len(taken.Taken)
		Expect(holds(c.turned(ctx, c.Salas, accounts.Doctor))).To(Equal(all))
		Expect(holds(ctx)).To(Equal(all))
		Expect(holds(c.turned(ctx, c.Salas, accounts.Doctor, accounts.Assistant))).To(Equal(all), "each once")
		Expect(holds(c.turned(ctx, c.Rojas, accounts.Doctor))).To(BeZero(), "a colleague")
		for _, role := range []accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.ClinicAdmin} {
			Expect(holds(c.turned(ctx, nurse, role))).To(BeZero(), string(role))
		}
		elsewhere := access.Who(ctx)
		elsewhere.SiteID = newID()
		Expect(holds(access.With(ctx, elsewhere))).To(BeZero(), "another site")
		beside, err := entity.Beside(ctx, nil, []uuid.UUID{c.Ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(beside[c.Ana]).To(HaveLen(all))
		records, err := hce.SyncRecords(c.record, c.agenda).Count(ctx, offline.WindowAt(now, time.UTC))
		Expect(err).NotTo(HaveOccurred())
		Expect(records).To(BeZero(), "an assistant's device holds nothing else of the record")
		c.moment = now.Add(24 * time.Hour)
		Expect(holds(c.turned(ctx, c.Salas, accounts.Doctor))).To(BeZero(), "the day after")
	})

	It("is found by the professional without connection", func() {
		ctx := c.as(nurse, accounts.Assistant)
		c.take(ctx, figures())
		a := device(ctx, c.Salas, accounts.Doctor)
		var e hce.Encounter
		a.do(func(ctx context.Context) (err error) {
			e, err = a.record.Attend(ctx, newID(), c.Visit, uuid.Nil)
			return err
		})
		there, err := a.record.Attention(a.device.Read(access.With(context.Background(), a.who)), e.ID, "v")
		Expect(err).NotTo(HaveOccurred())
		Expect(there.Draft.Body.Values).To(And(HaveKeyWithValue("motivo", form.OfText("Dolor de garganta")), HaveKeyWithValue("pa", form.OfPressure(118, 76)),
			HaveKeyWithValue("temp", form.OfText("36.6"))))
		kept, err := hce.NewPostgres().EncounterOf(ctx, c.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(e.ID).To(Equal(kept.ID), "one attention, here and there")
	})

	It("arrives with who took it and when, once, and corrects what stands by then", func() {
		ctx := c.as(nurse, accounts.Assistant)
		a := device(ctx, nurse, accounts.Assistant)
		takes(a, figures())
		ops := a.waiting(now.Add(-time.Hour))
		arrive(ctx, ops)
		out, err := entity.Apply(ctx, ops[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Status).To(Equal(offline.Duplicate))
		t, err := c.record.Triage(ctx, c.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(t.Taken).To(HaveLen(len(ops)))
		Expect(t.Values).To(And(HaveKeyWithValue("pa", form.OfPressure(118, 76)), HaveKeyWithValue("tiempo", form.OfSpan("3", "dia"))))
		Expect(t.Taken).To(HaveEach(And(HaveField("TakenBy", nurse.Membership), HaveField("TakenAt", BeTemporally("==", now.Add(-time.Hour))))))
		Expect(t.Encounter.TriagedAt).To(HaveValue(BeTemporally("==", now.Add(-time.Hour))))
		title, err := a.record.TriageDescriber().Title(a.device.Read(access.With(context.Background(), a.who)), ops[0].Operation)
		Expect(err).NotTo(HaveOccurred())
		Expect(title).To(Equal("Triaje de Quispe, Ana"))

		By("two devices that knew nothing of each other")
		other := c.away(true)
		other.who, other.came = access.Who(ctx), true
		takes(other, form.Values{"motivo": form.OfText("Dolor de garganta"), "temp": form.OfText("38.2")})
		arrive(ctx, other.waiting(now.Add(-time.Minute)))
		t, err = c.record.Triage(ctx, c.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(valuesOf(t, "8310-5")).To(Equal([]string{"36.6 °C", "38.2 °C"}))
		Expect(t.Values).To(And(HaveKeyWithValue("temp", form.OfText("38.2")), HaveKeyWithValue("peso", form.OfText("58.4"))), "what only one of them took stays")
		withdrawn := ops[slices.IndexFunc(ops, func(op offline.Received) bool { return valueCode(op.Data) == "8310-5" })]
		withdrawn.Data = changed(withdrawn.Data, map[string]any{"number": nil, "text": hce.Withdrawn, "corrects_id": withdrawn.LocalID})
		withdrawn.LocalID = newID()
		_, err = entity.Apply(ctx, withdrawn)
		Expect(err).To(MatchError(hce.ErrTakenSince), "another value stands by now")
	})

	It("looks at both halves of a pressure, taken together or not", func() {
		ctx := c.as(nurse, accounts.Assistant)
		a := device(ctx, nurse, accounts.Assistant)
		takes(a, form.Values{"motivo": form.OfText("Tos"), "pa": form.OfPressure(90, 60)})
		c.take(ctx, form.Values{"motivo": form.OfText("Tos"), "pa": form.OfPressure(150, 100)})
		ops := a.waiting(now.Add(time.Minute))
		alone := ops[slices.IndexFunc(ops, func(op offline.Received) bool { return valueCode(op.Data) == "8480-6" })]
		alone.LocalID, alone.Data = newID(), changed(alone.Data, map[string]any{"with": nil})
		_, err := entity.Apply(ctx, alone)
		Expect(err).To(MatchError(ContainSubstring("aquí hay 90/100")), "below the diastolic that stands, taken at another moment")
		arrive(ctx, ops)
		t, err := c.record.Triage(ctx, c.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(t.Values).To(HaveKeyWithValue("pa", form.OfPressure(90, 60)), "each half came alone, with the other one named")
	})

	It("is refused as it would be with connection", func() {
		ctx := c.as(nurse, accounts.Assistant)
		a := device(ctx, nurse, accounts.Assistant)
		takes(a, form.Values{"motivo": form.OfText("Tos"), "pa": form.OfPressure(118, 76)})
		var op offline.Received
		for _, one := range a.waiting(now) {
			if valueCode(one.Data) == "8480-6" {
				op = one
			}
		}
		kindOf := func(who context.Context, at time.Time, with map[string]any) fault.Kind {
			GinkgoHelper()
			sent := op
			sent.At, sent.LocalID, sent.Data = at, newID(), changed(op.Data, with)
			_, err := entity.Apply(who, sent)
			Expect(err).To(HaveOccurred())
			return fault.KindOf(err)
		}
		Expect(kindOf(ctx, now, map[string]any{"number": "700"})).To(Equal(fault.Invalid), "no such pressure")
		Expect(kindOf(ctx, now, map[string]any{"code": "otro"})).To(Equal(fault.Invalid))
		Expect(kindOf(ctx, now, map[string]any{"number": nil})).To(Equal(fault.Invalid))
		Expect(kindOf(ctx, now.Add(-24*time.Hour), nil)).To(Equal(fault.Forbidden), "another day")
		Expect(kindOf(c.turned(ctx, nurse, accounts.Receptionist), now, nil)).To(Equal(fault.Forbidden))
		Expect(kindOf(c.turned(ctx, c.Rojas, accounts.Doctor), now, nil)).To(Equal(fault.Forbidden), "a colleague's patient")
		arrive(ctx, []offline.Received{op})
		Expect(kindOf(ctx, now, map[string]any{"code": "8462-4", "number": "150"})).To(Equal(fault.Invalid), "below what was taken with it")
		c.moment = now.Add(26 * time.Hour)
		op.LocalID = newID()
		arrive(ctx, []offline.Received{op}) // what was taken yesterday arrives today
	})
})

// changed is data with other fields.
func changed(data json.RawMessage, with map[string]any) json.RawMessage {
	GinkgoHelper()
	var fields map[string]any
	Expect(json.Unmarshal(data, &fields)).To(Succeed())
	for name, value := range with {
		fields[name] = value
	}
	text, err := json.Marshal(fields)
	Expect(err).NotTo(HaveOccurred())
	return text
}

// valueCode is under which code a value travels.
func valueCode(data json.RawMessage) string {
	var d struct {
		Code string `json:"code"`
	}
	Expect(json.Unmarshal(data, &d)).To(Succeed())
	return d.Code
}
