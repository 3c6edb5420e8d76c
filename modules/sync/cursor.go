//go:build !js

package sync

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
)

// markSize is how many bytes of a cursor prove that this server made it.
const markSize = 16

// A cursor's stretches of the way. After a first download a device follows the log of changes; when its window has
// moved on, what entered it comes first.
const (
	following   = ""
	downloading = "download"
	entering    = "entering"
)

// cursor is how far a device has come. Devices carry it as they got it.
type cursor struct {
	Clinic uuid.UUID `json:"c"`
	Epoch  uuid.UUID `json:"e"`
	Seq    int64     `json:"s"`           // of the last change that the device knows
	Until  int64     `json:"w"`           // end of the window that it holds, Unix seconds
	Scope  string    `json:"r"`           // who it is and what they may see
	Phase  string    `json:"p,omitempty"` // following, downloading or entering
	Entity string    `json:"n,omitempty"` // where within downloading or entering
	After  string    `json:"a,omitempty"`
	Next   int64     `json:"x,omitempty"` // entering: the new end of the window
	Total  int       `json:"t,omitempty"` // downloading: objects in all
	Name   string    `json:"d,omitempty"` // downloading: which download

	fresh string // why this download was begun by this request; "" for a cursor that a device brought
}

// openCursor reads what the device sent. What this server did not make for this person as they are now, or what the
// log no longer reaches, begins a first download; what is ahead of the server is an EpochError.
func (s *Service) openCursor(ctx context.Context, sent *string) (cursor, error) {
	extent, err := s.Store.Extent(ctx)
	if err != nil {
		return cursor{}, fmt.Errorf("read how far the log of changes reaches: %w", err)
	}
	c, reason, err := s.verified(ctx, sent)
	if err != nil {
		return cursor{}, err
	}
	who := access.Who(ctx)
	switch {
	case reason != "":
	case c.Clinic != who.ClinicID:
		reason = "clinic"
	case c.Epoch != extent.Epoch, c.Seq > extent.Last:
		return cursor{}, &EpochError{Epoch: extent.Epoch}
	case c.Scope != s.scopeOf(who):
		reason = "scope"
	case c.Seq < extent.First-1:
		reason = "log"
	}
	if reason == "" {
		return c, nil
	}
	return s.firstDownload(ctx, extent, reason)
}

// verified opens a cursor that bears this clinic's mark; reason says why there is none.
func (s *Service) verified(ctx context.Context, sent *string) (c cursor, reason string, err error) {
	if sent == nil || *sent == "" {
		return c, "new", nil
	}
	mark, text, ours := parted(*sent)
	if !ours {
		return c, "foreign", nil // a date of an older client, or nothing of ours
	}
	marks, err := s.Store.Sign(ctx, string(text))
	if err != nil {
		return c, "", fmt.Errorf("check a cursor: %w", err)
	}
	if slices.ContainsFunc(marks, func(m []byte) bool { return hmac.Equal(m, mark) }) && json.Unmarshal(text, &c) == nil {
		return c, "", nil
	}
	return cursor{}, "foreign", nil
}

// parted divides a sent cursor into its mark and its text, when it is made of them.
func parted(sent string) (mark, text []byte, ours bool) {
	raw, err := base64.RawURLEncoding.DecodeString(sent)
	if err != nil || len(raw) <= markSize {
		return nil, nil, false
	}
	return raw[:markSize], raw[markSize:], true
}

// firstDownload notes the number of the last change before anything is read, so that nothing is missed meanwhile.
func (s *Service) firstDownload(ctx context.Context, extent Extent, reason string) (cursor, error) {
	who, w := access.Who(ctx), s.window(ctx)
	name, err := uuid.NewV7()
	if err != nil {
		return cursor{}, err
	}
	c := cursor{
		Clinic: who.ClinicID, Epoch: extent.Epoch, Seq: extent.Last, Until: w.To.Unix(), Scope: s.scopeOf(who),
		Phase: downloading, Entity: s.Entities[0].Name(), Name: name.String(), fresh: reason,
	}
	for _, e := range s.Entities {
		n, err := e.Count(ctx, w)
		if err != nil {
			return cursor{}, fmt.Errorf("count what to download of %s: %w", e.Name(), err)
		}
		c.Total += n
	}
	return c, nil
}

// text is the cursor as the device carries it.
func (s *Service) text(ctx context.Context, c cursor) (string, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	marks, err := s.Store.Sign(ctx, string(plain))
	if err != nil {
		return "", fmt.Errorf("mark a cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(slices.Clone(marks[0][:markSize]), plain...)), nil
}

// scopeOf changes with everything that decides what a person's device may hold: a device that comes back after a new
// entity was offered begins anew, for the log does not tell it what was there before.
func (s *Service) scopeOf(who access.Identity) string {
	h := sha256.New()
	for _, e := range s.Entities {
		fmt.Fprintln(h, e.Name())
	}
	fmt.Fprintln(h, who.UserID, who.MembershipID, slices.Sorted(slices.Values(who.Roles)))
	for _, p := range slices.Sorted(maps.Keys(who.Permissions)) {
		if who.Permissions[p] {
			fmt.Fprintln(h, p)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
