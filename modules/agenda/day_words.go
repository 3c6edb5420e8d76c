package agenda

import (
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"hampi/views"
)

type idType = uuid.UUID

// timeType is a moment in the parameters of a template.
type timeType = time.Time

// toRegion leads to another view: the region alone with script, the page without.
func toRegion(a address) templ.Attributes {
	return templ.Attributes{
		"href": a.href(), "hx-get": a.href(), "hx-target": "#agenda", "hx-swap": "outerHTML", "hx-push-url": "true",
	}
}

// toCard selects a card: the page's address remembers it, "back" does not.
func toCard(a address, id uuid.UUID) templ.Attributes {
	href := a.selecting(id).href()
	return templ.Attributes{"href": href, "hx-get": href, "hx-target": "#agenda", "hx-swap": "outerHTML", "hx-replace-url": "true"}
}

// longWait is from when on a wait is shown in amber.
const longWaitFrom = 15 * time.Minute

func (c Card) longWait() bool { return c.Waited >= longWaitFrom }

// slotValue is a free hour as a form sends it: start, end, professional, site.
func slotValue(s Slot) string {
	return strings.Join([]string{
		s.StartTime.UTC().Format(time.RFC3339), s.EndTime.UTC().Format(time.RFC3339), s.DoctorID.String(), s.SiteID.String(),
	}, " ")
}

// slotOf reads what slotValue wrote.
func slotOf(text string) (Slot, bool) {
	parts := strings.Fields(text)
	if len(parts) != 4 {
		return Slot{}, false
	}
	start, err1 := time.Parse(time.RFC3339, parts[0])
	end, err2 := time.Parse(time.RFC3339, parts[1])
	return Slot{StartTime: start, EndTime: end, DoctorID: idOf(parts[2]), SiteID: idOf(parts[3])}, err1 == nil && err2 == nil
}

// slotText is a free hour on a button: "11:20" today, "mar 1 dic 9:00" on another day.
func slotText(s Slot, zone *time.Location, now time.Time) string {
	if DateOf(s.StartTime, zone) == DateOf(now, zone) {
		return views.Clock(s.StartTime.In(zone))
	}
	return views.ShortDayTime(s.StartTime.In(zone), now)
}
