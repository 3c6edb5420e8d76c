//go:build !js

package paper

// Measures of a ticket in millimetres: the rolls of cash desks are 80 wide, of which their heads print 72.
const (
	ticketWidth   = 80.0
	ticketMargin  = 4.0
	longestTicket = 5000.0 // as far as a page of a PDF goes
)

// ticketHead is the letterhead in the middle of a roll: picture, clinic, what the document is.
func (s *sheet) ticketHead() {
	if len(s.doc.Clinic.Logo) > 0 {
		w, h := s.measure(s.doc.Clinic.Logo, 40, 16)
		s.place(s.doc.Clinic.Logo, (s.width-w)/2, s.y, 40, 16)
		s.y += h + gap/2
	}
	s.middle(s.doc.Clinic.Name, style{size: bodySize, bold: true})
	for _, line := range s.doc.Clinic.Lines {
		s.middle(line, style{size: smallSize})
	}
	s.y += gap / 2
	s.rule()
	s.middle(s.doc.Title, style{size: bodySize, bold: true})
	s.middle(s.doc.Date, style{size: bodySize, bold: true})
	s.y += gap / 2
	s.rule()
}

// middle writes text in the middle of the page.
func (s *sheet) middle(text string, st style) {
	st.align = centred
	s.y = s.write(text, st, s.margin, s.y, s.inner())
}
