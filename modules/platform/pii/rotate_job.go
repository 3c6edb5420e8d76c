//go:build !js

package pii

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
)

// rotateTurn is how long a rotation works before it lets other jobs have the worker; it ends between two batches.
const rotateTurn = 2 * time.Minute

// RotateArgs asks to carry on the rotation of a clinic's keys, or, with the zero id, of the platform's.
type RotateArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
}

// Kind names the job.
func (RotateArgs) Kind() string { return "rotate_keys" }

// InsertOpts keeps one job for each rotation, however often it is asked for.
func (RotateArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}}
}

// rotateWorker works one rotation, over days: it sleeps while the rotation has to wait.
type rotateWorker struct {
	river.WorkerDefaults[RotateArgs]
	rotator *Rotator
}

func (w *rotateWorker) Work(ctx context.Context, job *river.Job[RotateArgs]) error {
	turn, cancel := context.WithTimeout(ctx, rotateTurn)
	defer cancel()
	progress, err := w.rotator.Run(turn, job.Args.ClinicID)
	switch {
	case turn.Err() != nil || errors.Is(err, ErrStale): // out of time, or somebody else did this step: go on from there
		return river.JobSnooze(time.Second)
	case err != nil:
		return err
	case progress.Done():
		return nil
	}
	return river.JobSnooze(progress.Wait)
}

// AddWorkers lets a worker carry rotations through.
func AddWorkers(workers *river.Workers, rotator *Rotator) {
	river.AddWorker(workers, &rotateWorker{rotator: rotator})
}

// StartRotation begins to rotate the keys of the platform and of every clinic that has any, hands the work to the
// queue and returns how many rotations are now under way. It may be repeated: what was begun goes on.
func StartRotation(ctx context.Context, system System, queue *jobs.Queue, rotator *Rotator) (int, error) {
	owners, err := rotator.vault.store.Clinics(ctx)
	if err != nil {
		return 0, fmt.Errorf("list who has keys: %w", err)
	}
	for n, owner := range owners {
		if err := rotator.Start(ctx, owner); err != nil {
			return n, fmt.Errorf("begin to rotate the keys of %s: %w", owner, err)
		}
		err := system(ctx, "enqueue a rotation of keys", func(tx *gorm.DB) error {
			return queue.InsertTx(tx, RotateArgs{ClinicID: owner}, nil)
		})
		if err != nil {
			return n, err
		}
	}
	return len(owners), nil
}

// Within is the InClinic of a running program: the clinics' login, bound to the clinic by row-level security.
func Within(db *database.DB) InClinic {
	return func(ctx context.Context, clinic uuid.UUID, f func(tx *gorm.DB) error) error {
		return db.InClinic(ctx, database.Scope{ClinicID: clinic, RequestID: "rotate_keys"}, func(ctx context.Context) error {
			return f(database.From(ctx))
		})
	}
}
