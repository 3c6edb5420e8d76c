//go:build !js

package hce_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// save keeps what was written in the window "a".
func (c *clinic) save(ctx context.Context, e hce.Encounter, seen int64, body hce.DraftBody) hce.Draft {
	GinkgoHelper()
	a, err := c.record.Attention(ctx, e.ID, "a")
	Expect(err).NotTo(HaveOccurred())
	d, err := c.record.SaveDraft(ctx, hce.Saving{
		EncounterID: e.ID, DraftID: a.Draft.ID, Seen: seen, Holder: "a", TemplateID: a.Template.ID, Version: a.Template.Version, Body: body,
	})
	Expect(err).NotTo(HaveOccurred())
	return d
}

func (c *clinic) attend(ctx context.Context) hce.Encounter {
	GinkgoHelper()
	e, err := c.record.Attend(ctx, newID(), c.Visit, uuid.Nil)
	Expect(err).NotTo(HaveOccurred())
	return e
}

// closed attends, writes and signs.
func (c *clinic) closed(ctx context.Context) hce.Record {
	GinkgoHelper()
	e := c.attend(ctx)
	d := c.save(ctx, e, 0, written())
	done, err := c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
	Expect(err).NotTo(HaveOccurred())
	return done.Records[0]
}

var _ = Describe("a note", func() {
	var (
		c   *clinic
		ctx context.Context
	)
	BeforeEach(func() {
		c = norte()
		ctx = c.as(c.Salas, accounts.Doctor)
	})

	It("begins with the appointment, is kept as a draft, and ends signed with the attention and the appointment closed", func() {
		e := c.attend(ctx)
		Expect(e.PatientID).To(Equal(c.Ana))
		Expect(c.agenda.states[c.Visit]).To(Equal("in_progress"))
		again, err := c.record.Attend(ctx, newID(), c.Visit, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.ID).To(Equal(e.ID), "a second tap goes on with the first attention")

		d := c.save(ctx, e, 0, written())
		a, err := c.record.Attention(ctx, e.ID, "a")
		Expect(err).NotTo(HaveOccurred())
		Expect(a.Draft.Body.Values["motivo"].Text).To(Equal("Dolor de garganta"))
		Expect(a.Template.ID).To(Equal("consulta-general"))

		done, err := c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Signed).To(BeTrue())
		Expect(c.agenda.states[c.Visit]).To(Equal("completed"))

		r, err := hce.NewPostgres().Record(ctx, done.Records[0].ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.ID).To(Equal(d.ID), "the record has the draft's id")
		Expect(r.Author.License()).To(Equal("CMP 12345"))
		hash := sha256.Sum256([]byte(r.Body))
		Expect(r.Hash).To(Equal(hash[:]))
		text, err := hce.SignedText(c.ID, r.ID, r.Hash, r.Author, r.SignedAt())
		Expect(err).NotTo(HaveOccurred())
		Expect(ed25519.Verify(c.keys.byUser[c.Salas.User].Public().(ed25519.PublicKey), text, r.Signatures[0].Bytes)).To(BeTrue())
		var values form.Values
		Expect(json.Unmarshal(r.Content, &values)).To(Succeed())
		Expect(values["temp"].Text).To(Equal("38.2"))

		observed, err := hce.NewPostgres().ObservedIn(ctx, []uuid.UUID{e.ID})
		Expect(err).NotTo(HaveOccurred())
		codes := map[string]string{}
		for _, o := range observed {
			codes[o.Code] = o.Value.Decimal.String()
		}
		Expect(codes).To(HaveKeyWithValue("8480-6", "118"))
		Expect(codes).To(HaveKeyWithValue("8310-5", "38.2"))
		_, err = c.record.Attention(ctx, e.ID, "a")
		Expect(err).NotTo(HaveOccurred())
		_, err = c.record.SaveDraft(ctx, hce.Saving{EncounterID: e.ID, DraftID: newID(), TemplateID: "consulta-general", Version: 1, Holder: "a"})
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict), "a closed attention takes nothing more")
	})

	DescribeTable("is not signed", func(field string, spoil func(*hce.DraftBody), proof hce.Proof) {
		e := c.attend(ctx)
		body := written()
		spoil(&body)
		d := c.save(ctx, e, 0, body)
		_, err := c.record.Close(ctx, e.ID, d.Version, "a", proof)
		problems, refused := fault.Fields(err)
		Expect(refused).To(BeTrue(), "%v", err)
		Expect(problems).To(HaveKey(field))
		kept, err := c.record.Attention(ctx, e.ID, "a")
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Draft.Version).To(Equal(d.Version), "the draft stays")
		Expect(c.agenda.states[c.Visit]).To(Equal("in_progress"))
	},
		Entry("empty", "", func(b *hce.DraftBody) { b.Values = form.Values{} }, hce.Proof{Code: "123456"}),
		Entry("without a diagnosis", "diagnosticos", func(b *hce.DraftBody) { b.Diagnoses = nil }, hce.Proof{Code: "123456"}),
		Entry("with a diagnosis of no kind", "diagnosticos", func(b *hce.DraftBody) { b.Diagnoses[0].Kind = "" }, hce.Proof{Code: "123456"}),
		Entry("with an impossible temperature", "f.temp", func(b *hce.DraftBody) { b.Values["temp"] = form.OfText("73") }, hce.Proof{Code: "123456"}),
		Entry("with a systolic pressure below the diastolic", "f.pa", func(b *hce.DraftBody) { b.Values["pa"] = form.OfPressure(70, 90) }, hce.Proof{Code: "123456"}),
		Entry("with an improbable temperature that nobody confirmed", "f.temp", func(b *hce.DraftBody) { b.Values["temp"] = form.OfText("41.8") }, hce.Proof{Code: "123456"}),
		Entry("without a proof", "code", func(*hce.DraftBody) {}, hce.Proof{}),
		Entry("with a wrong code", "code", func(*hce.DraftBody) {}, hce.Proof{Code: "000000"}),
	)

	It("loses nothing to a second window", func() {
		e := c.attend(ctx)
		d := c.save(ctx, e, 0, written())
		b, err := c.record.Attention(ctx, e.ID, "b")
		Expect(err).NotTo(HaveOccurred())
		Expect(b.Elsewhere).To(BeTrue(), "the second window reads")
		saving := hce.Saving{EncounterID: e.ID, DraftID: d.ID, Seen: d.Version, Holder: "b", TemplateID: d.TemplateID, Version: d.TemplateVersion, Body: written()}
		_, err = c.record.SaveDraft(ctx, saving)
		Expect(err).To(Equal(hce.ErrStaleDraft))
		saving.Takeover = true
		taken, err := c.record.SaveDraft(ctx, saving)
		Expect(err).NotTo(HaveOccurred())
		_, err = c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		Expect(err).To(Equal(hce.ErrStaleDraft), "the first window signs nothing that it has not seen")
		_, err = c.record.Close(ctx, e.ID, taken.Version, "b", hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
	})

	It("is corrected by an addendum of its author alone, and stays as it was", func() {
		r := c.closed(ctx)
		added, err := c.record.Amend(ctx, newID(), r.ID, "La fiebre empezó hace dos días.", hce.Proof{})
		Expect(err).NotTo(HaveOccurred())
		Expect(added.Signed()).To(BeTrue())
		amending, err := hce.NewPostgres().Amending(ctx, []uuid.UUID{r.ID})
		Expect(err).NotTo(HaveOccurred())
		Expect(amending).To(HaveLen(1))
		kept, err := hce.NewPostgres().Record(ctx, r.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Body).To(Equal(r.Body))

		_, err = c.record.Amend(ctx, newID(), added.ID, "Sobre la adenda.", hce.Proof{})
		Expect(fault.KindOf(err)).To(Equal(fault.Invalid))
		err = database.Savepoint(ctx, func(ctx context.Context) error {
			return database.From(ctx).Exec("update medical_records set body = body || ' '").Error
		})
		Expect(err).To(HaveOccurred(), "nobody changes what is written")
		rojas := c.as(c.Rojas, accounts.Doctor)
		_, err = c.record.Amend(rojas, newID(), r.ID, "De otro.", hce.Proof{})
		Expect(err).To(HaveOccurred())
	})
})

var _ = Describe("a history", func() {
	It("is found by what was added and by codes without their dot, and wears no shield over what somebody changed", func() {
		c := norte()
		ctx := c.as(c.Salas, accounts.Doctor)
		note := c.closed(ctx)
		Expect(c.record.Amend(ctx, newID(), note.ID, "Madre refiere alergia al látex", hce.Proof{})).Error().NotTo(HaveOccurred())
		found := func(f hce.Filter) []hce.Entry {
			_, list, _, err := c.record.History(ctx, c.Ana, f)
			Expect(err).NotTo(HaveOccurred())
			return list
		}
		Expect(found(hce.Filter{Text: "latex garganta"})).To(HaveLen(1))
		Expect(found(hce.Filter{Text: "penicilina"})).To(BeEmpty())
		Expect(found(hce.Filter{Code: "j029"})).To(HaveLen(1))
		Expect(found(hce.Filter{})[0].Broken).To(BeFalse())
		delete(c.keys.byUser, c.Salas.User)
		Expect(found(hce.Filter{})[0].Broken).To(BeTrue(), "its signature is nobody's")
		Expect(found(hce.Filter{})[0].Amending[0].Broken).To(BeTrue())
	})
})

var _ = Describe("who sees a record", func() {
	It("is the doctor who attends, and another one only in an emergency that is told", func() {
		c := norte()
		_, err := c.record.Open(c.as(c.Salas, accounts.Doctor), c.Ana)
		Expect(err).NotTo(HaveOccurred())
		for _, role := range []accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.Assistant, accounts.ClinicAdmin} {
			_, err := c.record.Open(c.as(c.Rojas, role), c.Ana)
			Expect(fault.KindOf(err)).To(Equal(fault.Forbidden), "%s", role)
			Expect(err).NotTo(Equal(hce.ErrNotYours))
		}
		rojas := c.as(c.Rojas, accounts.Doctor)
		_, err = c.record.Open(rojas, c.Ana)
		Expect(err).To(Equal(hce.ErrNotYours))
		Expect(fault.KindOf(c.record.BreakGlass(rojas, newID(), c.Ana, "corto"))).To(Equal(fault.Invalid))
		id := newID()
		Expect(c.record.BreakGlass(rojas, id, c.Ana, "Llegó inconsciente a la sede")).To(Succeed())
		Expect(c.record.BreakGlass(rojas, id, c.Ana, "Llegó inconsciente a la sede")).To(Succeed())
		Expect(c.breaches).To(HaveLen(1))
		look, err := c.record.Open(rojas, c.Ana)
		Expect(err).NotTo(HaveOccurred())
		Expect(look.Emergency.Reason).To(Equal("Llegó inconsciente a la sede"))

		admin := access.With(rojas, access.Identity{MembershipID: c.Rojas.Membership, Permissions: accounts.PermissionsOf([]accounts.Role{accounts.ClinicAdmin})})
		n, late, err := c.record.CountEmergencies(admin)
		Expect(err).NotTo(HaveOccurred())
		Expect(n).To(Equal(1), "the administration sees that one waits")
		Expect(late).To(BeTrue())
		n, _, err = c.record.CountEmergencies(rojas)
		Expect(err).NotTo(HaveOccurred())
		Expect(n).To(BeZero())

		c.moment = now.Add(hce.EmergencyHours * 60 * 60 * 1e9)
		_, err = c.record.Open(rojas, c.Ana)
		Expect(err).To(Equal(hce.ErrNotYours), "after four hours it is closed again")
	})

	It("stays an emergency while nothing was written in the attention that began in it", func() {
		c := norte()
		rojas := c.as(c.Rojas, accounts.Doctor)
		Expect(c.record.BreakGlass(rojas, newID(), c.Ana, "Llegó inconsciente a la sede")).To(Succeed())
		e, err := c.record.Attend(rojas, newID(), uuid.Nil, c.Ana)
		Expect(err).NotTo(HaveOccurred())
		look, err := c.record.Open(rojas, c.Ana)
		Expect(err).NotTo(HaveOccurred())
		Expect(look.Emergency).NotTo(BeNil(), "the banner stays")
		Expect(c.record.OpenWhole(rojas, c.Ana)).Error().To(Equal(hce.ErrCopyInEmergency))
		c.moment = now.Add(hce.EmergencyHours * time.Hour)
		Expect(c.record.Open(rojas, c.Ana)).Error().To(Equal(hce.ErrNotYours))

		c.moment = now.Add(time.Hour)
		d := c.save(rojas, e, 0, written())
		Expect(c.record.Close(rojas, e.ID, d.Version, "a", hce.Proof{Code: "123456"})).Error().NotTo(HaveOccurred())
		c.moment = now.Add(hce.EmergencyHours * time.Hour)
		look, err = c.record.Open(rojas, c.Ana)
		Expect(err).NotTo(HaveOccurred())
		Expect(look.Emergency).To(BeNil(), "whoever wrote of somebody answers for it")
	})

	It("is opened by no hour that a doctor gives to themselves, and the administration is told of one the patient came to", func() {
		c := norte()
		own := c.appointment(c.Rojas)
		c.exec("update appointments set booked_by = doctor_id where id = $1", own)
		salas := c.as(c.Salas, accounts.Doctor)
		c.closed(salas)
		who := access.Who(salas)
		who.MembershipID, who.UserID = c.Rojas.Membership, c.Rojas.User
		rojas := access.With(salas, who)
		Expect(c.record.Open(rojas, c.Ana)).Error().To(Equal(hce.ErrNotYours))
		Expect(c.record.Attend(rojas, newID(), own, uuid.Nil)).Error().To(Equal(hce.ErrNotYours))
		Expect(c.breaches).To(BeEmpty())

		c.exec("update appointments set arrived_at = start_time where id = $1", own)
		for range 2 {
			look, err := c.record.Open(rojas, c.Ana)
			Expect(err).NotTo(HaveOccurred())
			Expect(look.Emergency).To(BeNil())
		}
		Expect(c.breaches).To(HaveLen(1), "once")
		admin := access.With(rojas, access.Identity{MembershipID: c.Rojas.Membership, Permissions: accounts.PermissionsOf([]accounts.Role{accounts.ClinicAdmin})})
		list, err := c.record.Emergencies(admin, 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(HaveLen(1))
		Expect(list[0].Reason).To(Equal("Cita que se dio a sí mismo"))
		Expect(list[0].AppointmentID).To(Equal(&own))
		Expect(c.record.Open(salas, c.Ana)).Error().NotTo(HaveOccurred())
		Expect(c.breaches).To(HaveLen(1), "whoever wrote there is told of to nobody")
	})

	It("comes to a doctor whom the administration assigns", func() {
		c := norte()
		ctx := c.as(c.Rojas, accounts.Doctor, accounts.ClinicAdmin)
		Expect(c.record.Assign(ctx, hce.Assignment{ID: newID(), PatientID: c.Ana, DoctorID: c.Rojas.Membership, Reason: "Reemplazo"})).To(Succeed())
		_, err := c.record.Open(ctx, c.Ana)
		Expect(err).NotTo(HaveOccurred())
	})
})
