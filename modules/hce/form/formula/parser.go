package formula

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

const (
	longest  = 500 // letters of a formula
	deepest  = 40  // parentheses within parentheses
	mostBits = 18  // digits of a number that is written in a formula
)

// Parse reads a formula. Its error (*Error) says in Spanish what is wrong and where: a word that is not known, a
// comparison of things that do not compare, an option that the field does not have.
func Parse(text string, names Names) (Formula, error) {
	if utf8.RuneCountInString(text) > longest {
		return Formula{}, &Error{1, "la fórmula pasa de " + strconv.Itoa(longest) + " letras"}
	}
	if !utf8.ValidString(text) {
		return Formula{}, &Error{1, "la fórmula tiene letras dañadas"}
	}
	found, err := tokens(text)
	if err != nil {
		return Formula{}, err
	}
	p := parser{tokens: found, names: names}
	root, err := p.expression(0)
	if err != nil {
		return Formula{}, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return Formula{}, &Error{t.letter, "sobra «" + t.text + "»"}
	}
	return Formula{text: text, root: root}, nil
}

type parser struct {
	tokens []token
	at     int
	depth  int
	names  Names
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// operator is the one word for all spellings of an infix operator; "" for what is none.
func (t token) operator() string {
	if t.kind == tokenText {
		return ""
	}
	switch t.text {
	case "and", "y":
		return "and"
	case "or", "o":
		return "or"
	case "=", "==":
		return "="
	case "!=", "<>":
		return "!="
	case "<", "<=", ">", ">=", "+", "-", "*", "/":
		return t.text
	}
	return ""
}

// binds says how tightly an operator holds what stands beside it.
var binds = map[string]int{"or": 1, "and": 2, "=": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6}

const (
	bindsNot   = 3
	bindsMinus = 7
)

// expression reads what holds more tightly than floor.
func (p *parser) expression(floor int) (*node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > deepest {
		return nil, &Error{p.peek().letter, "la fórmula tiene demasiados paréntesis"}
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for {
		t := p.peek()
		power := binds[t.operator()]
		if power <= floor {
			return left, nil
		}
		p.take()
		right, err := p.expression(power)
		if err != nil {
			return nil, err
		}
		if left, err = infix(t, left, right); err != nil {
			return nil, err
		}
	}
}

func (p *parser) operand() (*node, error) {
	t := p.take()
	switch {
	case t.kind == tokenNumber:
		return number(t)
	case t.kind == tokenText:
		return &node{kind: Text, literal: true, value: Value{Kind: Text, Text: t.text}, letter: t.letter}, nil
	case t.kind == tokenSign && t.text == "-":
		return p.minus(t)
	case t.kind == tokenSign && t.text == "(":
		inner, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		return inner, p.close(t)
	case t.kind == tokenName:
		return p.named(t)
	case t.kind == tokenEnd:
		return nil, &Error{t.letter, "la fórmula termina antes de tiempo"}
	}
	return nil, &Error{t.letter, "no se espera «" + t.text + "» aquí"}
}

func number(t token) (*node, error) {
	d, err := decimal.NewFromString(t.text)
	if err != nil || len(t.text) > mostBits || strings.HasSuffix(t.text, ".") {
		return nil, &Error{t.letter, "«" + t.text + "» no es un número"}
	}
	return &node{kind: Number, literal: true, value: OfNumber(d), letter: t.letter}, nil
}

func (p *parser) close(open token) error {
	if t := p.take(); t.kind != tokenSign || t.text != ")" {
		return &Error{open.letter, "falta cerrar el paréntesis"}
	}
	return nil
}

func (p *parser) minus(t token) (*node, error) {
	inner, err := p.expression(bindsMinus)
	if err != nil {
		return nil, err
	}
	if inner.kind != Number {
		return nil, &Error{t.letter, "el signo menos va ante un número, no ante " + words[inner.kind]}
	}
	return &node{kind: Number, letter: t.letter, args: []*node{inner}, do: negate}, nil
}

// named reads a word: a truth, "not", a function or a reference.
func (p *parser) named(t token) (*node, error) {
	if p.peek().kind == tokenSign && p.peek().text == "(" && functions[spelling(t.text)].does != nil {
		return p.call(t)
	}
	switch t.text {
	case "true", "verdadero", "false", "falso":
		return &node{kind: Bool, literal: true, value: OfBool(t.text == "true" || t.text == "verdadero"), letter: t.letter}, nil
	case "not", "no":
		return p.not(t)
	}
	known, ok := p.names(t.text)
	if !ok {
		return nil, &Error{t.letter, "no existe «" + t.text + "»"}
	}
	return &node{kind: known.Kind, name: t.text, options: known.Options, letter: t.letter}, nil
}

func (p *parser) not(t token) (*node, error) {
	inner, err := p.expression(bindsNot)
	if err != nil {
		return nil, err
	}
	if inner.kind != Bool {
		return nil, &Error{t.letter, "«" + t.text + "» va ante un sí o no, y aquí hay " + words[inner.kind]}
	}
	return &node{kind: Bool, letter: t.letter, args: []*node{inner}, do: not}, nil
}

func (p *parser) call(t token) (*node, error) {
	open := p.take()
	var args []*node
	for !(p.peek().kind == tokenSign && p.peek().text == ")") {
		if len(args) > 0 {
			if comma := p.take(); comma.kind != tokenSign || comma.text != "," {
				return nil, &Error{open.letter, "falta cerrar el paréntesis"}
			}
		}
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	p.take()
	f := functions[spelling(t.text)]
	if len(args) < f.least || len(args) > f.most {
		return nil, &Error{t.letter, "«" + t.text + "» se escribe así: " + f.form}
	}
	kind, problem := f.kinds(args)
	if problem != "" {
		return nil, &Error{t.letter, "en «" + t.text + "», " + problem}
	}
	return &node{kind: kind, letter: t.letter, args: args, do: f.does}, nil
}

// Reserved reports whether a word means something in formulas, so that no field can be called so.
func Reserved(word string) bool {
	switch word {
	case "true", "verdadero", "false", "falso", "not", "no":
		return true
	}
	return functions[spelling(word)].does != nil || (token{kind: tokenName, text: word}).operator() != ""
}
