//go:build !js

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hampi/config"
	"hampi/migrations"
	"hampi/modules"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/embedded"
	"hampi/modules/platform/files"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/pii"
)

const databaseName = "hampi"

// house is the embedded PostgreSQL of the measurement and what is built over it.
type house struct {
	config config.Config
	server *embedded.Server
	logins database.Logins
	admin  *pgxpool.Pool // the server's superuser: loads and clears up
	db     *database.DB
	vault  *pii.Vault
	trace  *tracer
	now    func() time.Time // goes on from the measured moment
	app    *modules.App     // once it is built
	close  []func() error
}

// settings are those of a program in development whose limits nobody reaches.
func settings(dataDir string) (config.Config, error) {
	c, err := config.Load([]string{
		"HAMPI_ENV=development", "HAMPI_DATA_DIR=" + dataDir, "HAMPI_RATE_LIMIT=1000000000", "HAMPI_RATE_LIMIT_ANON=1000000000",
	})
	if err != nil {
		return c, err
	}
	return c, c.Remember()
}

func enter(ctx context.Context, o options) (*house, error) {
	c, err := settings(o.dataDir)
	if err != nil {
		return nil, err
	}
	secrets, err := c.OwnSecrets()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	h := &house{config: c, trace: &tracer{}, now: func() time.Time { return moment.Add(time.Since(started)) }}
	if h.server, err = embedded.Start(ctx, embedded.Options{DataDir: c.DataDir}); err != nil {
		return nil, err
	}
	h.close = append(h.close, func() error { return h.server.Stop(context.WithoutCancel(ctx)) })
	if err := h.dropUnfinished(ctx, o.rebuild); err != nil {
		return nil, errors.Join(err, h.leave())
	}
	if h.logins, err = database.Provision(ctx, h.server.URL("postgres"), databaseName, secrets.Passwords); err != nil {
		return nil, errors.Join(err, h.leave())
	}
	if err := h.open(ctx); err != nil {
		return nil, errors.Join(err, h.leave())
	}
	return h, nil
}

// leave closes what was opened, last first; a second time it does nothing.
func (h *house) leave() error {
	var errs []error
	for i := len(h.close) - 1; i >= 0; i-- {
		errs = append(errs, h.close[i]())
	}
	h.close = nil
	return errors.Join(errs...)
}

func (h *house) open(ctx context.Context) error {
	if err := migrations.Run(ctx, h.logins); err != nil {
		return err
	}
	var err error
	if h.admin, err = pgxpool.New(ctx, h.server.URL(databaseName)+"&pool_max_conns=12"); err != nil {
		return fmt.Errorf("reach the database as its superuser: %w", err)
	}
	h.close = append(h.close, func() error { h.admin.Close(); return nil })
	h.db, err = database.Open(ctx, database.Options{AppURL: h.logins.App, SystemURL: h.logins.System, MaxConnections: 12, Tracer: h.trace})
	if err != nil {
		return err
	}
	h.close = append(h.close, func() error { h.db.Close(); return nil })
	master, _, err := h.config.Keys()
	if err != nil {
		return err
	}
	key, err := pii.ParseMasterKey(master)
	if err != nil {
		return fmt.Errorf("the data folder's master key: %w", err)
	}
	wrapping, err := pii.NewMaster(key)
	if err != nil {
		return fmt.Errorf("the data folder's master key: %w", err)
	}
	h.vault = pii.NewVault(wrapping, pii.NewPostgresKeyStore(h.db.AsSystem), time.Now)
	return nil
}

// loaded marks a database whose data are complete and of this shape; another number loads them again.
const loaded = "bench 2"

// dropUnfinished removes a database that was not loaded to its end, or differently.
func (h *house) dropUnfinished(ctx context.Context, rebuild bool) error {
	conn, err := pgx.Connect(ctx, h.server.URL("postgres"))
	if err != nil {
		return fmt.Errorf("reach the embedded PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // an idle connection loses nothing
	var mark string
	const find = "select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database where datname = $1"
	err = conn.QueryRow(ctx, find, databaseName).Scan(&mark)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && mark == loaded && !rebuild {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the data: %w", err)
	}
	_, err = conn.Exec(ctx, "drop database "+databaseName+" with (force)")
	return err
}

// build is the real program, on the day that is measured.
func (h *house) build() (http.Handler, error) {
	_, jwt, err := h.config.Keys()
	if err != nil {
		return nil, err
	}
	folder, err := files.NewFolder(filepath.Join(h.config.DataDir, "files"))
	if err != nil {
		return nil, err
	}
	app, err := modules.Build(modules.Parts{
		Config: h.config, DB: h.db, Vault: h.vault, Storage: files.New(folder, h.vault), JWTKey: jwt, Mail: mail.Folder{Dir: filepath.Join(h.config.DataDir, "mail")},
		Address: func() string { return "http://localhost" }, Now: h.now,
		Log: slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelInfo})), Version: "bench",
	})
	if err != nil {
		return nil, err
	}
	h.app = app
	return app.Echo, nil
}

// say prints progress beside the table.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
