//go:build !js

package archive

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/files"
)

// collectEvery is how often the store is looked through for files that no row names.
const collectEvery = 24 * time.Hour

// CollectArgs asks to remove what a crash left in the store.
type CollectArgs struct{}

// Kind names the job.
func (CollectArgs) Kind() string { return "archive_collect" }

// InsertOpts keeps one collection a day, whoever asks for it.
func (CollectArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByPeriod: collectEvery / 2}}
}

type collectWorker struct {
	river.WorkerDefaults[CollectArgs]
	collector *files.Collector
	log       *slog.Logger
}

// AddWorkers adds the jobs of the archive. rows know everything that lies in the storage.
func AddWorkers(workers *river.Workers, rows files.Rows, storage *files.Storage, now clock.Now, log *slog.Logger) error {
	return river.AddWorkerSafely(workers, &collectWorker{collector: files.NewCollector(storage, rows, now), log: log})
}

// Periodic looks through the store once a day.
func Periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(collectEvery), func() (river.JobArgs, *river.InsertOpts) { return CollectArgs{}, nil }, nil),
	}
}

// Timeout leaves a large store its time.
func (*collectWorker) Timeout(*river.Job[CollectArgs]) time.Duration { return time.Hour }

// Work removes what no row names, and says how much.
func (w *collectWorker) Work(ctx context.Context, _ *river.Job[CollectArgs]) error {
	removed, err := w.collector.Collect(ctx)
	if removed > 0 {
		w.log.Warn("files without a row were removed", "files", removed)
	}
	return err
}
