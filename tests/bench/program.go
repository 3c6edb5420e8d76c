//go:build !js

package main

import (
	"context"
	"io"
)

func measureProgram(ctx context.Context, to io.Writer, o options) error { return nil }
