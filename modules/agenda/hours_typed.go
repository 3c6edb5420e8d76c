package agenda

import (
	"strconv"
	"strings"

	"hampi/modules/platform/sorting"
)

// stretch is a part of a day in minutes after midnight.
type stretch struct{ From, To int }

const maxStretches = 6 // in one day

// parseHours reads a day's working hours as people write them: "8-13, 14:30-19", "8:00 a 13:00 y 15 a 19". Nothing
// typed is a day off. problem is a sentence to show at the field.
func parseHours(text string) (hours []stretch, problem string) {
	text = strings.NewReplacer("–", "-", "—", "-", " a ", "-", " y ", ",", ";", ",", "/", ",").Replace(" " + strings.ToLower(strings.TrimSpace(text)) + " ")
	for _, part := range strings.Split(text, ",") {
		part = strings.ReplaceAll(strings.TrimSpace(part), " ", "")
		if part == "" {
			continue
		}
		from, to, ok := strings.Cut(part, "-")
		a, ok1 := clockTyped(from)
		b, ok2 := clockTyped(to)
		if !ok || !ok1 || !ok2 {
			return nil, "No se entiende. Escriba, por ejemplo, «8-13, 14:30-19»."
		}
		if b <= a {
			return nil, "El fin debe ser después del inicio: " + MinuteText(a) + " a " + MinuteText(b) + "."
		}
		hours = append(hours, stretch{a, b})
	}
	sorting.By(hours, func(a, b stretch) int { return a.From - b.From })
	for i := 1; i < len(hours); i++ {
		if hours[i].From < hours[i-1].To {
			return nil, "Dos tramos se cruzan: " + hours[i-1].text() + " y " + hours[i].text() + "."
		}
	}
	if len(hours) > maxStretches {
		return nil, "Son más de 6 tramos en un día."
	}
	return hours, ""
}

// clockTyped reads "8", "8:30", "0830".
func clockTyped(text string) (int, bool) {
	if strings.Contains(text, ":") {
		return Minute(text)
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0:
		return 0, false
	case n <= 24:
		return n * 60, true
	case len(text) >= 3 && n%100 < 60 && n/100 < 24:
		return n/100*60 + n%100, true
	}
	return 0, false
}

func (s stretch) text() string { return MinuteText(s.From) + "-" + MinuteText(s.To) }

// hoursText writes a day's hours as parseHours reads them: "8:00-13:00, 14:00-19:00".
func hoursText(hours []stretch) string {
	words := make([]string, len(hours))
	for i, h := range hours {
		words[i] = h.text()
	}
	return strings.Join(words, ", ")
}
