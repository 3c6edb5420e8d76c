package agenda

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Step is what a transition leads to: one of the six statuses, or Arrival, which sets arrived_at alone, or NoArrival,
// which takes it back.
type Step string

const (
	Arrival   Step = "arrived"
	NoArrival Step = "not_arrived"
)

// Transition is one row of the table below: a change that exists, and who may make it.
type Transition struct {
	From   Status
	To     Step
	May    access.Permission
	Undoes bool // Deshacer: only back to what was before, on the day it was done, and while connected
}

// Transitions is the whole table. What is not in it cannot happen.
func Transitions() []Transition {
	book, attend := accounts.AgendaBook, accounts.AgendaAttend
	return []Transition{
		{From: Scheduled, To: step(Confirmed), May: book},
		{From: Scheduled, To: Arrival, May: book},
		{From: Confirmed, To: Arrival, May: book},
		{From: Scheduled, To: step(InProgress), May: attend},
		{From: Confirmed, To: step(InProgress), May: attend},
		{From: InProgress, To: step(Completed), May: attend},
		{From: Scheduled, To: step(NoShow), May: book},
		{From: Confirmed, To: step(NoShow), May: book},
		{From: Scheduled, To: step(Cancelled), May: book},
		{From: Confirmed, To: step(Cancelled), May: book},
		{From: Scheduled, To: NoArrival, May: book, Undoes: true},
		{From: Confirmed, To: NoArrival, May: book, Undoes: true},
		{From: NoShow, To: step(Scheduled), May: book, Undoes: true},
		{From: NoShow, To: step(Confirmed), May: book, Undoes: true},
		{From: Cancelled, To: step(Scheduled), May: book, Undoes: true},
		{From: Cancelled, To: step(Confirmed), May: book, Undoes: true},
	}
}

func step(s Status) Step { return Step(s) }

// Steps are the words that a transition may name, for forms and programs.
func Steps() []Step {
	steps := []Step{Arrival}
	for _, s := range Statuses() {
		steps = append(steps, step(s))
	}
	return steps
}

// change is a wish to bring an appointment to another state, with what its rules need to know.
type change struct {
	To      Step
	Reason  string // of a cancellation
	At      time.Time
	Offline bool           // made on a device without connection
	Device  string         // which one, when it is sent later
	Op      uuid.UUID      // the operation that asked for it; zero makes one up
	Last    *Event         // what last happened to the status or arrival; nil when nothing did
	Zone    *time.Location // the clinic's, for "the same day"
	May     func(access.Permission) bool
}

// apply is the appointment after the change; unchanged when the state already holds, which is no refusal.
//
// It is refused as a conflict when the table has no such step (a late edit from a device never revives a cancelled
// appointment), as forbidden when the table gives it to others, and as invalid when a cancellation has no reason.
func apply(a Appointment, c change) (Appointment, error) {
	row, found := find(a.Status, c.To)
	if holds(a, c.To) {
		if found && !c.May(row.May) || !c.May(accounts.AgendaBook) && !c.May(accounts.AgendaAttend) {
			return a, fault.ErrForbidden
		}
		return a, nil
	}
	if !found {
		return a, impossible(a.Status, c.To)
	}
	if !c.May(row.May) {
		return a, fault.ErrForbidden
	}
	if row.Undoes && !c.takesBack(row) {
		return a, tooLate(a.Status)
	}
	if !row.Undoes && c.tooSoon(a) {
		return a, fault.Conflicted("too_soon", "La cita es otro día. Esto se anota recién ese día.")
	}
	if c.To == step(NoShow) && a.ArrivedAt != nil {
		return a, fault.Conflicted("arrived", "Ya llegó a la clínica. Deshaga la llegada para marcar que no asistió.")
	}
	if c.To == step(Cancelled) && c.Reason == "" {
		return a, fault.InvalidField("reason", "Falta el motivo de la cancelación.")
	}
	return a.moved(c), nil
}

func find(from Status, to Step) (Transition, bool) {
	for _, t := range Transitions() {
		if t.From == from && t.To == to {
			return t, true
		}
	}
	return Transition{}, false
}

func holds(a Appointment, to Step) bool {
	switch to {
	case Arrival:
		return a.ArrivedAt != nil && a.Status != Cancelled && a.Status != NoShow
	case NoArrival:
		return a.ArrivedAt == nil
	}
	return step(a.Status) == to
}

// tooSoon reports whether the change tells of a visit whose day has not come: nobody arrives, is attended or misses an
// appointment of next week.
func (c change) tooSoon(a Appointment) bool {
	switch c.To {
	case Arrival, step(InProgress), step(Completed), step(NoShow):
		return DateOf(c.At, c.Zone).Before(DateOf(a.StartTime, c.Zone))
	}
	return false
}

// takesBack reports whether the change undoes the last thing that happened, today and while connected.
func (c change) takesBack(row Transition) bool {
	if c.Offline || c.Last == nil || DateOf(c.Last.At, c.Zone) != DateOf(c.At, c.Zone) {
		return false
	}
	if row.To == NoArrival {
		return c.Last.What == Arrived
	}
	return c.Last.What == Changed && c.Last.ToStatus == row.From && step(c.Last.FromStatus) == row.To
}

func (a Appointment) moved(c change) Appointment {
	switch c.To {
	case Arrival:
		at := c.At
		a.ArrivedAt = &at
	case NoArrival:
		a.ArrivedAt = nil
	default:
		a.Status = Status(c.To)
	}
	a.CancelReason = ""
	if a.Status == Cancelled {
		a.CancelReason = c.Reason
	}
	return a
}

func impossible(from Status, to Step) error {
	if !known(to) {
		return fault.InvalidField("to", "Ese estado no existe.")
	}
	if from == Cancelled {
		return fault.Conflicted("illegal_transition", "Esta cita ya está cancelada. Reserve una nueva.")
	}
	return fault.Conflicted("illegal_transition", "La cita está como «"+from.Label()+"» y no pasa a «"+to.Label()+"».")
}

func tooLate(from Status) error {
	if from == Cancelled {
		return fault.Conflicted("illegal_transition", "Una cita cancelada se recupera solo el mismo día, tal como estaba. Reserve una nueva.")
	}
	return fault.Conflicted("illegal_transition", "Esto se deshace solo el mismo día, tal como estaba antes.")
}

func known(to Step) bool {
	if to == NoArrival {
		return true
	}
	for _, s := range Steps() {
		if s == to {
			return true
		}
	}
	return false
}

// Label is the step's name on screens.
func (s Step) Label() string {
	switch s {
	case Arrival:
		return "En sala"
	case NoArrival:
		return "Aún no llega"
	}
	return Status(s).Label()
}

// Offered are the steps to show as buttons for an appointment, in the order of a visit: what the table allows this
// person, on a day when it makes sense (arrivals, attentions and absences belong to the day of the appointment).
func Offered(a Appointment, who access.Identity, now time.Time, zone *time.Location) []Step {
	today := DateOf(a.StartTime, zone) == DateOf(now, zone)
	var steps []Step
	for _, t := range Transitions() {
		if t.From != a.Status || t.Undoes || !who.Can(t.May) || holds(a, t.To) {
			continue
		}
		if !today && (t.To == Arrival || t.To == step(InProgress)) {
			continue
		}
		if t.To == step(NoShow) && (a.ArrivedAt != nil || now.Before(a.StartTime)) {
			continue
		}
		steps = append(steps, t.To)
	}
	return steps
}
