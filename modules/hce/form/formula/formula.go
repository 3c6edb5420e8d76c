// Package formula is the little language in which a note template says when a field is asked and what it computes:
// `peso / (talla / 100 * talla / 100)`, `sexo = "F" and edad_anios >= 12`.
//
// It has decimals (never floats), truths, texts, days and lists of texts; no loops, no variables, no way to ask for
// much: a formula is short and shallow, and its result is found in one walk over it. Kinds are checked when it is read,
// so that reckoning cannot fail. What nobody answered is Empty: sums with it are Empty, comparisons with it are false.
//
// English names are the first; the Spanish ones (si, y, o, no, redondear, edad, dias, semanas, vacio ...) mean the same.
package formula

import (
	"time"

	"github.com/shopspring/decimal"
)

// Kind is what a value is.
type Kind int

// The kinds of values. Empty is what nobody answered.
const (
	Empty Kind = iota
	Number
	Bool
	Text
	Date
	List
)

// words say a kind in a sentence.
var words = map[Kind]string{Empty: "nada", Number: "un número", Bool: "un sí o no", Text: "un texto", Date: "una fecha", List: "una lista"}

// Value is an answer or a result. Only the member of its kind counts.
type Value struct {
	Kind   Kind
	Number decimal.Decimal
	Bool   bool
	Text   string
	Date   time.Time // midnight UTC of a calendar day
	List   []string
}

// OfNumber, OfBool, OfText, OfDate and OfList make values.
func OfNumber(d decimal.Decimal) Value { return Value{Kind: Number, Number: d} }

// OfInt is a whole number.
func OfInt(n int) Value { return OfNumber(decimal.NewFromInt(int64(n))) }

// OfBool is a yes or no.
func OfBool(b bool) Value { return Value{Kind: Bool, Bool: b} }

// OfText is a text; an empty one is Empty.
func OfText(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{Kind: Text, Text: s}
}

// OfDate is the calendar day of t; no time is Empty.
func OfDate(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{Kind: Date, Date: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)}
}

// OfList is several texts; none is Empty.
func OfList(list []string) Value {
	if len(list) == 0 {
		return Value{}
	}
	return Value{Kind: List, List: list}
}

// Name is what a formula may refer to. Options, where there are any, are the only texts it can be.
type Name struct {
	Kind    Kind
	Options []string
}

// Names tells what may be referred to; false for what does not exist.
type Names func(name string) (Name, bool)

// Lookup finds the value behind a name; Empty for what is not answered.
type Lookup func(name string) Value

// Error is what is wrong with a formula, in Spanish, and at which letter (counted from 1).
type Error struct {
	Letter  int
	Message string
}

func (e *Error) Error() string { return e.Message }

// Formula is a formula that was read and whose kinds fit. The zero Formula is none: it is Empty.
type Formula struct {
	text string
	root *node
}

// Is reports whether there is a formula at all.
func (f Formula) Is() bool { return f.root != nil }

// String is the formula as it was written.
func (f Formula) String() string { return f.text }

// Kind is what the formula's result is, if it has one.
func (f Formula) Kind() Kind {
	if f.root == nil {
		return Empty
	}
	return f.root.kind
}

// Names are the names that the formula refers to, each once, in their order.
func (f Formula) Names() (names []string) {
	seen := map[string]bool{}
	f.root.walk(func(n *node) {
		if n.name != "" && !seen[n.name] {
			seen[n.name] = true
			names = append(names, n.name)
		}
	})
	return names
}

// Of reckons the formula with the values that lookup finds.
func (f Formula) Of(lookup Lookup) Value {
	if f.root == nil {
		return Value{}
	}
	return f.root.eval(lookup)
}

// node is a piece of a formula: a literal, a name, or something done to other pieces.
type node struct {
	kind    Kind
	value   Value    // a literal
	name    string   // a reference
	options []string // the only texts a reference can be
	literal bool
	letter  int
	do      func(args []Value, lookup Lookup) Value
	args    []*node
}

func (n *node) walk(visit func(*node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, arg := range n.args {
		arg.walk(visit)
	}
}

func (n *node) eval(lookup Lookup) Value {
	switch {
	case n.literal:
		return n.value
	case n.name != "":
		return n.resolved(lookup(n.name))
	}
	args := make([]Value, len(n.args))
	for i, arg := range n.args {
		args[i] = arg.eval(lookup)
	}
	return n.do(args, lookup)
}

// resolved leaves out a value of another kind than the formula was read for.
func (n *node) resolved(v Value) Value {
	if v.Kind != n.kind {
		return Value{}
	}
	return v
}

// IsZero leaves an absent formula out of JSON.
func (f Formula) IsZero() bool { return f.root == nil }

// MarshalText writes the formula as it was read.
func (f Formula) MarshalText() ([]byte, error) { return []byte(f.text), nil }
