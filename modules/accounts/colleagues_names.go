//go:build !js

package accounts

import (
	"context"

	"github.com/google/uuid"
)

// NamesByUser gives the name to show for each user who works, or worked, in the clinic; others are left out.
func (Colleagues) NamesByUser(ctx context.Context, users []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	if len(users) == 0 {
		return names, nil
	}
	found, err := members(ctx, "where m.user_id in ?", users)
	for _, m := range found {
		names[m.UserID] = m.DisplayName()
	}
	return names, err
}
