//go:build !js

package billing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/pii"
)

// Storage is what billing asks of the store of files.
type Storage interface {
	// Keep stores what fill writes, encrypted under a key that belongs at a place.
	Keep(ctx context.Context, at pii.Place, kind string, fill func(io.Writer) error) (files.Stored, error)
	Open(ctx context.Context, ref files.Ref) (io.ReadCloser, error)
	Delete(ctx context.Context, object string) error
}

// Filing gets the files that the service made of documents on which SUNAT decided, looks at them, and keeps them encrypted: the law
// wants them for years, and no service promises to be there as long.
type Filing struct {
	ledger   *Ledger
	emitters Emitters
	storage  Storage
	later    Later
	now      clock.Now
}

// NewFiling builds it over the ledger, the clinics' ways to SUNAT and the store of files.
func NewFiling(ledger *Ledger, emitters Emitters, storage Storage, later Later, now clock.Now) *Filing {
	return &Filing{ledger: ledger, emitters: emitters, storage: storage, later: later, now: now}
}

// wanted is what is still waited for of a document.
type wanted struct {
	Entry
	proof   Proof
	emitter Emitter
	files   []DocumentFile
	places  map[uuid.UUID]pii.Place
}

// Fetch gets what is still waited for of a document and whose time has come. What does not come, or is not what it should
// be, is asked for again later: it tells when; zero when nothing is left. Nothing is held open while the service is asked.
func (f *Filing) Fetch(ctx context.Context, in InClinic, invoice uuid.UUID) (again time.Time, err error) {
	w, err := f.wanted(ctx, in, invoice)
	if err != nil {
		return time.Time{}, err
	}
	if err := f.refreshLinks(ctx, in, &w); err != nil {
		return time.Time{}, err
	}
	for _, file := range w.files {
		if file.NextAt.After(f.now()) {
			continue
		}
		if err := f.get(ctx, in, w, file); err != nil {
			return time.Time{}, err
		}
	}
	err = in(ctx, func(ctx context.Context) error {
		again = time.Time{}
		left, err := f.ledger.Files(ctx, invoice)
		for _, file := range left {
			if !file.Kept() && !file.GivenUp() && (again.IsZero() || file.NextAt.Before(again)) {
				again = file.NextAt
			}
		}
		return err
	})
	return again, err
}

func (f *Filing) wanted(ctx context.Context, in InClinic, invoice uuid.UUID) (w wanted, err error) {
	err = in(ctx, func(ctx context.Context) error {
		w = wanted{places: map[uuid.UUID]pii.Place{}}
		if w.Entry, err = f.ledger.Entry(ctx, invoice); err != nil {
			return err
		}
		if w.proof, err = f.ledger.Proof(ctx, invoice); err != nil {
			return err
		}
		if w.emitter, err = f.emitters.Of(ctx); err != nil {
			return err
		}
		all, err := f.ledger.Files(ctx, invoice)
		for _, file := range all {
			if !file.Kept() && !file.GivenUp() {
				w.files, w.places[file.ID] = append(w.files, file), filePlace(ctx, file.ID)
			}
		}
		return err
	})
	return w, err
}

// refreshLinks asks where the files are, when the answers so far did not say: SUNAT's receipt comes after it decided.
func (f *Filing) refreshLinks(ctx context.Context, in InClinic, w *wanted) error {
	missing := false
	for _, file := range w.files {
		missing = missing || file.Kind.of(w.proof.Links) == "" && !file.NextAt.After(f.now())
	}
	if !missing {
		return nil
	}
	a := w.emitter.Consult(ctx, w.Name)
	step := AfterConsult(a, w.Document())
	if step != Accept && step != Reject || a.Links == (Links{}) {
		return nil
	}
	w.proof = Proof{Links: a.Links, Hash: firstText(a.Hash, w.proof.Hash), QR: firstText(a.QR, w.proof.QR)}
	return in(ctx, func(ctx context.Context) error { return f.ledger.keepProof(ctx, w.ID, w.proof) })
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// get asks for one file and keeps it, or notes why not.
func (f *Filing) get(ctx context.Context, in InClinic, w wanted, file DocumentFile) error {
	content, kind, reason := f.ask(ctx, w, file)
	if reason != "" {
		next := f.now().Add(PollAfter(file.Attempts + 1))
		return in(ctx, func(ctx context.Context) error { return f.ledger.postponeFile(ctx, file, next, reason) })
	}
	stored, err := f.storage.Keep(ctx, w.places[file.ID], kind, func(to io.Writer) error {
		_, err := to.Write(content)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the %s of %s: %w", file.Kind, w.Name, err)
	}
	at := f.now()
	file.Object, file.SealedKey, file.Type, file.Size, file.SHA256, file.KeptAt = stored.Object, stored.SealedKey, kind, stored.Size, stored.SHA256, &at
	kept := false
	err = in(ctx, func(ctx context.Context) error {
		kept, err = f.ledger.keepFile(ctx, file)
		return err
	})
	if err != nil || !kept { // another was faster: what lies there twice goes; should that fail too, the collector removes it
		return errors.Join(err, f.storage.Delete(context.WithoutCancel(ctx), stored.Object))
	}
	return nil
}

// ask reads a file from the service; reason says in words why there is none.
func (f *Filing) ask(ctx context.Context, w wanted, file DocumentFile) (content []byte, kind, reason string) {
	link := file.Kind.of(w.proof.Links)
	if link == "" {
		return nil, "", "NubeFact aún no lo ofrece"
	}
	content, err := w.emitter.Fetch(ctx, link)
	switch {
	case errors.Is(err, ErrNoFile):
		return nil, "", "NubeFact no lo entregó"
	case err != nil:
		return nil, "", "NubeFact no responde"
	}
	kind, problem := file.Kind.look(content, w.Name)
	if problem != "" {
		return nil, "", "lo que llegó " + problem
	}
	return content, kind, ""
}

// Again has what is still missing of a document asked for now.
func (f *Filing) Again(ctx context.Context, invoice uuid.UUID) error {
	e, err := f.ledger.Entry(ctx, invoice)
	if err != nil {
		return err
	}
	there, err := f.ledger.Files(ctx, invoice)
	if err != nil {
		return err
	}
	if e.State.Status != Accepted && e.State.Status != InVoiding && e.State.Status != Voided && len(there) == 0 {
		return fault.Conflicted("not_accepted", "SUNAT aún no aceptó este comprobante; sus archivos vienen después.")
	}
	if err := f.ledger.expectFiles(ctx, invoice, f.now()); err != nil {
		return err
	}
	if err := f.ledger.hurryFiles(ctx, invoice, f.now()); err != nil {
		return err
	}
	return f.later.File(ctx, invoice, f.now())
}

// Open reads a file of a document; fault.ErrNotFound while it is not there.
func (f *Filing) Open(ctx context.Context, invoice uuid.UUID, kind FileKind) (file DocumentFile, content []byte, err error) {
	all, err := f.ledger.Files(ctx, invoice)
	if err != nil {
		return file, nil, err
	}
	for _, file := range all {
		if file.Kind == kind && file.Kept() {
			content, err := f.read(ctx, file)
			return file, content, err
		}
	}
	return file, nil, fault.ErrNotFound
}

func (f *Filing) read(ctx context.Context, file DocumentFile) ([]byte, error) {
	at := filePlace(ctx, file.ID)
	in, err := f.storage.Open(ctx, files.Ref{Clinic: at.Clinic, ID: file.ID, Object: file.Object, SealedKey: file.SealedKey, At: at})
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(in)
	return content, errors.Join(err, in.Close())
}

// extension is how the name of a file ends.
func (f DocumentFile) extension() string {
	if f.Type == typeZIP {
		return "zip"
	}
	return map[FileKind]string{PDFFile: "pdf", XMLFile: "xml", CDRFile: "xml"}[f.Kind]
}

// nameOf is what a file of a document is called; SUNAT's receipt begins with R.
func (f DocumentFile) nameOf(ruc string, n Name) string {
	name := ruc + "-" + n.Kind.SunatCode() + "-" + n.Short() + "." + f.extension()
	if f.Kind == CDRFile {
		return "R-" + name
	}
	return name
}
