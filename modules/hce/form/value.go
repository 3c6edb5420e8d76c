package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// Shape is which member of a Value counts.
type Shape int

// The shapes of values. What somebody typed and nobody can read is kept as Typed, so that nothing typed is lost.
const (
	None Shape = iota
	Plain
	Several
	Truth
	Pair
	Span
	Typed
)

// Value is an answer. In JSON its shape shows: "texto", ["a","b"], true, {"systolic":148,"diastolic":92},
// {"amount":"21","unit":"dia"}, {"typed":"36x"}. Decimals are strings ("36.5"), days are "2026-11-24".
type Value struct {
	Shape     Shape
	Text      string   // Plain: a text, an option, a decimal, a day; Typed: what was typed
	List      []string // Several
	Yes       bool     // Truth
	Systolic  int      // Pair, mmHg
	Diastolic int
	Amount    string // Span: a decimal
	Unit      string // Span: hora, dia, semana, mes, anio
}

// Values are the answers of a note by the key of their field.
type Values map[string]Value

// confirmedKey is where Values keep which improbable answers a person confirmed. No field can be called so.
const confirmedKey = "_confirmed"

// actionsKey is where Values keep what was done about critical answers, each as "key=text". No field can be called so.
const actionsKey = "_actions"

// OfText, OfList, OfTruth, OfPressure and OfSpan make answers; nothing is no answer.
func OfText(text string) Value {
	if text == "" {
		return Value{}
	}
	return Value{Shape: Plain, Text: text}
}

// OfList is several options.
func OfList(list ...string) Value {
	if len(list) == 0 {
		return Value{}
	}
	return Value{Shape: Several, List: list}
}

// OfTruth is a yes or a no.
func OfTruth(yes bool) Value { return Value{Shape: Truth, Yes: yes} }

// OfPressure is a blood pressure in mmHg.
func OfPressure(systolic, diastolic int) Value {
	return Value{Shape: Pair, Systolic: systolic, Diastolic: diastolic}
}

// OfSpan is a length of time; amount is a decimal, unit one of hora, dia, semana, mes, anio.
func OfSpan(amount, unit string) Value { return Value{Shape: Span, Amount: amount, Unit: unit} }

// typed keeps what could not be read.
func typed(text string) Value { return Value{Shape: Typed, Text: text} }

// Is reports whether there is an answer.
func (v Value) Is() bool { return v.Shape != None }

type (
	pairJSON struct {
		Systolic  int `json:"systolic"`
		Diastolic int `json:"diastolic"`
	}
	spanJSON struct {
		Amount string `json:"amount"`
		Unit   string `json:"unit"`
	}
	typedJSON struct {
		Typed string `json:"typed"`
	}
)

// MarshalJSON writes the answer in the form that belongs to its shape.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.Shape {
	case Plain:
		return json.Marshal(v.Text)
	case Several:
		return json.Marshal(v.List)
	case Truth:
		return json.Marshal(v.Yes)
	case Pair:
		return json.Marshal(pairJSON{v.Systolic, v.Diastolic})
	case Span:
		return json.Marshal(spanJSON{v.Amount, v.Unit})
	case Typed:
		return json.Marshal(typedJSON{v.Text})
	}
	return []byte("null"), nil
}

// errValue refuses JSON that is no answer.
var errValue = errors.New("form: this JSON is no answer of a note")

// UnmarshalJSON reads what MarshalJSON writes and nothing else.
func (v *Value) UnmarshalJSON(data []byte) error {
	*v = Value{}
	switch data = bytes.TrimSpace(data); {
	case len(data) == 0:
		return errValue
	case data[0] == '"':
		var text string
		err := json.Unmarshal(data, &text)
		*v = OfText(text)
		return err
	case data[0] == '[':
		var list []string
		err := json.Unmarshal(data, &list)
		*v = OfList(list...)
		return err
	case data[0] == '{':
		return v.unmarshalObject(data)
	case string(data) == "true", string(data) == "false":
		*v = OfTruth(data[0] == 't')
		return nil
	case string(data) == "null":
		return nil
	}
	return errValue
}

func (v *Value) unmarshalObject(data []byte) error {
	var (
		pair pairJSON
		span spanJSON
		raw  typedJSON
	)
	switch {
	case strict(data, &pair) && pair != pairJSON{}:
		*v = OfPressure(pair.Systolic, pair.Diastolic)
	case strict(data, &span) && span != spanJSON{}:
		*v = OfSpan(span.Amount, span.Unit)
	case strict(data, &raw) && raw != typedJSON{}:
		*v = typed(raw.Typed)
	default:
		return errValue
	}
	return nil
}

// strict reads an object that has no other members than into's.
func strict(data []byte, into any) bool {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(into) == nil
}

// Confirmed are the improbable answers that a person confirmed, each as "key=value".
func (v Values) Confirmed() []string { return v[confirmedKey].List }

func (v Values) confirms(key, shown string) bool {
	return slices.Contains(v.Confirmed(), confirmation(key, shown))
}

func confirmation(key, shown string) string { return key + "=" + shown }

// Action is what was done about the answer of a field; "" when nobody said it.
func (v Values) Action(key string) string {
	for _, said := range v[actionsKey].List {
		if of, text, found := strings.Cut(said, "="); found && of == key {
			return strings.TrimSpace(text)
		}
	}
	return ""
}
