package form

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is what is wrong with a template, and where.
type Problem struct {
	Path         string // $.sections[1].fields[2].min
	Line, Column int    // counted from 1
	Place        string // Sección «examen», campo «talla»; "" for the template as a whole
	Message      string // el mínimo es mayor que el máximo
}

// String is the sentence for the settings page: "Sección «examen», campo «talla»: el mínimo es mayor que el máximo. Línea 31".
func (p Problem) String() string {
	words := p.Message
	if p.Place != "" {
		words = p.Place + ": " + words
	} else {
		words = upperFirst(words)
	}
	return words + ". Línea " + strconv.Itoa(p.Line)
}

// TemplateError refuses a template; it holds at most mostProblems of its problems, in the order of the text.
type TemplateError struct {
	Problems []Problem
}

const mostProblems = 20

func (e *TemplateError) Error() string {
	sentences := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		sentences[i] = p.String()
	}
	return strings.Join(sentences, "\n")
}

// place is where in a template something stands.
type place struct {
	section, field string
}

func (p place) words() string {
	switch {
	case p.section == "" && p.field == "":
		return ""
	case p.field == "":
		return "Sección «" + p.section + "»"
	case p.section == "":
		return "Campo «" + p.field + "»"
	}
	return "Sección «" + p.section + "», campo «" + p.field + "»"
}

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// lowerFirst is a text in the middle of a sentence; an abbreviation keeps its capitals.
func lowerFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	if unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[n:]
}
