package catalog

import (
	"slices"
	"strings"

	"hampi/modules/platform/sorting"
)

// LOINCNotice must stand wherever LOINC's names or codes are listed; its licence asks for these words.
const LOINCNotice = "This material contains content from LOINC (loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the Logical " +
	"Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at loinc.org/license. " +
	"LOINC® is a registered United States trademark of Regenstrief Institute, Inc."

// ValueType says what the value of an observation is.
type ValueType string

// The types of values. A panel has none of its own: its parts have.
const (
	Quantity ValueType = "quantity"
	Words    ValueType = "text"
	Date     ValueType = "date"
	Panel    ValueType = "panel"
)

// Lab is something that is measured or looked for, by its LOINC code.
type Lab struct {
	Code     string // LOINC
	Name     string // in our own words
	Group    string // a key of LabGroups, or one that is not ordered from a laboratory: vital, obstetricia, oftalmologia
	UCUM     string // the unit values are kept in; empty for what has none
	Type     ValueType
	Official string // LOINC's long name; empty where it was not copied
}

// Unit is the unit as it is printed beside a value; rates carry the words that the wards say.
func (l Lab) Unit() string {
	switch l.Code {
	case "8867-4", "55283-6": // heart rate, of the mother and of the child
		return "lpm"
	case "9279-1":
		return "rpm"
	}
	return UnitWords(l.UCUM)
}

// UnitWords is a UCUM unit as people print it: "mm[Hg]" is "mmHg". Counts, ratios and pH have no unit to print; a
// unit that is not in the list is printed as it is.
func UnitWords(ucum string) string {
	switch ucum {
	case "mm[Hg]":
		return "mmHg"
	case "Cel":
		return "°C"
	case "kg/m2":
		return "kg/m²"
	case "/min":
		return "por minuto"
	case "wk":
		return "semanas"
	case "10*3/uL":
		return "×10³/µL"
	case "10*6/uL":
		return "×10⁶/µL"
	case "ug/dL":
		return "µg/dL"
	case "m[IU]/L":
		return "mUI/L"
	case "m[IU]/mL":
		return "mUI/mL"
	case "/[HPF]":
		return "por campo"
	case "{#}", "{score}", "{INR}", "[pH]":
		return ""
	}
	return ucum
}

// LOINC is what a code stands for; false for a code the product does not use.
func LOINC(code string) (Lab, bool) {
	i := slices.IndexFunc(loincTable, func(l Lab) bool { return l.Code == code })
	if i < 0 {
		return Lab{}, false
	}
	return loincTable[i], true
}

// LabGroup is a heading of the laboratory's order form.
type LabGroup struct {
	Key, Label string
	Labs       []Lab
}

// LabGroups are what a laboratory can be asked for, under the headings of an order form.
func LabGroups() []LabGroup {
	groups := []LabGroup{
		{Key: "hematologia", Label: "Hematología"},
		{Key: "bioquimica", Label: "Bioquímica"},
		{Key: "orina", Label: "Orina"},
		{Key: "serologia", Label: "Serología"},
		{Key: "inmunohematologia", Label: "Grupo sanguíneo"},
		{Key: "hormonas", Label: "Hormonas"},
		{Key: "coagulacion", Label: "Coagulación"},
		{Key: "microbiologia", Label: "Microbiología"},
		{Key: "citologia", Label: "Citología"},
		{Key: "tumorales", Label: "Marcadores tumorales"},
	}
	for i := range groups {
		groups[i].Labs = labsOf(groups[i].Key)
	}
	return groups
}

// labsOf are the codes of a group in the table's order, panels first.
func labsOf(group string) []Lab {
	found := slices.DeleteFunc(slices.Clone(loincTable), func(l Lab) bool { return l.Group != group })
	sorting.By(found, func(a, b Lab) int { return truth(b.Type == Panel) - truth(a.Type == Panel) })
	return found
}

// ValidLOINC reports whether code is digits, a hyphen and the check digit of those digits (Luhn's, as LOINC counts it).
func ValidLOINC(code string) bool {
	number, check, found := strings.Cut(code, "-")
	return found && number != "" && len(number) <= 7 && check == luhn(number)
}

// luhn is the check digit of a number; empty when it is no number.
func luhn(number string) string {
	sum := 0
	for i := range len(number) {
		digit := int(number[len(number)-1-i]) - '0'
		if digit < 0 || digit > 9 {
			return ""
		}
		if i%2 == 0 {
			digit *= 2
		}
		sum += digit/10 + digit%10
	}
	return string(rune('0' + (10-sum%10)%10))
}
