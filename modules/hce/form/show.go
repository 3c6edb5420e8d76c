package form

import (
	"strconv"
	"strings"
	"time"
)

// shown is an answer as it is read and as a field shows it for typing again: "36.6", "24/11/2026", "148/92", "21 días".
func shown(f Field, v Value) string {
	switch v.Shape {
	case Several:
		labels := make([]string, len(v.List))
		for i, value := range v.List {
			labels[i] = optionLabel(f, value)
		}
		return strings.Join(labels, ", ")
	case Truth:
		if v.Yes {
			return "Sí"
		}
		return "No"
	case Pair:
		return strconv.Itoa(v.Systolic) + "/" + strconv.Itoa(v.Diastolic)
	case Span:
		return v.Amount + " " + spanUnit(v.Amount, v.Unit)
	case Plain:
		return shownText(f, v.Text)
	}
	return v.Text
}

func shownText(f Field, text string) string {
	switch f.Type {
	case Choice:
		return optionLabel(f, text)
	case Date:
		return shownDay(text)
	case Computed:
		if _, err := time.Parse(time.DateOnly, text); err == nil {
			return shownDay(text)
		}
	}
	return text
}

// shownDay turns 2026-11-24 into 24/11/2026; what is no day stays as it is.
func shownDay(text string) string {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return day.Format("02/01/2006")
}

func optionLabel(f Field, value string) string {
	if o, ok := f.option(value); ok {
		return o.Label
	}
	return value
}

func spanUnit(amount, unit string) string {
	for _, u := range spanUnits {
		if u.Value == unit {
			if amount == "1" {
				return u.One
			}
			return u.Many
		}
	}
	return unit
}

// withUnit puts the unit behind a figure.
func withUnit(f Field, text string) string {
	if unit := f.unit(); unit != "" {
		return text + " " + unit
	}
	return text
}

// unit is what stands behind the answer; a pressure is in mmHg.
func (f Field) unit() string {
	if f.Type == Pressure && f.Unit == "" {
		return "mmHg"
	}
	return f.Unit
}

// correct is the adjective that agrees with a label: "Temperatura" is correcta, "Peso" correcto.
func correct(label string) string {
	first, _, _ := strings.Cut(strings.ToLower(label), " ")
	for _, ending := range []string{"a", "ión", "dad", "tud", "ud"} {
		if strings.HasSuffix(first, ending) {
			return "correcta"
		}
	}
	return "correcto"
}
