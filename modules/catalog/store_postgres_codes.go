//go:build !js

package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hampi/modules/catalog/cie10"
	"hampi/modules/platform/database"
)

// LoadedCodes gives the table of diagnoses that was loaded into the database, and the program's own before one was.
type LoadedCodes struct{}

// Newer looks at the one row that names what is loaded; the table itself is read only when that is another.
func (LoadedCodes) Newer(ctx context.Context, have string) (*Edition, error) {
	if !database.InSession(ctx) {
		if have != "" {
			return nil, nil
		}
		return BuiltIn{}.Newer(ctx, have)
	}
	version, loaded, err := loadedVersion(ctx)
	if err != nil {
		return nil, err
	}
	if !loaded {
		return BuiltIn{}.Newer(ctx, have)
	}
	if version.Version == have {
		return nil, nil
	}
	return readCIE10(ctx, version.Version)
}

// loadedVersion is what was loaded into the database; false when nothing was.
func loadedVersion(ctx context.Context) (CodeVersion, bool, error) {
	const query = "select catalog, name, version, source, notice, codes, loaded_at from code_versions where catalog = ?"
	var found []CodeVersion
	if err := database.From(ctx).Raw(query, cie10Catalog).Scan(&found).Error; err != nil {
		return CodeVersion{}, false, fmt.Errorf("read which tables of codes are loaded: %w", err)
	}
	if len(found) == 0 {
		return CodeVersion{}, false, nil
	}
	return found[0], true, nil
}

type cie10Row struct {
	Code, Title, LocalTitle    string
	Sex                        cie10.Sex
	Asterisk, Heading, Retired bool
}

// readCIE10 reads the loaded table, with the words that the program knows beside it. Codes of the program's own table
// that the loaded one lacks are no longer in use.
func readCIE10(ctx context.Context, version string) (*Edition, error) {
	own, err := BuiltIn{}.Newer(ctx, "")
	if err != nil {
		return nil, err
	}
	var rows []cie10Row
	if err := database.From(ctx).Raw("select code, title, local_title, sex, asterisk, heading, retired from cie10_codes order by code").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the table of diagnoses: %w", err)
	}
	table, there := own.Table, map[string]bool{}
	table.Entries = nil
	for _, r := range rows {
		there[r.Code] = true
		table.Entries = append(table.Entries, cie10.Entry{
			Code:  Code{Code: r.Code, Title: r.Title, Sex: r.Sex, Asterisk: r.Asterisk, Heading: r.Heading, Retired: r.Retired},
			Local: r.LocalTitle,
		})
	}
	for _, e := range own.Table.Entries {
		if !there[e.Code.Code] {
			e.Retired = true
			table.Entries = append(table.Entries, e)
		}
	}
	return &Edition{Version: version, Table: table}, nil
}

// Owner writes tables of codes over a connection, or a pool, of the database's owner.
type Owner struct {
	DB interface {
		Begin(ctx context.Context) (pgx.Tx, error)
	}
}

// KeepCIE10 works in one transaction: whoever reads meanwhile reads the table before.
func (o Owner) KeepCIE10(ctx context.Context, v CodeVersion, entries []cie10.Entry) (added, retired int, same bool, err error) {
	err = pgx.BeginFunc(ctx, o.DB, func(tx pgx.Tx) error {
		if same, err = isLoaded(ctx, tx, v); same || err != nil {
			return err
		}
		if err := stage(ctx, tx, entries); err != nil {
			return err
		}
		const merge = `with put as (
				insert into cie10_codes (code, title, local_title, sex, asterisk, heading, retired) select * from loaded
				on conflict (code) do update set title = excluded.title, local_title = excluded.local_title, sex = excluded.sex,
					asterisk = excluded.asterisk, heading = excluded.heading, retired = excluded.retired
				returning xmax = 0 as new)
			select count(*) filter (where new) from put`
		if err := tx.QueryRow(ctx, merge).Scan(&added); err != nil {
			return err
		}
		gone, err := tx.Exec(ctx, `update cie10_codes set retired = true where not retired and code not in (select code from loaded)`)
		if err != nil {
			return err
		}
		retired = int(gone.RowsAffected())
		const say = `insert into code_versions (catalog, name, version, source, notice, codes) values ($1, $2, $3, $4, $5, $6)
			on conflict (catalog) do update set name = $2, version = $3, source = $4, notice = $5, codes = $6, loaded_at = now()`
		_, err = tx.Exec(ctx, say, v.Catalog, v.Name, v.Version, v.Source, v.Notice, v.Codes)
		return err
	})
	return added, retired, same, err
}

// isLoaded reports whether that very content is in force; it keeps a second import waiting until this one ends.
func isLoaded(ctx context.Context, tx pgx.Tx, v CodeVersion) (bool, error) {
	if _, err := tx.Exec(ctx, "lock table code_versions in share row exclusive mode"); err != nil {
		return false, err
	}
	var version string
	err := tx.QueryRow(ctx, "select version from code_versions where catalog = $1", v.Catalog).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return version == v.Version, err
}

// stage copies the entries into a table that ends with the transaction.
func stage(ctx context.Context, tx pgx.Tx, entries []cie10.Entry) error {
	if _, err := tx.Exec(ctx, "create temporary table loaded (like cie10_codes) on commit drop"); err != nil {
		return err
	}
	columns := []string{"code", "title", "local_title", "sex", "asterisk", "heading", "retired"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"loaded"}, columns, pgx.CopyFromSlice(len(entries), func(i int) ([]any, error) {
		e := entries[i]
		return []any{e.Code.Code, e.Title, e.Local, string(e.Sex), e.Asterisk, e.Heading, e.Retired}, nil
	}))
	return err
}
