//go:build !js

package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// mostEntries is the longest page of entries.
const mostEntries = 100

// Filter narrows what is looked up; a zero field does not narrow.
type Filter struct {
	Person   uuid.UUID // users.id of who did it
	Entity   string    // the table, or what Record was told: "patients", "route"
	EntityID uuid.UUID
	Action   string    // insert, update, delete, or what Record was told: "refused", "export"
	From     time.Time // inclusive
	To       time.Time // exclusive
	Cursor   string    // Page.Next of the page before
	Limit    int       // 1 to 100; 0 means 50
}

// Entry is one act. Old and New are JSON as the trigger or Record wrote them: of an update the changed columns alone,
// of clinical tables only a hash and the names of the changed columns. Both may be empty.
type Entry struct {
	ID        int64
	At        time.Time
	UserID    uuid.UUID // zero when nobody in particular did it (jobs, the platform)
	RequestID string
	IP        string
	Action    string
	Entity    string
	EntityID  uuid.UUID // zero when the act was about no row
	Old, New  json.RawMessage
	SealNo    int64 // its place in the clinic's chain; 0 until it is sealed
}

// Page is some entries, newest first. Next is the cursor of what follows, empty at the end.
type Page struct {
	Items []Entry
	Next  string
}

// Entries looks up what was done in the clinic of ctx. A cursor that no page gave is a fault of kind invalid.
func Entries(ctx context.Context, f Filter) (Page, error) {
	limit := f.Limit
	if limit == 0 {
		limit = 50
	}
	limit = min(max(limit, 1), mostEntries)
	where, values, err := f.conditions()
	if err != nil {
		return Page{}, err
	}
	query := `select id, at, user_id, request_id, ip, action, entity, entity_id, old, new, seal_no from audit_log`
	if len(where) > 0 {
		query += " where " + strings.Join(where, " and ")
	}
	rows, err := read(ctx, query+" order by at desc, id desc limit ?", append(values, limit+1))
	if err != nil {
		return Page{}, fmt.Errorf("look up the audit: %w", err)
	}
	page := Page{Items: rows}
	if len(rows) > limit {
		page.Items = rows[:limit]
		page.Next = cursorOf(rows[limit-1])
	}
	return page, nil
}

func (f Filter) conditions() (where []string, values []any, err error) {
	add := func(condition string, more ...any) {
		where = append(where, condition)
		values = append(values, more...)
	}
	if f.Person != uuid.Nil {
		add("user_id = ?", f.Person)
	}
	if f.Entity != "" {
		add("entity = ?", f.Entity)
	}
	if f.EntityID != uuid.Nil {
		add("entity_id = ?", f.EntityID)
	}
	if f.Action != "" {
		add("action = ?", f.Action)
	}
	if !f.From.IsZero() {
		add("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		add("at < ?", f.To)
	}
	if f.Cursor != "" {
		at, id, err := readCursor(f.Cursor)
		if err != nil {
			return nil, nil, err
		}
		add("at <= ? and (at, id) < (?, ?)", at, at, id) // the first half prunes months, the second is exact
	}
	return where, values, nil
}

// row is an Entry as the database hands it out.
type row struct {
	ID        int64
	At        time.Time
	UserID    *uuid.UUID
	RequestID string
	IP        string
	Action    string
	Entity    string
	EntityID  *uuid.UUID
	Old, New  *string
	SealNo    *int64
}

func read(ctx context.Context, query string, values []any) ([]Entry, error) {
	var rows []row
	if err := database.From(ctx).Raw(query, values...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	return entries, nil
}

func (r row) entry() Entry {
	return Entry{
		ID: r.ID, At: r.At.UTC(), UserID: valueOf(r.UserID), RequestID: r.RequestID, IP: r.IP, Action: r.Action,
		Entity: r.Entity, EntityID: valueOf(r.EntityID), Old: json.RawMessage(valueOf(r.Old)), New: json.RawMessage(valueOf(r.New)),
		SealNo: valueOf(r.SealNo),
	}
}

// valueOf is what p points to, or the zero value.
func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// cursorOf names an entry's place in time: microseconds and id.
func cursorOf(e Entry) string { return fmt.Sprintf("%d-%d", e.At.UnixMicro(), e.ID) }

func readCursor(text string) (time.Time, int64, error) {
	micros, number, ok := strings.Cut(text, "-")
	at, atErr := strconv.ParseInt(micros, 10, 64)
	id, idErr := strconv.ParseInt(number, 10, 64)
	if !ok || atErr != nil || idErr != nil {
		return time.Time{}, 0, fault.InvalidField("cursor", "Vuelva a la primera página.")
	}
	return time.UnixMicro(at).UTC(), id, nil
}
