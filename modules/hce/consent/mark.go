//go:build !js

package consent

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/hce"
	"hampi/modules/platform/access"
	"hampi/modules/platform/canonical"
)

// signedText is what the signature covers.
type signedText struct {
	Format    string       `json:"format"`
	ClinicID  uuid.UUID    `json:"clinic_id"`
	ConsentID uuid.UUID    `json:"consent_id"`
	Hash      string       `json:"content_hash"` // SHA-256, hexadecimal
	File      string       `json:"pdf_sha256"`
	Signer    Professional `json:"signer"`
	SignedAt  string       `json:"signed_at"`
}

// message is what is signed: canonical JSON (RFC 8785), so that anybody can make it again.
func (m Mark) message(clinic uuid.UUID, c Consent) ([]byte, error) {
	text, err := canonical.JSON(signedText{
		Format: "hampi-consent-signature-1", ClinicID: clinic, ConsentID: c.ID, Hash: hex.EncodeToString(c.Hash), File: hex.EncodeToString(c.FileHash),
		Signer: m.Signer, SignedAt: m.At.UTC().Format(moment),
	})
	if err != nil {
		return nil, fmt.Errorf("write what is signed of consent %s: %w", c.ID, err)
	}
	return text, nil
}

// newMark is a signature that is still to be made; its code is printed on the PDF that it covers.
func newMark(c Consent) *Mark {
	return &Mark{ID: uuid.Must(uuid.NewV7()), ConsentID: c.ID, Signer: c.Doctor, Method: "ed25519", Code: hce.NewCode(), At: c.At}
}

// sign makes the signature in the name of whoever asks.
func (s *Service) sign(ctx context.Context, c Consent) (Mark, error) {
	who, m := access.Who(ctx), *c.Mark
	message, err := m.message(who.ClinicID, c)
	if err != nil {
		return m, err
	}
	if m.KeyID, m.Bytes, err = s.Keys.Sign(ctx, who.UserID, message); err != nil {
		return m, fmt.Errorf("sign consent %s: %w", c.ID, err)
	}
	return m, nil
}

// prove makes sure that whoever signs showed a few minutes ago who they are.
func (s *Service) prove(ctx context.Context, p hce.Proof) error {
	if p.Code != "" || p.Password != "" {
		return s.Proofs.Prove(ctx, p)
	}
	fresh, err := s.Proofs.Fresh(ctx)
	if err != nil || fresh {
		return err
	}
	return hce.ErrProof
}

// NeedsProof reports whether signing now would ask for a code.
func (s *Service) NeedsProof(ctx context.Context) (bool, error) {
	fresh, err := s.Proofs.Fresh(ctx)
	return !fresh, err
}

// Check verifies the professional's signature under a consent of the clinic: that the content is the one that was hashed,
// that the signature is the key's over it and over the PDF, and that the key was in force. key is the one that the
// signature names; the zero key when nobody knows it.
func Check(c Consent, m Mark, key hce.PublicKey, clinic uuid.UUID) hce.Verdict {
	hash := sha256.Sum256([]byte(c.Raw))
	switch {
	case !bytes.Equal(hash[:], c.Hash):
		return hce.Verdict{Reason: "El contenido fue alterado."}
	case m.Method != "ed25519":
		return hce.Verdict{Reason: "Esta clase de firma no se puede comprobar aquí."}
	case len(key.Key) != ed25519.PublicKeySize:
		return hce.Verdict{Reason: "No se encuentra la llave con la que se firmó."}
	}
	message, err := m.message(clinic, c)
	if err != nil || m.ConsentID != c.ID || m.KeyID != key.ID || m.Signer != c.Doctor || !ed25519.Verify(key.Key, message, m.Bytes) {
		return hce.Verdict{Reason: "La firma no corresponde."}
	}
	if !key.HeldAt(m.At) {
		return hce.Verdict{Reason: "La llave no estaba vigente al firmar."}
	}
	return hce.Verdict{Valid: true}
}
