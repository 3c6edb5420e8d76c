//go:build !js

package command

import (
	"context"

	"hampi/modules"
)

func demo(ctx context.Context, h *house, _ []string) error            { return nil }
func (h *house) announceDemo(ctx context.Context)                     {}
func audit(ctx context.Context, h *house, args []string) error        { return subcommand(args, "verify") }
func keys(ctx context.Context, h *house, args []string) error         { return subcommand(args, "rotate") }
func admin(ctx context.Context, h *house, args []string) error        { return subcommand(args, "create") }
func (h *house) fillDemo(ctx context.Context, app *modules.App) error { return nil }
