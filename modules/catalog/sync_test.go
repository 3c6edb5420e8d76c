package catalog_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// deviceAfter is a device that took in what those changes tell, in the context of a reading request.
func deviceAfter(ctx context.Context, kinds []offline.Kind, changes []offline.Change) context.Context {
	GinkgoHelper()
	device := offline.NewDevice(offline.NewMemory(), kinds, clock.At(time.Now()))
	unitCtx, unit := device.Begin(ctx, uuid.Nil)
	for _, c := range changes {
		Expect(unit.Keep(unitCtx, offline.Object{Entity: c.Entity, ID: c.ID.String(), Version: c.Version, Base: c.Data})).To(Succeed())
	}
	Expect(unit.Commit(unitCtx)).To(Succeed())
	return device.Read(ctx)
}

// everything is what a new device of the person behind ctx gets of the catalogue.
func everything(ctx context.Context) (changes []offline.Change) {
	GinkgoHelper()
	for _, entity := range catalog.SyncEntities(catalog.NewPostgres()) {
		for after, more := "", true; more; more = after != "" {
			page, next, err := entity.Page(ctx, offline.Window{}, after, 2)
			Expect(err).NotTo(HaveOccurred())
			changes, after = append(changes, page...), next
		}
	}
	return changes
}

var _ = Describe("the catalogue on a device", Ordered, func() {
	var world *dbtest.World
	var kept []catalog.Service
	store := catalog.NewPostgres()

	BeforeAll(func() {
		world = cluster.World()
		Expect(world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			house := catalog.New(store, accounts.Colleagues{})
			for _, name := range []string{"Profilaxis dental", "Ácido hialurónico", "Control", "zeta", "Ñandú"} {
				s := cleaning()
				s.ID, s.Name = newID(), name
				if name == "Control" {
					s.Doctors = []uuid.UUID{world.Norte.People["doctor"].Membership}
				}
				added, err := house.AddService(ctx, s)
				if err != nil {
					return err
				}
				kept = append(kept, added)
			}
			for _, name := range []string{"Sillón 2", "Sillón 1", "Box"} {
				if _, err := house.AddResource(ctx, catalog.Resource{ID: newID(), SiteID: world.Norte.Site, Name: name, Kind: catalog.Chair}); err != nil {
					return err
				}
			}
			return house.RetireService(ctx, kept[3].ID)
		})).To(Succeed())
	})

	of := func(role string) context.Context {
		return world.RolledBack(world.Norte, role, accounts.CatalogRead)
	}

	DescribeTable("answers as the server does", func(read func(ctx context.Context, s catalog.Store) (any, error)) {
		ctx := of("receptionist")
		online, err := read(ctx, store)
		Expect(err).NotTo(HaveOccurred())
		device := deviceAfter(ctx, catalog.DeviceKinds(), everything(ctx))
		Expect(read(device, catalog.NewOffline())).To(Equal(online))
	},
		Entry("all services", func(ctx context.Context, s catalog.Store) (any, error) { return s.Services(ctx) }),
		Entry("a service with its professionals", func(ctx context.Context, s catalog.Store) (any, error) { return s.Service(ctx, kept[2].ID) }),
		Entry("a retired service", func(ctx context.Context, s catalog.Store) (any, error) { return s.Service(ctx, kept[3].ID) }),
		Entry("all resources", func(ctx context.Context, s catalog.Store) (any, error) { return s.Resources(ctx) }),
		Entry("a resource", func(ctx context.Context, s catalog.Store) (any, error) {
			all, err := s.Resources(ctx)
			Expect(all).To(HaveLen(3))
			if err != nil {
				return nil, err
			}
			return s.Resource(ctx, all[1].ID)
		}),
	)

	It("does not find what is not there, and changes nothing", func() {
		ctx := of("receptionist")
		device := deviceAfter(ctx, catalog.DeviceKinds(), everything(ctx))
		local := catalog.NewOffline()
		_, err := local.Service(device, uuid.New())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		_, err = local.Resource(device, uuid.New())
		Expect(fault.IsNotFound(err)).To(BeTrue())
		for _, err := range []error{
			local.AddService(device, kept[0]), local.ChangeService(device, kept[0]), local.OfferService(device, kept[0].ID, false),
			local.AddResource(device, catalog.Resource{}), local.ChangeResource(device, catalog.Resource{}), local.UseResource(device, newID(), false),
		} {
			Expect(err).To(MatchError(offline.ErrNeedsConnection))
		}
	})

	DescribeTable("holds prices only where money is taken", func(role string, priced bool) {
		ctx := of(role)
		changes := everything(ctx)
		Expect(changes).To(HaveLen(8))
		for _, c := range changes {
			if priced && c.Entity == "service" {
				Expect(string(c.Data)).To(ContainSubstring(`"price":"80.50"`))
				continue
			}
			Expect(string(c.Data)).NotTo(Or(ContainSubstring("price"), ContainSubstring("80.5")))
		}
		services, err := catalog.NewOffline().Services(deviceAfter(ctx, catalog.DeviceKinds(), changes))
		Expect(err).NotTo(HaveOccurred())
		for _, s := range services {
			Expect(s.NoPrice).To(Equal(!priced))
			if priced {
				Expect(s.Terms()).To(Equal("30 min · S/ 80.50"))
			} else {
				Expect(s.Terms()).To(Equal("30 min"), "an unknown price is not S/ 0.00")
			}
		}
	},
		Entry("the front desk", "receptionist", true), Entry("the till", "cashier", true),
		Entry("a professional", "doctor", false), Entry("an assistant", "assistant", false), Entry("the office", "clinic_admin", false),
	)

	It("gives nothing to whoever may not see the catalogue, and of another clinic nothing at all", func() {
		Expect(everything(world.RolledBack(world.Norte, "receptionist"))).To(BeEmpty())
		Expect(everything(world.RolledBack(world.Sur, "receptionist", accounts.CatalogRead))).To(BeEmpty())
		services := catalog.SyncEntities(store)[0]
		foreign, err := services.Current(world.RolledBack(world.Sur, "receptionist", accounts.CatalogRead), offline.Window{}, []uuid.UUID{kept[0].ID})
		Expect(err).NotTo(HaveOccurred())
		Expect(foreign).To(BeEmpty())
	})

	It("reads those asked for, counts them all, and refuses to be changed", func() {
		ctx := of("receptionist")
		services := catalog.SyncEntities(store)[0]
		found, err := services.Current(ctx, offline.Window{}, []uuid.UUID{kept[1].ID, uuid.New(), kept[3].ID})
		Expect(err).NotTo(HaveOccurred())
		ids := []uuid.UUID{}
		for _, c := range found {
			ids = append(ids, c.ID)
		}
		Expect(ids).To(ConsistOf(kept[1].ID, kept[3].ID))
		Expect(services.Count(ctx, offline.Window{})).To(Equal(5))
		Expect(services.Entering(ctx, offline.Window{}, time.Time{}, time.Now())).To(BeEmpty())
		_, err = services.Apply(ctx, offline.Received{Operation: offline.Operation{Entity: "service", Action: offline.Update, LocalID: kept[0].ID, Data: json.RawMessage(`{"price":"1.00"}`)}})
		Expect(fault.KindOf(err)).To(Equal(fault.Forbidden))
	})

	It("is told of a service when only those who offer it change", func() {
		fed := func() (times int) {
			GinkgoHelper()
			const query = "select count(*) from change_log where entity = 'service' and entity_id = $1"
			Expect(world.Admin.QueryRow(context.Background(), query, kept[0].ID).Scan(&times)).To(Succeed())
			return times
		}
		before, changed := fed(), kept[0]
		changed.Doctors = []uuid.UUID{world.Norte.People["doctor"].Membership}
		Expect(world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			_, err := catalog.New(store, accounts.Colleagues{}).ChangeService(ctx, changed)
			return err
		})).To(Succeed())
		Expect(fed()).To(BeNumerically(">", before))
	})
})
