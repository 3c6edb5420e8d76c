//go:build !js

package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/mail"
)

// TellAdmins writes to every administrator of a clinic. The text says nothing of a patient: it leads to a page that
// asks who is reading. Called again it writes again.
func (l StaffLetters) TellAdmins(ctx context.Context, clinic uuid.UUID, subject, text string) error {
	keys, err := l.Vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	var letters []mail.Letter
	err = l.DB.AsSystem(ctx, "write to the administrators of a clinic", func(tx *gorm.DB) error {
		var admins []uuid.UUID
		const query = "select m.user_id from memberships m join users u on u.id = m.user_id where m.clinic_id = ? and m.active and 'clinic_admin' = any(m.roles) and u.disabled_at is null"
		if err := tx.Raw(query, clinic).Scan(&admins).Error; err != nil {
			return fmt.Errorf("read who administers the clinic: %w", err)
		}
		for _, id := range admins {
			email, name, err := emailOf(tx, keys, id)
			if err != nil {
				return err
			}
			letters = append(letters, mail.Letter{To: email, Subject: oneLine(subject), Text: fmt.Sprintf("Hola, %s:\n\n%s\n\nHampi\n", tidy(name), text)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, letter := range letters {
		if err := l.Mail.Send(ctx, letter); err != nil {
			return err
		}
	}
	return nil
}
