//go:build !js

// Package hcetest lends specs what signs and who has just shown who they are.
package hcetest

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce"
)

// Keys sign with one key for each user, named by the user's id and in force since Since.
type Keys struct {
	Since  time.Time
	byUser map[uuid.UUID]ed25519.PrivateKey
}

// NewKeys has none yet; each is made at its first use.
func NewKeys(since time.Time) *Keys {
	return &Keys{Since: since, byUser: map[uuid.UUID]ed25519.PrivateKey{}}
}

// Sign signs a message with the user's own key.
func (k *Keys) Sign(_ context.Context, user uuid.UUID, message []byte) (uuid.UUID, []byte, error) {
	if k.byUser[user] == nil {
		_, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return uuid.Nil, nil, err
		}
		k.byUser[user] = private
	}
	return user, ed25519.Sign(k.byUser[user], message), nil
}

// Public gives the public halves of those keys.
func (k *Keys) Public(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]hce.PublicKey, error) {
	found := map[uuid.UUID]hce.PublicKey{}
	for _, id := range ids {
		if key := k.byUser[id]; key != nil {
			found[id] = hce.PublicKey{ID: id, UserID: id, Key: key.Public().(ed25519.PublicKey), ValidFrom: k.Since}
		}
	}
	return found, nil
}

// Proven is somebody who has just shown who they are.
type Proven struct{}

// Fresh is always true.
func (Proven) Fresh(context.Context) (bool, error) { return true, nil }

// Prove takes any proof.
func (Proven) Prove(context.Context, hce.Proof) error { return nil }
