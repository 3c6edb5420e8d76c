//go:build !js

package paper

// Heading stands over what follows, and never alone at the end of a page. A small one is a section of a section.
type Heading struct {
	Text  string
	Small bool
}

func (h Heading) draw(s *sheet) {
	st := style{size: headingSize, bold: true}
	if h.Small {
		st.size = bodySize
	}
	s.room(gap + lineHeight(st.size) + 3*lineHeight(bodySize))
	s.y += gap / 2
	s.flow(h.Text, st, s.margin, s.inner())
	s.y += gap / 3
}

// Paragraph is running text; its own line ends stay.
type Paragraph struct {
	Text  string
	Bold  bool
	Small bool
	// Centred puts each line in the middle.
	Centred bool
}

func (p Paragraph) draw(s *sheet) {
	st := style{size: bodySize, bold: p.Bold}
	if p.Small {
		st.size, st.grey = smallSize, true
	}
	if p.Centred {
		st.align = centred
	}
	s.flow(p.Text, st, s.margin, s.inner())
	s.y += gap / 2
}

// Item is one thing of a list with what is said of it: both stand on one page, as long as a page holds them.
type Item struct{ Title, Text string }

func (i Item) draw(s *sheet) {
	lines := len(s.lines(i.Title, style{size: bodySize, bold: true}, s.inner())) + len(s.lines(i.Text, style{size: bodySize}, s.inner()))
	s.room(float64(lines)*lineHeight(bodySize) + gap)
	Paragraph{Text: i.Title, Bold: true}.draw(s)
	Paragraph{Text: i.Text}.draw(s)
}

// Fact is one thing with its name.
type Fact struct{ Label, Value string }

// Facts are names at the left and what they are at the right. One without a value is left out.
type Facts []Fact

func (f Facts) draw(s *sheet) {
	label, value := style{size: smallSize, grey: true}, style{size: bodySize}
	side := s.inner() * 0.28
	if s.doc.Size == Ticket {
		value.size, side = cellSize, s.inner()*0.34
	}
	for _, fact := range f {
		if fact.Value == "" {
			continue
		}
		names := s.lines(fact.Label, label, side-2)
		s.room(max(lineHeight(value.size), float64(len(names))*lineHeight(smallSize)))
		page, end := s.pdf.PageNo(), s.y+lineHeight(value.size)-lineHeight(smallSize)
		for _, line := range names {
			end = s.put(line, label, s.margin, end, side-2)
		}
		s.flow(fact.Value, value, s.margin+side, s.inner()-side)
		if s.pdf.PageNo() == page {
			s.y = max(s.y, end)
		}
		s.y += 0.6
	}
	s.y += gap / 2
}

// Sum is an amount with its name.
type Sum struct {
	Label, Amount string
	Bold          bool
}

// Sums are names with their amounts below one another at the right; on a ticket they go from edge to edge.
type Sums []Sum

func (p Sums) draw(s *sheet) {
	const amount = 26.0
	width := s.inner() * 0.5
	if s.doc.Size == Ticket {
		width = s.inner()
	}
	from := s.right() - width
	for _, sum := range p {
		label, value := style{size: cellSize, bold: sum.Bold}, style{size: cellSize, bold: sum.Bold, align: toRight}
		names := s.lines(sum.Label, label, width-amount)
		s.room(float64(max(1, len(names))) * lineHeight(cellSize))
		end := s.writeOne(sum.Amount, value, s.right()-amount, s.y, amount)
		for _, line := range names {
			s.y = s.put(line, label, from, s.y, width-amount)
		}
		s.y = max(s.y, end)
	}
	s.y += gap / 2
}

// Column is one of a table. Share is how wide it is beside the others, 0 is 1; numbers stand at the right.
type Column struct {
	Label string
	Share float64
	Right bool
}

// Table repeats its head on every page. A row that fits on a page is not cut.
type Table struct {
	Columns []Column
	Rows    [][]string
}

const (
	cellSize = 9.0
	cellPad  = 1.2
)

func (t Table) draw(s *sheet) {
	if len(t.Columns) == 0 {
		return
	}
	widths := t.widths(s.inner())
	var labels []string
	for _, c := range t.Columns {
		labels = append(labels, c.Label)
	}
	head := t.cells(s, labels, widths, style{size: smallSize, bold: true})
	first := tallest(head)
	if len(t.Rows) > 0 {
		first += tallest(t.cells(s, t.Rows[0], widths, style{size: cellSize}))
	}
	s.room(min(first, s.bottom()-s.top()))
	t.row(s, head, widths, style{size: smallSize, bold: true})
	for _, row := range t.Rows {
		cells := t.cells(s, row, widths, style{size: cellSize})
		page := s.pdf.PageNo()
		s.room(tallest(cells))
		if s.pdf.PageNo() != page {
			t.row(s, head, widths, style{size: smallSize, bold: true})
		}
		t.row(s, cells, widths, style{size: cellSize})
	}
	s.y += gap
}

func (t Table) widths(whole float64) []float64 {
	all := 0.0
	for _, c := range t.Columns {
		all += c.share()
	}
	var widths []float64
	for _, c := range t.Columns {
		widths = append(widths, whole*c.share()/all)
	}
	return widths
}

func (c Column) share() float64 {
	if c.Share <= 0 {
		return 1
	}
	return c.Share
}

func (t Table) cells(s *sheet, row []string, widths []float64, st style) [][]string {
	cells := make([][]string, len(widths))
	for i := range min(len(row), len(widths)) {
		cells[i] = s.lines(row[i], st, widths[i]-2*cellPad)
	}
	return cells
}

// tallest is the height of a row.
func tallest(cells [][]string) float64 {
	most := 1
	for _, lines := range cells {
		most = max(most, len(lines))
	}
	return float64(most)*lineHeight(cellSize) + 2*cellPad
}

// row draws lines side by side; one that is higher than a page goes on on the next.
func (t Table) row(s *sheet, cells [][]string, widths []float64, st style) {
	most := 1
	for _, lines := range cells {
		most = max(most, len(lines))
	}
	s.y += cellPad
	for n := range most {
		s.room(lineHeight(cellSize))
		x := s.margin
		for i, lines := range cells {
			if n < len(lines) {
				st.align = toLeft
				if t.Columns[i].Right {
					st.align = toRight
				}
				s.put(lines[n], st, x+cellPad, s.y, widths[i]-2*cellPad)
			}
			x += widths[i]
		}
		s.y += lineHeight(cellSize)
	}
	s.y += cellPad
	s.pdf.SetDrawColor(205, 205, 205)
	s.pdf.SetLineWidth(0.15)
	s.pdf.Line(s.margin, s.y, s.right(), s.y)
}

// Rule is a line across.
type Rule struct{}

func (Rule) draw(s *sheet) {
	s.room(3 * gap)
	s.y += gap / 2
	s.rule()
}

// Break goes on on a new page.
type Break struct{}

func (Break) draw(s *sheet) { s.addPage() }
