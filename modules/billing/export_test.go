//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/mail"
)

// Letter is the letter of a sending, as the job asks for it.
func (d *Dispatch) Letter(ctx context.Context, id uuid.UUID) (mail.Letter, time.Duration, string, error) {
	return d.letter(ctx, id)
}

// Left notes that a sending left, as the job does.
func (d *Dispatch) Left(ctx context.Context, id uuid.UUID) error { return d.left(ctx, id, "") }
