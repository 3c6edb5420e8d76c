package billing

import "strings"

// DifferenceKind is a way in which a document here is not what its provider holds.
type DifferenceKind string

// The ways.
const (
	AbsentThere    DifferenceKind = "absent"       // final here, and nothing is held
	HeldThere      DifferenceKind = "held"         // stopped here for correction, and held
	OtherContent   DifferenceKind = "content"      // another amount, day or customer under the name
	OtherState     DifferenceKind = "state"        // SUNAT's word is another
	VoidedThere    DifferenceKind = "voided_there" // accepted here, voided there
	NotVoidedThere DifferenceKind = "not_voided"   // voided here, in force there
)

// DifferenceKinds are all ways.
func DifferenceKinds() []DifferenceKind {
	return []DifferenceKind{AbsentThere, HeldThere, OtherContent, OtherState, VoidedThere, NotVoidedThere}
}

// Label says what was found.
func (k DifferenceKind) Label() string {
	switch k {
	case AbsentThere:
		return "NubeFact no lo tiene"
	case HeldThere:
		return "NubeFact ya lo tiene"
	case OtherContent:
		return "NubeFact tiene otro con ese número"
	case OtherState:
		return "El estado no es el mismo"
	case VoidedThere:
		return "Se anuló en NubeFact"
	case NotVoidedThere:
		return "En NubeFact sigue vigente"
	}
	return string(k)
}

// Advice says what a person does about it.
func (k DifferenceKind) Advice() string {
	switch k {
	case AbsentThere:
		return "Búsquelo en la página de NubeFact, con la misma cuenta. Si no está, hable con su contador antes de emitir otro."
	case HeldThere:
		return "Ábralo y envíelo otra vez sin cambiar nada: se reconoce el que está allá."
	case OtherContent:
		return "Alguien emitió con ese número fuera de Hampi. Hable con su contador; lo usual es una nota de crédito."
	case OtherState:
		return "Consulte su validez en la página de SUNAT y hable con su contador: manda lo que diga SUNAT."
	case VoidedThere:
		return "Si la anulación es correcta, anúlelo también aquí: se reconoce la de allá. Después de 7 días, hable con su contador."
	case NotVoidedThere:
		return "Hable con su contador. Si debe quedar sin efecto y pasaron los 7 días, haga una nota de crédito."
	}
	return ""
}

// Difference is what was found of one document, in words that name nobody.
type Difference struct {
	Kind        DifferenceKind
	Here, There string
}

// Compare says in what a document differs from what its provider holds under its name; false when in nothing. One that
// the queue is still at is not compared: the queue asks about it itself. Nor is an answer that says nothing.
func Compare(e Entry, a Answer) (Difference, bool) {
	status := e.State.Status
	d := Difference{Here: status.Label(), There: heldAs(a)}
	switch {
	case status != Accepted && status != Voided && status != Rejected && status != ToCorrect:
		return d, false
	case a.Outcome == NotThere:
		d.Kind = AbsentThere
		return d, status == Accepted || status == Voided
	case !a.taken():
		return d, false
	case a.Held != nil && !a.Held.IsOf(e.Document()):
		d.Kind, d.Here, d.There = OtherContent, sums(e.Held()), sums(*a.Held)
		if d.Here == d.There {
			d.There += ", otro cliente"
		}
		return d, status != Rejected // a number that was somebody else's was said when it was given up
	case status == ToCorrect:
		d.Kind = HeldThere
		return d, true
	case status == Voided:
		d.Kind = NotVoidedThere
		return d, !a.Voided
	case a.Voided:
		d.Kind = VoidedThere
		return d, true
	}
	d.Kind = OtherState
	return d, (status == Accepted) != (a.Outcome == TakenAndAccepted)
}

// heldAs is the provider's view of a document.
func heldAs(a Answer) string {
	switch {
	case a.Outcome == NotThere:
		return "No está"
	case a.Voided:
		return Voided.Label()
	case a.Outcome == TakenAndAccepted:
		return Accepted.Label()
	case a.Outcome == TakenAndRejected:
		return Rejected.Label()
	}
	return "Espera a SUNAT"
}

// Held is the document as a provider should tell of it.
func (e Entry) Held() Held {
	t := e.Totals()
	return Held{
		Kind: e.Kind.SunatCode(), Series: e.Series, Number: e.Number, IGV: t.IGV, Total: t.Total, IssuedOn: e.Content.IssuedOn,
		DocumentType: e.Customer.DocumentType.SunatCode(), DocumentNumber: e.Customer.SunatNumber(),
	}
}

// sums are what tells two documents of one name apart, without a person.
func sums(h Held) string {
	return strings.Join([]string{h.Total.StringFixed(2), "IGV " + h.IGV.StringFixed(2), "del " + day(h.IssuedOn)}, ", ")
}
