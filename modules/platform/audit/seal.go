//go:build !js

package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// sealerLock lets one sealer at a time write chains, whatever the number of workers.
	sealerLock = 7_245_190_319
	// sealBatch is the number of rows sealed in one transaction.
	sealBatch = 500
	// monthsAhead is how many monthly partitions are kept ready.
	monthsAhead = 12
)

// Sealer chains the rows of audit_log, clinic by clinic, so that a later change shows.
type Sealer struct{ pool *pgxpool.Pool }

// NewSealer works over a pool of the login hampi_sealer, which can do nothing else.
func NewSealer(pool *pgxpool.Pool) *Sealer { return &Sealer{pool} }

// Seal chains all rows that are ripe and returns how many; none when another sealer is at work. What a crash or an
// error interrupts, the next call goes on with.
func (s *Sealer) Seal(ctx context.Context) (sealed int, err error) {
	for {
		n, err := s.batch(ctx)
		sealed += n
		if err != nil {
			return sealed, fmt.Errorf("seal the audit: %w", err)
		}
		if n < sealBatch {
			return sealed, nil
		}
	}
}

// Partitions makes the monthly partitions of the coming year.
func (s *Sealer) Partitions(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, "call audit_partitions($1)", monthsAhead); err != nil {
		return fmt.Errorf("make the audit's partitions: %w", err)
	}
	return nil
}

// batch seals the next rows: seals and seal numbers in one transaction, both or neither.
func (s *Sealer) batch(ctx context.Context) (sealed int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, "select pg_try_advisory_xact_lock($1)", sealerLock).Scan(&mine); err != nil || !mine {
			return err
		}
		rows, err := ripe(ctx, tx)
		if err != nil || len(rows) == 0 {
			return err
		}
		links, err := chain(ctx, tx, rows)
		if err != nil {
			return err
		}
		sealed = len(links.IDs)
		return links.store(ctx, tx)
	})
	if err != nil {
		return 0, err
	}
	return sealed, nil
}

// ripe reads the next unsealed rows of finished transactions. A row of a transaction that is still open is not seen
// and stays unsealed for a later round; rows of younger transactions wait until nothing older is open, which keeps
// the chain close to the order of events. A transaction number that this server has not given out yet comes from
// before a restore into a new server: its transaction is long over.
func ripe(ctx context.Context, tx pgx.Tx) ([]entryRow, error) {
	rows, err := tx.Query(ctx, `
		select clinic_id, id, at, user_id, request_id, ip, action, entity, entity_id, old::text, new::text from audit_log
		 where seal_no is null
		   and (xid < pg_snapshot_xmin(pg_current_snapshot()) or xid >= pg_snapshot_xmax(pg_current_snapshot()))
		 order by id limit $1`, sealBatch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[entryRow])
}

// Head is the newest seal of a clinic's chain. Kept outside the database, it proves later that the chain up to it is
// the same: a chain cut short or computed anew has another hash there.
type Head struct {
	Clinic uuid.UUID
	SealNo int64
	Hash   []byte
}

// links are new seals, column by column, as they are stored.
type links struct {
	Clinics []uuid.UUID
	Numbers []int64
	IDs     []int64
	Hashes  [][]byte
}

// chain links rows to the ends of their clinics' chains.
func chain(ctx context.Context, tx pgx.Tx, rows []entryRow) (links, error) {
	ends := map[uuid.UUID]Head{}
	var made links
	for _, row := range rows {
		end, known := ends[row.Clinic]
		if !known {
			var err error
			if end, err = headOf(ctx, tx, row.Clinic); err != nil {
				return links{}, err
			}
		}
		end.SealNo++
		end.Hash = row.hash(end.Hash, end.SealNo)
		ends[row.Clinic] = end
		made.Clinics = append(made.Clinics, row.Clinic)
		made.Numbers = append(made.Numbers, end.SealNo)
		made.IDs = append(made.IDs, row.ID)
		made.Hashes = append(made.Hashes, end.Hash)
	}
	return made, nil
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// headOf is the end of a clinic's chain; before its first row, number 0 and zeros.
func headOf(ctx context.Context, q querier, clinic uuid.UUID) (Head, error) {
	head := Head{Clinic: clinic, Hash: noHash[:]}
	err := q.QueryRow(ctx, "select seal_no, hash from audit_seals where clinic_id = $1 order by seal_no desc limit 1", clinic).
		Scan(&head.SealNo, &head.Hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Head{}, err
	}
	return head, nil
}

func (l links) store(ctx context.Context, tx pgx.Tx) error {
	const seals = `insert into audit_seals (clinic_id, seal_no, audit_id, hash)
		select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bytea[])`
	if _, err := tx.Exec(ctx, seals, l.Clinics, l.Numbers, l.IDs, l.Hashes); err != nil {
		return err
	}
	const numbers = `update audit_log a set seal_no = n.seal_no
		from unnest($1::uuid[], $2::bigint[], $3::bigint[]) n (clinic_id, seal_no, id)
		where a.clinic_id = n.clinic_id and a.id = n.id and a.seal_no is null`
	done, err := tx.Exec(ctx, numbers, l.Clinics, l.Numbers, l.IDs)
	if err != nil {
		return err
	}
	if int(done.RowsAffected()) != len(l.IDs) {
		return fmt.Errorf("%d of %d rows took their number", done.RowsAffected(), len(l.IDs))
	}
	return nil
}
