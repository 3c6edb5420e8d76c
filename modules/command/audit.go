//go:build !js

package command

import (
	"context"
	"errors"
	"fmt"

	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
)

// broken is how the command ends when a chain does not hold.
const broken = ExitCode(1)

// verifyAudit is `hampi audit verify`.
func verifyAudit(ctx context.Context, h *house, args []string) error {
	if err := subcommand(args, "audit", "verify"); err != nil {
		return err
	}
	if err := h.open(ctx); err != nil {
		return err
	}
	pool, err := h.sealer(ctx)
	if err != nil {
		return err
	}
	if pool == nil {
		return errors.New("audit verify reads as hampi_sealer; set HAMPI_SEALER_DATABASE_URL")
	}
	report, err := audit.Verify(ctx, pool, h.out)
	if err != nil {
		return err
	}
	if first := report.First(); first != nil {
		fmt.Fprintf(h.out, "\nNOT intact. First broken row: %s\n", first)
		return broken
	}
	fmt.Fprintf(h.out, "\n%d chains are intact as of %s. Keep the lines above outside the database: they reveal a chain that is computed anew.\n",
		len(report.Chains), clock.System().Format("2006-01-02 15:04 UTC"))
	return nil
}
