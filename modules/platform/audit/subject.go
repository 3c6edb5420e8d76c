package audit

import (
	"context"

	"github.com/google/uuid"
)

// Subject says how the audit page speaks of one audited table: modules offer them, the roof passes the list.
type Subject struct {
	Entity  string            // the table's name, or the entity given to Record
	Label   string            // "Sede"
	Columns map[string]Column // what may be shown of a change; what is not here is only counted
	// Names gives a name to show for each known id, unknown ones left out; nil for things without a name.
	Names func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// Column is one column of a Subject. Words turns a stored value into what may be read; nil shows that it changed and
// nothing else, as for what is encrypted or clinical.
type Column struct {
	Label string
	Words func(stored string) string
}

// AsStored shows a value as it is.
func AsStored(stored string) string { return stored }
