//go:build !js

package modules

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/hce"
	"hampi/modules/hce/consent"
)

// signed lends the clinical record what patients signed. It is asked once everything is built.
type signed struct{ consents func() *consent.Service }

// LinesOf are those of a person, the latest first.
func (s signed) LinesOf(ctx context.Context, family []uuid.UUID) ([]hce.ConsentLine, error) {
	found, err := s.consents().Store.Lines(ctx, family)
	lines := make([]hce.ConsentLine, 0, len(found))
	for _, l := range found {
		lines = append(lines, hce.ConsentLine{ID: l.ID, Title: l.Title, State: l.State(), At: l.At.UTC()})
	}
	return lines, err
}
