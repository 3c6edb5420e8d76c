package formula

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenNumber
	tokenText
	tokenName
	tokenSign // an operator, a parenthesis or a comma
)

type token struct {
	kind   tokenKind
	text   string
	letter int // counted from 1
}

// signs, longest first, so that "<=" is not taken for "<".
var signs = []string{"<=", ">=", "==", "!=", "<>", "<", ">", "=", "+", "-", "*", "/", "(", ")", ","}

// tokens cuts a formula into words. Its error names the letter.
func tokens(text string) (found []token, err error) {
	letter := 1
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		if unicode.IsSpace(r) {
			text, letter = text[size:], letter+1
			continue
		}
		t, err := next(text, letter)
		if err != nil {
			return nil, err
		}
		found = append(found, t.token)
		letter += utf8.RuneCountInString(text[:t.size])
		text = text[t.size:]
	}
	return append(found, token{kind: tokenEnd, letter: letter}), nil
}

type sized struct {
	token
	size int // bytes it took
}

func next(text string, letter int) (sized, error) {
	r, _ := utf8.DecodeRuneInString(text)
	switch {
	case r >= '0' && r <= '9':
		size := span(text, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' })
		return sized{token{tokenNumber, text[:size], letter}, size}, nil
	case r == '"' || r == '\'':
		end := strings.IndexRune(text[1:], r)
		if end < 0 {
			return sized{}, &Error{letter, "falta cerrar las comillas"}
		}
		return sized{token{tokenText, text[1 : end+1], letter}, end + 2}, nil
	case r == '_' || unicode.IsLetter(r):
		size := span(text, func(r rune) bool { return r == '_' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r) })
		return sized{token{tokenName, text[:size], letter}, size}, nil
	}
	for _, sign := range signs {
		if strings.HasPrefix(text, sign) {
			return sized{token{tokenSign, sign, letter}, len(sign)}, nil
		}
	}
	return sized{}, &Error{letter, "no se entiende «" + string(r) + "»"}
}

// span is how many bytes from the start belong together.
func span(text string, in func(rune) bool) int {
	for i, r := range text {
		if !in(r) {
			return i
		}
	}
	return len(text)
}
