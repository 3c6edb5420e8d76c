//go:build !js

// Package migrations brings a database to the shape this program needs: roles, schema, job tables.
//
// It runs with the owner's login, which no request ever uses. One step a file; SQL beside it says what it does.
package migrations

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/go-gormigrate/gormigrate/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
)

//go:embed *.sql
var files embed.FS

// Files are the SQL of the steps as it was built in, by which one program's schema is told from another's.
func Files() fs.FS { return files }

// lockKey keeps two releases from migrating at once.
const lockKey = 7_245_190_318

// Run creates the roles and applies every step that the database has not seen, in order. It may be run at any time.
// A login without an address keeps its role without a password.
func Run(ctx context.Context, logins database.Logins) error {
	config, err := pgxpool.ParseConfig(logins.Owner)
	if err != nil {
		return fmt.Errorf("HAMPI_OWNER_DATABASE_URL cannot be read; write postgres://login:password@host:port/database")
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("open the database as its owner: %w", err)
	}
	defer pool.Close()
	guard, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("PostgreSQL does not answer for its owner; start it or correct HAMPI_OWNER_DATABASE_URL: %w", err)
	}
	defer guard.Release()
	if _, err := guard.Exec(ctx, "select pg_advisory_lock($1)", lockKey); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	defer guard.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", lockKey) //nolint:errcheck // the connection's end frees it too

	if err := createRoles(ctx, guard.Conn(), logins); err != nil {
		return err
	}
	if err := applySteps(pool); err != nil {
		return err
	}
	return migrateJobs(ctx, pool)
}

func createRoles(ctx context.Context, conn *pgx.Conn, logins database.Logins) error {
	for role, address := range map[string]string{
		"hampi_app": logins.App, "hampi_system": logins.System, "hampi_sealer": logins.Sealer, "hampi_backup": logins.Backup,
	} {
		password, err := passwordFor(role, address)
		if err != nil {
			return err
		}
		if err := createRole(ctx, conn, role, password); err != nil {
			return fmt.Errorf("create the role %s: %w", role, err)
		}
	}
	return nil
}

func passwordFor(role, address string) (string, error) {
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return "", fmt.Errorf("the database address of %s cannot be read; write postgres://%s:password@host:port/database", role, role)
	}
	if u.User.Username() != role {
		return "", fmt.Errorf("the login %q must be called %s, as the schema's policies name it", u.User.Username(), role)
	}
	password, _ := u.User.Password()
	return password, nil
}

func createRole(ctx context.Context, conn *pgx.Conn, role, password string) error {
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select 1 from pg_roles where rolname = $1)", role).Scan(&exists); err != nil {
		return err
	}
	name := pgx.Identifier{role}.Sanitize()
	if !exists {
		if _, err := conn.Exec(ctx, "create role "+name+" login"); err != nil {
			return err
		}
	}
	if password == "" {
		return nil
	}
	var command string // a utility command takes no parameters; the server quotes the password itself
	if err := conn.QueryRow(ctx, "select format('alter role %I password %L', $1::text, $2::text)", role, password).Scan(&command); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, command)
	return err
}

func applySteps(pool *pgxpool.Pool) error {
	db, err := database.Gorm(stdlib.OpenDBFromPool(pool))
	if err != nil {
		return err
	}
	options := *gormigrate.DefaultOptions
	options.UseTransaction = true
	if err := gormigrate.New(db, &options, Steps()).Migrate(); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// migrateJobs makes River's tables and lets the program's logins work with them. Jobs carry ids only: they stand
// outside row-level security.
func migrateJobs(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("prepare the job tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job tables: %w", err)
	}
	const grants = `
		do $$
		declare t record;
		begin
		  for t in select tablename from pg_tables where schemaname = 'public' and tablename like 'river\_%' loop
		    execute format('grant select, insert, update, delete on %I to hampi_app', t.tablename);
		  end loop;
		  grant select on migrations to hampi_app;
		  grant select, insert, update (kind) on river_job to hampi_system; -- River inserts with "on conflict do update set kind"
		  grant usage on all sequences in schema public to hampi_app, hampi_system;
		  grant execute on all functions in schema public to hampi_app, hampi_system, hampi_sealer;
		end $$`
	if _, err := pool.Exec(ctx, grants); err != nil {
		return fmt.Errorf("grant the job tables: %w", err)
	}
	return nil
}

// sqlStep is a step that is one SQL file and nothing else.
func sqlStep(name string) *gormigrate.Migration {
	return &gormigrate.Migration{ID: name, Migrate: func(tx *gorm.DB) error {
		script, err := files.ReadFile(name + ".sql")
		if err != nil {
			return fmt.Errorf("read step %s: %w", name, err)
		}
		inner, err := database.TxOf(tx)
		if err != nil {
			return err
		}
		if _, err := inner.Exec(string(script)); err != nil {
			return fmt.Errorf("step %s: %w", name, err)
		}
		return nil
	}}
}
