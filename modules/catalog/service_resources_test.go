package catalog_test

import (
	"context"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/catalog"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

func longText(n int) string { return strings.Repeat("a", n) }

var _ = Describe("the chairs and rooms of a clinic", Ordered, func() {
	var world *dbtest.World
	var ctx context.Context
	service := catalog.New(catalog.Postgres{}, house{})

	BeforeAll(func() { world = cluster.World() })
	BeforeEach(func() { ctx = world.RolledBack(world.Norte, "clinic_admin") })

	chair := func() catalog.Resource {
		return catalog.Resource{ID: newID(), SiteID: world.Norte.Site, Name: "Sillón 1", Kind: catalog.Chair}
	}

	It("are added, changed, taken out of use and back", func() {
		r, err := service.AddResource(ctx, chair())
		Expect(err).NotTo(HaveOccurred())
		_, err = service.AddResource(ctx, r)
		Expect(err).NotTo(HaveOccurred(), "a repeated form")
		r.Name = "Sillón azul"
		changed, err := service.ChangeResource(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		Expect(changed.Version).To(Equal(int64(2)))
		_, err = service.ChangeResource(ctx, r)
		Expect(err).To(MatchError(catalog.ErrStale))

		Expect(service.RetireResource(ctx, r.ID)).To(Succeed())
		Expect(service.Resources(ctx, world.Norte.Site)).To(BeEmpty())
		Expect(service.AllResources(ctx)).To(HaveLen(1))
		Expect(service.RestoreResource(ctx, r.ID)).To(Succeed())
		found, err := service.Resources(ctx, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(HaveLen(1))
		Expect(found[0].Name).To(Equal("Sillón azul"))
		Expect(service.Resources(ctx, newID())).To(BeEmpty())
	})

	DescribeTable("refuse a form with problems, beside the field",
		func(field string, spoil func(*catalog.Resource)) {
			r := chair()
			spoil(&r)
			_, err := service.AddResource(ctx, r)
			problems, ok := fault.Fields(err)
			Expect(ok).To(BeTrue())
			Expect(problems).To(HaveKey(field))
		},
		Entry("no name", "nombre", func(r *catalog.Resource) { r.Name = "" }),
		Entry("no site", "sede", func(r *catalog.Resource) { r.SiteID = uuid.Nil }),
		Entry("an unknown site", "sede", func(r *catalog.Resource) { r.SiteID = newID() }),
		Entry("another clinic's site", "sede", func(r *catalog.Resource) { r.SiteID = world.Sur.Site }),
		Entry("no kind", "tipo", func(r *catalog.Resource) { r.Kind = catalog.NoResource }),
	)

	It("have one name each within a site", func() {
		_, err := service.AddResource(ctx, chair())
		Expect(err).NotTo(HaveOccurred())
		again := chair()
		again.Name = "SILLON 1"
		_, err = service.AddResource(ctx, again)
		Expect(err).To(MatchError(catalog.ErrResourceName))
		Expect(service.AllResources(ctx)).To(HaveLen(1))
	})

	It("of another clinic are not there", func() {
		foreign := catalog.Resource{ID: newID(), SiteID: world.Sur.Site, Name: "Sillón 1", Kind: catalog.Chair}
		Expect(world.Committed(world.Sur, "clinic_admin", func(ctx context.Context) error {
			_, err := service.AddResource(ctx, foreign)
			return err
		})).To(Succeed())
		Expect(service.AllResources(ctx)).To(BeEmpty())
		_, err := service.Resource(ctx, foreign.ID)
		Expect(fault.IsNotFound(err)).To(BeTrue())
		Expect(fault.IsNotFound(service.RetireResource(ctx, foreign.ID))).To(BeTrue())
		foreign.SiteID, foreign.Version = world.Norte.Site, 1
		_, err = service.ChangeResource(ctx, foreign)
		Expect(fault.IsNotFound(err)).To(BeTrue())
	})
})
