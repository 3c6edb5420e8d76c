//go:build !js

package database_test

import (
	"context"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
)

var _ = Describe("a list read once", Ordered, func() {
	var world *dbtest.World
	BeforeAll(func() { world = cluster.World() })

	names := func(ctx context.Context) []string {
		GinkgoHelper()
		list, err := database.Once(ctx, []string{"sites"}, func() (names []string, err error) {
			return names, database.From(ctx).Raw("select name from sites order by name").Scan(&names).Error
		})
		Expect(err).NotTo(HaveOccurred())
		return list
	}
	rename := func(ctx context.Context, name string) error {
		return database.From(ctx).Exec("update sites set name = ?", name).Error
	}

	It("is not asked for again, and whoever changes their copy changes nobody's", func() {
		ctx := world.RolledBack(world.Norte, "receptionist")
		names(ctx)[0] = "spoilt"
		_, err := world.Admin.Exec(context.Background(), "update sites set name = 'Elsewhere' where clinic_id = $1", world.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(names(ctx)).To(Equal([]string{"Centro"}))
		_, err = world.Admin.Exec(context.Background(), "update sites set name = 'Centro' where clinic_id = $1", world.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is not asked for again when another table was written, or nothing", func() {
		ctx := world.RolledBack(world.Norte, "receptionist")
		asked := 0
		ask := func() int {
			_, err := database.Once(ctx, []string{"services", "service_doctors"}, func() ([]int, error) { asked++; return []int{1}, nil })
			Expect(err).NotTo(HaveOccurred())
			return asked
		}
		Expect(ask()).To(Equal(1))
		Expect(rename(ctx, "Nuevo")).To(Succeed())
		Expect(database.Savepoint(ctx, func(ctx context.Context) error {
			return database.From(ctx).Exec("select pg_advisory_xact_lock(7)").Error
		})).To(Succeed())
		Expect(ask()).To(Equal(1))
		Expect(database.From(ctx).Exec("delete from service_doctors").Error).To(Succeed())
		Expect(ask()).To(Equal(2))
		Expect(database.From(ctx).Table("services").Where("false").Update("active", true).Error).To(Succeed())
		Expect(ask()).To(Equal(3))
	})

	It("is read again after a write of the transaction, and after one that was taken back", func() {
		ctx := world.RolledBack(world.Norte, "receptionist")
		Expect(names(ctx)).To(Equal([]string{"Centro"}))
		err := database.Savepoint(ctx, func(ctx context.Context) error {
			Expect(rename(ctx, "Nuevo")).To(Succeed())
			Expect(names(ctx)).To(Equal([]string{"Nuevo"}))
			return errors.New("no")
		})
		Expect(err).To(HaveOccurred())
		Expect(names(ctx)).To(Equal([]string{"Centro"}))
	})

	It("is read again after the system's login wrote", func() {
		ctx := world.RolledBack(world.Sur, "receptionist")
		asked := 0
		ask := func() {
			_, err := database.Once(ctx, []string{"anything"}, func() ([]int, error) { asked++; return []int{1}, nil })
			Expect(err).NotTo(HaveOccurred())
		}
		ask()
		ask()
		Expect(asked).To(Equal(1))
		Expect(world.DB.AsSystem(ctx, "spec", func(*gorm.DB) error { return nil })).To(Succeed())
		ask()
		Expect(asked).To(Equal(2))
	})
})
