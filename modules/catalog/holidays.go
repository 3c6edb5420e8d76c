package catalog

import (
	"time"

	"hampi/modules/platform/sorting"
)

// Holiday is a national holiday of Peru. Days that the government adds for a single year are not here: a clinic
// closes for them by itself, or does not.
type Holiday struct {
	Day  time.Time // midnight UTC of the date
	Name string
}

// fixedHoliday returns every year on its date, from the year of its law on.
type fixedHoliday struct {
	month time.Month
	day   int
	since int // 0: older than this program cares
	name  string
}

func fixedHolidays() []fixedHoliday {
	return []fixedHoliday{
		{time.January, 1, 0, "Año Nuevo"},
		{time.May, 1, 0, "Día del Trabajo"},
		{time.June, 7, 2024, "Batalla de Arica y Día de la Bandera"}, // Ley 31788
		{time.June, 29, 0, "San Pedro y San Pablo"},                  // D. Leg. 713, as all without a law of their own
		{time.July, 23, 2023, "Día de la Fuerza Aérea del Perú"},     // Ley 31822
		{time.July, 28, 0, "Fiestas Patrias"},
		{time.July, 29, 0, "Fiestas Patrias"},
		{time.August, 6, 2022, "Batalla de Junín"}, // Ley 31530
		{time.August, 30, 0, "Santa Rosa de Lima"},
		{time.October, 8, 0, "Combate de Angamos"},
		{time.November, 1, 0, "Día de Todos los Santos"},
		{time.December, 8, 0, "Inmaculada Concepción"},
		{time.December, 9, 2022, "Batalla de Ayacucho"}, // Ley 31381
		{time.December, 25, 0, "Navidad"},
	}
}

// Holidays are the national holidays of a year, in order.
func Holidays(year int) []Holiday {
	easter := easterSunday(year)
	list := []Holiday{
		{easter.AddDate(0, 0, -3), "Jueves Santo"},
		{easter.AddDate(0, 0, -2), "Viernes Santo"},
	}
	for _, h := range fixedHolidays() {
		if year >= h.since {
			list = append(list, Holiday{date(year, h.month, h.day), h.name})
		}
	}
	sorting.By(list, func(a, b Holiday) int { return a.Day.Compare(b.Day) })
	return list
}

// HolidayOn names the holiday on the date of day, in whatever zone day is; false on any other day.
func HolidayOn(day time.Time) (Holiday, bool) {
	for _, h := range Holidays(day.Year()) {
		if h.Day.Month() == day.Month() && h.Day.Day() == day.Day() {
			return h, true
		}
	}
	return Holiday{}, false
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// easterSunday is the Sunday after the first full moon of spring (Meeus, Jones and Butcher; Gregorian calendar).
func easterSunday(year int) time.Time {
	golden := year % 19
	century, rest := year/100, year%100
	moonShift := (century + 8) / 25
	epact := (19*golden + century - century/4 - (century-moonShift+1)/3 + 15) % 30
	weekday := (32 + 2*(century%4) + 2*(rest/4) - epact - rest%4) % 7
	late := (golden + 11*epact + 22*weekday) / 451
	n := epact + weekday - 7*late + 114
	return date(year, time.Month(n/31), n%31+1)
}
