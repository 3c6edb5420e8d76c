//go:build !js

package database

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// Logins are the addresses of one database for each of its logins.
type Logins struct {
	Owner, App, System, Sealer, Backup string
}

// Provision makes the owner's login and the database on a server of our own, through its administrator's address,
// and returns the address of every login. Passwords are by role name. It may be run at any time.
func Provision(ctx context.Context, adminURL, name string, passwords map[string]string) (Logins, error) {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return Logins{}, fmt.Errorf("reach the embedded PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is lost with an idle connection

	if err := ensureOwner(ctx, conn, passwords["hampi_owner"]); err != nil {
		return Logins{}, fmt.Errorf("create the database's owner: %w", err)
	}
	if err := ensureDatabase(ctx, conn, name); err != nil {
		return Logins{}, fmt.Errorf("create the database: %w", err)
	}
	return loginsOf(adminURL, name, passwords)
}

func ensureOwner(ctx context.Context, conn *pgx.Conn, password string) error {
	var command string
	const build = `select format(case when exists (select 1 from pg_roles where rolname = 'hampi_owner')
		then 'alter role hampi_owner login createrole password %L' else 'create role hampi_owner login createrole password %L' end, $1::text)`
	if err := conn.QueryRow(ctx, build, password).Scan(&command); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, command)
	return err
}

func ensureDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select 1 from pg_database where datname = $1)", name).Scan(&exists); err != nil || exists {
		return err
	}
	_, err := conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()+" owner hampi_owner")
	return err
}

func loginsOf(adminURL, name string, passwords map[string]string) (Logins, error) {
	base, err := url.Parse(adminURL)
	if err != nil {
		return Logins{}, fmt.Errorf("read the server's address: %w", err)
	}
	of := func(role string) string {
		u := *base
		u.Path = "/" + name
		u.User = url.UserPassword(role, passwords[role])
		return u.String()
	}
	return Logins{
		Owner: of("hampi_owner"), App: of("hampi_app"), System: of("hampi_system"),
		Sealer: of("hampi_sealer"), Backup: of("hampi_backup"),
	}, nil
}
