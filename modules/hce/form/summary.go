package form

import (
	"slices"
	"strconv"

	"hampi/modules/platform/sorting"
)

// Line is an answer as it is read, on the screen, on paper and in a PDF.
type Line struct {
	Section   string // the section's title
	Key       string
	Label     string
	Value     string
	Unit      string
	Long      bool // a paragraph with its line breaks
	Computed  bool
	Confirmed bool   // improbable, and a person confirmed it
	Action    string // what was done about a critical answer
}

// Summary writes a note down in the order of its template, which must be the version the note was written with. What
// the template does not know is not left out: it stands at the end under its key, since nothing signed may be hidden.
func Summary(t Template, values Values) (lines []Line) {
	known := map[string]bool{confirmedKey: true, actionsKey: true}
	for _, s := range t.Sections {
		for _, f := range s.Fields {
			known[f.Key] = true
			if v := values[f.Key]; v.Is() {
				lines = append(lines, line(s, f, v, values))
			}
		}
	}
	return append(lines, strangers(values, known)...)
}

func line(s Section, f Field, v Value, values Values) Line {
	text := shown(f, v)
	l := Line{
		Section: s.Title, Key: f.Key, Label: f.Label, Value: text, Unit: f.unit(), Long: f.Type == Long,
		Computed: f.Type == Computed, Confirmed: values.confirms(f.Key, text), Action: values.Action(f.Key),
	}
	if v.Shape == Typed {
		l.Unit = ""
	}
	return l
}

func strangers(values Values, known map[string]bool) (lines []Line) {
	for key, v := range values {
		if !known[key] && v.Is() {
			lines = append(lines, Line{Section: "Otros datos", Key: key, Label: key, Value: shown(Field{}, v)})
		}
	}
	sorting.By(lines, func(a, b Line) int { return slices.Compare([]string{a.Key}, []string{b.Key}) })
	return lines
}

func decimalOf(n int) string { return strconv.Itoa(n) }
