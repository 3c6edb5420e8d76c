//go:build !js

package patients_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

var _ = Describe("what devices get of the register", func() {
	var world *dbtest.World
	var f *far
	var ctx context.Context

	BeforeEach(func() {
		world = cluster.World()
		f = farOf(world)
		ctx = roleIn(world, accounts.Receptionist)
	})
	registered := func(r patients.Registration) uuid.UUID {
		GinkgoHelper()
		r.Sure = true
		_, _, err := f.service.Register(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		return r.ID
	}
	download := func(limit int) (changes []offline.Change) {
		GinkgoHelper()
		for after, first := "", true; first || after != ""; first = false {
			page, next, err := f.Page(ctx, f.window, after, limit)
			Expect(err).NotTo(HaveOccurred())
			changes, after = append(changes, page...), next
		}
		return changes
	}
	idsOf := func(changes []offline.Change) (ids []uuid.UUID) {
		for _, c := range changes {
			ids = append(ids, c.ID)
		}
		return ids
	}
	fields := func(c offline.Change) map[string]any {
		GinkgoHelper()
		var data map[string]any
		Expect(json.Unmarshal(c.Data, &data)).To(Succeed())
		return data
	}
	one := func(id uuid.UUID) map[string]any {
		GinkgoHelper()
		changes, err := f.Current(ctx, f.window, []uuid.UUID{id})
		Expect(err).NotTo(HaveOccurred())
		Expect(changes).To(HaveLen(1))
		return fields(changes[0])
	}

	whole := []string{"id", "version", "record_number", "created_at", "updated_at", "held", "document_type", "document_number", "first_name",
		"last_name", "second_last_name", "sex", "birth_date", "phone", "email", "address", "ubigeo", "guardian", "insurance", "tags"}
	listed := []string{"id", "version", "record_number", "held", "document_type", "document_number", "first_name", "last_name",
		"second_last_name", "sex", "birth_date", "phone"}

	DescribeTable("nothing clinical, whoever works at it", func(role accounts.Role) {
		near, known := registered(edith()), registered(named("Ana", "Rojas", ""))
		f.visits[near] = now
		allergy := patients.Allergy{ID: newID(), PatientID: near, Substance: "Penicilina", NotedBy: newID(), NotedAt: now}
		Expect(f.store.AddAllergy(ctx, allergy)).To(Succeed())
		Expect(f.store.AddCondition(ctx, patients.Condition{ID: newID(), PatientID: near, Name: "Asma", NotedBy: newID(), NotedAt: now})).To(Succeed())
		Expect(f.store.SaveBloodType(ctx, near, "O-", 0, now)).To(Succeed())
		ctx = as(ctx, role)
		changes := download(500)
		Expect(idsOf(changes)).To(ConsistOf(near, known))
		Expect(slices.Collect(maps.Keys(one(near)))).To(ConsistOf(whole))
		Expect(slices.Collect(maps.Keys(one(known)))).To(ConsistOf(listed))
		for _, c := range changes {
			Expect(string(c.Data)).NotTo(MatchRegexp(`(?i)penicilina|asma|O-"|allerg|condition|blood`))
		}
	},
		Entry("a cashier", accounts.Cashier), Entry("a receptionist", accounts.Receptionist), Entry("an assistant", accounts.Assistant),
		Entry("a doctor", accounts.Doctor), Entry("an administrator", accounts.ClinicAdmin),
	)
	It("gives nothing to whoever may not read patients", func() {
		id := registered(edith())
		ctx = access.With(ctx, access.Identity{})
		Expect(download(10)).To(BeEmpty())
		Expect(f.Current(ctx, f.window, []uuid.UUID{id})).To(BeEmpty())
		Expect(f.Count(ctx, f.window)).To(BeZero())
	})
	It("lists who is in the window, then who came last, then who never came, each once", func() {
		var ids []uuid.UUID
		for i := range 9 {
			ids = append(ids, registered(named("Ana", fmt.Sprintf("Rojas%c", 'a'+i), "")))
		}
		f.visits[ids[4]], f.visits[ids[1]] = now, now.AddDate(0, 0, 60)
		f.visits[ids[0]], f.visits[ids[5]], f.visits[ids[2]] = now.AddDate(0, -3, 0), now.AddDate(0, -1, -5), now.AddDate(-2, 0, 0)
		f.visits[ids[6]] = now.AddDate(0, 5, 0) // beyond the window: it will enter
		expected := []uuid.UUID{ids[1], ids[4], ids[5], ids[0], ids[2], ids[8], ids[7], ids[6], ids[3]}
		for _, limit := range []int{1, 2, 3, 100} {
			Expect(idsOf(download(limit))).To(Equal(expected), "pages of %d", limit)
		}
		Expect(f.Count(ctx, f.window)).To(Equal(9))
		Expect(one(ids[1])).To(HaveKeyWithValue("held", "full"))
		Expect(one(ids[6])).To(HaveKeyWithValue("held", "directory"))
	})
	It("gives an entry that was joined with the one that answers, as near as either is", func() {
		kept, joined := registered(edith()), registered(named("Edith", "Huamán", ""))
		Expect(f.store.PointTo(ctx, map[uuid.UUID]uuid.UUID{joined: kept}, now)).To(Succeed())
		f.visits[joined] = now
		changes, err := f.Current(ctx, f.window, []uuid.UUID{joined})
		Expect(err).NotTo(HaveOccurred())
		Expect(idsOf(changes)).To(Equal([]uuid.UUID{joined, kept}))
		Expect(fields(changes[0])).To(HaveKeyWithValue("merged_into", kept.String()))
		Expect(fields(changes[1])).To(HaveKeyWithValue("held", "full"))
		Expect(f.With(changes)).To(Equal(map[string][]uuid.UUID{patients.Entity: {kept}}))
		for _, c := range download(1) {
			Expect(fields(c)).To(HaveKeyWithValue("held", "full"))
		}
	})
	It("leaves out another clinic's people", func() {
		var other uuid.UUID
		Expect(world.Committed(world.Sur, "receptionist", func(ctx context.Context) error {
			p, _, err := f.service.Register(ctx, edith())
			other = p.ID
			return err
		})).To(Succeed())
		Expect(f.Current(ctx, f.window, []uuid.UUID{other})).To(BeEmpty())
		Expect(download(10)).To(BeEmpty())
	})
	It("refuses a place that is none", func() {
		for _, place := range []string{"x", "w.1.2.3", "q." + uuid.Nil.String() + ".0.0", "n." + uuid.Nil.String() + ".0.-5"} {
			_, _, err := f.Page(ctx, f.window, place, 10)
			Expect(fault.KindOf(err)).To(Equal(fault.Invalid), place)
		}
	})
	It("stops at the directory's size", func() {
		registered(edith())
		place := fmt.Sprintf("n.%s.0.%d", uuid.Nil, patients.DirectorySize)
		changes, next, err := f.Page(ctx, f.window, place, 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(changes).To(BeEmpty())
		Expect(next).To(BeEmpty())
	})
	It("gives a page of 500 whole people quickly", func() {
		var people []patients.Patient
		for i := range 500 {
			r := edith()
			r.Tidy()
			r.Document.Number = fmt.Sprintf("99%06d", i)
			people = append(people, patients.Patient{ID: r.ID, Version: 1, Demographics: r.Demographics, Clock: patients.Clock{}, CreatedAt: now, UpdatedAt: now})
			f.visits[r.ID] = now
		}
		_, err := f.store.Add(ctx, people)
		Expect(err).NotTo(HaveOccurred())
		begun := time.Now()
		changes, _, err := f.Page(ctx, f.window, "", 500)
		Expect(err).NotTo(HaveOccurred())
		Expect(changes).To(HaveLen(500))
		AddReportEntry("page of 500", time.Since(begun).String())
		Expect(time.Since(begun)).To(BeNumerically("<", time.Second), "a sanity bound: the bench measures")
	})
	It("is read by a device as it was sent", func() {
		near, known := registered(edith()), registered(named("Ana", "Rojas", "Tello"))
		f.visits[near] = now
		store := patients.NewOffline()
		device := deviceOf(offline.NewMemory(), store)
		for _, c := range download(500) {
			arrive(device, offline.Object{Entity: c.Entity, ID: c.ID.String(), Version: c.Version, Base: c.Data})
		}
		read := device.Read(context.Background())
		kept, err := f.store.Patient(ctx, near)
		Expect(err).NotTo(HaveOccurred())
		kept.Clock, kept.RegisteredBy, kept.RegisteredSite = nil, uuid.Nil, uuid.Nil
		Expect(store.Patient(read, near)).To(Equal(kept))
		part, err := store.Patient(read, known)
		Expect(err).NotTo(HaveOccurred())
		Expect(part.Held).To(Equal(patients.DirectoryGroups()))
		Expect(part.Holds(patients.Mail)).To(BeFalse())
	})
})
