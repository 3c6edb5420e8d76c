//go:build !js

// Package jobs is how work leaves a request: a River job, inserted in the same transaction as the data it is about.
//
// The job table stands outside row-level security, so arguments carry ids only: no name, no diagnosis, no address.
package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
)

// Queue inserts jobs; it works none.
type Queue struct{ client *river.Client[*sql.Tx] }

// NewQueue makes the inserting side.
func NewQueue() (*Queue, error) {
	client, err := river.NewClient(riverdatabasesql.New(nil), &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("prepare the job queue: %w", err)
	}
	return &Queue{client}, nil
}

// Insert enqueues a job in the clinic's transaction of ctx: both or neither.
func (q *Queue) Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) error {
	tx, err := database.SQLTx(ctx)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return q.insert(ctx, tx, args, opts)
}

// InsertTx enqueues a job in a transaction of the system's login.
func (q *Queue) InsertTx(tx *gorm.DB, args river.JobArgs, opts *river.InsertOpts) error {
	inner, err := database.TxOf(tx)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return q.insert(tx.Statement.Context, inner, args, opts)
}

func (q *Queue) insert(ctx context.Context, tx *sql.Tx, args river.JobArgs, opts *river.InsertOpts) error {
	if _, err := q.client.InsertTx(ctx, tx, args, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}

// Worker works jobs until it is stopped.
type Worker = river.Client[pgx.Tx]

// NewWorker makes the working side over the clinics' pool.
func NewWorker(pool *pgxpool.Pool, workers *river.Workers, periodic []*river.PeriodicJob, log *slog.Logger) (*Worker, error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues:              map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 8}, "emission": {MaxWorkers: 8}},
		Workers:             workers,
		PeriodicJobs:        periodic,
		JobTimeout:          5 * time.Minute,
		Logger:              log,
		ReindexerIndexNames: []string{}, // the clinics' login owns no index
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the worker: %w", err)
	}
	return client, nil
}

// Scope is whose transaction a job works in: the clinic, and nobody in particular.
func Scope(clinic uuid.UUID, jobID int64) database.Scope {
	return database.Scope{ClinicID: clinic, RequestID: fmt.Sprintf("job-%d", jobID)}
}
