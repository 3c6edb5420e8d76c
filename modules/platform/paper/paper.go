//go:build !js

// Package paper makes PDF documents: what is kept or sent. What is printed at the desk is a page, not this.
//
// A document is a head that stands on every page and blocks one after the other. Blocks break over pages by themselves,
// and the same document made twice is the same bytes, so that its hash can be kept.
package paper

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Size is that of the sheet, upright.
type Size int

// The sizes in use: A5 for prescriptions, a ticket for the roll of a cash desk, A4 for everything else.
const (
	A4 Size = iota
	A5
	Ticket // 80 mm wide and as long as what stands on it, all in black
)

// Document is everything that a PDF says.
type Document struct {
	Size    Size
	Title   string // "Receta", at the head and in the file's properties
	Date    string // as it is printed, beside the title
	Clinic  Letterhead
	Person  string    // whom it is about, bold on every page
	About   string    // age, document, record number, on the same line
	Foot    string    // small, beside the number of the page
	Created time.Time // in the file's properties
	Blocks  []Block
}

// Letterhead is who issues the document.
type Letterhead struct {
	Name  string
	Lines []string // RUC, address, phone
	Logo  []byte   // JPEG, PNG or WebP; nil without
}

// Block is a piece of a document: Heading, Paragraph, Facts, Sums, Table, Picture, Signature, Signatures, Code, Rule
// or Break.
type Block interface{ draw(s *sheet) }

// Write makes the PDF. It fails for a picture that cannot be opened and for a code too long to be one; nothing of the
// document has been written then.
func Write(w io.Writer, d Document) error {
	s := newSheet(d, longestTicket)
	s.drawAll()
	if d.Size == Ticket && s.err == nil { // now its length is known
		s = newSheet(d, s.y+s.margin)
		s.drawAll()
	}
	if s.err != nil {
		return fmt.Errorf("make the document %q: %w", d.Title, s.err)
	}
	s.numberPages()
	var out bytes.Buffer
	if err := s.pdf.Output(&out); err != nil {
		return fmt.Errorf("write the document %q: %w", d.Title, err)
	}
	if _, err := w.Write(withoutAttachments(out.Bytes())); err != nil {
		return fmt.Errorf("write the document %q: %w", d.Title, err)
	}
	return nil
}

// noAttachments is the empty list of attached files that the library writes into every document.
const noAttachments = "/EmbeddedFiles << /Names [\n  \n] >>"

// withoutAttachments blanks that list: whoever looks at what a document does, as platform/files, would take it for one
// that carries files. No byte moves.
func withoutAttachments(document []byte) []byte {
	if at := bytes.LastIndex(document, []byte(noAttachments)); at >= 0 {
		copy(document[at:], bytes.Repeat([]byte{' '}, len(noAttachments)))
	}
	return document
}

// newPDF is an empty file with the house's two fonts; length is that of a ticket, in millimetres.
func newPDF(d Document, length float64) *fpdf.Fpdf {
	var pdf *fpdf.Fpdf
	switch d.Size {
	case A5:
		pdf = fpdf.New("P", "mm", "A5", "")
	case Ticket:
		pdf = fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: fpdf.SizeType{Wd: ticketWidth, Ht: length}})
	default:
		pdf = fpdf.New("P", "mm", "A4", "")
	}
	pdf.AddUTF8FontFromBytes(family, "", goregular.TTF)
	pdf.AddUTF8FontFromBytes(family, "B", gobold.TTF)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(d.Created.UTC())
	pdf.SetModificationDate(d.Created.UTC())
	pdf.SetTitle(d.Title, true)
	pdf.SetAuthor(d.Clinic.Name, true)
	pdf.SetProducer("Hampi", true)
	pdf.SetLang("es-PE")
	return pdf
}

const family = "go"
