package hce

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"strings"
	"time"

	"github.com/google/uuid"
)

// CleanCode reads a verification code as people type it: small letters, spaces and dashes do not matter, O is 0, I and L
// are 1. It is "" for what cannot be a code.
func CleanCode(typed string) string {
	if len(typed) > 4*codeLetters {
		return ""
	}
	code := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	if len(code) != codeLetters || strings.Trim(code, crockfordLetters) != "" {
		return ""
	}
	return code
}

// Verdict says whether a signature stands, and in words for people why it does not.
type Verdict struct {
	Valid  bool
	Reason string
}

// Checked is a signature with what became of checking it.
type Checked struct {
	Signature
	Verdict
}

func refused(reason string) Verdict { return Verdict{Reason: reason} }

// Check verifies a signature of a record of the clinic: that the content is the one that was hashed, that what is kept
// beside it says the same, that the signature is the key's, and that the key was in force when it signed.
//
// key is the one that the signature names; the zero key when nobody knows it.
func Check(r Record, s Signature, key PublicKey, clinic uuid.UUID) Verdict {
	switch {
	case !r.intact():
		return refused("El contenido fue alterado.")
	case s.Method != "ed25519":
		return refused("Esta clase de firma no se puede comprobar aquí.")
	case len(key.Key) != ed25519.PublicKeySize:
		return refused("No se encuentra la llave con la que se firmó.")
	}
	text, err := SignedText(clinic, r.ID, r.Hash, s.Signer, s.SignedAt)
	if err != nil || s.RecordID != r.ID || s.KeyID != key.ID || !ed25519.Verify(key.Key, text, s.Bytes) {
		return refused("La firma no corresponde.")
	}
	if !key.HeldAt(s.SignedAt) {
		return refused("La llave no estaba vigente al firmar.")
	}
	return Verdict{Valid: true}
}

// intact reports whether the record is what its hash was made of, in its body and in what is kept beside it.
func (r Record) intact() bool {
	hash := sha256.Sum256([]byte(r.Body))
	if !bytes.Equal(hash[:], r.Hash) {
		return false
	}
	said, err := opened(r.Body)
	return err == nil && said.ID == r.ID && said.PatientID == r.PatientID && said.EncounterID == r.EncounterID && said.Type == r.Type &&
		said.TemplateID == r.TemplateID && said.TemplateVersion == r.TemplateVersion && said.Author.MembershipID == r.Author.MembershipID &&
		sameID(said.AmendsID, r.AmendsID) && said.WrittenAt.Equal(r.WrittenAt.Truncate(time.Microsecond))
}

func sameID(a, b *uuid.UUID) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
