package agenda

import (
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/views"
)

// board is the agenda's region ready to draw: it answers the page, each poll and each change made on it.
type board struct {
	At       address
	Grid     Grid
	Sheet    sheet
	Days     []DayLoad // month only
	Lost     []lost    // por reprogramar
	Owing    []owing   // por cobrar
	Detail   *detail   // of the selected card
	Refusal  *refusal  // why the last wish was not granted
	Who      access.Identity
	CanBook  bool
	CanBlock bool
	Notes    bool      // who attends writes a note, which ends it
	Shown    uuid.UUID // the column that phones show
}

// lost is an appointment that lost its place while a device was offline, with hours to offer.
type lost struct {
	Card Card
	Free []Slot
}

// refusal says why something was not done, and which hours are free instead.
type refusal struct {
	Text    string
	Card    uuid.UUID
	Free    []Slot
	Version int64
}

// newBoard lays out what was read for whoever asks.
func newBoard(at address, g Grid, who access.Identity) board {
	b := board{At: at, Grid: g, Who: who, CanBook: who.Can(accounts.AgendaBook), CanBlock: who.Can(accounts.AgendaBlock)}
	b.At.Date = g.From
	if at.View == weekView && !at.Date.IsZero() {
		b.At.Date = at.Date
	}
	b.Sheet = layout(g, at.Zoom, b.CanBook)
	if at.View == weekView {
		b.Sheet.withoutIdleSunday()
	}
	b.Shown = b.shownColumn(who)
	return b
}

// shownColumn is the column for a narrow screen: the chosen one, one's own, else the first.
func (b board) shownColumn(who access.Identity) uuid.UUID {
	for _, wanted := range []uuid.UUID{b.At.Column, who.MembershipID} {
		for _, c := range b.Sheet.Columns {
			if c.Doctor == wanted {
				return wanted
			}
		}
	}
	if len(b.Sheet.Columns) > 0 {
		return b.Sheet.Columns[0].Doctor
	}
	return uuid.Nil
}

// heading is the date, or the week or month, in words.
func (b board) heading() string {
	today := b.Grid.Today.In(b.Grid.Zone)
	switch b.At.View {
	case weekView:
		from, to := b.Grid.From.In(b.Grid.Zone), b.Grid.To.In(b.Grid.Zone)
		return "Semana del " + views.DayMonth(from, today) + " al " + views.DayMonth(to, today)
	case monthView:
		return views.MonthYear(b.At.Date.In(b.Grid.Zone))
	}
	return views.LongDay(b.At.Date.In(b.Grid.Zone), today)
}

// shortHeading is heading for a narrow screen.
func (b board) shortHeading() string {
	today := b.Grid.Today.In(b.Grid.Zone)
	switch b.At.View {
	case dayView:
		return views.ShortDay(b.At.Date.In(b.Grid.Zone), today)
	case weekView:
		return views.DayMonth(b.Grid.From.In(b.Grid.Zone), today) + " – " + views.DayMonth(b.Grid.To.In(b.Grid.Zone), today)
	}
	return b.heading()
}

// totals is what stands beside the date.
func (b board) totals() string {
	if b.At.View != monthView {
		return totalsText(b.Grid.Totals)
	}
	n := 0
	for _, d := range b.Days {
		n += d.Count
	}
	return views.Plural(n, "cita", "citas")
}

// besides reports whether what lost its place may keep its hour beside whoever has it.
func (b board) besides(l lost) bool {
	return b.Who.Can(accounts.AgendaOverbook) && !DateOf(l.Card.StartTime, b.Grid.Zone).Before(b.Grid.Today)
}

// slot is where the appointment stands, as a free hour is written.
func (c Card) slot() Slot {
	return Slot{StartTime: c.StartTime, EndTime: c.EndTime, DoctorID: c.DoctorID, SiteID: c.SiteID}
}

// lostWords say why an appointment waits for another hour.
func (b board) lostWords(l lost) string {
	hour := views.ShortDayTime(l.Card.StartTime.In(b.Grid.Zone), b.Grid.Now)
	if DateOf(l.Card.StartTime, b.Grid.Zone) == b.Grid.Today {
		hour = "las " + views.Clock(l.Card.StartTime.In(b.Grid.Zone))
	}
	return "Su hora (" + hour + ") ya estaba tomada cuando volvió la conexión."
}

// holiday names the day's holiday; empty on working days.
func (b board) holiday() string {
	if b.At.View != dayView {
		return ""
	}
	return holidayOn(b.At.Date)
}

func (b board) views() []views.NavItem {
	return []views.NavItem{
		{Label: "Día", Href: b.At.as(dayView).href(), Key: "1", Current: b.At.View == dayView},
		{Label: "Semana", Href: b.At.as(weekView).href(), Key: "2", Current: b.At.View == weekView},
		{Label: "Mes", Href: b.At.as(monthView).href(), Key: "3", Current: b.At.View == monthView},
	}
}

// stepName names the arrows: "Día anterior".
func (b board) stepName(n int) string {
	names := map[string][2]string{
		dayView: {"Día anterior", "Día siguiente"}, weekView: {"Semana anterior", "Semana siguiente"}, monthView: {"Mes anterior", "Mes siguiente"},
	}[b.At.View]
	if n < 0 {
		return names[0]
	}
	return names[1]
}

func (b board) doctorOptions() []views.Option {
	var options []views.Option
	for _, m := range b.Grid.Doctors {
		options = append(options, views.Option{Value: m.ID.String(), Label: m.DisplayName()})
	}
	return options
}
