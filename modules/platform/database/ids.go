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

// Texts writes texts as the one value of "?::text[]", likewise.
func Texts(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = `"` + quotes.Replace(text) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

var quotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
