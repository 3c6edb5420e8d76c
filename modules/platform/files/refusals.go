//go:build !js

package files

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"

	"github.com/gabriel-vasile/mimetype"

	"hampi/modules/platform/fault"
)

// Field is the name of the form's field for a file, at which refusals stand.
const Field = "archivo"

func refused(sentence string) error { return fault.InvalidField(Field, sentence) }

func tooLarge() error {
	const sentence = "El archivo pesa más de 25 MB. Redúzcalo o divídalo en partes."
	return &fault.Fault{Kind: fault.TooLarge, Code: "too_large", Message: sentence, Fields: fault.Problems{Field: sentence}}
}

func incomplete() error { return refused("El archivo llegó incompleto. Intente otra vez.") }

func damaged() error {
	return refused("El archivo está dañado y no se puede abrir. Guárdelo otra vez o elija otro.")
}

// limited reads no more than MaxBytes of what is sent, and says in words why it does not go on.
func limited(from io.Reader) io.Reader { return &limitedReader{from: from, left: MaxBytes} }

type limitedReader struct {
	from io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.from.Read(p)
	l.left -= int64(n)
	var body *http.MaxBytesError
	switch {
	case l.left < 0, errors.As(err, &body):
		return 0, tooLarge()
	case err != nil && !errors.Is(err, io.EOF):
		return 0, incomplete()
	}
	return n, err
}

// sniffed is how many bytes tell a type.
const sniffed = 3072

func sniff(from io.Reader) (head []byte, all io.Reader, err error) {
	buffered := bufio.NewReaderSize(from, 64<<10)
	head, err = buffered.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if len(head) == 0 {
		return nil, nil, refused("El archivo está vacío. Elija otro.")
	}
	return head, buffered, nil
}

// kindOf says what bytes are. Neither a name nor what a browser says of them counts.
func kindOf(head []byte) (string, error) {
	found := mimetype.Detect(head)
	for _, kind := range []string{JPEG, PNG, WebP, PDF} {
		if found.Is(kind) {
			return kind, nil
		}
	}
	for _, kind := range []string{"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence", "image/avif"} {
		if found.Is(kind) {
			return "", refused("Las fotos HEIC no se pueden guardar aquí. Guarde la foto como JPEG y elíjala otra vez.")
		}
	}
	return "", refused("Solo se guardan fotos (JPEG, PNG, WebP) y documentos PDF. Este archivo es de otro tipo.")
}

// counter counts and hashes what passes.
type counter struct {
	to   io.Writer
	hash hash.Hash
	size int64
}

func newCounter(to io.Writer) *counter { return &counter{to: to, hash: sha256.New()} }

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.hash.Write(p[:n])
	c.size += int64(n)
	return n, err
}

func (c *counter) sum() []byte { return c.hash.Sum(nil) }
