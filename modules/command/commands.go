//go:build !js

package command

import (
	"context"
	"fmt"
	"net"
	"strings"

	"gorm.io/gorm"

	"hampi/config"
	"hampi/migrations"
)

func migrate(ctx context.Context, h *house, _ []string) error {
	if err := h.reach(ctx); err != nil {
		return err
	}
	if h.logins.Owner == "" {
		return fmt.Errorf("migrate works as the database's owner; set HAMPI_OWNER_DATABASE_URL")
	}
	if err := migrations.Run(ctx, h.logins); err != nil {
		return err
	}
	fmt.Fprintln(h.out, "the database is up to date")
	return nil
}

func printVersion(_ context.Context, h *house, _ []string) error {
	fmt.Fprintln(h.out, h.version)
	return nil
}

// addressOf writes an address as a person would type it.
func (h *house) addressOf(addr net.Addr) string {
	scheme := "http://"
	if h.config.TLSCert != "" {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return scheme + addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		host = "localhost"
	}
	return scheme + net.JoinHostPort(host, port)
}

// announce says where the program answers and, in the demonstration, who may come in.
func (h *house) announce(ctx context.Context) {
	fmt.Fprintf(h.out, "\nHampi answers at %s  (%s)\n", h.publicAddress(), h.config.Env)
	if h.config.Env == config.Demo {
		h.announceDemo(ctx)
	}
}

// refuseDemoData keeps well-known passwords out of production.
func (h *house) refuseDemoData(ctx context.Context) error {
	names, err := h.demoClinics(ctx)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("this database holds demonstration clinics with well-known passwords (%s); production needs a database of its own", strings.Join(names, ", "))
	}
	return nil
}

// subcommand refuses anything but "hampi command want".
func subcommand(args []string, command, want string) error {
	if len(args) == 0 || args[0] != want {
		return fmt.Errorf("write: hampi %s %s", command, want)
	}
	return nil
}

// demoClinics names the demonstration clinics of this database.
func (h *house) demoClinics(ctx context.Context) ([]string, error) {
	var names []string
	err := h.db.AsSystem(ctx, "look for demonstration clinics", func(tx *gorm.DB) error {
		return tx.Raw("select name from clinics where demo").Scan(&names).Error
	})
	if err != nil {
		return nil, fmt.Errorf("look for demonstration clinics: %w", err)
	}
	return names, nil
}
