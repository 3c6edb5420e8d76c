//go:build !js

package settings

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/views"
)

// lastChange is who stored a section last, ready to show; without At nobody has.
type lastChange struct{ Who, At string }

// lastChangeOf reads from the audit who last changed one of the columns of a row.
func lastChangeOf(ctx context.Context, zone *time.Location, entity string, id uuid.UUID, columns ...string) (lastChange, error) {
	var rows []struct {
		At    time.Time
		Name  string
		Title string
	}
	const query = `select a.at, coalesce(u.name, '') as name, coalesce(u.title, '') as title from audit_log a left join users u on u.id = a.user_id
		where a.entity = ? and a.entity_id = ? and a.action = 'update' and jsonb_exists_any(a.new, string_to_array(?, ','))
		order by a.at desc, a.id desc limit 1`
	if err := database.From(ctx).Raw(query, entity, id, strings.Join(columns, ",")).Scan(&rows).Error; err != nil {
		return lastChange{}, fmt.Errorf("read who changed it last: %w", err)
	}
	if len(rows) == 0 {
		return lastChange{}, nil
	}
	at := rows[0].At.In(zone)
	return lastChange{Who: strings.TrimSpace(rows[0].Title + " " + rows[0].Name), At: views.Day(at) + " " + views.Clock(at)}, nil
}
