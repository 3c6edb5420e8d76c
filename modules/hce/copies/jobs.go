//go:build !js

package copies

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
)

// clearEvery is how often expired copies are looked for.
const clearEvery = time.Hour

// attempts is how often a copy is tried before it is given up.
const attempts = 5

// MakeArgs name the copy to make.
type MakeArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
	CopyID   uuid.UUID `json:"copy_id"`
}

// Kind names the job.
func (MakeArgs) Kind() string { return "record_copy" }

// ClearArgs asks to remove copies that have expired.
type ClearArgs struct{}

// Kind names the job.
func (ClearArgs) Kind() string { return "record_copies_clear" }

// InsertOpts keeps one clearing at a time, whoever asks for it.
func (ClearArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByPeriod: clearEvery / 2}}
}

// queue is the Queue over the program's.
type queue struct{ jobs *jobs.Queue }

// NewQueue lets the job queue make copies.
func NewQueue(q *jobs.Queue) Queue { return queue{q} }

// Make asks for a job. A second one of the same copy does no harm: what is made twice is kept once.
func (q queue) Make(ctx context.Context, id uuid.UUID) error {
	return q.jobs.Insert(ctx, MakeArgs{database.ScopeOf(ctx).ClinicID, id}, &river.InsertOpts{MaxAttempts: attempts})
}

type makeWorker struct {
	river.WorkerDefaults[MakeArgs]
	service *Service
}

// Timeout leaves a record with many files its time.
func (*makeWorker) Timeout(*river.Job[MakeArgs]) time.Duration { return 15 * time.Minute }

// Work makes a copy, and gives it up with the last attempt.
func (w *makeWorker) Work(ctx context.Context, job *river.Job[MakeArgs]) error {
	err := w.service.Make(ctx, job.Args.ClinicID, job.Args.CopyID)
	if err != nil && job.Attempt >= job.MaxAttempts {
		err = errors.Join(err, w.service.Fail(context.WithoutCancel(ctx), job.Args.ClinicID, job.Args.CopyID))
	}
	return err
}

type clearWorker struct {
	river.WorkerDefaults[ClearArgs]
	service *Service
	db      *database.DB
	log     *slog.Logger
}

// Work removes what has expired in every clinic; one that fails keeps none of the others from it.
func (w *clearWorker) Work(ctx context.Context, _ *river.Job[ClearArgs]) error {
	return jobs.EachClinic(ctx, w.db, "list clinics to remove expired copies", func(clinic uuid.UUID) error {
		cleared, err := w.service.Clear(ctx, clinic)
		if cleared > 0 {
			w.log.Info("expired copies of records were removed", "copies", cleared)
		}
		return err
	})
}

// AddWorkers adds the jobs of copies.
func AddWorkers(workers *river.Workers, service *Service, db *database.DB, log *slog.Logger) error {
	if err := river.AddWorkerSafely(workers, &makeWorker{service: service}); err != nil {
		return err
	}
	return river.AddWorkerSafely(workers, &clearWorker{service: service, db: db, log: log})
}

// Periodic looks for expired copies every hour.
func Periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(clearEvery), func() (river.JobArgs, *river.InsertOpts) { return ClearArgs{}, nil }, nil),
	}
}
