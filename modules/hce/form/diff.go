//go:build !js

package form

import (
	"encoding/json"
	"slices"
	"strings"
)

// Change is a difference between two versions of a template.
type Change struct {
	Place  string // Sección «examen», campo «talla»
	Member string // the member that changed; "" when the whole was added or removed
	Before string
	After  string
}

// String says the change in a sentence.
func (c Change) String() string {
	switch {
	case c.Member == "" && c.Before == "":
		return c.Place + ": se añade «" + c.After + "»"
	case c.Member == "":
		return c.Place + ": se quita «" + c.Before + "»"
	case c.Before == "":
		return c.Place + ": se añade " + c.Member + " «" + c.After + "»"
	case c.After == "":
		return c.Place + ": se quita " + c.Member + " «" + c.Before + "»"
	}
	return c.Place + ": " + c.Member + ", antes «" + c.Before + "», ahora «" + c.After + "»"
}

// Diff says what changed from one version of a template to another, in the order of the newer one; what is gone last.
// A field is the same when its key is, wherever it stands.
func Diff(before, after Template) (changes []Change) {
	changes = append(changes, membersChanged("", templateMembers(before), templateMembers(after))...)
	old, current := places(before), places(after)
	for _, p := range current {
		i := slices.IndexFunc(old, func(o placed) bool { return o.kind == p.kind && o.key == p.key })
		switch {
		case i < 0:
			changes = append(changes, Change{Place: p.at.words(), After: p.title})
		default:
			if p.kind == "field" && old[i].at.section != p.at.section {
				changes = append(changes, Change{Place: p.at.words(), Member: "la sección", Before: old[i].at.section, After: p.at.section})
			}
			changes = append(changes, membersChanged(p.at.words(), old[i].members, p.members)...)
		}
	}
	for _, o := range old {
		if !slices.ContainsFunc(current, func(p placed) bool { return o.kind == p.kind && o.key == p.key }) {
			changes = append(changes, Change{Place: o.at.words(), Before: o.title})
		}
	}
	return append(changes, moved(old, current)...)
}

// placed is a section or a field with what it is made of.
type placed struct {
	kind, key, title string
	at               place
	members          map[string]string
}

func places(t Template) (list []placed) {
	for _, s := range t.Sections {
		list = append(list, placed{"section", s.Key, s.Title, place{section: s.Key}, map[string]string{"title": s.Title, "layout": string(s.Layout)}})
		for _, f := range s.Fields {
			list = append(list, placed{"field", f.Key, firstOf(f.Label, f.Help), place{s.Key, f.Key}, membersOf(f)})
		}
	}
	return list
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func templateMembers(t Template) map[string]string {
	return map[string]string{"title": t.Title, "specialty": t.Specialty}
}

// membersOf are the members of a field as they stand in JSON.
func membersOf(f Field) map[string]string {
	members := map[string]string{}
	text, err := json.Marshal(f)
	var raw map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &raw) != nil {
		return members
	}
	for name, value := range raw {
		members[name] = plainJSON(value)
	}
	members["type"] = f.Type.Words()
	return members
}

// plainJSON is a text without its quotes; options are read as their labels.
func plainJSON(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	if string(value) == "true" {
		return "sí"
	}
	var options []Option
	if json.Unmarshal(value, &options) == nil {
		labels := make([]string, len(options))
		for i, o := range options {
			labels[i] = o.Label
			if o.Value != o.Label {
				labels[i] += " (" + o.Value + ")"
			}
		}
		return strings.Join(labels, ", ")
	}
	return string(value)
}

func membersChanged(where string, before, after map[string]string) (changes []Change) {
	if where == "" {
		where = "Plantilla"
	}
	for _, name := range memberOrder {
		if before[name] != after[name] {
			changes = append(changes, Change{where, memberWords[name], before[name], after[name]})
		}
	}
	return changes
}

// memberOrder is the order in which changes of one field are told.
var memberOrder = []string{
	"title", "specialty", "layout", "label", "type", "unit", "min", "max", "soft_min", "soft_max", "diastolic", "decimals", "options", "required",
	"show_if", "compute", "help", "rows", "loinc", "ucum",
}

// memberWords name members in Spanish, with their article.
var memberWords = map[string]string{
	"title": "el título", "specialty": "la especialidad", "layout": "la disposición", "label": "el rótulo", "type": "la clase", "unit": "la unidad",
	"min": "el mínimo", "max": "el máximo", "soft_min": "el mínimo usual", "soft_max": "el máximo usual", "diastolic": "los límites de la diastólica",
	"decimals": "los decimales", "options": "las opciones", "required": "la obligatoriedad", "show_if": "la condición", "compute": "la fórmula",
	"help": "la ayuda", "rows": "las líneas", "loinc": "el código LOINC", "ucum": "la unidad UCUM",
}

// moved reports that what both versions have stands in another order.
func moved(before, after []placed) []Change {
	order := func(list, other []placed) (keys []string) {
		for _, p := range list {
			if slices.ContainsFunc(other, func(o placed) bool { return o.kind == p.kind && o.key == p.key && o.at.section == p.at.section }) {
				keys = append(keys, p.kind+" "+p.key)
			}
		}
		return keys
	}
	if slices.Equal(order(before, after), order(after, before)) {
		return nil
	}
	return []Change{{Place: "Plantilla", Member: "el orden", Before: "el anterior", After: "otro"}}
}
