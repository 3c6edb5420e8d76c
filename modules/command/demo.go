//go:build !js

package command

import (
	"context"
	"errors"
	"fmt"

	"hampi/config"
	"hampi/modules/demo"
	"hampi/modules/platform/clock"
)

// errNoOutside keeps the demonstration to itself.
var errNoOutside = errors.New("a demonstration calls nobody outside")

var errNotDemo = errors.New("demo works only with HAMPI_ENV=demo: its passwords are known to everybody")

// fillDemoClinics is `hampi demo`.
func fillDemoClinics(ctx context.Context, h *house, _ []string) error {
	if h.config.Env != config.Demo {
		return errNotDemo
	}
	if err := h.open(ctx); err != nil {
		return err
	}
	if err := h.fillDemo(ctx); err != nil {
		return err
	}
	h.announceDemo(ctx)
	return nil
}

// fillDemo fills the demonstration clinics, or adds what a new day needs.
func (h *house) fillDemo(ctx context.Context) error {
	vault, err := h.ownVault()
	if err != nil {
		return err
	}
	began := clock.System()
	if err := demo.Fill(ctx, demo.Deps{DB: h.db, Vault: vault, Now: clock.System}); err != nil {
		return fmt.Errorf("fill the demonstration: %w", err)
	}
	h.log.Info("the demonstration is filled", "took", clock.System().Sub(began).String())
	return nil
}

// topUpDemo fills the demonstration at a start. One that was filled before is used as it is when something that people
// did to it stands in the way of more.
func (h *house) topUpDemo(ctx context.Context) error {
	err := h.fillDemo(ctx)
	if err == nil {
		return nil
	}
	names, readErr := h.demoClinics(ctx)
	if readErr != nil || len(names) == 0 {
		return err
	}
	h.log.Warn("the demonstration was not brought up to date; it is used as it is", "error", err)
	return nil
}

// announceDemo says who may come in, and with what.
func (h *house) announceDemo(context.Context) {
	fmt.Fprintf(h.out, "\n%s", demo.Announce(clock.System()))
}
