package patients

import (
	"strconv"
	"strings"
	"time"
)

// DateOf is the calendar day of t, as BirthDate keeps days: midnight UTC.
func DateOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// ParseBirth reads a birth date as people type it: 24/01/1988, 240188, 24-1-88, 1988-01-24. A year of two digits is
// never after today. Nothing typed is the zero time.
func ParseBirth(typed string, today time.Time) (day time.Time, problem string) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return time.Time{}, ""
	}
	if day, err := time.Parse(time.DateOnly, typed); err == nil {
		return day, ""
	}
	parts := dayParts(typed)
	if len(parts) != 3 || (len(parts[2]) != 2 && len(parts[2]) != 4) {
		return time.Time{}, unreadableDay
	}
	d, err1 := strconv.Atoi(parts[0])
	m, err2 := strconv.Atoi(parts[1])
	y, err3 := strconv.Atoi(parts[2])
	if err1 != nil || err2 != nil || err3 != nil {
		return time.Time{}, unreadableDay
	}
	if len(parts[2]) == 2 {
		y = century(d, m, y, today)
	}
	day = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if day.Day() != d || int(day.Month()) != m {
		return time.Time{}, "Ese día no existe en el calendario."
	}
	return day, ""
}

const unreadableDay = "Se espera día, mes y año: 24/01/1988 o 240188."

func dayParts(typed string) []string {
	if digitsOnly(typed) && (len(typed) == 6 || len(typed) == 8) {
		return []string{typed[:2], typed[2:4], typed[4:]}
	}
	return strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune("/-. ", r) })
}

func century(d, m, y int, today time.Time) int {
	if time.Date(2000+y, time.Month(m), d, 0, 0, 0, 0, time.UTC).After(today) {
		return 1900 + y
	}
	return 2000 + y
}
