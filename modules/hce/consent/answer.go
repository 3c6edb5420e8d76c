package consent

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
)

// Filled is a template chosen for a patient, and what was put into it.
type Filled struct {
	ID          uuid.UUID // of the consent, made by the form
	PatientID   uuid.UUID
	EncounterID uuid.UUID // the attention it belongs to; zero for none
	Template    string
	Edition     int
	Procedure   string
	Diagnosis   string
	Represented bool   // somebody signs for the patient
	Signer      Signer // of whoever represents
}

// Answer is what somebody decided after reading.
type Answer struct {
	Filled
	Decision Decision
	Reason   string // of who declines
	Method   Method
	Strokes  []Stroke
	Typed    string // the name, of who types it
	Agreed   bool   // the tick beside it
	Photo    []byte // of a sheet that was signed by hand
	Proof    hce.Proof
}

// Ages from which somebody decides alone: for what is done to them (Código Civil art. 42), for their data (DS 016-2024-JUS
// art. 25).
const (
	ownBody = 18
	ownData = 14
)

func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

// tidied is what was typed without what is not seen.
func (f Filled) tidied() Filled {
	f.Procedure, f.Diagnosis = tidy(f.Procedure), tidy(f.Diagnosis)
	f.Signer = Signer{Name: tidy(f.Signer.Name), Document: tidy(f.Signer.Document), Relationship: tidy(f.Signer.Relationship)}
	return f
}

// problems says what is missing before the text can be read.
func (f Filled) problems(t Template, p patients.Patient, today time.Time) fault.Problems {
	problems := fault.Problems{}
	if f.ID.Version() != 7 {
		problems.Add("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	if t.Kind == Procedure && len([]rune(f.Procedure)) < 4 {
		problems.Add("procedimiento", "Escriba qué se hará, por ejemplo: extracción de la pieza 38.")
	}
	for field, text := range map[string]string{
		"procedimiento": f.Procedure, "diagnostico": f.Diagnosis, "representante": f.Signer.Name, "documento_representante": f.Signer.Document,
		"parentesco": f.Signer.Relationship,
	} {
		if len([]rune(text)) > maxShort {
			problems.Add(field, "Este dato tiene como máximo 200 letras.")
		}
	}
	if !f.Represented {
		problems.Add("quien", ageProblem(t.Kind, p, today))
		return problems
	}
	if len([]rune(f.Signer.Name)) < 5 {
		problems.Add("representante", "Escriba nombres y apellidos de quien firma.")
	}
	if len([]rune(f.Signer.Document)) < 6 {
		problems.Add("documento_representante", "Escriba su documento, por ejemplo: DNI 40123456.")
	}
	if len([]rune(f.Signer.Relationship)) < 3 {
		problems.Add("parentesco", "Escriba qué es del paciente: madre, padre, tutor, apoderado.")
	}
	return problems
}

// ageProblem refuses the signature of somebody who does not decide alone yet.
func ageProblem(kind Kind, p patients.Patient, today time.Time) string {
	least := ownBody
	if kind == Data {
		least = ownData
	}
	if p.BirthDate.IsZero() || !p.BirthDate.AddDate(least, 0, 0).After(today) {
		return ""
	}
	return "El paciente es menor de edad: firma su madre, su padre o quien lo tiene a cargo."
}

// problems says what is missing in an answer. signer is who signs, by their whole name.
func (a Answer) problems(signer string) fault.Problems {
	problems := fault.Problems{}
	if a.Decision != Accepted && a.Decision != Refused {
		problems.Add("decision", "Marque si acepta o no acepta.")
	}
	if len([]rune(a.Reason)) > 500 {
		problems.Add("motivo_rechazo", "El motivo tiene como máximo 500 letras.")
	}
	switch a.Method {
	case Drawn:
		if ink(a.Strokes) < leastInk {
			problems.Add("trazo", "Falta la firma. Firme dentro del recuadro con el dedo, el lápiz o el ratón.")
		}
	case Typed:
		if !sameName(a.Typed, signer) {
			problems.Add("nombre_escrito", "Escriba el nombre completo de quien firma: "+signer+".")
		}
		if !a.Agreed {
			problems.Add("confirmo", "Marque la casilla para firmar con el nombre escrito.")
		}
	case Paper:
		if len(a.Photo) == 0 {
			problems.Add("archivo", "Tome o elija la foto de la hoja firmada.")
		}
	default:
		problems.Add("metodo", "Elija cómo se firma.")
	}
	return problems
}

// statement is the sentence that is signed.
func statement(b Body) string {
	who := "en mi nombre"
	if b.Signer.Relationship != "" {
		who = "en nombre de " + b.Patient.Name
	}
	what := "lo que aquí se describe"
	if b.Procedure != "" {
		what = "el procedimiento «" + b.Procedure + "»"
	}
	if b.Decision == Refused {
		return "Declaro que leí o me leyeron este documento, que pude preguntar y se me respondió, que conozco las consecuencias de mi decisión y que, " + who + ", NO ACEPTO " + what + "."
	}
	return "Declaro que leí o me leyeron este documento, que pude preguntar y se me respondió, y que, " + who + ", de manera libre, ACEPTO " + what + "."
}

// sameName compares names as people write them: whatever the accents, the commas and the order of the words.
func sameName(typed, name string) bool {
	one, other := textfold.Words(typed), textfold.Words(name)
	slices.Sort(one)
	slices.Sort(other)
	return len(one) > 0 && slices.Equal(one, other)
}
