//go:build !js

package paper

import (
	"fmt"

	"codeberg.org/go-pdf/fpdf"
)

// Sizes of letters in points, and distances in millimetres.
const (
	bodySize    = 10.0
	smallSize   = 8.0
	headingSize = 12.0
	titleSize   = 14.0

	leading   = 1.32   // from line to line, in heights of letters
	pointSize = 0.3528 // millimetres of a point
	footSpace = 8.0
	gap       = 2.5
)

// sheet is the document while it is drawn: where the pen stands, and what is on every page.
type sheet struct {
	doc           Document
	pdf           *fpdf.Fpdf
	letters       *letters
	width, height float64
	margin        float64
	y             float64
	err           error
}

func newSheet(d Document, length float64) *sheet {
	s := &sheet{doc: d, pdf: newPDF(d, length), margin: 16}
	switch d.Size {
	case A5:
		s.margin = 11
	case Ticket:
		s.margin = ticketMargin
	}
	s.width, s.height = s.pdf.GetPageSize()
	s.letters, s.err = newLetters()
	return s
}

// drawAll draws the document to its end, or until something goes wrong.
func (s *sheet) drawAll() {
	s.addPage()
	for _, b := range s.doc.Blocks {
		if s.err != nil {
			return
		}
		b.draw(s)
	}
}

// fail keeps the first thing that went wrong.
func (s *sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *sheet) inner() float64 { return s.width - 2*s.margin }
func (s *sheet) right() float64 { return s.width - s.margin }

func (s *sheet) bottom() float64 {
	if s.doc.Size == Ticket {
		return s.height // it is cut where it ends
	}
	return s.height - s.margin - footSpace
}

// room begins a new page unless there is that much left on this one; what is higher than a page begins one too.
func (s *sheet) room(height float64) {
	if s.y+height > s.bottom() && s.y > s.top() {
		s.addPage()
	}
}

// top is where a page's content begins; known after its head was drawn.
func (s *sheet) top() float64 { return s.margin + s.headHeight() }

func (s *sheet) addPage() {
	s.pdf.AddPage()
	s.y = s.margin
	switch {
	case s.pdf.PageNo() > 1:
		s.laterHead()
	case s.doc.Size == Ticket:
		s.ticketHead()
	default:
		s.firstHead()
	}
	s.person()
}

// headHeight is what a later page's head takes; the first one's is higher, which only makes room ask once more.
func (s *sheet) headHeight() float64 {
	height := lineHeight(smallSize) + gap
	if s.doc.Person != "" {
		height += lineHeight(bodySize) + 2*gap
	}
	return height
}

// firstHead is the letterhead: logo and clinic at the left, what the document is at the right.
func (s *sheet) firstHead() {
	x, from := s.margin, s.y
	lowest := from
	if len(s.doc.Clinic.Logo) > 0 {
		w, h := s.place(s.doc.Clinic.Logo, x, from, 28, 16)
		x, lowest = x+w+3, from+h
	}
	side := s.inner() * 0.36
	end := s.write(s.doc.Clinic.Name, style{size: headingSize, bold: true}, x, from, s.right()-side-x-3)
	for _, line := range s.doc.Clinic.Lines {
		end = s.write(line, style{size: smallSize, grey: true}, x, end, s.right()-side-x-3)
	}
	title := s.write(s.doc.Title, style{size: titleSize, bold: true, align: toRight}, s.right()-side, from, side)
	title = s.write(s.doc.Date, style{size: smallSize, grey: true, align: toRight}, s.right()-side, title, side)
	s.y = max(lowest, end, title) + gap
	s.rule()
}

// laterHead says in one line what the page belongs to.
func (s *sheet) laterHead() {
	half := s.inner() / 2
	s.writeOne(s.doc.Clinic.Name, style{size: smallSize, grey: true}, s.margin, s.y, half-2)
	s.y = s.writeOne(s.doc.Title, style{size: smallSize, grey: true, align: toRight}, s.margin+half, s.y, half)
	s.rule()
}

func (s *sheet) rule() {
	s.pdf.SetDrawColor(150, 150, 150)
	s.pdf.SetLineWidth(0.2)
	s.pdf.Line(s.margin, s.y, s.right(), s.y)
	s.y += gap
}

// person names whom the page is about.
func (s *sheet) person() {
	if s.doc.Person == "" {
		return
	}
	name := style{size: bodySize, bold: true}
	about := style{size: smallSize, grey: true}
	wide := s.widthOf(s.doc.Person, name) + 3
	if aboutWide := s.widthOf(s.doc.About, about); wide+aboutWide <= s.inner() {
		s.writeOne(s.doc.About, about, s.margin+wide, s.y+lineHeight(bodySize)-lineHeight(smallSize), aboutWide+1)
		s.y = s.writeOne(s.doc.Person, name, s.margin, s.y, wide)
	} else {
		s.y = s.write(s.doc.Person, name, s.margin, s.y, s.inner())
		s.y = s.write(s.doc.About, about, s.margin, s.y, s.inner())
	}
	s.y += gap / 2
	s.rule()
}

// numberPages writes the foot of every page, now that their number is known.
func (s *sheet) numberPages() {
	if s.doc.Size == Ticket { // a roll has one
		return
	}
	pages := s.pdf.PageCount()
	for n := 1; n <= pages; n++ {
		s.pdf.SetPage(n)
		y := s.height - s.margin - lineHeight(smallSize)
		s.writeOne(s.doc.Foot, style{size: smallSize, grey: true}, s.margin, y, s.inner()*0.75)
		number := fmt.Sprintf("página %d de %d", n, pages)
		s.writeOne(number, style{size: smallSize, grey: true, align: toRight}, s.margin+s.inner()*0.75, y, s.inner()*0.25)
	}
}
