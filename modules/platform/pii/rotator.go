//go:build !js

package pii

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

const (
	// DefaultSettle lets every process notice new keys and finish what it began with the old ones.
	DefaultSettle = 5 * time.Minute
	// DefaultGrace keeps the old key recoverable for as long as a forgotten table may stay unnoticed.
	DefaultGrace = 7 * 24 * time.Hour
	// DefaultBatch is the number of rows written in one transaction.
	DefaultBatch = 200
)

// Reencrypters are divided by whose keys it is for. An empty list is a mistake of
// wiring and refused: rotating would delete the key under everything not listed.
type Reencrypters struct {
	Clinic   []Reencrypter // tables of every clinic
	Platform []Reencrypter // tables under the platform's keys
}

// Pace is how long a rotation waits and how much it does at once; zero means the default.
type Pace struct {
	Settle time.Duration // more than twice KeysLifetime
	Grace  time.Duration // from the sweep to the end of the old key
	Batch  int
}

// Progress is where a rotation stands after a step. Wait is how long the next one
// has to wait; Module is the one just worked on, if any.
type Progress struct {
	Stage  Stage
	Module string
	Wait   time.Duration
}

// Done tells that the rotation has ended.
func (p Progress) Done() bool { return p.Stage == StageDone }

// Rotator replaces the keys of a clinic while everybody goes on working. Every step may
// be repeated after a crash, and two rotators at once do no harm.
type Rotator struct {
	vault    *Vault
	progress ProgressStore
	work     Reencrypters
	pace     Pace
}

// NewRotator fails for two reencrypters of the same name and for a pace too fast.
func NewRotator(vault *Vault, progress ProgressStore, work Reencrypters, pace Pace) (*Rotator, error) {
	pace = pace.withDefaults()
	if pace.Settle <= 2*KeysLifetime {
		return nil, fmt.Errorf("pii: a rotation must settle for more than %s", 2*KeysLifetime)
	}
	names := map[string]bool{"": true}
	for _, one := range append(append([]Reencrypter{}, work.Clinic...), work.Platform...) {
		if names[one.Name()] {
			return nil, fmt.Errorf("pii: two reencrypters are called %q, or one has no name", one.Name())
		}
		names[one.Name()] = true
	}
	return &Rotator{vault: vault, progress: progress, work: work, pace: pace}, nil
}

func (p Pace) withDefaults() Pace {
	if p.Settle == 0 {
		p.Settle = DefaultSettle
	}
	if p.Grace == 0 {
		p.Grace = DefaultGrace
	}
	if p.Batch == 0 {
		p.Batch = DefaultBatch
	}
	return p
}

// Start begins to rotate the keys of a clinic, uuid.Nil for the platform's. One already
// on its way goes on.
func (r *Rotator) Start(ctx context.Context, clinic uuid.UUID) error {
	if len(r.workOf(clinic)) == 0 {
		return errors.New("pii: nothing is registered that would be encrypted again")
	}
	if _, err := r.vault.Keys(ctx, clinic); err != nil {
		return err // also makes the keysets, if there were none
	}
	return r.progress.Begin(ctx, clinic, r.vault.now())
}

// Run goes on until the rotation has to wait, is done, or fails. A job repeats it after
// Progress.Wait; a canceled context ends it between two batches.
func (r *Rotator) Run(ctx context.Context, clinic uuid.UUID) (Progress, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Progress{}, err
		}
		done, err := r.Step(ctx, clinic)
		if err != nil || done.Wait > 0 || done.Done() {
			return done, err
		}
	}
}

// Step does the next single thing: one change of the keys, or one batch. It returns
// ErrStale when another rotator was faster; the next step goes on from there.
func (r *Rotator) Step(ctx context.Context, clinic uuid.UUID) (Progress, error) {
	// The keysets are read before the stage: a change that this stage asks for is then
	// refused by their version if another rotator has moved on in between.
	stored, open, err := r.vault.load(ctx, clinic)
	if err != nil {
		return Progress{}, err
	}
	at, err := r.progress.Rotation(ctx, clinic)
	if err != nil {
		return Progress{}, err
	}
	if wait := r.waitOf(at.Stage) - r.vault.now().Sub(at.Since); wait > 0 {
		return Progress{Stage: at.Stage, Wait: wait}, nil
	}
	switch at.Stage {
	case StageAdding:
		return r.change(ctx, clinic, at.Stage, StagePromoting, stored, open.withNewKeys)
	case StagePromoting:
		return r.change(ctx, clinic, at.Stage, StageReencrypting, stored, open.withNewestPrimary)
	case StageReencrypting:
		return r.batch(ctx, clinic, at.Stage, StageDisabling)
	case StageDisabling:
		return r.change(ctx, clinic, at.Stage, StageSweeping, stored, open.withOldDisabled)
	case StageSweeping:
		return r.sweep(ctx, clinic)
	case StageDeleting:
		return r.change(ctx, clinic, at.Stage, StageDone, stored, open.withOldDeleted)
	case StageRestoring:
		return r.change(ctx, clinic, at.Stage, StageReencrypting, stored, open.withOldEnabled)
	case StageDone:
		return Progress{Stage: StageDone}, nil
	}
	return Progress{}, fmt.Errorf("pii: unknown rotation stage %q", at.Stage)
}

// waitOf is how long after the stage before this one may act.
func (r *Rotator) waitOf(stage Stage) time.Duration {
	switch stage {
	case StagePromoting, StageReencrypting, StageSweeping:
		return r.pace.Settle
	case StageDeleting:
		return r.pace.Grace
	}
	return 0
}

// change stores changed keysets and then moves on; after a crash in between, the change
// finds nothing to do and the waiting begins again.
func (r *Rotator) change(ctx context.Context, clinic uuid.UUID, from, to Stage, stored Stored, make func() (keysets, bool, error)) (Progress, error) {
	next, changed, err := make()
	if err != nil {
		return Progress{}, err
	}
	if changed {
		if err := r.vault.replace(ctx, clinic, stored, next); err != nil {
			return Progress{}, err
		}
	}
	return r.move(ctx, clinic, from, to)
}

func (r *Rotator) move(ctx context.Context, clinic uuid.UUID, from, to Stage) (Progress, error) {
	if err := r.progress.Move(ctx, clinic, from, to, r.vault.now()); err != nil {
		return Progress{}, fmt.Errorf("move the rotation on: %w", err)
	}
	return Progress{Stage: to, Wait: r.waitOf(to)}, nil
}

// batch does the next rows of the first module that has any left.
func (r *Rotator) batch(ctx context.Context, clinic uuid.UUID, stage, next Stage) (Progress, error) {
	keys, err := r.vault.Fresh(ctx, clinic)
	if err != nil {
		return Progress{}, err
	}
	for _, module := range r.workOf(clinic) {
		cursor, err := r.progress.Cursor(ctx, clinic, module.Name())
		if err != nil {
			return Progress{}, err
		}
		if !cursor.Done {
			return r.batchOf(ctx, keys, stage, module, cursor)
		}
	}
	return r.move(ctx, clinic, stage, next)
}

func (r *Rotator) batchOf(ctx context.Context, keys *Keys, stage Stage, module Reencrypter, cursor Cursor) (Progress, error) {
	next, done, err := module.Reencrypt(ctx, keys, cursor.After, r.pace.Batch)
	if err != nil {
		return Progress{}, fmt.Errorf("encrypt %s again: %w", module.Name(), err)
	}
	err = r.progress.SaveCursor(ctx, keys.Clinic(), stage, module.Name(), Cursor{After: next, Done: done})
	return Progress{Stage: stage, Module: module.Name()}, err
}

// sweep is a batch under the new key alone. A value under the old one brings that back.
func (r *Rotator) sweep(ctx context.Context, clinic uuid.UUID) (Progress, error) {
	progress, err := r.batch(ctx, clinic, StageSweeping, StageDeleting)
	if !errors.Is(err, ErrUnknownKey) {
		return progress, err
	}
	if _, moveErr := r.move(ctx, clinic, StageSweeping, StageRestoring); moveErr != nil {
		return Progress{}, errors.Join(err, moveErr)
	}
	return Progress{}, fmt.Errorf("the old key is still needed and comes back: %w", err)
}

func (r *Rotator) workOf(clinic uuid.UUID) []Reencrypter {
	if clinic == uuid.Nil {
		return r.work.Platform
	}
	return r.work.Clinic
}
