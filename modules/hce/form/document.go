package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// node is a JSON value that knows where it stands in the text.
type node struct {
	path    string // $.sections[1].fields[2].min
	at      int    // its first byte
	open    rune   // '{' or '['; 0 for a leaf
	leaf    json.Token
	members []member
	items   []*node
}

type member struct {
	name  string
	at    int
	value *node
}

// member finds a member by name; nil without one.
func (n *node) member(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// deepestJSON is more levels than a template has.
const deepestJSON = 12

// errDeep refuses a document with more levels than any template has.
var errDeep = errors.New("too deep")

// document reads a JSON text into nodes.
type document struct {
	text  []byte
	dec   *json.Decoder
	after int // where the member begins after which an object stopped being one; -1 while none did
}

func readDocument(text []byte) (*node, int, error) {
	d := document{text: text, dec: json.NewDecoder(bytes.NewReader(text)), after: -1}
	d.dec.UseNumber()
	root, err := d.value("$", 0)
	if errors.Is(err, errDeep) {
		return nil, d.begin(), err
	}
	if err != nil {
		return nil, d.begin(), d.unbalanced(err)
	}
	at := d.begin()
	if at < len(text) {
		return nil, at, errors.New("more text")
	}
	return root, 0, nil
}

// begin is where the next value begins.
func (d *document) begin() int {
	at := int(d.dec.InputOffset())
	for at < len(d.text) && strings.ContainsRune(" \t\r\n,:", rune(d.text[at])) {
		at++
	}
	return at
}

func (d *document) value(path string, depth int) (*node, error) {
	if depth > deepestJSON {
		return nil, errDeep
	}
	n := &node{path: path, at: d.begin()}
	token, err := d.dec.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		n.leaf = token
		return n, nil
	}
	n.open = rune(delim)
	if n.open == '{' {
		err = d.object(n, depth)
	} else {
		err = d.array(n, depth)
	}
	if err != nil {
		return nil, err
	}
	if _, err = d.dec.Token(); err != nil {
		d.stopped(n)
	}
	return n, err
}

// stopped keeps the last member of the innermost object that could not be read on.
func (d *document) stopped(n *node) {
	if d.after < 0 && n.open == '{' && len(n.members) > 0 {
		d.after = n.members[len(n.members)-1].at
	}
}

func (d *document) object(n *node, depth int) error {
	for d.dec.More() {
		at := d.begin()
		token, err := d.dec.Token()
		if err != nil {
			d.stopped(n)
			return err
		}
		name, _ := token.(string)
		value, err := d.value(n.path+"."+name, depth+1)
		if err != nil {
			d.stopped(n)
			return err
		}
		n.members = append(n.members, member{name, at, value})
	}
	return nil
}

func (d *document) array(n *node, depth int) error {
	for d.dec.More() {
		item, err := d.value(n.path+"["+strconv.Itoa(len(n.items))+"]", depth+1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	return nil
}

// lineColumn are the line and the letter in it, both counted from 1, of a byte.
func lineColumn(text []byte, at int) (line, column int) {
	before := text[:min(max(at, 0), len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1
}
