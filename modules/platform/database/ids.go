//go:build !js

package database

import (
	"strings"

	"github.com/google/uuid"
)

// IDs writes ids as the one value of "= any(?::uuid[])": the statement is the same for any number of them, so that
// it is prepared once, which "in ?" with its growing list never is.
func IDs(ids []uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return "{" + strings.Join(texts, ",") + "}"
}
