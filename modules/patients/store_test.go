//go:build !js

package patients_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// kept is a store in use: the context it works in, and how what was written so far is kept for good.
type kept struct {
	store patients.Store
	ctx   context.Context
	keep  func()
}

var _ = Describe("the register's store on PostgreSQL", func() {
	storeContract(func() *kept {
		world := cluster.World()
		return &kept{patients.NewPostgres(world.Vault, clock.System), world.RolledBack(world.Norte, "receptionist"), func() {}}
	})
})

var _ = Describe("the register's store on a device", func() {
	open := func() (*offline.Device, *kept) {
		store := patients.NewOffline()
		device := deviceOf(offline.NewMemory(), store)
		ctx, _ := device.Begin(context.Background(), uuid.Nil)
		return device, &kept{store, ctx, func() {}}
	}
	commit := func(device *offline.Device, k *kept) {
		Expect(offline.From(k.ctx).Commit(k.ctx)).To(Succeed())
		k.ctx, _ = device.Begin(context.Background(), uuid.Nil)
	}
	Context("within one unit", func() {
		storeContract(func() *kept {
			_, k := open()
			return k
		})
	})
	Context("each write in a unit of its own", func() {
		storeContract(func() *kept {
			device, k := open()
			k.keep = func() { commit(device, k) }
			return k
		})
	})
	Context("started anew after each write", func() {
		storeContract(func() *kept {
			device, k := open()
			k.keep = func() {
				commit(device, k)
				offline.From(k.ctx).Close()
				store := patients.NewOffline()
				device = deviceOf(device.KV(), store)
				k.store = store
				k.ctx, _ = device.Begin(context.Background(), uuid.Nil)
			}
			return k
		})
	})
})

// deviceOf opens what a device keeps, as a program just started does.
func deviceOf(kv offline.KV, store *patients.Offline) *offline.Device {
	return attendingDevice(kv, store, nil, access.Identity{})
}

// storeContract is what every store of the register promises, wherever it keeps its patients. Each spec opens an empty
// one. What only the register itself can (Store.Whole) is said in the spec, with what a device answers instead.
func storeContract(open func() *kept) {
	var k *kept
	BeforeEach(func() { k = open() })

	person := func(r patients.Registration) patients.Patient {
		r.Tidy()
		Expect(r.Problems(now)).To(BeEmpty())
		return patients.Patient{ID: r.ID, Version: 1, Demographics: r.Demographics, CreatedAt: now, UpdatedAt: now, Clock: patients.Clock{patients.Names: {At: now, Version: 1}}}
	}
	add := func(r patients.Registration) patients.Patient {
		GinkgoHelper()
		added, err := k.store.Add(k.ctx, []patients.Patient{person(r)})
		Expect(err).NotTo(HaveOccurred())
		k.keep()
		return added[0]
	}

	It("gives back what was added", func() {
		p := add(edith())
		read, err := k.store.Patient(k.ctx, p.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(read).To(Equal(p))
	})
	It("does not find what is not there", func() {
		_, err := k.store.Patient(k.ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		_, err = k.store.Family(k.ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		Expect(k.store.Patients(k.ctx, []uuid.UUID{newID()})).To(BeEmpty())
	})
	It("adds all or none", func() {
		taken := add(edith())
		other, twin := person(named("Ana", "Rojas", "")), person(edith())
		_, err := k.store.Add(k.ctx, []patients.Patient{other, twin})
		Expect(err).To(MatchError(patients.ErrDocumentTaken))
		Expect(k.store.Patients(k.ctx, []uuid.UUID{taken.ID, other.ID, twin.ID})).To(HaveLen(1))
	})
	It("refuses an id, a document and a record number that are taken", func() {
		p := add(edith())
		again := person(named("Ana", "Rojas", ""))
		again.ID = p.ID
		_, err := k.store.Add(k.ctx, []patients.Patient{again})
		Expect(err).To(MatchError(patients.ErrIDTaken))
		again = person(edith())
		_, err = k.store.Add(k.ctx, []patients.Patient{again})
		Expect(err).To(MatchError(patients.ErrDocumentTaken))
		if !k.store.Whole() {
			Expect(p.RecordNumber).To(BeEmpty(), "the clinic numbers its patients")
			return
		}
		again = person(named("Ana", "Rojas", ""))
		again.RecordNumber = p.RecordNumber
		_, err = k.store.Add(k.ctx, []patients.Patient{again})
		Expect(err).To(MatchError(patients.ErrRecordTaken))
	})
	It("saves the groups that changed, and no edit of an older version", func() {
		p := add(edith())
		p.Phone, p.Email, p.Version = "+51911111111", "otro@correo.pe", 2
		Expect(k.store.Save(k.ctx, p, []patients.Group{patients.Telephone})).To(Succeed())
		k.keep()
		read, err := k.store.Patient(k.ctx, p.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(read.Phone).To(Equal("+51911111111"))
		Expect(read.Email).To(Equal("edith@correo.pe"), "not a group that changed")
		Expect(k.store.Save(k.ctx, p, []patients.Group{patients.Mail})).To(MatchError(patients.ErrStale))
		Expect(k.store.ByPhone(k.ctx, "+51911111111")).To(Equal([]uuid.UUID{p.ID}))
		Expect(k.store.ByPhone(k.ctx, "+51962555014")).To(BeEmpty())
	})
	It("finds by document, record number, first letters and words", func() {
		p := add(edith())
		add(named("Ana", "Rojas", "Tello"))
		Expect(k.store.ByDocument(k.ctx, []patients.Document{{Type: patients.DNI, Number: "99012345"}})).To(Equal([]uuid.UUID{p.ID}))
		Expect(k.store.ByDocument(k.ctx, []patients.Document{{Type: patients.CE, Number: "99012345"}})).To(BeEmpty())
		if k.store.Whole() {
			Expect(k.store.ByRecordNumber(k.ctx, p.RecordNumber)).To(Equal([]uuid.UUID{p.ID}))
		} else {
			Expect(k.store.ByRecordNumber(k.ctx, p.RecordNumber)).To(BeEmpty(), "a device gives no numbers")
		}
		Expect(k.store.ByNameStart(k.ctx, "huaman po", 5)).To(HaveExactElements(HaveField("ID", p.ID)))
		Expect(k.store.ByWords(k.ctx, []patients.Term{{Begins: "mari"}, {Is: []string{"ponce", "xyz"}}}, 5)).To(HaveExactElements(HaveField("ID", p.ID)))
		Expect(k.store.ByWords(k.ctx, []patients.Term{{Begins: "mari"}, {Begins: "rojas"}}, 5)).To(BeEmpty())
		Expect(k.store.Vocabulary(k.ctx)).To(ContainElements("huaman", "edith", "tello"))
		Expect(k.store.Similar(k.ctx, p.Demographics)).To(HaveExactElements(HaveField("ID", p.ID)))
	})
	It("lists by the alphabet and newest first, from any place on", func() {
		a, b, c := add(named("Ana", "Rojas", "")), add(named("Bea", "Ávila", "")), add(named("Carla", "Núñez", ""))
		page := func(from patients.Cursor, limit int) (ids []uuid.UUID) {
			people, err := k.store.Page(k.ctx, from, limit)
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
	It("follows aliases", func() {
		p, alias := add(edith()), newID()
		Expect(k.store.AddAlias(k.ctx, alias, p.ID)).To(Succeed())
		k.keep()
		Expect(k.store.Patient(k.ctx, alias)).To(HaveField("ID", p.ID))
		Expect(k.store.Family(k.ctx, alias)).To(Equal([]uuid.UUID{p.ID}))
		Expect(k.store.Names(k.ctx, []uuid.UUID{p.ID, newID()})).To(Equal(map[uuid.UUID]string{p.ID: "Huamán Ponce, Edith Maribel"}))
	})
	It("saves no document that is somebody else's", func() {
		add(edith())
		other := add(named("Ana", "Rojas", ""))
		other.Document, other.Version = patients.Document{Type: patients.DNI, Number: "99012345"}, 2
		Expect(k.store.Save(k.ctx, other, []patients.Group{patients.Identity})).To(MatchError(patients.ErrDocumentTaken))
		Expect(k.store.ByDocument(k.ctx, []patients.Document{other.Document})).NotTo(ContainElement(other.ID))
	})
	It("finds somebody by a new name and not by the old one", func() {
		p := add(named("Ana", "Rojas", ""))
		p.LastName, p.Version = "Villanueva", 2
		Expect(k.store.Save(k.ctx, p, []patients.Group{patients.Names})).To(Succeed())
		k.keep()
		Expect(k.store.ByWords(k.ctx, []patients.Term{{Begins: "villa"}}, 5)).To(HaveLen(1))
		Expect(k.store.ByWords(k.ctx, []patients.Term{{Begins: "rojas"}}, 5)).To(BeEmpty())
		Expect(k.store.ByNameStart(k.ctx, "rojas", 5)).To(BeEmpty())
		Expect(k.store.Names(k.ctx, []uuid.UUID{p.ID})).To(HaveKeyWithValue(p.ID, "Villanueva, Ana"))
	})
	It("points entries to the one that answers", func() {
		kept, other := add(edith()), add(named("Edith", "Huamán", ""))
		if !k.store.Whole() {
			Expect(k.store.AddMerge(k.ctx, patients.Joining{ID: newID()})).To(MatchError(offline.ErrNeedsConnection), "joined online alone")
			Expect(k.store.PointTo(k.ctx, map[uuid.UUID]uuid.UUID{other.ID: kept.ID}, now)).To(MatchError(offline.ErrNeedsConnection))
			_, err := k.store.Merges(k.ctx, []uuid.UUID{kept.ID})
			Expect(err).To(MatchError(patients.ErrNotHeld))
			return
		}
		joining := patients.Joining{ID: newID(), From: other.ID, Into: kept.ID, By: newID(), At: now}
		Expect(k.store.AddMerge(k.ctx, joining)).To(Succeed())
		Expect(k.store.PointTo(k.ctx, map[uuid.UUID]uuid.UUID{other.ID: kept.ID, kept.ID: uuid.Nil}, now)).To(Succeed())
		Expect(k.store.Family(k.ctx, other.ID)).To(Equal([]uuid.UUID{kept.ID, other.ID}))
		Expect(k.store.Merges(k.ctx, []uuid.UUID{kept.ID})).To(Equal([]patients.Joining{joining}))
		Expect(k.store.Page(k.ctx, patients.Cursor{}, 9)).To(HaveLen(1))
	})
	It("keeps what is clinical, adds an item once and retires it once", func() {
		p := add(edith())
		family := []uuid.UUID{p.ID}
		a := patients.Allergy{ID: newID(), PatientID: p.ID, Kind: patients.MedicineAllergy, Substance: "Látex", Code: "J01C", Severity: patients.Mild, NotedBy: newID(), NotedAt: now, Pending: !k.store.Whole()}
		Expect(k.store.AddAllergy(k.ctx, a)).To(Succeed())
		Expect(k.store.AddAllergy(k.ctx, a)).To(Succeed())
		Expect(k.store.Clinical(k.ctx, family)).To(HaveField("Allergies", Equal([]patients.Allergy{a})))
		Expect(k.store.PatientOfItem(k.ctx, patients.AllergyItem, a.ID)).To(Equal(p.ID))
		_, err := k.store.PatientOfItem(k.ctx, patients.ConditionItem, a.ID)
		Expect(fault.IsNotFound(err)).To(BeTrue())
		retirement := patients.Retirement{At: now.Add(time.Hour), By: newID(), Reason: "Descartada"}
		Expect(k.store.Retire(k.ctx, patients.AllergyItem, family, a.ID, retirement)).To(Succeed())
		Expect(fault.IsNotFound(k.store.Retire(k.ctx, patients.AllergyItem, family, a.ID, retirement))).To(BeTrue())
		Expect(k.store.Clinical(k.ctx, family)).To(HaveField("Allergies", HaveExactElements(HaveField("Retired", retirement))))
		if !k.store.Whole() {
			Expect(k.store.SaveBloodType(k.ctx, p.ID, "O+", 0, now)).To(MatchError(offline.ErrNeedsConnection), "of two values one would be lost")
			_, err = k.store.Clinical(k.ctx, []uuid.UUID{newID()})
			Expect(err).To(MatchError(patients.ErrNotHeld), "an empty answer would read as no allergies")
			return
		}
		Expect(k.store.SaveBloodType(k.ctx, p.ID, "O+", 0, now)).To(Succeed())
		Expect(k.store.SaveBloodType(k.ctx, p.ID, "A+", 0, now)).To(MatchError(patients.ErrStale))
	})
}
