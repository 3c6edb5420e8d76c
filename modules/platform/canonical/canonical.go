// Package canonical writes JSON in the one form that can be hashed and signed: RFC 8785 (JCS). Keys stand in the order
// of their UTF-16 units, there is no space, and a string is escaped in one way only.
//
// Numbers are whole ones: a decimal is written as a string, so that no float's spelling ever decides whether a
// signature holds. Anybody can make the same bytes again without this program.
package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"hampi/modules/platform/sorting"
)

// ErrFloat refuses a number that is not whole, or larger than every JSON reader keeps exactly (2⁵³ − 1).
var ErrFloat = errors.New("canonical JSON: a number that is not a safe whole one; write decimals as strings")

// ErrDuplicate refuses an object that has a key twice: readers do not agree which one counts.
var ErrDuplicate = errors.New("canonical JSON: a key stands twice")

// ErrText refuses bytes that are no UTF-8.
var ErrText = errors.New("canonical JSON: text that is no UTF-8")

// deepest is how far objects may stand in one another.
const deepest = 200

// JSON is the canonical text of v, which is anything that encoding/json can write.
func JSON(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return Text(text)
}

// Text is the canonical form of a JSON text.
func Text(text []byte) ([]byte, error) {
	if !utf8.Valid(text) {
		return nil, ErrText
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var out bytes.Buffer
	if err := value(dec, &out, 0); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("canonical JSON: more than one value")
	}
	return out.Bytes(), nil
}

// value copies the next value.
func value(dec *json.Decoder, out *bytes.Buffer, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return fmt.Errorf("canonical JSON: %w", err)
	}
	if depth > deepest {
		return errors.New("canonical JSON: too deep")
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return object(dec, out, depth)
		}
		return array(dec, out, depth)
	case json.Number:
		return number(out, t.String())
	case string:
		quote(out, t)
	case bool:
		out.WriteString(strconv.FormatBool(t))
	case nil:
		out.WriteString("null")
	}
	return nil
}

// member is a key with its canonical value.
type member struct {
	key   string
	order []uint16
	value []byte
}

func object(dec *json.Decoder, out *bytes.Buffer, depth int) error {
	var members []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fmt.Errorf("canonical JSON: %w", err)
		}
		name, _ := key.(string)
		var text bytes.Buffer
		if err := value(dec, &text, depth+1); err != nil {
			return err
		}
		members = append(members, member{name, utf16.Encode([]rune(name)), text.Bytes()})
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("canonical JSON: %w", err)
	}
	return write(members, out)
}

func write(members []member, out *bytes.Buffer) error {
	sorting.By(members, func(a, b member) int { return slices.Compare(a.order, b.order) })
	out.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			if members[i-1].key == m.key {
				return ErrDuplicate
			}
			out.WriteByte(',')
		}
		quote(out, m.key)
		out.WriteByte(':')
		out.Write(m.value)
	}
	out.WriteByte('}')
	return nil
}

func array(dec *json.Decoder, out *bytes.Buffer, depth int) error {
	out.WriteByte('[')
	for first := true; dec.More(); first = false {
		if !first {
			out.WriteByte(',')
		}
		if err := value(dec, out, depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("canonical JSON: %w", err)
	}
	out.WriteByte(']')
	return nil
}

// safest is the largest whole number that every reader of JSON keeps exactly.
const safest = 1<<53 - 1

func number(out *bytes.Buffer, text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > safest || n < -safest {
		return ErrFloat
	}
	out.WriteString(strconv.FormatInt(n, 10)) // -0 is 0
	return nil
}

// short are the escapes of RFC 8785 §3.2.2.2; other control characters are \u00xx in lower case, all else stands as it is.
var short = map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`}

func quote(out *bytes.Buffer, text string) {
	out.WriteByte('"')
	for _, r := range text {
		if escaped, ok := short[r]; ok {
			out.WriteString(escaped)
		} else if r < 0x20 {
			hex := strconv.FormatInt(int64(r), 16)
			out.WriteString(`\u` + strings.Repeat("0", 4-len(hex)) + hex)
		} else {
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}
