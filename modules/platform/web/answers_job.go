//go:build !js

package web

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
)

// answersKept is how long a repeated operation still gets its first answer (sync.md §4: 180 days).
const answersKept = 180 * 24 * time.Hour

// ForgetAnswersArgs asks to drop answers that nobody will repeat any more.
type ForgetAnswersArgs struct{}

// Kind names the job.
func (ForgetAnswersArgs) Kind() string { return "forget_answers" }

type forgetAnswers struct {
	river.WorkerDefaults[ForgetAnswersArgs]
	db  *database.DB
	now clock.Now
}

// AddWorkers adds the jobs of this package.
func AddWorkers(workers *river.Workers, db *database.DB, now clock.Now) error {
	return river.AddWorkerSafely(workers, &forgetAnswers{db: db, now: now})
}

// Periodic runs once a day.
func Periodic() []*river.PeriodicJob {
	daily := river.PeriodicInterval(24 * time.Hour)
	return []*river.PeriodicJob{river.NewPeriodicJob(daily, func() (river.JobArgs, *river.InsertOpts) {
		return ForgetAnswersArgs{}, nil
	}, nil)}
}

func (w *forgetAnswers) Work(ctx context.Context, job *river.Job[ForgetAnswersArgs]) error {
	before := w.now().Add(-answersKept)
	return jobs.EachClinic(ctx, w.db, "list clinics to forget old answers", func(clinic uuid.UUID) error {
		return w.db.InClinic(ctx, jobs.Scope(clinic, job.ID), func(ctx context.Context) error {
			return database.From(ctx).Exec("delete from sync_ops where created_at < ?", before).Error
		})
	})
}
