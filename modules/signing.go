//go:build !js

package modules

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce"
)

// signingKeys lends the clinical record what its people sign with.
type signingKeys struct{ *accounts.SigningKeys }

func (h *house) signingKeys() signingKeys {
	return signingKeys{accounts.NewSigningKeys(h.DB, h.Vault, h.Now)}
}

func (k signingKeys) Public(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]hce.PublicKey, error) {
	found, err := k.SigningKeys.Public(ctx, ids)
	keys := make(map[uuid.UUID]hce.PublicKey, len(found))
	for id, key := range found {
		keys[id] = hce.PublicKey{ID: key.ID, UserID: key.UserID, Key: key.PublicKey, ValidFrom: key.ValidFrom, RevokedAt: key.RevokedAt}
	}
	return keys, err
}

// proofs lends it the question who is there.
type proofs struct{ *accounts.SignIn }

func (p proofs) Fresh(ctx context.Context) (bool, error) { return p.FreshProof(ctx) }

func (p proofs) Prove(ctx context.Context, proof hce.Proof) error {
	return p.ProveAgain(ctx, proof.Code, proof.Password)
}
