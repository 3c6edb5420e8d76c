//go:build !js

package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// logLimit is the size in bytes after which the server's log starts a new file.
const logLimit = 10 << 20

// attempts to start: a port may be taken between our look and the server's, and a
// server whose starter was killed may appear a moment after we looked for it.
const attempts = 3

var errExited = errors.New("PostgreSQL did not start")

// launch starts the server and waits until it answers.
func (c cluster) launch(ctx context.Context, who identity, password string) (postmaster, error) {
	var failed error
	for range attempts {
		p, err := c.launchOnce(ctx, who, password)
		if !errors.Is(err, errExited) {
			return p, err
		}
		failed = err
		if p, found, err := c.adopt(ctx, password); found || err != nil {
			return p, err
		}
	}
	return postmaster{}, failed
}

func (c cluster) launchOnce(ctx context.Context, who identity, password string) (postmaster, error) {
	port, err := c.choosePort()
	if err != nil {
		return postmaster{}, err
	}
	log, err := c.openLog()
	if err != nil {
		return postmaster{}, err
	}
	defer log.Close()
	from, _ := log.Seek(0, io.SeekEnd)

	args := []string{"-D", c.folder()}
	for _, s := range c.settings(port) {
		args = append(args, "-c", s)
	}
	// Not bound to the context: the server outlives the start.
	cmd := exec.Command(c.programs.path("postgres"), args...)
	cmd.Dir = c.folder()
	cmd.Stdout, cmd.Stderr = log, log
	who.dress(cmd)
	if err := cmd.Start(); err != nil {
		return postmaster{}, fmt.Errorf("PostgreSQL cannot be run, remove static/node_modules and run `make`: %w", err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its end is told by the channel, its reason by the log
		close(exited)
	}()
	p := postmaster{pid: cmd.Process.Pid, port: port, exited: exited}
	return p, c.waitReady(ctx, p, password, from)
}

// waitReady returns when the server answers. When we may wait no longer the server is
// asked to stop: nobody would know of it.
func (c cluster) waitReady(ctx context.Context, p postmaster, password string, from int64) error {
	for {
		if p.gone(c) {
			return fmt.Errorf("%w: %s (more in %s)", errExited, lastWords(c.logFrom(from)), c.logFile())
		}
		now, err := c.readPostmaster()
		if err == nil && now.pid == p.pid && now.status == "ready" {
			ready, err := c.answers(ctx, p.port, password)
			if ready {
				return nil
			}
			if err != nil {
				return errors.Join(err, p.stop(ctx, c))
			}
		}
		if err := rest(ctx); err != nil {
			_ = interrupt(context.WithoutCancel(ctx), p.pid, c)
			return fmt.Errorf("PostgreSQL took too long to start, see %s: %w", c.logFile(), err)
		}
	}
}

// choosePort prefers the port used last, so that a database client set up by hand goes
// on working, and notes the choice.
func (c cluster) choosePort() (int, error) {
	kept, _ := os.ReadFile(c.file("postgres.port"))
	last, _ := strconv.Atoi(strings.TrimSpace(string(kept)))
	if last > 0 && last < 1<<16 {
		if port, err := freePort(last); err == nil {
			return port, nil
		}
	}
	port, err := freePort(0)
	if err != nil {
		return 0, fmt.Errorf("no free port on %s for PostgreSQL: %w", Host, err)
	}
	return port, writeFile(c.file("postgres.port"), strconv.Itoa(port)+"\n", 0o644)
}

// freePort returns the wished port when nobody listens there; 0 wishes for any.
func freePort(wish int) (int, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort(Host, strconv.Itoa(wish)))
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (c cluster) logFile() string { return c.file("postgres.log") }

func (c cluster) openLog() (*os.File, error) {
	name := c.logFile()
	if info, err := os.Stat(name); err == nil && info.Size() > logLimit {
		if err := os.Rename(name, name+".1"); err != nil {
			return nil, fmt.Errorf("put the old log of PostgreSQL aside: %w", err)
		}
	}
	log, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write in the data folder, run as the user who owns it: %w", err)
	}
	return log, nil
}

// logFrom is what the server said since an offset.
func (c cluster) logFrom(offset int64) string {
	f, err := os.Open(c.logFile())
	if err != nil {
		return ""
	}
	defer f.Close()
	said, _ := io.ReadAll(io.NewSectionReader(f, offset, 1<<20))
	return string(said)
}
