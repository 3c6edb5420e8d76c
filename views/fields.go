package views

import (
	"strconv"

	"github.com/a-h/templ"
)

// Field is one question of a form. Required is the norm: Optional writes
// "(opcional)". What was typed comes back in Value, always.
type Field struct {
	Name         string
	ID           string // empty: "c-" + Name
	Label        string
	Value        string
	Text         string // combobox only: what stands for Value
	Help         string
	Error        string // replaces Help
	Type         string // of an <input>: "text" unless said
	Optional     bool
	Unmarked     bool   // does not say "(opcional)": of a form in which most may stay empty
	Needed       bool   // says "(necesario)": the one that must be filled in such a form
	Unit         string // stands inside at the right and is not typed
	Placeholder  string // only an example of form, never a label
	Autocomplete string
	InputMode    string
	MaxLength    int
	Min, Max     string
	Step         string
	Rows         int // textarea only; 3 unless said
	Autofocus    bool
	ReadOnly     bool
	Disabled     bool
	Checked      bool // checkbox and switch only
	Large        bool // 44 px, for pages with a single task
	Options      []Option
	Source       string           // combobox only: address that answers options for q
	Attrs        templ.Attributes // further attributes of the control: hx-*, data-*
}

// Option is one answer of a select, segmented control or radio group.
type Option struct {
	Value string
	Label string
	Help  string
	Group string // select only: options of one group stand together
}

// With returns the field with the value typed and its problem, if it has one.
func (f Field) With(value string, problems map[string]string) Field {
	f.Value = value
	f.Error = problems[f.Name]
	return f
}

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "c-" + f.Name
}

// marksOptional reports whether the label says that the field may stay empty.
func (f Field) marksOptional() bool { return f.Optional && !f.Unmarked }

func (f Field) noteID() string { return f.id() + "-nota" }

// described says which element explains the control.
func (f Field) described() templ.Attributes {
	attrs := templ.Attributes{}
	if f.Error != "" || f.Help != "" {
		attrs["aria-describedby"] = f.noteID()
	}
	if f.Error != "" {
		attrs["aria-invalid"] = "true"
	}
	if !f.Optional && !f.Disabled {
		attrs["aria-required"] = "true"
	}
	return attrs
}

// control gathers what every <input> carries.
func (f Field) control() templ.Attributes {
	attrs := f.described()
	text := map[string]string{"placeholder": f.Placeholder, "autocomplete": f.Autocomplete, "inputmode": f.InputMode,
		"min": f.Min, "max": f.Max, "step": f.Step}
	for name, value := range text {
		if value != "" {
			attrs[name] = value
		}
	}
	if f.MaxLength > 0 {
		attrs["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	for name, on := range map[string]bool{"autofocus": f.Autofocus, "readonly": f.ReadOnly, "disabled": f.Disabled} {
		if on {
			attrs[name] = true
		}
	}
	for name, value := range f.Attrs {
		attrs[name] = value
	}
	return attrs
}

// mayStayEmpty is the field of a tick: leaving it is an answer too.
func (f Field) mayStayEmpty() Field {
	f.Optional = true
	return f
}

// dated is a field for a day: what its caller asked for wins, and no attribute is written twice.
func (f Field) dated() Field {
	attrs := templ.Attributes{"data-fecha": "", "placeholder": "dd/mm/aaaa", "inputmode": "numeric", "autocomplete": "off"}
	for name, value := range f.Attrs {
		attrs[name] = value
	}
	f.Attrs = attrs
	return f
}

// choice is control for a <select>, whose placeholder is an option.
func (f Field) choice() templ.Attributes {
	attrs := f.control()
	delete(attrs, "placeholder")
	return attrs
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "3"
	}
	return strconv.Itoa(f.Rows)
}

// groups keeps the options' order and puts those of one group together.
func (f Field) groups() []optionGroup {
	var groups []optionGroup
	for _, o := range f.Options {
		if n := len(groups); n > 0 && groups[n-1].name == o.Group {
			groups[n-1].options = append(groups[n-1].options, o)
			continue
		}
		groups = append(groups, optionGroup{o.Group, []Option{o}})
	}
	return groups
}

type optionGroup struct {
	name    string
	options []Option
}

// ErrorCount is the line above the button: "Falta corregir 1 dato."
func ErrorCount(n int) string {
	if n == 1 {
		return "Hay 1 dato por corregir."
	}
	return "Hay " + strconv.Itoa(n) + " datos por corregir."
}

// ComboRow is what the script needs to know of an option.
type ComboRow struct {
	ID    string // unique on the page
	Value string
	Text  string
	Href  string
}

func checkedValue(f Field) string {
	if f.Value == "" {
		return "si"
	}
	return f.Value
}
