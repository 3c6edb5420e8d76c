//go:build !js

package hce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// away is the device of Dra. Salas, to whom Ana comes today.
type away struct {
	*clinic
	who    access.Identity
	device *offline.Device
	record *hce.Service
	came   bool     // Ana has arrived
	states []string // what the device's agenda was told
}

func (c *clinic) away(held bool) *away {
	GinkgoHelper()
	a := &away{clinic: c, who: access.Who(c.as(c.Salas, accounts.Doctor))}
	kept := patients.NewOffline()
	register := patients.New(kept, patients.Neighbours{Care: a}, c.now)
	whose := func(context.Context) (access.Identity, error) { return a.who, nil }
	kinds := append(hce.DeviceKinds(register), patients.DeviceKind(kept, nil))
	a.device = offline.NewDevice(offline.NewMemory(), append(kinds, patients.ClinicalKinds(kept, c.agenda, whose)...), c.now)
	a.record = hce.New(hce.NewOffline(a), hce.Neighbours{Patients: register, Colleagues: a, Visits: a, Reads: hce.NoReads{}}, c.now)
	a.arrive("patient", c.Ana, 1, `{"first_name":"Ana","last_name":"Quispe","document_type":"NONE","sex":"F","birth_date":"1990-03-02"}`)
	if held {
		a.arrive("allergy", newID(), 1, fmt.Sprintf(`{"patient_id":%q,"kind":"medicine","substance":"Penicilina","severity":"severe"}`, c.Ana))
		a.arrive("blood_type", c.Ana, 1, fmt.Sprintf(`{"patient_id":%q}`, c.Ana))
	}
	return a
}

// do is one request on the device.
func (a *away) do(work func(ctx context.Context) error) {
	GinkgoHelper()
	ctx, unit := a.device.Begin(access.With(context.Background(), a.who), newID())
	defer unit.Close()
	Expect(work(ctx)).To(Succeed())
	Expect(unit.Commit(ctx)).To(Succeed())
}

func (a *away) arrive(entity string, id uuid.UUID, version int64, data string) {
	GinkgoHelper()
	a.do(func(ctx context.Context) error {
		return offline.From(ctx).Keep(ctx, offline.Object{Entity: entity, ID: id.String(), Version: version, Base: json.RawMessage(data)})
	})
}

// waiting are the operations that wait, as the server would take them up at a moment.
func (a *away) waiting(at time.Time) (list []offline.Received) {
	GinkgoHelper()
	entries, err := a.device.Entries(context.Background(), offline.Pending)
	Expect(err).NotTo(HaveOccurred())
	for _, e := range entries {
		list = append(list, offline.Received{Operation: e.Operation, At: at, Device: "d1"})
	}
	return list
}

func (a *away) Everybody(context.Context) ([]accounts.Member, error) {
	return []accounts.Member{{ID: a.Salas.Membership, UserID: a.Salas.User, Name: "Rosa Salas", Title: "Dr.", College: "CMP", CollegeNumber: "12345",
		Specialty: "medicina_general", Roles: []accounts.Role{accounts.Doctor}, Active: true}}, nil
}
func (a *away) Sites(context.Context) ([]accounts.Site, error) {
	return []accounts.Site{{ID: a.Site}}, nil
}
func (a *away) Clinic(context.Context) (accounts.Clinic, error) {
	return accounts.Clinic{HasLogo: true}, nil
}
func (a *away) Visit(_ context.Context, id uuid.UUID) (hce.Visit, error) {
	return hce.Visit{ID: id, PatientID: a.Ana, DoctorID: a.Salas.Membership, SiteID: a.Site, Start: now, Arrived: a.came}, nil
}
func (a *away) Begin(context.Context, uuid.UUID) error {
	a.states = append(a.states, "in_progress")
	return nil
}
func (a *away) Complete(context.Context, uuid.UUID) error {
	a.states = append(a.states, "completed")
	return nil
}
func (a *away) Cares(_ context.Context, doctor, patient uuid.UUID) (bool, error) {
	return doctor == a.Salas.Membership && patient == a.Ana, nil
}
func (a *away) OwnBooking(context.Context, uuid.UUID, uuid.UUID) (uuid.UUID, error) {
	return uuid.Nil, fault.ErrNotFound
}
func (a *away) ArrivedToday(context.Context, uuid.UUID, uuid.UUID) (bool, error) { return a.came, nil }
func (a *away) ArrivedVisit(context.Context, uuid.UUID, uuid.UUID) (uuid.UUID, error) {
	return a.clinic.Visit, nil
}
func (a *away) ComingOf(context.Context, []uuid.UUID) ([]patients.Visit, error) { return nil, nil }
func (a *away) TodayWith(context.Context, uuid.UUID, uuid.UUID) (uuid.UUID, error) {
	return uuid.Nil, fault.ErrNotFound
}

// amoxicillin is a line that says enough.
func amoxicillin() hce.Prescribed {
	item := prescribing.Item{DCI: "Amoxicilina", Strength: "500 mg", Form: "tableta", Route: "oral"}
	item.Dose = prescribing.Amount{Value: decimal.NewFromInt(1), Unit: "tableta"}
	item.Frequency = prescribing.Frequency{Kind: prescribing.EveryHours, Number: 8}
	item.Duration = prescribing.Duration{Value: 7, Unit: prescribing.Days}
	item.Quantity = prescribing.Amount{Value: decimal.NewFromInt(21), Unit: "tableta"}
	return hce.Prescribed{Item: item}
}

var _ = Describe("attending on a device", func() {
	const window = "ventana-1"
	var c *clinic
	BeforeEach(func() { c = norte() })

	// typed is a save of a window.
	typed := func(e, draft uuid.UUID, seen int64, text string) hce.Saving {
		body := written()
		body.Values["relato"] = form.OfText(text)
		return hce.Saving{EncounterID: e, DraftID: draft, Seen: seen, Holder: window, TemplateID: "consulta-general", Version: 1, Body: body}
	}
	begin := func(a *away) (e hce.Encounter) {
		a.do(func(ctx context.Context) (err error) {
			e, err = a.record.Attend(ctx, newID(), c.Visit, uuid.Nil)
			return err
		})
		return e
	}
	save := func(a *away, in hce.Saving) (d hce.Draft) {
		a.do(func(ctx context.Context) (err error) {
			d, err = a.record.SaveDraft(ctx, in)
			return err
		})
		return d
	}

	It("closes unsigned, prescribes against what is held, and arrives as it was closed", func() {
		a := c.away(true)
		e, draft := begin(a), newID()
		d := save(a, typed(e.ID, draft, 0, "Uno"))
		in := typed(e.ID, draft, d.Version, "Dos")
		in.Body.Items = []hce.Prescribed{amoxicillin()}
		d = save(a, in)
		Expect(a.waiting(now)).To(HaveLen(1), "what is written every few seconds is one operation")

		ctx := a.device.Read(access.With(context.Background(), a.who))
		r, err := a.record.Review(ctx, e.ID, window)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Problems).To(HaveKey("rx.0.reason"), "a class of penicillins")
		in.Seen, in.Body.Items[0].Reason = d.Version, "La tolera según su alergólogo"
		d = save(a, in)
		var closed hce.Closed
		a.do(func(ctx context.Context) (err error) {
			closed, err = a.record.Close(ctx, e.ID, d.Version, window, hce.Proof{})
			return err
		})
		Expect(closed.Signed).To(BeFalse())
		Expect(closed.Records).To(HaveLen(2))
		Expect(a.states).To(Equal([]string{"in_progress", "completed"}))
		ctx = a.device.Read(access.With(context.Background(), a.who))
		waiting, _, err := a.record.Waiting(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(waiting).To(HaveLen(2))
		_, err = a.record.Sign(ctx, []uuid.UUID{draft}, hce.Proof{})
		Expect(fault.KindOf(err)).To(Equal(fault.Unavailable))

		server := c.as(c.Salas, accounts.Doctor)
		ops := a.waiting(now)
		Expect(ops).To(HaveLen(2), "the draft says nothing any more")
		for _, op := range ops {
			out, err := hce.SyncRecords(c.record, c.agenda).Apply(server, op)
			Expect(err).NotTo(HaveOccurred())
			Expect(out.Status).To(Equal(offline.Created))
		}
		there, err := hce.NewPostgres().RecordsIn(server, []uuid.UUID{e.ID})
		Expect(err).NotTo(HaveOccurred())
		Expect(there).To(HaveLen(2))
		Expect(slices.ContainsFunc(there, func(r hce.Record) bool { return r.ID == draft && r.Offline && !r.Signed() })).To(BeTrue())
		Expect(c.agenda.states[c.Visit]).To(Equal("completed"))
	})

	It("stops every line where the allergies are not held", func() {
		a := c.away(false)
		e := begin(a)
		in := typed(e.ID, newID(), 0, "x")
		in.Body.Items = []hce.Prescribed{amoxicillin()}
		save(a, in)
		r, err := a.record.Review(a.device.Read(access.With(context.Background(), a.who)), e.ID, window)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Frame.Alerts).To(BeTrue())
		Expect(r.Checked.Of(0).Findings[0].Why).To(ContainSubstring("no se revisaron"))
		Expect(r.Problems).To(HaveKey("rx.0.reason"))
	})

	It("goes on with a note when the line goes in the middle of it, and gives it back", func() {
		a, server := c.away(true), c.as(c.Salas, accounts.Doctor)
		drafts := hce.SyncDrafts(c.record)
		e, err := c.record.Attend(server, newID(), c.Visit, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		draft := newID()
		kept, err := c.record.SaveDraft(server, typed(e.ID, draft, 0, "Con línea"))
		Expect(err).NotTo(HaveOccurred())

		begun := hce.Begun{ID: e.ID, PatientID: c.Ana, AppointmentID: &c.Visit, StartedAt: *e.StartedAt}
		a.do(func(ctx context.Context) error { return a.record.Adopt(ctx, begun) })
		a.do(func(ctx context.Context) error {
			return a.record.CopyDraft(ctx, typed(e.ID, draft, 0, "Con línea"), kept.Version)
		})
		Expect(a.waiting(now)).To(BeEmpty(), "a copy is the server's")
		c.moment = now.Add(time.Minute)
		d := save(a, typed(e.ID, draft, kept.Version, "Sin línea"))
		Expect(d.Version).To(BeNumerically(">", kept.Version))
		a.do(func(ctx context.Context) error { // late news of the server do not write over what waits
			return a.record.CopyDraft(ctx, typed(e.ID, draft, 0, "Con línea"), kept.Version)
		})
		ops := a.waiting(c.moment)
		Expect(ops).To(HaveLen(1))
		out, err := drafts.Apply(server, ops[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Status).To(Equal(offline.Updated))
		there, err := hce.NewPostgres().Draft(server, e.ID, c.Salas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(there.Body.Values["relato"].Text).To(Equal("Sin línea"))
		c.moment = now.Add(2 * time.Minute)
		there, err = c.record.SaveDraft(server, typed(e.ID, draft, d.Version, "De nuevo con línea"))
		Expect(err).NotTo(HaveOccurred(), "the window knows an edition that the device made")
		out, err = drafts.Apply(server, ops[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Status).To(Equal(offline.Duplicate), "the window wrote on")

		page, _, err := drafts.Page(server, offline.Window{}, "", 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(page).To(HaveLen(1))
		fresh := c.away(true)
		fresh.arrive("record_draft", page[0].ID, page[0].Version, string(page[0].Data))
		opened, err := fresh.record.Attention(fresh.device.Read(access.With(context.Background(), fresh.who)), e.ID, window)
		Expect(err).NotTo(HaveOccurred(), "a device that was given the draft has its attention")
		Expect(opened.Draft.Body.Values["relato"].Text).To(Equal("De nuevo con línea"))
		Expect(drafts.Count(c.as(c.Rojas, accounts.Doctor), offline.Window{})).To(BeZero())
		Expect(drafts.Count(access.With(server, access.Identity{MembershipID: c.Salas.Membership, Permissions: accounts.PermissionsOf([]accounts.Role{accounts.Assistant})}), offline.Window{})).To(BeZero())

		other := typed(e.ID, draft, there.Version, "Otra ventana")
		other.Holder, other.Takeover = "ventana-2", true
		_, err = c.record.SaveDraft(server, other)
		Expect(err).NotTo(HaveOccurred())
		for range 2 { // the answer may be lost
			out, err = drafts.Apply(server, ops[0])
			Expect(err).NotTo(HaveOccurred())
			Expect(out.Status).To(Equal(offline.Duplicate), "what another window wrote is not written over")
		}
		beside, err := c.record.Asides(server, e.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(beside).To(HaveLen(1), "it stands beside the note")
		Expect(beside[0].Parts).To(ConsistOf(HaveField("Value", "Sin línea")))
		aside := hce.SyncAsides(c.record)
		brought, _, err := aside.Page(server, offline.Window{}, "", 10)
		Expect(err).NotTo(HaveOccurred())
		with, err := aside.With(server, brought)
		Expect(err).NotTo(HaveOccurred())
		Expect(with[brought[0].ID]).To(Equal([]offline.Ref{{Kind: "record_draft", ID: draft.String()}}), "with the note as it stands")
		Expect(aside.Count(c.as(c.Rojas, accounts.Doctor), offline.Window{})).To(BeZero())
		page, _, err = drafts.Page(server, offline.Window{}, "", 10)
		Expect(err).NotTo(HaveOccurred())
		fresh.arrive("record_draft", page[0].ID, page[0].Version, string(page[0].Data))
		fresh.arrive("record_aside", brought[0].ID, brought[0].Version, string(brought[0].Data))
		there2 := fresh.device.Read(access.With(context.Background(), fresh.who))
		both, err := fresh.record.Attention(there2, e.ID, window)
		Expect(err).NotTo(HaveOccurred())
		Expect(both.Draft.Body.Values["relato"].Text).To(Equal("Otra ventana"))
		Expect(fresh.record.Asides(there2, e.ID)).To(HaveExactElements(HaveField("Parts", ConsistOf(HaveField("Value", "Sin línea")))))
		fresh.do(func(ctx context.Context) error { return fresh.record.DismissAside(ctx, e.ID, brought[0].ID) })
		_, err = aside.Apply(server, fresh.waiting(c.moment)[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(c.record.Asides(server, e.ID)).To(BeEmpty())
		described, err := a.record.DraftDescriber().Fields(a.device.Read(access.With(context.Background(), a.who)), ops[0].Data)
		Expect(err).NotTo(HaveOccurred())
		Expect(described).To(ContainElement(HaveField("Value", "Sin línea")), "and its author can read it")
	})

	It("never takes an edition of its own for the server's, so that nothing kept elsewhere is written over", func() {
		a, server := c.away(true), c.as(c.Salas, accounts.Doctor)
		e, draft := begin(a), newID()
		begun := hce.Begun{ID: e.ID, PatientID: c.Ana, AppointmentID: &c.Visit, StartedAt: *e.StartedAt}
		Expect(c.record.Adopt(server, begun)).To(Succeed())
		first, err := c.record.SaveDraft(server, typed(e.ID, draft, 0, "Uno"))
		Expect(err).NotTo(HaveOccurred())
		d := save(a, typed(e.ID, draft, first.Version, "Sin línea"))
		d = save(a, typed(e.ID, draft, d.Version, "Sin línea, más"))
		other := typed(e.ID, draft, first.Version, "Del otro equipo")
		other.Holder, other.Takeover = "ventana-2", true
		for range 3 { // as many editions as the device made, and one more
			kept, err := c.record.SaveDraft(server, other)
			Expect(err).NotTo(HaveOccurred())
			Expect(d.Version).NotTo(Equal(kept.Version))
			other.Seen = kept.Version
		}
		c.moment = now.Add(time.Hour) // nobody holds it any more
		_, err = c.record.SaveDraft(server, typed(e.ID, draft, d.Version, "Sin línea, más"))
		Expect(err).To(MatchError(hce.ErrStaleDraft))
		_, err = hce.SyncDrafts(c.record).Apply(server, a.waiting(c.moment)[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(c.record.Asides(server, e.ID)).To(HaveExactElements(HaveField("Parts", ConsistOf(HaveField("Value", "Sin línea, más")))))
		there, err := hce.NewPostgres().Draft(server, e.ID, c.Salas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(there.Body.Values["relato"].Text).To(Equal("Del otro equipo"))
	})

	It("lets an attention that began on a device go on with the server, by its draft or by its page", func() {
		a, server := c.away(true), c.as(c.Salas, accounts.Doctor)
		e, draft := begin(a), newID()
		d := save(a, typed(e.ID, draft, 0, "Uno"))
		d = save(a, typed(e.ID, draft, d.Version, "Dos"))
		begun := hce.Begun{ID: e.ID, PatientID: c.Ana, AppointmentID: &c.Visit, StartedAt: *e.StartedAt}
		Expect(c.record.Adopt(c.as(c.Rojas, accounts.Doctor), begun)).NotTo(Succeed(), "a colleague's appointment")
		Expect(c.record.Adopt(server, begun)).To(Succeed())
		kept, err := c.record.SaveDraft(server, typed(e.ID, draft, d.Version, "Tres"))
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Version).To(Equal(int64(1)))
		out, err := hce.SyncDrafts(c.record).Apply(server, a.waiting(now.Add(-time.Minute))[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Status).To(Equal(offline.Duplicate))
		begun.ID = newID()
		Expect(fault.KindOf(c.record.Adopt(server, begun))).To(Equal(fault.Conflict), "the appointment has its attention")
	})
})
