//go:build !js

package pii

import "encoding/binary"

// joined writes each part behind its length, so that no two different lists of
// parts give the same bytes.
func joined(parts ...string) []byte {
	var out []byte
	for _, part := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

// bytes names the place for the cipher. Values stored today depend on it: changing it
// makes them unreadable.
func (p Place) bytes() []byte {
	return joined("hampi field v1", p.Clinic.String(), p.Table, p.Column, p.Row.String())
}
