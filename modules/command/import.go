//go:build !js

package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"hampi/modules/catalog"
)

var errImportUsage = errors.New("write: hampi import cie10 FILE [--format minsa|peru]; without --format the headings tell")

// importCodes is `hampi import cie10 FILE`: it puts a table of codes in force for every clinic.
func importCodes(ctx context.Context, h *house, args []string) error {
	file, format, err := importArguments(args)
	if err != nil {
		return err
	}
	source, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open the table: %w", err)
	}
	defer source.Close() //nolint:errcheck // read only
	if err := h.open(ctx); err != nil {
		return err
	}
	if h.logins.Owner == "" {
		return errors.New("import works as the database's owner; set HAMPI_OWNER_DATABASE_URL")
	}
	conn, err := pgx.Connect(ctx, h.logins.Owner)
	if err != nil {
		return fmt.Errorf("open the database as its owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the program ends
	loaded, err := catalog.ImportCIE10(ctx, catalog.Owner{DB: conn}, source, format, filepath.Base(file))
	if err != nil {
		return err
	}
	if loaded.Same {
		fmt.Fprintf(h.out, "this table is in force already (version %s)\n", loaded.Version)
		return nil
	}
	fmt.Fprintf(h.out, "CIE-10, format %s: %d codes, %d of them new, %d retired, %d lines passed over; version %s\n",
		loaded.Format, loaded.Codes, loaded.New, loaded.Retired, loaded.Skipped, loaded.Version)
	return nil
}

// importArguments reads "cie10 FILE --format minsa", the option before or after the file.
func importArguments(args []string) (file string, format catalog.TableFormat, err error) {
	if len(args) < 2 || args[0] != "cie10" {
		return "", "", errImportUsage
	}
	flags := flag.NewFlagSet("import cie10", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	text := flags.String("format", "", "")
	for rest := args[1:]; len(rest) > 0; {
		if err := flags.Parse(rest); err != nil || flags.NArg() > 0 && file != "" {
			return "", "", errImportUsage
		}
		if rest = flags.Args(); len(rest) > 0 {
			file, rest = rest[0], rest[1:]
		}
	}
	if file == "" {
		return "", "", errImportUsage
	}
	return file, catalog.TableFormat(*text), nil
}
