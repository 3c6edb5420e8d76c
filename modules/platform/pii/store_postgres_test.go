//go:build !js

package pii_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/pii"
)

var _ = Describe("keys in PostgreSQL", Ordered, func() {
	var (
		ctx      = context.Background()
		world    *dbtest.World
		store    *pii.PostgresKeyStore
		progress *pii.PostgresProgressStore
		clock    *watch
	)

	BeforeAll(func() {
		world = dbtest.Start().World()
		store = pii.NewPostgresKeyStore(world.DB.AsSystem)
		progress = pii.NewPostgresProgressStore(world.DB.AsSystem)
		clock = newWatch()
	})

	inClinic := func(ctx context.Context, clinic uuid.UUID, f func(*gorm.DB) error) error {
		return world.DB.InClinic(ctx, database.Scope{ClinicID: clinic}, func(ctx context.Context) error {
			return f(database.From(ctx))
		})
	}

	It("are made once, however many processes ask first", func() {
		clinic := uuid.New()
		Expect(store.Load(ctx, clinic)).Error().To(MatchError(pii.ErrNoKeyset))
		found := make([]pii.BlindIndex, 8)
		var all sync.WaitGroup
		for i := range found {
			all.Go(func() {
				defer GinkgoRecover()
				found[i] = keysOf(pii.NewVault(masterOf(1), store, clock.now), clinic).Index("document", "45678912")
			})
		}
		all.Wait()
		Expect(found).To(HaveEach(Equal(found[0])))
		Expect(store.Clinics(ctx)).To(ContainElement(clinic))
	})

	It("are changed by one of two who saw the same version", func() {
		clinic := uuid.New()
		first := pii.Stored{AEAD: []byte("a"), PRF: []byte("p"), Version: 1}
		Expect(store.Create(ctx, clinic, first)).To(Succeed())
		Expect(store.Create(ctx, clinic, pii.Stored{AEAD: []byte("late"), PRF: []byte("late"), Version: 1})).To(Succeed())
		Expect(store.Load(ctx, clinic)).To(Equal(first), "the first writer won")

		refused := make([]error, 2)
		var all sync.WaitGroup
		for i := range refused {
			all.Go(func() {
				refused[i] = store.Replace(ctx, clinic, first, pii.Stored{AEAD: []byte{byte(i)}, PRF: []byte("p"), Version: 2})
			})
		}
		all.Wait()
		Expect(refused).To(ConsistOf(BeNil(), MatchError(pii.ErrStale)))
		Expect(store.Load(ctx, clinic)).To(HaveField("Version", 2))
	})

	It("are out of reach for a request", func() {
		err := inClinic(ctx, world.Norte.ID, func(tx *gorm.DB) error {
			return tx.Exec("select aead from keysets").Error
		})
		Expect(err).To(MatchError(ContainSubstring("permission denied")))
	})

	It("remember how far a rotation is, and refuse who is behind", func() {
		clinic, now := uuid.New(), clock.now()
		Expect(store.Create(ctx, clinic, pii.Stored{AEAD: []byte("a"), PRF: []byte("p"), Version: 1})).To(Succeed())
		Expect(progress.Rotation(ctx, clinic)).Error().To(MatchError(pii.ErrNoRotation))
		Expect(progress.Begin(ctx, clinic, now)).To(Succeed())
		Expect(progress.Move(ctx, clinic, pii.StageAdding, pii.StageReencrypting, now)).To(Succeed())
		Expect(progress.Move(ctx, clinic, pii.StageAdding, pii.StageReencrypting, now)).To(MatchError(pii.ErrStale))
		Expect(progress.Begin(ctx, clinic, now.Add(time.Hour))).To(Succeed(), "one on its way goes on")
		Expect(progress.Rotation(ctx, clinic)).To(Equal(pii.Rotation{Stage: pii.StageReencrypting, Since: now}))

		half := pii.Cursor{After: uuid.New()}
		Expect(progress.Cursor(ctx, clinic, "patients")).To(BeZero())
		Expect(progress.SaveCursor(ctx, clinic, pii.StageSweeping, "patients", half)).To(MatchError(pii.ErrStale))
		Expect(progress.SaveCursor(ctx, clinic, pii.StageReencrypting, "patients", half)).To(Succeed())
		Expect(progress.Cursor(ctx, clinic, "patients")).To(Equal(half))
		whole := pii.Cursor{After: uuid.New(), Done: true}
		Expect(progress.SaveCursor(ctx, clinic, pii.StageReencrypting, "patients", whole)).To(Succeed())
		Expect(progress.Cursor(ctx, clinic, "patients")).To(Equal(whole))

		Expect(progress.Move(ctx, clinic, pii.StageReencrypting, pii.StageDone, now)).To(Succeed())
		Expect(progress.Cursor(ctx, clinic, "patients")).To(BeZero(), "a new stage begins at the beginning")
		Expect(progress.Begin(ctx, clinic, now.Add(time.Hour))).To(Succeed(), "the next rotation")
		Expect(progress.Rotation(ctx, clinic)).To(Equal(pii.Rotation{Stage: pii.StageAdding, Since: now.Add(time.Hour)}))
	})

	It("are rotated under the rows of one clinic, through restarts, and leave the other's alone", func() {
		exec := func(sql string) {
			GinkgoHelper()
			_, err := world.Owner.Exec(ctx, sql)
			Expect(err).NotTo(HaveOccurred())
		}
		exec(`create table contacts (
			clinic_id uuid not null default nullif(current_setting('app.clinic_id', true), '')::uuid,
			id uuid not null, phone bytea not null, email bytea, primary key (clinic_id, id))`)
		exec("call tenant_table('contacts', 'insert, update')")

		vault := pii.NewVault(masterOf(1), store, clock.now)
		place := func(clinic, row uuid.UUID, column string) pii.Place {
			return pii.Place{Clinic: clinic, Table: "contacts", Column: column, Row: row}
		}
		phones := map[uuid.UUID]map[uuid.UUID]string{world.Norte.ID: {}, world.Sur.ID: {}}
		for clinic := range phones {
			keys := keysOf(vault, clinic)
			Expect(inClinic(ctx, clinic, func(tx *gorm.DB) error {
				for i := range 5 {
					id, phone := uuid.New(), fmt.Sprintf("+5198765432%d", i)
					cipher, err := keys.Encrypt(phone, place(clinic, id, "phone"))
					Expect(err).NotTo(HaveOccurred())
					phones[clinic][id] = phone
					Expect(tx.Exec("insert into contacts (id, phone) values (?, ?)", id, cipher).Error).To(Succeed())
				}
				return nil
			})).To(Succeed())
		}
		surBefore, err := store.Load(ctx, world.Sur.ID)
		Expect(err).NotTo(HaveOccurred())
		oldKey := keysOf(vault, world.Norte.ID).IndexKeyIDs()

		readsAll := func(clinic uuid.UUID) {
			GinkgoHelper()
			keys := keysOf(pii.NewVault(masterOf(1), store, clock.now), clinic)
			Expect(inClinic(ctx, clinic, func(tx *gorm.DB) error {
				var rows []struct {
					ID    uuid.UUID
					Phone []byte
					Email []byte
				}
				Expect(tx.Raw("select id, phone, email from contacts").Scan(&rows).Error).To(Succeed())
				Expect(rows).To(HaveLen(5))
				for _, row := range rows {
					Expect(keys.Decrypt(row.Phone, place(clinic, row.ID, "phone"))).To(Equal(phones[clinic][row.ID]))
					Expect(row.Email).To(BeNil())
				}
				return nil
			})).To(Succeed())
		}

		table := pii.Columns{Table: "contacts", Names: []string{"phone", "email"}, Execute: inClinic}
		for start, done := true, false; !done; start = false {
			rotator, err := pii.NewRotator( // a new process for each step
				pii.NewVault(masterOf(1), store, clock.now), progress, pii.Reencrypters{Clinic: []pii.Reencrypter{table}}, pace)
			Expect(err).NotTo(HaveOccurred())
			if start {
				Expect(rotator.Start(ctx, world.Norte.ID)).To(Succeed())
			}
			step, err := rotator.Step(ctx, world.Norte.ID)
			Expect(err).NotTo(HaveOccurred())
			readsAll(world.Norte.ID)
			clock.pass(step.Wait)
			done = step.Done()
		}
		clock.pass(pii.KeysLifetime)
		Expect(keysOf(vault, world.Norte.ID).IndexKeyIDs()).To(HaveLen(1))
		Expect(keysOf(vault, world.Norte.ID).IndexKeyIDs()).NotTo(Equal(oldKey))
		readsAll(world.Sur.ID)
		Expect(store.Load(ctx, world.Sur.ID)).To(Equal(surBefore))
	})
})
