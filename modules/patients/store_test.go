//go:build !js

package patients_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/patients"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

var _ = Describe("the register's store on PostgreSQL", func() {
	storeContract(func() (patients.Store, context.Context) {
		world := cluster.World()
		return patients.NewPostgres(world.Vault, clock.System), world.RolledBack(world.Norte, "receptionist")
	})
})

// storeContract is what every store of the register promises, wherever it keeps its patients. Each spec opens an empty one.
func storeContract(open func() (patients.Store, context.Context)) {
	var store patients.Store
	var ctx context.Context
	BeforeEach(func() { store, ctx = open() })

	person := func(r patients.Registration) patients.Patient {
		r.Tidy()
		Expect(r.Problems(now)).To(BeEmpty())
		return patients.Patient{ID: r.ID, Version: 1, Demographics: r.Demographics, CreatedAt: now, UpdatedAt: now, Clock: patients.Clock{patients.Names: {At: now, Version: 1}}}
	}
	add := func(r patients.Registration) patients.Patient {
		GinkgoHelper()
		added, err := store.Add(ctx, []patients.Patient{person(r)})
		Expect(err).NotTo(HaveOccurred())
		return added[0]
	}

	It("gives back what was added", func() {
		p := add(edith())
		read, err := store.Patient(ctx, p.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(read).To(Equal(p))
	})
	It("does not find what is not there", func() {
		_, err := store.Patient(ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		_, err = store.Family(ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		Expect(store.Patients(ctx, []uuid.UUID{newID()})).To(BeEmpty())
	})
	It("adds all or none", func() {
		taken := add(edith())
		other, twin := person(named("Ana", "Rojas", "")), person(edith())
		_, err := store.Add(ctx, []patients.Patient{other, twin})
		Expect(err).To(MatchError(patients.ErrDocumentTaken))
		Expect(store.Patients(ctx, []uuid.UUID{taken.ID, other.ID, twin.ID})).To(HaveLen(1))
	})
	It("refuses an id, a document and a record number that are taken", func() {
		p := add(edith())
		again := person(named("Ana", "Rojas", ""))
		again.ID = p.ID
		_, err := store.Add(ctx, []patients.Patient{again})
		Expect(err).To(MatchError(patients.ErrIDTaken))
		again.ID, again.RecordNumber = newID(), p.RecordNumber
		_, err = store.Add(ctx, []patients.Patient{again})
		Expect(err).To(MatchError(patients.ErrRecordTaken))
	})
	It("saves the groups that changed, and no edit of an older version", func() {
		p := add(edith())
		p.Phone, p.Email, p.Version = "+51911111111", "otro@correo.pe", 2
		Expect(store.Save(ctx, p, []patients.Group{patients.Telephone})).To(Succeed())
		read, err := store.Patient(ctx, p.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(read.Phone).To(Equal("+51911111111"))
		Expect(read.Email).To(Equal("edith@correo.pe"), "not a group that changed")
		Expect(store.Save(ctx, p, []patients.Group{patients.Mail})).To(MatchError(patients.ErrStale))
		Expect(store.ByPhone(ctx, "+51911111111")).To(Equal([]uuid.UUID{p.ID}))
		Expect(store.ByPhone(ctx, "+51962555014")).To(BeEmpty())
	})
	It("finds by document, record number, first letters and words", func() {
		p := add(edith())
		add(named("Ana", "Rojas", "Tello"))
		Expect(store.ByDocument(ctx, []patients.Document{{Type: patients.DNI, Number: "99012345"}})).To(Equal([]uuid.UUID{p.ID}))
		Expect(store.ByDocument(ctx, []patients.Document{{Type: patients.CE, Number: "99012345"}})).To(BeEmpty())
		Expect(store.ByRecordNumber(ctx, p.RecordNumber)).To(Equal([]uuid.UUID{p.ID}))
		Expect(store.ByNameStart(ctx, "huaman po", 5)).To(HaveExactElements(HaveField("ID", p.ID)))
		Expect(store.ByWords(ctx, []patients.Term{{Begins: "mari"}, {Is: []string{"ponce", "xyz"}}}, 5)).To(HaveExactElements(HaveField("ID", p.ID)))
		Expect(store.ByWords(ctx, []patients.Term{{Begins: "mari"}, {Begins: "rojas"}}, 5)).To(BeEmpty())
		Expect(store.Vocabulary(ctx)).To(ContainElements("huaman", "edith", "tello"))
		Expect(store.Similar(ctx, p.Demographics)).To(HaveExactElements(HaveField("ID", p.ID)))
	})
	It("lists by the alphabet and newest first, from any place on", func() {
		a, b, c := add(named("Ana", "Rojas", "")), add(named("Bea", "Ávila", "")), add(named("Carla", "Núñez", ""))
		page := func(from patients.Cursor, limit int) (ids []uuid.UUID) {
			people, err := store.Page(ctx, from, limit)
			Expect(err).NotTo(HaveOccurred())
			for _, p := range people {
				ids = append(ids, p.ID)
			}
			return ids
		}
		Expect(page(patients.Cursor{}, 9)).To(Equal([]uuid.UUID{b.ID, c.ID, a.ID}))
		Expect(page(patients.CursorAfter(b, false), 1)).To(Equal([]uuid.UUID{c.ID}))
		Expect(page(patients.Cursor{Newest: true}, 2)).To(Equal([]uuid.UUID{c.ID, b.ID}))
		Expect(page(patients.CursorAfter(b, true), 9)).To(Equal([]uuid.UUID{a.ID}))
	})
	It("follows aliases and points entries to the one that answers", func() {
		kept, other, alias := add(edith()), add(named("Edith", "Huamán", "")), newID()
		Expect(store.AddAlias(ctx, alias, kept.ID)).To(Succeed())
		Expect(store.Patient(ctx, alias)).To(HaveField("ID", kept.ID))
		joining := patients.Joining{ID: newID(), From: other.ID, Into: kept.ID, By: newID(), At: now}
		Expect(store.AddMerge(ctx, joining)).To(Succeed())
		Expect(store.PointTo(ctx, map[uuid.UUID]uuid.UUID{other.ID: kept.ID, kept.ID: uuid.Nil}, now)).To(Succeed())
		Expect(store.Family(ctx, other.ID)).To(Equal([]uuid.UUID{kept.ID, other.ID}))
		Expect(store.Merges(ctx, []uuid.UUID{kept.ID})).To(Equal([]patients.Joining{joining}))
		Expect(store.Page(ctx, patients.Cursor{}, 9)).To(HaveLen(1))
	})
	It("keeps what is clinical, adds an item once and retires it once", func() {
		p := add(edith())
		family := []uuid.UUID{p.ID}
		a := patients.Allergy{ID: newID(), PatientID: p.ID, Substance: "Látex", Severity: patients.Mild, NotedBy: newID(), NotedAt: now}
		Expect(store.AddAllergy(ctx, a)).To(Succeed())
		Expect(store.AddAllergy(ctx, a)).To(Succeed())
		Expect(store.Clinical(ctx, family)).To(HaveField("Allergies", Equal([]patients.Allergy{a})))
		retirement := patients.Retirement{At: now.Add(time.Hour), By: newID(), Reason: "Descartada"}
		Expect(store.Retire(ctx, patients.AllergyItem, family, a.ID, retirement)).To(Succeed())
		Expect(fault.IsNotFound(store.Retire(ctx, patients.AllergyItem, family, a.ID, retirement))).To(BeTrue())
		Expect(store.Clinical(ctx, family)).To(HaveField("Allergies", HaveExactElements(HaveField("Retired", retirement))))
		Expect(store.SaveBloodType(ctx, p.ID, "O+", 0, now)).To(Succeed())
		Expect(store.SaveBloodType(ctx, p.ID, "A+", 0, now)).To(MatchError(patients.ErrStale))
	})
}
