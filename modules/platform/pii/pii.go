// Package pii keeps what identifies a person unreadable to whoever holds only
// the database: document numbers, phones, e-mail and postal addresses, insurance
// numbers.
//
// A value is encrypted for the one place where it is stored, so that a value
// moved to another row, column, table or clinic no longer opens. What must be
// found again is stored a second time as a blind index: a keyed fingerprint that
// answers "is it the same number?" and nothing else. Every clinic has keys of
// its own, the platform too; they lie in the database wrapped by a master key
// that the database never sees.
package pii

import "github.com/google/uuid"

// Place is the one spot of the database where an encrypted value belongs.
// Clinic is the zero UUID for what belongs to the platform, such as users.
type Place struct {
	Clinic uuid.UUID
	Table  string
	Column string
	Row    uuid.UUID
}

// BlindIndex is the fingerprint of a normalised value under one key.
// KeyID fills 32 bits: its column is a bigint. Value has 16 bytes.
type BlindIndex struct {
	KeyID uint32
	Value []byte
}
