//go:build !js

package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

// Record writes down an act that changes no row: a refused access, an export, a reading of the record.
// detail must hold no clinical content and no personal data; ids and counts serve.
func Record(ctx context.Context, action, entity string, id uuid.UUID, detail map[string]any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("write the audit detail: %w", err)
	}
	scope := database.ScopeOf(ctx)
	var entityID *uuid.UUID
	if id != uuid.Nil {
		entityID = &id
	}
	const insert = `insert into audit_log (user_id, request_id, ip, action, entity, entity_id, new) values (?, ?, ?, ?, ?, ?, ?)`
	err = database.From(ctx).Exec(insert, scope.UserID, scope.RequestID, scope.IP, action, entity, entityID, string(text)).Error
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", action, entity, err)
	}
	return nil
}

// Refused is the record of a knock at a door that stays closed.
func Refused(route string) func(context.Context) error {
	return func(ctx context.Context) error {
		return Record(ctx, "refused", "route", uuid.Nil, map[string]any{"route": route})
	}
}
