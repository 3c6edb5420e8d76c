//go:build !js

package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"hampi/config"
	"hampi/migrations"
	"hampi/modules"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/embedded"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/pii"
)

// house is what commands share: settings, log, and the database once it is open.
type house struct {
	config  config.Config
	log     *slog.Logger
	out     io.Writer
	version string
	server  *embedded.Server
	logins  database.Logins
	db      *database.DB
	address atomic.Value // string: where people reach the program, once it listens
	close   []func() error
}

func enter(out io.Writer, version string) (*house, error) {
	c, err := config.Load(os.Environ())
	if err != nil {
		return nil, err
	}
	if err := c.Remember(); err != nil {
		return nil, err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("settings: HAMPI_LOG_LEVEL: %w", err)
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	return &house{config: c, log: log, out: out, version: version}, nil
}

// leave closes what was opened, last first.
func (h *house) leave() error {
	var errs []error
	for i := len(h.close) - 1; i >= 0; i-- {
		errs = append(errs, h.close[i]())
	}
	return errors.Join(errs...)
}

// reach finds the database's logins: those of the settings, or those of the embedded server, which it starts.
func (h *house) reach(ctx context.Context) error {
	c := h.config
	if !c.Embedded() {
		h.logins = database.Logins{
			Owner: c.OwnerDatabaseURL, App: c.DatabaseURL, System: c.SystemDatabaseURL,
			Sealer: c.SealerDatabaseURL, Backup: c.BackupDatabaseURL,
		}
		return nil
	}
	secrets, err := c.OwnSecrets()
	if err != nil {
		return err
	}
	h.server, err = embedded.Start(ctx, embedded.Options{DataDir: c.DataDir, Log: h.log})
	if err != nil {
		return err
	}
	h.close = append(h.close, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closingLimit)
		defer cancel()
		return h.server.Stop(ctx)
	})
	h.logins, err = database.Provision(ctx, h.server.URL("postgres"), "hampi", secrets.Passwords)
	return err
}

// open reaches the database and opens it as the clinics' and the system's login. The embedded one is migrated first;
// another one must have been.
func (h *house) open(ctx context.Context) error {
	if err := h.reach(ctx); err != nil {
		return err
	}
	if h.config.Embedded() {
		if err := migrations.Run(ctx, h.logins); err != nil {
			return err
		}
	}
	db, err := database.Open(ctx, database.Options{
		AppURL: h.logins.App, SystemURL: h.logins.System, MaxConnections: h.config.DatabaseConnection,
	})
	if err != nil {
		return err
	}
	h.db = db
	h.close = append(h.close, func() error { db.Close(); return nil })
	return migrations.Check(ctx, db)
}

// parts gathers what the roof builds the program from.
func (h *house) parts(ctx context.Context) (modules.Parts, error) {
	master, jwt, err := h.config.Keys()
	if err != nil {
		return modules.Parts{}, err
	}
	vault, err := h.vault(master)
	if err != nil {
		return modules.Parts{}, err
	}
	storage, closeStorage, err := modules.OpenStorage(ctx, h.config, vault)
	if err != nil {
		return modules.Parts{}, err
	}
	h.close = append(h.close, closeStorage)
	outside, err := h.outside()
	if err != nil {
		return modules.Parts{}, err
	}
	sealer, err := h.sealer(ctx)
	return modules.Parts{
		Config: h.config, DB: h.db, Sealer: sealer, Vault: vault, Storage: storage, JWTKey: jwt, Mail: h.mail(), Outside: outside, Address: h.publicAddress,
		Now: clock.System, Log: h.log, Version: h.version,
	}, err
}

// ownVault opens the keysets for a command that does not build the whole program.
func (h *house) ownVault() (*pii.Vault, error) {
	master, _, err := h.config.Keys()
	if err != nil {
		return nil, err
	}
	return h.vault(master)
}

func (h *house) vault(master string) (*pii.Vault, error) {
	current, err := pii.ParseMasterKey(master)
	if err != nil {
		return nil, fmt.Errorf("HAMPI_MASTER_KEY: %w", err)
	}
	var previous [][]byte
	for _, text := range h.config.PreviousMasterKey {
		key, err := pii.ParseMasterKey(text)
		if err != nil {
			return nil, fmt.Errorf("HAMPI_PREVIOUS_MASTER_KEYS: %w", err)
		}
		previous = append(previous, key)
	}
	m, err := pii.NewMaster(current, previous...)
	if err != nil {
		return nil, fmt.Errorf("HAMPI_MASTER_KEY: %w", err)
	}
	return pii.NewVault(m, pii.NewPostgresKeyStore(h.db.AsSystem), clock.System), nil
}

// sealer opens the audit sealer's login where it is known; a process without it seals nothing.
func (h *house) sealer(ctx context.Context) (*pgxpool.Pool, error) {
	if h.logins.Sealer == "" {
		return nil, nil
	}
	pool, err := database.Pool(ctx, h.logins.Sealer, sealerConnections)
	if err != nil {
		return nil, err
	}
	h.close = append(h.close, func() error { pool.Close(); return nil })
	return pool, nil
}

const sealerConnections = 2

// publicAddress is HAMPI_PUBLIC_URL or, without one, where this process listens.
func (h *house) publicAddress() string {
	if h.config.PublicURL != "" {
		return strings.TrimSuffix(h.config.PublicURL, "/")
	}
	address, _ := h.address.Load().(string)
	return address
}

func (h *house) mail() mail.Sender {
	c := h.config
	if c.SMTPHost == "" {
		return mail.Folder{Dir: filepath.Join(c.DataDir, "mail"), From: c.MailFrom}
	}
	return mail.SMTP{Host: c.SMTPHost, Port: c.SMTPPort, User: c.SMTPUser, Password: c.SMTPPassword, From: c.MailFrom}
}

// build opens everything and puts the program together.
func (h *house) build(ctx context.Context) (*modules.App, error) {
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	parts, err := h.parts(ctx)
	if err != nil {
		return nil, err
	}
	return modules.Build(parts)
}
