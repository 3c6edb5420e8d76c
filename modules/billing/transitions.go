package billing

import "hampi/modules/platform/fault"

// Status is where a document stands.
type Status string

// The states of a document.
const (
	Draft     Status = "draft"      // no number, no document yet
	Queued    Status = "queued"     // has its number, waits for its turn
	Sent      Status = "sent"       // may be outside, or is and waits for SUNAT
	Accepted  Status = "accepted"   // by SUNAT
	Rejected  Status = "rejected"   // by SUNAT, or its number was somebody else's: the number is spent, a correction takes the next one
	ToCorrect Status = "to_correct" // nobody holds it: a person corrects it and sends it under the same number
	InVoiding Status = "voiding"
	Voided    Status = "voided"
)

// Statuses are all states, in the order of a document's life.
func Statuses() []Status {
	return []Status{Draft, Queued, Sent, ToCorrect, Accepted, Rejected, InVoiding, Voided}
}

// Label is the state on screens.
func (s Status) Label() string {
	switch s {
	case Draft:
		return "Borrador"
	case Queued:
		return "En cola"
	case Sent:
		return "Enviando a SUNAT"
	case ToCorrect:
		return "Por corregir"
	case Accepted:
		return "Aceptada"
	case Rejected:
		return "Rechazada"
	case InVoiding:
		return "Anulando"
	case Voided:
		return "Anulada"
	}
	return string(s)
}

// Counts reports whether a document in this state is money that the clinic asked for.
func (s Status) Counts() bool {
	return s == Queued || s == Sent || s == ToCorrect || s == Accepted || s == InVoiding
}

// Transition is a change that exists.
type Transition struct{ From, To Status }

// Transitions is the whole table. What is not in it cannot happen.
func Transitions() []Transition {
	return []Transition{
		{Draft, Queued},
		{Queued, Sent}, // written down before anything leaves
		{Sent, Accepted},
		{Sent, Rejected},
		{Sent, ToCorrect},
		{ToCorrect, Queued},
		{Accepted, InVoiding},
		{InVoiding, Voided},
		{InVoiding, Accepted}, // the voiding was refused
	}
}

// Move refuses, as a conflict, a change that is not in the table. A state that already holds is no refusal.
func Move(from, to Status) error {
	if from == to {
		return nil
	}
	for _, t := range Transitions() {
		if t == (Transition{from, to}) {
			return nil
		}
	}
	if to == InVoiding && from != Voided {
		return fault.Conflicted("illegal_transition", "Se anula lo que SUNAT aceptó; este comprobante está como «"+from.Label()+"».")
	}
	return fault.Conflicted("illegal_transition", "El comprobante está como «"+from.Label()+"» y no pasa a «"+to.Label()+"».")
}
