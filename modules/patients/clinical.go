package patients

import (
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

// Allergy is what must not be given.
type Allergy struct {
	ID, PatientID uuid.UUID
	Substance     string
	Reaction      string
	Severity      Severity
	NotedBy       uuid.UUID // user
	NotedAt       time.Time
	Retired       Retirement
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
}

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

// InForce leaves out what was retired.
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
	a.Substance, a.Reaction = oneSpace(a.Substance), oneSpace(a.Reaction)
	problems := fault.Problems{}
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
