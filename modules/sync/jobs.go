//go:build !js

package sync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
)

// How often every clinic's queue is looked into, and how long the log of changes is kept (DESIGN §5).
const (
	sweepEvery  = time.Minute
	changesKept = 180 * 24 * time.Hour
)

// FinishArgs asks to carry out what lies in a clinic's queue.
type FinishArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
}

// Kind names the job.
func (FinishArgs) Kind() string { return "sync_finish" }

// InsertOpts keeps one job for each clinic, however many batches come in.
func (FinishArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{UniqueOpts: oneAtATime()} }

// SweepArgs asks to look into the queues of all clinics.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "sync_sweep" }

// InsertOpts keeps one sweep at a time.
func (SweepArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{UniqueOpts: oneAtATime()} }

// ForgetChangesArgs asks to drop what of the log of changes no device follows any more.
type ForgetChangesArgs struct{}

// Kind names the job.
func (ForgetChangesArgs) Kind() string { return "sync_forget_changes" }

func oneAtATime() river.UniqueOpts {
	return river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}
}

// queueJobs is the Jobs over the program's queue.
type queueJobs struct{ queue *jobs.Queue }

// NewJobs lets the job queue finish what requests leave.
func NewJobs(queue *jobs.Queue) Jobs { return queueJobs{queue} }

func (q queueJobs) Finish(ctx context.Context, clinic uuid.UUID, after time.Time) error {
	return q.queue.Insert(ctx, FinishArgs{clinic}, &river.InsertOpts{ScheduledAt: after, UniqueOpts: oneAtATime()})
}

type finishWorker struct {
	river.WorkerDefaults[FinishArgs]
	service *Service
}

func (w *finishWorker) Work(ctx context.Context, job *river.Job[FinishArgs]) error {
	return w.service.Finish(ctx, job.Args.ClinicID, jobRequest(job.ID), w.service.Now())
}

func jobRequest(job int64) string { return fmt.Sprintf("job-%d", job) }

type sweepWorker struct {
	river.WorkerDefaults[SweepArgs]
	service *Service
	db      *database.DB
}

func (w *sweepWorker) Work(ctx context.Context, job *river.Job[SweepArgs]) error {
	before := w.service.Now().Add(-crashed) // what is younger may be in the hands of its own request
	w.service.Metrics.QueueAge(0)
	return jobs.EachClinic(ctx, w.db, "list clinics to look into their queues", func(clinic uuid.UUID) error {
		return w.service.Finish(ctx, clinic, jobRequest(job.ID), before)
	})
}

type forgetChangesWorker struct {
	river.WorkerDefaults[ForgetChangesArgs]
	db  *database.DB
	now clock.Now
}

func (w *forgetChangesWorker) Work(ctx context.Context, job *river.Job[ForgetChangesArgs]) error {
	before := w.now().Add(-changesKept)
	return jobs.EachClinic(ctx, w.db, "list clinics to forget old changes", func(clinic uuid.UUID) error {
		return w.db.InClinic(ctx, jobs.Scope(clinic, job.ID), func(ctx context.Context) error { return forgetChanges(ctx, before) })
	})
}

// AddWorkers adds the jobs of synchronisation.
func AddWorkers(workers *river.Workers, s *Service, db *database.DB) error {
	return errors.Join(
		river.AddWorkerSafely(workers, &finishWorker{service: s}),
		river.AddWorkerSafely(workers, &sweepWorker{service: s, db: db}),
		river.AddWorkerSafely(workers, &forgetChangesWorker{db: db, now: s.Now}),
	)
}

// Periodic looks into the queues each minute and shortens the log of changes each day.
func Periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(sweepEvery), func() (river.JobArgs, *river.InsertOpts) { return SweepArgs{}, nil }, nil),
		river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), func() (river.JobArgs, *river.InsertOpts) { return ForgetChangesArgs{}, nil }, nil),
	}
}
