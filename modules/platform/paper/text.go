//go:build !js

package paper

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

type alignment int

const (
	toLeft alignment = iota
	toRight
	centred
)

// style is how words look.
type style struct {
	size  float64
	bold  bool
	grey  bool
	align alignment
}

func lineHeight(size float64) float64 { return size * pointSize * leading }

// letters knows which signs the fonts have.
type letters struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
	known  map[rune]bool
}

func newLetters() (*letters, error) {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	return &letters{font: font, known: map[rune]bool{}}, nil
}

func (l *letters) has(r rune) bool {
	has, asked := l.known[r]
	if !asked {
		index, err := l.font.GlyphIndex(&l.buffer, r)
		has = err == nil && index != 0 && r <= 0xFFFF
		l.known[r] = has
	}
	return has
}

// plain writes text in signs that the fonts have: one that they lack becomes a box, so that it is seen to be missing.
func (l *letters) plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r != '\r' && unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn):
			return -1
		case l.has(r):
			return r
		}
		return '□'
	}, text)
}

func (s *sheet) use(st style) {
	weight := ""
	if st.bold {
		weight = "B"
	}
	s.pdf.SetFont(family, weight, st.size)
	shade := 0
	if st.grey && s.doc.Size != Ticket { // a roll is printed in black alone
		shade = 85
	}
	s.pdf.SetTextColor(shade, shade, shade)
}

func (s *sheet) widthOf(text string, st style) float64 {
	s.use(st)
	return s.pdf.GetStringWidth(s.letters.plain(text))
}

// lines breaks text to a width, at its own line ends, between words, and inside a word that is wider alone.
func (s *sheet) lines(text string, st style, width float64) []string {
	text = strings.TrimRight(s.letters.plain(text), " \n")
	if text == "" {
		return nil
	}
	s.use(st)
	space := s.pdf.GetStringWidth(" ")
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, s.wrap(paragraph, width, space)...)
	}
	return lines
}

func (s *sheet) wrap(paragraph string, width, space float64) (lines []string) {
	var line strings.Builder
	used := 0.0
	for _, word := range strings.Fields(paragraph) {
		for _, piece := range s.pieces(word, width) {
			wide := s.pdf.GetStringWidth(piece)
			if line.Len() > 0 && used+space+wide > width {
				lines = append(lines, line.String())
				line.Reset()
				used = 0
			}
			if line.Len() > 0 {
				line.WriteByte(' ')
				used += space
			}
			line.WriteString(piece)
			used += wide
		}
	}
	return append(lines, line.String())
}

// pieces cuts a word that is wider than a line.
func (s *sheet) pieces(word string, width float64) []string {
	if s.pdf.GetStringWidth(word) <= width {
		return []string{word}
	}
	var pieces []string
	var piece []rune
	used := 0.0
	for _, r := range word {
		wide := s.pdf.GetStringWidth(string(r))
		if len(piece) > 0 && used+wide > width {
			pieces, piece, used = append(pieces, string(piece)), piece[:0], 0
		}
		piece, used = append(piece, r), used+wide
	}
	return append(pieces, string(piece))
}

// write puts text at a place of this page, however many lines it takes, and returns where it ends.
func (s *sheet) write(text string, st style, x, y, width float64) float64 {
	for _, line := range s.lines(text, st, width) {
		y = s.put(line, st, x, y, width)
	}
	return y
}

// writeOne puts as much of a text as fits into one line.
func (s *sheet) writeOne(text string, st style, x, y, width float64) float64 {
	lines := s.lines(text, st, width)
	if len(lines) == 0 {
		return y + lineHeight(st.size)
	}
	return s.put(lines[0], st, x, y, width)
}

// put writes one line whose width is known to fit.
func (s *sheet) put(line string, st style, x, y, width float64) float64 {
	s.use(st)
	switch st.align {
	case toRight:
		x += width - s.pdf.GetStringWidth(line)
	case centred:
		x += (width - s.pdf.GetStringWidth(line)) / 2
	}
	if line != "" {
		s.pdf.Text(x, y+st.size*pointSize, line)
	}
	return y + lineHeight(st.size)
}

// flow writes text from the pen on, over as many pages as it takes.
func (s *sheet) flow(text string, st style, x, width float64) {
	for _, line := range s.lines(text, st, width) {
		s.room(lineHeight(st.size))
		s.y = s.put(line, st, x, s.y, width)
	}
}
