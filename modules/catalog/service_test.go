package catalog_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

var _ = Describe("the services of a clinic", Ordered, func() {
	var world *dbtest.World
	var ctx context.Context
	var salas, rios accounts.Member
	var service *catalog.Catalog

	BeforeAll(func() { world = cluster.World() })

	BeforeEach(func() {
		ctx = world.RolledBack(world.Norte, "clinic_admin")
		salas = accounts.Member{ID: world.Norte.People["doctor"].Membership, Name: "Salas, Ana", Specialty: "odontologia"}
		rios = accounts.Member{ID: world.Norte.People["clinic_admin"].Membership, Name: "Ríos, Eva", Specialty: "oftalmologia"}
		service = catalog.New(catalog.Postgres{}, house{doctors: []accounts.Member{salas, rios}})
	})

	add := func(s catalog.Service) catalog.Service {
		GinkgoHelper()
		added, err := service.AddService(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		return added
	}
	names := func(f catalog.Filter) []string {
		GinkgoHelper()
		found, err := service.Services(ctx, f)
		Expect(err).NotTo(HaveOccurred())
		list := []string{}
		for _, s := range found {
			list = append(list, s.Name)
		}
		return list
	}

	It("keeps what the form says, to the cent", func() {
		s := cleaning()
		s.Name, s.Doctors = "  Profilaxis   dental ", []uuid.UUID{salas.ID, salas.ID}
		add(s)
		kept, err := service.Service(ctx, s.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Price.StringFixed(2)).To(Equal("80.50"))
		Expect(kept.Name).To(Equal("Profilaxis dental"))
		Expect(kept.Doctors).To(Equal([]uuid.UUID{salas.ID}))
		Expect(kept.Resource).To(Equal(catalog.Chair))
		Expect(kept.Duration().Minutes()).To(Equal(30.0))
		Expect([]string{kept.SunatUnit, kept.IGVCode}).To(Equal([]string{"ZZ", "10"}))
		Expect(kept.Active).To(BeTrue())
		Expect(kept.Version).To(Equal(int64(1)))
	})

	DescribeTable("refuses a form with problems, beside the field",
		func(field string, spoil func(*catalog.Service)) {
			s := cleaning()
			spoil(&s)
			_, err := service.AddService(ctx, s)
			problems, ok := fault.Fields(err)
			Expect(ok).To(BeTrue())
			Expect(problems).To(HaveKey(field))
			Expect(problems).To(HaveLen(1))
			Expect(names(catalog.Filter{})).To(BeEmpty())
		},
		Entry("no name", "nombre", func(s *catalog.Service) { s.Name = "  " }),
		Entry("a name without a letter", "nombre", func(s *catalog.Service) { s.Name = "--" }),
		Entry("a name that is too long", "nombre", func(s *catalog.Service) { s.Name = longText(121) }),
		Entry("an unknown specialty", "especialidad", func(s *catalog.Service) { s.Specialty = "alquimia" }),
		Entry("no length", "minutos", func(s *catalog.Service) { s.DurationMin = 0 }),
		Entry("not on the grid", "minutos", func(s *catalog.Service) { s.DurationMin = 32 }),
		Entry("longer than a day's work", "minutos", func(s *catalog.Service) { s.DurationMin = 485 }),
		Entry("a negative price", "precio", func(s *catalog.Service) { s.Price = soles("-0.01") }),
		Entry("a price with three decimals", "precio", func(s *catalog.Service) { s.Price = soles("1.005") }),
		Entry("a price beyond measure", "precio", func(s *catalog.Service) { s.Price = soles("1000000") }),
		Entry("an unknown kind of place", "recurso", func(s *catalog.Service) { s.Resource = "garaje" }),
		Entry("a professional of nowhere", "profesionales", func(s *catalog.Service) { s.Doctors = []uuid.UUID{newID()} }),
	)

	It("refuses a name that only differs in case, accents and blanks, and can go on afterwards", func() {
		add(cleaning())
		again := cleaning()
		again.Name = "PROFILÁXIS  Dental"
		_, err := service.AddService(ctx, again)
		Expect(err).To(MatchError(catalog.ErrServiceName))
		Expect(names(catalog.Filter{})).To(HaveLen(1))
	})

	It("adds once when the answer was lost and the form is sent again", func() {
		s := cleaning()
		s.Doctors = []uuid.UUID{salas.ID}
		add(s)
		Expect(add(s).ID).To(Equal(s.ID))
		s.Price = soles("90")
		_, err := service.AddService(ctx, s)
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
		Expect(names(catalog.Filter{})).To(HaveLen(1))
	})

	It("changes what was seen, and counts the version up", func() {
		s := add(cleaning())
		s.Name, s.Price, s.Doctors = "Limpieza", soles("120"), []uuid.UUID{salas.ID, rios.ID}
		changed, err := service.ChangeService(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		changed.Doctors = []uuid.UUID{rios.ID}
		_, err = service.ChangeService(ctx, changed)
		Expect(err).NotTo(HaveOccurred())
		kept, err := service.Service(ctx, s.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Name).To(Equal("Limpieza"))
		Expect(kept.Doctors).To(Equal([]uuid.UUID{rios.ID}))
		Expect(kept.Version).To(Equal(int64(3)))
		var sound bool
		Expect(database.From(ctx).Raw("select updated_at >= created_at - interval '1 minute' from services where id = ?", s.ID).Scan(&sound).Error).To(Succeed())
		Expect(sound).To(BeTrue())
	})

	It("refuses to save over what somebody saved meanwhile, and keeps theirs", func() {
		s := add(cleaning())
		theirs := s
		theirs.Price = soles("99")
		_, err := service.ChangeService(ctx, theirs)
		Expect(err).NotTo(HaveOccurred())
		s.Name = "Limpieza"
		_, err = service.ChangeService(ctx, s)
		Expect(err).To(MatchError(catalog.ErrStale))
		kept, err := service.Service(ctx, s.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Name).To(Equal("Profilaxis dental"))
		Expect(kept.Price.StringFixed(2)).To(Equal("99.00"))
	})

	It("changes nothing that is not there", func() {
		_, err := service.ChangeService(ctx, cleaning())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		Expect(fault.IsNotFound(service.RetireService(ctx, newID()))).To(BeTrue())
		_, err = service.Service(ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
	})

	It("retires and restores, and twice is as good as once", func() {
		s := add(cleaning())
		for range 2 {
			Expect(service.RetireService(ctx, s.ID)).To(Succeed())
		}
		Expect(names(catalog.Filter{})).To(BeEmpty())
		Expect(names(catalog.Filter{Retired: true})).To(HaveLen(1))
		byID, err := service.ServicesByID(ctx, []uuid.UUID{s.ID, newID()})
		Expect(err).NotTo(HaveOccurred())
		Expect(byID).To(HaveLen(1))
		Expect(byID[s.ID].Version).To(Equal(int64(2)))
		Expect(service.RestoreService(ctx, s.ID)).To(Succeed())
		Expect(names(catalog.Filter{})).To(HaveLen(1))
	})

	It("finds by beginnings of words in any order, without accents, and goes on after the last one seen", func() {
		ids := map[string]uuid.UUID{}
		for _, name := range []string{"Ecografía obstétrica", "Ecografía morfológica", "Control prenatal", "Órtesis"} {
			s := cleaning()
			s.Name, s.Specialty = name, ""
			ids[name] = add(s).ID
		}
		Expect(names(catalog.Filter{})).To(Equal([]string{"Control prenatal", "Ecografía morfológica", "Ecografía obstétrica", "Órtesis"}))
		Expect(names(catalog.Filter{Query: "OBST eco"})).To(Equal([]string{"Ecografía obstétrica"}))
		Expect(names(catalog.Filter{Query: "ort"})).To(Equal([]string{"Órtesis"}))
		Expect(names(catalog.Filter{Query: "grafia"})).To(BeEmpty())
		Expect(names(catalog.Filter{Limit: 2})).To(HaveLen(2))
		Expect(names(catalog.Filter{After: ids["Ecografía morfológica"]})).To(Equal([]string{"Ecografía obstétrica", "Órtesis"}))
	})

	It("knows who does what: those named, else the specialty, else everybody", func() {
		bySpecialty := add(cleaning())
		named := cleaning()
		named.Name, named.Doctors = "Implante", []uuid.UUID{rios.ID}
		named = add(named)
		open := cleaning()
		open.Name, open.Specialty = "Certificado", ""
		open = add(open)

		for s, expected := range map[uuid.UUID][]uuid.UUID{bySpecialty.ID: {salas.ID}, named.ID: {rios.ID}, open.ID: {salas.ID, rios.ID}} {
			doctors, err := service.DoctorsOf(ctx, s)
			Expect(err).NotTo(HaveOccurred())
			Expect(doctors).To(Equal(expected))
		}
		Expect(names(catalog.Filter{DoctorID: rios.ID})).To(Equal([]string{"Certificado", "Implante"}))
		_, err := service.Services(ctx, catalog.Filter{DoctorID: newID()})
		Expect(fault.IsNotFound(err)).To(BeTrue())
		_, err = service.DoctorsOf(ctx, newID())
		Expect(fault.IsNotFound(err)).To(BeTrue())
	})

	Context("of another clinic", func() {
		var foreign catalog.Service

		BeforeAll(func() {
			Expect(world.Committed(world.Sur, "clinic_admin", func(ctx context.Context) error {
				var err error
				foreign, err = catalog.New(catalog.Postgres{}, house{}).AddService(ctx, cleaning())
				return err
			})).To(Succeed())
		})

		It("are not seen, not changed, not retired, and take no name away", func() {
			Expect(names(catalog.Filter{Retired: true})).To(BeEmpty())
			_, err := service.Service(ctx, foreign.ID)
			Expect(fault.IsNotFound(err)).To(BeTrue())
			_, err = service.ChangeService(ctx, foreign)
			Expect(fault.IsNotFound(err)).To(BeTrue())
			Expect(fault.IsNotFound(service.RetireService(ctx, foreign.ID))).To(BeTrue())
			add(cleaning())
		})

		It("lend no professional", func() {
			s := cleaning()
			s.Doctors = []uuid.UUID{world.Sur.People["doctor"].Membership}
			_, err := service.AddService(ctx, s)
			Expect(err).To(MatchError(catalog.ErrUnknownDoctor))
		})
	})

	It("are added once when two people add the same at the same moment", func() {
		start, answers := make(chan struct{}), make(chan error, 2)
		for range 2 {
			go func() {
				defer GinkgoRecover()
				<-start
				answers <- world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
					s := cleaning()
					s.Name = "Fluorización"
					_, err := service.AddService(ctx, s)
					return err
				})
			}()
		}
		close(start)
		var first, second error
		Eventually(answers).WithTimeout(10 * time.Second).Should(Receive(&first))
		Eventually(answers).WithTimeout(10 * time.Second).Should(Receive(&second))
		Expect([]error{first, second}).To(ConsistOf(BeNil(), MatchError(catalog.ErrServiceName)))
	})

	It("go into the change feed and the audit", func() {
		s := cleaning()
		Expect(world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			_, err := service.AddService(ctx, s)
			return err
		})).To(Succeed())
		read := database.From(world.RolledBack(world.Norte, "clinic_admin"))
		var fed, audited int64
		Expect(read.Table("change_log").Where("entity = 'service' and entity_id = ? and kind = 'created'", s.ID).Count(&fed).Error).To(Succeed())
		Expect(read.Table("audit_log").Where("entity = 'services' and entity_id = ? and action = 'insert'", s.ID).Count(&audited).Error).To(Succeed())
		Expect([]int64{fed, audited}).To(Equal([]int64{1, 1}))
	})
})
