//go:build !js

// Package files keeps photos and documents: what people choose is looked at, cleaned, encrypted and put into a folder
// or an S3 bucket.
//
// Nothing that is stored can be read without the clinic's keys: each file has a random key of its own, which the
// caller keeps sealed beside the file's name. A rotation of keys therefore seals that small key again and touches no
// file. A file is written once, under a name that was never used before, and never changed.
package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/pii"
)

const (
	// MaxBytes is the largest file: a photo of the best phones, or a hundred scanned pages.
	MaxBytes = 25 << 20
	// ThumbSide is the longer side of a thumbnail, in pixels; its type is always ThumbType.
	ThumbSide = 320
	ThumbType = "image/jpeg"
)

// The types that are taken.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	WebP = "image/webp"
	PDF  = "application/pdf"
)

// Stored is what the caller keeps of a file: without the sealed key it is lost.
type Stored struct {
	Object        string // its name in the store
	Size          int64  // bytes, in clear, as they are kept: cleaning changes what was sent
	SHA256        []byte // of the same bytes
	Type          string // what it is, whatever its name or the browser says
	Width, Height int    // pixels of a photo as it is seen; zero for a document
	SealedKey     []byte // see Place
	HasThumb      bool
}

// Ref is what opens a file.
type Ref struct {
	Clinic, ID uuid.UUID
	Object     string
	SealedKey  []byte
	At         pii.Place // where SealedKey belongs; zero: Place of Clinic and ID
}

func (r Ref) place() pii.Place {
	if r.At == (pii.Place{}) {
		return Place(r.Clinic, r.ID)
	}
	return r.At
}

// Place is where a file's sealed key belongs: the column that rotations of keys seal again.
func Place(clinic, id uuid.UUID) pii.Place {
	return pii.Place{Clinic: clinic, Table: "files", Column: "sealed_key", Row: id}
}

// Storage looks at files, encrypts them and keeps them in its blobs.
type Storage struct {
	blobs Blobs
	vault *pii.Vault
	eyes  chan struct{} // one for each photo that is taken apart at once: each may need 200 MB
}

// decoders is how many photos a process takes apart at once.
const decoders = 2

// New keeps files in blobs, under keys of vault.
func New(blobs Blobs, vault *pii.Vault) *Storage {
	return &Storage{blobs: blobs, vault: vault, eyes: make(chan struct{}, decoders)}
}

// Put looks at what somebody chose, and keeps it.
//
// It is refused with kind TooLarge beyond MaxBytes, and as invalid for what is no photo or document that can be kept:
// another type, damaged, too many pixels, a program inside. Nothing is left of what was refused. A photo loses where and
// with what it was taken; one that lies on its side is turned.
//
// Files of a caller that fails afterwards are removed by Delete, or later by the Collector.
func (s *Storage) Put(ctx context.Context, clinic, id uuid.UUID, from io.Reader) (Stored, error) {
	head, from, err := sniff(limited(from))
	if err != nil {
		return Stored{}, err
	}
	kind, err := kindOf(head)
	if err != nil {
		return Stored{}, err
	}
	key, err := s.newKey(ctx, Place(clinic, id))
	if err != nil {
		return Stored{}, err
	}
	stored := Stored{Object: objectName(clinic, id), Type: kind, SealedKey: key.sealed}
	if kind == PDF {
		err = s.putDocument(ctx, key, &stored, from)
	} else {
		err = s.putPhoto(ctx, key, &stored, from)
	}
	if err != nil {
		return Stored{}, err
	}
	return stored, nil
}

// Keep stores what the program itself writes, as it is: nothing of it is looked at or cleaned, however large it is. at is
// where its sealed key belongs. Should fill or the store fail, nothing is left.
func (s *Storage) Keep(ctx context.Context, at pii.Place, kind string, fill func(io.Writer) error) (Stored, error) {
	key, err := s.newKey(ctx, at)
	if err != nil {
		return Stored{}, err
	}
	stored := Stored{Object: objectName(at.Clinic, at.Row), Type: kind, SealedKey: key.sealed}
	err = s.write(ctx, key, stored.Object, wholePart, func(to io.Writer) error {
		kept := newCounter(to)
		if err := fill(kept); err != nil {
			return err
		}
		stored.Size, stored.SHA256 = kept.size, kept.sum()
		return nil
	})
	if err != nil {
		return Stored{}, err
	}
	return stored, nil
}

// putDocument keeps a document while it is being read: no more of it than a few pages is in memory.
func (s *Storage) putDocument(ctx context.Context, key fileKey, stored *Stored, from io.Reader) error {
	return s.write(ctx, key, stored.Object, wholePart, func(to io.Writer) error {
		kept := newCounter(to)
		if err := inspectDocument(io.TeeReader(from, kept)); err != nil {
			return err
		}
		stored.Size, stored.SHA256 = kept.size, kept.sum()
		return nil
	})
}

func (s *Storage) putPhoto(ctx context.Context, key fileKey, stored *Stored, from io.Reader) error {
	sent, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	photo, err := s.develop(ctx, stored.Type, sent)
	if err != nil {
		return err
	}
	kept := newCounter(io.Discard)
	err = s.write(ctx, key, stored.Object, wholePart, func(to io.Writer) error {
		kept.to = to
		_, err := io.Copy(kept, bytes.NewReader(photo.content))
		return err
	})
	if err != nil {
		return err
	}
	stored.Type, stored.Size, stored.SHA256 = photo.kind, kept.size, kept.sum()
	stored.Width, stored.Height, stored.HasThumb = photo.width, photo.height, true
	err = s.write(ctx, key, stored.Object+thumbSuffix, thumbPart, func(to io.Writer) error {
		_, err := to.Write(photo.thumb)
		return err
	})
	if err != nil {
		return errors.Join(err, s.blobs.Delete(ctx, stored.Object))
	}
	return nil
}

// develop takes a photo apart, when its turn has come.
func (s *Storage) develop(ctx context.Context, kind string, sent []byte) (photo, error) {
	select {
	case s.eyes <- struct{}{}:
	case <-ctx.Done():
		return photo{}, ctx.Err()
	}
	defer func() { <-s.eyes }()
	return develop(kind, sent)
}

// Open reads a file in clear. A file that was altered or cut fails while it is read: what was read of it before is whole.
func (s *Storage) Open(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	return s.read(ctx, ref, ref.Object, wholePart)
}

// OpenThumb reads a photo's thumbnail.
func (s *Storage) OpenThumb(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	return s.read(ctx, ref, ref.Object+thumbSuffix, thumbPart)
}

// Delete removes a file that no row names, with its thumbnail.
func (s *Storage) Delete(ctx context.Context, object string) error {
	return errors.Join(s.blobs.Delete(ctx, object), s.blobs.Delete(ctx, object+thumbSuffix))
}

// thumbSuffix is what the name of a thumbnail has more than its photo's.
const thumbSuffix = ".mini"

// objectName is new at each call, so that whoever sends a file again overwrites nothing.
func objectName(clinic, id uuid.UUID) string {
	fresh := make([]byte, 6)
	_, _ = rand.Read(fresh) // never fails: the program ends when the system has no randomness
	shard := id.String()[34:]
	return fmt.Sprintf("%s/%s/%s-%s", clinic, shard, id, hex.EncodeToString(fresh))
}

// Blobs keeps bytes under names. A name is written once.
type Blobs interface {
	// Put stores all of r under name: when it returns without an error the bytes outlast a power cut; else there is
	// nothing under that name.
	Put(ctx context.Context, name string, r io.Reader) error
	// Open reads what is under name, or fails with ErrMissing.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Delete removes what is under name; nothing there is no failure.
	Delete(ctx context.Context, name string) error
	// List tells each name and since when it is there, in no order, until f fails.
	List(ctx context.Context, f func(name string, since time.Time) error) error
}

// ErrMissing says that there are no bytes under a name.
var ErrMissing = errors.New("the file's bytes are missing from the store")
