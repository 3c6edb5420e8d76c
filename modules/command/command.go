//go:build !js

// Package command holds the verbs of the program: serve, worker, migrate, demo, import, audit, keys, admin, sync, version.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ExitCode ends a command that already said what it found.
type ExitCode int

func (c ExitCode) Error() string { return fmt.Sprintf("exit %d", int(c)) }

// command is one verb of the program. Its house has no open database unless it asks for one.
type command struct {
	name, usage string
	run         func(ctx context.Context, h *house, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "serve               answer on HAMPI_ADDR; in demo and development also run the worker", serve},
		{"worker", "worker              work the jobs: letters, imports, sealing of the audit", work},
		{"migrate", "migrate             bring the database to this version's shape and create its logins", migrate},
		{"demo", "demo                fill the demonstration clinics; may be run at any time, only with HAMPI_ENV=demo", fillDemoClinics},
		{"import", "import cie10 FILE   put a table of diagnoses in force for every clinic, of MINSA or the Peruvian one", importCodes},
		{"audit", "audit verify        check the sealed chain of every clinic; exit 1 names the first broken row", verifyAudit},
		{"keys", "keys rotate|status  give every clinic a new key and re-encrypt in the background; see how far that is", keys},
		{"admin", "admin create        make a person of the platform; asks e-mail, name and password", createAdmin},
		{"sync", "sync new-epoch      after restoring a backup: devices send again what the backup does not have", syncCommand},
		{"version", "version             print the version", printVersion},
	}
}

// Run carries out the command that args name and closes what it opened.
func Run(ctx context.Context, args []string, out io.Writer, version string) error {
	if len(args) == 0 {
		return usage()
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		h, err := enter(out, version)
		if err != nil {
			return err
		}
		return errors.Join(c.run(ctx, h, args[1:]), h.leave())
	}
	return usage()
}

func usage() error {
	text := "commands:"
	for _, c := range commands() {
		text += "\n  hampi " + c.usage
	}
	return errors.New(text)
}
