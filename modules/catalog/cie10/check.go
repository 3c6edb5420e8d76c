package cie10

import (
	"strings"

	"hampi/modules/platform/fault"
)

// Noted is a diagnosis as somebody wants to note it.
type Noted struct {
	Code  string
	Sex   Sex  // the patient's; empty: not known
	First bool // it stands before the others
}

// Check gives the catalogue's code for a diagnosis that may be noted, or says at field why it may not. The sources know
// no limits of age, so there are none.
func (c *CIE10) Check(field string, n Noted) (Code, error) {
	code, known := c.Find(n.Code)
	if problem := c.problem(code, known, n); problem != "" {
		return Code{}, fault.InvalidField(field, problem)
	}
	return code, nil
}

func (c *CIE10) problem(code Code, known bool, n Noted) string {
	switch {
	case strings.TrimSpace(n.Code) == "":
		return "Elija un diagnóstico de la lista."
	case !known:
		return "El código «" + cutLetters(strings.TrimSpace(n.Code), 12) + "» no está en la CIE-10. Búsquelo por su nombre."
	case code.Retired:
		return code.Code + " ya no se usa. Busque «" + code.Title + "» y elija el código vigente."
	case code.Heading:
		return code.Code + " es una categoría. Elija uno de sus códigos, como " + c.firstBelow(code.Code) + "."
	case n.Sex != AnySex && code.Sex != AnySex && code.Sex != n.Sex:
		return code.Code + " se usa solo en " + people(code.Sex) + ". Revise el diagnóstico o el sexo del paciente."
	case n.First && code.Asterisk:
		return code.Code + " es una manifestación: anote primero la enfermedad que la causa."
	}
	return ""
}

func people(s Sex) string {
	if s == Female {
		return "mujeres"
	}
	return "hombres"
}

// firstBelow is a code that may be noted in a category: the one for when nothing more is known, else the first.
func (c *CIE10) firstBelow(category string) string {
	first := ""
	at, _ := c.place(category)
	for _, code := range c.codes[at:] {
		if !strings.HasPrefix(code.Code, category) {
			break
		}
		if !code.Selectable() {
			continue
		}
		if _, unspecified := plain(code.Title); unspecified {
			return code.Code
		}
		if first == "" {
			first = code.Code
		}
	}
	return first
}
