//go:build !js

package patients_test

import (
	"context"
	"errors"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

var _ = Describe("registering a patient", Ordered, func() {
	var world *dbtest.World
	var service *patients.Service
	var ctx context.Context

	BeforeAll(func() {
		world = cluster.World()
		service = serviceOf(world, patients.Neighbours{})
	})
	BeforeEach(func() { ctx = world.RolledBack(world.Norte, "receptionist") })

	It("keeps everything that was typed, tidied, and gives a record number", func() {
		r := edith()
		p, created, err := service.Register(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeTrue())
		Expect(p.RecordNumber).To(Equal("000001"))

		kept, err := service.Patient(ctx, r.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Demographics).To(Equal(p.Demographics))
		Expect(kept.Phone).To(Equal("+51962555014"))
		Expect(kept.Email).To(Equal("edith@correo.pe"))
		Expect(kept.Guardian.Phone).To(Equal("+51962555087"))
		Expect(kept.FullName()).To(Equal("Huamán Ponce, Edith Maribel"))
		Expect(kept.Version).To(BeEquivalentTo(1))
		Expect(kept.RegisteredBy).To(Equal(world.Norte.People["receptionist"].User))
	})

	It("leaves nothing that identifies readable in the database", func() {
		r := edith()
		Expect(service.Register(ctx, r)).Error().NotTo(HaveOccurred())
		var text string
		for _, table := range []string{"patients", "patient_documents", "patient_contacts", "audit_log"} {
			var rows string
			Expect(database.From(ctx).Raw("select coalesce(string_agg(t::text, ' '), '') from " + table + " t").Row().Scan(&rows)).To(Succeed())
			text += rows
		}
		Expect(text).To(ContainSubstring("Huamán"), "names are in clear")
		for _, secret := range []string{"99012345", "962555014", "edith@correo.pe", "Abtao", "Elva"} {
			Expect(text).NotTo(ContainSubstring(secret))
		}
	})

	It("finds its row when the answer was lost and the form is sent again", func() {
		r := edith()
		first, _, err := service.Register(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		again, created, err := service.Register(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeFalse())
		Expect(again.RecordNumber).To(Equal(first.RecordNumber))
	})

	It("refuses other content under an id that is taken", func() {
		r := edith()
		Expect(service.Register(ctx, r)).Error().NotTo(HaveOccurred())
		r.FirstName = "Otra"
		_, _, err := service.Register(ctx, r)
		Expect(err).To(MatchError(patients.ErrIDTaken))
	})

	It("refuses a document that somebody has and says who, at the document", func() {
		Expect(service.Register(ctx, edith())).Error().NotTo(HaveOccurred())
		other := edith()
		other.FirstName, other.BirthDate = "Luz", day("01/02/1980")
		_, _, err := service.Register(ctx, other)
		var taken *patients.Taken
		Expect(errors.As(err, &taken)).To(BeTrue())
		Expect(taken.By.FirstName).To(Equal("Edith Maribel"))
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKeyWithValue("document_number", ContainSubstring("Huamán Ponce, Edith Maribel")))
		Expect(service.Register(ctx, named("Sigue", "Viva", ""))).Error().NotTo(HaveOccurred(), "the transaction goes on")
	})

	It("lets two clinics know the same person, each by itself", func() {
		r := edith()
		Expect(service.Register(ctx, r)).Error().NotTo(HaveOccurred())
		sur := world.RolledBack(world.Sur, "receptionist")
		_, err := service.Patient(sur, r.ID)
		Expect(fault.IsNotFound(err)).To(BeTrue())
		Expect(service.Search(sur, "huaman", 12)).To(HaveField("Patients", BeEmpty()))
	})

	It("asks to look twice when name and birth date are somebody's, and registers when told so", func() {
		Expect(service.Register(ctx, edith())).Error().NotTo(HaveOccurred())
		twin := edith()
		twin.Document = patients.Document{Type: patients.None}
		twin.FirstName = "EDITH MARIBEL"
		_, _, err := service.Register(ctx, twin)
		var doubtful *patients.Doubtful
		Expect(errors.As(err, &doubtful)).To(BeTrue())
		Expect(doubtful.Similar).To(HaveLen(1))
		twin.Sure = true
		Expect(service.Register(ctx, twin)).Error().NotTo(HaveOccurred())
	})

	It("asks to look twice at a minor without guardian and at a CE of unusual length", func() {
		child := edith()
		child.BirthDate, child.Guardian = day("24/01/2015"), patients.Guardian{}
		child.Document = patients.Document{Type: patients.CE, Number: "1234567"}
		_, _, err := service.Register(ctx, child)
		var doubtful *patients.Doubtful
		Expect(errors.As(err, &doubtful)).To(BeTrue())
		Expect(doubtful.Doubts).To(HaveLen(2))
	})

	It("numbers records one after the other and keeps ahead of numbers brought along", func() {
		brought := named("Ana", "Rojas", "")
		brought.RecordNumber = "731"
		p, _, err := service.Register(ctx, brought)
		Expect(err).NotTo(HaveOccurred())
		Expect(p.RecordNumber).To(Equal("000731"))
		next, _, err := service.Register(ctx, named("Luz", "Quispe", ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(next.RecordNumber).To(Equal("000732"))
		brought.ID = newID()
		_, _, err = service.Register(ctx, brought)
		Expect(err).To(MatchError(patients.ErrRecordTaken))
	})

	It("lets exactly one of many desks register a document at the same moment", func() {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won, refused := 0, 0
		for range 8 {
			wg.Add(1)
			go func() {
				defer GinkgoRecover()
				defer wg.Done()
				r := edith()
				r.Sure = true
				err := world.Committed(world.Sur, "receptionist", func(ctx context.Context) error {
					_, _, err := service.Register(ctx, r)
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				var taken *patients.Taken
				if errors.As(err, &taken) {
					refused++
				} else {
					Expect(err).NotTo(HaveOccurred())
					won++
				}
			}()
		}
		wg.Wait()
		Expect([]int{won, refused}).To(Equal([]int{1, 7}))
	})

	DescribeTable("refuses a form with problems, each at its field",
		func(field string, spoil func(*patients.Registration)) {
			r := edith()
			spoil(&r)
			_, _, err := service.Register(ctx, r)
			problems, _ := fault.Fields(err)
			Expect(problems).To(HaveKey(field))
			Expect(fault.KindOf(err)).To(Equal(fault.Invalid))
		},
		Entry("no given name", "first_name", func(r *patients.Registration) { r.FirstName = "  " }),
		Entry("no surname", "last_name", func(r *patients.Registration) { r.LastName = "" }),
		Entry("a name too long", "first_name", func(r *patients.Registration) { r.FirstName = strings.Repeat("a", 81) }),
		Entry("a name of figures", "last_name", func(r *patients.Registration) { r.LastName = "Huamán 2" }),
		Entry("a name that is a formula", "first_name", func(r *patients.Registration) { r.FirstName = "=cmd()" }),
		Entry("an unknown document", "document_type", func(r *patients.Registration) { r.Document.Type = "LIBRETA" }),
		Entry("no document type", "document_type", func(r *patients.Registration) { r.Document.Type = "" }),
		Entry("no number", "document_number", func(r *patients.Registration) { r.Document.Number = "" }),
		Entry("a DNI of seven digits", "document_number", func(r *patients.Registration) { r.Document.Number = "9901234" }),
		Entry("a number without document", "document_number", func(r *patients.Registration) { r.Document.Type = patients.None }),
		Entry("a sex unknown to documents", "sex", func(r *patients.Registration) { r.Sex = "X" }),
		Entry("a birth tomorrow", "birth_date", func(r *patients.Registration) { r.BirthDate = now.AddDate(0, 0, 1) }),
		Entry("a birth 131 years ago", "birth_date", func(r *patients.Registration) { r.BirthDate = now.AddDate(-131, 0, 0) }),
		Entry("a phone too short", "phone", func(r *patients.Registration) { r.Phone = "96255501" }),
		Entry("no e-mail at all", "email", func(r *patients.Registration) { r.Email = "edith@correo" }),
		Entry("a district that is none", "ubigeo", func(r *patients.Registration) { r.Address.Ubigeo = "10010" }),
		Entry("a guardian without name", "guardian.name", func(r *patients.Registration) { r.Guardian.Name = "" }),
		Entry("a number of no insurer", "insurance.insurer", func(r *patients.Registration) { r.Insurance.Insurer = "" }),
		Entry("a tag too long", "tags", func(r *patients.Registration) { r.Tags = []string{strings.Repeat("t", 31)} }),
	)
})
