package views

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

var (
	weekdays = [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}
	months   = [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre"}
)

// Times are handed in already in the clinic's zone; nothing here changes it.

// LongDay writes "Martes 24 de noviembre", with the year when it is not that of today.
func LongDay(t, today time.Time) string {
	return upperFirst(LongDayInText(t, today))
}

// LongDayInText is LongDay in the middle of a sentence: "martes 24 de noviembre".
func LongDayInText(t, today time.Time) string {
	text := weekdays[t.Weekday()] + " " + strconv.Itoa(t.Day()) + " de " + months[t.Month()-1]
	if t.Year() != today.Year() {
		text += " de " + strconv.Itoa(t.Year())
	}
	return text
}

// ShortDay writes "mar 1 dic", with the year when it is not that of today.
func ShortDay(t, today time.Time) string {
	return first3(weekdays[t.Weekday()]) + " " + DayMonth(t, today)
}

// DayMonth writes "1 dic", "10 nov 2025".
func DayMonth(t, today time.Time) string {
	text := strconv.Itoa(t.Day()) + " " + first3(months[t.Month()-1])
	if t.Year() != today.Year() {
		text += " " + strconv.Itoa(t.Year())
	}
	return text
}

// ShortDayTime writes "mar 1 dic 15:30".
func ShortDayTime(t, today time.Time) string { return ShortDay(t, today) + " " + Clock(t) }

// Clock writes the time of day in 24 hours without a leading zero: "9:30".
func Clock(t time.Time) string {
	return strconv.Itoa(t.Hour()) + ":" + twoDigits(t.Minute())
}

// Day writes "24/01/1988"; the zero time is an empty string.
func Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("02/01/2006")
}

// Relative names a near day: "hoy", "mañana", "ayer", else ShortDay.
func Relative(t, today time.Time) string {
	switch days := daysBetween(today, t); days {
	case 0:
		return "hoy"
	case 1:
		return "mañana"
	case -1:
		return "ayer"
	}
	return ShortDay(t, today)
}

// MonthYear writes "Noviembre de 2026".
func MonthYear(t time.Time) string {
	return upperFirst(months[t.Month()-1]) + " de " + strconv.Itoa(t.Year())
}

// WeekdayShort writes "lun".
func WeekdayShort(d time.Weekday) string { return first3(weekdays[d]) }

// WeekdayLong writes "Lunes".
func WeekdayLong(d time.Weekday) string { return upperFirst(weekdays[d]) }

// Minutes writes a length: "45 min", "1 h", "1 h 30 min".
func Minutes(d time.Duration) string {
	total := int(d / time.Minute)
	hours, minutes := total/60, total%60
	switch {
	case hours == 0:
		return strconv.Itoa(minutes) + " min"
	case minutes == 0:
		return strconv.Itoa(hours) + " h"
	}
	return strconv.Itoa(hours) + " h " + strconv.Itoa(minutes) + " min"
}

// Age writes what people say: "34 años"; under two years "8 meses"; under a
// month "12 días". A birth after today, or none, is an empty string.
func Age(birth, today time.Time) string {
	days := daysBetween(birth, today)
	if birth.IsZero() || days < 0 {
		return ""
	}
	months := (today.Year()-birth.Year())*12 + int(today.Month()) - int(birth.Month())
	if today.Day() < birth.Day() && !lastOfMonth(today) {
		months--
	}
	switch {
	case months < 1:
		return plural(days, "día", "días")
	case months < 24:
		return plural(months, "mes", "meses")
	}
	return plural(months/12, "año", "años")
}

// Money writes soles: "S/ 1,234.50"; a negative amount carries "−".
func Money(amount decimal.Decimal) string {
	sign := ""
	if amount.IsNegative() {
		sign = "−"
	}
	return sign + "S/ " + group(amount.Abs().StringFixed(2))
}

// Number writes a whole number with commas: "12,480".
func Number(n int) string {
	if n < 0 {
		return "−" + group(strconv.Itoa(-n))
	}
	return group(strconv.Itoa(n))
}

// Plural writes "1 cita", "42 citas".
func Plural(n int, one, many string) string { return plural(n, one, many) }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// group puts commas between thousands.
func group(figure string) string {
	whole, cents, hasCents := strings.Cut(figure, ".")
	var out strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	if hasCents {
		out.WriteByte('.')
		out.WriteString(cents)
	}
	return out.String()
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// daysBetween counts calendar days, whatever the hours and zones.
func daysBetween(from, to time.Time) int {
	a := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	b := time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a) / (24 * time.Hour))
}

// lastOfMonth lets somebody born on the 31st have a birthday in short months.
func lastOfMonth(t time.Time) bool { return t.AddDate(0, 0, 1).Month() != t.Month() }

// first3 cuts to three letters, accents counted as one.
func first3(word string) string {
	letters := []rune(word)
	return string(letters[:3])
}
