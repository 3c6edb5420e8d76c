package agenda

import (
	"strconv"
	"strings"
	"time"

	"hampi/views"
)

// Typed is what somebody meant by a typed date, hour or both.
type Typed struct {
	Date    Date
	HasDate bool // a day was typed; else Date is the day handed in
	Minute  int  // after midnight; only with HasTime
	HasTime bool
}

// ParseTyped reads dates and hours as a desk types them: "hoy", "mañana", "+7", "mar" (the next Tuesday), "mar 17"
// (the next Tuesday at 17:00), "mar 1 17:00" (Tuesday the first), "1 dic 9:30", "24/11", "10:30", "1030", "3 pm".
// Days are those to come. today is the clinic's day; base is the day meant when only an hour is typed (zero: today).
// problem is a sentence to show at the field, empty when it was understood.
func ParseTyped(text string, today, base Date) (typed Typed, problem string) {
	if base.IsZero() {
		base = today
	}
	p := typedParser{today: today, words: typedWords(text), typed: Typed{Date: base}}
	if len(p.words) == 0 {
		return Typed{}, "Falta la hora."
	}
	for len(p.words) > 0 && p.problem == "" {
		if !p.date() && !p.hour() {
			p.problem = notUnderstood
		}
	}
	if p.problem != "" {
		return Typed{}, p.problem
	}
	return p.typed, ""
}

const notUnderstood = "No se entiende. Escriba, por ejemplo, «mar 17:00», «mañana 16:00» o «10:30»."

// Echo says what was understood in full words: "martes 1 de diciembre, 17:00 a 17:30". duration 0 leaves the end out.
func (t Typed) Echo(today Date, duration time.Duration) string {
	words := views.LongDayInText(t.Date.In(time.UTC), today.In(time.UTC))
	if !t.HasTime {
		return words
	}
	words += ", " + MinuteText(t.Minute)
	if duration > 0 {
		words += " a " + MinuteText((t.Minute+int(duration/time.Minute))%(24*60))
	}
	return words
}

// typedWords splits what was typed into small words without accents, and leaves out those that only join.
func typedWords(text string) []string {
	text = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n", "p. m.", "pm", "a. m.", "am",
		"p.m.", "pm", "a.m.", "am", ",", " ", "\u00a0", " ").Replace(strings.ToLower(text))
	var words []string
	for _, word := range strings.Fields(text) {
		word = strings.TrimSuffix(word, ".")
		switch word {
		case "", "de", "del", "a", "el", "las", "hrs", "horas", "h":
			continue
		}
		words = append(words, word)
		if len(words) > 12 {
			break // longer than any date: not understood anyway
		}
	}
	return words
}

type typedParser struct {
	today   Date
	words   []string
	typed   Typed
	problem string
}

func (p *typedParser) word(i int) string {
	if i < len(p.words) {
		return p.words[i]
	}
	return ""
}

// found keeps a day that took n words.
func (p *typedParser) found(d Date, n int) bool {
	p.typed.Date, p.typed.HasDate, p.words = d, true, p.words[n:]
	return true
}

// date reads a day at the front; false when there is none.
func (p *typedParser) date() bool {
	if p.typed.HasDate {
		return false
	}
	switch word := p.word(0); word {
	case "hoy":
		return p.found(p.today, 1)
	case "manana":
		return p.found(p.today.Add(1), 1)
	case "pasado":
		return p.word(1) == "manana" && p.found(p.today.Add(2), 2)
	default:
		if days, ok := strings.CutPrefix(word, "+"); ok {
			n, ok := number(days, 3)
			return ok && p.found(p.today.Add(n), 1)
		}
	}
	if w, ok := weekdayNamed(p.word(0)); ok {
		return p.weekday(w)
	}
	return p.calendar()
}

// weekday reads "jue", "mar 17" (an hour), "mar 1 17:00", "mar 1 dic", "mar 1/12".
func (p *typedParser) weekday(w time.Weekday) bool {
	p.words = p.words[1:]
	if p.calendar() {
		if p.problem == "" && p.typed.Date.Weekday() != w {
			p.problem = wrongWeekday(p.typed.Date, p.today)
		}
		return true
	}
	day, ok := number(p.word(0), 2)
	if ok && day >= 1 && day <= 31 && (p.hourAt(1) || day < 6 || day > 22) {
		return p.dayNumber(day, w)
	}
	ahead := (int(w)-int(p.today.Weekday())+6)%7 + 1 // today has its own word: the same weekday is a week ahead
	return p.found(p.today.Add(ahead), 0)
}

// dayNumber finds the day of this month or the next which is that weekday.
func (p *typedParser) dayNumber(day int, w time.Weekday) bool {
	var nearest Date
	for ahead := range 62 {
		d := p.today.Add(ahead)
		if d.Day != day {
			continue
		}
		if d.Weekday() == w {
			return p.found(d, 1)
		}
		if nearest.IsZero() {
			nearest = d
		}
	}
	p.problem = wrongWeekday(nearest, p.today)
	return true
}

func wrongWeekday(d, today Date) string {
	day, rest, _ := strings.Cut(views.LongDayInText(d.In(time.UTC), today.In(time.UTC)), " ")
	return "El " + rest + " es " + day + "."
}

// calendar reads "1 dic", "1 dic 2027", "24/11", "24/11/26", "2026-11-24".
func (p *typedParser) calendar() bool {
	if d, ok := ParseDate(p.word(0)); ok {
		return p.found(d, 1)
	}
	if parts := strings.FieldsFunc(p.word(0), func(r rune) bool { return r == '/' || r == '-' }); len(parts) == 2 || len(parts) == 3 {
		day, ok1 := number(parts[0], 2)
		month, ok2 := number(parts[1], 2)
		if !ok1 || !ok2 {
			return false
		}
		year := ""
		if len(parts) == 3 {
			year = parts[2]
		}
		return p.dayOf(day, time.Month(month), year, 1)
	}
	day, ok := number(p.word(0), 2)
	month, named := monthNamed(p.word(1))
	if !ok || !named {
		return false
	}
	if year, ok := number(p.word(2), 4); ok && year >= 2000 {
		return p.dayOf(day, month, p.word(2), 3)
	}
	return p.dayOf(day, month, "", 2)
}

// dayOf keeps a day of a month; without a year the next one to come.
func (p *typedParser) dayOf(day int, month time.Month, year string, n int) bool {
	d := Date{p.today.Year, month, day}
	if year != "" {
		y, ok := number(year, 4)
		if !ok || len(year) != 2 && len(year) != 4 {
			return false
		}
		if y < 100 {
			y += 2000
		}
		d.Year = y
	} else if d.Before(p.today) {
		d.Year++
	}
	if d.Add(0) != d {
		p.problem = "Esa fecha no existe."
	}
	return p.found(d, n)
}

// hour reads "10:30", "1030", "9", "9h30", "3 pm", "9 de la mañana" at the front; false when there is none.
func (p *typedParser) hour() bool {
	if p.typed.HasTime {
		return false
	}
	minute, n, ok := hourOf(p.words)
	if !ok {
		return false
	}
	p.typed.Minute, p.typed.HasTime, p.words = minute, true, p.words[n:]
	return true
}

// hourAt reports whether an hour stands i words on.
func (p *typedParser) hourAt(i int) bool {
	if i >= len(p.words) {
		return false
	}
	_, _, ok := hourOf(p.words[i:])
	return ok
}

func hourOf(words []string) (minute, n int, ok bool) {
	word, half := words[0], ""
	for _, mark := range []string{"am", "pm"} {
		if cut, is := strings.CutSuffix(word, mark); is {
			word, half = cut, mark
		}
	}
	minute, ok = clockOf(word)
	if !ok {
		return 0, 0, false
	}
	n = 1
	if half == "" {
		half, n = halfOfDay(words)
	}
	switch {
	case half == "":
	case minute < 60 || minute >= 13*60:
		return 0, 0, false // "15 pm" is neither
	case half == "pm" && minute < 12*60:
		minute += 12 * 60
	case half == "am" && minute >= 12*60:
		minute -= 12 * 60
	}
	return minute, n, true
}

// halfOfDay reads what may follow an hour: "pm", "la tarde"; n counts the words with the hour.
func halfOfDay(words []string) (half string, n int) {
	if len(words) > 1 && (words[1] == "am" || words[1] == "pm") {
		return words[1], 2
	}
	if len(words) > 2 && words[1] == "la" {
		switch words[2] {
		case "manana":
			return "am", 3
		case "tarde", "noche":
			return "pm", 3
		}
	}
	return "", 1
}

// clockOf reads "10:30", "10.30", "9h30", "9h", "1030", "930", "9".
func clockOf(word string) (minute int, ok bool) {
	hours, minutes, cut := strings.Cut(word, ":")
	if !cut {
		hours, minutes, cut = strings.Cut(word, ".")
	}
	if !cut {
		hours, minutes, cut = strings.Cut(word, "h")
	}
	if !cut && len(word) > 2 {
		hours, minutes = word[:len(word)-2], word[len(word)-2:]
	}
	h, ok := number(hours, 2)
	if !ok || h > 23 {
		return 0, false
	}
	if minutes == "" {
		return h * 60, !cut || strings.HasSuffix(word, "h")
	}
	m, ok := number(minutes, 2)
	return h*60 + m, ok && m < 60 && len(minutes) == 2
}

// number reads a whole number of at most digits figures.
func number(text string, digits int) (int, bool) {
	if text == "" || len(text) > digits || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// weekdayNamed reads a weekday, whole or by its first three letters.
func weekdayNamed(word string) (time.Weekday, bool) {
	for i, name := range [...]string{"domingo", "lunes", "martes", "miercoles", "jueves", "viernes", "sabado"} {
		if len(word) >= 3 && strings.HasPrefix(name, word) {
			return time.Weekday(i), true
		}
	}
	return 0, false
}

// monthNamed reads a month, whole or by its first three letters; September is written both ways.
func monthNamed(word string) (time.Month, bool) {
	for i, name := range [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre"} {
		if len(word) >= 3 && strings.HasPrefix(name, word) {
			return time.Month(i + 1), true
		}
	}
	return time.September, len(word) >= 3 && strings.HasPrefix("septiembre", word)
}
