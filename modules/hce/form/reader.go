package form

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"hampi/modules/hce/form/formula"
)

// reader takes a template out of a JSON document and writes down what is wrong on the way.
type reader struct {
	text      []byte
	problems  []Problem
	formulas  []pending
	bySection [][]*Field
	fields    map[string]*asking // every field by its key, for the formulas
}

func (r *reader) problem(n *node, at place, message string) {
	r.problemAt(n.path, n.at, at, message)
}

func (r *reader) problemAt(path string, offset int, at place, message string) {
	if len(r.problems) >= mostProblems {
		return
	}
	line, column := lineColumn(r.text, offset)
	r.problems = append(r.problems, Problem{Path: path, Line: line, Column: column, Place: at.words(), Message: message})
}

// object hands every member to whoever knows it, and objects to those that nobody knows or that stand twice.
func (r *reader) object(n *node, at place, known map[string]func(*node)) {
	if n.open != '{' {
		r.problem(n, at, "se espera un objeto: { … }")
		return
	}
	seen := map[string]bool{}
	for _, m := range n.members {
		take, ok := known[m.name]
		switch {
		case seen[m.name]:
			r.problemAt(n.path+"."+m.name, m.at, at, "«"+m.name+"» está dos veces")
		case !ok:
			r.problemAt(n.path+"."+m.name, m.at, at, "no se conoce «"+m.name+"»")
		default:
			take(m.value)
		}
		seen[m.name] = true
	}
}

// list hands every item of an array on, if there are from one to most.
func (r *reader) list(n *node, at place, most int, take func(*node)) {
	switch {
	case n.open != '[':
		r.problem(n, at, "se espera una lista: [ … ]")
	case len(n.items) == 0:
		r.problem(n, at, "la lista está vacía")
	case len(n.items) > most:
		r.problem(n, at, "la lista pasa de "+strconv.Itoa(most)+" elementos")
	default:
		for _, item := range n.items {
			take(item)
		}
	}
}

// words takes a text of at most so many letters, without line breaks.
func (r *reader) words(into *string, at place, most int) func(*node) {
	return func(n *node) {
		text, ok := n.leaf.(string)
		switch {
		case !ok:
			r.problem(n, at, "se espera un texto entre comillas")
		case strings.TrimSpace(text) != text || text == "":
			r.problem(n, at, "el texto está vacío o tiene espacios al borde")
		case utf8.RuneCountInString(text) > most:
			r.problem(n, at, "el texto pasa de "+strconv.Itoa(most)+" letras")
		case strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
			r.problem(n, at, "el texto lleva un salto de línea o un signo que no se ve")
		default:
			*into = text
		}
	}
}

// slug takes a word of small letters, digits and the joint between its parts.
func (r *reader) slug(into *string, at place, joint rune, says string) func(*node) {
	return func(n *node) {
		text, ok := n.leaf.(string)
		if !ok || !isSlug(text, joint) {
			r.problem(n, at, says)
			return
		}
		*into = text
	}
}

// The joints of keys, which formulas name, and of templates' ids.
const (
	keyJoint = '_'
	idJoint  = '-'
)

// longSlug is the most letters of a key.
const longSlug = 40

func isSlug(text string, joint rune) bool {
	strange := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != joint }
	return text != "" && len(text) <= longSlug && text[0] >= 'a' && text[0] <= 'z' && !strings.ContainsFunc(text, strange)
}

func (r *reader) flag(into *bool, at place) func(*node) {
	return func(n *node) {
		value, ok := n.leaf.(bool)
		if !ok {
			r.problem(n, at, "se espera true o false")
			return
		}
		*into = value
	}
}

// whole takes a whole number from least to most.
func (r *reader) whole(into *int, at place, least, most int) func(*node) {
	return func(n *node) {
		number, _ := n.leaf.(json.Number)
		value, err := strconv.Atoi(number.String())
		if err != nil || value < least || value > most {
			r.problem(n, at, "se espera un número entero de "+strconv.Itoa(least)+" a "+strconv.Itoa(most))
			return
		}
		*into = value
	}
}

// limit takes a number, or, where a limit may depend on the patient, a formula.
func (r *reader) limit(into *Limit, at place, mayReckon bool) func(*node) {
	return func(n *node) {
		if text, ok := n.leaf.(string); ok && mayReckon {
			r.formulas = append(r.formulas, pending{node: n, at: at, text: text, want: []formula.Kind{formula.Number}, set: func(f formula.Formula) { into.formula = f }})
			return
		}
		number, ok := n.leaf.(json.Number)
		value, readable := readDecimal(number.String())
		if !ok || !readable {
			says := "se espera un número"
			if mayReckon {
				says += " o una fórmula entre comillas"
			}
			r.problem(n, at, says)
			return
		}
		*into = LimitOf(value)
	}
}

// mostDigits is more digits than any answer has; an exponent could ask for a billion of them.
const mostDigits = 15

// readDecimal reads plain digits with a point, and nothing else.
func readDecimal(text string) (decimal.Decimal, bool) {
	whole, fraction, pointed := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(text) > mostDigits+2 || !isDigits(whole) || pointed && !isDigits(fraction) {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(text)
	return d, err == nil
}

// isDigits reports whether a text is one figure or more and nothing else.
func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// oneOf takes one of some words.
func oneOf[T ~string](r *reader, into *T, at place, known ...T) func(*node) {
	return func(n *node) {
		text, _ := n.leaf.(string)
		if !slices.Contains(known, T(text)) {
			list := make([]string, len(known))
			for i, k := range known {
				list[i] = string(k)
			}
			r.problem(n, at, "se espera una de estas palabras: "+strings.Join(list, ", "))
			return
		}
		*into = T(text)
	}
}
