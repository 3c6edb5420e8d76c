package sync_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"hampi/modules/platform/jobs"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

var _ = Describe("the jobs of synchronisation", func() {
	It("finish what a request left, once for each clinic and in the sender's name, and forget the old log", func() {
		l := newLab()
		queue, err := jobs.NewQueue()
		Expect(err).NotTo(HaveOccurred())
		waiting := l.op(offline.Update, newID(), `{"color":"azul"}`)
		l.post("", waiting)
		Expect(l.Committed(l.Norte, "receptionist", func(ctx context.Context) error {
			for range 3 {
				if err := sync.NewJobs(queue).Finish(ctx, l.Norte.ID, l.clock()); err != nil {
					return err
				}
			}
			return nil
		})).To(Succeed())
		Expect(l.count("select count(*) from river_job where kind = 'sync_finish'")).To(Equal(1))

		l.as(l.Norte, "doctor")
		o := l.create(waiting.LocalID, "Ana")
		o.Timestamp = waiting.Timestamp
		l.post("", o)
		_, err = l.Admin.Exec(context.Background(), "update change_log set at = $1 where entity <> 'thing'", l.clock().AddDate(0, 0, -181))
		Expect(err).NotTo(HaveOccurred())
		l.pass(2 * time.Minute)

		workers := river.NewWorkers()
		Expect(sync.AddWorkers(workers, l.service, l.DB)).To(Succeed())
		worker, err := river.NewClient(riverpgxv5.New(l.DB.Pool()), &river.Config{
			Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}}, Workers: workers, PeriodicJobs: sync.Periodic(),
			FetchPollInterval: 100 * time.Millisecond, ReindexerIndexNames: []string{},
		})
		Expect(err).NotTo(HaveOccurred())
		_, err = worker.Insert(context.Background(), sync.SweepArgs{}, nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = worker.Insert(context.Background(), sync.ForgetChangesArgs{}, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(worker.Start(context.Background())).To(Succeed())
		defer worker.Stop(context.Background()) //nolint:errcheck // the spec is over

		Eventually(func() int { return l.count("select count(*) from sync_queue") }, 20*time.Second, 50*time.Millisecond).Should(BeZero())
		Expect(l.count("select count(*) from things where color = 'azul'")).To(Equal(1))
		Expect(l.count("select count(*) from sync_ops where op_id = $1 and user_id = $2", waiting.OpID, l.Norte.People["receptionist"].User)).To(Equal(1))
		Eventually(func() int { return l.count("select count(*) from change_log where entity <> 'thing'") }, 20*time.Second, 50*time.Millisecond).Should(BeZero())
		Expect(l.count("select count(*) from change_log where entity = 'thing'")).To(BeNumerically(">", 0))
	})
})
