package patients

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Clinical is kept apart from the demographics: only doctors and assistants read it, each under their own rule.
type Clinical struct {
	BloodType        string
	BloodTypeVersion int64
	Allergies        []Allergy
	Conditions       []Condition
}

// Retirement says that an item no longer holds: by whom, when and why. The zero Retirement is an item in force.
type Retirement struct {
	At     time.Time
	By     uuid.UUID
	Reason string
}

// Allergy is what must not be given; of kind NoneKnown, that no allergy is known.
type Allergy struct {
	ID, PatientID uuid.UUID
	Kind          AllergyKind
	Substance     string
	Code          string // ATC of the class or ingredient, where one was chosen
	Reaction      string
	Severity      Severity
	NotedBy       uuid.UUID // user
	NotedAt       time.Time
	Retired       Retirement
	Pending       bool // on this device only: not sent yet
}

// Condition is a chronic illness; Code is its CIE-10 code, if somebody chose one.
type Condition struct {
	ID, PatientID uuid.UUID
	Name          string
	Code          string
	Since         string // as told: "2022"
	NotedBy       uuid.UUID
	NotedAt       time.Time
	Retired       Retirement
	Pending       bool
}

// AllergyKind says what somebody is allergic to; "" is not said.
type AllergyKind string

// The kinds of allergies. NoneKnown is a fact that somebody stated: it stands alone.
const (
	MedicineAllergy    AllergyKind = "medicine"
	FoodAllergy        AllergyKind = "food"
	EnvironmentAllergy AllergyKind = "environment"
	OtherAllergy       AllergyKind = "other"
	NoneKnown          AllergyKind = "none_known"
)

// AllergyKinds are those that name something.
func AllergyKinds() []AllergyKind {
	return []AllergyKind{MedicineAllergy, FoodAllergy, EnvironmentAllergy, OtherAllergy}
}

// Label is the word for people.
func (k AllergyKind) Label() string {
	switch k {
	case MedicineAllergy:
		return "Medicamento"
	case FoodAllergy:
		return "Alimento"
	case EnvironmentAllergy:
		return "Ambiente"
	case OtherAllergy:
		return "Otra"
	case NoneKnown:
		return noneKnown
	}
	return ""
}

// noneKnown stands in place of a substance.
const noneKnown = "Sin alergias conocidas"

// Known reports whether it warns of something.
func (a Allergy) Known() bool { return a.Kind != NoneKnown }

// Severity of an allergic reaction; "" is unknown.
type Severity string

// The severities.
const (
	Mild     Severity = "mild"
	Moderate Severity = "moderate"
	Severe   Severity = "severe"
)

// Severities are all, mildest first.
func Severities() []Severity { return []Severity{Mild, Moderate, Severe} }

// Label is the word for people.
func (s Severity) Label() string {
	switch s {
	case Mild:
		return "Leve"
	case Moderate:
		return "Moderada"
	case Severe:
		return "Grave"
	}
	return ""
}

// ItemKind tells which list an item stands in.
type ItemKind string

// The lists.
const (
	AllergyItem   ItemKind = "allergy"
	ConditionItem ItemKind = "condition"
)

// InForce leaves out what was retired, and that no allergy is known where one is: of two entries that were joined, each
// may say something else.
func (c Clinical) InForce() Clinical {
	kept := Clinical{BloodType: c.BloodType, BloodTypeVersion: c.BloodTypeVersion}
	for _, a := range c.Allergies {
		if a.Retired.At.IsZero() {
			kept.Allergies = append(kept.Allergies, a)
		}
	}
	for _, x := range c.Conditions {
		if x.Retired.At.IsZero() {
			kept.Conditions = append(kept.Conditions, x)
		}
	}
	if slices.ContainsFunc(kept.Allergies, Allergy.Known) {
		kept.Allergies = slices.DeleteFunc(kept.Allergies, func(a Allergy) bool { return !a.Known() })
	}
	return kept
}

// BloodTypes are the eight groups; "" is unknown.
func BloodTypes() []string { return []string{"O+", "O-", "A+", "A-", "B+", "B-", "AB+", "AB-"} }

func bloodTypeProblem(t string) string {
	if t == "" {
		return ""
	}
	for _, known := range BloodTypes() {
		if t == known {
			return ""
		}
	}
	return "Elija un grupo de la lista."
}

func (a *Allergy) problems() fault.Problems {
	if a.Kind == NoneKnown {
		a.Substance, a.Reaction, a.Severity, a.Code = noneKnown, "", "", ""
		return nil
	}
	a.Substance, a.Reaction, a.Code = oneSpace(a.Substance), oneSpace(a.Reaction), strings.ToUpper(oneSpace(a.Code))
	problems := fault.Problems{}
	if a.Kind != "" && a.Kind.Label() == "" {
		problems.Add("kind", "Elija una clase de la lista.")
	}
	if !isATC(a.Code) {
		problems.Add("code", "Se espera un código ATC, como J01C.")
	}
	if a.Substance == "" {
		problems.Add("substance", "Falta la sustancia.")
	}
	problems.Add("substance", tooLong(a.Substance, 120))
	problems.Add("reaction", tooLong(a.Reaction, 200))
	if a.Severity != "" && a.Severity.Label() == "" {
		problems.Add("severity", "Elija leve, moderada o grave.")
	}
	return problems
}

// isATC reports whether a code has the form of one of ATC's five levels (J, J01, J01C, J01CA, J01CA04), or is none.
func isATC(code string) bool {
	const form = "A00AA00"
	if !slices.Contains([]int{0, 1, 3, 4, 5, 7}, len(code)) {
		return false
	}
	for i := range len(code) {
		digit, letter := code[i] >= '0' && code[i] <= '9', code[i] >= 'A' && code[i] <= 'Z'
		if form[i] == '0' && !digit || form[i] == 'A' && !letter {
			return false
		}
	}
	return true
}

func (c *Condition) problems() fault.Problems {
	c.Name, c.Code, c.Since = oneSpace(c.Name), oneSpace(c.Code), oneSpace(c.Since)
	problems := fault.Problems{}
	if c.Name == "" {
		problems.Add("name", "Falta el nombre de la enfermedad.")
	}
	problems.Add("name", tooLong(c.Name, 200))
	problems.Add("code", tooLong(c.Code, 10))
	problems.Add("since", tooLong(c.Since, 30))
	return problems
}

func retireProblem(reason string) string {
	if reason == "" {
		return "Falta el motivo."
	}
	return tooLong(reason, 200)
}
