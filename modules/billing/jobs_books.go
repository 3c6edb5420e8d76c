//go:build !js

package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
)

// nightlyArgs looks in every clinic whether documents are to be compared with what the provider holds.
type nightlyArgs struct{}

func (nightlyArgs) Kind() string { return "billing_compare_due" }

// compareArgs compares some documents of a clinic, behind one.
type compareArgs struct {
	ClinicID     uuid.UUID `json:"clinic_id"`
	ComparisonID uuid.UUID `json:"comparison_id"`
	After        uuid.UUID `json:"after"`
}

func (compareArgs) Kind() string { return "billing_compare" }

// lateArgs tells a clinic's administrators that documents have not reached SUNAT.
type lateArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
}

func (lateArgs) Kind() string { return "billing_late" }

// NewComparing goes on with comparisons by jobs in the same transaction.
func NewComparing(queue Queue) Comparing { return queued{queue} }

func (q queued) Compare(ctx context.Context, comparison, after uuid.UUID) error {
	args := compareArgs{ClinicID: database.ScopeOf(ctx).ClinicID, ComparisonID: comparison, After: after}
	return q.queue.Insert(ctx, args, &river.InsertOpts{Queue: JobQueue, Priority: 4})
}

// askEvery is what lies between two questions of a comparison: a night has room for all, and no provider is flooded.
const askEvery = 250 * time.Millisecond

// Unhurried waits between two questions.
func Unhurried(ctx context.Context) error {
	timer := time.NewTimer(askEvery)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Letters is what billing's jobs ask of whoever writes letters.
type Letters interface {
	// TellAdmins writes to every administrator of a clinic.
	TellAdmins(ctx context.Context, clinic uuid.UUID, subject, text string) error
}

// Watch is what the jobs that look after documents stand on.
type Watch struct {
	DB      *database.DB
	Ledger  *Ledger
	Auditor *Auditor
	Queue   Queue
	Letters Letters
	Address func() string // how people reach the program, without a slash at the end
	Now     clock.Now
}

// AddWatch adds the jobs that compare documents with the provider's view and tell of those that are late.
func AddWatch(workers *river.Workers, w Watch) {
	river.AddWorker(workers, &nightlyWorker{Watch: w})
	river.AddWorker(workers, &compareWorker{Watch: w})
	river.AddWorker(workers, &lateWorker{Watch: w})
}

// WatchPeriodic looks every hour for what is due. A failed round is not repeated: the next does its work.
func WatchPeriodic() []*river.PeriodicJob {
	due := func() (river.JobArgs, *river.InsertOpts) { return nightlyArgs{}, &river.InsertOpts{MaxAttempts: 1} }
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Hour), due, &river.PeriodicJobOpts{RunOnStart: true})}
}

type nightlyWorker struct {
	river.WorkerDefaults[nightlyArgs]
	Watch
}

// Work begins what is due in each clinic, and tells of what is late there.
func (w *nightlyWorker) Work(ctx context.Context, job *river.Job[nightlyArgs]) error {
	return jobs.EachClinic(ctx, w.DB, "list clinics to look after their documents", func(clinic uuid.UUID) error {
		return within(w.DB, clinic, job.ID)(ctx, func(ctx context.Context) error {
			if err := w.Auditor.Nightly(ctx); err != nil {
				return err
			}
			late, err := w.Ledger.markLate(ctx, w.Now())
			if err != nil || late == 0 {
				return err
			}
			return w.Queue.Insert(ctx, lateArgs{ClinicID: clinic}, nil)
		})
	})
}

type compareWorker struct {
	river.WorkerDefaults[compareArgs]
	Watch
}

// Timeout leaves fifty slow answers their time.
func (*compareWorker) Timeout(*river.Job[compareArgs]) time.Duration { return 30 * time.Minute }

func (w *compareWorker) Work(ctx context.Context, job *river.Job[compareArgs]) error {
	return w.Auditor.Compare(ctx, within(w.DB, job.Args.ClinicID, job.ID), job.Args.ComparisonID, job.Args.After)
}

type lateWorker struct {
	river.WorkerDefaults[lateArgs]
	Watch
}

// Work writes how many documents are late and by when the first has to arrive; whose they are stays behind the log-in.
func (w *lateWorker) Work(ctx context.Context, job *river.Job[lateArgs]) error {
	var late []LateDocument
	err := within(w.DB, job.Args.ClinicID, job.ID)(ctx, func(ctx context.Context) (err error) {
		late, err = w.Ledger.Late(ctx, w.Now())
		return err
	})
	if err != nil || len(late) == 0 { // they arrived meanwhile
		return err
	}
	text := fmt.Sprintf(`%s SUNAT recibe un comprobante hasta 3 días después de su emisión, y su anulación hasta 7. El plazo de %s vence el %s.

Vea qué los detiene: %s%s`, lateWords(len(late)), late[0].Name.Short(), day(late[0].SendBy()), w.Address(), documentsPath)
	return w.Letters.TellAdmins(ctx, job.Args.ClinicID, "Comprobantes que no llegan a SUNAT", text)
}

func lateWords(n int) string {
	if n == 1 {
		return "Un comprobante o su anulación sigue sin respuesta de SUNAT."
	}
	return fmt.Sprintf("%d comprobantes o anulaciones siguen sin respuesta de SUNAT.", n)
}
