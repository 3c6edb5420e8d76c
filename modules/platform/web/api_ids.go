//go:build !js

package web

import (
	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// AddressedID reads the id of an API's address; what is no id is an address that does not exist.
func AddressedID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

// OwnID is the id that a program made for what it creates, or a new one.
func OwnID(sent *uuid.UUID) (uuid.UUID, error) {
	if sent == nil {
		return uuid.NewV7()
	}
	if sent.Version() != 7 {
		return uuid.Nil, fault.InvalidField("id", "El identificador es un UUID de versión 7.")
	}
	return *sent, nil
}
