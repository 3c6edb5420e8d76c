// Package form is the clinical note as data: a template says which sections and fields a note has, what is required,
// what is possible and what improbable, what is asked only sometimes and what computes itself. The engine reads a
// template, reads and checks what was typed, computes, and writes a note down for reading, the same on the server and in
// the browser.
//
// A template has a version; a note keeps the version it was written with and is always read by that one.
package form

import (
	"slices"

	"hampi/modules/hce/form/formula"
)

// Type is the kind of a field.
type Type string

// The kinds of fields.
const (
	Text     Type = "text"     // one line
	Long     Type = "long"     // a paragraph or more
	Number   Type = "number"   // with Decimals decimals
	Integer  Type = "integer"  //
	Date     Type = "date"     // a calendar day
	Choice   Type = "choice"   // one of Options
	Choices  Type = "choices"  // several of Options
	YesNo    Type = "yesno"    //
	Pressure Type = "pressure" // systolic and diastolic in one field, mmHg
	Duration Type = "duration" // an amount and a unit of time: tiempo de enfermedad
	Computed Type = "computed" // the result of Compute; nobody types it
	Note     Type = "note"     // a heading or an explanation; it has no answer
)

// types in the order in which people choose them, with their Spanish names.
var types = []struct {
	Type  Type
	Words string
}{
	{Text, "una línea"}, {Long, "párrafo"}, {Number, "número"}, {Integer, "número entero"}, {Date, "fecha"}, {Choice, "una opción"}, {Choices, "varias opciones"},
	{YesNo, "sí o no"}, {Pressure, "presión arterial"}, {Duration, "tiempo"}, {Computed, "calculado"}, {Note, "explicación"},
}

// Words is the Spanish name of a kind of field.
func (t Type) Words() string {
	for _, known := range types {
		if known.Type == t {
			return known.Words
		}
	}
	return string(t)
}

// Layout says how a section is drawn.
type Layout string

// Rows is the usual layout, fields after one another; Tiles is that of the vital signs; Columns keeps pairs beside each
// other, as the right eye at the left and the left eye at the right.
const (
	Rows    Layout = "rows"
	Tiles   Layout = "tiles"
	Columns Layout = "columns"
)

// Template is a kind of note.
type Template struct {
	ID        string    `json:"id"` // slug, the same in all its versions
	Version   int       `json:"version"`
	Title     string    `json:"title"`
	Specialty string    `json:"specialty,omitempty"` // "" is for all
	Sections  []Section `json:"sections"`
}

// Section is a row of the note.
type Section struct {
	Key    string  `json:"key"`
	Title  string  `json:"title"`
	Layout Layout  `json:"layout,omitempty"`
	Fields []Field `json:"fields"`
}

// Field is one question of a note. Min and Max are refused beyond, SoftMin and SoftMax are asked about; a soft limit may
// be a formula, since what is improbable depends on age. For a date they are days from the day of the note: max 0 is not
// later than today. For a pressure they are the systolic one's.
type Field struct {
	Key       string          `json:"key"`
	Label     string          `json:"label"`
	Type      Type            `json:"type"`
	Unit      string          `json:"unit,omitempty"`
	Min       Limit           `json:"min,omitzero"`
	Max       Limit           `json:"max,omitzero"`
	SoftMin   Limit           `json:"soft_min,omitzero"`
	SoftMax   Limit           `json:"soft_max,omitzero"`
	Diastolic *Range          `json:"diastolic,omitempty"` // of a pressure
	Decimals  int             `json:"decimals,omitempty"`
	Options   []Option        `json:"options,omitempty"`
	Required  bool            `json:"required,omitempty"`
	ShowIf    formula.Formula `json:"show_if,omitzero"`
	Compute   formula.Formula `json:"compute,omitzero"`
	Help      string          `json:"help,omitempty"`
	Rows      int             `json:"rows,omitempty"`
	LOINC     string          `json:"loinc,omitempty"` // makes an observation of the answer
	UCUM      string          `json:"ucum,omitempty"`
}

// Range is what one of two values of a field may be.
type Range struct {
	Min     Limit `json:"min,omitzero"`
	Max     Limit `json:"max,omitzero"`
	SoftMin Limit `json:"soft_min,omitzero"`
	SoftMax Limit `json:"soft_max,omitzero"`
}

// Option is an answer to choose. Value is kept, Label is read; a plain text in a template is both.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Field finds a field by its key.
func (t Template) Field(key string) (Field, bool) {
	for _, s := range t.Sections {
		if i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Key == key }); i >= 0 {
			return s.Fields[i], true
		}
	}
	return Field{}, false
}

// fields are all fields in their order.
func (t Template) fields() (all []Field) {
	for _, s := range t.Sections {
		all = append(all, s.Fields...)
	}
	return all
}

// asked reports whether a person answers the field.
func (f Field) asked() bool { return f.Type != Computed && f.Type != Note }

// option finds an option by its value.
func (f Field) option(value string) (Option, bool) {
	i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == value })
	if i < 0 {
		return Option{}, false
	}
	return f.Options[i], true
}

// range of the field itself: for a pressure, the systolic one's.
func (f Field) limits() Range { return Range{f.Min, f.Max, f.SoftMin, f.SoftMax} }

// Name is the name of a field's input in a form.
func Name(key string) string { return "f." + key }

// UnitName is the name of the second input of a duration: its unit.
func UnitName(key string) string { return Name(key) + ".unidad" }

// ConfirmedName is the name of the hidden inputs that carry which improbable values a person confirmed.
const ConfirmedName = "f._confirmado"

// ActionName is the name of the input that says what was done about a critical answer.
func ActionName(key string) string { return "f._accion." + key }
