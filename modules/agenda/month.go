package agenda

import (
	"time"

	"hampi/views"
)

// heat is how full a day is, from 0 (nothing promised) to 5 (all of it).
func (d DayLoad) heat() int {
	switch {
	case d.Count == 0:
		return 0
	case d.Worked == 0:
		return 5 // promised although nobody works
	}
	return min(1+d.Promised*5/(d.Worked+1), 5)
}

// spoken is a day in one sentence.
func (d DayLoad) spoken(now time.Time, zone *time.Location) string {
	text := views.LongDay(d.Date.In(zone), now) + ": " + views.Plural(d.Count, "cita", "citas")
	if d.Closed != "" {
		text += ", " + d.Closed
	}
	if d.Worked > 0 {
		text += ", " + views.Number(min(d.Promised*100/d.Worked, 100)) + " % ocupado"
	}
	return text
}

func weekdayNames() []string {
	names := make([]string, 7)
	for i := range names {
		names[i] = views.WeekdayShort(time.Weekday((i + 1) % 7))
	}
	return names
}
