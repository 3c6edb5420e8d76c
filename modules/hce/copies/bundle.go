//go:build !js

package copies

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce"
	"hampi/modules/platform/files"
)

// bundle is the ZIP while it is written, with the list of what is in it.
type bundle struct {
	zip  *zip.Writer
	at   time.Time
	list []listed
}

// listed is a file of the ZIP in its manifest.
type listed struct {
	Path   string `json:"ruta"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// add writes one file and notes its hash.
func (z *bundle) add(path string, from io.Reader) error {
	w, err := z.zip.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Deflate, Modified: z.at})
	if err != nil {
		return fmt.Errorf("add %s to a ZIP: %w", path, err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), from)
	if err != nil {
		return fmt.Errorf("add %s to a ZIP: %w", path, err)
	}
	z.list = append(z.list, listed{path, n, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// makeZIP writes the record for programs, and stores it. The PDF is in it too.
func (s *Service) makeZIP(ctx context.Context, c Copy, b book) (Document, error) {
	total := 2 + len(b.files)
	if err := s.tell(ctx, c, "Escribiendo el ZIP", 1, total); err != nil {
		return Document{}, err
	}
	stored, err := s.Storage.Keep(ctx, place(b.Clinic.ID, c, "zip_key"), "application/zip", func(to io.Writer) error {
		z := &bundle{zip: zip.NewWriter(to), at: c.RequestedAt}
		if err := s.fill(ctx, z, c, b); err != nil {
			return err
		}
		return z.zip.Close()
	})
	if err != nil {
		return Document{}, fmt.Errorf("make the ZIP of a record: %w", err)
	}
	return documentOf(stored), nil
}

func (s *Service) fill(ctx context.Context, z *bundle, c Copy, b book) error {
	if err := z.add("LEEME.txt", readme(c, b)); err != nil {
		return err
	}
	pdf, err := s.Storage.Open(ctx, files.Ref{Clinic: b.Clinic.ID, ID: c.ID, Object: c.PDF.Object, SealedKey: c.PDF.SealedKey, At: place(b.Clinic.ID, c, "pdf_key")})
	if err != nil {
		return err
	}
	defer pdf.Close() //nolint:errcheck // it was only read
	if err := z.add("historia.pdf", pdf); err != nil {
		return err
	}
	if err := z.records(b); err != nil {
		return err
	}
	if err := z.lists(b); err != nil {
		return err
	}
	for i, f := range b.files {
		if err := s.addFile(ctx, z, i+1, f); err != nil {
			return err
		}
		if err := s.tell(ctx, c, fmt.Sprintf("Añadiendo archivos al ZIP: %d de %d", i+1, len(b.files)), 2+i, 2+len(b.files)); err != nil {
			return err
		}
	}
	return z.manifest(c, b)
}

func (s *Service) addFile(ctx context.Context, z *bundle, n int, f kept) error {
	content, err := s.open(ctx, f)
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was only read
	return z.add(f.path(n), content)
}

// signature is a signature with everything that checks it without this program.
type signature struct {
	Record    uuid.UUID  `json:"record_id"`
	Hash      string     `json:"content_hash"`
	Method    string     `json:"method"`
	Signer    hce.Author `json:"signer"`
	SignedAt  time.Time  `json:"signed_at"`
	Code      string     `json:"code"`
	Key       uuid.UUID  `json:"key_id"`
	PublicKey string     `json:"public_key"` // Ed25519, base64
	Text      string     `json:"signed_text"`
	Signature string     `json:"signature"` // base64
	Valid     bool       `json:"valid_when_copied"`
}

// records are the documents, byte by byte as they were hashed, and their signatures.
func (z *bundle) records(b book) error {
	signatures := []signature{}
	for n, r := range b.Records {
		path := fmt.Sprintf("documentos/%05d-%s-%s.json", n+1, r.Type, r.ID)
		if err := z.add(path, reader(r.Body)); err != nil {
			return err
		}
		for _, g := range r.Signatures {
			text, err := hce.SignedText(b.Clinic.ID, r.ID, r.Hash, g.Signer, g.SignedAt)
			if err != nil {
				return err
			}
			signatures = append(signatures, signature{
				Record: r.ID, Hash: hex.EncodeToString(r.Hash), Method: g.Method, Signer: g.Signer, SignedAt: g.SignedAt, Code: g.Code, Key: g.KeyID,
				PublicKey: base64.StdEncoding.EncodeToString(b.keys[g.KeyID].Key), Text: string(text), Signature: base64.StdEncoding.EncodeToString(g.Bytes),
				Valid: b.verdicts[g.ID].Valid,
			})
		}
	}
	return z.json("firmas.json", signatures)
}

// json writes a list to be read by programs and people.
func (z *bundle) json(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return z.add(path, reader(string(text)+"\n"))
}

// manifest lists everything else.
func (z *bundle) manifest(c Copy, b book) error {
	return z.json("manifiesto.json", map[string]any{
		"formato": "hampi-historia-1", "clinica": map[string]string{"id": b.Clinic.ID.String(), "nombre": b.Clinic.Name, "ruc": b.Clinic.RUC},
		"historia": b.Person.Record(), "paciente": b.Person.FullName(), "pedida_por": b.asker, "pedida_el": c.RequestedAt, "para_que": c.Purpose.Label(), "para_quien": c.Detail,
		"archivos": z.list,
	})
}
