package agenda

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/sorting"
	"hampi/views"
)

// sheet is a grid ready to draw: every card, block and free hour with its rows and columns as classes.
type sheet struct {
	FirstHour int // of the clock, in the clinic's zone
	Hours     int
	Zoom      int // 1: 72 px an hour at the desk, 2: 96, 3: 144
	Columns   []sheetColumn
	NowRow    int // rows of five minutes from the top; -1 on another day
	StartRow  int // where the screen opens: one hour before now
	FreeTotal int
}

// sheetColumn is one professional's day, or one day of a week.
type sheetColumn struct {
	ID       string // unique on the page
	Doctor   uuid.UUID
	Date     Date
	Title    string
	Subtitle string
	Initials string
	Today    bool
	Load     int // of ten; how much of the worked time is promised
	Off      bool
	Closed   string
	Blocks   []sheetBlock
	Items    []sheetItem
	Hidden   int // cancelled cards that would only crowd the column
}

// sheetBlock is a stretch that is not worked.
type sheetBlock struct {
	ID    uuid.UUID // zero for hours nobody works
	Label string
	Class string
	Mine  bool // may be removed one by one
}

// sheetItem is a card or a free hour; the keyboard walks them in this order.
type sheetItem struct {
	Card  *Card
	Free  *freeHour
	Class string
	Small bool // room for one line only
	Row   int
}

// freeHour is a place where somebody can be booked.
type freeHour struct {
	Doctor uuid.UUID
	Start  time.Time // in the clinic's zone
	End    time.Time
	Next   bool // the first of its column: shown stronger
}

const (
	rowMinutes   = 5
	rowsPerHour  = 60 / rowMinutes
	usualLength  = 30 * time.Minute
	shortestFree = 10 * time.Minute
	dayFrom      = 8 // what an empty day shows
	dayTo        = 18
)

// layout lays a grid out. zoom 0 takes the scale that the shortest card needs; book offers free hours.
func layout(g Grid, zoom int, book bool) sheet {
	s := sheet{NowRow: -1, Zoom: zoom}
	if s.Zoom < 1 || s.Zoom > 3 {
		s.Zoom = scaleFor(g.Columns)
	}
	s.FirstHour, s.Hours = span(g)
	for _, c := range g.Columns {
		s.Columns = append(s.Columns, s.column(c, g, book))
	}
	if !g.Today.Before(g.From) && !g.To.Before(g.Today) {
		s.NowRow = s.row(g.Now)
		s.StartRow = max(0, s.NowRow-rowsPerHour)
		if s.NowRow < 0 || s.NowRow >= s.Hours*rowsPerHour {
			s.NowRow, s.StartRow = -1, 0
		}
	}
	for _, c := range s.Columns {
		for _, i := range c.Items {
			if i.Free != nil {
				s.FreeTotal++
			}
		}
	}
	return s
}

// withoutIdleSunday leaves a week's Sunday out when nobody works and nobody comes.
func (s *sheet) withoutIdleSunday() {
	s.Columns = slices.DeleteFunc(s.Columns, func(c sheetColumn) bool {
		return c.Date.Weekday() == time.Sunday && c.Off && len(c.Items) == 0
	})
}

// scaleFor finds the scale at which the shortest booking is 24 px tall.
func scaleFor(columns []Column) int {
	shortest := 24 * time.Hour
	for _, c := range columns {
		for _, card := range c.Cards {
			if card.Status != Cancelled {
				shortest = min(shortest, card.Duration())
			}
		}
	}
	switch {
	case shortest < 15*time.Minute:
		return 3
	case shortest < 20*time.Minute:
		return 2
	}
	return 1
}

// span is the first hour to draw and how many.
func span(g Grid) (first, hours int) {
	from, to := 24*60, 0
	stretch := func(start, end time.Time) {
		a, b := minuteOf(start, g.Zone), minuteOf(end, g.Zone)
		if b <= a {
			b = 24 * 60
		}
		from, to = min(from, a), max(to, b)
	}
	for _, c := range g.Columns {
		for _, o := range c.Open {
			stretch(o.Start, o.End)
		}
		for _, card := range c.Cards {
			stretch(card.StartTime, card.EndTime)
		}
		for _, e := range c.Blocks {
			if e.Kind == BlockKind && DateOf(e.StartTime, g.Zone) == c.Date && DateOf(e.EndTime.Add(-1), g.Zone) == c.Date {
				stretch(e.StartTime, e.EndTime) // hours taken away at the day's end are still hours of the day
			}
		}
	}
	if to == 0 {
		return dayFrom, dayTo - dayFrom
	}
	first = from / 60
	return first, max((to+59)/60-first, 4)
}

func minuteOf(t time.Time, zone *time.Location) int {
	local := t.In(zone)
	return local.Hour()*60 + local.Minute()
}

// row counts five minutes from the top of the sheet.
func (s sheet) row(local time.Time) int {
	return (local.Hour()*60 + local.Minute() - s.FirstHour*60) / rowMinutes
}

// place is the class of a stretch of the day: "f-12 d-6".
func (s sheet) place(start, end time.Time, zone *time.Location) string {
	from := min(max(s.row(start.In(zone)), 0), s.Hours*rowsPerHour-1)
	rows := int((end.Sub(start) + (rowMinutes*time.Minute - 1)) / (rowMinutes * time.Minute))
	rows = min(max(rows, 1), s.Hours*rowsPerHour-from)
	return "f-" + strconv.Itoa(from) + " d-" + strconv.Itoa(rows)
}

func (s sheet) column(c Column, g Grid, book bool) sheetColumn {
	col := sheetColumn{
		ID: c.Doctor.ID.String() + "-" + c.Date.String(), Doctor: c.Doctor.ID, Date: c.Date, Title: c.Doctor.DisplayName(),
		Subtitle: c.Doctor.SpecialtyLabel(), Initials: views.InitialsOf(c.Doctor.Name), Today: c.Date == g.Today,
		Closed: c.Closed, Off: len(c.Open) == 0,
	}
	if c.Worked > 0 {
		col.Load = min((c.Promised*10+c.Worked-1)/c.Worked, 10)
	}
	col.Blocks = s.blocks(c, g)
	cards, hidden := seen(c.Cards)
	col.Hidden = hidden
	var free []freeHour
	if book && !c.Date.Before(g.Today) {
		free = freeHours(c, cards, g)
	}
	col.Items = s.items(cards, free, g.Zone)
	return col
}

// items lays cards and free hours out together, by start: a free hour under a cancelled card stands beside it.
func (s sheet) items(cards []Card, free []freeHour, zone *time.Location) []sheetItem {
	items := make([]sheetItem, 0, len(cards)+len(free))
	for i := range cards {
		items = append(items, sheetItem{Card: &cards[i], Small: s.small(cards[i].Duration())})
	}
	for i := range free {
		items = append(items, sheetItem{Free: &free[i]})
	}
	sorting.By(items, func(a, b sheetItem) int { return a.span().Start.Compare(b.span().Start) })
	spans := make([]Span, len(items))
	for i, item := range items {
		spans[i] = item.span()
	}
	lanes := arrange(spans)
	for i := range items {
		items[i].Row = s.row(spans[i].Start.In(zone))
		items[i].Class = strings.TrimSpace(s.place(spans[i].Start, spans[i].End, zone) + " " + lanes[i])
	}
	return items
}

// cards are a column's items without the free hours.
func (c sheetColumn) cards() []Card {
	var list []Card
	for _, i := range c.Items {
		if i.Card != nil {
			list = append(list, *i.Card)
		}
	}
	return list
}

func (i sheetItem) span() Span {
	if i.Card != nil {
		return Span{i.Card.StartTime, i.Card.EndTime}
	}
	return Span{i.Free.Start, i.Free.End}
}

// small reports whether a card has room for one line only.
func (s sheet) small(d time.Duration) bool {
	pixels := map[int]float64{1: 72, 2: 96, 3: 144}[s.Zoom]
	return d.Hours()*pixels < 32
}

// seen leaves out cancelled cards that lie under others: they would only crowd the column.
func seen(cards []Card) (shown []Card, hidden int) {
	for _, c := range cards {
		crowds := c.Status == Cancelled && slices.ContainsFunc(cards, func(o Card) bool {
			return o.Status != Cancelled && (Span{c.StartTime, c.EndTime}).overlaps(Span{o.StartTime, o.EndTime})
		})
		if crowds {
			hidden++
			continue
		}
		shown = append(shown, c)
	}
	return shown, hidden
}

// arrange puts what overlaps, sorted by start, beside one another: a class "p-1-2" for each, empty for the whole width.
func arrange(spans []Span) []string {
	classes := make([]string, len(spans))
	for from := 0; from < len(spans); {
		to, end := from+1, spans[from].End
		for to < len(spans) && spans[to].Start.Before(end) {
			end = later(end, spans[to].End)
			to++
		}
		lanes, count := lanesOf(spans[from:to])
		for i, lane := range lanes {
			if count > 1 {
				classes[from+i] = "p-" + strconv.Itoa(min(lane, 3)+1) + "-" + strconv.Itoa(min(count, 4))
			}
		}
		from = to
	}
	return classes
}

// lanesOf gives each of a group the first lane that is free.
func lanesOf(spans []Span) (lanes []int, count int) {
	var ends []time.Time
	for _, s := range spans {
		lane := slices.IndexFunc(ends, func(end time.Time) bool { return !s.Start.Before(end) })
		if lane < 0 {
			lane = len(ends)
			ends = append(ends, time.Time{})
		}
		ends[lane] = s.End
		lanes = append(lanes, lane)
	}
	return lanes, len(ends)
}

// blocks are the stretches with a reason (refrigerio, ausente, feriado), cut to the sheet.
func (s sheet) blocks(c Column, g Grid) []sheetBlock {
	top, bottom := c.Date.At(s.FirstHour*60, g.Zone), c.Date.At((s.FirstHour+s.Hours)*60, g.Zone)
	if c.Closed != "" && len(c.Open) == 0 {
		return []sheetBlock{{Label: c.Closed, Class: s.place(top, bottom, g.Zone)}}
	}
	var blocks []sheetBlock
	for _, e := range c.Blocks {
		start, end := later(e.StartTime, top), e.EndTime
		if end.After(bottom) {
			end = bottom
		}
		if end.After(start) {
			blocks = append(blocks, sheetBlock{ID: e.ID, Label: e.Label(), Class: s.place(start, end, g.Zone), Mine: e.Kind == BlockKind})
		}
	}
	return blocks
}

// hourMarks are the hours written at the left.
func (s sheet) hourMarks() []hourMark {
	marks := make([]hourMark, s.Hours)
	for i := range marks {
		marks[i] = hourMark{Text: strconv.Itoa(s.FirstHour+i) + ":00", Class: "f-" + strconv.Itoa(i*rowsPerHour)}
	}
	return marks
}

type hourMark struct{ Text, Class string }

// classes of the grid: its columns and its scale.
func (s sheet) classes() string {
	names := "dia dia-ancho dia-" + strconv.Itoa(min(max(len(s.Columns), 1), 12))
	if s.Zoom > 1 {
		names += " zoom-" + strconv.Itoa(s.Zoom)
	}
	return names
}

func (s sheet) height() string { return "horas-" + strconv.Itoa(min(s.Hours, 24)) }
