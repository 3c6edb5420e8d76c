//go:build !js

// Package database opens PostgreSQL and keeps every query inside one clinic's transaction.
//
// From(ctx) is the only way to a tenant table; it needs a session opened by the web middleware, by a job or by InClinic.
// AsSystem is the narrow door to the account tables for what happens before a clinic is known.
package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Limits keep one stuck request from holding the others (DESIGN §3).
const (
	lockTimeout        = 3 * time.Second
	statementTimeout   = 10 * time.Second
	idleInTransaction  = 10 * time.Second
	oldestServer       = 160000
	defaultConnections = 20
)

// Extensions the schema stands on.
var Extensions = []string{"btree_gist", "citext", "pg_trgm", "pgcrypto", "unaccent"}

// DB holds the two logins of a running program: the clinics' and the system's.
type DB struct {
	app    *gorm.DB
	system *gorm.DB
	pools  []*pgxpool.Pool
}

// Options are the addresses of the two logins.
type Options struct {
	AppURL, SystemURL string
	MaxConnections    int32
	Tracer            pgx.QueryTracer // sees every statement of the clinics' login; for measuring, nil otherwise
}

// Open connects both logins and refuses a server or a role that cannot keep clinics apart.
func Open(ctx context.Context, o Options) (*DB, error) {
	appPool, err := tracedPool(ctx, o.AppURL, o.MaxConnections, o.Tracer)
	if err != nil {
		return nil, err
	}
	systemPool, err := Pool(ctx, o.SystemURL, o.MaxConnections)
	if err != nil {
		appPool.Close()
		return nil, err
	}
	db := &DB{pools: []*pgxpool.Pool{appPool, systemPool}}
	if err := db.check(ctx); err != nil {
		db.Close()
		return nil, err
	}
	if db.app, err = gormOver(appPool); err != nil {
		return nil, err
	}
	if err := forgetAfterWrites(db.app); err != nil {
		return nil, fmt.Errorf("prepare the database library: %w", err)
	}
	if db.system, err = gormOver(systemPool); err != nil {
		return nil, err
	}
	return db, nil
}

// Close ends all connections.
func (db *DB) Close() {
	for _, p := range db.pools {
		p.Close()
	}
}

// Pool is the clinics' login as a pgx pool, for the job client.
func (db *DB) Pool() *pgxpool.Pool { return db.pools[0] }

// SystemPool is the system's login as a pgx pool, for the log-in sessions.
func (db *DB) SystemPool() *pgxpool.Pool { return db.pools[1] }

// Pool opens a pgx pool with the house's time limits and says in one line what to do when the server does not answer.
func Pool(ctx context.Context, url string, most int32) (*pgxpool.Pool, error) {
	return tracedPool(ctx, url, most, nil)
}

func tracedPool(ctx context.Context, url string, most int32, tracer pgx.QueryTracer) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database address cannot be read; write postgres://login:password@host:port/database")
	}
	config.MaxConns = most
	if most == 0 {
		config.MaxConns = defaultConnections
	}
	for name, limit := range map[string]time.Duration{
		"lock_timeout": lockTimeout, "statement_timeout": statementTimeout, "idle_in_transaction_session_timeout": idleInTransaction,
	} {
		config.ConnConfig.RuntimeParams[name] = fmt.Sprint(limit.Milliseconds())
	}
	config.ConnConfig.Tracer = tracer
	config.ConnConfig.RuntimeParams["application_name"] = "hampi"
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("PostgreSQL does not answer at %s:%d as %s; start it or correct the HAMPI_*DATABASE_URL settings (%s)",
			config.ConnConfig.Host, config.ConnConfig.Port, config.ConnConfig.User, oneLine(err))
	}
	return pool, nil
}

// oneLine keeps the cause, which the driver writes below the address that it tried.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

func gormOver(pool *pgxpool.Pool) (*gorm.DB, error) {
	return Gorm(stdlib.OpenDBFromPool(pool))
}

// Gorm wraps an open connection pool the way the house uses GORM: no hidden transactions, silent, UTC microseconds.
func Gorm(conn gorm.ConnPool) (*gorm.DB, error) {
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: conn}), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
		NowFunc:                func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the database library: %w", err)
	}
	return db, nil
}

func (db *DB) check(ctx context.Context) error {
	if err := checkServer(ctx, db.Pool()); err != nil {
		return err
	}
	for _, pool := range db.pools {
		if err := checkRole(ctx, pool); err != nil {
			return err
		}
	}
	return nil
}

func checkServer(ctx context.Context, pool *pgxpool.Pool) error {
	var version int
	if err := pool.QueryRow(ctx, "select current_setting('server_version_num')::int").Scan(&version); err != nil {
		return fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	if version < oldestServer {
		return fmt.Errorf("PostgreSQL %d is too old; Hampi needs 16 or newer", version/10000)
	}
	rows, err := pool.Query(ctx, "select e from unnest($1::text[]) e where e not in (select extname from pg_extension)", Extensions)
	if err != nil {
		return fmt.Errorf("ask PostgreSQL for its extensions: %w", err)
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the list of extensions: %w", err)
	}
	if len(missing) > 0 {
		return fmt.Errorf("the database lacks the extensions %s; run `hampi migrate` with HAMPI_OWNER_DATABASE_URL, or have them installed", strings.Join(missing, ", "))
	}
	return nil
}

// checkRole refuses a login that row-level security would not bind.
func checkRole(ctx context.Context, pool *pgxpool.Pool) error {
	const query = `
		select r.rolname,
		       r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication
		    or exists (select 1 from pg_class c where c.relowner = r.oid)
		    or exists (select 1 from pg_auth_members m where m.member = r.oid)
		    or exists (select 1 from pg_database d where d.datname = current_database() and d.datdba = r.oid)
		  from pg_roles r where r.rolname = current_user`
	var role string
	var strong bool
	if err := pool.QueryRow(ctx, query).Scan(&role, &strong); err != nil {
		return fmt.Errorf("ask PostgreSQL what its login may do: %w", err)
	}
	if strong {
		return fmt.Errorf("the login %s is too strong to keep clinics apart; use the plain roles that `hampi migrate` creates, which own nothing and bypass nothing", role)
	}
	return nil
}

// Violates reports whether err is a violation of the constraint (unique, foreign key, check or exclusion) called name.
func Violates(err error, name string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && strings.HasPrefix(pg.Code, "23") && pg.ConstraintName == name
}

// Retryable reports whether the transaction lost a race and may simply be run once more (40001, 40P01).
func Retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// Busy reports whether the database gave up waiting (lock or statement timeout).
func Busy(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "55P03" || pg.Code == "57014")
}

// Unstorable reports whether a text holds what PostgreSQL keeps in no text: a zero byte, or bytes that are no UTF-8.
func Unstorable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "22021" || pg.Code == "22P05")
}

// Gone reports whether the server went away or cannot be reached.
func Gone(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08") || pg.Code == "53300"
	}
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn)
}
