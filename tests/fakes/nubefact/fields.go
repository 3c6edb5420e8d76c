package nubefact

import (
	"bytes"
	"encoding/json"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// object is a JSON object of a request. Its readers remember the first complaint and go on with nothing; who reads asks
// for it in the end.
type object struct {
	fields map[string]any
	where  string // "" or "Ítem 2: ", before every complaint
	strict bool
	said   *[]*refusal
}

// readObject reads a request. Numbers keep their spelling.
func readObject(text []byte, strict bool) (object, *refusal) {
	o := object{strict: strict, said: new([]*refusal)}
	if !utf8.Valid(text) || bytes.HasPrefix(text, []byte("\ufeff")) {
		return o, refuse(20, "El archivo enviado no cumple con el formato establecido: no es UTF-8 sin BOM")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&o.fields); err != nil || o.fields == nil || dec.More() {
		return o, refuse(20, "El archivo enviado no cumple con el formato establecido: no es un objeto JSON")
	}
	return o, nil
}

func (o object) complain(code int, text string, args ...any) {
	r := refuse(code, text, args...)
	r.text = o.where + r.text
	*o.said = append(*o.said, r)
}

// complaint is the first thing that was wrong; nil when nothing was.
func (o object) complaint() *refusal {
	if len(*o.said) == 0 {
		return nil
	}
	return (*o.said)[0]
}

// known complains of fields that the manual does not have.
func (o object) known(names map[string]bool) {
	for name := range o.fields {
		if !names[name] {
			o.complain(20, "el campo %s no existe", name)
		}
	}
}

func names(list ...string) map[string]bool {
	set := map[string]bool{}
	for _, words := range list {
		for _, name := range strings.Fields(words) {
			set[name] = true
		}
	}
	return set
}

// value is a field's value; nil when it was left out or sent as "", which the service takes as the same.
func (o object) value(name string) any {
	v := o.fields[name]
	if v == "" && !o.strict {
		return nil
	}
	return v
}

func (o object) has(name string) bool { return o.value(name) != nil }

// text reads a text of a line, from least to most letters; least 0 lets it be left out.
func (o object) text(name string, least, most int) string {
	v := o.value(name)
	if v == nil {
		if least > 0 {
			o.complain(20, "%s no puede estar en blanco", name)
		}
		return ""
	}
	text, ok := v.(string)
	if n, isNumber := v.(json.Number); isNumber && !o.strict {
		text, ok = n.String(), true
	}
	n := utf8.RuneCountInString(text)
	switch {
	case !ok:
		o.complain(20, "%s no es un texto", name)
	case n < least || n > most:
		o.complain(20, "%s tiene %d caracteres y se permiten de %d a %d", name, n, least, most)
	case strings.ContainsFunc(text, unicode.IsControl):
		o.complain(20, "%s lleva tabuladores u otros caracteres de control", name)
	}
	return text
}

// number reads a JSON number, or a text that holds one.
func (o object) number(name string) (string, bool) {
	switch v := o.value(name).(type) {
	case nil:
		return "", false
	case json.Number:
		return v.String(), true
	case string:
		if !o.strict {
			return v, true
		}
	}
	o.complain(20, "%s no es un número", name)
	return "", false
}

// whole reads a whole number from 1 to most; 0 when it was left out and may be.
func (o object) whole(name string, needed bool, most int64) int64 {
	text, there := o.number(name)
	if !there {
		if needed {
			o.complain(20, "%s no puede estar en blanco", name)
		}
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > most {
		o.complain(20, "%s es un número entero de 1 a %d", name, most)
	}
	return n
}

var amountForm = regexp.MustCompile(`^\d{1,12}(?:\.(\d+))?$`)

// amount reads an amount that is not negative, of at most twelve digits and so many decimals; zero when it was left out.
func (o object) amount(name string, needed bool, decimals int) *big.Rat {
	text, there := o.number(name)
	if !there {
		if needed {
			o.complain(20, "%s no puede estar en blanco", name)
		}
		return new(big.Rat)
	}
	parts := amountForm.FindStringSubmatch(text)
	if parts == nil || len(strings.TrimRight(parts[1], "0")) > decimals {
		o.complain(20, "%s no es un importe con hasta %d decimales", name, decimals)
		return new(big.Rat)
	}
	r, _ := new(big.Rat).SetString(text)
	return r
}

// yes reads a boolean; false when it was left out.
func (o object) yes(name string, needed bool) bool {
	switch v := o.value(name).(type) {
	case nil:
		if needed {
			o.complain(20, "%s no puede estar en blanco", name)
		}
		return false
	case bool:
		return v
	case string:
		if !o.strict && (v == "true" || v == "false") {
			return v == "true"
		}
	}
	o.complain(20, "%s es true o false", name)
	return false
}

// day reads "20-11-2026"; zero when it was left out.
func (o object) day(name string, needed bool) time.Time {
	text := o.text(name, 0, 10)
	if text == "" {
		if needed {
			o.complain(20, "%s no puede estar en blanco", name)
		}
		return time.Time{}
	}
	t, err := time.ParseInLocation("02-01-2006", text, lima)
	if err != nil {
		o.complain(20, "%s es una fecha DD-MM-YYYY", name)
	}
	return t
}

// list reads a list of objects.
func (o object) list(name, called string) []object {
	v := o.value(name)
	if v == nil {
		return nil
	}
	raw, ok := v.([]any)
	if !ok {
		o.complain(20, "%s no es una lista", name)
		return nil
	}
	var parts []object
	for i, part := range raw {
		fields, ok := part.(map[string]any)
		if !ok {
			o.complain(20, "%s no es una lista de objetos", name)
			continue
		}
		parts = append(parts, object{fields: fields, where: called + " " + strconv.Itoa(i+1) + ": ", strict: o.strict, said: o.said})
	}
	return parts
}
