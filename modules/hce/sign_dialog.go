package hce

import (
	"strings"

	"hampi/modules/platform/fault"
	"hampi/views"
)

// SignBox is what a page tells the dialog that asks for a signature.
type SignBox struct {
	Question string         // "¿Firmar y cerrar la atención de Ana Quispe?"
	Action   string         // POST address
	Verb     string         // "" is "Firmar y cerrar"
	OpID     string         // of this form
	Hidden   []views.Option // further hidden fields: Value is the name, Label the value
	Later    bool           // a device closes; it is signed later
	Fresh    bool           // who signs has shown a moment ago who they are (Service.NeedsProof)
	Problems fault.Problems // as Service refused
}

// proofField is the one field that takes a code or the password.
const proofField = "prueba"

// ProofTyped reads the one field of the dialog: six digits, however spaced, are a code, anything else the password.
func ProofTyped(typed string) Proof {
	if code := strings.Join(strings.Fields(typed), ""); len(code) == 6 && strings.Trim(code, "0123456789") == "" {
		return Proof{Code: code}
	}
	return Proof{Password: typed}
}

func (b SignBox) verb() string {
	if b.Verb == "" {
		return "Firmar y cerrar"
	}
	return b.Verb
}

// hint says what the keys do: on a device nothing is signed.
func (b SignBox) hint() string {
	if b.Later {
		return "Ctrl Enter cierra, queda por firmar · Esc vuelve"
	}
	return "Ctrl Enter firma · Esc vuelve"
}

// problems puts what was wrong with code or password beside their one field.
func (b SignBox) problems() fault.Problems {
	problems := fault.Problems{}
	for field, words := range b.Problems {
		if field == "code" || field == "password" {
			field = proofField
		}
		problems.Add(field, words)
	}
	return problems
}

// asks reports whether the dialog has the field: without a fresh proof, or after one was refused.
func (b SignBox) asks() bool { return !b.Fresh || b.problems()[proofField] != "" }
