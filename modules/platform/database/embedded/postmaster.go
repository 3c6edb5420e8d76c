//go:build !js

package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// postmaster is a server process as its file postmaster.pid describes it.
type postmaster struct {
	pid    int
	port   int
	status string // starting, ready, stopping
	exited <-chan struct{}
}

// pace is the time between two looks at a server that starts or stops.
const pace = 10 * time.Millisecond

// readPostmaster returns what postmaster.pid says; fields not written yet are zero.
// Its lines: process, data folder, start time, port, socket folder, address, shared
// memory, status.
func (c cluster) readPostmaster() (postmaster, error) {
	text, err := os.ReadFile(c.pidFile())
	if err != nil {
		return postmaster{}, err
	}
	lines := append(strings.Split(string(text), "\n"), make([]string, 8)...)
	pid, _ := strconv.Atoi(strings.TrimSpace(lines[0]))
	port, _ := strconv.Atoi(strings.TrimSpace(lines[3]))
	return postmaster{pid: pid, port: port, status: strings.TrimSpace(lines[7])}, nil
}

func (c cluster) pidFile() string { return filepath.Join(c.folder(), "postmaster.pid") }

// adopt finds the living server of this cluster and waits until it answers. One that
// is going down is waited out; a file left by a crash is cleared when it would stand
// in the way.
func (c cluster) adopt(ctx context.Context, password string) (postmaster, bool, error) {
	for {
		p, err := c.readPostmaster()
		if errors.Is(err, fs.ErrNotExist) {
			return postmaster{}, false, nil
		}
		if err != nil {
			return postmaster{}, false, fmt.Errorf("cannot read the data in %s, run as the user who owns it: %w", c.data, err)
		}
		if !serves(p.pid, c.folder()) {
			return postmaster{}, false, c.clearPidFile(p)
		}
		if p.status == "ready" {
			ready, err := c.answers(ctx, p.port, password)
			if ready || err != nil {
				return p, ready, err
			}
		}
		if err := rest(ctx); err != nil {
			return postmaster{}, false, fmt.Errorf("PostgreSQL (process %d) neither starts nor stops in %s, see %s: %w", p.pid, c.data, c.logFile(), err)
		}
	}
}

// clearPidFile removes the file of a server that is no more when its process number
// now belongs to another program: PostgreSQL would take that program for itself and
// refuse to start. With no such process PostgreSQL clears the file, after its own
// checks for survivors.
func (c cluster) clearPidFile(p postmaster) error {
	if p.pid > 0 && !alive(p.pid) {
		return nil
	}
	if err := os.Remove(c.pidFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the file of a server that is gone: %w", err)
	}
	return nil
}

// answers reports whether the server at this port is the one of this cluster and lets
// us in. Errors are those that waiting does not cure.
func (c cluster) answers(ctx context.Context, port int, password string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, administratorURL(port, password, "postgres"))
	if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) && strings.HasPrefix(refused.Code, "28") {
		return false, fmt.Errorf("PostgreSQL does not accept the password in %s: put the file back that belongs to this data folder", c.file("postgres.password"))
	}
	if err != nil {
		return false, nil
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var folder string
	if err := conn.QueryRow(ctx, "show data_directory").Scan(&folder); err != nil {
		return false, nil
	}
	if !sameFolder(folder, c.folder()) {
		return false, fmt.Errorf("the server at port %d serves %s, not %s: stop it and start again", port, folder, c.folder())
	}
	return true, nil
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// current is the server that runs now: another program may have started a new one
// since ours was found.
func (c cluster) current(known postmaster) postmaster {
	now, err := c.readPostmaster()
	if err != nil || now.pid == known.pid {
		return known
	}
	return now
}

// stop asks for a fast shutdown and waits until the process is gone.
func (p postmaster) stop(ctx context.Context, c cluster) error {
	if !serves(p.pid, c.folder()) {
		return nil
	}
	if err := interrupt(ctx, p.pid, c); err != nil && serves(p.pid, c.folder()) {
		return fmt.Errorf("PostgreSQL (process %d) could not be stopped, stop it yourself: %w", p.pid, err)
	}
	for !p.gone(c) {
		if err := rest(ctx); err != nil {
			return fmt.Errorf("PostgreSQL (process %d) is still stopping, see %s: %w", p.pid, c.logFile(), err)
		}
	}
	return nil
}

// gone is asked of the process when it is our child, otherwise of the machine.
func (p postmaster) gone(c cluster) bool {
	if p.exited == nil {
		return !serves(p.pid, c.folder())
	}
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// rest waits a moment, or returns why there is no more time.
func rest(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pace):
		return nil
	}
}
