//go:build !js

package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// statement is one command as the program sent it.
type statement struct {
	sql  string
	args []any
}

// tracer keeps the statements of the clinics' login while it is on.
type tracer struct {
	mu   sync.Mutex
	on   bool
	sent []statement
}

// TraceQueryStart notes a statement.
func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on {
		t.sent = append(t.sent, statement{q.SQL, withoutOptions(q.Args)})
	}
	return ctx
}

// TraceQueryEnd has nothing to note.
func (*tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// withoutOptions drops what database/sql puts before the values.
func withoutOptions(args []any) []any {
	for len(args) > 0 {
		switch args[0].(type) {
		case pgx.QueryResultFormats, pgx.QueryResultFormatsByOID, pgx.QueryExecMode, pgx.QueryRewriter:
			args = args[1:]
		default:
			return args
		}
	}
	return args
}

// during returns what is sent while f runs.
func (t *tracer) during(f func() error) ([]statement, error) {
	t.mu.Lock()
	t.on, t.sent = true, nil
	t.mu.Unlock()
	err := f()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.on = false
	return t.sent, err
}

// replay sends a request's statements again in one round trip and tells how long that took: what the database alone
// needs for it.
func replay(ctx context.Context, conn *pgxpool.Conn, statements []statement) (time.Duration, error) {
	var batch pgx.Batch
	for _, s := range statements {
		batch.Queue(s.sql, s.args...)
	}
	began := time.Now()
	results := conn.SendBatch(ctx, &batch)
	for _, s := range statements {
		rows, err := results.Query()
		if err == nil {
			for rows.Next() { // every row arrives and is thrown away
			}
			err = rows.Err()
		}
		if err != nil {
			_ = results.Close()
			return 0, fmt.Errorf("%w in %s", err, brief(s.sql))
		}
	}
	err := results.Close()
	return time.Since(began), err
}

// explain prints the plan of each statement of a request, in its own transaction, which is rolled back.
func explain(ctx context.Context, conn *pgxpool.Conn, statements []statement) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // nothing of it should stay
	for _, s := range statements {
		command, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s.sql)), " ")
		switch {
		case command == "begin", command == "commit", command == "rollback", command == "savepoint", command == "release":
			continue
		case strings.Contains(s.sql, "set_config"):
			if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
				return err
			}
			continue
		}
		rows, err := tx.Query(ctx, "explain (analyze, buffers, costs off) "+s.sql, s.args...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("%w in %s", err, brief(s.sql))
		}
		fmt.Printf("\n-- %s\n   %v\n%s\n", oneLine(s.sql), shortArgs(s.args), strings.Join(lines, "\n"))
	}
	return nil
}

func oneLine(sql string) string { return strings.Join(strings.Fields(sql), " ") }

func brief(sql string) string {
	text := oneLine(sql)
	return text[:min(len(text), 160)]
}

func shortArgs(args []any) string {
	text := fmt.Sprint(args...)
	return text[:min(len(text), 300)]
}
