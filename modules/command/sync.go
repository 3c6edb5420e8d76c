//go:build !js

package command

import (
	"context"
	"fmt"

	"hampi/modules/sync"
)

// syncCommand is `hampi sync new-epoch`: to be run once after the database was restored from a backup.
func syncCommand(ctx context.Context, h *house, args []string) error {
	if err := subcommand(args, "sync", "new-epoch"); err != nil {
		return err
	}
	if err := h.open(ctx); err != nil {
		return err
	}
	epoch, err := sync.NewEpoch(ctx, h.db)
	if err != nil {
		return fmt.Errorf("begin a new epoch: %w", err)
	}
	fmt.Fprintf(h.out, "every device downloads anew and sends again what it had sent; epoch %s\n", epoch)
	return nil
}
