//go:build !js

package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
)

// EachClinic does something for every clinic; one that fails keeps none of the others from it. The reason is what the
// list of clinics is read for, as the system's door asks.
func EachClinic(ctx context.Context, db *database.DB, reason string, f func(clinic uuid.UUID) error) error {
	var clinics []string
	err := db.AsSystem(ctx, reason, func(tx *gorm.DB) error { return tx.Raw("select id from clinics").Scan(&clinics).Error })
	if err != nil {
		return fmt.Errorf("list clinics: %w", err)
	}
	var failures []error
	for _, text := range clinics {
		id, err := uuid.Parse(text)
		if err != nil {
			return fmt.Errorf("read a clinic's id: %w", err)
		}
		if err := f(id); err != nil {
			failures = append(failures, fmt.Errorf("clinic %s: %w", id, err))
		}
	}
	return errors.Join(failures...)
}
