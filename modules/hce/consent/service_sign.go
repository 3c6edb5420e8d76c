//go:build !js

package consent

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/hce/archive"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/paper"
)

// made is a file that lies in the store and has no row yet.
type made struct {
	file archive.File
	how  files.Stored
}

// Sign keeps what somebody answered, with its PDF.
//
// The professional who informed signs what was answered and its PDF. It is refused as invalid with what is missing, at
// "code" or "password" when the proof of who signs is, and with ErrSameID for an id that has another answer; the same form
// sent again finds its answer. Call it outside of a transaction: documents are made and stored between two.
func (s *Service) Sign(ctx context.Context, a Answer) (Consent, error) {
	var sheet Sheet
	var kept *Consent
	err := s.Archive.Store.Within(ctx, func(ctx context.Context) (err error) {
		sheet, kept, err = s.prepare(ctx, a)
		return err
	})
	if err != nil {
		return Consent{}, err
	}
	if kept != nil {
		return s.again(ctx, *kept, a)
	}
	if err := a.problems(sheet.Body.Signer.Name).Err(); err != nil {
		return Consent{}, err
	}
	if err := s.Archive.Store.Within(ctx, func(ctx context.Context) error { return s.prove(ctx, a.Proof) }); err != nil {
		return Consent{}, err
	}
	c, all, err := s.make(ctx, sheet, a)
	if err == nil {
		err = s.Archive.Store.Within(ctx, func(ctx context.Context) error { return s.keep(ctx, c, all) })
	}
	if err == nil {
		return c, nil
	}
	// Without their rows nobody can open them; should this fail too, the collector removes them tomorrow.
	for _, m := range all {
		err = errors.Join(err, s.Archive.Storage.Delete(context.WithoutCancel(ctx), m.how.Object))
	}
	if !errors.Is(err, ErrSameID) {
		return Consent{}, err
	}
	return s.repeated(ctx, a)
}

// prepare reads what is needed, and the answer that was kept under the same id before.
func (s *Service) prepare(ctx context.Context, a Answer) (Sheet, *Consent, error) {
	if err := s.mayAdd(ctx, a.Filled); err != nil {
		return Sheet{}, nil, err
	}
	kept, err := s.Store.Consent(ctx, a.Filled.ID)
	if err == nil {
		return Sheet{}, &kept, nil
	}
	if !fault.IsNotFound(err) {
		return Sheet{}, nil, err
	}
	sheet, err := s.Compose(ctx, a.Filled)
	return sheet, nil, err
}

// repeated finds the answer of a twin of this request that was faster.
func (s *Service) repeated(ctx context.Context, a Answer) (c Consent, err error) {
	err = s.Archive.Store.Within(ctx, func(ctx context.Context) error {
		c, err = s.Store.Consent(ctx, a.Filled.ID)
		return err
	})
	if err != nil {
		return Consent{}, err
	}
	return s.again(ctx, c, a)
}

// again answers a form that was sent before.
func (s *Service) again(ctx context.Context, kept Consent, a Answer) (Consent, error) {
	twin := kept.Template == a.Filled.Template && kept.Decision == a.Decision && kept.Method == a.Method &&
		kept.Doctor.MembershipID == access.Who(ctx).MembershipID && slices.EqualFunc(kept.Strokes, a.Strokes, slices.Equal[Stroke])
	if !twin {
		return Consent{}, ErrSameID
	}
	return kept, nil
}

// make writes the answer and its PDF, and stores the photo of a sheet that was signed by hand.
func (s *Service) make(ctx context.Context, sheet Sheet, a Answer) (c Consent, all []made, err error) {
	b := sheet.Body
	b.Decision, b.Method = a.Decision, a.Method
	if b.Decision == Refused {
		b.Reason = tidy(a.Reason)
	}
	b.Statement = statement(b)
	var photo []byte
	switch a.Method {
	case Drawn:
		b.Strokes = a.Strokes
	case Paper:
		one, content, err := s.photo(ctx, b, a.Photo)
		if err != nil {
			return c, nil, err
		}
		all, photo, b.Sheet = append(all, one), content, hex.EncodeToString(one.how.SHA256)
	}
	if c, err = b.sealed(s.Now()); err != nil {
		return c, all, err
	}
	c.Mark = newMark(c)
	var out bytes.Buffer
	if err := paper.Write(&out, document(c, sheet, photo, s.Address())); err != nil {
		return c, all, fmt.Errorf("make the PDF of a consent: %w", err)
	}
	pdf, err := s.store(ctx, b, b.Title+".pdf", out.Bytes())
	if err != nil {
		return c, all, err
	}
	c.FileID, c.FileHash = pdf.file.ID, pdf.how.SHA256
	return c, append(all, pdf), nil
}

// photo stores the picture of a signed sheet and gives it as it is kept: upright, without where it was taken.
func (s *Service) photo(ctx context.Context, b Body, content []byte) (made, []byte, error) {
	one, err := s.store(ctx, b, "Hoja firmada.jpg", content)
	if err != nil {
		return one, nil, err
	}
	if !one.file.IsPhoto() {
		return one, nil, errors.Join(
			fault.InvalidField(files.Field, "Elija una foto de la hoja firmada (JPEG, PNG o WebP), no un PDF."),
			s.Archive.Storage.Delete(ctx, one.how.Object))
	}
	kept, err := s.Archive.Storage.Open(ctx, files.Ref{Clinic: access.Who(ctx).ClinicID, ID: one.file.ID, Object: one.how.Object, SealedKey: one.how.SealedKey})
	if err != nil {
		return one, nil, err
	}
	defer kept.Close() //nolint:errcheck // it was only read
	clean, err := io.ReadAll(kept)
	return one, clean, err
}

// store puts bytes into the store; their row comes with the consent's.
func (s *Service) store(ctx context.Context, b Body, name string, content []byte) (made, error) {
	who, id := access.Who(ctx), uuid.Must(uuid.NewV7())
	how, err := s.Archive.Storage.Put(ctx, who.ClinicID, id, bytes.NewReader(content))
	if err != nil {
		return made{}, err
	}
	return made{how: how, file: archive.File{
		ID: id, PatientID: b.PatientID, Owner: Owner(b.ID), Name: name, Type: how.Type, Size: how.Size, SHA256: how.SHA256,
		Width: how.Width, Height: how.Height, HasThumb: how.HasThumb, AddedBy: who.MembershipID, AddedAt: s.Now(),
	}}, nil
}

func (s *Service) keep(ctx context.Context, c Consent, all []made) error {
	for _, m := range all {
		if err := s.Archive.Store.Add(ctx, m.file, m.how); err != nil {
			return fmt.Errorf("keep a file of a consent: %w", err)
		}
	}
	if err := s.Store.Add(ctx, c); err != nil {
		return err
	}
	m, err := s.sign(ctx, c)
	if err != nil {
		return err
	}
	return s.Store.AddMark(ctx, m)
}
