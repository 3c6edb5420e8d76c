package agenda

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/views"
)

type templComponent = templ.Component

// inPage gives a dialog's frame the place of a page, for who comes without script.
func inPage(dialog templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		ctx = templ.WithChildren(ctx, dialog)
		return asPage().Render(ctx, w)
	})
}

func minutesText(d time.Duration) string { return strconv.Itoa(int(d / time.Minute)) }

func versionText(v int64) string { return strconv.FormatInt(v, 10) }

// happenings writes an appointment's history in words, oldest first.
func happenings(lines []Line, zone *time.Location, now time.Time) []happening {
	list := make([]happening, len(lines))
	for i, l := range lines {
		list[i] = happening{When: views.ShortDayTime(l.At.In(zone), now), What: l.words(), Who: l.Who}
	}
	return list
}

func (l Line) words() string {
	switch l.What {
	case Booked:
		return "Reservada"
	case Moved:
		return "Movida"
	case Arrived:
		return "Llegó"
	case Changed:
		return l.ToStatus.Label()
	case Undone:
		return "Deshecho"
	}
	return "Cambio de datos"
}

// undoable finds the act that Deshacer would take back; nil when there is none. The service decides in the end.
func undoable(a Appointment, lines []Line, who access.Identity, now time.Time, zone *time.Location) *act {
	if !who.Can(accounts.AgendaBook) {
		return nil
	}
	undone := map[string]bool{}
	for _, l := range lines {
		if l.Undoes != nil {
			undone[l.Undoes.String()] = true
		}
	}
	for i := len(lines) - 1; i >= 0; i-- {
		l := lines[i]
		if l.What != Changed && l.What != Arrived || undone[l.ID.String()] {
			continue
		}
		if DateOf(l.At, zone) != DateOf(now, zone) {
			return nil
		}
		to := Arrival
		if l.What == Changed {
			to = step(l.ToStatus)
		}
		for _, x := range acts() {
			if x.Step == to && x.undoes() && (to != Arrival || a.Status.Pending()) {
				return &x
			}
		}
		return nil
	}
	return nil
}
