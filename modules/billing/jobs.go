//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
)

// Queue is what billing asks of the job queue: a job is there only if what it is about was stored.
type Queue interface {
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) error
}

// drainArgs sends what waits in a series. Several may be queued: whoever holds the first document of the series sends,
// the others end at once.
type drainArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
	SeriesID uuid.UUID `json:"series_id"`
}

func (drainArgs) Kind() string { return "billing_drain" }

// followArgs asks what became of a document that SUNAT has not answered, or of a voiding.
type followArgs struct {
	ClinicID  uuid.UUID `json:"clinic_id"`
	InvoiceID uuid.UUID `json:"invoice_id"`
}

func (followArgs) Kind() string { return "billing_follow" }

// sweepArgs finds what nobody looks after any more: queues whose worker died, documents whose time to be asked has come.
type sweepArgs struct{}

func (sweepArgs) Kind() string { return "billing_sweep" }

// queued is Later by jobs in the same transaction.
type queued struct{ queue Queue }

// NewLater sends and asks by jobs.
func NewLater(queue Queue) Later { return queued{queue} }

func (q queued) Send(ctx context.Context, series uuid.UUID) error {
	return q.queue.Insert(ctx, drainArgs{ClinicID: database.ScopeOf(ctx).ClinicID, SeriesID: series}, &river.InsertOpts{Queue: JobQueue})
}

func (q queued) Follow(ctx context.Context, invoice uuid.UUID, at time.Time) error {
	return q.queue.Insert(ctx, followArgs{ClinicID: database.ScopeOf(ctx).ClinicID, InvoiceID: invoice}, &river.InsertOpts{Queue: JobQueue, ScheduledAt: at})
}

// JobQueue is a queue of its own: a service that answers slowly keeps no other job waiting.
const JobQueue = "emission"

func (q queued) Test(ctx context.Context) error {
	return q.queue.Insert(ctx, testArgs{ClinicID: database.ScopeOf(ctx).ClinicID}, &river.InsertOpts{Queue: JobQueue, MaxAttempts: 1})
}

// testArgs tries a clinic's connection.
type testArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
}

func (testArgs) Kind() string { return "billing_test" }

type testWorker struct {
	river.WorkerDefaults[testArgs]
	db          *database.DB
	connections *Connections
}

func (w *testWorker) Work(ctx context.Context, job *river.Job[testArgs]) error {
	return w.connections.Test(ctx, within(w.db, job.Args.ClinicID, job.ID))
}

// AddWorkers adds the jobs that send documents, ask about them, and try connections.
func AddWorkers(workers *river.Workers, db *database.DB, drain *Drain, connections *Connections) {
	river.AddWorker(workers, &testWorker{db: db, connections: connections})
	river.AddWorker(workers, &drainWorker{db: db, drain: drain})
	river.AddWorker(workers, &followWorker{db: db, drain: drain})
	river.AddWorker(workers, &sweepWorker{db: db, drain: drain})
}

// Periodic looks every minute for what nobody looks after any more. A failed round is not repeated: the next does its work.
func Periodic() []*river.PeriodicJob {
	sweep := func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, &river.InsertOpts{MaxAttempts: 1} }
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Minute), sweep, &river.PeriodicJobOpts{RunOnStart: true})}
}

// within runs transactions of the clinic of a job.
func within(db *database.DB, clinic uuid.UUID, job int64) InClinic {
	return func(ctx context.Context, f func(ctx context.Context) error) error {
		return db.InClinic(ctx, jobs.Scope(clinic, job), f)
	}
}

type drainWorker struct {
	river.WorkerDefaults[drainArgs]
	db    *database.DB
	drain *Drain
}

// Work sends the queue of a series; with something left for later it comes back then.
func (w *drainWorker) Work(ctx context.Context, job *river.Job[drainArgs]) error {
	again, err := w.drain.Series(ctx, within(w.db, job.Args.ClinicID, job.ID), job.Args.SeriesID)
	if err != nil {
		return err
	}
	if wait := again.Sub(w.drain.now()); !again.IsZero() && wait > 0 {
		return river.JobSnooze(wait)
	}
	return nil
}

type followWorker struct {
	river.WorkerDefaults[followArgs]
	db    *database.DB
	drain *Drain
}

func (w *followWorker) Work(ctx context.Context, job *river.Job[followArgs]) error {
	return w.drain.Follow(ctx, within(w.db, job.Args.ClinicID, job.ID), job.Args.InvoiceID)
}

type sweepWorker struct {
	river.WorkerDefaults[sweepArgs]
	db    *database.DB
	drain *Drain
}

// Work goes through the clinics; one that fails does not keep the others waiting.
func (w *sweepWorker) Work(ctx context.Context, job *river.Job[sweepArgs]) error {
	return jobs.EachClinic(ctx, w.db, "list clinics to look for documents that wait", func(clinic uuid.UUID) error {
		return w.drain.Wake(ctx, within(w.db, clinic, job.ID))
	})
}
