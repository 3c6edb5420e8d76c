//go:build !js

package pii_test

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"

	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/pii"
)

var _ = Describe("the job that rotates keys", Ordered, func() {
	var (
		ctx     = context.Background()
		world   *dbtest.World
		clock   *watch
		vault   *pii.Vault
		rotator *pii.Rotator
		queue   *jobs.Queue
		people  *patients
		staff   *patients
	)

	BeforeAll(func() {
		world = dbtest.Start().World()
		clock = newWatch()
		vault = pii.NewVault(masterOf(1), pii.NewPostgresKeyStore(world.DB.AsSystem), clock.now)
		people = &patients{name: "patients", clinic: world.Norte.ID, rows: map[uuid.UUID]*patient{}, fuse: &fuse{}}
		staff = &patients{name: "staff", rows: map[uuid.UUID]*patient{}, fuse: &fuse{}}
		for _, table := range []*patients{people, staff} {
			for _, number := range []string{"45678912", "45678913", "45678914"} {
				Expect(table.put(keysOf(vault, table.clinic), uuid.New(), number)).To(Succeed())
			}
		}
		var err error
		rotator, err = pii.NewRotator(vault, pii.NewPostgresProgressStore(world.DB.AsSystem),
			pii.Reencrypters{Clinic: []pii.Reencrypter{people}, Platform: []pii.Reencrypter{staff}}, pace)
		Expect(err).NotTo(HaveOccurred())
		queue, err = jobs.NewQueue()
		Expect(err).NotTo(HaveOccurred())
	})

	// stages are where the rotations stand, as the database tells.
	stages := func() (stages []string) {
		rows, err := world.Admin.Query(ctx, "select stage from key_rotations where module = '' order by clinic_id")
		Expect(err).NotTo(HaveOccurred())
		defer rows.Close()
		for rows.Next() {
			var stage string
			Expect(rows.Scan(&stage)).To(Succeed())
			stages = append(stages, stage)
		}
		return stages
	}

	asleep := func() (n int) {
		Expect(world.Admin.QueryRow(ctx, "select count(*) from river_job where kind = 'rotate_keys' and state = 'scheduled'").Scan(&n)).To(Succeed())
		return n
	}

	exec := func(sql string) pgconn.CommandTag {
		tag, err := world.Admin.Exec(ctx, sql)
		Expect(err).NotTo(HaveOccurred())
		return tag
	}

	It("is enqueued once for the platform and each clinic with keys, however often it is asked for", func() {
		for range 2 {
			Expect(pii.StartRotation(ctx, world.DB.AsSystem, queue, rotator)).To(Equal(2))
		}
		Expect(exec("select 1 from river_job where kind = 'rotate_keys'").RowsAffected()).To(BeEquivalentTo(2))
		Expect(stages()).To(Equal([]string{"adding", "adding"}))
	})

	It("sleeps while a rotation has to wait, and carries it through to the end", func() {
		before := keysOf(vault, world.Norte.ID).IndexKeyIDs()
		workers := river.NewWorkers()
		pii.AddWorkers(workers, rotator)
		worker, err := jobs.NewWorker(world.DB.Pool(), workers, nil, slog.New(slog.DiscardHandler))
		Expect(err).NotTo(HaveOccurred())
		Expect(worker.Start(ctx)).To(Succeed())
		DeferCleanup(worker.Stop, ctx)

		for _, stage := range []string{"promoting", "reencrypting", "sweeping", "deleting"} {
			Eventually(asleep, "20s").Should(Equal(2))
			Expect(stages()).To(Equal([]string{stage, stage}))
			clock.pass(2 * time.Hour)
			exec("update river_job set state = 'available', scheduled_at = now() where kind = 'rotate_keys' and state = 'scheduled'")
		}
		Eventually(stages, "20s").Should(Equal([]string{"done", "done"}))
		Eventually(func() int64 {
			return exec("select 1 from river_job where kind = 'rotate_keys' and state = 'completed'").RowsAffected()
		}, "20s").Should(BeEquivalentTo(2))

		for _, table := range []*patients{people, staff} {
			fresh, err := vault.Fresh(ctx, table.clinic)
			Expect(err).NotTo(HaveOccurred())
			Expect(table.check(fresh)).To(Succeed())
			Expect(fresh.IndexKeyIDs()).To(HaveLen(1))
			Expect(fresh.IndexKeyIDs()).NotTo(Equal(before))
		}
	})

	It("may be asked for again once the last rotation is done", func() {
		Expect(pii.StartRotation(ctx, world.DB.AsSystem, queue, rotator)).To(Equal(2))
		Expect(exec("select 1 from river_job where kind = 'rotate_keys'").RowsAffected()).To(BeEquivalentTo(4))
	})
})
