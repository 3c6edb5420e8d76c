//go:build !js

package hce

import (
	"context"

	"github.com/google/uuid"
)

// PrescriptionLetter is what the job sends.
var PrescriptionLetter = (*Service).prescriptionLetter

// MarkSent notes what the job notes once the mail server took a prescription.
func MarkSent(s *Service, ctx context.Context, record, by uuid.UUID, to string) error {
	return s.markSent(ctx, prescriptionMailArgs{RecordID: record, ByID: by}, to)
}

// LetterLogo is the address of the picture on paper.
func LetterLogo(ctx context.Context, s *Service, site uuid.UUID) (string, error) {
	l, err := s.letterhead(ctx, site)
	return l.Logo, err
}
