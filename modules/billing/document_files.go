//go:build !js

package billing

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// FileKind is one of the files that the service makes of a document.
type FileKind string

// The files: the service's own print, the signed document, and SUNAT's receipt of it (constancia de recepción).
const (
	PDFFile FileKind = "pdf"
	XMLFile FileKind = "xml"
	CDRFile FileKind = "cdr"
)

// FileKinds are all of them, in the order of the page.
func FileKinds() []FileKind { return []FileKind{PDFFile, XMLFile, CDRFile} }

// Label is the file on screens.
func (k FileKind) Label() string {
	switch k {
	case PDFFile:
		return "PDF de NubeFact"
	case XMLFile:
		return "XML firmado"
	case CDRFile:
		return "CDR, constancia de SUNAT"
	}
	return string(k)
}

// of is where a link to the file stands.
func (k FileKind) of(l Links) string {
	switch k {
	case PDFFile:
		return l.PDF
	case XMLFile:
		return l.XML
	case CDRFile:
		return l.CDR
	}
	return ""
}

// DocumentFile is a file of a document: kept, or still waited for.
type DocumentFile struct {
	ID        uuid.UUID
	InvoiceID uuid.UUID
	Kind      FileKind
	Attempts  int
	NextAt    time.Time
	Reason    string // why it is not there yet
	Object    string
	SealedKey []byte
	Type      string
	Size      int64
	SHA256    []byte
	KeptAt    *time.Time
}

// Kept reports whether the file is there.
func (f DocumentFile) Kept() bool { return f.KeptAt != nil }

// GivenUp reports whether nobody asks for the file any more by itself.
func (f DocumentFile) GivenUp() bool { return !f.Kept() && f.Attempts >= mostFetches }

// mostFetches is how often a file is asked for: over two weeks, as PollAfter spaces them.
const mostFetches = 42

// The types of files that are kept.
const (
	typePDF = "application/pdf"
	typeXML = "application/xml"
	typeZIP = "application/zip"
)

// How large a file may be, in bytes; a document of 200 lines has 300 kB.
const (
	largestPDF = 8 << 20
	largestXML = 4 << 20
)

// look tells what a file is; problem says in words why it is not the one that was asked for, whatever came instead: a page
// of HTML, an empty answer, half a file, another document.
func (k FileKind) look(content []byte, n Name) (kind, problem string) {
	switch {
	case len(content) == 0:
		return "", "llegó vacío"
	case k == PDFFile && len(content) > largestPDF, k != PDFFile && len(content) > largestXML:
		return "", "es demasiado grande"
	case k == PDFFile:
		return typePDF, pdfProblem(content)
	case k == CDRFile && bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return typeZIP, zipProblem(content)
	case k == CDRFile:
		return typeXML, receiptProblem(content)
	}
	return typeXML, signedProblem(content, n)
}

func pdfProblem(content []byte) string {
	end := content[max(0, len(content)-1024):]
	if !bytes.HasPrefix(content, []byte("%PDF-")) || !bytes.Contains(end, []byte("%%EOF")) {
		return "no es un PDF completo"
	}
	return ""
}

// signedProblem: the document's own XML (UBL 2.1) with its series and number.
func signedProblem(content []byte, n Name) string {
	root, id, err := readXML(content)
	switch {
	case err != nil || root != map[Kind]string{Boleta: "Invoice", Factura: "Invoice", CreditNote: "CreditNote", DebitNote: "DebitNote"}[n.Kind]:
		return "no es el XML del comprobante"
	case !n.isWritten(id):
		return "es de otro comprobante, " + id
	}
	return ""
}

// isWritten reports whether a text is the name, with zeros before its number or without.
func (n Name) isWritten(text string) bool {
	series, digits, found := strings.Cut(text, "-")
	number, err := strconv.ParseInt(digits, 10, 64)
	return found && err == nil && series == n.Series && number == n.Number
}

func receiptProblem(content []byte) string {
	if root, _, err := readXML(content); err != nil || root != "ApplicationResponse" {
		return "no es una constancia de SUNAT"
	}
	return ""
}

// zipProblem: SUNAT itself hands its receipt over in a ZIP with one XML in it.
func zipProblem(content []byte) string {
	const not = "no es una constancia de SUNAT"
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return not
	}
	for _, f := range archive.File {
		if !strings.EqualFold(path.Ext(f.Name), ".xml") {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return not
		}
		inside, err := io.ReadAll(io.LimitReader(in, largestXML+1))
		if err = errors.Join(err, in.Close()); err != nil || len(inside) > largestXML {
			return not
		}
		return receiptProblem(inside)
	}
	return not
}

// readXML reads a file to its end: its outermost element, and the first ID right below it.
func readXML(content []byte) (root, id string, err error) {
	in := xml.NewDecoder(bytes.NewReader(content))
	in.CharsetReader = latin
	var within []string
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) && root != "" {
			return root, id, nil
		}
		if err != nil {
			return "", "", err
		}
		switch t := token.(type) {
		case xml.Directive:
			return "", "", errors.New("a document type has no place here")
		case xml.StartElement:
			if root == "" {
				root = t.Name.Local
			}
			within = append(within, t.Name.Local)
		case xml.EndElement:
			within = within[:len(within)-1]
		case xml.CharData:
			if id == "" && len(within) == 2 && within[1] == "ID" {
				id = strings.TrimSpace(string(t))
			}
		}
	}
}

// latin reads the one other character set in which SUNAT takes documents, ISO-8859-1: each byte is a sign.
func latin(charset string, from io.Reader) (io.Reader, error) {
	if !strings.EqualFold(charset, "iso-8859-1") {
		return nil, errors.New("an unknown character set")
	}
	content, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, b := range content {
		out.Write(utf8.AppendRune(nil, rune(b)))
	}
	return &out, nil
}
