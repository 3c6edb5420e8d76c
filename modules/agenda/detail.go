package agenda

import (
	"slices"
	"strings"
	"time"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/views"
)

// act is one tap on an appointment: where it posts, what it is called, its key.
type act struct {
	Step  Step
	Path  string // below /citas/{id}/
	Label string // a verb, or what the person at the desk says
	Icon  string
	Key   string
	Done  string // the toast
	Asks  bool   // opens a dialog first
	Goes  bool   // leads to a page of its own; nothing is done here
}

// acts are all of them, in the order of a visit.
func acts() []act {
	return []act{
		{Step: Arrival, Path: "llegada", Label: "Llegó", Icon: "armchair", Key: "l", Done: "En sala"},
		{Step: step(Confirmed), Path: "confirmacion", Label: "Confirmada", Icon: "circle-check", Key: "f", Done: "Confirmada"},
		{Step: step(InProgress), Path: "atencion", Label: "Atender", Icon: "stethoscope", Key: "a", Done: "En atención"},
		{Step: step(Completed), Path: "termino", Label: "Terminar", Icon: "check-check", Key: "a", Done: "Atendida"},
		{Step: step(NoShow), Path: "inasistencia", Label: "No asistió", Icon: "user-x", Key: "x", Done: "No asistió"},
		{Step: step(Cancelled), Path: "cancelacion", Label: "Cancelar cita", Icon: "ban", Key: "delete", Done: "Cita cancelada", Asks: true},
	}
}

// actsFor are those to offer for an appointment, to this person, now.
func actsFor(a Appointment, who access.Identity, now time.Time, zone *time.Location) []act {
	offered := Offered(a, who, now, zone)
	list := slices.DeleteFunc(acts(), func(x act) bool { return !slices.Contains(offered, x.Step) })
	if triages(a, who, now, zone) {
		list = append([]act{triageAct}, list...)
	}
	return list
}

// actAt is the act of an address; the zero act for an address that is none.
func actAt(path string) act {
	for _, x := range acts() {
		if x.Path == path {
			return x
		}
	}
	return act{}
}

// main reports whether the act is the next thing in a visit, and so the filled button.
func (x act) main() bool {
	return x.Step == Arrival || x.Step == step(InProgress) || x.Step == step(Completed)
}

// detail is one appointment with everything a person may do with it.
type detail struct {
	Card
	Acts    []act
	Undo    *act // what may be taken back, because it was the last thing and happened today
	CanMove bool
	Charge  bool // leads to charging for it
	History []happening
	Zone    *time.Location
	Now     time.Time
	AsOf    time.Time // until when other people's work is known; zero while connected
}

// happening is one line of an appointment's history.
type happening struct{ When, What, Who string }

// newDetail gathers what may be done.
func newDetail(c Card, who access.Identity, now time.Time, zone *time.Location, notes bool) detail {
	acts := actsFor(c.Appointment, who, now, zone)
	if notes {
		acts = withNotes(acts, c.Appointment, who)
	}
	return detail{
		Card: c, Acts: acts, CanMove: c.Status.Pending() && who.Can(accounts.AgendaBook), Zone: zone, Now: now,
	}
}

// line is when and how long: "martes 24 de noviembre, 11:15 a 12:00 (45 min)".
func (d detail) line() string {
	return views.LongDayInText(d.StartTime.In(d.Zone), d.Now) + ", " + d.hours(d.Zone) + " (" + views.Minutes(d.Duration()) + ")"
}

func (d detail) place() string {
	return strings.Join(slices.DeleteFunc([]string{d.Resource, d.Site}, func(s string) bool { return s == "" }), " · ")
}

// keysOf are the letters that a card answers to.
func (b board) keysOf(c Card) string {
	var keys []string
	offered := actsFor(c.Appointment, b.Who, b.Grid.Now, b.Grid.Zone)
	if b.Notes {
		offered = withNotes(offered, c.Appointment, b.Who)
	}
	for _, x := range offered {
		if !x.Goes {
			keys = append(keys, x.Key+":"+x.Path)
		}
	}
	if b.movable(c) {
		keys = append(keys, "m:mover")
	}
	return strings.Join(keys, " ")
}

func (b board) movable(c Card) bool { return b.CanBook && c.Status.Pending() }
