package form

import "strconv"

// unbalancedError is a bracket without its other half. JSON is often readable for lines after it: its place is that of the
// bracket, or of what should have begun with one, and not where reading stopped.
type unbalancedError struct {
	at      int // byte
	message string
	cause   error
}

func (e *unbalancedError) Error() string { return e.message }

func (e *unbalancedError) Unwrap() error { return e.cause }

// unbalanced says which bracket kept a document from being read; err itself when it was none, or something before it.
func (d *document) unbalanced(err error) error {
	opener, closer, found := firstUnbalanced(d.text)
	switch {
	case !found, opener > d.begin():
		return err
	case closer == len(d.text):
		return &unbalancedError{opener, "el «" + string(d.text[opener]) + "» de aquí no se cierra", err}
	}
	line, _ := lineColumn(d.text, closer)
	met := " («" + string(d.text[closer]) + "» en la línea " + strconv.Itoa(line) + ")"
	if d.text[opener] == '{' && d.after > opener {
		return &unbalancedError{d.after, "aquí falta «[» o «}»" + met, err}
	}
	return &unbalancedError{opener, "el «" + string(d.text[opener]) + "» de aquí no se cierra" + met, err}
}

// firstUnbalanced is the first bracket that is closed by another kind, and the byte where: the end of the text when it is
// closed by none. False when all are closed, when one closes what nothing opened, and when a text is not closed on its line.
func firstUnbalanced(text []byte) (opener, closer int, found bool) {
	var open []int
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\n':
			return 0, 0, false
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			open = append(open, i)
		case c == '}', c == ']':
			if len(open) == 0 {
				return 0, 0, false
			}
			last := open[len(open)-1]
			if text[last]+2 != c { // in ASCII each closes the one two before it
				return last, i, true
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 || quoted {
		return 0, 0, false
	}
	return open[len(open)-1], len(text), true
}
