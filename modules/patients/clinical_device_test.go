//go:build !js

package patients_test

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// appointed is an agenda of who comes to whom and when.
type appointed []struct {
	patient, doctor uuid.UUID
	at              time.Time
}

func (a appointed) PatientsOf(_ context.Context, doctor uuid.UUID, from, to time.Time) (people []uuid.UUID, err error) {
	for _, one := range a {
		if (doctor == uuid.Nil || one.doctor == doctor) && !one.at.Before(from) && one.at.Before(to) {
			people = append(people, one.patient)
		}
	}
	return people, nil
}

// attendingDevice is the device of somebody with an agenda.
func attendingDevice(kv offline.KV, store *patients.Offline, visits *appointed, who access.Identity) *offline.Device {
	if visits == nil {
		visits = &appointed{}
	}
	kinds := patients.ClinicalKinds(store, visits, func(context.Context) (access.Identity, error) { return who, nil })
	return offline.NewDevice(kv, append(kinds, patients.DeviceKind(store, districts{})), clock.At(now))
}

var _ = Describe("allergies, conditions and blood type on devices", func() {
	var (
		world    *dbtest.World
		store    *patients.Postgres
		service  *patients.Service
		neighbor *agenda
		visits   appointed
		entities []patients.ClinicalSync
		ctx      context.Context
		window   offline.Window
		ana, far uuid.UUID
	)
	BeforeEach(func() {
		world = cluster.World()
		ctx = roleIn(world, accounts.Doctor)
		store = patients.NewPostgres(world.Vault, clock.System)
		neighbor = &agenda{cares: map[uuid.UUID]bool{}, arrived: map[uuid.UUID]bool{}, next: now}
		service = patients.New(store, neighbor.neighbours(), clock.At(now))
		window = offline.WindowAt(now, time.FixedZone("America/Lima", -5*60*60))
		var added []uuid.UUID
		for _, r := range []patients.Registration{edith(), named("Beto", "Rojas", "")} {
			r.Sure = true
			_, _, err := service.Register(as(ctx, accounts.Receptionist), r)
			Expect(err).NotTo(HaveOccurred())
			added = append(added, r.ID)
		}
		ana, far = added[0], added[1]
		for _, id := range added {
			Expect(store.AddAllergy(ctx, patients.Allergy{ID: newID(), PatientID: id, Kind: patients.MedicineAllergy, Substance: "Penicilina", Severity: patients.Severe, NotedBy: newID(), NotedAt: now})).To(Succeed())
			Expect(store.AddCondition(ctx, patients.Condition{ID: newID(), PatientID: id, Name: "Asma", Code: "J45.9", NotedBy: newID(), NotedAt: now})).To(Succeed())
		}
		Expect(store.SaveBloodType(ctx, ana, "O-", 0, now)).To(Succeed())
		visits = appointed{}
		entities = patients.SyncClinical(service, store, &visits)
	})
	come := func(patient, doctor uuid.UUID, days int) {
		visits = append(visits, struct {
			patient, doctor uuid.UUID
			at              time.Time
		}{patient, doctor, now.AddDate(0, 0, days)})
	}
	// held is what the device of whoever asks gets at its first download, in its order.
	held := func(ctx context.Context) (list []offline.Change) {
		GinkgoHelper()
		for _, e := range entities {
			page, next, err := e.Page(ctx, window, "", 100)
			Expect(err).NotTo(HaveOccurred())
			Expect(next).To(BeEmpty())
			Expect(e.Count(ctx, window)).To(Equal(len(page)))
			list = append(list, page...)
		}
		return list
	}
	of := func(list []offline.Change) (entities []string) {
		for _, c := range list {
			entities = append(entities, c.Entity)
		}
		return entities
	}
	all := []string{"allergy", "condition", "blood_type"}

	DescribeTable("are held by who attends alone", func(role accounts.Role, days int, own bool, expected []string) {
		ctx = as(ctx, role)
		doctor := newID()
		if own {
			doctor = access.Who(ctx).MembershipID
		}
		come(ana, doctor, days)
		Expect(of(held(ctx))).To(Equal(expected))
		for _, e := range entities {
			id := ana
			if e.Name() != "blood_type" {
				continue
			}
			current, err := e.Current(ctx, window, []uuid.UUID{id, far})
			Expect(err).NotTo(HaveOccurred())
			Expect(current).To(HaveLen(len(expected)/3), "and when the log names them")
		}
		beside, err := patients.ClinicalBeside(entities)(ctx, nil, []uuid.UUID{ana})
		Expect(err).NotTo(HaveOccurred())
		if role != accounts.Assistant {
			Expect(beside).To(BeEmpty(), "an appointment with somebody else brings none")
		}
	},
		Entry("a doctor, of an own patient", accounts.Doctor, 0, true, all), Entry("a month ago", accounts.Doctor, -30, true, all),
		Entry("in a month", accounts.Doctor, 30, true, all), Entry("longer ago", accounts.Doctor, -31, true, nil),
		Entry("later", accounts.Doctor, 31, true, nil), Entry("a colleague", accounts.Doctor, 0, false, nil),
		Entry("an assistant, of who comes today", accounts.Assistant, 0, false, all), Entry("tomorrow", accounts.Assistant, 1, false, all),
		Entry("not of who came yesterday", accounts.Assistant, -1, false, nil), Entry("nor the day after", accounts.Assistant, 2, false, nil),
		Entry("never a receptionist", accounts.Receptionist, 0, true, nil), Entry("never a cashier", accounts.Cashier, 0, true, nil),
		Entry("never an administrator", accounts.ClinicAdmin, 0, true, nil),
	)

	It("enter with the days and come with the appointment, the blood group last, known or not", func() {
		me := access.Who(ctx).MembershipID
		come(far, me, 31)
		for _, e := range entities {
			Expect(e.Entering(ctx, window, window.To, window.To.AddDate(0, 0, 1))).To(HaveLen(1))
			Expect(e.Entering(ctx, window, window.To.AddDate(0, 0, -1), window.To)).To(BeEmpty())
		}
		beside, err := patients.ClinicalBeside(entities)(ctx, []uuid.UUID{far}, []uuid.UUID{far, ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(beside).To(HaveLen(1))
		Expect(beside[far]).To(HaveLen(3))
		Expect(beside[far][2]).To(Equal(offline.Ref{Kind: "blood_type", ID: far.String()}))
	})

	// attending is the device of a doctor to whom Edith comes, with what the server gives of her.
	attending := func() *awayDesk {
		me := access.Who(ctx)
		come(ana, me.MembershipID, 0)
		kept := patients.NewOffline()
		d := newAwayDesk(accounts.Doctor)
		d.device = attendingDevice(offline.NewMemory(), kept, &visits, me)
		d.who = me
		d.serve(patients.New(kept, patients.Neighbours{Care: neighbor, People: neighbor}, clock.At(now)))
		p, err := store.Patient(ctx, ana)
		Expect(err).NotTo(HaveOccurred())
		arrive(d.device, fromServer(patients.Registration{ID: ana, Demographics: p.Demographics}, nil))
		for _, c := range held(ctx) {
			arrive(d.device, offline.Object{Entity: c.Entity, ID: c.ID.String(), Version: c.Version, Base: c.Data})
		}
		neighbor.cares[ana] = true
		return d
	}

	It("warn on every page there, are noted and retired there, and arrive once", func() {
		d := attending()
		path := "/pacientes/" + ana.String()
		Expect(d.get(path).Body.String()).To(And(ContainSubstring("Alergia: Penicilina"), ContainSubstring("Asma"), ContainSubstring("O-"), Not(ContainSubstring("requiere conexión"))))
		alerts := d.get(path + "/alertas").Body.String()
		Expect(alerts).To(And(ContainSubstring("Cambiarlo requiere conexión"), Not(ContainSubstring("/grupo-sanguineo"))))
		id := newID()
		Expect(d.post(path+"/alergias", url.Values{"op_id": {newID().String()}, "id": {id.String()}, "substance": {"Látex"}, "kind": {"other"}}).Code).To(Equal(http.StatusSeeOther))
		Expect(d.get(path + "/alertas").Body.String()).To(And(ContainSubstring("Látex"), ContainSubstring("por enviar")))
		Expect(d.post(path+"/alergias/"+id.String()+"/retiro", url.Values{"op_id": {newID().String()}, "reason": {"Se confundió"}}).Code).To(Equal(http.StatusSeeOther))
		Expect(d.get(path).Body.String()).NotTo(ContainSubstring("Látex"))
		Expect(d.post(path+"/grupo-sanguineo", url.Values{"op_id": {newID().String()}, "blood_type": {"A+"}, "version": {"1"}}).Code).To(Equal(http.StatusServiceUnavailable))

		neighbor.cares[ana] = false // the visit is over when it arrives: what counts is that they had the person before them
		for i, expected := range []offline.Status{offline.Created, offline.Updated, offline.Duplicate} {
			op := d.queued()[min(i, 1)].Operation
			out, err := entities[0].Apply(ctx, offline.Received{Operation: op, At: now.Add(-time.Hour), Device: "d1"})
			Expect(err).NotTo(HaveOccurred())
			Expect(out.Status).To(Equal(expected))
		}
		clinical, err := store.Clinical(ctx, []uuid.UUID{ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(clinical.Allergies).To(HaveLen(2))
		Expect(clinical.InForce().Allergies).To(HaveLen(1))
		_, err = entities[0].Apply(as(ctx, accounts.Receptionist), offline.Received{Operation: d.queued()[0].Operation, At: now})
		Expect(fault.KindOf(err)).To(Equal(fault.Forbidden))
	})

	It("are forgotten when nobody whom they attend has them any more", func() {
		d := attending()
		visits = visits[:0]
		come(ana, access.Who(ctx).MembershipID, -31)
		Expect(d.device.Receive(context.Background(), offline.Answer{Window: window, Now: now})).To(Succeed())
		page := d.get("/pacientes/" + ana.String()).Body.String()
		Expect(page).To(And(ContainSubstring("Alergias: requiere conexión"), Not(ContainSubstring("Penicilina"))), "and their absence does not look like none")
		for _, entity := range all {
			Expect(d.device.KV().Count(context.Background(), entity)).To(BeZero())
		}
	})
})
