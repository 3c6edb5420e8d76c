//go:build !js

package accounts

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// SigningKey is the half of somebody's key that anybody may see.
type SigningKey struct {
	ID        uuid.UUID
	UserID    uuid.UUID
	PublicKey []byte // Ed25519, 32 bytes
	ValidFrom time.Time
	RevokedAt *time.Time // nil while it is in force
}

// SigningKeys keep what people sign with: one Ed25519 key in force for each, whatever clinic they sign in. The private
// half is sealed under the platform's keyset and never leaves this type; a new password leaves it alone.
//
// Whoever signs has shown a moment before who they are (SignIn.FreshProof); the caller asks for that and audits the use.
type SigningKeys struct {
	db    *database.DB
	vault *pii.Vault
	now   clock.Now
}

// ahead is how much older than its making a key counts: whoever asks for the first one has already noted when they sign,
// and the clocks of two processes differ.
const ahead = time.Minute

// NewSigningKeys keeps the keys of this database.
func NewSigningKeys(db *database.DB, vault *pii.Vault, now clock.Now) *SigningKeys {
	return &SigningKeys{db, vault, now}
}

// Sign signs a message with a person's own key, made at the first use, and says which key it was. Nobody signs for
// anybody else: fault.ErrForbidden.
func (k *SigningKeys) Sign(ctx context.Context, user uuid.UUID, message []byte) (key uuid.UUID, signature []byte, err error) {
	if access.Who(ctx).UserID != user || user == uuid.Nil {
		return uuid.Nil, nil, fault.ErrForbidden
	}
	row, err := k.inForce(ctx, user)
	if err != nil {
		return uuid.Nil, nil, err
	}
	private, err := k.open(ctx, row)
	if err != nil {
		return uuid.Nil, nil, err
	}
	return row.ID, ed25519.Sign(private, message), nil
}

// Revoke ends a person's key; a new one is made at the next signature, and what was signed before stands. Somebody
// without a key has nothing to revoke: fault.ErrNotFound.
func (k *SigningKeys) Revoke(ctx context.Context, user uuid.UUID) error {
	return pgx.BeginFunc(ctx, k.db.SystemPool(), func(tx pgx.Tx) error {
		id, err := revokeSigningKey(ctx, tx, user, k.now())
		if err != nil {
			return err
		}
		return k.happened(ctx, EventSigningKeyRevoked, user, id).store(ctx, tx, k.now())
	})
}

// inForce reads the key in force, and makes one where there is none. Of two first signatures at once one makes it and
// both use it.
func (k *SigningKeys) inForce(ctx context.Context, user uuid.UUID) (signingKeyRow, error) {
	for range 3 { // a key that was there a moment ago may just have been revoked
		row, err := currentSigningKey(ctx, k.db.SystemPool(), user)
		if !fault.IsNotFound(err) {
			return row, err
		}
		if err := k.make(ctx, user); err != nil {
			return signingKeyRow{}, err
		}
	}
	return signingKeyRow{}, errors.New("the keys to sign with are revoked as fast as they are made")
}

func (k *SigningKeys) make(ctx context.Context, user uuid.UUID) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return fmt.Errorf("make a key to sign with: %w", err)
	}
	row := signingKeyRow{SigningKey: SigningKey{ID: uuid.Must(uuid.NewV7()), UserID: user, PublicKey: public, ValidFrom: k.now().Add(-ahead)}}
	if row.Sealed, err = k.seal(ctx, row.ID, private.Seed()); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, k.db.SystemPool(), func(tx pgx.Tx) error {
		made, err := addSigningKey(ctx, tx, row)
		if err != nil || !made {
			return err
		}
		return k.happened(ctx, EventSigningKeyMade, user, row.ID).store(ctx, tx, k.now())
	})
}

func (k *SigningKeys) happened(ctx context.Context, kind string, user, key uuid.UUID) securityEvent {
	scope := database.ScopeOf(ctx)
	return securityEvent{Kind: kind, User: user, Clinic: scope.ClinicID, IP: scope.IP, RequestID: scope.RequestID, Detail: map[string]any{"key": key}}
}

func signingKeyPlace(id uuid.UUID) pii.Place {
	return pii.Place{Table: "signing_keys", Column: "sealed_key", Row: id}
}

func (k *SigningKeys) seal(ctx context.Context, id uuid.UUID, seed []byte) ([]byte, error) {
	keys, err := k.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return nil, err
	}
	return keys.Encrypt(base64.StdEncoding.EncodeToString(seed), signingKeyPlace(id))
}

// open takes the private half out of its seal, and makes sure that it belongs to the public one.
func (k *SigningKeys) open(ctx context.Context, row signingKeyRow) (ed25519.PrivateKey, error) {
	keys, err := k.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return nil, err
	}
	text, err := keys.Decrypt(row.Sealed, signingKeyPlace(row.ID))
	if err != nil {
		return nil, err
	}
	seed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("the key to sign with %s is damaged", row.ID)
	}
	private := ed25519.NewKeyFromSeed(seed)
	if !ed25519.PublicKey(row.PublicKey).Equal(private.Public()) {
		return nil, fmt.Errorf("the halves of the key to sign with %s do not belong together", row.ID)
	}
	return private, nil
}
