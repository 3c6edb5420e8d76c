//go:build !js

package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
)

// Access says who may see and add files; the record knows. Each refuses with fault.ErrForbidden, or with a refusal that
// leads somebody on, such as to opening a record in an emergency.
type Access interface {
	// MayRead lets the person behind ctx see what belongs to owner in the patient's record; the zero Owner is all of it.
	MayRead(ctx context.Context, patient uuid.UUID, owner Owner) error
	// MayAdd lets them add to it, and take out what was added by mistake. It also knows whether owner is the patient's.
	MayAdd(ctx context.Context, patient uuid.UUID, owner Owner) error
}

// ReadLog writes down who read whose record.
type ReadLog interface {
	Read(ctx context.Context, patient uuid.UUID, what string) error
}

// Patients is what the archive asks of whoever keeps the people.
type Patients interface {
	// Frame is what stands around a section of the person's page.
	Frame(ctx context.Context, id uuid.UUID, tab string) (patients.Frame, error)
	// Family is every entry of the person behind id, the answering one first.
	Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error)
}

// Colleagues names those who work here, or did.
type Colleagues interface {
	Everybody(ctx context.Context) ([]accounts.Member, error)
}

// Store keeps the rows of files.
type Store interface {
	// Within runs f in a transaction of the clinic of ctx, or in the one that ctx carries already.
	Within(ctx context.Context, f func(ctx context.Context) error) error
	// Add keeps a file with how to open it; ErrThere for an id that is taken.
	Add(ctx context.Context, f File, how files.Stored) error
	// File returns a file and how to open it.
	File(ctx context.Context, id uuid.UUID) (File, files.Ref, error)
	// Files lists those in sight of a family, newest first, after the one called after (the zero id: from the newest).
	Files(ctx context.Context, family []uuid.UUID, after uuid.UUID, limit int) ([]File, error)
	// FilesOf lists those in sight that belong to a thing, in the order in which they were added.
	FilesOf(ctx context.Context, owner Owner) ([]File, error)
	// Hidden lists those out of sight, newest first.
	Hidden(ctx context.Context, family []uuid.UUID) ([]File, error)
	// Hide takes a file out of sight; one that is already is fault.ErrNotFound.
	Hide(ctx context.Context, id uuid.UUID, h Hiding) error
}

// ErrThere says that a file with that id was added before.
var ErrThere = errors.New("a file with this id is there already")

// Parts are what the archive is built from.
type Parts struct {
	Store      Store
	Storage    *files.Storage
	Patients   Patients
	Colleagues Colleagues
	Access     Access
	Reads      ReadLog
	Now        clock.Now
}

// Service is the archive's use-cases.
type Service struct{ Parts }

// NewService builds it.
func NewService(p Parts) *Service { return &Service{p} }

// Add puts a file into a patient's record.
//
// It is refused to whoever may not add there, as too large or invalid for what is no photo or document (see
// files.Storage.Put), and as a conflict when the id is that of another file. The same file sent again with its id is
// found, not added. Call it outside of a transaction: the file is read while it comes.
func (s *Service) Add(ctx context.Context, n New, from io.Reader) (File, error) {
	n.Name = tidyName(n.Name)
	if err := n.problems().Err(); err != nil {
		return File{}, err
	}
	who := access.Who(ctx)
	if err := s.Store.Within(ctx, func(ctx context.Context) error { return s.Access.MayAdd(ctx, n.PatientID, n.Owner) }); err != nil {
		return File{}, err
	}
	stored, err := s.Storage.Put(ctx, who.ClinicID, n.ID, from)
	if err != nil {
		return File{}, err
	}
	f := File{
		ID: n.ID, PatientID: n.PatientID, Owner: n.Owner, Name: n.Name, Type: stored.Type, Size: stored.Size, SHA256: stored.SHA256,
		Width: stored.Width, Height: stored.Height, HasThumb: stored.HasThumb, AddedBy: who.MembershipID, AddedAt: s.Now(),
	}
	err = s.Store.Within(ctx, func(ctx context.Context) error { return s.Store.Add(ctx, f, stored) })
	if err == nil {
		return f, nil
	}
	// Without its row nobody can open it; should this fail too, the collector removes it tomorrow.
	removed := s.Storage.Delete(context.WithoutCancel(ctx), stored.Object)
	if errors.Is(err, ErrThere) {
		return s.again(ctx, f)
	}
	return File{}, errors.Join(fmt.Errorf("add a file: %w", err), removed)
}

// again finds the file that was added before under the same id.
func (s *Service) again(ctx context.Context, sent File) (there File, err error) {
	err = s.Store.Within(ctx, func(ctx context.Context) error {
		there, _, err = s.Store.File(ctx, sent.ID)
		return err
	})
	if err != nil {
		return File{}, err
	}
	if there.PatientID != sent.PatientID || there.AddedBy != sent.AddedBy || !bytes.Equal(there.SHA256, sent.SHA256) {
		return File{}, fault.ConflictAt(files.Field, "Con este formulario ya se guardó otro archivo. Vuelva a abrir la página y elija el archivo otra vez.")
	}
	return there, nil
}

// List is what of a person's files is in sight, newest first, after the one called after; more tells that it goes on.
// The reading is written down.
func (s *Service) List(ctx context.Context, family []uuid.UUID, after uuid.UUID, limit int) (found []File, more bool, err error) {
	if err := s.Access.MayRead(ctx, family[0], Owner{}); err != nil {
		return nil, false, err
	}
	if found, err = s.Store.Files(ctx, family, after, limit+1); err != nil {
		return nil, false, err
	}
	if more = len(found) > limit; more {
		found = found[:limit]
	}
	return found, more, s.Reads.Read(ctx, family[0], "archivos")
}

// ListOf is what belongs to a thing of the record, for whoever draws that: it asks no leave and writes down no reading,
// as the thing's own page has done both.
func (s *Service) ListOf(ctx context.Context, owner Owner) ([]File, error) {
	return s.Store.FilesOf(ctx, owner)
}

// Hidden is what was taken out of sight.
func (s *Service) Hidden(ctx context.Context, family []uuid.UUID) ([]File, error) {
	if err := s.Access.MayRead(ctx, family[0], Owner{}); err != nil {
		return nil, err
	}
	return s.Store.Hidden(ctx, family)
}

// Get is one file; the reading is not written down, as its content was not read.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (File, error) {
	f, _, err := s.allowed(ctx, id)
	return f, err
}

// Open reads a file's content, and writes the reading down before the first byte of it leaves.
func (s *Service) Open(ctx context.Context, id uuid.UUID) (f File, content io.ReadCloser, err error) {
	var ref files.Ref
	err = s.Store.Within(ctx, func(ctx context.Context) error {
		if f, ref, err = s.allowed(ctx, id); err != nil {
			return err
		}
		return s.Reads.Read(ctx, f.PatientID, "archivo del "+dayTime(f.AddedAt.In(zoneOf(ctx))))
	})
	if err != nil {
		return File{}, nil, err
	}
	content, err = s.Storage.Open(ctx, ref)
	return f, content, err
}

// OpenThumb reads a photo's thumbnail: part of a list whose reading is written down.
func (s *Service) OpenThumb(ctx context.Context, id uuid.UUID) (content io.ReadCloser, err error) {
	var ref files.Ref
	err = s.Store.Within(ctx, func(ctx context.Context) error {
		var f File
		if f, ref, err = s.allowed(ctx, id); err == nil && !f.HasThumb {
			err = fault.ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.Storage.OpenThumb(ctx, ref)
}

func (s *Service) allowed(ctx context.Context, id uuid.UUID) (File, files.Ref, error) {
	f, ref, err := s.Store.File(ctx, id)
	if err != nil {
		return File{}, files.Ref{}, err
	}
	return f, ref, s.Access.MayRead(ctx, f.PatientID, f.Owner)
}

// errSigned keeps in sight what somebody signed.
var errSigned = fault.Conflicted("signed", "Este archivo es parte de un consentimiento firmado y no se retira. El consentimiento se puede revocar.")

// Hide takes a file out of sight that came in by mistake. It is refused as invalid without a reason, and as a conflict
// for what was signed; a file that is out of sight already is left as it is, and success.
func (s *Service) Hide(ctx context.Context, id uuid.UUID, reason string) (File, error) {
	f, _, err := s.Store.File(ctx, id)
	if err != nil {
		return File{}, err
	}
	if err := s.Access.MayAdd(ctx, f.PatientID, f.Owner); err != nil {
		return File{}, err
	}
	if f.Owner.Kind == ConsentOwner {
		return f, errSigned
	}
	reason = strings.Join(strings.Fields(reason), " ")
	if err := reasonProblems(reason).Err(); err != nil || !f.Hidden.At.IsZero() {
		return f, err
	}
	f.Hidden = Hiding{At: s.Now(), By: access.Who(ctx).MembershipID, Reason: reason}
	err = s.Store.Hide(ctx, id, f.Hidden)
	if fault.IsNotFound(err) {
		return f, nil // somebody else was faster
	}
	return f, err
}

// names gives a name for each membership.
func (s *Service) names(ctx context.Context) (map[uuid.UUID]string, error) {
	everybody, err := s.Colleagues.Everybody(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[uuid.UUID]string, len(everybody))
	for _, m := range everybody {
		names[m.ID] = m.DisplayName()
	}
	return names, nil
}
