//go:build !js

// Package demo invents two clinics to try the program with: people, patients and three weeks of appointments around
// today. Nothing in it is anybody's: documents are of a range that is not issued, telephones of one that is not given.
package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
)

// What every invented account shares. The rules for passwords bind forms, not these.
const (
	Password = "Hampi-demo-2026"
	Secret   = "JBSWY3DPEHPK3PXP" // of the application of codes, in base32
)

// founded is when the invented clinics opened; identifiers carry it, so that they never change.
var founded = time.Date(2025, 1, 6, 13, 0, 0, 0, time.UTC)

// idOf derives a UUIDv7 of a moment from names: the same names at the same moment are the same row in every run.
func idOf(at time.Time, names ...string) uuid.UUID {
	sum := sha256.Sum256([]byte("hampi demo\x00" + strings.Join(names, "\x00")))
	var id uuid.UUID
	copy(id[:], sum[:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli())) //nolint:gosec // after 1970
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// dice are thrown the same way in every run for the same names.
func dice(names ...string) *rand.Rand {
	sum := sha256.Sum256([]byte("hampi dice\x00" + strings.Join(names, "\x00")))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))) //nolint:gosec // invented people, no secrets
}

// Announce is a table of who may come in, with the code that the application would show at now.
func Announce(now time.Time) string {
	var b strings.Builder
	left := codeSeconds - now.Unix()%codeSeconds
	fmt.Fprintf(&b, "Password of every account: %s\nCode for the second step:  %s  (%d s left; `hampi demo` prints the next; key %s)\n\n",
		Password, accounts.CodeAt(Secret, now), left, Secret)
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range clinics() {
		fmt.Fprintf(table, "%s\n", c.Name)
		for _, p := range c.people {
			fmt.Fprintf(table, "  %s\t%s\t%s\n", p.email, accounts.DisplayName(p.Title, p.Name), accounts.RoleLabels(p.roles))
		}
	}
	_ = table.Flush() // a strings.Builder takes everything
	return b.String()
}

const codeSeconds = 30
