//go:build !js

package pii

import "errors"

var (
	// ErrUnreadable refuses a value that was altered, or moved from another place.
	ErrUnreadable = errors.New("pii: the value does not open here: altered or moved")
	// ErrUnknownKey refuses a value encrypted with a key this clinic does not have, or no longer has.
	ErrUnknownKey = errors.New("pii: the value is under a key this clinic does not have")
	// ErrWrongClinic refuses to use the keys of one clinic for a place of another.
	ErrWrongClinic = errors.New("pii: the place belongs to another clinic than the keys")
	// ErrMasterKey refuses keysets that no configured master key opens.
	ErrMasterKey = errors.New("pii: the keysets do not open with the master key, nor with a previous one")
	// ErrNoKeyset says that the clinic has no keys yet.
	ErrNoKeyset = errors.New("pii: no keyset is stored")
	// ErrStale refuses a change to keysets or to a rotation that somebody else changed meanwhile.
	ErrStale = errors.New("pii: changed by another process meanwhile")
	// ErrNoRotation says that the keys of the clinic were never rotated.
	ErrNoRotation = errors.New("pii: no rotation was started")
)
