package form

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"hampi/modules/platform/fault"
	"hampi/views"
)

// HiddenName is the name of the hidden inputs that say which fields were not shown when a page was drawn.
const HiddenName = "f._oculto"

// View is a note in its fields. Values are what Read gave or a draft holds, as they were typed.
type View struct {
	Template Template
	Values   Values
	Context  Context
	Problems fault.Problems    // under the names of inputs, from Check
	Doubts   []Doubt           // from Check
	Alerts   map[string]string // by key: a sentence about an answer that is in order, as "Presión alta. Repita la toma."
	Critical map[string]string // by key: a sentence about an answer that somebody has to say what was done about
	Signing  bool              // drawn because it was to be signed: rows say that something is missing
	Redraw   string            // address that a change is posted to and that answers Redraw; "" draws a form for plain posts
}

// Draft is a note that is still being written: what cannot be is said, what is only missing is not.
func Draft(t Template, values Values, ctx Context) View {
	v := Refused(t, values, ctx)
	v.Signing = false
	for _, f := range t.fields() {
		if !values[f.Key].Is() {
			delete(v.Problems, Name(f.Key))
		}
	}
	return v
}

// Refused is a note with everything that keeps it from being signed.
func Refused(t Template, values Values, ctx Context) View {
	v := View{Template: t, Values: values, Context: ctx, Signing: true}
	v.Problems, v.Doubts = Check(t, values, ctx)
	return v
}

// Preview is a template in its fields, without an answer.
func Preview(t Template) View { return View{Template: t} }

// drawing is a view with what is found out once for all its fields.
type drawing struct {
	View
	scope  *scope
	needed map[string]bool // keys that formulas name
	sent   url.Values      // what a change was made of; nil for a page
}

func (v View) drawing() drawing {
	d := drawing{View: v, scope: newScope(v.Template, v.Values, v.Context), needed: map[string]bool{}}
	for _, f := range v.Template.fields() {
		names := needs(f)
		for _, l := range []Limit{f.SoftMin, f.SoftMax} {
			names = append(names, l.formula.Names()...)
		}
		for _, name := range names {
			key, _, _ := strings.Cut(name, ".")
			d.needed[key] = true
		}
	}
	return d
}

// section finds a section by its key; an unknown one draws nothing.
func (d drawing) section(key string) Section {
	i := slices.IndexFunc(d.Template.Sections, func(s Section) bool { return s.Key == key })
	if i < 0 {
		return Section{}
	}
	return d.Template.Sections[i]
}

// filled reports whether a row deserves its tick: something is answered, and nothing of it is open.
func (d drawing) filled(s Section) bool {
	answered := func(f Field) bool { return f.asked() && d.scope.shows(f) && d.Values[f.Key].Is() }
	return slices.ContainsFunc(s.Fields, answered) && !d.opened(s)
}

// opened reports whether something of a row keeps the note from being signed.
func (d drawing) opened(s Section) bool { return slices.ContainsFunc(s.Fields, d.open) }

// open reports whether an answer is missing or wrong, improbable and not confirmed, or critical without what was done.
func (d drawing) open(f Field) bool {
	if !f.asked() || !d.scope.shows(f) {
		return false
	}
	_, doubtful := d.doubt(f)
	return f.Required && !d.Values[f.Key].Is() || d.Problems[Name(f.Key)] != "" || doubtful ||
		d.Problems[ActionName(f.Key)] != "" || d.Critical[f.Key] != "" && d.Values.Action(f.Key) == ""
}

// alone reports whether the row's title is the field's label too.
func (d drawing) alone(s Section) bool { return len(s.Fields) == 1 }

// control is a field as the shared form fields draw it.
func (d drawing) control(f Field) views.Field {
	v := d.Values[f.Key]
	c := views.Field{
		Name: Name(f.Key), Label: f.Label, Value: inputText(f, v), Help: f.Help, Error: d.Problems[Name(f.Key)], Unit: f.unit(), Rows: f.Rows,
		Optional: !f.Required, Unmarked: true, Needed: f.Required, Attrs: d.live(f), Placeholder: placeholder(f),
	}
	if said := d.understood(f); said != "" {
		c.Help = said
	}
	for _, o := range f.Options {
		c.Options = append(c.Options, views.Option{Value: o.Value, Label: o.Label})
	}
	switch f.Type {
	case YesNo:
		c.Options = []views.Option{{Value: "si", Label: "Sí"}, {Value: "no", Label: "No"}, {Value: "", Label: "Sin dato"}}
	case Duration:
		c.Value = amountText(v)
	case Choice:
		if v.Shape == Typed { // kept, so that it can be seen what was sent
			c.Options = append(c.Options, views.Option{Value: v.Text, Label: v.Text})
		}
	}
	return c
}

func placeholder(f Field) string {
	switch f.Type {
	case Pressure:
		return "120/80"
	case Choice:
		return "Elegir"
	}
	return ""
}

func amountText(v Value) string {
	if v.Shape == Span {
		return v.Amount
	}
	return v.Text
}

// unitOptions are the units of a duration.
func unitOptions() []views.Option {
	options := make([]views.Option, len(spanUnits))
	for i, u := range spanUnits {
		options[i] = views.Option{Value: u.Value, Label: u.Many}
	}
	return options
}

// unitOf is the unit that a duration is drawn with; days unless somebody chose.
func (d drawing) unitOf(f Field) string {
	if v := d.Values[f.Key]; v.Shape == Span {
		return v.Unit
	}
	return "dia"
}

// live lets a change be looked at at once. A text that nothing depends on is not worth a request. Each row has a queue of
// its own: an answer draws the changed field alone, so that none may be left out for a later one or for a draft's saving.
func (d drawing) live(f Field) templ.Attributes {
	if d.Redraw == "" || (f.Type == Text || f.Type == Long) && !d.needed[f.Key] && d.Problems[Name(f.Key)] == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"hx-post": d.Redraw, "hx-trigger": "change", "hx-swap": "none", "hx-sync": "closest section:queue all"}
}

func (d drawing) doubt(f Field) (Doubt, bool) {
	i := slices.IndexFunc(d.Doubts, func(doubt Doubt) bool { return doubt.Key == f.Key })
	if i < 0 {
		return Doubt{}, false
	}
	return d.Doubts[i], true
}

// confirmed is the confirmation of a field's present answer; "" without one.
func (d drawing) confirmed(f Field) string {
	text := shown(f, d.Values[f.Key])
	if !d.Values[f.Key].Is() || !d.Values.confirms(f.Key, text) {
		return ""
	}
	return confirmation(f.Key, text)
}

// result is what a computed field shows; "–" while it has none.
func (d drawing) result(f Field) string {
	if v := fromFormula(d.scope.computed(f)); v.Is() {
		return shown(f, v)
	}
	return "–"
}

// noted reports whether something stands below a tile.
func (d drawing) noted(f Field) bool {
	_, doubtful := d.doubt(f)
	return doubtful || d.Problems[Name(f.Key)] != "" || d.alert(f) != "" || d.critical(f) != "" || d.understood(f) != "" || d.confirmed(f) != ""
}

// understood says in words what a figure was taken for that was typed in another unit.
func (d drawing) understood(f Field) string {
	typed := readNumber(clean(d.sent.Get(Name(f.Key)), false))
	if v := inCentimetres(f, typed); v.Is() && v.Text != typed.Text {
		return clean(d.sent.Get(Name(f.Key)), false) + " m se anotó como " + withUnit(f, v.Text) + "."
	}
	return ""
}

// alert is worth knowing about an answer that can be; what is impossible is not judged as well.
func (d drawing) alert(f Field) string {
	if d.Problems[Name(f.Key)] != "" || d.Critical[f.Key] != "" {
		return ""
	}
	return d.Alerts[f.Key]
}

// critical is why somebody has to say what was done about an answer.
func (d drawing) critical(f Field) string {
	if d.Problems[Name(f.Key)] != "" {
		return ""
	}
	return d.Critical[f.Key]
}

// action is the field in which somebody says it.
func (d drawing) action(f Field) views.Field {
	return views.Field{
		Name: ActionName(f.Key), Label: "Qué se hizo ante " + lowerFirst(f.Label) + " " + withUnit(f, shown(f, d.Values[f.Key])), Value: d.Values.Action(f.Key),
		Error: d.Problems[ActionName(f.Key)], MaxLength: longAction, Autocomplete: "off",
	}
}

// tileAttrs say what explains a tile's input.
func (d drawing) tileAttrs(f Field) templ.Attributes {
	attrs := d.live(f)
	if d.noted(f) {
		attrs["aria-describedby"] = noteID(f)
	}
	if d.Problems[Name(f.Key)] != "" {
		attrs["aria-invalid"] = "true"
	}
	if f.Required {
		attrs["aria-required"] = "true"
	}
	if f.Type != Pressure { // the script turns a decimal comma into a point
		attrs["data-numero"] = ""
	}
	return attrs
}

// isTile reports whether a field is small enough for a tile.
func (f Field) isTile() bool {
	return slices.Contains([]Type{Number, Integer, Pressure, Computed}, f.Type)
}

// width is the class of a field's place in its row.
func (f Field) width() string {
	switch f.Type {
	case Long, Choices, Note:
		return "campo-largo"
	case Text:
		return "campo-linea"
	case Number, Integer, Pressure, Computed:
		return "campo-corto"
	}
	return "campo-medio"
}

func controlID(f Field) string   { return "c-" + Name(f.Key) }
func wrapperID(f Field) string   { return "w-" + f.Key }
func noteID(f Field) string      { return "n-" + f.Key }
func doubtID(f Field) string     { return "d-" + f.Key }
func tickID(s Section) string    { return "t-" + s.Key }
func headingID(s Section) string { return "h-" + s.Key }

// redrawn are the fields whose drawing is not any more what stands on the page: what was hidden and is shown, what was
// shown and is hidden, the changed one, and those with a doubt or its confirmation. What a person is typing in stays.
func (d drawing) redrawn(in url.Values, changed string) (fields []Field) {
	was := map[string]bool{}
	for _, key := range in[HiddenName] {
		was[key] = true
	}
	for _, f := range d.Template.fields() {
		if was[f.Key] == d.scope.shows(f) || d.answersTo(f, changed) {
			fields = append(fields, f)
		}
	}
	return fields
}

// answersTo reports whether a field has something to say to a change: to its own, or to a tick that confirms. Chips and
// yes or no have not, and keep the focus and what is ticked meanwhile.
func (d drawing) answersTo(f Field, changed string) bool {
	if changed == ConfirmedName {
		_, doubtful := d.doubt(f)
		return doubtful || d.confirmed(f) != ""
	}
	if changed == ActionName(f.Key) {
		return d.Problems[changed] != ""
	}
	return (Name(f.Key) == changed || UnitName(f.Key) == changed) && f.Type != Choices && f.Type != YesNo
}

// sectionOf is the section that a field stands in.
func (d drawing) sectionOf(f Field) Section {
	for _, s := range d.Template.Sections {
		if slices.ContainsFunc(s.Fields, func(o Field) bool { return o.Key == f.Key }) {
			return s
		}
	}
	return Section{}
}

// reading is a section of a written note.
type reading struct {
	Title string
	Lines []Line
}

// bySection puts lines under the title of their section.
func bySection(lines []Line) (sections []reading) {
	for _, l := range lines {
		if n := len(sections); n == 0 || sections[n-1].Title != l.Section {
			sections = append(sections, reading{Title: l.Section})
		}
		last := &sections[len(sections)-1]
		last.Lines = append(last.Lines, l)
	}
	return sections
}

// swapped lets htmx put a fragment in the place of the one with its id.
func swapped(oob bool) templ.Attributes {
	if !oob {
		return templ.Attributes{}
	}
	return templ.Attributes{"hx-swap-oob": "true"}
}

// tileState marks a tile as computed or as one to look at.
func tileState(d drawing, f Field) templ.Attributes {
	_, doubtful := d.doubt(f)
	switch {
	case f.Type == Computed:
		return templ.Attributes{"data-calc": ""}
	case doubtful || d.Problems[Name(f.Key)] != "" || d.alert(f) != "" || d.critical(f) != "":
		return templ.Attributes{"data-alerta": ""}
	}
	return templ.Attributes{}
}

// keyboard is the one a phone offers; a pressure needs a stroke, which the one for figures lacks on some.
func keyboard(f Field) string {
	switch f.Type {
	case Integer:
		return "numeric"
	case Pressure:
		return "text"
	}
	return "decimal"
}

// group says what explains a group of controls.
func (d drawing) group(f Field) templ.Attributes {
	attrs := templ.Attributes{}
	if f.Help != "" || d.Problems[Name(f.Key)] != "" {
		attrs["aria-describedby"] = controlID(f) + "-nota"
	}
	if d.Problems[Name(f.Key)] != "" {
		attrs["aria-invalid"] = "true"
	}
	return attrs
}

// chose reports whether an option of several is chosen.
func (d drawing) chose(f Field, o Option) bool { return slices.Contains(d.Values[f.Key].List, o.Value) }

// input is a name and a value of a form.
type input struct{ Name, Value string }

// carried are the inputs that hold a field's answer.
func carried(f Field, values Values) (list []input) {
	one := Template{Sections: []Section{{Fields: []Field{f}}}}
	form := Form(one, Values{f.Key: values[f.Key]})
	for _, name := range []string{Name(f.Key), UnitName(f.Key)} {
		for _, value := range form[name] {
			list = append(list, input{name, value})
		}
	}
	return list
}
