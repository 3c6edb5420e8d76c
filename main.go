//go:build !js

// Hampi runs a specialised clinic in Peru, with or without internet. README.md says what it is and how to run it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // clinics' zones exist on any machine

	"hampi/modules/command"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command.Run(ctx, os.Args[1:], os.Stdout, version)
	stop()
	var code command.ExitCode
	if errors.As(err, &code) {
		os.Exit(int(code))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hampi: "+err.Error())
		os.Exit(2)
	}
}
