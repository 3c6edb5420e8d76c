package agenda

import (
	"fmt"
	"time"
)

// Date is a day of the calendar, of no zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day on which t falls in zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-11-24".
func ParseDate(text string) (Date, bool) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, false
	}
	return DateOf(t, time.UTC), true
}

// String writes "2026-11-24".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// MarshalText writes the day into JSON as "2026-11-24"; no day is an empty text.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	day, ok := ParseDate(string(text))
	if !ok {
		return fmt.Errorf("read a date: %q is none", text)
	}
	*d = day
	return nil
}

// IsZero reports whether no day was given.
func (d Date) IsZero() bool { return d == Date{} }

// Add is the day n days later.
func (d Date) Add(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC), time.UTC)
}

// Weekday of the day.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
}

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// Days counts the days from d to e; negative when e comes before.
func (d Date) Days(e Date) int {
	a := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	b := time.Date(e.Year, e.Month, e.Day, 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a) / (24 * time.Hour))
}

// Monday is the first day of d's week.
func (d Date) Monday() Date { return d.Add(-(int(d.Weekday()) + 6) % 7) }

// In is noon of the day in zone: what formatters of dates take. No zone changes its clocks at noon.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, zone)
}

// At is the moment when clocks in zone show minute (after midnight) on that day, 1440 being the end of the day.
// A clock time that comes twice means the first; one that is skipped means the moment of the jump.
func (d Date) At(minute int, zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, zone)
	_, offset := t.Zone()
	_, before := t.Add(-3 * time.Hour).Zone()
	_, after := t.Add(3 * time.Hour).Zone()
	if before == after && before == offset {
		return t
	}
	wall := time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, time.UTC)
	early := wall.Add(-time.Duration(before) * time.Second)
	late := wall.Add(-time.Duration(after) * time.Second)
	if early.After(late) && !sameOffset(early, before, zone) && !sameOffset(late, after, zone) {
		return jumpBetween(late, early, zone).In(zone)
	}
	if sameOffset(early, before, zone) {
		return early.In(zone)
	}
	return late.In(zone)
}

func sameOffset(t time.Time, offset int, zone *time.Location) bool {
	_, o := t.In(zone).Zone()
	return o == offset
}

// jumpBetween finds the moment at which zone's offset changes between low and high.
func jumpBetween(low, high time.Time, zone *time.Location) time.Time {
	_, before := low.In(zone).Zone()
	for high.Sub(low) > time.Second {
		middle := low.Add(high.Sub(low) / 2).Truncate(time.Second)
		if sameOffset(middle, before, zone) {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// bounds are the first moment of from and the first moment after to.
func bounds(from, to Date, zone *time.Location) (time.Time, time.Time) {
	return from.At(0, zone), to.Add(1).At(0, zone)
}
