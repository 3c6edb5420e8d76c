//go:build !js

package hce_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// PatientsOf are the people with an appointment with the professional (zero: with anybody) in those days, as the agenda tells it.
func (a *agendaOfSpec) PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error) {
	var people []uuid.UUID
	err := database.From(ctx).Raw(`select distinct patient_id from appointments where (? or doctor_id = ?) and status <> 'cancelled'
		and start_time >= ? and start_time < ?`, doctor == uuid.Nil, doctor, from, to).Scan(&people).Error
	return people, err
}

var _ = Describe("records on devices", func() {
	var (
		c      *clinic
		entity hce.RecordSync
		window offline.Window
	)
	BeforeEach(func() {
		c = norte()
		entity = hce.SyncRecords(c.record, c.agenda)
		window = offline.WindowAt(now, time.FixedZone("America/Lima", -5*60*60))
	})

	// sent is a note as a device writes it of Ana's appointment.
	sent := func(id uuid.UUID, change func(data map[string]any)) offline.Received {
		data := map[string]any{
			"encounter":   map[string]any{"id": newID(), "appointment_id": c.Visit, "started_at": now.Add(-20 * time.Minute), "ended_at": now},
			"patient_id":  c.Ana,
			"record_type": "note", "template_id": "consulta-general", "template_version": 1,
			"diagnoses": []map[string]string{{"code": "J02.9", "title": "Faringitis aguda, no especificada", "kind": "P"}},
			"content":   map[string]any{"motivo": "Dolor de garganta", "temp": "38.2"}, "amends_id": nil, "written_at": now,
		}
		if change != nil {
			change(data)
		}
		text, err := json.Marshal(data)
		Expect(err).NotTo(HaveOccurred())
		return offline.Received{Operation: offline.Operation{Entity: "record", Action: offline.Create, LocalID: id, Data: text}, At: now.Add(-time.Hour), Device: "d1"}
	}

	It("arrive unsigned, once, with their attention closed, and wait for their author", func() {
		ctx, id := c.as(c.Salas, accounts.Doctor), newID()
		op := sent(id, nil)
		out, err := entity.Apply(ctx, op)
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Status).To(Equal(offline.Created))
		out, err = entity.Apply(ctx, op)
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Status).To(Equal(offline.Duplicate))

		r, err := hce.NewPostgres().Record(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Offline).To(BeTrue())
		Expect(r.Signed()).To(BeFalse())
		Expect(r.WrittenAt).To(BeTemporally("==", now.Add(-time.Hour)))
		Expect(r.ReceivedAt).To(BeTemporally("==", now))
		Expect(c.agenda.states[c.Visit]).To(Equal("completed"))
		observed, err := hce.NewPostgres().ObservedIn(ctx, []uuid.UUID{r.EncounterID})
		Expect(err).NotTo(HaveOccurred())
		Expect(slices.ContainsFunc(observed, func(o hce.Observed) bool { return o.Code == "8310-5" })).To(BeTrue())

		waiting, err := hce.NewPostgres().Unsigned(ctx, c.Salas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(waiting).To(HaveLen(1))
		signed, err := c.record.Sign(ctx, []uuid.UUID{id}, hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
		Expect(signed[0].Signed()).To(BeTrue())
	})

	It("stand beside the note that another window made of the same draft meanwhile", func() {
		ctx, id := c.as(c.Salas, accounts.Doctor), newID()
		first := sent(id, nil)
		_, err := entity.Apply(ctx, first)
		Expect(err).NotTo(HaveOccurred())
		var encounter map[string]any
		Expect(json.Unmarshal(first.Data, &encounter)).To(Succeed())
		second := sent(id, func(d map[string]any) {
			d["encounter"] = encounter["encounter"]
			d["content"] = map[string]any{"motivo": "Lo escrito sin conexión"}
		})
		for _, want := range []offline.Status{offline.Created, offline.Duplicate} {
			out, err := entity.Apply(ctx, second)
			Expect(err).NotTo(HaveOccurred())
			Expect(out.Status).To(Equal(want))
		}
		there, err := hce.NewPostgres().Unsigned(ctx, c.Salas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(there).To(HaveLen(2), "neither is lost, and its author signs or annuls each")
	})

	DescribeTable("are refused with their reason", func(as func() context.Context, change func(map[string]any), kind fault.Kind) {
		_, err := entity.Apply(as(), sent(newID(), change))
		Expect(fault.KindOf(err)).To(Equal(kind), "%v", err)
	},
		Entry("for somebody who is no doctor", func() context.Context { return c.as(c.Salas, accounts.Receptionist) }, nil, fault.Forbidden),
		Entry("for a colleague's appointment", func() context.Context { return c.as(c.Rojas, accounts.Doctor) }, nil, fault.Conflict),
		Entry("under an own appointment with another patient", func() context.Context { return c.as(c.Salas, accounts.Doctor) },
			func(d map[string]any) { d["patient_id"] = c.stranger() }, fault.Invalid),
		Entry("under an hour that the doctor gave to themselves, to which nobody came", func() context.Context {
			c.exec("update appointments set booked_by = doctor_id where id = $1", c.Visit)
			return c.as(c.Salas, accounts.Doctor)
		}, nil, fault.Forbidden),
		Entry("with an impossible figure", func() context.Context { return c.as(c.Salas, accounts.Doctor) },
			func(d map[string]any) { d["content"] = map[string]any{"motivo": "x", "temp": "73"} }, fault.Invalid),
		Entry("with nothing in them", func() context.Context { return c.as(c.Salas, accounts.Doctor) },
			func(d map[string]any) { d["content"] = map[string]any{} }, fault.Invalid),
		Entry("of a template that is not there", func() context.Context { return c.as(c.Salas, accounts.Doctor) },
			func(d map[string]any) { d["template_id"] = "ninguna" }, fault.Invalid),
	)

	It("are kept as every other door keeps them, or refused with words", func() {
		c.record.Codes = codes
		ctx, id := c.as(c.Salas, accounts.Doctor), newID()
		diagnosis := func(code, title, kind string) func(map[string]any) {
			return func(d map[string]any) {
				d["diagnoses"] = []map[string]string{{"code": code, "title": title, "kind": kind}}
			}
		}
		for name, change := range map[string]func(map[string]any){
			"none": func(d map[string]any) { d["diagnoses"] = []any{} }, "no such code": diagnosis("ZZZ", "Nada", "P"), "no such kind": diagnosis("J02.9", "Faringitis", "Q"),
		} {
			_, err := entity.Apply(ctx, sent(newID(), change))
			Expect(fault.KindOf(err)).To(Equal(fault.Invalid), name)
		}
		visit := map[string]any{"id": newID(), "appointment_id": c.Visit, "started_at": now.Add(-20 * time.Minute), "ended_at": now}
		note := sent(id, func(d map[string]any) {
			diagnosis("J02.9", "Tumor maligno FALSO", "P")(d)
			d["encounter"] = visit
		})
		Expect(entity.Apply(ctx, note)).To(HaveField("Status", offline.Created))
		Expect(entity.Apply(ctx, note)).To(HaveField("Status", offline.Duplicate))
		r, err := hce.NewPostgres().Record(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Diagnoses[0].Title).To(HavePrefix("Faringitis aguda"))

		add := func(kind string, amends uuid.UUID, content map[string]string) offline.Received {
			return sent(newID(), func(d map[string]any) {
				d["encounter"], d["record_type"], d["diagnoses"], d["template_id"], d["template_version"] = visit, kind, []any{}, "", 0
				d["content"], d["amends_id"] = content, amends
			})
		}
		good := add("addendum", id, map[string]string{"texto": "Trae radiografía."})
		Expect(entity.Apply(ctx, good)).To(HaveField("Status", offline.Created))
		for name, op := range map[string]offline.Received{
			"empty": add("addendum", id, map[string]string{}), "endless": add("addendum", id, map[string]string{"texto": strings.Repeat("a", 20_001)}),
			"of an addendum": add("addendum", good.LocalID, map[string]string{"texto": "Otra"}), "hardly a reason": add("annulment", id, map[string]string{"motivo": "x"}),
		} {
			_, err := entity.Apply(ctx, op)
			Expect(fault.KindOf(err)).To(Equal(fault.Invalid), name)
		}
		Expect(entity.Apply(ctx, add("annulment", id, map[string]string{"motivo": "Era otra persona"}))).To(HaveField("Status", offline.Created))
		Expect(entity.Apply(ctx, good)).To(HaveField("Status", offline.Duplicate), "what came before the annulment is known")
		_, err = entity.Apply(ctx, add("addendum", id, map[string]string{"texto": "Tarde"}))
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
		observed, err := hce.NewPostgres().ObservedOf(ctx, hce.ObservedRange{Patients: []uuid.UUID{c.Ana}})
		Expect(err).NotTo(HaveOccurred())
		Expect(observed).To(BeEmpty(), "what stood in an annulled note is no value of hers")
	})

	It("wait for a patient who has not arrived", func() {
		_, err := entity.Apply(c.as(c.Salas, accounts.Doctor), sent(newID(), func(d map[string]any) { d["patient_id"] = newID() }))
		var missing *offline.Missing
		Expect(err).To(BeAssignableToTypeOf(missing))
	})

	It("are held by the doctor who attends alone, and read there as on the server", func() {
		ctx := c.as(c.Salas, accounts.Doctor)
		written := c.closed(ctx)
		page, next, err := entity.Page(ctx, window, "", 100)
		Expect(err).NotTo(HaveOccurred())
		Expect(next).To(BeEmpty())
		Expect(page).To(HaveLen(1))
		Expect(entity.Count(ctx, window)).To(Equal(1))
		beside, err := entity.Beside(ctx, []uuid.UUID{c.Ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(beside[c.Ana]).To(HaveLen(1))
		others := access.With(ctx, access.Identity{MembershipID: c.Rojas.Membership, Permissions: accounts.PermissionsOf([]accounts.Role{accounts.Doctor})})
		Expect(entity.Count(others, window)).To(BeZero(), "not on a colleague's device")
		desk := access.With(ctx, access.Identity{MembershipID: c.Salas.Membership, Permissions: accounts.PermissionsOf([]accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.Assistant})})
		Expect(entity.Current(desk, window, []uuid.UUID{written.ID})).To(BeEmpty(), "nor on the desk's")

		device := offline.NewDevice(offline.NewMemory(), hce.DeviceKinds(nil), clock.At(now))
		pulled, unit := device.Begin(access.With(context.Background(), access.Who(ctx)), uuid.Nil)
		Expect(unit.Keep(pulled, offline.Object{Entity: "record", ID: page[0].ID.String(), Version: page[0].Version, Base: page[0].Data})).To(Succeed())
		Expect(unit.Commit(pulled)).To(Succeed())
		there := device.Read(access.With(context.Background(), access.Who(ctx)))
		kept := hce.NewOffline(noColleagues{})
		list, err := kept.RecordsOf(there, hce.RecordRange{Patients: []uuid.UUID{c.Ana}, Text: "garganta"})
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(HaveLen(1))
		Expect(list[0].Author).To(Equal(written.Author))
		Expect(list[0].Signed()).To(BeTrue())
		Expect(list[0].Content).To(MatchJSON(written.Content))
		Expect(kept.RecordsOf(there, hce.RecordRange{Patients: []uuid.UUID{c.Ana}, Code: "K02"})).To(BeEmpty())
		past, err := kept.DiagnosesOf(there, []uuid.UUID{c.Ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(past[0].Code).To(Equal("J02.9"))
	})
})

// noColleagues knows nobody: what is on the device says who wrote it.
type noColleagues struct{}

func (noColleagues) Everybody(context.Context) ([]accounts.Member, error) { return nil, nil }
func (noColleagues) Sites(context.Context) ([]accounts.Site, error)       { return nil, nil }
func (noColleagues) Clinic(context.Context) (accounts.Clinic, error)      { return accounts.Clinic{}, nil }
