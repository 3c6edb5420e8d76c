package hce

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Sent is a prescription that went to its patient. Of the address only so much is kept as tells whose it is to who knows it.
type Sent struct {
	ID       uuid.UUID
	RecordID uuid.UUID
	Way      string // "correo"
	ShownTo  string // "a…a@example.com"
	By       uuid.UUID
	At       time.Time
}

// SentPrescriptions is the part of the store that keeps which prescriptions went to their patients.
type SentPrescriptions interface {
	AddSent(ctx context.Context, s Sent) error
	// SentOf are those of records, oldest first.
	SentOf(ctx context.Context, records []uuid.UUID) ([]Sent, error)
}

// HalfShown is an e-mail address by its first and last letter: "a…a@example.com".
func HalfShown(address string) string {
	name, host, _ := strings.Cut(address, "@")
	first, n := utf8.DecodeRuneInString(name)
	last, m := utf8.DecodeLastRuneInString(name)
	if n+m > len(name) || name == "" {
		return "…@" + host
	}
	return string(first) + "…" + string(last) + "@" + host
}

// AddSent keeps nothing: a device sends nothing.
func (Offline) AddSent(context.Context, Sent) error { return nil }

// SentOf knows none.
func (Offline) SentOf(context.Context, []uuid.UUID) ([]Sent, error) { return nil, nil }
