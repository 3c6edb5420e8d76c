//go:build !js

package hce

import (
	"context"
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

// act is the template after what a button asks for ("subir:0.2"), or with the changed input of a part; false when that
// asks for nothing.
func act(t form.Template, wanted, changed string, value func(string) string) (form.Template, bool) {
	what, where, _ := strings.Cut(wanted, ":")
	at, there := t.ReadSpot(where)
	switch {
	case wanted == "" || !there && what != "seccion":
		at, member, known := readPartName(t, changed)
		if !known {
			return t, false
		}
		return t.Set(at, member, value(changed)), true
	case what == "subir" || what == "bajar":
		return t.Moved(at, what == "bajar"), true
	case what == "quitar":
		return t.Without(at), true
	case what == "seccion":
		return t.WithSection(orWords(value(newSection), "Nueva sección")), true
	case what == "campo":
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

// memberNames are the names of all who work, or worked, here.
func memberNames(ctx context.Context, s *Service) (map[uuid.UUID]string, error) {
	everybody, err := s.Colleagues.Everybody(ctx)
	names := map[uuid.UUID]string{}
	for _, m := range everybody {
		names[m.ID] = m.DisplayName()
	}
	return names, err
}
