//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/platform/database"
)

// filesArgs gets the files that the service made of an accepted document.
type filesArgs struct {
	ClinicID  uuid.UUID `json:"clinic_id"`
	InvoiceID uuid.UUID `json:"invoice_id"`
}

func (filesArgs) Kind() string { return "billing_files" }

// patientPriority lets everything else go first: files may come a little later.
const patientPriority = 3

func (q queued) File(ctx context.Context, invoice uuid.UUID, at time.Time) error {
	args := filesArgs{ClinicID: database.ScopeOf(ctx).ClinicID, InvoiceID: invoice}
	return q.queue.Insert(ctx, args, &river.InsertOpts{ScheduledAt: at, Priority: patientPriority})
}

type filesWorker struct {
	river.WorkerDefaults[filesArgs]
	db     *database.DB
	filing *Filing
}

// Timeout leaves a slow service its time for three files.
func (*filesWorker) Timeout(*river.Job[filesArgs]) time.Duration { return 3 * time.Minute }

// Work gets the files; with something missing it comes back later.
func (w *filesWorker) Work(ctx context.Context, job *river.Job[filesArgs]) error {
	again, err := w.filing.Fetch(ctx, within(w.db, job.Args.ClinicID, job.ID), job.Args.InvoiceID)
	if err != nil {
		return err
	}
	if !again.IsZero() {
		return river.JobSnooze(max(again.Sub(w.filing.now()), time.Second))
	}
	return nil
}

// AddFileWorkers adds the jobs that keep files of documents.
func AddFileWorkers(workers *river.Workers, db *database.DB, filing *Filing) {
	river.AddWorker(workers, &filesWorker{db: db, filing: filing})
}
