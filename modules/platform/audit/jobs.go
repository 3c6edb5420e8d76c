//go:build !js

package audit

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// SealArgs asks to seal what is ripe, in all clinics.
type SealArgs struct{}

// Kind names the job.
func (SealArgs) Kind() string { return "audit_seal" }

// PartitionsArgs asks for the monthly partitions ahead.
type PartitionsArgs struct{}

// Kind names the job.
func (PartitionsArgs) Kind() string { return "audit_partitions" }

type sealWorker struct {
	river.WorkerDefaults[SealArgs]
	sealer *Sealer
}

func (w *sealWorker) Work(ctx context.Context, _ *river.Job[SealArgs]) error {
	_, err := w.sealer.Seal(ctx)
	return err
}

type partitionsWorker struct {
	river.WorkerDefaults[PartitionsArgs]
	sealer *Sealer
}

func (w *partitionsWorker) Work(ctx context.Context, _ *river.Job[PartitionsArgs]) error {
	return w.sealer.Partitions(ctx)
}

// AddWorkers lets a worker seal the audit and keep its partitions ahead.
func AddWorkers(workers *river.Workers, sealer *Sealer) {
	river.AddWorker(workers, &sealWorker{sealer: sealer})
	river.AddWorker(workers, &partitionsWorker{sealer: sealer})
}

// Periodic seals every minute and looks after the partitions once a day. A failed round is not repeated: the next
// one does its work.
func Periodic() []*river.PeriodicJob {
	once := &river.InsertOpts{MaxAttempts: 1}
	seal := func() (river.JobArgs, *river.InsertOpts) { return SealArgs{}, once }
	partitions := func() (river.JobArgs, *river.InsertOpts) { return PartitionsArgs{}, &river.InsertOpts{MaxAttempts: 5} }
	atStart := &river.PeriodicJobOpts{RunOnStart: true}
	return []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(time.Minute), seal, atStart),
		river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), partitions, atStart),
	}
}
