//go:build !js

package accounts

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
)

// Around gathers the surroundings of who. It reads account tables alone, before or after the page's own transaction.
func Around(ctx context.Context, db *database.DB, who access.Identity) (Surroundings, error) {
	var s Surroundings
	err := db.AsSystem(ctx, "draw what stands around a page", func(tx *gorm.DB) error {
		var college, number string
		const person = `select u.title, u.college, u.college_number, u.shortcuts, coalesce(c.name, ''), coalesce(c.accent, ''),
			coalesce(c.lock_after_minutes, 15) from users u left join clinics c on c.id = ? where u.id = ?`
		row := tx.Raw(person, who.ClinicID, who.UserID).Row()
		if err := row.Scan(&s.Title, &college, &number, &s.Shortcuts, &s.Clinic, &s.Accent, &s.LockMinutes); err != nil {
			return fmt.Errorf("read the person and the clinic: %w", err)
		}
		s.License = License(college, number)
		var err error
		if s.Sites, err = namedIDs(tx, "select id, name from sites where clinic_id = ? and active order by name", who.ClinicID); err != nil {
			return err
		}
		const elsewhere = `select m.id, c.name from memberships m join clinics c on c.id = m.clinic_id
			where m.user_id = ? and m.active and c.suspended_at is null and m.clinic_id <> ? order by c.name`
		s.Others, err = namedIDs(tx, elsewhere, who.UserID, who.ClinicID)
		return err
	})
	return s, err
}

func namedIDs(tx *gorm.DB, query string, args ...any) ([]NamedID, error) {
	var found []NamedID
	if err := tx.Raw(query, args...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("read names to choose from: %w", err)
	}
	return found, nil
}
