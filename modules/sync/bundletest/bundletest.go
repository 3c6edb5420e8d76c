//go:build !js

// Package bundletest seals in specs what a device hands in, as its browser seals it.
package bundletest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/offline"
)

// Bundle is the queue of a device with these operations. key is what the server gave the device, in base64; profile
// says whose it is.
func Bundle(device uuid.UUID, key, profile string, ops ...offline.Operation) map[string]any {
	GinkgoHelper()
	own, err := base64.StdEncoding.DecodeString(key)
	Expect(err).NotTo(HaveOccurred())
	dek := make([]byte, 32)
	_, err = rand.Read(dek)
	Expect(err).NotTo(HaveOccurred())
	var rows []map[string]any
	for i, op := range ops {
		text, err := json.Marshal(op)
		Expect(err).NotTo(HaveOccurred())
		row := Seal(dek, text, fmt.Sprintf("queue|fila-%d|1", i))
		row["n"], row["state"], row["id"] = i+1, "pending", fmt.Sprintf("fila-%d", i)
		rows = append(rows, row)
	}
	return map[string]any{"device": device, "wrappedByDevice": Seal(own, dek, "dek|"+profile+"|1"), "rows": rows}
}

// Seal is AES-256-GCM as Web Crypto gives it.
func Seal(key, plain []byte, place string) map[string]any {
	GinkgoHelper()
	block, err := aes.NewCipher(key)
	Expect(err).NotTo(HaveOccurred())
	gcm, err := cipher.NewGCM(block)
	Expect(err).NotTo(HaveOccurred())
	iv := make([]byte, 12)
	_, err = rand.Read(iv)
	Expect(err).NotTo(HaveOccurred())
	return map[string]any{
		"iv": base64.StdEncoding.EncodeToString(iv), "ct": base64.StdEncoding.EncodeToString(gcm.Seal(nil, iv, plain, []byte(place))),
	}
}
