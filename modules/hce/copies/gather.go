//go:build !js

package copies

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/hce"
	"hampi/modules/hce/archive"
	"hampi/modules/hce/consent"
	"hampi/modules/platform/access"
	"hampi/modules/platform/files"
)

// book is everything that a copy holds.
type book struct {
	hce.Whole
	consents []consent.Consent
	files    []kept
	keys     map[uuid.UUID]hce.PublicKey
	verdicts map[uuid.UUID]hce.Verdict // by signature
	asker    string
	address  string
}

// kept is a file of the record with how to open it.
type kept struct {
	archive.File
	ref files.Ref
}

// pageOfFiles is how many rows of files are read at once.
const pageOfFiles = 500

// gather reads everything in one transaction, so that it is the record of one moment.
func (s *Service) gather(ctx context.Context, c Copy) (b book, err error) {
	b.asker, b.address = access.Who(ctx).Name, s.Address()
	err = s.within(ctx, func(ctx context.Context) error {
		if b.Whole, err = s.Record.Whole(ctx, c.PatientID); err != nil {
			return err
		}
		if b.consents, err = s.Consents.Store.Of(ctx, b.Family); err != nil {
			return err
		}
		if b.files, err = s.filesOf(ctx, b.Family); err != nil {
			return err
		}
		return s.check(ctx, &b)
	})
	if err != nil {
		return b, fmt.Errorf("gather a record for its copy: %w", err)
	}
	return b, nil
}

// filesOf are those in sight, oldest first.
func (s *Service) filesOf(ctx context.Context, family []uuid.UUID) ([]kept, error) {
	var all []kept
	after := uuid.Nil
	for {
		found, err := s.Archive.Store.Files(ctx, family, after, pageOfFiles)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			_, ref, err := s.Archive.Store.File(ctx, f.ID)
			if err != nil {
				return nil, err
			}
			all = append([]kept{{f, ref}}, all...)
			after = f.ID
		}
		if len(found) < pageOfFiles {
			return all, nil
		}
	}
}

// check verifies every signature, with the keys that go along.
func (s *Service) check(ctx context.Context, b *book) error {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, r := range b.Records {
		for _, g := range r.Signatures {
			if !seen[g.KeyID] {
				seen[g.KeyID] = true
				ids = append(ids, g.KeyID)
			}
		}
	}
	var err error
	if b.keys, err = s.Keys.Public(ctx, ids); err != nil {
		return err
	}
	b.verdicts = map[uuid.UUID]hce.Verdict{}
	for _, r := range b.Records {
		for _, g := range r.Signatures {
			b.verdicts[g.ID] = hce.Check(r, g, b.keys[g.KeyID], access.Who(ctx).ClinicID)
		}
	}
	return nil
}

// open reads a file of the record in clear.
func (s *Service) open(ctx context.Context, f kept) (io.ReadCloser, error) {
	return s.Storage.Open(ctx, f.ref)
}

// path is where a file lies in the ZIP: numbered, with the name that people gave it.
func (f kept) path(n int) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, f.DownloadName())
	return fmt.Sprintf("archivos/%04d-%s", n, name)
}
