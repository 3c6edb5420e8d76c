package hce

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/canonical"
)

// signedText is what a signature covers: which record with which content, who signed it as what, and when.
type signedText struct {
	Format   string    `json:"format"`
	ClinicID uuid.UUID `json:"clinic_id"`
	RecordID uuid.UUID `json:"record_id"`
	Hash     string    `json:"content_hash"` // SHA-256, hexadecimal
	Signer   Author    `json:"signer"`
	SignedAt string    `json:"signed_at"`
}

// SignedText is the message that is signed: canonical JSON (RFC 8785), so that anybody can make it again.
func SignedText(clinic, record uuid.UUID, hash []byte, signer Author, at time.Time) ([]byte, error) {
	text, err := canonical.JSON(signedText{
		Format: "hampi-signature-1", ClinicID: clinic, RecordID: record, Hash: hex.EncodeToString(hash), Signer: signer,
		SignedAt: at.UTC().Format(moment),
	})
	if err != nil {
		return nil, fmt.Errorf("write what is signed of record %s: %w", record, err)
	}
	return text, nil
}

// crockfordLetters are none that people take for one another.
const crockfordLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var crockford = base32.NewEncoding(crockfordLetters).WithPadding(base32.NoPadding)

// codeLetters is how long a verification code is: 60 bits, so that nobody finds one by trying.
const codeLetters = 12

// NewCode is a new verification code.
func NewCode() string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails (crypto/rand)
	return crockford.EncodeToString(raw[:])[:codeLetters]
}

// CodeOf is the verification code of a document that a device wrote: it follows from the document's id, which nobody can
// guess, so that paper printed without connection carries the code under which the signature will be found.
func CodeOf(clinic, record uuid.UUID) string {
	sum := sha256.Sum256(slices.Concat([]byte("hampi-code-1"), clinic[:], record[:]))
	return crockford.EncodeToString(sum[:8])[:codeLetters]
}

// ShownCode is a code as it is printed: in groups of four.
func ShownCode(code string) string {
	var groups []string
	for ; len(code) > 4; code = code[4:] {
		groups = append(groups, code[:4])
	}
	return strings.Join(append(groups, code), "-")
}
