package form

import (
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"hampi/modules/platform/sorting"
)

// What a template may have at most: more than any clinic needs, little enough to be drawn at once.
const (
	mostBytes    = 256 << 10
	mostSections = 40
	mostFields   = 80 // of a section
	mostOptions  = 60
	longTitle    = 120
	longHelp     = 400
	longOption   = 120
	longUnit     = 20
)

// Parse reads a template.
//
// It is strict: a member that is not known or stands twice, a reference to a field that is not there, fields that
// compute each other in a circle, limits and options that cannot be right, too much of anything. The error is a
// *TemplateError, which names the place of each problem.
func Parse(data []byte) (Template, error) {
	r := &reader{text: data, fields: map[string]*asking{}}
	root := r.open(data)
	if root == nil {
		return Template{}, &TemplateError{r.problems}
	}
	t := r.template(root)
	if len(r.problems) == 0 {
		r.compile()
	}
	if len(r.problems) == 0 {
		r.findLoops()
	}
	for i, fields := range r.bySection { // only now do their formulas stand in them
		for _, f := range fields {
			t.Sections[i].Fields = append(t.Sections[i].Fields, *f)
		}
	}
	if len(r.problems) > 0 {
		sorting.By(r.problems, func(a, b Problem) int {
			return slices.Compare([]int{a.Line, a.Column}, []int{b.Line, b.Column})
		})
		return Template{}, &TemplateError{r.problems}
	}
	return t, nil
}

// open reads the JSON; nil with a problem when it is none.
func (r *reader) open(data []byte) *node {
	whole := place{}
	switch {
	case len(data) > mostBytes:
		r.problemAt("$", 0, whole, "la plantilla pasa de "+strconv.Itoa(mostBytes>>10)+" kB")
		return nil
	case !utf8.Valid(data):
		r.problemAt("$", 0, whole, "el texto tiene letras dañadas (no es UTF-8)")
		return nil
	}
	root, at, err := readDocument(data)
	var bracket *unbalancedError
	switch {
	case errors.As(err, &bracket):
		r.problemAt("$", bracket.at, whole, "esto no es JSON: "+bracket.message)
		return nil
	case errors.Is(err, errDeep):
		r.problemAt("$", at, whole, "hay demasiados niveles de llaves y corchetes")
		return nil
	case err != nil:
		r.problemAt("$", at, whole, "esto no es JSON: falta o sobra una coma, unas comillas, una llave o un corchete")
		return nil
	}
	return root
}

// template reads the whole document.
func (r *reader) template(n *node) (t Template) {
	whole := place{}
	r.object(n, whole, map[string]func(*node){
		"id":        r.slug(&t.ID, whole, idJoint, "«id» lleva letras minúsculas sin tilde, cifras y guiones"),
		"version":   r.whole(&t.Version, whole, 1, 1_000_000),
		"title":     r.words(&t.Title, whole, longTitle),
		"specialty": r.slug(&t.Specialty, whole, keyJoint, "«specialty» es una palabra en minúsculas sin tilde"),
		"sections": func(n *node) {
			r.list(n, whole, mostSections, func(n *node) { t.Sections = append(t.Sections, r.section(n)) })
		},
	})
	r.needs(n, whole, "id", "version", "title", "sections")
	r.distinct(n.member("sections"), "sección")
	if n.open == '{' && r.askedFields() == 0 && len(r.problems) == 0 {
		r.problem(n, whole, "la plantilla no pregunta nada")
	}
	return t
}

func (r *reader) askedFields() (n int) {
	for _, f := range r.fields {
		if f.field.asked() {
			n++
		}
	}
	return n
}

func (r *reader) section(n *node) (s Section) {
	at := place{section: keyOf(n)}
	var fields []*Field
	r.object(n, at, map[string]func(*node){
		"key":    r.slug(&s.Key, at, keyJoint, "«key» lleva letras minúsculas sin tilde, cifras y «_»"),
		"title":  r.words(&s.Title, at, longTitle),
		"layout": oneOf(r, &s.Layout, at, Rows, Tiles, Columns),
		"fields": func(n *node) {
			r.list(n, at, mostFields, func(n *node) { fields = append(fields, r.field(n, at.section)) })
		},
	})
	r.needs(n, at, "key", "title", "fields")
	r.bySection = append(r.bySection, fields)
	return s
}

// keyOf is the key for the place of a problem, before anybody knows whether it is a good one.
func keyOf(n *node) string {
	if key := n.member("key"); key != nil {
		text, _ := key.leaf.(string)
		return text
	}
	return ""
}

// needs objects to what is missing.
func (r *reader) needs(n *node, at place, names ...string) {
	for _, name := range names {
		if n.open == '{' && n.member(name) == nil {
			r.problem(n, at, "falta «"+name+"»")
		}
	}
}

// distinct objects to two sections of one key.
func (r *reader) distinct(list *node, what string) {
	if list == nil {
		return
	}
	seen := map[string]bool{}
	for _, item := range list.items {
		key := keyOf(item)
		if key != "" && seen[key] {
			r.problem(item, place{section: key}, "hay otra "+what+" con la misma clave")
		}
		seen[key] = true
	}
}
