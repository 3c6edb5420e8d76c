//go:build !js

package command

import "context"

func audit(ctx context.Context, h *house, args []string) error { return subcommand(args, "verify") }
func keys(ctx context.Context, h *house, args []string) error  { return subcommand(args, "rotate") }
func admin(ctx context.Context, h *house, args []string) error { return subcommand(args, "create") }
