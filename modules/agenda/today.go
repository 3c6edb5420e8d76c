package agenda

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/views"
)

// todayPage is today as a list: a doctor's own, or a site's.
type todayPage struct {
	List     TodayList
	Mine     bool
	Notes    bool   // who attends writes a note, which ends it
	NextFree string // "12:30"; empty when nothing is free today
	Who      access.Identity
	Refusal  *refusal
	Chosen   uuid.UUID     // the appointment that somebody asked for; zero: whoever is next
	Beside   *todaySummary // nil when nobody is in attention or waits, and nobody was asked for
}

// todaySummary is the patient beside the list: who it is, this appointment, those before and to come. Nothing clinical.
type todaySummary struct {
	detail
	Person string // "34 años · DNI 99345678 · 962 555 031"
	Coming []Card
	Past   []Card
}

// selected is the appointment to tell beside the list: the one asked for, else who is in attention, else who waits longest.
func (p todayPage) selected() (Card, bool) {
	l := p.List
	for _, group := range [][]Card{l.Current, l.Waiting, l.Next, l.Done, l.Missed} {
		if i := slices.IndexFunc(group, func(c Card) bool { return c.ID == p.Chosen }); i >= 0 {
			return group[i], true
		}
	}
	if first := slices.Concat(l.Current, l.Waiting); len(first) > 0 {
		return first[0], true
	}
	return Card{}, false
}

// asked reports whether the summary is of the appointment that somebody chose.
func (p todayPage) asked() bool { return p.Beside != nil && p.Beside.ID == p.Chosen }

// shown reports whether the appointment's patient stands beside the list.
func (p todayPage) shown(c Card) bool { return p.Beside != nil && p.Beside.ID == c.ID }

// toToday leads to the list with an appointment beside it; the zero id to the list alone.
func toToday(id uuid.UUID) templ.Attributes {
	href := "/hoy"
	if id != uuid.Nil {
		href += "?cita=" + id.String()
	}
	return templ.Attributes{"href": href, "hx-get": href, "hx-target": "#agenda", "hx-swap": "outerHTML", "hx-replace-url": "true"}
}

// line is one appointment of the list.
type todayLine struct {
	Card
	Main *act // the next thing in the visit
	Rest []act
}

// lineOf finds what to offer at an appointment: the next thing as a button, the rest behind ⋯.
func (p todayPage) line(c Card) todayLine {
	l := todayLine{Card: c}
	offered := actsFor(c.Appointment, p.Who, p.List.Now, p.List.Zone)
	if p.Notes {
		offered = withNotes(offered, c.Appointment, p.Who)
	}
	for _, x := range offered {
		if l.Main == nil && p.leads(x, c) {
			l.Main = &x
			continue
		}
		l.Rest = append(l.Rest, x)
	}
	return l
}

// leads reports whether the act is what this person does next: whoever attends takes who waits, the desk lets in.
func (p todayPage) leads(x act, c Card) bool {
	if p.Who.Can(accounts.AgendaAttend) {
		return c.InWaitingRoom() && x.Step == step(InProgress) || c.Status == InProgress && x.Step == step(Completed)
	}
	return x.Step == Arrival || x.Goes
}

// summary is what stands under the date: "11 citas · 2 atendidas · siguiente libre 12:30".
func (p todayPage) summary() string {
	if p.NextFree == "" {
		return totalsText(p.List.Totals)
	}
	words := []string{views.Plural(p.List.Totals.All, "cita", "citas")}
	if n := p.List.Totals.ByStatus[Completed]; n > 0 {
		words = append(words, views.Plural(n, "atendida", "atendidas"))
	}
	return join(append(words, "siguiente libre "+p.NextFree), " · ")
}

// poll is where the page asks for what changed.
func (p todayPage) poll() string {
	path := "/hoy/cambios?desde=" + strconv.FormatInt(p.List.Changes, 10)
	if p.Chosen != uuid.Nil {
		path += "&cita=" + p.Chosen.String()
	}
	return path
}

// empty reports whether nothing at all is promised today.
func (p todayPage) empty() bool {
	return len(p.List.Current)+len(p.List.Waiting)+len(p.List.Next)+len(p.List.Done)+len(p.List.Missed) == 0
}

// second is the second line of an appointment: its service, and with whom where several work.
func (p todayPage) second(c Card) string {
	words := []string{c.kind()}
	if !p.Mine {
		words = append(words, shortDoctor(c.Doctor))
	}
	return join(words, " · ")
}

func join(words []string, with string) string {
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	text := ""
	for i, w := range words {
		if i > 0 {
			text += with
		}
		text += w
	}
	return text
}

// viewFor is whose list it is: a doctor's own, else the site's.
func viewFor(who access.Identity) (v View, mine bool) {
	if who.Can(accounts.AgendaAttend) {
		return View{Doctors: []uuid.UUID{who.MembershipID}}, true
	}
	return View{Site: who.SiteID}, false
}

// pill is a line's state with the minutes of who waits.
func (c Card) waitText() string {
	if c.InWaitingRoom() {
		return views.Minutes(c.Waited)
	}
	return ""
}
