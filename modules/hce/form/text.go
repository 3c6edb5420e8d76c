//go:build !js

package form

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Document is a template as its document, in the shape of the shipped ones: a section's head and each field on a line of
// its own. Parse gives the template again.
func Document(t Template) string { return documentText(t, override{}) }

// DocumentWith is Document with another text of one member of the field at a spot: of those that hold a formula or a
// number, as "show_if", "compute" or "soft_max". Empty takes the member out. Only Parse says whether it is a template still.
func DocumentWith(t Template, at Spot, member, text string) string {
	return documentText(t, override{at, member, typedMember(member, strings.TrimSpace(text))})
}

// WrittenMember reports whether a member is written as DocumentWith takes it.
func WrittenMember(member string) bool {
	return slices.Contains([]string{"show_if", "compute", "min", "max", "soft_min", "soft_max", "decimals"}, member)
}

// override puts a value in the place of one member of one field; nil takes it out.
type override struct {
	at     Spot
	member string
	value  json.RawMessage
}

// typedMember is a number as a number, everything else as a text.
func typedMember(member, text string) json.RawMessage {
	figure := strings.Replace(text, ",", ".", 1)
	_, number := readDecimal(figure)
	switch {
	case text == "":
		return nil
	case number && member != "show_if" && member != "compute":
		return json.RawMessage(figure)
	}
	return json.RawMessage(quoted(text))
}

func documentText(t Template, o override) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"id\": %s,\n  \"version\": %d,\n  \"title\": %s,\n", quoted(t.ID), t.Version, quoted(t.Title))
	if t.Specialty != "" {
		fmt.Fprintf(&b, "  \"specialty\": %s,\n", quoted(t.Specialty))
	}
	b.WriteString("  \"sections\": [\n")
	for i, s := range t.Sections {
		b.WriteString(sectionText(s, i, o))
		b.WriteString(comma(i, len(t.Sections)))
	}
	b.WriteString("  ]\n}\n")
	return b.String()
}

func sectionText(s Section, place int, o override) string {
	var b strings.Builder
	fmt.Fprintf(&b, "    {\"key\": %s, \"title\": %s, ", quoted(s.Key), quoted(s.Title))
	if s.Layout != "" {
		fmt.Fprintf(&b, "\"layout\": %s, ", quoted(string(s.Layout)))
	}
	b.WriteString("\"fields\": [\n")
	for i, f := range s.Fields {
		if o.member == "" || o.at != (Spot{place, i}) {
			b.WriteString("      " + fieldText(f, override{}))
		} else {
			b.WriteString("      " + fieldText(f, o))
		}
		b.WriteString(comma(i, len(s.Fields)))
	}
	b.WriteString("    ]}")
	return b.String()
}

func comma(i, n int) string {
	if i == n-1 {
		return "\n"
	}
	return ",\n"
}

// fieldMembers are the members of a field in the order in which people read them.
var fieldMembers = []string{
	"key", "label", "type", "unit", "decimals", "min", "max", "soft_min", "soft_max", "diastolic", "options", "show_if", "compute", "required", "help", "rows",
	"loinc", "ucum",
}

// fieldText is a field on one line: its members as they stand in JSON, an option that is read as it is kept as a text.
func fieldText(f Field, o override) string {
	values := map[string]json.RawMessage{}
	if text := encoded(f); json.Unmarshal([]byte(text), &values) != nil {
		return text
	}
	if len(f.Options) > 0 {
		values["options"] = json.RawMessage(optionsText(f.Options))
	}
	if o.value != nil {
		values[o.member] = o.value
	} else {
		delete(values, o.member)
	}
	var members []string
	for _, name := range fieldMembers {
		if value, there := values[name]; there {
			members = append(members, quoted(name)+": "+spaced(value))
		}
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func optionsText(options []Option) string {
	texts := make([]string, len(options))
	for i, o := range options {
		texts[i] = quoted(o.Value)
		if o.Value != o.Label {
			texts[i] = fmt.Sprintf("{\"value\": %s, \"label\": %s}", quoted(o.Value), quoted(o.Label))
		}
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// spaced is a member's value with a space after each colon and comma of an object, and "<" as people type it.
func spaced(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return quoted(text)
	}
	var members map[string]json.RawMessage
	if value[0] != '{' || json.Unmarshal(value, &members) != nil {
		return string(value)
	}
	var texts []string
	for _, name := range fieldMembers {
		if v, there := members[name]; there {
			texts = append(texts, quoted(name)+": "+spaced(v))
		}
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

func quoted(text string) string { return encoded(text) }

// encoded is JSON without the marks that only matter inside of HTML.
func encoded(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return "null"
	}
	return strings.TrimSpace(b.String())
}

// Numbered is a document with another version in it, everything else as somebody typed it. One that is no template
// stays as it is.
func Numbered(document string, version int) string {
	root, _, err := readDocument([]byte(document))
	if err != nil || root.member("version") == nil {
		return document
	}
	n := root.member("version")
	number, ok := n.leaf.(json.Number)
	if !ok {
		return document
	}
	return document[:n.at] + strconv.Itoa(version) + document[n.at+len(number):]
}

// Named is a template under another id, as the first version of it.
func Named(t Template, id string) Template {
	t.ID, t.Version, t.Sections = id, 1, slices.Clone(t.Sections)
	return t
}
