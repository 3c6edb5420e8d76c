package agenda

import (
	"strings"
	"time"

	"hampi/modules/accounts"
	"hampi/views"
)

// state is what a card looks like: a clash and an arrival stand over the status.
func (c Card) state() views.State {
	switch {
	case c.NeedsReschedule && c.Status.Pending():
		return views.Clash
	case c.InWaitingRoom():
		return views.Arrived
	}
	return views.State(c.Status)
}

// note is the bold beginning of a card's second line.
func (c Card) note(zone *time.Location) string {
	switch {
	case c.state() == views.Clash:
		return "Hora tomada sin conexión"
	case c.InWaitingRoom():
		return "espera " + views.Minutes(c.Waited)
	case c.Status == InProgress && !c.since().IsZero():
		return "desde " + views.Clock(c.since().In(zone))
	}
	return ""
}

// since is when the appointment got its status; zero when nobody noted it.
func (c Card) since() time.Time { return c.FieldClock[StatusGroup].At }

// kind is the rest of the second line.
func (c Card) kind() string {
	words := []string{}
	if c.Service != "" {
		words = append(words, c.Service)
	}
	if c.Overbooked {
		words = append(words, "sobreturno")
	}
	if c.FirstVisit {
		words = append(words, "1.ª vez")
	}
	return strings.Join(words, ", ")
}

// spoken is a card in one sentence, for screen readers.
func (c Card) spoken(zone *time.Location) string {
	text := views.Clock(c.StartTime.In(zone)) + " " + c.Patient
	if kind := c.kind(); kind != "" {
		text += ", " + kind
	}
	text += ". " + c.state().Label()
	if c.InWaitingRoom() {
		text += ", " + views.Minutes(c.Waited)
	}
	if c.Pending {
		text += ", por enviar"
	}
	return text
}

// hours writes "11:15 a 12:00".
func (c Card) hours(zone *time.Location) string {
	return views.Clock(c.StartTime.In(zone)) + " a " + views.Clock(c.EndTime.In(zone))
}

// totalsText is what stands beside the date: "42 citas · 10 atendidas · 1 no asistió".
func totalsText(t Totals) string {
	words := []string{views.Plural(t.All, "cita", "citas")}
	if n := t.ByStatus[Completed]; n > 0 {
		words = append(words, views.Plural(n, "atendida", "atendidas"))
	}
	if n := t.ByStatus[NoShow]; n > 0 {
		words = append(words, views.Plural(n, "no asistió", "no asistieron"))
	}
	return strings.Join(words, " · ")
}

// shortName is a professional in a chip: "Dra. Malpartida".
func shortName(m accounts.Member) string { return withoutFirstName(m.Title, m.Name) }

// shortDoctor is shortName for a name that has its title already.
func shortDoctor(name string) string {
	title, rest, titled := strings.Cut(name, ". ")
	if !titled {
		return withoutFirstName("", name)
	}
	return withoutFirstName(title+".", rest)
}

func withoutFirstName(title, name string) string {
	names := strings.Fields(name)
	if len(names) == 0 {
		return title
	}
	surname := names[0]
	if len(names) > 1 {
		surname = names[1]
	}
	if len(names) > 3 {
		surname = names[2]
	}
	return strings.TrimSpace(title + " " + surname)
}
