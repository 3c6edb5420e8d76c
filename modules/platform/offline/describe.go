package offline

import (
	"context"
	"encoding/json"
	"net/url"

	"hampi/modules/platform/access"
)

// Describer tells people of an entity's data; each module hands in its own.
type Describer struct {
	Entity string
	// Icon is the picture of an operation on it.
	Icon func(op Operation) string
	// Title says what an operation did: "Paciente nuevo: Jara Ortega, Camila". Nil leaves it to general words.
	Title func(ctx context.Context, op Operation) (string, error)
	// Noun is what such operations are counted as: "nota", "notas". Nil counts none.
	Noun func(op Operation) (one, many string)
	// Fields names what data holds, in the order of the form. What is absent is left out; what is empty has no value.
	Fields func(ctx context.Context, data json.RawMessage) ([]Field, error)
	// Correct says where somebody puts right an operation that was refused. Nil: nowhere.
	Correct func(op Operation) Correction
}

// Field is one thing about an object in words: "Celular", "962 555 046".
type Field struct {
	Group string // fields of one group are read together: "contact"
	Label string
	Value string   // "" is empty
	Names []string // of the fields of the data that it tells
}

// Correction leads to a form. With Typed the form is asked for by POST and stands filled in, so that no address says
// anything of anybody; without, Address is a plain link.
type Correction struct {
	Address string
	Typed   url.Values
	Needs   access.Permission // of that form; "" is open to whoever sees the page
}
