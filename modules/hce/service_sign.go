package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// prove makes sure that whoever asks showed a few minutes ago who they are. A device signs nothing and asks nothing.
func (s *Service) prove(ctx context.Context, p Proof) error {
	if s.Away() {
		return nil
	}
	if p.Code != "" || p.Password != "" {
		return s.Proofs.Prove(ctx, p)
	}
	fresh, err := s.Proofs.Fresh(ctx)
	if err != nil || fresh {
		return err
	}
	return ErrProof
}

// ErrProof asks for a code or the password before a signature.
var ErrProof = fault.InvalidField("code", "Escriba su código de 6 dígitos, o su contraseña.")

// NeedsProof reports whether a signature now would ask for a code.
func (s *Service) NeedsProof(ctx context.Context) (bool, error) {
	if s.Away() {
		return false, nil
	}
	fresh, err := s.Proofs.Fresh(ctx)
	return !fresh, err
}

// Sign signs records of whoever asks: those that waited for it.
//
// A record of somebody else, or one that is signed already, refuses all of them.
func (s *Service) Sign(ctx context.Context, ids []uuid.UUID, proof Proof) ([]Record, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEWrite) {
		return nil, fault.ErrForbidden
	}
	if s.Away() {
		return nil, fault.NotNow("Firmar requiere conexión. Lo escrito espera en «Por firmar».")
	}
	if len(ids) == 0 {
		return nil, fault.InvalidField("", "Marque al menos un documento.")
	}
	var list []Record
	for _, id := range ids {
		r, err := s.store.Record(ctx, id)
		switch {
		case err != nil:
			return nil, err
		case r.Author.MembershipID != who.MembershipID:
			return nil, fault.ErrNotFound
		case r.Signed():
			return nil, ErrSignedOnce
		}
		list = append(list, r)
	}
	if err := s.prove(ctx, proof); err != nil {
		return nil, err
	}
	return s.sign(ctx, list)
}

// sign puts the author's mark under records.
func (s *Service) sign(ctx context.Context, list []Record) ([]Record, error) {
	who := access.Who(ctx)
	signed := slices.Clone(list)
	for i, r := range signed {
		at := s.now().UTC().Truncate(time.Microsecond)
		signature := Signature{ID: newID(), RecordID: r.ID, Signer: r.Author, Method: "ed25519", Code: codeFor(who.ClinicID, r), SignedAt: at}
		message, err := SignedText(who.ClinicID, r.ID, r.Hash, r.Author, at)
		if err != nil {
			return nil, err
		}
		if signature.KeyID, signature.Bytes, err = s.Keys.Sign(ctx, who.UserID, message); err != nil {
			return nil, fmt.Errorf("sign record %s: %w", r.ID, err)
		}
		if err := s.store.AddSignature(ctx, signature); err != nil {
			return nil, err
		}
		signed[i].Signatures = append(slices.Clone(r.Signatures), signature)
	}
	return signed, nil
}

// codeFor is the code of a signature: of what a device wrote, the one that stands on its paper.
func codeFor(clinic uuid.UUID, r Record) string {
	if r.Offline {
		return CodeOf(clinic, r.ID)
	}
	return NewCode()
}

func jsonOf(v any) (json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write what a record holds: %w", err)
	}
	return text, nil
}
