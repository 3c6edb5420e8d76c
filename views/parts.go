package views

import (
	"strconv"

	"github.com/a-h/templ"
)

// EmptyState is what a list without rows says: one sentence and one action.
type EmptyState struct {
	Icon   string
	Text   string
	Action Action
}

// State is what an appointment looks like: its six statuses, "en sala" and the
// clash of hours. The agenda decides which one holds; here it gets its words.
type State string

// The states of an appointment as the screen knows them.
const (
	Scheduled  State = "scheduled"
	Confirmed  State = "confirmed"
	Arrived    State = "arrived"
	InProgress State = "in_progress"
	Completed  State = "completed"
	NoShow     State = "no_show"
	Cancelled  State = "cancelled"
	Clash      State = "needs_reschedule"
)

type stateLook struct{ data, label, icon string }

func (s State) look() stateLook {
	switch s {
	case Confirmed:
		return stateLook{"confirmada", "Confirmada", "circle-check"}
	case Arrived:
		return stateLook{"sala", "En sala", "armchair"}
	case InProgress:
		return stateLook{"atencion", "En atención", "stethoscope"}
	case Completed:
		return stateLook{"atendida", "Atendida", "check-check"}
	case NoShow:
		return stateLook{"falto", "No asistió", "user-x"}
	case Cancelled:
		return stateLook{"cancelada", "Cancelada", "ban"}
	case Clash:
		return stateLook{"conflicto", "Por reprogramar", "triangle-alert"}
	default:
		return stateLook{"agendada", "Agendada", "circle-dashed"}
	}
}

// Data is the value of data-estado, which gives an element the state's colours.
func (s State) Data() string { return s.look().data }

// Label is the state in the clinic's word.
func (s State) Label() string { return s.look().label }

// Icon is the state's icon.
func (s State) Icon() string { return s.look().icon }

// States lists all in the order of a legend.
func States() []State {
	return []State{Scheduled, Confirmed, Arrived, InProgress, Completed, NoShow, Cancelled, Clash}
}

// Count writes a small whole number.
func Count(n int) string { return strconv.Itoa(n) }

func toneOfCount(late bool) string {
	if late {
		return "chip-aviso"
	}
	return "chip-neutro"
}

// InDialog makes a link or button load its answer into the dialog; the href
// stays, so that it works without script and in a new tab.
func InDialog(url string) templ.Attributes {
	return templ.Attributes{"hx-get": url, "hx-target": "#dialogo", "hx-swap": "innerHTML", "aria-haspopup": "dialog"}
}

func dialogAttrs(dialog bool, url string) templ.Attributes {
	if !dialog {
		return templ.Attributes{}
	}
	return InDialog(url)
}
