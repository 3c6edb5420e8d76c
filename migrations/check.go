//go:build !js

package migrations

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hampi/modules/platform/database"
)

// Check refuses a database that has not seen all of this program's steps.
func Check(ctx context.Context, db *database.DB) error {
	rows, err := db.Pool().Query(ctx, "select id from migrations")
	if err != nil {
		return fmt.Errorf("the database was never migrated; run `hampi migrate` with HAMPI_OWNER_DATABASE_URL")
	}
	applied, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the list of migrations: %w", err)
	}
	seen := map[string]bool{}
	for _, id := range applied {
		seen[id] = true
	}
	for _, step := range Steps() {
		if !seen[step.ID] {
			return fmt.Errorf("the database lacks step %s; run `hampi migrate` with HAMPI_OWNER_DATABASE_URL", step.ID)
		}
	}
	return nil
}
