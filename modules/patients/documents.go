package patients

import (
	"strings"

	"hampi/modules/platform/pii"
)

// DocumentType is the kind of paper that says who somebody is.
type DocumentType string

// The documents a clinic in Peru sees.
const (
	DNI      DocumentType = "DNI"
	CE       DocumentType = "CE"       // carné de extranjería
	Passport DocumentType = "PASSPORT" // of any country
	PTP      DocumentType = "PTP"      // permiso temporal de permanencia
	CPP      DocumentType = "CPP"      // carné de permiso temporal de permanencia
	CNV      DocumentType = "CNV"      // certificado de nacido vivo
	Other    DocumentType = "OTHER"
	None     DocumentType = "NONE" // newborn, or on its way
)

// DocumentTypes are all types, the commonest first.
func DocumentTypes() []DocumentType {
	return []DocumentType{DNI, CE, Passport, PTP, CPP, CNV, Other, None}
}

// Label is the type's short name on screens.
func (t DocumentType) Label() string {
	switch t {
	case Passport:
		return "Pasaporte"
	case Other:
		return "Otro documento"
	case None:
		return "Sin documento"
	}
	return string(t)
}

// Document identifies a person; Number is "" for None alone.
type Document struct {
	Type   DocumentType
	Number string // letters and digits only, in capitals
}

// Label is how lines show it: "DNI 99012345".
func (d Document) Label() string {
	if d.Number == "" {
		return None.Label()
	}
	return d.Type.Label() + " " + d.Number
}

// ParseDocument reads what somebody typed; problem says what does not fit, in words for the field.
// The check digit behind a DNI ("12345678-3") is verified and not kept.
func ParseDocument(kind DocumentType, typed string) (d Document, problem string) {
	d = Document{Type: kind, Number: pii.NormalizeDocument(string(kind), typed)}
	if kind == None {
		if d.Number != "" {
			return d, "Con «Sin documento» no va un número. Elija el tipo de documento."
		}
		return d, ""
	}
	if d.Number == "" {
		return d, "Falta el número de documento."
	}
	return d, documentProblem(kind, typed, d.Number)
}

func documentProblem(kind DocumentType, typed, number string) string {
	switch kind {
	case DNI:
		return dniProblem(typed, number)
	case CE, PTP, CPP:
		return lengthProblem(kind, number, 6, 12)
	case Passport:
		return lengthProblem(kind, number, 3, 12)
	case CNV:
		if !digitsOnly(number) {
			return "El CNV tiene solo cifras."
		}
		return lengthProblem(kind, number, 6, 15)
	case Other:
		return lengthProblem(kind, number, 2, 20)
	}
	return "Elija el tipo de documento."
}

func lengthProblem(kind DocumentType, number string, least, most int) string {
	if !plainAlphanumeric(number) {
		return "El número lleva solo letras sin acento y cifras."
	}
	if n := len(number); n < least || n > most {
		return articled(kind) + " tiene de " + itoa(least) + " a " + itoa(most) + " caracteres; aquí hay " + itoa(n) + "."
	}
	return ""
}

func articled(kind DocumentType) string {
	switch kind {
	case CE:
		return "El carné de extranjería"
	case Passport:
		return "El pasaporte"
	case Other:
		return "El documento"
	}
	return "El " + string(kind)
}

func dniProblem(typed, number string) string {
	if !digitsOnly(number) {
		return "El DNI tiene solo cifras."
	}
	if len(number) != 8 {
		return "El DNI tiene 8 dígitos; aquí hay " + itoa(len(number)) + "."
	}
	_, check, typedIt := strings.Cut(strings.TrimSpace(typed), "-")
	if check = strings.ToUpper(strings.TrimSpace(check)); typedIt && !checkDigitFits(number, check) {
		return "El dígito de verificación no corresponde a ese DNI. Revise los 8 dígitos."
	}
	return ""
}

// checkDigitFits verifies what RENIEC prints behind the eight digits: a digit, on older cards a letter.
func checkDigitFits(number, check string) bool {
	if len(check) != 1 {
		return false
	}
	const digits, letters = "65432110987", "KJIHGFEDCBA"
	sum := 0
	for i, weight := range [8]int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += weight * int(number[i]-'0')
	}
	return check[0] == digits[sum%11] || check[0] == letters[sum%11]
}

// Doubt says what is allowed but unusual about a document; "" for nothing.
func (d Document) Doubt() string {
	if d.Type == CE && len(d.Number) != 9 {
		return "El carné de extranjería suele tener 9 caracteres; aquí hay " + itoa(len(d.Number)) + ". ¿Es correcto?"
	}
	return ""
}

func knownType(t DocumentType) bool {
	for _, known := range DocumentTypes() {
		if t == known {
			return true
		}
	}
	return false
}

func digitsOnly(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func plainAlphanumeric(text string) bool {
	for _, r := range text {
		if !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z') {
			return false
		}
	}
	return true
}
