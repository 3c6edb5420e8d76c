package database_test

import (
	"context"
	"errors"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
)

var _ = Describe("a clinic's transaction", Ordered, func() {
	var world *dbtest.World
	ctx := context.Background()

	BeforeAll(func() { world = cluster.World() })

	names := func(ctx context.Context) []string {
		var found []string
		Expect(database.From(ctx).Raw("select c.name from sites s join clinics c on c.id = s.clinic_id order by 1").Scan(&found).Error).To(Succeed())
		return found
	}

	It("sees its own clinic and no other", func() {
		Expect(names(world.RolledBack(world.Norte, "receptionist"))).To(ConsistOf("Clínica Norte"))
		Expect(names(world.RolledBack(world.Sur, "receptionist"))).To(ConsistOf("Clínica Sur"))
	})

	It("sees nothing without a clinic", func() {
		Expect(world.DB.InClinic(ctx, database.Scope{}, func(ctx context.Context) error {
			Expect(names(ctx)).To(BeEmpty())
			return nil
		})).To(Succeed())
	})

	It("refuses a query outside any transaction", func() {
		var n int
		Expect(database.From(ctx).Raw("select 1").Scan(&n).Error).To(MatchError(database.ErrNoSession))
	})

	It("refuses to write another clinic's row", func() {
		err := world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			return database.From(ctx).Exec("insert into sites (clinic_id, id, name) values (?, ?, 'Ajena')", world.Sur.ID, uuid.New()).Error
		})
		Expect(err).To(MatchError(ContainSubstring("row-level security")))
	})

	It("keeps what came before a failed savepoint", func() {
		broken := errors.New("broken")
		err := world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			add := func(name string) error {
				return database.From(ctx).Exec("insert into sites (id, name) values (?, ?)", uuid.New(), name).Error
			}
			Expect(add("Antes")).To(Succeed())
			Expect(database.Savepoint(ctx, func(context.Context) error { Expect(add("Dentro")).To(Succeed()); return broken })).To(MatchError(broken))
			return add("Después")
		})
		Expect(err).NotTo(HaveOccurred())
		var found []string
		Expect(database.From(world.RolledBack(world.Norte, "clinic_admin")).Raw("select name from sites order by name").Scan(&found).Error).To(Succeed())
		Expect(found).To(ConsistOf("Antes", "Centro", "Después"))
	})

	It("undoes all of a failed savepoint, also what came before one inside it that failed", func() {
		broken := errors.New("broken")
		err := world.Committed(world.Sur, "clinic_admin", func(ctx context.Context) error {
			add := func(name string) {
				Expect(database.From(ctx).Exec("insert into sites (id, name) values (?, ?)", uuid.New(), name).Error).To(Succeed())
			}
			outer := database.Savepoint(ctx, func(ctx context.Context) error {
				add("Fuera")
				Expect(database.Savepoint(ctx, func(context.Context) error { add("Dentro"); return broken })).To(MatchError(broken))
				return broken
			})
			Expect(outer).To(MatchError(broken))
			return nil
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(names(world.RolledBack(world.Sur, "receptionist"))).To(HaveEach("Clínica Sur"))
		var found []string
		Expect(database.From(world.RolledBack(world.Sur, "clinic_admin")).Raw("select name from sites").Scan(&found).Error).To(Succeed())
		Expect(found).NotTo(ContainElement("Fuera"))
	})

	It("goes back to the savepoint of the failure, also after others were done beside it and inside it", func() {
		broken := errors.New("broken")
		var kept []string
		err := world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			add := func(name string, fails error) error {
				return database.Savepoint(ctx, func(context.Context) error {
					Expect(database.From(ctx).Exec("insert into sites (id, name) values (?, ?)", uuid.New(), name).Error).To(Succeed())
					return fails
				})
			}
			pair := func(first, second string, fails error) error {
				return database.Savepoint(ctx, func(context.Context) error {
					return errors.Join(add(first, nil), add(second, nil), add(second+" no", broken), fails)
				})
			}
			Expect(add("Uno", nil)).To(Succeed())
			Expect(pair("Dos", "Tres", nil)).To(MatchError(broken))
			Expect(add("Cuatro", broken)).To(MatchError(broken))
			Expect(database.Savepoint(ctx, func(context.Context) error {
				Expect(add("Cinco", nil)).To(Succeed())
				Expect(add("Seis", broken)).To(MatchError(broken))
				return add("Siete", nil)
			})).To(Succeed())
			Expect(add("Ocho", broken)).To(MatchError(broken))
			return database.From(ctx).Raw("select name from sites where name in ('Uno','Dos','Tres','Cuatro','Cinco','Seis','Siete','Ocho') order by name").Scan(&kept).Error
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(kept).To(Equal([]string{"Cinco", "Siete", "Uno"}))
	})

	It("lasts when bold work goes well, and leaves nothing when a part of it failed, whoever swallows that", func() {
		scope := database.Scope{ClinicID: world.Sur.ID}
		boldly := func(name string, fails error) error {
			return world.DB.Boldly(ctx, scope, func(ctx context.Context) error {
				add := func(name string, fails error) error {
					return database.Savepoint(ctx, func(ctx context.Context) error {
						return errors.Join(database.From(ctx).Exec("insert into sites (id, name) values (?, ?)", uuid.New(), name).Error, fails)
					})
				}
				return database.Savepoint(ctx, func(ctx context.Context) error {
					Expect(add(name+" antes", nil)).To(Succeed())
					_ = add(name, fails)
					return nil
				})
			})
		}
		Expect(boldly("Audaz", nil)).To(Succeed())
		Expect(boldly("Perdida", errors.New("no"))).To(MatchError(database.ErrSpoilt))
		var found []string
		Expect(database.From(world.RolledBack(world.Sur, "clinic_admin")).Raw("select name from sites where name ~ 'Audaz|Perdida' order by name").Scan(&found).Error).To(Succeed())
		Expect(found).To(Equal([]string{"Audaz", "Audaz antes"}))
	})

	It("writes two things in one trip, each with its own values, and tells what became of the first", func() {
		ctx := world.RolledBack(world.Norte, "clinic_admin")
		site := func(name string) func(tx *gorm.DB) *gorm.DB {
			return func(tx *gorm.DB) *gorm.DB {
				return tx.Table("sites").Create(map[string]any{"id": uuid.New(), "name": name})
			}
		}
		none := func(tx *gorm.DB) *gorm.DB {
			return tx.Table("sites").Where("name = ?", "Ninguna").Update("name", "Otra")
		}
		Expect(database.Together(ctx, site("A la vez 1"), site("A la vez 2")).Error).To(Succeed())
		second := database.Together(ctx, none, site("A la vez 3"))
		Expect(second.Error).To(Succeed())
		Expect(second.RowsAffected).To(BeZero())
		var found []string
		Expect(database.From(ctx).Raw("select name from sites where name like 'A la vez%' order by 1").Scan(&found).Error).To(Succeed())
		Expect(found).To(Equal([]string{"A la vez 1", "A la vez 2", "A la vez 3"}))
		nothing := func(tx *gorm.DB) *gorm.DB { _ = tx.AddError(gorm.ErrInvalidData); return tx }
		Expect(database.Together(ctx, site("A la vez 4"), nothing).Error).To(MatchError(gorm.ErrInvalidData))
		Expect(database.Together(context.Background(), none, none).Error).To(MatchError(database.ErrNoSession))
	})

	It("runs what waits for the commit only after it", func() {
		ran := false
		failed := world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			database.AfterCommit(ctx, func() { ran = true })
			return errors.New("no")
		})
		Expect(failed).To(HaveOccurred())
		Expect(ran).To(BeFalse())
		Expect(world.Committed(world.Norte, "clinic_admin", func(ctx context.Context) error {
			database.AfterCommit(ctx, func() { ran = true })
			Expect(ran).To(BeFalse())
			return nil
		})).To(Succeed())
		Expect(ran).To(BeTrue())
	})

	It("numbers changes at the commit, without gaps, and audits who made them", func() {
		before := changes(world, world.Sur)
		Expect(world.Committed(world.Sur, "clinic_admin", func(ctx context.Context) error {
			return database.From(ctx).Exec("insert into sites (id, name) values (?, 'Nueva')", uuid.New()).Error
		})).To(Succeed())
		Expect(changes(world, world.Sur)).To(Equal(before + 1))
		var who string
		tx := database.From(world.RolledBack(world.Sur, "clinic_admin"))
		Expect(tx.Raw("select user_id from audit_log where entity = 'sites' order by id desc limit 1").Scan(&who).Error).To(Succeed())
		Expect(who).To(Equal(world.Sur.People["clinic_admin"].User.String()))
	})

	It("lets the system see accounts and nothing of the audit", func() {
		var clinics int
		Expect(world.DB.AsSystem(ctx, "count clinics", func(tx *gorm.DB) error {
			return tx.Raw("select count(*) from clinics").Scan(&clinics).Error
		})).To(Succeed())
		Expect(clinics).To(Equal(2))
		Expect(world.DB.AsSystem(ctx, "read the audit", func(tx *gorm.DB) error {
			return tx.Exec("select 1 from audit_log").Error
		})).To(MatchError(ContainSubstring("permission denied")))
	})

	It("refuses logins that row-level security does not bind", func() {
		_, err := database.Open(ctx, database.Options{AppURL: world.Logins.Owner, SystemURL: world.Logins.System})
		Expect(err).To(MatchError(ContainSubstring("too strong")))
	})
})

func changes(world *dbtest.World, clinic dbtest.Clinic) int {
	var seq int
	Expect(database.From(world.RolledBack(clinic, "clinic_admin")).Raw("select coalesce(max(seq), 0) from change_counters").Scan(&seq).Error).To(Succeed())
	return seq
}
