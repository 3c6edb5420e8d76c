package form

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"hampi/modules/hce/form/formula"
)

// pending is a formula that was found and is read when all fields are known.
type pending struct {
	node  *node
	at    place
	text  string
	want  []formula.Kind // what it may give
	set   func(formula.Formula)
	owner *Field // the computed field whose result it is
	done  bool
}

// formula takes the text of a formula that gives one of some kinds.
func (r *reader) formula(at place, set func(formula.Formula), want ...formula.Kind) func(*node) {
	return func(n *node) { r.pend(pending{node: n, at: at, want: want, set: set}) }
}

// computed takes the formula of a computed field.
func (r *reader) computed(f *Field, at place) func(*node) {
	return func(n *node) {
		r.pend(pending{
			node: n, at: at, owner: f, set: func(read formula.Formula) { f.Compute = read },
			want: []formula.Kind{formula.Number, formula.Text, formula.Date, formula.Bool},
		})
	}
}

func (r *reader) pend(p pending) {
	text, ok := p.node.leaf.(string)
	if !ok {
		r.problem(p.node, p.at, "se espera una fórmula entre comillas")
		return
	}
	p.text = text
	r.formulas = append(r.formulas, p)
}

// compile reads all formulas. One that names a computed field has that field's formula read first, for its kind.
func (r *reader) compile() {
	for key, f := range r.fields {
		f.compute = r.formulaOf(key)
	}
	for i := range r.formulas {
		r.read(&r.formulas[i])
	}
}

func (r *reader) formulaOf(key string) *pending {
	i := slices.IndexFunc(r.formulas, func(p pending) bool { return p.owner != nil && p.owner.Key == key })
	if i < 0 {
		return nil
	}
	return &r.formulas[i]
}

// kindWords say what a formula must give.
var kindWords = map[formula.Kind]string{formula.Number: "un número", formula.Bool: "un sí o no"}

func (r *reader) read(p *pending) {
	if p.done {
		return
	}
	p.done = true
	read, err := formula.Parse(p.text, r.known)
	var wrong *formula.Error
	switch {
	case errors.As(err, &wrong):
		r.problem(p.node, p.at, "en la fórmula, "+wrong.Message+" (letra "+strconv.Itoa(wrong.Letter)+")")
	case !slices.Contains(p.want, read.Kind()):
		r.problem(p.node, p.at, "la fórmula tiene que dar "+kindWords[p.want[0]])
	default:
		p.set(read)
	}
}

// known tells what a formula may name: what is known of the patient and the day, the fields, and parts of fields.
func (r *reader) known(name string) (formula.Name, bool) {
	if n, ok := contextKinds[name]; ok {
		return n, true
	}
	key, part, isPart := strings.Cut(name, ".")
	f := r.fields[key]
	if f == nil {
		return formula.Name{}, false
	}
	if isPart {
		kind, ok := partKinds[f.field.Type][part]
		return kind, ok
	}
	if f.field.Type == Computed {
		return r.computedKind(f), true
	}
	n, ok := fieldKinds[f.field.Type]
	for _, o := range f.field.Options {
		n.Options = append(n.Options, o.Value)
	}
	return n, ok
}

// computedKind is what a computed field gives. In a circle it is anything: findLoops says what is wrong.
func (r *reader) computedKind(f *asking) formula.Name {
	if f.compute == nil || f.visiting {
		return formula.Name{Kind: formula.Number}
	}
	f.visiting = true
	r.read(f.compute)
	f.visiting = false
	if !f.field.Compute.Is() {
		return formula.Name{Kind: formula.Number}
	}
	return formula.Name{Kind: f.field.Compute.Kind()}
}

// findLoops objects to fields that need each other: computed from each other, or shown only when the other is.
func (r *reader) findLoops() {
	state := map[string]int{} // 1: on the way, 2: done
	for _, fields := range r.bySection {
		for _, f := range fields {
			r.follow(f.Key, nil, state)
		}
	}
}

func (r *reader) follow(key string, way []string, state map[string]int) {
	f := r.fields[key]
	if f == nil || state[key] == 2 {
		return
	}
	if state[key] == 1 {
		circle := append(slices.Clone(way[slices.Index(way, key):]), key)
		r.problem(f.node, f.at, "hay campos que dependen en círculo: "+strings.Join(circle, " → "))
		return
	}
	state[key] = 1
	for _, name := range needs(*f.field) {
		r.follow(name, append(slices.Clone(way), key), state)
	}
	state[key] = 2
}

// needs are the keys that a field's showing and computing name.
func needs(f Field) (keys []string) {
	for _, name := range append(f.ShowIf.Names(), f.Compute.Names()...) {
		key, _, _ := strings.Cut(name, ".")
		keys = append(keys, key)
	}
	return keys
}
