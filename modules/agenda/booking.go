package agenda

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// tidy is the booking as it is kept: times cut to microseconds in UTC, no stray blanks, an id of its own.
func (b Booking) tidy() Booking {
	if b.ID == uuid.Nil {
		b.ID = newID()
	}
	b.StartTime, b.EndTime = instant(b.StartTime), instant(b.EndTime)
	b.Notes = strings.TrimSpace(b.Notes)
	return b
}

func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// fingerprint tells a repetition of a booking from another one under the same id.
func (b Booking) fingerprint() string {
	resource := uuid.Nil
	if b.ResourceID != nil {
		resource = *b.ResourceID
	}
	marks := ""
	if b.Overbooked {
		marks += "o"
	}
	if b.Arrived {
		marks += "a"
	}
	text := strings.Join([]string{
		b.PatientID.String(), b.DoctorID.String(), b.ServiceID.String(), b.SiteID.String(), resource.String(),
		b.StartTime.Format(time.RFC3339Nano), b.EndTime.Format(time.RFC3339Nano), b.Notes, marks,
	}, "\n")
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func isDoctorTaken(err error) bool   { return errors.Is(err, ErrDoctorTaken) }
func isResourceTaken(err error) bool { return errors.Is(err, ErrResourceTaken) }
func isSameID(err error) bool        { return errors.Is(err, ErrSameID) }
