package form

import (
	"maps"
	"slices"
	"strings"
)

// Recall reads answers, by the keys of their fields, in the words that Summary gave them. What the template does not know,
// or what can no longer be read, is left out.
func Recall(t Template, shown map[string]string) Values {
	values := Values{}
	for _, f := range t.fields() {
		if !f.asked() || shown[f.Key] == "" {
			continue
		}
		if v := recall(f, shown[f.Key]); v.Is() && v.Shape != Typed {
			values[f.Key] = v
		}
	}
	return values
}

func recall(f Field, text string) Value {
	switch f.Type {
	case Number, Integer:
		return readNumber(text)
	case Date:
		return readDay(text, Context{}.Today)
	case Choice:
		return OfText(valueOf(f, text))
	case Choices:
		return OfList(valuesOf(f, text)...)
	case YesNo:
		return recallYesNo(text)
	case Pressure:
		return readPressure(text)
	case Duration:
		return recallSpan(text)
	}
	return OfText(text)
}

// valueOf is the option with a label; "" when there is none any more.
func valueOf(f Field, label string) string {
	i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Label == label })
	if i < 0 {
		return ""
	}
	return f.Options[i].Value
}

// valuesOf are the options whose labels stand in a text one after the other, as Summary joins them in their order. A
// label may hold a comma itself.
func valuesOf(f Field, text string) (list []string) {
	for _, o := range f.Options {
		rest, found := strings.CutPrefix(text, o.Label)
		if !found || rest != "" && !strings.HasPrefix(rest, ", ") {
			continue
		}
		list, text = append(list, o.Value), strings.TrimPrefix(rest, ", ")
	}
	return list
}

func recallYesNo(text string) Value {
	switch text {
	case "Sí", "No":
		return OfTruth(text == "Sí")
	}
	return Value{}
}

func recallSpan(text string) Value {
	amount, unit, _ := strings.Cut(text, " ")
	for _, u := range spanUnits {
		if unit == u.One || unit == u.Many {
			return OfSpan(amount, u.Value)
		}
	}
	return Value{}
}

// Trusted takes the improbable answers as confirmed: somebody was asked about each when it was kept.
func Trusted(t Template, values Values, ctx Context) Values {
	_, doubts := Check(t, values, ctx)
	if len(doubts) == 0 {
		return values
	}
	trusted, list := maps.Clone(values), slices.Clone(values.Confirmed())
	for _, d := range doubts {
		list = append(list, d.Confirmed)
	}
	trusted[confirmedKey] = OfList(list...)
	return trusted
}
