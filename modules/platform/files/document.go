//go:build !js

package files

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"

	"hampi/modules/platform/fault"
)

const (
	// maxUnpacked is how much of a document's packed objects is looked at, in bytes; a document of ours has far less.
	maxUnpacked = 256 << 20
	// lastBytes is where the end mark of a document has to be.
	lastBytes = 1024
	// longestName is as much of a name as is compared.
	longestName = 64
)

// active are the names of what a document does, and does not say: programs, files inside, starting something.
var active = []string{"JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "GoToE", "SubmitForm", "ImportData"}

// inspectDocument reads a PDF to its end and refuses one that does something, that is locked, or that is none from its
// first byte to its last. Packed objects are unpacked and looked at as well.
//
// The bytes themselves are read for names, whatever the document says of its structure: nothing can be hidden behind a
// wrong length or in a place that is not pointed to.
func inspectDocument(from io.Reader) error {
	raw, last := &names{}, &tail{}
	in := bufio.NewReaderSize(io.TeeReader(from, io.MultiWriter(raw, last)), 64<<10)
	if err := startsAsDocument(in); err != nil {
		return err
	}
	objects := &objects{in: in, left: maxUnpacked}
	if err := objects.read(); err != nil {
		return err
	}
	if !last.has("%%EOF") {
		return damaged()
	}
	raw.found.add(objects.found)
	return raw.found.refusal()
}

func startsAsDocument(in *bufio.Reader) error {
	head, err := in.Peek(7)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.HasPrefix(head, []byte("%PDF-1.")) && !bytes.HasPrefix(head, []byte("%PDF-2.")) {
		return damaged()
	}
	return nil
}

// findings is what was met in a document.
type findings struct{ active, locked bool }

func (f *findings) add(other findings) {
	f.active, f.locked = f.active || other.active, f.locked || other.locked
}

func (f *findings) note(name string) {
	f.active = f.active || slices.Contains(active, name)
	f.locked = f.locked || name == "Encrypt"
}

func (f findings) refusal() error {
	switch {
	case f.locked:
		return refused("El PDF está protegido con contraseña. Ábralo, imprímalo como PDF nuevo y elija ese.")
	case f.active:
		return refused("El PDF trae programas u otros archivos dentro. Ábralo, imprímalo como PDF nuevo y elija ese.")
	}
	return nil
}

// names reads the names in what passes: "/JavaScript", "/J#61vaScript".
type names struct {
	found  findings
	inName bool
	name   []byte
}

func (n *names) Write(p []byte) (int, error) {
	for _, b := range p {
		n.next(b)
	}
	return len(p), nil
}

func (n *names) next(b byte) (name string, ended bool) {
	if n.inName && isRegular(b) {
		if len(n.name) < 3*longestName { // each letter may be written in three
			n.name = append(n.name, b)
		}
		return "", false
	}
	if n.inName {
		name, ended = plainName(n.name), true
		n.found.note(name)
	}
	n.inName, n.name = b == '/', n.name[:0]
	return name, ended
}

// isRegular tells what may stand in a name or a word: neither space nor delimiter.
func isRegular(b byte) bool {
	switch b {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return false
	}
	return b > ' '
}

// plainName reads letters that are written as #61.
func plainName(written []byte) string {
	if !bytes.Contains(written, []byte("#")) {
		return string(written)
	}
	var plain []byte
	for i := 0; i < len(written); i++ {
		if written[i] == '#' && i+2 < len(written) {
			if value, ok := hexByte(written[i+1], written[i+2]); ok {
				plain = append(plain, value)
				i += 2
				continue
			}
		}
		plain = append(plain, written[i])
	}
	return string(plain)
}

func hexByte(high, low byte) (byte, bool) {
	h, l := bytes.IndexByte([]byte(hexDigits), high|0x20), bytes.IndexByte([]byte(hexDigits), low|0x20)
	return byte(h<<4 | l), h >= 0 && l >= 0 //nolint:gosec // both below 16 when it is used
}

const hexDigits = "0123456789abcdef"

// objects finds the streams that hold packed objects, and unpacks them.
type objects struct {
	in    *bufio.Reader
	left  int64
	found findings
	names names
	word  []byte
	of    []string // the names of the object that is being read
}

// read goes to the end of the document.
func (o *objects) read() error {
	for {
		b, err := o.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if name, ended := o.names.next(b); ended && len(o.of) < 200 {
			o.of = append(o.of, name)
		}
		if isRegular(b) {
			if len(o.word) < longestName {
				o.word = append(o.word, b)
			}
			continue
		}
		word := string(o.word)
		o.word = o.word[:0]
		switch {
		case word == "obj" || word == "endobj":
			o.of = o.of[:0]
		case word == "stream" && slices.Contains(o.of, "ObjStm"):
			if err := o.unpack(b); err != nil {
				return err
			}
		}
	}
}

// unpack looks at packed objects. Only the one usual way of packing is understood; another is refused.
func (o *objects) unpack(after byte) error {
	if after == '\r' {
		if next, err := o.in.Peek(1); err == nil && next[0] == '\n' {
			_, _ = o.in.Discard(1) // it was there a moment ago
		}
	}
	packings := 0
	for _, name := range o.of {
		if strings.HasSuffix(name, "Decode") {
			packings++
		}
	}
	predicted := slices.Contains(o.of, "Predictor")
	o.of = o.of[:0]
	if packings == 0 {
		return nil // its names stand in clear
	}
	if packings > 1 || predicted {
		return unreadable()
	}
	unpacked, err := zlib.NewReader(o.in)
	if err != nil {
		return unreadable()
	}
	inside := &names{}
	n, err := io.Copy(inside, io.LimitReader(unpacked, o.left))
	o.left -= n
	var refusal *fault.Fault
	switch {
	case errors.As(err, &refusal):
		return err // the sending itself ended
	case err != nil || o.left <= 0:
		return unreadable()
	}
	inside.next(' ')
	o.found.add(inside.found)
	return nil
}

func unreadable() error {
	return refused("El PDF está escrito de una forma que no se puede revisar. Ábralo, imprímalo como PDF nuevo y elija ese.")
}

// tail remembers the last bytes that passed.
type tail struct{ bytes []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.bytes = append(t.bytes, p[max(0, len(p)-lastBytes):]...)
	if over := len(t.bytes) - lastBytes; over > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[over:]...)
	}
	return len(p), nil
}

func (t *tail) has(text string) bool { return bytes.Contains(t.bytes, []byte(text)) }
