//go:build !js

package audit

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// entryRow is a row of audit_log as it is hashed. Old and New are the database's text of the jsonb.
type entryRow struct {
	Clinic    uuid.UUID
	ID        int64
	At        time.Time
	UserID    *uuid.UUID
	RequestID string
	IP        string
	Action    string
	Entity    string
	EntityID  *uuid.UUID
	Old, New  *string
}

// noHash stands before the first row of a clinic's chain.
var noHash [sha256.Size]byte

const (
	fieldEnd = "\x1f"
	isNull   = "\x00" // no text of the database holds a zero byte, so it is never taken for a value
)

// canonical is the text that is hashed, so that anybody can do it again without this program. In UTF-8, these fields,
// each closed by a unit separator (0x1F), NULL written as one zero byte:
//
//	clinic_id   uuid in lower case
//	seal_no     decimal, 1 for the clinic's first row
//	id          decimal
//	at          UTC with microseconds: 2026-03-01T14:05:09.000120Z
//	user_id     uuid or NULL
//	request_id  text
//	ip          text
//	action      text
//	entity      text
//	entity_id   uuid or NULL
//	old         old::text or NULL
//	new         new::text or NULL
//
// In the four free texts a backslash is doubled and a unit separator written \x1f, so that no field runs into the next;
// JSON never holds one unescaped.
func (r entryRow) canonical(sealNo int64) string {
	var b strings.Builder
	for _, field := range []string{
		r.Clinic.String(), strconv.FormatInt(sealNo, 10), strconv.FormatInt(r.ID, 10), r.At.UTC().Format("2006-01-02T15:04:05.000000Z"),
		idText(r.UserID), plain(r.RequestID), plain(r.IP), plain(r.Action), plain(r.Entity), idText(r.EntityID), jsonText(r.Old), jsonText(r.New),
	} {
		b.WriteString(field)
		b.WriteString(fieldEnd)
	}
	return b.String()
}

// hash is SHA-256 over the 32 bytes of the hash before (zeros for the first row) and the canonical text.
func (r entryRow) hash(previous []byte, sealNo int64) []byte {
	h := sha256.New()
	h.Write(previous)
	h.Write([]byte(r.canonical(sealNo)))
	return h.Sum(nil)
}

func plain(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), fieldEnd, `\x1f`)
}

func idText(id *uuid.UUID) string {
	if id == nil {
		return isNull
	}
	return id.String()
}

func jsonText(text *string) string {
	if text == nil {
		return isNull
	}
	return *text
}
