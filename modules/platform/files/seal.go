//go:build !js

package files

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"hampi/modules/platform/pii"
)

const (
	keySize     = 32       // AES-256, and the random key of each file
	segmentSize = 64 << 10 // what is read is authentic segment by segment
)

// The parts of a file: its ciphertext names the part, so that one cannot stand in the other's place.
const (
	wholePart = "whole"
	thumbPart = "thumb"
)

// fileKey is the key of one file, open and as it is kept.
type fileKey struct {
	at     pii.Place
	stream *subtle.AESGCMHKDF
	sealed []byte
}

func (s *Storage) newKey(ctx context.Context, at pii.Place) (fileKey, error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails: the program ends when the system has no randomness
	keys, err := s.vault.Keys(ctx, at.Clinic)
	if err != nil {
		return fileKey{}, fmt.Errorf("keys for a file: %w", err)
	}
	sealed, err := keys.Encrypt(base64.StdEncoding.EncodeToString(key), at)
	if err != nil {
		return fileKey{}, err
	}
	return openedKey(at, key, sealed)
}

func (s *Storage) keyOf(ctx context.Context, ref Ref) (fileKey, error) {
	keys, err := s.vault.Keys(ctx, ref.Clinic)
	if err != nil {
		return fileKey{}, fmt.Errorf("keys for a file: %w", err)
	}
	text, err := keys.Decrypt(ref.SealedKey, ref.place())
	if err != nil {
		return fileKey{}, err
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return fileKey{}, fmt.Errorf("the key of file %s: %w", ref.ID, err)
	}
	return openedKey(ref.place(), key, ref.SealedKey)
}

func openedKey(at pii.Place, key, sealed []byte) (fileKey, error) {
	stream, err := subtle.NewAESGCMHKDF(key, "SHA256", keySize, segmentSize, 0)
	if err != nil {
		return fileKey{}, fmt.Errorf("the key of file %s: %w", at.Row, err)
	}
	return fileKey{at, stream, sealed}, nil
}

// name binds a ciphertext to the file and the part that it is, and what is no file of a record to what it is.
func (k fileKey) name(part string) []byte {
	if own := Place(k.at.Clinic, k.at.Row); k.at != own {
		part = k.at.Table + "." + k.at.Column + "/" + part
	}
	return []byte("hampi file v1/" + k.at.Clinic.String() + "/" + k.at.Row.String() + "/" + part)
}

// write encrypts what fill writes into a new object. Should fill or the store fail, there is no object.
func (s *Storage) write(ctx context.Context, key fileKey, object, part string, fill func(io.Writer) error) error {
	from, to := io.Pipe()
	filled := make(chan error, 1)
	go func() {
		err := key.encrypt(to, part, fill)
		filled <- err
		to.CloseWithError(err)
	}()
	err := s.blobs.Put(ctx, object, from)
	from.CloseWithError(errStopped)
	if cause := <-filled; cause != nil && !errors.Is(cause, errStopped) {
		return cause
	}
	if err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	return nil
}

// errStopped ends the filling of an object that the store no longer takes.
var errStopped = errors.New("the store takes no more")

func (k fileKey) encrypt(to io.Writer, part string, fill func(io.Writer) error) error {
	sealing, err := k.stream.NewEncryptingWriter(to, k.name(part))
	if err != nil {
		return err
	}
	if err := fill(sealing); err != nil {
		return err // without its last segment nobody takes the ciphertext for whole
	}
	return sealing.Close()
}

func (s *Storage) read(ctx context.Context, ref Ref, object, part string) (io.ReadCloser, error) {
	key, err := s.keyOf(ctx, ref)
	if err != nil {
		return nil, err
	}
	sealed, err := s.blobs.Open(ctx, object)
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", ref.ID, err)
	}
	clear, err := key.stream.NewDecryptingReader(sealed, key.name(part))
	if err != nil {
		return nil, errors.Join(err, sealed.Close())
	}
	return opened{clear, sealed}, nil
}

// opened is a file being read.
type opened struct {
	io.Reader
	io.Closer
}
