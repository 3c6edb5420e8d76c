//go:build !js

package form

import (
	"slices"
	"strconv"
	"strings"

	"hampi/modules/hce/form/formula"
	"hampi/modules/platform/textfold"
)

// Spot is a section of a template, or a field of it, by place; Field is -1 for the section itself.
type Spot struct {
	Section, Field int
}

// ReadSpot reads "2" or "2.5"; false for what is none of the template.
func (t Template) ReadSpot(text string) (Spot, bool) {
	first, second, inside := strings.Cut(text, ".")
	at := Spot{Field: -1}
	var err error
	if at.Section, err = strconv.Atoi(first); err != nil || at.Section < 0 || at.Section >= len(t.Sections) {
		return at, false
	}
	if !inside {
		return at, true
	}
	at.Field, err = strconv.Atoi(second)
	return at, err == nil && at.Field >= 0 && at.Field < len(t.Sections[at.Section].Fields)
}

// String is the spot as ReadSpot reads it.
func (s Spot) String() string {
	if s.Field < 0 {
		return strconv.Itoa(s.Section)
	}
	return strconv.Itoa(s.Section) + "." + strconv.Itoa(s.Field)
}

// copied is a template whose lists may be changed without changing another's.
func (t Template) copied() Template {
	t.Sections = slices.Clone(t.Sections)
	for i := range t.Sections {
		t.Sections[i].Fields = slices.Clone(t.Sections[i].Fields)
	}
	return t
}

// Moved is the template with what stands at the spot one place up, or down; at the end of its list it stays.
func (t Template) Moved(at Spot, down bool) Template {
	t = t.copied()
	if at.Field < 0 {
		swap(t.Sections, at.Section, down)
	} else {
		swap(t.Sections[at.Section].Fields, at.Field, down)
	}
	return t
}

func swap[T any](list []T, i int, down bool) {
	j := i - 1
	if down {
		j = i + 1
	}
	if j >= 0 && j < len(list) {
		list[i], list[j] = list[j], list[i]
	}
}

// Without is the template without what stands at the spot.
func (t Template) Without(at Spot) Template {
	t = t.copied()
	if at.Field < 0 {
		t.Sections = slices.Delete(t.Sections, at.Section, at.Section+1)
		return t
	}
	s := &t.Sections[at.Section]
	s.Fields = slices.Delete(s.Fields, at.Field, at.Field+1)
	return t
}

// WithSection is the template with one more section at its end, which begins with one paragraph of the same name.
func (t Template) WithSection(title string) Template {
	t = t.copied()
	key := t.freeKey(title, "seccion")
	t.Sections = append(t.Sections, Section{Key: key, Title: title, Fields: []Field{{Key: key, Label: title, Type: Long, Rows: 2}}})
	return t
}

// WithField is the template with one more field at the end of a section.
func (t Template) WithField(section int, label string, kind Type) Template {
	t = t.copied()
	f := Field{Key: t.freeKey(label, "campo"), Label: label, Type: kind}
	switch kind {
	case Choice, Choices:
		f.Options = []Option{{"Sí", "Sí"}, {"No", "No"}}
	case Long:
		f.Rows = 2
	}
	s := &t.Sections[section]
	s.Fields = append(s.Fields, f)
	return t
}

// freeKey is a key made of words that no section and no field has.
func (t Template) freeKey(words, otherwise string) string {
	key := strings.Join(textfold.Words(words), string(keyJoint))
	key = strings.Map(func(c rune) rune {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != keyJoint {
			return -1
		}
		return c
	}, key)
	key = strings.Trim(key[:min(len(key), longSlug-4)], string(keyJoint))
	if !isSlug(key, keyJoint) {
		key = otherwise
	}
	taken := func(key string) bool {
		_, field := t.Field(key)
		_, ofContext := contextKinds[key]
		return field || ofContext || formula.Reserved(key) || slices.ContainsFunc(t.Sections, func(s Section) bool { return s.Key == key })
	}
	free := key
	for n := 2; taken(free); n++ {
		free = key + string(keyJoint) + strconv.Itoa(n)
	}
	return free
}

// Set is the template with another text of a member at the spot: a title or layout, or of a field its label, help, unit, options
// (one a line) or whether it is required.
func (t Template) Set(at Spot, member, text string) Template {
	t = t.copied()
	text = strings.TrimSpace(text)
	if at.Field < 0 && member == "layout" {
		t.Sections[at.Section].Layout = Layout(text)
		return t
	}
	if at.Field < 0 {
		t.Sections[at.Section].Title = text
		return t
	}
	f := &t.Sections[at.Section].Fields[at.Field]
	switch member {
	case "label":
		f.Label = text
	case "help":
		f.Help = text
	case "unit":
		f.Unit = text
	case "required":
		f.Required = text != ""
	case "options":
		f.Options = optionsOf(text, f.Options)
	}
	return t
}

// optionsOf reads options one a line. One that was there keeps the value under which answers are kept.
func optionsOf(text string, before []Option) (options []Option) {
	for line := range strings.Lines(text) {
		label := strings.TrimSpace(line)
		if label == "" {
			continue
		}
		o := Option{label, label}
		if i := slices.IndexFunc(before, func(b Option) bool { return b.Label == label }); i >= 0 {
			o = before[i]
		}
		options = append(options, o)
	}
	return options
}

// Kinds are the kinds of fields.
func Kinds() (kinds []Type) {
	for _, t := range types {
		kinds = append(kinds, t.Type)
	}
	return kinds
}

// Takes reports whether a field of a kind may have a member.
func (t Type) Takes(member string) bool {
	kinds, bound := belongs[member]
	return !bound || slices.Contains(kinds, t)
}

// Written is a member of a field as DocumentWith takes it; "" without one.
func (f Field) Written(member string) string {
	switch member {
	case "show_if":
		return f.ShowIf.String()
	case "compute":
		return f.Compute.String()
	case "decimals":
		return strconv.Itoa(f.Decimals)
	}
	for name, limit := range map[string]Limit{"min": f.Min, "max": f.Max, "soft_min": f.SoftMin, "soft_max": f.SoftMax} {
		if name == member && !limit.IsZero() {
			return limit.String()
		}
	}
	return ""
}
