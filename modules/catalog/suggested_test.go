package catalog_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

var _ = Describe("suggested services", Ordered, func() {
	var world *dbtest.World
	var ctx context.Context
	service := catalog.New(catalog.Postgres{}, house{})

	BeforeAll(func() { world = cluster.World() })
	BeforeEach(func() { ctx = world.RolledBack(world.Norte, "clinic_admin") })

	all := func() []catalog.Suggestion {
		var keys []string
		for _, s := range accounts.Specialties() {
			keys = append(keys, s.Key)
		}
		return catalog.Suggested(keys...)
	}
	accept := func(list []catalog.Suggestion) []catalog.Accepted {
		var accepted []catalog.Accepted
		for _, s := range list {
			accepted = append(accepted, catalog.Accepted{Suggestion: s, Price: s.Price()})
		}
		return accepted
	}

	It("exist for each specialty, with names and keys of their own and prices within their range", func() {
		keys := map[string]bool{}
		for _, s := range all() {
			Expect(keys).NotTo(HaveKey(s.Key()))
			keys[s.Key()] = true
			Expect(s.Price().IntPart()).To(And(BeNumerically(">=", s.Low), BeNumerically("<=", s.High)), s.Name)
		}
		Expect(len(keys)).To(BeNumerically(">=", 84))
		for _, s := range accounts.Specialties() {
			Expect(catalog.Suggested(s.Key)).NotTo(BeEmpty(), s.Key)
		}
		Expect(catalog.Suggested("alquimia")).To(BeEmpty())
	})

	It("are all accepted as they stand, once", func() {
		Expect(service.AddSuggested(ctx, accept(all()))).To(Equal(len(all())))
		Expect(service.AddSuggested(ctx, accept(all()))).To(BeZero())
		Expect(service.NotYetOffered(ctx, []string{"odontologia", "psicologia"})).To(BeEmpty())
	})

	It("leave what the clinic already has as it is", func() {
		own := cleaning()
		own.Name = "exodoncia SIMPLE"
		_, err := service.AddService(ctx, own)
		Expect(err).NotTo(HaveOccurred())
		dental := catalog.Suggested("odontologia")
		open, err := service.NotYetOffered(ctx, []string{"odontologia"})
		Expect(err).NotTo(HaveOccurred())
		Expect(open).To(HaveLen(len(dental) - 1))
		Expect(service.AddSuggested(ctx, accept(dental))).To(Equal(len(dental) - 1))
		kept, err := service.Service(ctx, own.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept.Price.StringFixed(2)).To(Equal("80.50"))
	})

	It("ask for a chair only where there is one", func() {
		dental := accept(catalog.Suggested("odontologia"))
		first := func() catalog.Service {
			found, err := service.Services(ctx, catalog.Filter{Limit: 1})
			Expect(err).NotTo(HaveOccurred())
			return found[0]
		}
		Expect(service.AddSuggested(ctx, dental[:1])).To(Equal(1))
		Expect(first().Resource).To(Equal(catalog.NoResource))

		ctx = world.RolledBack(world.Sur, "clinic_admin")
		_, err := service.AddResource(ctx, catalog.Resource{ID: newID(), SiteID: world.Sur.Site, Name: "Sillón 1", Kind: catalog.Chair})
		Expect(err).NotTo(HaveOccurred())
		Expect(service.AddSuggested(ctx, dental[:1])).To(Equal(1))
		Expect(first().Resource).To(Equal(catalog.Chair))
	})

	It("are added all or none when a price has a problem", func() {
		accepted := accept(catalog.Suggested("odontologia"))
		accepted[3].Price = soles("-1")
		_, err := service.AddSuggested(ctx, accepted)
		problems, ok := fault.Fields(err)
		Expect(ok).To(BeTrue())
		Expect(problems).To(HaveKey("precio-" + accepted[3].Key()))
		Expect(service.Services(ctx, catalog.Filter{})).To(BeEmpty())
	})
})
