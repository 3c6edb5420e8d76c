//go:build !js

package hce

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/views"
)

func templatePath(id string) string { return templatesPath + "/" + id }

// versionWords is a version as people count it: the clinic's own from 1 on, the program's as it came.
func versionWords(n int) string {
	if n >= FirstRevision {
		return strconv.Itoa(n-FirstRevision+1) + " de la clínica"
	}
	return strconv.Itoa(n) + " del programa"
}

// specialtyWords is whom a template is for.
func specialtyWords(t form.Template) string {
	if t.Specialty == "" {
		return "Todas"
	}
	return accounts.SpecialtyLabel(t.Specialty)
}

// templateView is a template while it is edited.
type templateView struct {
	Form     templateForm
	OpID     string
	Refused  string            // why it was not published, or a part not changed
	Editions []TemplateEdition // the version in force first; none of a new one
	Names    map[uuid.UUID]string
	Zone     *time.Location
	Changed  string // name of the input that was changed

	Template *form.Template // nil while the document is none
	Problems []form.Problem
	Preview  form.View
	Changes  []form.Change
}

// read understands the document that is being typed; in are the answers given in the example.
func (v *templateView) read(in url.Values, now time.Time) {
	t, err := form.Parse([]byte(v.Form.Document))
	var wrong *form.TemplateError
	if errors.As(err, &wrong) {
		v.Problems = wrong.Problems
		return
	}
	v.Template = &t
	who := exampleOf(v.Form.Patient, now)
	values, _ := form.Read(t, in, who)
	v.Preview = form.Draft(t, form.Compute(t, values, who), who)
	v.Preview.Redraw = templatesPath + "/campos"
	if len(v.Editions) > 0 {
		v.Changes = form.Diff(v.Editions[0].Template, t)
	}
}

func (v templateView) isNew() bool { return v.Form.ID == "" }

func (v templateView) heading() string {
	if v.isNew() {
		return "Nueva plantilla"
	}
	return v.Editions[0].Title
}

func (v templateView) action() string {
	if v.isNew() {
		return templatesPath + "/nueva"
	}
	return templatePath(v.Form.ID)
}

func (v templateView) retired() bool { return !v.isNew() && v.Editions[0].Retired }

// next is the version that publishing makes.
func (v templateView) next() string {
	if v.isNew() {
		return versionWords(FirstRevision)
	}
	return versionWords(max(FirstRevision, v.Editions[0].Version+1))
}

// differs says how far the document is from the version in force.
func (v templateView) differs() string {
	switch {
	case v.isNew():
		return "Plantilla nueva"
	case v.Template == nil:
		return "–"
	case len(v.Changes) == 0:
		return "Sin cambios"
	}
	return views.Plural(len(v.Changes), "cambio", "cambios")
}

// state says whether the document may be published.
func (v templateView) state() string {
	if v.Template == nil {
		return views.Plural(len(v.Problems), "falta", "faltas")
	}
	return v.differs()
}

func (v templateView) madeBy(e TemplateEdition) string {
	if !e.Own {
		return "Viene con el programa"
	}
	return joined(", ", v.Names[e.By], dayTime(e.At, v.Zone))
}

// example is an invented patient whose note is shown.
type example struct{ Key, Label string }

// examples are patients of whom templates ask different things.
var examples = []example{{"mujer", "Mujer de 34 años"}, {"hombre", "Hombre de 60 años"}, {"nino", "Niño de 6 años"}, {"lactante", "Niña de 8 meses"}}

func exampleOptions() []views.Option {
	options := make([]views.Option, len(examples))
	for i, e := range examples {
		options[i] = views.Option{Value: e.Key, Label: e.Label}
	}
	return options
}

func exampleOf(key string, now time.Time) form.Context {
	who := form.Context{Today: now, Sex: "F", Birth: now.AddDate(-34, 0, -40)}
	switch key {
	case "hombre":
		who.Sex, who.Birth = "M", now.AddDate(-60, 0, -40)
	case "nino":
		who.Sex, who.Birth = "M", now.AddDate(-6, 0, -40)
	case "lactante":
		who.Birth = now.AddDate(0, -8, -4)
	}
	return who
}

// partPrefix begins the names of the inputs of a template's parts: "e.0.2.label", "e.1.title".
const partPrefix = "e."

func partName(at form.Spot, member string) string {
	return partPrefix + at.String() + "." + member
}

// readPartName is the spot and the member of an input's name.
func readPartName(t form.Template, name string) (at form.Spot, member string, known bool) {
	name, known = strings.CutPrefix(name, partPrefix)
	i := strings.LastIndex(name, ".")
	if !known || i < 0 {
		return at, "", false
	}
	at, known = t.ReadSpot(name[:i])
	return at, name[i+1:], known
}

// newSection and newField are the inputs of what is added, the latter one a section.
const newSection = "nueva.seccion"

func newField(section int, what string) string { return "nuevo." + strconv.Itoa(section) + "." + what }

// act is the document after what a button asks for ("subir:0.2"), or with the changed input of a part; false when that
// asks for nothing.
func act(t form.Template, wanted, changed string, value func(string) string) (string, bool) {
	what, where, _ := strings.Cut(wanted, ":")
	at, there := t.ReadSpot(where)
	if wanted == "" || !there && what != "seccion" {
		at, member, known := readPartName(t, changed)
		switch {
		case !known:
			return "", false
		case form.WrittenMember(member) && at.Field >= 0:
			return form.DocumentWith(t, at, member, value(changed)), true
		}
		return form.Document(t.Set(at, member, value(changed))), true
	}
	if kind := form.Type(value(newField(at.Section, "tipo"))); what == "campo" && kind == form.Computed {
		t = t.WithField(at.Section, orWords(value(newField(at.Section, "rotulo")), "Nuevo campo"), kind)
		return form.DocumentWith(t, spotOf(at.Section, len(t.Sections[at.Section].Fields)-1), "compute", "0"), true
	}
	t, done := moved(t, at, what, value)
	return form.Document(t), done
}

// moved is the template after a button that moves, takes out or adds a part.
func moved(t form.Template, at form.Spot, what string, value func(string) string) (form.Template, bool) {
	switch what {
	case "subir", "bajar":
		return t.Moved(at, what == "bajar"), true
	case "quitar":
		return t.Without(at), true
	case "seccion":
		return t.WithSection(orWords(value(newSection), "Nueva sección")), true
	case "campo":
		kind := form.Type(value(newField(at.Section, "tipo")))
		if !slices.Contains(form.Kinds(), kind) {
			kind = form.Text
		}
		return t.WithField(at.Section, orWords(value(newField(at.Section, "rotulo")), "Nuevo campo"), kind), true
	}
	return t, false
}

func orWords(text, otherwise string) string {
	if text = strings.TrimSpace(text); text == "" {
		return otherwise
	}
	return text
}

func spotOf(section, field int) form.Spot { return form.Spot{Section: section, Field: field} }

// optionLines are the labels of options, one a line.
func optionLines(options []form.Option) string {
	labels := make([]string, len(options))
	for i, o := range options {
		labels[i] = o.Label
	}
	return strings.Join(labels, "\n")
}

func kindOptions() []views.Option {
	var options []views.Option
	for _, k := range form.Kinds() {
		options = append(options, views.Option{Value: string(k), Label: k.Words()})
	}
	return options
}

// opened reports whether the part whose input was changed is this field: it stays open.
func (v templateView) opened(at form.Spot) bool {
	changed, _, known := readPartName(*v.Template, v.Changed)
	return known && changed == at
}

// takesUnit and takesOptions report what a field of that kind may have.
func takesUnit(k form.Type) bool {
	return slices.Contains([]form.Type{form.Number, form.Integer, form.Pressure, form.Computed}, k)
}

func takesOptions(k form.Type) bool { return k == form.Choice || k == form.Choices }

func takesRequired(k form.Type) bool { return k != form.Computed && k != form.Note }

// typedPart is a member of a field that is a formula or a number, with what people call it.
type typedPart struct{ Member, Label, Help string }

// typedParts are those that a kind of field may have.
func typedParts(k form.Type) (list []typedPart) {
	all := []typedPart{
		{"show_if", "Se muestra solo si", `Una condición con otros campos: orina = "Alterada". Vacío: siempre.`},
		{"compute", "Fórmula", "Con los nombres de otros campos: peso / (talla / 100 * talla / 100)."},
		{"min", "Se rechaza menos de", ""}, {"max", "Se rechaza más de", ""},
		{"soft_min", "Se pregunta si es menos de", "Un número, o una fórmula con la edad."}, {"soft_max", "Se pregunta si es más de", ""},
		{"decimals", "Decimales", ""},
	}
	for _, part := range all {
		if k.Takes(part.Member) {
			list = append(list, part)
		}
	}
	return list
}

// layoutOptions are the ways a section is drawn.
func layoutOptions() []views.Option {
	return []views.Option{
		{Value: "", Label: "Una debajo de otra"}, {Value: string(form.Tiles), Label: "En cuadros, como funciones vitales"}, {Value: string(form.Columns), Label: "En pares, como OD y OI"},
	}
}

// memberWords are what people call a member of the document, for who does not read its path.
var memberWords = map[string]string{
	"id": "el nombre interno de la plantilla", "version": "la versión", "title": "el título", "specialty": "la especialidad", "sections": "las secciones", "fields": "los campos",
	"key": "el nombre interno", "label": "el rótulo", "type": "la clase de campo", "unit": "la unidad", "min": "el mínimo", "max": "el máximo", "soft_min": "desde cuánto se pregunta",
	"soft_max": "hasta cuánto no se pregunta", "diastolic": "los límites de la diastólica", "decimals": "los decimales", "options": "las opciones", "required": "si es obligatorio",
	"show_if": "cuándo se muestra", "compute": "la fórmula", "help": "la ayuda", "rows": "el alto", "loinc": "el código LOINC", "ucum": "la unidad UCUM", "layout": "cómo se dibuja",
}

// whereWords are the last member of a problem's path in words: "en la clase de campo («type»)"; "" where there is none.
func whereWords(p form.Problem) string {
	member := p.Path[strings.LastIndex(p.Path, ".")+1:]
	member, _, _ = strings.Cut(member, "[")
	words := memberWords[member]
	if words == "" {
		return ""
	}
	return "En " + words + " («" + member + "»)"
}
