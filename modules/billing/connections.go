//go:build !js

package billing

import (
	"context"
	"errors"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Connector knows how to reach a provider with an account of its own.
type Connector interface {
	// Problems checks an account as somebody typed it.
	Problems(a Access) fault.Problems
	// For is the way to SUNAT of an account.
	For(a Access) Emitter
}

// Connections are the clinics' ways to SUNAT, as their settings say.
type Connections struct {
	ledger    *Ledger
	connector Connector
	later     Later
	now       clock.Now
}

// NewConnections builds them over the settings, and what has documents sent.
func NewConnections(ledger *Ledger, connector Connector, later Later, now clock.Now) *Connections {
	return &Connections{ledger: ledger, connector: connector, later: later, now: now}
}

// Of is the way of the clinic of ctx. One without an account has a way that nobody answers on, and that says so: its
// documents wait.
func (c *Connections) Of(ctx context.Context) (Emitter, error) {
	a, err := c.ledger.Access(ctx)
	if errors.Is(err, fault.ErrNotFound) {
		return unset{}, nil
	}
	if err != nil {
		return nil, err
	}
	return c.connector.For(a), nil
}

// Save checks and keeps an account.
func (c *Connections) Save(ctx context.Context, a Access) error {
	if err := c.connector.Problems(a).Err(); err != nil {
		return err
	}
	return c.ledger.SaveAccess(ctx, a)
}

// Test tries the clinic's connection and keeps what it said. It issues nothing; when the connection works, whatever waited
// for it goes on at once.
func (c *Connections) Test(ctx context.Context, in InClinic) error {
	var emitter Emitter
	err := in(ctx, func(ctx context.Context) (err error) {
		emitter, err = c.Of(ctx)
		return err
	})
	if err != nil {
		return err
	}
	answer := emitter.Test(ctx)
	return in(ctx, func(ctx context.Context) error {
		works := answer.Outcome == TakenAndAccepted
		if err := c.ledger.keepTest(ctx, works, answer.Message, c.now()); err != nil || !works {
			return err
		}
		return c.resume(ctx)
	})
}

// resume has what waits for another try sent and asked about now.
func (c *Connections) resume(ctx context.Context) error {
	if err := c.ledger.hurry(ctx, c.now()); err != nil {
		return err
	}
	return wake(ctx, c.ledger, c.later, c.now())
}

// unset is the way of a clinic that has not said how it emits.
type unset struct{}

func (unset) answer() Answer {
	return Answer{Outcome: NotReached, Message: "Falta la cuenta de NubeFact. Póngala en Configuración, Series y SUNAT."}
}

func (u unset) Emit(context.Context, Document) Answer       { return u.answer() }
func (u unset) Consult(context.Context, Name) Answer        { return u.answer() }
func (u unset) Void(context.Context, Name, string) Answer   { return u.answer() }
func (u unset) ConsultVoid(context.Context, Name) Answer    { return u.answer() }
func (u unset) Test(context.Context) Answer                 { return u.answer() }
func (unset) Fetch(context.Context, string) ([]byte, error) { return nil, ErrNoFile }
